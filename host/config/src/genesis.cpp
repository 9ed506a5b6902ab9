#include "aether/config/genesis.hpp"

#include <algorithm>

#include "aether/crypto/sha256.hpp"

namespace aether::config {
namespace {

// Short enough that a job, a conviction and a descent fit a minute at 200 ms a slot.
void shorten(JobParams& jobs) {
  jobs.window_slots = 25;
  jobs.commit_prove_min_slots = 1;
  jobs.commit_prove_max_slots = 20;
  jobs.worker_clock_slots = 25;
  jobs.challenger_clock_slots = 20;
  jobs.dispute_slots_max = 600;
}

Outcome<GenesisAccount> account_from_text(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos)
    return fail(Error{ErrorKind::syntax, "'" + std::string(text) + "' is not ADDRESS:SWR:AIC, as aeth1…:100:2.5"});
  const auto address = address_from_text(text.substr(0, first));
  if (!address) return fail(Error{ErrorKind::bad_value, std::string(to_string(address.error()))});
  const auto swr = amount_from_text(text.substr(first + 1, second - first - 1));
  const auto aic = amount_from_text(text.substr(second + 1));
  if (!swr || !aic)
    return fail(
        Error{ErrorKind::bad_value, "'" + std::string(text) + "': an amount has digits and at most 6 decimals"});
  return GenesisAccount{*address, {*swr, *aic}};
}

}  // namespace

Outcome<Genesis> genesis_from_file(const env::Path& path) {
  const auto bytes = env::read_file(path, kGenesisFileBytesMax);
  if (!bytes) return fail(Error{ErrorKind::unreadable, bytes.error().message});
  return genesis_from_toml(as_text(*bytes), path.string());
}

Genesis dev_genesis(const DevGenesis& options) {
  Genesis genesis;
  genesis.chain_id = options.chain_id;
  genesis.sealer = DevSealer{options.sealer};
  genesis.accounts = decltype(genesis.accounts)(options.accounts);
  if (options.preset == Preset::demo) shorten(genesis.params.jobs);
  return genesis;
}

Outcome<void> fund(Genesis& genesis, std::string_view text) {
  AETHER_TRY(const GenesisAccount account, account_from_text(text));
  const auto same = [&](const GenesisAccount& other) { return other.address == account.address; };
  if (std::any_of(genesis.accounts.begin(), genesis.accounts.end(), same))
    return fail(Error{ErrorKind::repeated, to_text(account.address) + " is funded twice: name an address once"});
  if (genesis.accounts.size() == limits::kGenesisAccountsMax)
    return fail(Error{ErrorKind::out_of_range, "genesis holds at most " + std::to_string(limits::kGenesisAccountsMax) +
                                                   " accounts: fund the others by transfers"});
  genesis.accounts.insert(account);
  return {};
}

crypto::Seed dev_sealer_seed() { return crypto::Seed(crypto::tagged_hash("aether/dev-sealer", {}).bytes); }

crypto::Seed dev_seed(std::string_view name) {
  return crypto::Seed(crypto::tagged_hash("aether/dev-key", as_bytes(name)).bytes);
}

std::vector<GenesisAccount> dev_accounts() {
  std::vector<GenesisAccount> out;
  for (const auto name : kDevKeys)
    out.push_back(
        {address_of(crypto::ed25519_public_key(dev_seed(name))), {1'000'000 * kAmountUnit, 1'000'000 * kAmountUnit}});
  return out;
}

}  // namespace aether::config

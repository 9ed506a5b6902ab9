#include "aether/config/genesis.hpp"

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
    return fail(Error{ErrorKind::bad_value, "'" + std::string(text) + "': an amount has digits and at most 6 decimals"});
  return GenesisAccount{*address, {*swr, *aic}};
}

crypto::Seed dev_sealer_seed() { return crypto::Seed(crypto::tagged_hash("aether/dev-sealer", {}).bytes); }

}  // namespace aether::config

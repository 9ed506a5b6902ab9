#include "aether/node/home.hpp"

#include <sys/stat.h>

#include "aether/api/json_reader.hpp"
#include "aether/chain/directory.hpp"
#include "aether/env/entropy.hpp"
#include "aether/telemetry/log.hpp"

namespace aether::node {

namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;
constexpr std::size_t kCheckpointBytesMax = 8 * limits::kValidatorListBytesMax;

struct CheckpointFile {
  std::uint8_t version = kCheckpointVersion;
  light::Checkpoint checkpoint;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("checkpoint", self.checkpoint);
  }
};

// The message of an error that has one.
template <class T, class E>
HomeOutcome<T> or_message(Result<T, E> result) {
  if (!result) {
    if constexpr (requires { result.error().message; })
      return fail(result.error().message);
    else
      return fail(result.error());
  }
  if constexpr (std::same_as<T, void>)
    return {};
  else
    return std::move(*result);
}

env::Path chain_directory(const env::Path& home) { return home / "chain"; }

HomeOutcome<crypto::Seed> read_node_key(const env::Path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
    return fail(path.string() + " may be read by others: `chmod 600` it");
  AETHER_TRY(Bytes text, or_message(env::read_file(path, 256)));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto bytes = from_hex(as_text(text));
  wipe(text);
  if (!bytes || bytes->size() != 32) return fail(path.string() + " is not a node key: 64 hex digits");
  crypto::Seed seed(std::span<const std::uint8_t, 32>(bytes->data(), 32));
  wipe(*bytes);
  return seed;
}

HomeOutcome<void> write_node_key(const env::Path& path) {
  const auto seed = env::random_secret<32>();
  std::string text = to_hex(seed.view()) + "\n";
  const auto written = env::write_file_atomically(path, as_bytes(text), {.mode = 0600, .overwrite = false});
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  return or_message(written);
}

HomeOutcome<void> check_registration(const keystore::ValidatorInfo& validator, const Genesis& genesis) {
  if (validator.registration.chain_id == genesis.chain_id) return {};
  return fail(validator.folder.string() + " has the keys of a validator of chain " +
              std::to_string(validator.registration.chain_id.raw()) + ", and this is chain " +
              std::to_string(genesis.chain_id.raw()) + ": make keys for it");
}

HomeOutcome<SafetyLog> open_log(const env::Path& home, const Hash& genesis) {
  auto log = SafetyLog::open(home, genesis);
  if (log) return std::move(*log);
  std::string message = log.error().message;
  if (log.error().kind == SafetyLogError::absent || log.error().kind == SafetyLogError::damaged)
    message +=
        ". A validator must not vote without it, and an old copy is worse than none: if it is lost, `aetherd init "
        "--lost-safety-log` makes one with which the validator stays silent for an epoch";
  return fail(std::move(message));
}

}  // namespace

// Without "..": the home may not be there yet.
env::Path resolved(const env::Path& home, const std::string& path) { return (home / path).lexically_normal(); }

HomeOutcome<void> name_validators(Genesis& genesis, std::span<const std::string> validators) {
  BftGenesis bft;
  env::fill_random(bft.randomness.bytes);
  for (const std::string& text : validators) {
    const std::size_t colon = text.rfind(':');
    const auto bond = colon == text.npos ? std::nullopt : amount_from_text(std::string_view(text).substr(colon + 1));
    if (!bond) return fail("'" + text + "' is not REGISTRATION:SWR, as v/registration.json:1000");
    const std::string file = text.substr(0, colon);
    AETHER_TRY(auto unverified, or_message(keystore::read_registration(file)));
    const auto registration = verify_registration(std::move(unverified), genesis.chain_id);
    if (!registration) return fail(file + ": " + std::string(to_string(registration.error())));
    const GenesisValidator validator{**registration, *bond};
    if (std::ranges::any_of(bft.validators, [&](const GenesisValidator& other) {
          return other.registration.address == validator.registration.address;
        }))
      return fail(file + ": " + to_text(validator.registration.address) + " is named twice");
    bft.validators.insert(validator);
  }
  genesis.sealer = std::move(bft);
  genesis.time_ms = env::SystemClock().wall_ms();
  if (const auto sound = ledger::check_genesis(genesis); !sound)
    return fail("this genesis makes no chain: " + std::string(to_string(sound.error())));
  return {};
}

HomeOutcome<void> make_home(const env::Path& directory, const Genesis& genesis, const config::NodeConfig& config) {
  if (!std::holds_alternative<BftGenesis>(genesis.sealer))
    return fail("this genesis names a single sealer: `aetherd dev` runs its chain");
  if (const auto sound = ledger::check_genesis(genesis); !sound)
    return fail("this genesis makes no chain: " + std::string(to_string(sound.error())) + "; correct it");
  std::error_code ignored;
  if (std::filesystem::exists(directory, ignored) && !std::filesystem::is_empty(directory, ignored))
    return fail(directory.string() + " is there and not empty: name another directory");
  if (!config.validator_keys.empty()) {
    AETHER_TRY(const auto info, or_message(keystore::inspect_validator(resolved(directory, config.validator_keys))));
    AETHER_CHECK(check_registration(info, genesis));
  }
  AETHER_CHECK(or_message(env::make_directories(directory, 0700)));
  AETHER_CHECK(or_message(env::make_directories(chain_directory(directory), 0700)));
  AETHER_CHECK(chain::keep_genesis(chain_directory(directory), genesis));
  std::optional<consensus::SafetyRecord> first;
  if (config.validator_keys.empty()) {
    AETHER_CHECK(write_node_key(directory / kNodeKeyFile));
  } else {
    first = consensus::first_record(genesis.chain_id);
  }
  AETHER_TRY(const SafetyLog log, or_message(SafetyLog::make(directory, genesis_hash(genesis), first)));
  // Last: a directory with it is whole.
  return or_message(env::write_file_atomically(directory / config::kNodeConfigFile,
                                               as_bytes(config::node_config_text(config)), {.overwrite = false}));
}

HomeOutcome<void> replace_lost_log(const env::Path& directory) {
  AETHER_TRY(const auto lock, or_message(env::FileLock::acquire(directory / "lock")));
  AETHER_TRY(const Genesis genesis, chain::kept_genesis(chain_directory(directory)));
  const auto found = SafetyLog::open(directory, genesis_hash(genesis));
  if (found) return fail((directory / kSafetyLogFile).string() + " is whole: keep it");
  if (found.error().kind == SafetyLogError::damaged) {
    const env::Path kept = (directory / kSafetyLogFile).string() + ".damaged";
    std::error_code error;
    std::filesystem::rename(directory / kSafetyLogFile, kept, error);
    if (error) return fail("cannot set " + kept.string() + " aside: " + error.message());
  } else if (found.error().kind != SafetyLogError::absent) {
    return fail(found.error().message);
  }
  AETHER_TRY(const SafetyLog log, or_message(SafetyLog::make(directory, genesis_hash(genesis), std::nullopt)));
  return {};
}

std::string checkpoint_text(const light::Checkpoint& checkpoint) {
  return api::to_json_text(CheckpointFile{.checkpoint = checkpoint}) + "\n";
}

HomeOutcome<light::Checkpoint> read_checkpoint(const env::Path& file, const Genesis& genesis) {
  AETHER_TRY(const Bytes text, or_message(env::read_file(file, kCheckpointBytesMax)));
  auto read = api::from_json_text<CheckpointFile>(as_text(text), kCheckpointBytesMax);
  const auto bad = [&](const std::string& why) { return fail(file.string() + " is no checkpoint: " + why); };
  if (!read) return bad(read.error().text());
  if (read->version != kCheckpointVersion)
    return bad("it is of version " + std::to_string(read->version) + "; this program reads version " +
               std::to_string(kCheckpointVersion));
  const light::LightParams params{.chain_id = genesis.chain_id, .epoch_slots = genesis.params.block.epoch_slots};
  if (const auto client = light::LightClient::make(params, read->checkpoint); !client)
    return bad(std::string(to_string(client.error())));
  return std::move(read->checkpoint);
}

HomeOutcome<HomeFacts> read_home(const env::Path& directory, std::span<const config::Setting> settings) {
  const env::Path file = directory / config::kNodeConfigFile;
  const auto text = env::read_file(file, kConfigBytesMax);
  if (!text)
    return fail(text.error().message + (text.error().kind == env::ErrorKind::not_found
                                            ? ": `aetherd init --home " + directory.string() + "` makes it"
                                            : ""));
  HomeFacts facts;
  AETHER_TRY(facts.config, or_message(config::node_config(as_text(*text), file.string(), settings)));
  AETHER_TRY(facts.genesis, chain::kept_genesis(chain_directory(directory)));
  const std::string& keys = facts.config.config.validator_keys;
  if (!keys.empty()) {
    AETHER_TRY(facts.validator, or_message(keystore::inspect_validator(resolved(directory, keys))));
    AETHER_CHECK(check_registration(*facts.validator, facts.genesis));
  }
  return facts;
}

HomeOutcome<Home> open_home(const env::Path& directory, std::span<const config::Setting> settings, TaskPool& pool) {
  AETHER_TRY(HomeFacts facts, read_home(directory, settings));
  auto lock = env::FileLock::acquire(directory / "lock");
  if (!lock)
    return fail(lock.error().kind == env::ErrorKind::locked
                    ? directory.string() + " is in use by another aetherd: stop it, or name another directory"
                    : lock.error().message);
  const config::NodeConfig& config = facts.config.config;
  AETHER_TRY(SafetyLog log, open_log(directory, genesis_hash(facts.genesis)));
  std::optional<keystore::Validator> validator;
  crypto::Seed node_seed;
  if (facts.validator) {
    AETHER_TRY(const keystore::SecretBytes password,
               or_message(keystore::password_from_file(resolved(directory, config.validator_password_file))));
    AETHER_TRY(validator, or_message(keystore::Validator::open(resolved(directory, config.validator_keys), password)));
    node_seed = validator->keys().node.clone();
  } else {
    AETHER_TRY(node_seed, read_node_key(directory / kNodeKeyFile));
  }
  AETHER_TRY(auto chain, or_message(chain::Chain::open({chain_directory(directory), false, facts.genesis}, pool)));
  transport::Options network;
  network.node_seed = std::move(node_seed);
  network.listen = config.network_listen;
  network.peers = config.network_peers;
  network.limits.connections_max = static_cast<std::uint32_t>(config.network_connections_max);
  mempool::Bounds mempool;
  mempool.transactions_max = config.mempool_transactions_max;
  Options options{.log = std::move(log),
                  .network = std::move(network),
                  .validator = std::move(validator),
                  .delta_us_min = config.consensus_delta_ms * 1'000,
                  .mempool = mempool,
                  .home = directory,
                  .keep_blocks = config.chain_keep_blocks,
                  .snapshot_slots = config.sync_snapshot_slots};
  return Home{std::move(*lock), std::move(facts), std::move(chain), std::move(options)};
}

}  // namespace aether::node

#include "aether/config/genesis.hpp"
#include "aether/env/entropy.hpp"
#include "aether/faults/proxy.hpp"
#include "aether/keystore/validator.hpp"
#include "node.hpp"
#include "plan_file.hpp"
#include "ports.hpp"

namespace aether::devnet {

namespace {

constexpr std::string_view kBondSwr = "1000";

template <class T, class E>
Outcome<T> of_environment(Result<T, E> result) {
  if (!result) return fail(Error{ErrorKind::environment, std::move(result.error().message)});
  if constexpr (std::same_as<T, void>)
    return {};
  else
    return std::move(*result);
}

Outcome<void> aetherd_does(const env::Path& aetherd, const std::vector<std::string>& words,
                           const env::Path& out = "/dev/null") {
  const auto done = run_to_end(aetherd, words, out);
  if (!done) return fail(Error{ErrorKind::refused, done.error().message});
  return {};
}

// A directory that is removed unless it is kept.
class Staging {
 public:
  explicit Staging(env::Path path) : path_(std::move(path)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const env::Path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  env::Path path_;
};

class Maker {
 public:
  Maker(const env::Path& directory, const Plan& plan, const env::Path& aetherd)
      : directory_(directory), plan_(plan), aetherd_(aetherd), chain_id_(config::DevGenesis{}.chain_id) {}

  Outcome<void> make_all() {
    AETHER_CHECK(of_environment(env::make_directories(directory_ / "nodes", 0700)));
    AETHER_CHECK(aetherd_does(aetherd_, {"dev-keys", keys_directory(directory_).string()}));
    AETHER_CHECK(make_validators());
    AETHER_CHECK(make_genesis());
    AETHER_CHECK(make_homes());
    return of_environment(env::write_file_atomically(directory_ / kPlanFile, as_bytes(to_text(plan_))));
  }

 private:
  Outcome<void> make_validators() {
    AETHER_TRY(const auto password, of_environment(keystore::password_from_file(password_file(directory_))));
    for (NodeIndex node = 0; node < plan_.nodes; ++node) {
      AETHER_TRY(const auto account,
                 of_environment(keystore::import_key(keys_directory(directory_), "validator-" + std::to_string(node),
                                                     env::random_secret<32>(), password, keystore::kKdfCostLeast)));
      keystore::NewValidator wanted{chain_id_, account.address, env::random_secret<32>(), keystore::kKdfCostLeast};
      AETHER_CHECK(of_environment(keystore::make_validator(validator_folder(directory_, node), wanted, password)));
    }
    return {};
  }

  env::Path genesis_file() const { return directory_ / "genesis.toml"; }

  Outcome<void> make_genesis() const {
    std::vector<std::string> words{"genesis", "--chain-id", std::to_string(chain_id_.raw()), "--slot-ms",
                                   std::to_string(plan_.slot_ms)};
    for (NodeIndex node = 0; node < plan_.nodes; ++node) {
      const env::Path registration = validator_folder(directory_, node) / keystore::kRegistrationFile;
      words.insert(words.end(), {"--validator", registration.string() + ":" + std::string(kBondSwr)});
    }
    if (plan_.demo) words.insert(words.end(), {"--preset", "demo"});
    for (const std::string& fund : plan_.funds) words.insert(words.end(), {"--fund", fund});
    return aetherd_does(aetherd_, words, genesis_file());
  }

  Outcome<void> make_homes() const {
    const std::uint32_t gates = plan_.faults ? plan_.nodes * (plan_.nodes - 1) : 0;
    AETHER_TRY(const auto ports, of_environment(free_ports(plan_.nodes, gates)));
    const auto address = [](std::uint16_t port) { return "/ip4/127.0.0.1/udp/" + std::to_string(port) + "/quic-v1"; };
    faults::Rules rules;
    for (NodeIndex node = 0; node < plan_.nodes; ++node) {
      std::string peers;
      for (NodeIndex other = 0; other < plan_.nodes; ++other) {
        if (other == node) continue;
        std::uint16_t port = ports.nodes[other].network;
        if (plan_.faults) {
          port = ports.gates[rules.gates.size()];
          rules.gates.push_back({node, other, port, ports.nodes[other].network});
        }
        peers += (peers.empty() ? "" : ",") + address(port);
      }
      std::vector<std::string> words{"init", "--home", node_home(directory_, node).string(), "--genesis",
                                     genesis_file().string()};
      // Relative, so that the directory may be moved while no node runs.
      for (const std::string& setting : {"validator.keys=../../validators/" + std::to_string(node),
                                         std::string("validator.password_file=../../keys/dev-password"),
                                         "network.listen=" + address(ports.nodes[node].network),
                                         "network.peers=" + peers, "rpc.port=" + std::to_string(ports.nodes[node].rpc),
                                         "consensus.delta_ms=" + std::to_string(plan_.delta_ms)})
        words.insert(words.end(), {"--set", setting});
      AETHER_CHECK(aetherd_does(aetherd_, words));
    }
    if (!plan_.faults) return {};
    return of_environment(faults::write_rules(directory_, rules));
  }

  env::Path directory_;
  const Plan& plan_;
  const env::Path& aetherd_;
  ChainId chain_id_;
};

Outcome<void> check_funds(const Plan& plan) {
  Genesis scratch = config::dev_genesis({});
  for (const std::string& fund : plan.funds)
    if (const auto funded = config::fund(scratch, fund); !funded)
      return fail(Error{ErrorKind::bad_fund, funded.error().message});
  return {};
}

}  // namespace

Outcome<void> Devnet::make(const env::Path& given, const Plan& plan, const env::Path& aetherd) {
  AETHER_ASSERT(plan.nodes >= 1 && plan.nodes <= (plan.faults ? faults::kNodesMax : kNodesMax));
  const env::Path directory = full_path(given);
  AETHER_CHECK(check_funds(plan));
  const auto foreign = [&] { return fail(Error{ErrorKind::foreign, directory.string() + " is there and not empty"}); };
  std::error_code ignored;
  if (std::filesystem::exists(directory, ignored) && !std::filesystem::is_empty(directory, ignored)) return foreign();
  Staging staging(unused_beside(directory, "new"));
  AETHER_CHECK(of_environment(env::make_directories(staging.path(), 0700)));
  AETHER_CHECK(Maker(staging.path(), plan, aetherd).make_all());
  const auto moved = env::move_directory(staging.path(), directory);
  if (!moved && moved.error().kind == env::ErrorKind::exists) return foreign();
  AETHER_CHECK(of_environment(moved));
  staging.keep();
  return {};
}

}  // namespace aether::devnet

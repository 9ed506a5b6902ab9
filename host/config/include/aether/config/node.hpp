// What a node does besides what the genesis of its chain fixes: aetherd.toml. Every key is listed once, with its text
// for people, in NodeConfig::fields; reading, writing, flags and environment follow from there.
//
// Where a key is set more than once, a flag wins over the environment, and that over the file. Keys that a file leaves
// out have their defaults; unknown ones are refused. No key holds a secret: files are named that do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aether/config/genesis.hpp"

namespace aether::config {

inline constexpr std::string_view kNodeConfigFile = "aetherd.toml";
inline constexpr std::uint32_t kNodeConfigVersion = 1;

// A whole number, and what it may be.
struct Range {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

struct NodeConfig {
  std::uint32_t version = kNodeConfigVersion;

  std::vector<std::string> network_listen{"/ip4/0.0.0.0/udp/8646/quic-v1", "/ip4/0.0.0.0/tcp/8646"};
  std::vector<std::string> network_peers;
  std::uint64_t network_connections_max = 128;
  std::uint64_t consensus_delta_ms = 400;
  std::uint64_t chain_keep_blocks = 1'000'000;
  std::uint64_t sync_snapshot_slots = 20'000;
  std::string validator_keys;
  std::string validator_password_file;
  std::string rpc_address = "127.0.0.1";
  std::uint64_t rpc_port = 8645;
  std::string rpc_token_file;
  std::vector<std::string> rpc_hosts;
  std::vector<std::string> rpc_origins;
  std::uint64_t rpc_connections_max = 128;
  std::uint64_t rpc_connections_per_client = 64;
  std::uint64_t rpc_rate_per_client = 2'000;
  std::uint64_t rpc_rate_per_token = 0;
  std::uint64_t mempool_transactions_max = 100'000;
  std::string log_level = "info";

  bool operator==(const NodeConfig&) const = default;

  // visit(key, value, range or nothing, what it is for)
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version, Range{kNodeConfigVersion, kNodeConfigVersion}, "Of this file's form.");
    visit("network.listen", self.network_listen,
          "Multiaddrs that peers reach this node at: QUIC, and TCP for those who cannot use it.");
    visit("network.peers", self.network_peers,
          "Multiaddrs of nodes to connect to and stay connected to; of a validator, all other validators.");
    visit("network.connections_max", self.network_connections_max, Range{4, 4'096},
          "Connections with peers at one time.");
    visit("consensus.delta_ms", self.consensus_delta_ms, Range{1, 60'000},
          "How long a proposer that is next in line waits for the one before it; at least twice what a message usually "
          "takes.");
    visit("chain.keep_blocks", self.chain_keep_blocks, Range{0, 1'000'000'000'000},
          "The newest blocks that are kept with their receipts, and more where the older of its two snapshots needs "
          "them; 0: all, which makes the node an archive.");
    visit("sync.snapshot_slots", self.sync_snapshot_slots, Range{1, 1'000'000'000},
          "Behind by more slots than this, a node fetches a snapshot of the state and not all blocks.");
    visit("validator.keys", self.validator_keys,
          "Folder of a validator's keys (`aetherctl keys validator new`); empty: this node only follows.");
    visit("validator.password_file", self.validator_password_file, "File whose first line opens them.");
    visit("rpc.address", self.rpc_address,
          "Address of JSON-RPC: of this machine alone, or another one, which needs rpc.token_file.");
    visit("rpc.port", self.rpc_port, Range{0, 65'535}, "Its port; 0: a free one.");
    visit("rpc.token_file", self.rpc_token_file,
          "File whose first line every request must bear, as \"Authorization: Bearer TOKEN\"; empty: none.");
    visit("rpc.hosts", self.rpc_hosts, "Names that clients reach JSON-RPC under, besides addresses and localhost.");
    visit("rpc.origins", self.rpc_origins, "Origins of web pages that may ask, as \"https://wallet.example\".");
    visit("rpc.connections_max", self.rpc_connections_max, Range{1, 65'536}, "Connections of clients at one time.");
    visit("rpc.connections_per_client", self.rpc_connections_per_client, Range{1, 65'536},
          "Those of one address, or of one IPv6 /64; of all, where all come through a proxy.");
    visit("rpc.rate_per_client", self.rpc_rate_per_client, Range{0, 1'000'000'000},
          "Work that clients of one address, or of one IPv6 /64, may ask for in a second, in units that rpc.discover "
          "gives each method (x-cost); 0: any. Clients on this machine are not limited by it.");
    visit("rpc.rate_per_token", self.rpc_rate_per_token, Range{0, 1'000'000'000},
          "The same of all together who bear the token; 0: any.");
    visit("mempool.transactions_max", self.mempool_transactions_max, Range{1, limits::kMempoolTransactionsMax},
          "Transactions that wait for a block at one time.");
    visit("log.level", self.log_level, "debug, info, warn, error or off; on stderr.");
  }
};

// Where a value came from, the strongest last.
enum class Source : std::uint8_t { fallback, file, environment, flag };
[[nodiscard]] std::string_view to_string(Source source);

struct SourcedConfig {
  NodeConfig config;
  std::map<std::string, Source, std::less<>> sources;  // of each key
};

// A value as text: lists have commas between their parts.
struct Setting {
  std::string key;  // "network.listen"
  std::string value;
  Source source = Source::flag;
};

// The file's content, and what overrides it. `name` is the file in messages.
[[nodiscard]] Outcome<SourcedConfig> node_config(std::string_view file, std::string_view name,
                                                 std::span<const Setting> settings);
// "network.listen" is AETHERD_NETWORK_LISTEN. What names a variable that begins so and is no key is an error.
[[nodiscard]] Outcome<std::vector<Setting>> settings_of_environment(std::span<const std::string> variables);
// "KEY=VALUE".
[[nodiscard]] Outcome<Setting> setting_of_flag(std::string_view text);

// A file with each key, its value and what it is for.
[[nodiscard]] std::string node_config_text(const NodeConfig& config);

struct KeyText {
  std::string key;
  std::string value;  // as in a file
  std::string purpose;
};
[[nodiscard]] std::vector<KeyText> node_config_keys(const NodeConfig& config);

}  // namespace aether::config

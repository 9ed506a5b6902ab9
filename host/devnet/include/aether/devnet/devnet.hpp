// A network of validators on this machine, for developers and tests: processes `aetherd run` that outlive the program
// that started them. Its directory, mode 0700:
//
//   devnet.plan      what the network was made with (Plan): a directory with it was made here, and is whole
//   genesis.toml     names all validators, and funds config::kDevKeys
//   keys/            key files of those and of the validators' accounts, and dev-password, which opens every key here
//   validators/I/    the keys of validator I (keystore/validator.hpp)
//   nodes/I/         the home of node I (`aetherd init`); its aetherd.toml names its ports
//   nodes/I.log      what its processes said on stdout and stderr, one after the other
//   nodes/I.pid      its last process (src/process.hpp)
//   faults.rules     with the fault proxy: its gates, which are the only addresses of each other that the nodes know,
//   and
//                    what it does (faults/rules.hpp); faults.log and faults.pid are its process's
//   lock             held while something is changed
//
// The keys protect nothing: their password is published.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aether/client/url.hpp"
#include "aether/env/file.hpp"
#include "aether/faults/rules.hpp"
#include "aether/types/address.hpp"

namespace aether::devnet {

enum class ErrorKind : std::uint8_t {
  absent,        // the directory holds no network
  foreign,       // it holds something else, or a network of another version
  busy,          // another program changes it
  bad_fund,      // not ADDRESS:SWR:AIC
  no_program,    // no aetherd or aether-faults beside this program
  refused,       // aetherd refused to make a genesis or a home
  not_ready,     // a node ended, or took too long; the message has the end of its log
  unknown_node,  // no node has this number
  not_running,   // the node is down
  no_faults,     // the network was made without the fault proxy
  environment,   // the file system or the system refuses
};
struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;
};
template <class T>
using Outcome = Result<T, Error>;

using NodeIndex = std::uint32_t;  // from 0
inline constexpr std::uint32_t kNodesMax = 64;
inline constexpr std::uint64_t kSlotMsMax = 10'000;
inline constexpr std::uint64_t kDeltaMsMax = 10'000;

struct Plan {
  std::uint32_t nodes = 4;      // 1 to kNodesMax; all are validators of one weight
  std::uint64_t slot_ms = 200;  // at most kSlotMsMax; 0: as fast as they come
  std::uint64_t delta_ms = 50;  // 1 to kDeltaMsMax; consensus.delta_ms of aetherd.toml
  bool faults = false;          // whether the fault proxy stands between each two; then at most faults::kNodesMax nodes
  bool demo = false;            // genesis with short windows of jobs (`aetherd genesis --preset demo`)
  std::vector<std::string> funds;  // ADDRESS:SWR:AIC in whole units

  bool operator==(const Plan&) const = default;
};

enum class NodeState : std::uint8_t { down, paused, running };
[[nodiscard]] std::string_view to_string(NodeState state);

struct NodeFacts {
  NodeIndex index = 0;
  NodeState state = NodeState::down;
  std::optional<pid_t> pid;  // none: it is down
  client::Url rpc;
  env::Path log;
};

struct NodeAnswer {
  Slot slot;  // of the newest block that it holds
  Slot final_slot;
  Slot root_slot;   // the newest slot that is final on all nodes which answered; final_slot if it lacks that block
  Hash state_root;  // after root_slot
  bool is_ready = false;
  std::uint32_t peers = 0;  // that it is connected to
};
struct NodeStatus {
  NodeFacts facts;
  std::optional<NodeAnswer> answer;  // none: it is down or paused, or did not answer
};
// Whether all that answered at the same slot have the same root.
[[nodiscard]] bool roots_agree(const std::vector<NodeStatus>& nodes);

// ~/.aether/devnet; none when HOME is not set.
[[nodiscard]] std::optional<env::Path> default_directory();
// The aetherd beside the program that runs.
[[nodiscard]] Outcome<env::Path> find_aetherd();

enum class Use : std::uint8_t {
  look,
  change,  // one program at a time
};

class Devnet {
 public:
  // Makes the directory, which is absent or empty; whole or not at all. Nothing is started.
  [[nodiscard]] static Outcome<void> make(const env::Path& directory, const Plan& plan, const env::Path& aetherd);
  [[nodiscard]] static Outcome<Devnet> open(const env::Path& directory, Use use);

  [[nodiscard]] const env::Path& directory() const { return directory_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] std::vector<NodeIndex> all() const;
  [[nodiscard]] env::Path keys() const;
  [[nodiscard]] env::Path password_file() const;
  // Errors: unknown_node, environment (its aetherd.toml does not do).
  [[nodiscard]] Outcome<NodeFacts> facts(NodeIndex node) const;
  // Asks every node that runs.
  [[nodiscard]] Outcome<std::vector<NodeStatus>> status() const;
  // What the fault proxy does; no_faults where there is none.
  [[nodiscard]] Outcome<faults::Rules> faults() const;

  // The rest needs Use::change. Nodes that are unknown or, where it matters, down are found before anything is done.

  // Has the fault proxy do this from now on, or when it starts next. Gates stay what they are.
  [[nodiscard]] Outcome<void> set_faults(const faults::Rules& rules);
  // Starts those that are down and goes on with those that are paused; first the fault proxy, where there is one.
  [[nodiscard]] Outcome<void> start(const std::vector<NodeIndex>& nodes, const env::Path& aetherd);
  // Waits until each answers.
  [[nodiscard]] Outcome<void> wait_for_answers(const std::vector<NodeIndex>& nodes) const;
  // Waits until each is at the head and something new is final on it.
  [[nodiscard]] Outcome<void> wait_for_finality(const std::vector<NodeIndex>& nodes) const;
  // SIGTERM; SIGKILL to those that take too long, which it gives back. Those that are down stay so. When no node is
  // left the fault proxy ends too.
  [[nodiscard]] Outcome<std::vector<NodeIndex>> stop(const std::vector<NodeIndex>& nodes);
  // SIGKILL; the processes are gone when it returns.
  [[nodiscard]] Outcome<void> kill(const std::vector<NodeIndex>& nodes);
  // SIGSTOP and SIGCONT.
  [[nodiscard]] Outcome<void> pause(const std::vector<NodeIndex>& nodes);
  [[nodiscard]] Outcome<void> resume(const std::vector<NodeIndex>& nodes);
  // Removes the directory. All nodes are down.
  [[nodiscard]] Outcome<void> erase() &&;

 private:
  [[nodiscard]] Outcome<void> start_proxy(const env::Path& program);
  Devnet(env::Path directory, Plan plan, std::optional<env::FileLock> lock)
      : directory_(std::move(directory)), plan_(std::move(plan)), lock_(std::move(lock)) {}

  env::Path directory_;
  Plan plan_;
  std::optional<env::FileLock> lock_;
};

// Calls use(i, line) with each line of each file: of the last `tail` of each, or of all; a file that is absent has
// none. With `follow` it goes on with lines as they come. Ends when `use` gives false.
void read_logs(const std::vector<env::Path>& files, std::optional<std::size_t> tail, bool follow,
               const std::function<bool(std::size_t, std::string_view)>& use);

}  // namespace aether::devnet

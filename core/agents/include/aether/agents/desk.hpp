// Instructions under way: each is sent once, again after it expired, and after a refusal only when a growing pause is
// over. An agent names what it wants by an Intent; the host sees a number.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "aether/agents/observation.hpp"
#include "aether/programs/instructions.hpp"

namespace aether::agents {

using SendId = std::uint64_t;  // counts from 1 in each agent

// Effect: sign and broadcast, with the access sets of programs::access_sets.
struct Send {
  SendId id = 0;
  programs::EscrowInstruction instruction;
  Hash model_id;             // for the access sets
  std::optional<Slot> last;  // the last slot in which it can succeed: an upper bound of valid_until
};

// Event: how a Send ended. The host reports it exactly once, and not before an observation may count on it: at a tip of
// at least `slot`.
struct SendEnded {
  SendId id = 0;
  Slot slot;                       // of the block that holds it; expired: the tip
  std::optional<ResultCode> code;  // none: it expired, and no block will ever hold it
  std::uint64_t nonce = 0;         // of its transaction; a posted job's id follows from it
};

enum class Action : std::uint8_t {
  post,
  accept,
  submit_vcr,
  commit_fraud,
  prove,
  open_descent,
  descend,
  respond,
  settle,
  cancel,
  expire,
};
[[nodiscard]] std::string_view to_string(Action action);

inline constexpr std::uint32_t kWholeJob = 0xffff'ffff;

// What is meant by an instruction. Two that differ may be under way together.
struct Intent {
  Hash job;
  Action action = Action::post;
  std::uint32_t number = 0;  // session, attempt, order or round, by action; kWholeJob: expire of the job itself
  vcr::Node node{};          // of respond and descend

  auto operator<=>(const Intent&) const = default;
};

class Desk {
 public:
  // Whether it is neither under way nor in the pause after a refusal.
  [[nodiscard]] bool free(const Intent& intent, Slot now) const;
  // `locks`: what the instruction takes from the balance. The intent is free.
  [[nodiscard]] Send send(const Intent& intent, programs::EscrowInstruction instruction, const Hash& model_id,
                          std::optional<Slot> last, Balance locks = {});
  // The intent that ended; none: unknown, or reported before.
  std::optional<Intent> ended(const SendEnded& event);
  // At each observation: what had success up to its slot is seen in the state from here on.
  void observe(Slot tip);
  void forget(const Hash& job);
  void forget(const Intent& intent);
  [[nodiscard]] bool under_way(const Hash& job, Action action) const;
  // What the balance holds beyond the locks of everything under way.
  [[nodiscard]] Balance spendable(const Balance& balance) const;

 private:
  struct Entry {
    SendId id = 0;             // 0: none under way
    std::optional<Slot> done;  // success, not yet observed
    Balance locks;
    std::uint32_t refusals = 0;
    Slot refused;  // the last time
  };
  std::map<Intent, Entry> entries_;
  SendId last_id_ = 0;
};

}  // namespace aether::agents

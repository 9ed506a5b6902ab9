// Carries out an agent's Sends: signs, sends and follows several transactions of one account at once, each to its one
// end. What the chain has forgotten (it was killed before it sealed) is sent again as it is, which does no harm.
#pragma once

#include "aether/agents/desk.hpp"
#include "aether/client/submit.hpp"

namespace aether::mesh {

class Sender {
 public:
  // Sees each instruction before it is signed and may change it; false: not now. Empty: all go.
  using Gate = std::function<bool(programs::EscrowInstruction&)>;

  // `valid_slots`: how long a transaction may wait for a block; short, since a later one may replace it.
  Sender(const client::Rpc& rpc, crypto::Seed seed, std::uint64_t valid_slots = 40)
      : rpc_(rpc), seed_(std::move(seed)), valid_slots_(valid_slots) {}

  void add(agents::Send send, Slot tip);

  // Sends what waits, and asks for what is on its way. To be called again at each block, after an error too.
  [[nodiscard]] client::Outcome<void> pump(Slot tip, const Gate& gate = {});

  // Those that ended at `tip` or before, once each.
  [[nodiscard]] std::vector<agents::SendEnded> take_ended(Slot tip);

  // Why the chain refused to take a transaction, the last time; such are tried again. Empty: it took all.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  struct Waiting {
    agents::Send send;
    Slot last;  // later it has expired unsent
  };
  struct OnItsWay {
    agents::SendId id = 0;
    Transaction transaction;
  };
  [[nodiscard]] client::Outcome<void> send(Waiting& waiting, Slot tip, const Gate& gate);
  [[nodiscard]] client::Outcome<Transaction> build_and_send(const programs::EscrowInstruction& instruction, Slot last);
  [[nodiscard]] client::Outcome<bool> has_ended(const OnItsWay& sent);

  const client::Rpc& rpc_;
  crypto::Seed seed_;
  std::uint64_t valid_slots_;
  std::vector<Waiting> waiting_;
  std::vector<OnItsWay> on_their_way_;
  std::vector<agents::SendEnded> ended_;
  std::string complaint_;
};

}  // namespace aether::mesh

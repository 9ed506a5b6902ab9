// The mempool behind its interface.
#pragma once

#include "branches.hpp"
#include "pool.hpp"
#include "verification.hpp"

namespace aether::mempool {

class Mempool::Machine {
 public:
  Machine(const Config& config, const ChainParams& params, HeadMoved head);

  std::vector<Effect> step(Event event, const ledger::StateView& head);
  std::vector<const VerifiedTransaction*> select(const ledger::StateView& head);

  Pool& pool() { return pool_; }
  [[nodiscard]] std::size_t unverified() const { return verification_.count(); }
  [[nodiscard]] Slot slot() const { return slot_; }

 private:
  using StateView = ledger::StateView;

  void on(Received& event, const StateView& head);
  void receive(PeerId from, IdentifiedTransaction transaction, const StateView& head);
  void on(Verdicts& event, const StateView& head);
  void on(BlockAdded& event, const StateView& head);
  void on(HeadMoved& event, const StateView& head);
  void on(BlockFinal& event, const StateView& head);
  void on(BlockForgotten& event, const StateView& head);

  // What an admission displaces.
  struct Place {
    Entry* replaced = nullptr;
    std::vector<Entry*> evicted;
  };
  // `account` is the sender's after the head.
  [[nodiscard]] Result<Place, Refusal> find_place(const VerifiedTransaction& tx, const Account& account,
                                                  const StateView& head);
  [[nodiscard]] Result<Entry*, Refusal> find_replaced(const VerifiedTransaction& tx, const Sender& sender) const;
  [[nodiscard]] Result<void, Refusal> admit(VerifiedTransaction tx, const Account& account, const StateView& head);
  void refuse(PeerId from, const Hash& id, const Refusal& why) { effects_.push_back(Refused{from, id, why}); }
  void send_batch();

  // Makes ready and held what is so after the new head: of a sender whose nonces were used, or given back, on the way.
  void review(std::span<const NonceUse> uses, const StateView& head);
  // The same of a sender of whom nothing is known. The nonces that are used are taken for final.
  void review_all(const Address& sender, const StateView& head);
  // The cheapest go first.
  void drop_unpaid(const Sender& sender);
  void drop(Entry& entry, Drop why);

  const ChainParams& params_;
  ChainId chain_id_;
  ledger::Programs programs_;
  Bounds bounds_;
  Hash head_;
  Slot slot_;  // the one after the head's
  Pool pool_;
  Verification verification_;
  Branches branches_;
  std::vector<Effect> effects_;  // of this step
};

}  // namespace aether::mempool

// The mempool: which transactions wait for a block, and which of them the next one gets. A pure machine: events in,
// effects out; its clock is the slot of the head.
//
//              cheap checks            VerifySignatures          checked again          select
//   Received ───────────────▶ unverified ─────────▶ Verdicts ───────────────▶ ready ───────────▶ a block
//                                                                              ▲ │ its nonce is used on the head's
//                                                                              branch
//                                                     the head leaves the branch │
//                                                                              │ ▼
//                                                                              held ────────────▶ dropped when final
//
// Two lanes, of dispute instructions and of all others, never contend for room, as in a block. In each, a transaction
// waits in the queue of the object that most of those which it declares have waiting, or in the queue of those that
// declare none; an object has the same share of the pool as of a block. So spam on one object meets its own share, in
// the pool and in a block, and nobody else's.
//
// Invariants. (1) What is ready has a nonce that can be used after the head, and the max fees of a sender's ready ones
// are at most its SWR there. (2) Nothing is displaced but by a dearer one. (3) What select() gives is what
// ledger::BlockAdmission admits, in that order. (4) Everything has a bound.
#pragma once

#include <memory>

#include "aether/ledger/block_admission.hpp"
#include "aether/mempool/events.hpp"

namespace aether::mempool {

struct Bounds {
  std::size_t transactions_max = limits::kMempoolTransactionsMax;
  std::size_t bytes_max = limits::kMempoolBytesMax;  // of BCS, with kMempoolDeclaredBytes for each object declared
  std::size_t per_sender_max = limits::kMempoolPerSenderMax;
  std::size_t unverified_max = limits::kUnverifiedMax;
  std::size_t unverified_bytes_max = limits::kUnverifiedBytesMax;
  std::size_t unverified_per_peer_max = limits::kUnverifiedPerPeerMax;
  std::size_t unverified_bytes_per_peer_max = limits::kUnverifiedBytesPerPeerMax;
  std::size_t batch_max = limits::kVerifyBatchMax;
  std::size_t unfinal_uses_max = limits::kUnfinalUsesMax;
};

struct Config {
  ChainId chain_id;
  ledger::Programs programs;  // what it names outlives the mempool
  Bounds bounds = {};
  // A secret of this node, so that nobody who chooses what arrives when shapes the search trees.
  std::uint64_t seed = 0;
};

class Mempool {
 public:
  // `head` is final and was executed. `params` outlive the mempool.
  Mempool(const Config& config, const ChainParams& params, HeadMoved head);
  ~Mempool();
  Mempool(Mempool&&) noexcept;
  Mempool& operator=(Mempool&&) noexcept;

  // `head` is the state after the head, in the event HeadMoved after the new one.
  [[nodiscard]] std::vector<Effect> step(Event event, const ledger::StateView& head);

  // For the block after the head, the dearest first. Valid until the next step. Its time grows with what is selected,
  // and little with what waits; at most kSelectVisitsMax entries are looked at.
  [[nodiscard]] std::vector<const VerifiedTransaction*> select(const ledger::StateView& head);

  // Ready or held; null when it does not wait here.
  [[nodiscard]] const VerifiedTransaction* find(const Hash& id) const;
  [[nodiscard]] std::size_t count() const;  // ready and held
  [[nodiscard]] std::size_t bytes() const;  // as bytes_max counts them
  [[nodiscard]] std::size_t ready() const;
  [[nodiscard]] std::size_t unverified() const;  // gathering and out
  [[nodiscard]] Slot slot() const;               // of the block that select() is for

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace aether::mempool

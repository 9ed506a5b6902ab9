// The buyer: posts orders, takes results, and gets its money out of jobs that ended badly. A buyer that holds the model
// runs a Watchtower with only_buyer beside it.
//
// Posted jobs are found on the chain by their buyer, so a buyer that starts fresh goes on. Orders are the host's to
// keep: one that was handed in is posted.
#pragma once

#include <variant>

#include "aether/agents/note.hpp"

namespace aether::agents {

struct BuyerOptions {
  std::uint64_t patience_slots = 4;  // before it settles what the worker should
};

struct Order {
  std::uint32_t number = 0;  // the host's, unlike any other of this buyer
  programs::Post post;
  infer::Config config;  // of the model: the escrow follows from it
};
struct CancelOrder {
  Hash job;
};

using BuyerEvent = std::variant<SendEnded, Order, CancelOrder>;

// Effects. The order's job, once it is on the chain.
struct Posted {
  std::uint32_t number = 0;
  Hash job;
};
// The order cannot be posted; the host may hand it in again.
struct OrderRefused {
  std::uint32_t number = 0;
  std::optional<ResultCode> code;  // the chain's; none: the balance is too small
};
// The output is in this transaction; once for each job.
struct Deliver {
  Hash job;
  Hash submit_transaction;
};

using BuyerEffect = std::variant<Send, Posted, OrderRefused, Deliver, Note>;

class Buyer {
 public:
  Buyer(const Identity& me, BuyerOptions options);
  // `events`: since the last step. The effects are to be carried out in their order.
  [[nodiscard]] std::vector<BuyerEffect> step(const Observation& now, std::span<const BuyerEvent> events);

  // Whether the next observation should show this job even if it is closed.
  [[nodiscard]] bool tracks(const Hash& job) const;

 private:
  struct Own {
    bool delivered = false;
    bool cancel = false;
  };
  class Step;

  Identity me_;
  BuyerOptions options_;
  Desk desk_;
  std::map<std::uint32_t, Order> orders_;  // not posted yet
  std::map<Hash, Own> own_;
};

}  // namespace aether::agents

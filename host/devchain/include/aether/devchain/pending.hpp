// Transactions that wait for a block, in the order they came; bounded in count, bytes and per sender. Not thread-safe.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "aether/ledger/admission.hpp"

namespace aether::devchain {

struct PendingLimits {
  std::size_t count_max = 16'384;
  std::size_t bytes_max = std::size_t{64} << 20;
  std::size_t per_sender_max = limits::kNonceWindow;
};

enum class QueueError : std::uint8_t {
  known,        // it waits already
  full,         // count or bytes
  sender_full,  // too many of one sender
  nonce_waits,  // another one of the sender has its nonce
  cannot_pay,   // the max fees of the sender's waiting ones exceed its SWR
};
[[nodiscard]] std::string_view to_string(QueueError error);

class Pending {
 public:
  explicit Pending(PendingLimits limits = {}) : limits_(limits) {}

  // `funds`: the sender's SWR at the tip. The transaction has passed preflight and preclaim.
  [[nodiscard]] Result<void, QueueError> add(VerifiedTransaction tx, Amount funds);
  void remove(const Hash& id);
  // Puts it behind all others, so that what cannot stand in a block yet keeps nothing else out.
  void defer(const Hash& id);
  // Removes those whose valid_until is before `slot`.
  void expire(Slot slot);

  [[nodiscard]] const VerifiedTransaction* find(const Hash& id) const;
  // In order, at most `bytes_max` bytes of them (at least one, if any).
  [[nodiscard]] std::vector<VerifiedTransaction> oldest(std::size_t bytes_max) const;
  [[nodiscard]] std::size_t count() const { return order_.size(); }

 private:
  struct Sender {
    std::set<std::uint64_t> nonces;
    Amount fees = 0;
  };
  PendingLimits limits_;
  std::uint64_t arrivals_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::uint64_t, VerifiedTransaction> order_;
  std::map<Hash, std::uint64_t> by_id_;
  std::map<Address, Sender> senders_;
};

}  // namespace aether::devchain

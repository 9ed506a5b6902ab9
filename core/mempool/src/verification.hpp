// Transactions whose signatures are not verified yet: a batch that is out, and what gathers for the next one.
#pragma once

#include <map>
#include <set>

#include "aether/mempool/mempool.hpp"

namespace aether::mempool {

class Verification {
 public:
  explicit Verification(const Bounds& bounds) : bounds_(bounds) {}

  // The id does not cover the signature, so of one id several may be here: a wrong one keeps no right one out.
  [[nodiscard]] Result<void, Limit> check(PeerId from, const VerifiedTransaction& unchecked) const;

  struct Item {
    PeerId from = 0;
    VerifiedTransaction unchecked;
    Hash head;        // when it came,
    Account account;  // and its sender's after that
  };
  void add(Item item);  // its transaction passed check()

  // The next batch, unless one is out or nothing gathers.
  [[nodiscard]] std::optional<VerifySignatures> next_batch();
  // Ends the batch that is out, which `batch` must be.
  [[nodiscard]] std::vector<Item> finish(std::uint64_t batch);

  [[nodiscard]] std::size_t count() const { return known_.size(); }

 private:
  struct Share {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  const Bounds bounds_;
  std::uint64_t batch_ = 0;  // the newest
  std::vector<Item> out_;
  std::vector<Item> gathering_;
  std::set<std::pair<Hash, crypto::Signature>> known_;
  std::map<PeerId, Share> peers_;
  std::size_t bytes_ = 0;
};

}  // namespace aether::mempool

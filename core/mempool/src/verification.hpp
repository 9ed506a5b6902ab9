// Transactions whose signatures are not verified yet: a batch that is out, and what gathers for the next one.
#pragma once

#include <map>
#include <set>

#include "aether/mempool/mempool.hpp"
#include "hash_table.hpp"

namespace aether::mempool {

class Verification {
 public:
  Verification(const Bounds& bounds, std::uint64_t seed) : bounds_(bounds), known_(seed) {}

  // The id does not cover the signature, so of one id several may be here: a wrong one keeps no right one out.
  [[nodiscard]] Result<void, Limit> check(PeerId from, const VerifiedTransaction& unchecked);

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

  [[nodiscard]] std::size_t count() const { return out_.size() + gathering_.size(); }

 private:
  struct Share {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  const Bounds bounds_;
  std::uint64_t batch_ = 0;  // the newest
  std::vector<Item> out_;
  std::vector<Item> gathering_;
  HashTable<std::set<crypto::Signature>> known_;  // by id
  std::map<PeerId, Share> peers_;
  std::size_t bytes_ = 0;
};

}  // namespace aether::mempool

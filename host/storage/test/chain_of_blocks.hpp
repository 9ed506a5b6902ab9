// Blocks whose content follows from their number alone, and what a store of n of them must hold.
#pragma once

#include "aether/crypto/sha256.hpp"
#include "aether/storage/store.hpp"
#include "backends.hpp"

namespace aether::storage {

inline Hash number(std::uint64_t n) { return crypto::sha256(codec::encode(n)); }

class ChainOfBlocks {
 public:
  using State = std::map<ObjectId, Bytes>;

  // What block n changes. Some blocks are large, some empty.
  static ledger::Diff diff(std::uint64_t n) {
    Random random(n);
    ledger::Diff out;
    for (std::uint64_t i = n % 11 == 3 ? 300 : random.below(40); i > 0; --i) {
      const ObjectId id{random.below(5) == 0 ? Domain::job : Domain::account, number(random.below(700))};
      out[id] = random.below(4) == 0 ? std::nullopt : std::optional(codec::encode(number(random.below(1'000))));
    }
    return out;
  }

  struct StateUpdate : smt::Update {
    std::vector<const ledger::Diff::value_type*> objects;
  };
  static StateUpdate update(const smt::Tree& parent, const ledger::Diff& diff) {
    std::map<Hash, const ledger::Diff::value_type*> sorted;
    for (const auto& object : diff) sorted[state_key(object.first)] = &object;
    std::vector<smt::Change> changes;
    for (const auto& [key, object] : sorted)
      changes.push_back({key, object->second ? std::optional(value_hash(*object->second)) : std::nullopt});
    SerialPool pool;
    StateUpdate out{parent.updated(changes, pool, {}), {}};
    for (const auto& leaf : out.changed) out.objects.push_back(sorted[leaf.key]);
    return out;
  }

  // In one batch, with a certificate of the last.
  static Outcome<void> commit_next(Store& store, std::size_t blocks = 1) {
    const auto parent = store.snapshot();
    const std::uint64_t first = parent->tip() ? parent->tip()->slot.raw() + 1 : 0;
    std::vector<Receipt> receipts(blocks);
    std::deque<ledger::Diff> diffs;
    std::deque<StateUpdate> trees;
    std::vector<Hash> ids;
    for (std::uint64_t n = first; n < first + blocks; ++n) {
      trees.push_back(update(trees.empty() ? parent->tree() : trees.back().tree, diffs.emplace_back(diff(n))));
      ids.push_back(number(n));
    }
    std::vector<BlockCommit> commits(blocks);
    for (std::size_t i = 0; i < blocks; ++i) {
      commits[i].record.slot = Slot{first + i};
      commits[i].record.hash = ids[i];
      commits[i].record.state_root = trees[i].tree.root();
      commits[i].tree = &trees[i];
      commits[i].objects = trees[i].objects;
      receipts[i].transaction = ids[i];
      commits[i].receipts = std::span(receipts).subspan(i, 1);
      commits[i].transaction_ids = std::span(ids).subspan(i, 1);
    }
    return store.commit(commits, PrecommitCertificate{Slot{first + blocks - 1}, ids.back(), {}, {}});
  }

  // The root after block n, computed beside.
  Hash root(std::uint64_t n) {
    advance(n);
    return roots_[n];
  }

  // Everything that the store says after block n.
  void expect_whole(const Snapshot& snapshot, std::uint64_t n) {
    ASSERT_TRUE(snapshot.tip());
    ASSERT_EQ(snapshot.tip()->slot, Slot{n});
    EXPECT_EQ(snapshot.tip()->state_root, root(n));
    EXPECT_EQ(snapshot.tree().root(), root(n));
    const auto certificate = snapshot.certificate();
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->block, number(n));
    State state;
    for (std::uint64_t i = 0; i <= n; ++i) {
      for (const auto& [id, value] : diff(i)) {
        if (value) {
          state[id] = *value;
        } else {
          state.erase(id);
        }
      }
    }
    State found, jobs;
    Hash before;
    snapshot.visit_objects({}, [&](const Hash& key, const ObjectId& id, ByteView value) {
      EXPECT_LT(before, key);
      EXPECT_EQ(key, state_key(id));
      before = key;
      return found.emplace(id, Bytes(value.begin(), value.end())).second;
    });
    EXPECT_EQ(found, state);
    for (std::uint64_t i = 0; i <= n; ++i)
      for (const auto& [id, value] : diff(i)) EXPECT_EQ(snapshot.contains(id), state.contains(id));
    snapshot.scan(Domain::job, {}, [&](const Hash& key, ByteView value) {
      return jobs.emplace(ObjectId{Domain::job, key}, Bytes(value.begin(), value.end())).second;
    });
    std::erase_if(state, [](const auto& object) { return object.first.domain != Domain::job; });
    EXPECT_EQ(jobs, state);
    EXPECT_EQ(snapshot.tree().size(), found.size());
    for (const std::uint64_t slot : {std::uint64_t{0}, n / 2, n}) {
      EXPECT_EQ(snapshot.record(Slot{slot})->state_root, root(slot));
      EXPECT_EQ(snapshot.slot_of_block(number(slot)), Slot{slot});
      EXPECT_EQ(snapshot.transaction(number(slot))->slot, Slot{slot});
      EXPECT_EQ(snapshot.receipts(Slot{slot})->size(), 1u);
    }
    EXPECT_FALSE(snapshot.record(Slot{n + 1}));
    EXPECT_FALSE(snapshot.transaction(number(n + 1)));
  }

 private:
  void advance(std::uint64_t n) {
    while (roots_.size() <= n) {
      tree_ = update(tree_, diff(roots_.size())).tree;
      roots_.push_back(tree_.root());
    }
  }

  smt::Tree tree_;
  std::vector<Hash> roots_;
};

}  // namespace aether::storage

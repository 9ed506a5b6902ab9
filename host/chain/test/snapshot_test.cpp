#include "aether/chain/snapshot.hpp"

#include <fstream>

#include "aether/env/thread_pool.hpp"
#include "support.hpp"

namespace aether::chain {
namespace {

struct SnapshotFiles : ::testing::Test {
  env::TempDir directory = std::move(*env::TempDir::create());
  env::ThreadPool pool{3};
  Work work{.pool = pool};

  env::Path in(const char* name) const { return directory.path() / name; }

  // The file "snapshot" of a chain with some blocks, and that chain.
  std::unique_ptr<Chain> make(std::uint64_t blocks = 5) {
    auto chain = open_in(in("origin"));
    seal_some(*chain, blocks);
    const auto made = create_snapshot(*chain->snapshot(), chain->genesis(), {.file = in("snapshot")}, work);
    EXPECT_TRUE(made) << made.error().message;
    return chain;
  }
  SnapshotOutcome<SnapshotFacts> restore(const char* name, bool replace = false, const Expected& expected = {}) {
    return restore_snapshot(in("snapshot"), expected, {.directory = in(name), .replace = replace}, work);
  }
  Bytes bytes() const { return *env::read_file(in("snapshot"), std::size_t{1} << 30); }
  void write(const Bytes& bytes) const {
    std::ofstream(in("snapshot"), std::ios::binary)
        .write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
  }
};

template <class T>
SnapshotErrorKind kind_of(const SnapshotOutcome<T>& outcome) {
  EXPECT_FALSE(outcome);
  return outcome ? SnapshotErrorKind{} : outcome.error().kind;
}

TEST_F(SnapshotFiles, a_restored_chain_goes_on_as_the_one_it_was_made_of) {
  const auto origin = make();
  const auto tip = *origin->snapshot()->tip();
  const auto facts = restore("copy");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->manifest.slot, tip.slot);
  const auto copy = open_in(in("copy"));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->snapshot()->tip(), tip);
  EXPECT_EQ(copy->snapshot()->tree().root(), tip.state_root);
  EXPECT_EQ(utxos_of(*copy), 5u);
  seal_some(*origin, 3);
  for (std::uint64_t slot = 6; slot <= 8; ++slot) {
    std::optional<BlockRule> refused;
    ASSERT_TRUE(copy->apply(*origin->snapshot()->block(Slot{slot}), refused));
    ASSERT_FALSE(refused) << to_string(*refused);
  }
  EXPECT_EQ(copy->snapshot()->tip(), origin->snapshot()->tip());
  EXPECT_EQ(utxos_of(*copy), utxos_of(*origin));
  EXPECT_EQ(copy->snapshot()->tree(Slot{5})->root(), tip.state_root);
}

TEST_F(SnapshotFiles, what_came_before_a_restored_block_is_absent) {
  const auto origin = make();
  ASSERT_TRUE(restore("copy"));
  const auto copy = open_in(in("copy"));
  const auto snapshot = copy->snapshot();
  EXPECT_TRUE(snapshot->record(Slot{5}));
  EXPECT_EQ(snapshot->slot_of_block(snapshot->tip()->hash), Slot{5});
  EXPECT_FALSE(snapshot->block(Slot{5}));
  EXPECT_FALSE(snapshot->receipts(Slot{5}));
  EXPECT_FALSE(snapshot->record(Slot{4}));
  EXPECT_FALSE(snapshot->block(Slot{4}));
  EXPECT_FALSE(snapshot->tree(Slot{4}));
  EXPECT_FALSE(snapshot->transaction(transfer(0, user(103), 3).id()));
  EXPECT_TRUE(origin->snapshot()->transaction(transfer(0, user(103), 3).id()));
}

TEST_F(SnapshotFiles, is_of_its_moment_while_the_chain_goes_on) {
  const auto origin = open_in(in("origin"));
  seal_some(*origin, 3);
  const auto moment = origin->snapshot();
  seal_some(*origin, 4);
  ASSERT_TRUE(create_snapshot(*moment, origin->genesis(), {.file = in("snapshot")}, work));
  const auto facts = verify_snapshot(in("snapshot"), {}, work);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->manifest.slot, Slot{3});
  EXPECT_EQ(facts->manifest.state_root, moment->tip()->state_root);
}

TEST_F(SnapshotFiles, is_the_same_bytes_for_any_pool_and_of_block_0_too) {
  const auto origin = open_in(in("origin"), some_genesis(4'096));  // several chunks
  std::uint64_t last = 0;
  const auto count = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(done, total);
    EXPECT_GE(done, last);
    last = done;
  };
  ASSERT_TRUE(create_snapshot(*origin->snapshot(), origin->genesis(), {.file = in("snapshot")},
                              {.pool = pool, .progress = count}));
  EXPECT_EQ(last, origin->snapshot()->tree().size());
  ASSERT_TRUE(create_snapshot(*origin->snapshot(), origin->genesis(), {.file = in("serial")}, {.pool = serial()}));
  EXPECT_EQ(bytes(), *env::read_file(in("serial"), std::size_t{1} << 30));
  last = 0;
  const auto facts = restore_snapshot(in("snapshot"), {}, {.directory = in("copy")}, {.pool = pool, .progress = count});
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_GE(facts->manifest.chunks.size(), 2u);
  EXPECT_EQ(last, origin->snapshot()->tree().size());
  EXPECT_EQ(open_in(in("copy"), some_genesis(4'096))->snapshot()->tip(), origin->snapshot()->tip());
}

TEST_F(SnapshotFiles, every_changed_byte_and_every_cut_is_refused_and_leaves_nothing) {
  (void)make(1);
  const Bytes whole = bytes();
  ASSERT_TRUE(verify_snapshot(in("snapshot"), {}, work));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes forged = whole;
    forged[at] ^= static_cast<std::uint8_t>(1u << at % 8);
    write(forged);
    EXPECT_EQ(kind_of(verify_snapshot(in("snapshot"), {}, work)), SnapshotErrorKind::damaged) << at;
  }
  for (std::size_t size = 0; size < whole.size(); size += 1 + size % 7) {
    write(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(kind_of(verify_snapshot(in("snapshot"), {}, work)), SnapshotErrorKind::damaged) << size;
  }
  Bytes forged = whole;
  forged[40] ^= 1;  // in the first chunk
  write(forged);
  const auto refused = restore("copy");
  EXPECT_EQ(kind_of(refused), SnapshotErrorKind::damaged);
  EXPECT_EQ(refused.error().why, snapshot::Error::stored_digest);
  EXPECT_FALSE(std::filesystem::exists(in("copy")));
  EXPECT_FALSE(std::filesystem::exists(in("copy.partial")));
}

TEST_F(SnapshotFiles, is_held_to_what_is_expected) {
  const auto origin = make();
  const auto tip = *origin->snapshot()->tip();
  const auto verified = [&](const Expected& expected) { return verify_snapshot(in("snapshot"), expected, work); };
  EXPECT_TRUE(verified({.genesis = origin->hash_of_genesis(), .block = tip.hash, .state_root = tip.state_root}));
  EXPECT_EQ(kind_of(verified({.genesis = tip.hash, .block = {}, .state_root = {}})), SnapshotErrorKind::unexpected);
  EXPECT_EQ(kind_of(verified({.genesis = {}, .block = tip.state_root, .state_root = {}})),
            SnapshotErrorKind::unexpected);
  EXPECT_EQ(kind_of(verified({.genesis = {}, .block = {}, .state_root = tip.hash})), SnapshotErrorKind::unexpected);
  EXPECT_EQ(kind_of(restore("copy", false, {.genesis = tip.hash, .block = {}, .state_root = {}})),
            SnapshotErrorKind::unexpected);
  EXPECT_EQ(kind_of(verify_snapshot(in("none"), {}, work)), SnapshotErrorKind::unreadable);
}

TEST_F(SnapshotFiles, nothing_is_replaced_unasked) {
  const auto origin = make();
  EXPECT_EQ(kind_of(create_snapshot(*origin->snapshot(), origin->genesis(), {.file = in("snapshot")}, work)),
            SnapshotErrorKind::exists);
  EXPECT_TRUE(create_snapshot(*origin->snapshot(), origin->genesis(), {.file = in("snapshot"), .replace = true}, work));
  {
    const auto other = open_in(in("other"));
    seal_some(*other, 2);
    EXPECT_EQ(kind_of(restore("other", true)), SnapshotErrorKind::locked);
  }
  EXPECT_EQ(kind_of(restore("other")), SnapshotErrorKind::exists);
  EXPECT_EQ(open_in(in("other"))->snapshot()->tip()->slot, Slot{2});
  ASSERT_TRUE(restore("other", true));
  EXPECT_FALSE(std::filesystem::exists(in("other.partial")));
  EXPECT_EQ(open_in(in("other"))->snapshot()->tip(), origin->snapshot()->tip());

  ASSERT_TRUE(env::make_directories(in("letters")));
  ASSERT_TRUE(env::write_file_atomically(in("letters") / "letter.txt", as_bytes("dear")));
  EXPECT_EQ(kind_of(restore("letters", true)), SnapshotErrorKind::not_a_chain);
  EXPECT_TRUE(std::filesystem::exists(in("letters") / "letter.txt"));
  ASSERT_TRUE(env::make_directories(in("empty")));
  EXPECT_TRUE(restore("empty"));
}

TEST_F(SnapshotFiles, what_an_interrupted_restore_left_is_removed_unless_another_is_at_work_there) {
  const auto origin = make();
  ASSERT_TRUE(env::make_directories(in("copy.partial") / "db"));
  ASSERT_TRUE(env::write_file_atomically(in("copy.partial") / "db" / "CURRENT", as_bytes("torn")));
  {
    const auto at_work = env::FileLock::acquire(in("copy.partial") / "lock");
    ASSERT_TRUE(at_work);
    EXPECT_EQ(kind_of(restore("copy")), SnapshotErrorKind::locked);
    EXPECT_TRUE(std::filesystem::exists(in("copy.partial") / "db" / "CURRENT"));
  }
  ASSERT_TRUE(restore("copy/"));
  EXPECT_FALSE(std::filesystem::exists(in("copy.partial")));
  EXPECT_EQ(open_in(in("copy"))->snapshot()->tip(), origin->snapshot()->tip());
}

}  // namespace
}  // namespace aether::chain

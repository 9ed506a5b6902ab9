#include "aether/chain/restore.hpp"

#include "aether/chain/snapshot_file.hpp"
#include "support.hpp"

namespace aether::chain {
namespace {

// A chain at block 6, its snapshot's file, and another node's chain that stands at block 2.
struct Restores : ::testing::Test {
  env::TempDir directory = std::move(*env::TempDir::create());
  Genesis genesis = some_genesis(limits::kGenesisAccountsMax);
  std::unique_ptr<Chain> origin;
  std::unique_ptr<Chain> behind;
  std::optional<SnapshotFile> file;
  PrecommitCertificate certificate;
  const Bytes plan{5, 6, 7};

  env::Path in(std::string_view name) const { return directory.path() / name; }

  void SetUp() override {
    origin = open_in(in("origin"), genesis);
    seal_some(*origin, 6);
    ASSERT_TRUE(create_snapshot(*origin->snapshot(), genesis, {.file = in("snapshot")}, {.pool = serial()}));
    file.emplace(std::move(*SnapshotFile::open(in("snapshot"))));
    ASSERT_GE(chunks(), 2u);
    certificate.slot = Slot{7};
    certificate.block = Hash{{9}};
    behind = open_in(in("node"), genesis);
    for (std::uint64_t slot = 1; slot <= 2; ++slot) apply_next(*behind);
  }

  std::size_t chunks() const { return file->manifest().chunks.size(); }
  void apply_next(Chain& chain) const {
    std::optional<BlockRule> refused;
    const Slot slot = next(chain.snapshot()->tip()->slot);
    ASSERT_TRUE(chain.apply(*origin->snapshot()->block(slot), refused));
    ASSERT_FALSE(refused);
  }
  void store(Restore& restore, std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i) ASSERT_TRUE(restore.store(static_cast<std::uint32_t>(i), *file->chunk(i)));
  }
  void finish(Restore& restore) const {
    const auto finished = restore.finish(*behind, file->manifest(), certificate);
    ASSERT_TRUE(finished) << finished.error().message;
  }
  void expect_restored(const Chain& chain) const {
    const auto snapshot = chain.snapshot();
    EXPECT_EQ(snapshot->tip(), origin->snapshot()->tip());
    EXPECT_EQ(snapshot->tree().root(), origin->snapshot()->tree().root());
    EXPECT_EQ(snapshot->certificate(), certificate);
    EXPECT_EQ(utxos_of(chain), utxos_of(*origin));
    EXPECT_FALSE(snapshot->block(Slot{2}));
    EXPECT_EQ(snapshot->kept_from(), Slot{6});
  }
  // What a process that is killed now leaves, opened by another one.
  void after_a_crash_now(const std::function<void(Chain&)>& look) {
    const env::Path image = in("image");
    std::filesystem::copy(in("node"), image, std::filesystem::copy_options::recursive);
    look(*open_in(image, genesis));
    std::filesystem::remove_all(image);
  }
  std::size_t databases(const env::Path& node) const {
    std::size_t out = 0;
    for (const auto& each : std::filesystem::directory_iterator(node))
      out += each.path().filename().string().starts_with("db") ? 1 : 0;
    return out;
  }
};

TEST_F(Restores, a_chain_goes_on_from_a_restored_block_without_closing) {
  auto restore = std::move(*Restore::begin(*behind, plan));
  store(restore, 0, chunks());
  const auto before = behind->snapshot();
  finish(restore);
  ASSERT_TRUE(behind->go_on_from(std::move(restore)));
  expect_restored(*behind);
  EXPECT_EQ(before->tip()->slot, Slot{2});
  EXPECT_TRUE(before->block(Slot{2}));
  seal_some(*origin, 3);
  for (int i = 0; i < 3; ++i) apply_next(*behind);
  EXPECT_EQ(behind->snapshot()->tip(), origin->snapshot()->tip());
}

TEST_F(Restores, may_replace_a_restored_chain_again) {
  for (int round = 1; round <= 3; ++round) {
    auto restore = std::move(*Restore::begin(*behind, plan));
    store(restore, 0, chunks());
    finish(restore);
    ASSERT_TRUE(behind->go_on_from(std::move(restore)));
    expect_restored(*behind);
    EXPECT_EQ(databases(in("node")), 1u);
  }
  behind.reset();
  behind = open_in(in("node"), genesis);
  expect_restored(*behind);
  EXPECT_FALSE(Restore::resume(*behind));
}

TEST_F(Restores, a_crash_at_any_step_leaves_the_old_chain_or_the_new_one_and_what_was_stored) {
  const auto expect_old = [&](std::size_t stored, bool planned = true) {
    after_a_crash_now([&](Chain& chain) {
      EXPECT_EQ(chain.snapshot()->tip(), behind->snapshot()->tip());
      auto restore = Restore::resume(chain);
      ASSERT_EQ(restore.has_value(), planned);
      if (!planned) return;
      EXPECT_EQ(restore->plan(), plan);
      std::vector<bool> expected(chunks());
      std::fill_n(expected.begin(), stored, true);
      EXPECT_EQ(restore->stored(chunks()), expected);
      // It goes on there.
      store(*restore, stored, chunks());
      ASSERT_TRUE(restore->finish(chain, file->manifest(), certificate));
      ASSERT_TRUE(chain.go_on_from(std::move(*restore)));
      expect_restored(chain);
    });
  };
  expect_old(0, false);
  ASSERT_TRUE(env::make_directories(in("node") / "db-1"));  // begin() came so far
  expect_old(0, false);
  auto restore = std::move(*Restore::begin(*behind, plan));
  expect_old(0);
  for (std::size_t i = 0; i < chunks(); ++i) {
    store(restore, i, i + 1);
    expect_old(i + 1);
  }
  apply_next(*behind);
  expect_old(chunks());
  finish(restore);
  expect_old(chunks());
  // The switch-over alone, as it is before anything is removed.
  const std::string name = std::filesystem::exists(in("node") / "db-1") ? "db-1" : "db-2";
  ASSERT_TRUE(env::write_file_atomically(in("node") / "database", as_bytes(name + "\n")));
  after_a_crash_now([&](Chain& chain) {
    expect_restored(chain);
    EXPECT_EQ(databases(in("image")), 2u);
    EXPECT_FALSE(Restore::resume(chain));
    EXPECT_EQ(databases(in("image")), 1u);
    expect_restored(chain);
  });
  ASSERT_TRUE(behind->go_on_from(std::move(restore)));
  after_a_crash_now([&](Chain& chain) {
    expect_restored(chain);
    EXPECT_FALSE(Restore::resume(chain));
  });
}

TEST_F(Restores, a_new_one_replaces_what_was_begun_and_an_abandoned_one_is_removed) {
  {
    auto first = std::move(*Restore::begin(*behind, plan));
    store(first, 0, 1);
  }
  const Bytes other{1};
  auto second = std::move(*Restore::begin(*behind, other));
  EXPECT_EQ(databases(in("node")), 2u);
  EXPECT_EQ(second.stored(chunks()), std::vector<bool>(chunks()));
  EXPECT_EQ(second.plan(), other);
  std::move(second).remove();
  EXPECT_EQ(databases(in("node")), 1u);
  EXPECT_FALSE(Restore::resume(*behind));
}

TEST_F(Restores, a_state_that_lacks_a_chunk_is_refused_and_the_chain_stays) {
  auto restore = std::move(*Restore::begin(*behind, plan));
  store(restore, 1, chunks());
  const auto finished = restore.finish(*behind, file->manifest(), certificate);
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, storage::ErrorKind::corrupt);
  std::move(restore).remove();
  apply_next(*behind);
}

TEST_F(Restores, a_directory_whose_database_is_missing_is_refused) {
  behind.reset();
  ASSERT_TRUE(env::write_file_atomically(in("node") / "database", as_bytes("db-4\n")));
  const auto missing = Chain::open({.directory = in("node"), .ephemeral = false, .genesis = genesis}, serial());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, storage::ErrorKind::corrupt);
  EXPECT_NE(missing.error().message.find("db-4"), std::string::npos);
  ASSERT_TRUE(env::write_file_atomically(in("node") / "database", as_bytes("../elsewhere\n")));
  EXPECT_EQ(Chain::open({.directory = in("node"), .ephemeral = false, .genesis = genesis}, serial()).error().kind,
            storage::ErrorKind::corrupt);
}

TEST_F(Restores, a_file_gives_its_parts_as_they_are_stored) {
  Bytes whole(snapshot::kMagic.begin(), snapshot::kMagic.end());
  for (std::size_t i = 0; i < chunks(); ++i) append(whole, *file->stored_chunk(i));
  Bytes manifest;
  for (std::size_t at = 0;; at += 100) {
    const Bytes piece = *file->manifest_piece(at, 100);
    if (piece.empty()) break;
    append(manifest, piece);
  }
  EXPECT_EQ(manifest.size(), file->manifest_bytes());
  append(whole, manifest);
  append(whole, codec::encode(snapshot::trailer_of(manifest)));
  Bytes bytes = *env::read_file(in("snapshot"), std::size_t{1} << 30);
  EXPECT_EQ(whole, bytes);
  bytes[snapshot::kMagic.size() + 5] ^= 1;
  ASSERT_TRUE(env::write_file_atomically(in("snapshot"), bytes));
  const auto damaged = SnapshotFile::open(in("snapshot"))->stored_chunk(0);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().why, snapshot::Error::stored_digest);
}

}  // namespace
}  // namespace aether::chain

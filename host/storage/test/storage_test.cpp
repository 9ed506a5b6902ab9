#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "aether/crypto/sha256.hpp"
#include "aether/storage/store.hpp"

namespace aether::storage {
namespace {

env::TempDir temp_dir() { return std::move(*env::TempDir::create()); }
StoreOptions at(const env::TempDir& dir) { return {.directory = dir.path() / "chain", .genesis = Hash{{1}}}; }
ObjectId object(std::uint64_t n) { return {Domain::account, crypto::sha256(codec::encode(n))}; }

// Block n overwrites 40 objects with n and the root names n: a state of mixed blocks would show at once.
constexpr std::uint64_t kObjects = 40;
Outcome<void> commit_block(Store& store, std::uint64_t n) {
  BlockCommit commit;
  commit.record.slot = Slot{n};
  commit.record.hash = commit.record.state_root = crypto::sha256(codec::encode(n));
  ledger::Diff diff;
  smt::NodeChanges nodes;
  for (std::uint64_t i = 0; i < kObjects; ++i) {
    diff[object(i)] = codec::encode(n);
    nodes[codec::encode(i)] = codec::encode(n);
  }
  commit.diff = &diff;
  commit.nodes = &nodes;
  const std::vector<Receipt> receipts(1);
  commit.receipts = receipts;
  const std::vector<Hash> ids{commit.record.hash};
  commit.transaction_ids = ids;
  return store.commit(commit);
}

void expect_whole(const Snapshot& snapshot, std::uint64_t n) {
  ASSERT_TRUE(snapshot.tip());
  EXPECT_EQ(snapshot.tip()->slot, Slot{n});
  EXPECT_EQ(snapshot.tip()->state_root, crypto::sha256(codec::encode(n)));
  for (std::uint64_t i = 0; i < kObjects; ++i) {
    EXPECT_EQ(snapshot.get(object(i)), codec::encode(n));
    EXPECT_EQ(snapshot.get(smt::Path(codec::encode(i))), codec::encode(n));
  }
  for (std::uint64_t slot = 0; slot <= n; ++slot) {
    const Hash hash = crypto::sha256(codec::encode(slot));
    EXPECT_EQ(snapshot.record(Slot{slot})->state_root, hash);
    EXPECT_EQ(snapshot.slot_of_block(hash), Slot{slot});
    EXPECT_EQ(snapshot.transaction(hash)->slot, Slot{slot});
    EXPECT_EQ(snapshot.receipts(Slot{slot}).size(), 1u);
  }
  EXPECT_FALSE(snapshot.record(Slot{n + 1}));
}

TEST(Store, what_is_committed_is_there_after_reopening) {
  const auto dir = temp_dir();
  {
    auto store = Store::open(at(dir));
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_FALSE((*store)->snapshot()->tip());
    for (std::uint64_t n = 0; n < 5; ++n) ASSERT_TRUE(commit_block(**store, n));
  }
  auto store = Store::open(at(dir));
  ASSERT_TRUE(store);
  expect_whole(*(*store)->snapshot(), 4);
  ASSERT_TRUE(commit_block(**store, 5));
  expect_whole(*(*store)->snapshot(), 5);
}

TEST(Store, a_snapshot_is_unmoved_by_later_commits) {
  auto store = Store::open({.directory = {}, .ephemeral = true, .genesis = {}});
  ASSERT_TRUE(store) << store.error().message;
  ASSERT_TRUE(commit_block(**store, 0));
  const auto before = (*store)->snapshot();
  ASSERT_TRUE(commit_block(**store, 1));
  expect_whole(*before, 0);
  expect_whole(*(*store)->snapshot(), 1);
}

TEST(Store, erased_objects_are_gone_and_scans_cover_a_domain_once) {
  auto store = Store::open({.directory = {}, .ephemeral = true, .genesis = {}});
  ASSERT_TRUE(commit_block(**store, 0));
  ledger::Diff diff;
  diff[object(3)] = std::nullopt;
  diff[{Domain::model, Hash{{9}}}] = Bytes{1};
  BlockCommit commit;
  commit.record.slot = Slot{1};
  commit.diff = &diff;
  ASSERT_TRUE((*store)->commit(commit));
  const auto snapshot = (*store)->snapshot();
  EXPECT_FALSE(snapshot->get(object(3)));
  const auto keys = [&](Domain domain, std::optional<Hash> after, std::size_t count_max) {
    std::vector<Hash> out;
    snapshot->scan(domain, after, [&](const Hash& key, ByteView value) {
      EXPECT_EQ(snapshot->get(ObjectId{domain, key}), Bytes(value.begin(), value.end()));
      out.push_back(key);
      return out.size() < count_max;
    });
    return out;
  };
  const auto all = keys(Domain::account, {}, 1'000);
  EXPECT_EQ(all.size(), kObjects - 1);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  std::vector<Hash> paged;
  for (std::optional<Hash> after;;) {
    const auto page = keys(Domain::account, after, 7);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 7u);
    paged.insert(paged.end(), page.begin(), page.end());
    after = page.back();
  }
  EXPECT_EQ(paged, all);
  // A cursor need not be the key of an object any more.
  EXPECT_EQ(keys(Domain::account, object(3).key, 1'000).front(),
            *std::upper_bound(all.begin(), all.end(), object(3).key));
  EXPECT_EQ(keys(Domain::model, {}, 10).size(), 1u);
  EXPECT_TRUE(keys(Domain::model, Hash{{9}}, 10).empty());
  EXPECT_TRUE(keys(Domain::job, {}, 10).empty());
}

TEST(Store, refuses_what_is_not_its_own_and_leaves_it_as_it_is) {
  const auto dir = temp_dir();
  auto options = at(dir);
  {
    auto store = Store::open(options);
    ASSERT_TRUE(commit_block(**store, 0));
    EXPECT_EQ(Store::open(options).error().kind, ErrorKind::locked);
  }
  options.genesis = Hash{{2}};
  const auto foreign = Store::open(options);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind, ErrorKind::foreign);
  EXPECT_NE(foreign.error().message.find(options.directory.string()), std::string::npos);
  expect_whole(*(*Store::open(at(dir)))->snapshot(), 0);

  const env::Path other = dir.path() / "other";
  ASSERT_TRUE(env::make_directories(other / "db"));
  ASSERT_TRUE(env::write_file_atomically(other / "db" / "letter.txt", as_bytes("dear")));
  EXPECT_EQ(Store::open({.directory = other, .genesis = {}}).error().kind, ErrorKind::not_a_database);
  ASSERT_TRUE(env::write_file_atomically(dir.path() / "file", as_bytes("x")));
  EXPECT_EQ(Store::open({.directory = dir.path() / "file", .genesis = {}}).error().kind, ErrorKind::environment);
}

TEST(Store, a_damaged_database_is_refused) {
  const auto dir = temp_dir();
  {
    ASSERT_TRUE(commit_block(**Store::open(at(dir)), 0));
  }
  const env::Path current = dir.path() / "chain" / "db" / "CURRENT";
  ASSERT_TRUE(env::write_file_atomically(current, as_bytes("MANIFEST-999999\n")));
  const auto store = Store::open(at(dir));
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("restore"), std::string::npos) << store.error().message;
}

// A child commits blocks and acknowledges each through a pipe; it is killed after a random number of acknowledgements.
TEST(Store, after_kill_9_the_tip_is_the_last_acknowledged_block_or_the_next_and_whole) {
  const auto dir = temp_dir();
  std::mt19937 random(20'26);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto store = Store::open(at(dir));
      if (!store) _exit(1);
      const auto tip = (*store)->snapshot()->tip();
      for (std::uint64_t n = tip ? tip->slot.raw() + 1 : 0;; ++n) {
        if (!commit_block(**store, n)) _exit(2);
        if (::write(pipe_ends[1], &n, sizeof n) != sizeof n) _exit(3);
      }
    }
    ::close(pipe_ends[1]);
    for (std::size_t count = 1 + random() % 20; count > 0; --count)
      ASSERT_EQ(::read(pipe_ends[0], &acknowledged, sizeof acknowledged), static_cast<ssize_t>(sizeof acknowledged));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    // What it acknowledged between our last read and its death is still in the pipe.
    std::uint64_t later = 0;
    while (::read(pipe_ends[0], &later, sizeof later) == sizeof later) acknowledged = later;
    ::close(pipe_ends[0]);
    const auto store = Store::open(at(dir));
    ASSERT_TRUE(store) << store.error().message;
    const auto snapshot = (*store)->snapshot();
    const std::uint64_t tip = snapshot->tip()->slot.raw();
    EXPECT_TRUE(tip == acknowledged || tip == acknowledged + 1) << tip << " after " << acknowledged;
    expect_whole(*snapshot, tip);
  }
}

}  // namespace
}  // namespace aether::storage

// The contract of Kv, on each implementation.
#include <rocksdb/db.h>

#include <thread>

#include "backends.hpp"

namespace aether::storage {
namespace {

ByteView text(std::string_view from) { return as_bytes(from); }
std::optional<std::string> get(const KvSnapshot& snapshot, std::string_view key, Family family = Family::state) {
  const auto bytes = snapshot.get(family, text(key));
  return bytes ? std::optional(std::string(as_text(*bytes))) : std::nullopt;
}
std::optional<std::string> get(const Kv& kv, std::string_view key, Family family = Family::state) {
  return get(*kv.snapshot(), key, family);
}
using Pairs = std::vector<std::pair<std::string, std::string>>;
Pairs scan(const KvSnapshot& snapshot, std::string_view from, std::size_t count_max = 1'000) {
  Pairs out;
  snapshot.scan(Family::state, text(from), [&](ByteView key, ByteView value) {
    out.emplace_back(as_text(key), as_text(value));
    return out.size() < count_max;
  });
  return out;
}
void put(Kv& kv, std::string_view key, std::string_view value, Durability durability = Durability::synced) {
  Batch batch;
  batch.put(Family::state, text(key), text(value));
  ASSERT_TRUE(kv.write(batch, durability));
}

template <class B>
struct KvContract : ::testing::Test {
  B backend;
};
TYPED_TEST_SUITE(KvContract, Backends);

TYPED_TEST(KvContract, a_batch_applies_its_operations_in_order_to_their_families) {
  const auto kv = this->backend.open();
  EXPECT_FALSE(get(*kv, "a"));
  Batch batch;
  EXPECT_TRUE(batch.empty());
  batch.put(Family::state, text("a"), text("1"));
  batch.put(Family::state, text("b"), text("2"));
  batch.put(Family::index, text("a"), text("pa"), text("ge"));
  batch.erase(Family::state, text("b"));
  batch.put(Family::state, text("a"), text("3"));
  batch.erase(Family::state, text("never"));
  batch.erase(Family::state, text("c"));
  batch.put(Family::state, text("c"), {});
  batch.put(Family::state, {}, text("empty key"));
  EXPECT_FALSE(batch.empty());
  ASSERT_TRUE(kv->write(batch, Durability::synced));
  EXPECT_EQ(get(*kv, "a"), "3");
  EXPECT_FALSE(get(*kv, "b"));
  EXPECT_EQ(get(*kv, "c"), "");
  EXPECT_EQ(get(*kv, ""), "empty key");
  EXPECT_EQ(get(*kv, "a", Family::index), "page");
  EXPECT_FALSE(get(*kv, "a", Family::meta));
  EXPECT_TRUE(kv->write({}, Durability::synced));
}

TYPED_TEST(KvContract, runs_become_visible_together_and_stay) {
  {
    const auto kv = this->backend.open();
    for (const auto* key : {"b", "c", "d"}) put(*kv, key, "written");
    std::vector<std::unique_ptr<SortedRun>> runs;
    for (int i = 0; i < 3; ++i) runs.push_back(kv->new_run(Family::state));
    ASSERT_TRUE(runs[0]->put(text("x"), text("1"), text("2")));
    ASSERT_TRUE(runs[0]->put(text("y"), text(""), text("3")));
    ASSERT_TRUE(runs[2]->put(text("c"), text("4"), text("")));  // over what is there
    ASSERT_TRUE(runs[2]->erase(text("d")));
    for (auto& run : runs) ASSERT_TRUE(run->finish());  // one of them is empty
    const auto before = kv->snapshot();
    EXPECT_EQ(scan(*before, ""), (Pairs{{"b", "written"}, {"c", "written"}, {"d", "written"}}));
    ASSERT_TRUE(kv->ingest(Family::state, runs));
    EXPECT_EQ(scan(*before, ""), (Pairs{{"b", "written"}, {"c", "written"}, {"d", "written"}}));
    EXPECT_EQ(scan(*kv->snapshot(), ""), (Pairs{{"b", "written"}, {"c", "4"}, {"x", "12"}, {"y", "3"}}));
    EXPECT_FALSE(get(*kv, "x", Family::index));
    EXPECT_TRUE(kv->ingest(Family::index, {}));
    // One that is dropped leaves nothing.
    const auto dropped = kv->new_run(Family::state);
    ASSERT_TRUE(dropped->put(text("z"), text("5"), {}));
  }
  this->backend.restart(Random(1).draw());
  const auto kv = this->backend.open();
  EXPECT_EQ(scan(*kv->snapshot(), ""), (Pairs{{"b", "written"}, {"c", "4"}, {"x", "12"}, {"y", "3"}}));
}

TYPED_TEST(KvContract, a_snapshot_is_unmoved_by_later_writes) {
  const auto kv = this->backend.open();
  const auto nothing = kv->snapshot();
  put(*kv, "a", "1");
  put(*kv, "b", "1");
  const auto first = kv->snapshot();
  put(*kv, "a", "2");
  const auto second = kv->snapshot();
  Batch batch;
  batch.erase(Family::state, text("a"));
  batch.put(Family::state, text("c"), text("3"));
  ASSERT_TRUE(kv->write(batch, Durability::buffered));
  EXPECT_EQ(scan(*nothing, ""), Pairs{});
  EXPECT_EQ(scan(*first, ""), (Pairs{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(get(*second, "a"), "2");
  EXPECT_FALSE(get(*second, "c"));
  EXPECT_EQ(scan(*kv->snapshot(), ""), (Pairs{{"b", "1"}, {"c", "3"}}));
  put(*kv, "a", "4");
  EXPECT_EQ(get(*first, "a"), "1");
  EXPECT_EQ(get(*second, "a"), "2");
  EXPECT_EQ(get(*kv, "a"), "4");
}

TYPED_TEST(KvContract, scans_go_by_unsigned_bytes_from_a_key_until_told_to_stop) {
  const auto kv = this->backend.open();
  for (const std::string_view key : {"b", "a", "\xff", "\x7f", "ab", "a\xff", "\x80"}) put(*kv, key, "v");
  std::vector<std::string> keys;
  for (const auto& [key, value] : scan(*kv->snapshot(), "")) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "ab", "a\xff", "b", "\x7f", "\x80", "\xff"}));
  EXPECT_EQ(scan(*kv->snapshot(), "aa").front().first, "ab");
  EXPECT_EQ(scan(*kv->snapshot(), "ab").front().first, "ab");
  EXPECT_EQ(scan(*kv->snapshot(), "", 3).size(), 3u);
  EXPECT_TRUE(scan(*kv->snapshot(), "\xff\xff").empty());
}

TYPED_TEST(KvContract, a_visitor_may_read_while_it_scans) {
  const auto kv = this->backend.open();
  put(*kv, "a", "1");
  put(*kv, "b", "2");
  const auto snapshot = kv->snapshot();
  int seen = 0;
  snapshot->scan(Family::state, {}, [&](ByteView key, ByteView value) {
    EXPECT_EQ(snapshot->get(Family::state, key), Bytes(value.begin(), value.end()));
    put(*kv, "c", "3");
    return ++seen > 0;
  });
  EXPECT_EQ(seen, 2);
}

TYPED_TEST(KvContract, what_was_written_is_there_after_reopening) {
  const std::string large(3'000'000, 'x');
  {
    const auto kv = this->backend.open();
    put(*kv, "a", large);
    put(*kv, "b", "2");
    put(*kv, "c", "3", Durability::buffered);
    Batch batch;
    batch.erase(Family::state, text("b"));
    ASSERT_TRUE(kv->write(batch, Durability::synced));
  }
  const auto kv = this->backend.open();
  EXPECT_EQ(scan(*kv->snapshot(), ""), (Pairs{{"a", large}, {"c", "3"}}));
}

// A model beside it: the same random batches, reopened now and then.
TYPED_TEST(KvContract, equals_a_map) {
  Random random(11);
  std::map<std::string, std::string> model;
  auto kv = this->backend.open();
  for (int round = 0; round < 300; ++round) {
    Batch batch;
    for (std::uint64_t i = random.below(6); i > 0; --i) {
      const std::string key(1 + random.below(2), static_cast<char>('a' + random.below(4)));
      if (random.below(3) == 0) {
        batch.erase(Family::state, text(key));
        model.erase(key);
      } else {
        model[key] = std::to_string(round);
        batch.put(Family::state, text(key), text(model[key]));
      }
    }
    ASSERT_TRUE(kv->write(batch, random.below(2) == 0 ? Durability::synced : Durability::buffered));
    if (random.below(60) == 0) {
      kv.reset();
      kv = this->backend.open();
    }
    ASSERT_EQ(scan(*kv->snapshot(), ""), Pairs(model.begin(), model.end()));
  }
}

TYPED_TEST(KvContract, readers_beside_a_writer_see_whole_batches) {
  const auto kv = this->backend.open();
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::thread reader([&] {
    while (!stop) {
      const auto snapshot = kv->snapshot();
      torn += get(*snapshot, "a") != get(*snapshot, "b");
    }
  });
  for (int i = 0; i < 200; ++i) {
    Batch batch;
    batch.put(Family::state, text("a"), text(std::to_string(i)));
    batch.put(Family::state, text("b"), text(std::to_string(i)));
    EXPECT_TRUE(kv->write(batch, Durability::buffered));
  }
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

// After each loss of power: some prefix of the batches, with every synced one; never a part of one.
TYPED_TEST(KvContract, a_loss_of_power_leaves_a_prefix_with_every_synced_write) {
  Random random(5);
  std::uint64_t number = 0;  // of the batch that was written last; each writes its number to three keys
  int lost_buffered = 0, kept_buffered = 0;
  for (int round = 0; round < (quick() ? 30 : 150); ++round) {
    std::uint64_t synced = number, written = number;
    {
      const auto kv = this->backend.open();
      ASSERT_TRUE(kv);
      this->backend.lose_power_after(1 + random.below(40));
      for (;;) {
        const Durability durability = random.below(4) == 0 ? Durability::synced : Durability::buffered;
        Batch batch;
        for (const std::string_view key : {"x", "y", "z"})
          batch.put(Family::state, text(key), text(std::to_string(written + 1) + std::string(random.below(900), '-')));
        if (!kv->write(batch, durability)) break;
        ++written;
        if (durability == Durability::synced) synced = written;
      }
    }
    this->backend.restart(random.draw());
    const auto kv = this->backend.open();
    ASSERT_TRUE(kv);
    const auto snapshot = kv->snapshot();
    const auto found = [&](std::string_view key) {
      const auto value = get(*snapshot, key);
      return value ? std::stoull(*value) : 0;
    };
    number = found("x");
    EXPECT_EQ(found("y"), number);
    EXPECT_EQ(found("z"), number);
    EXPECT_GE(number, synced);
    EXPECT_LE(number, written + 1);  // the one that failed may be whole on disk
    lost_buffered += number < written;
    kept_buffered += number > synced;
  }
  EXPECT_GT(lost_buffered, 0);  // the disk does lose what is not synced
  EXPECT_GT(kept_buffered, 0);
}

// A database by RocksDB itself.
void make_with_families(const env::Path& directory, std::span<const std::string_view> names) {
  ASSERT_TRUE(env::make_directories(directory));
  rocksdb::Options settings;
  settings.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(settings, directory.string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (const std::string_view name : names) {
    rocksdb::ColumnFamilyHandle* handle = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily(settings, std::string(name), &handle).ok());
    db->DestroyColumnFamilyHandle(handle);
  }
}

TEST(RocksKv, a_database_with_other_families_is_of_another_schema) {
  const auto dir = std::move(*env::TempDir::create());
  const RocksOptions options{.directory = dir.path() / "chain"};
  make_with_families(options.directory / "db", std::array<std::string_view, 1>{"nodes"});
  EXPECT_EQ(open_rocks_kv(options).error().kind, ErrorKind::schema);
}

TEST(RocksKv, what_a_crash_left_of_a_new_database_is_completed) {
  for (std::size_t made = 1; made < kFamilyNames.size(); ++made) {
    const auto dir = std::move(*env::TempDir::create());
    const RocksOptions options{.directory = dir.path() / "chain"};
    make_with_families(options.directory / "db", std::span(kFamilyNames).subspan(1, made - 1));
    const auto kv = open_rocks_kv(options);
    ASSERT_TRUE(kv) << kv.error().message;
    for (std::size_t i = 0; i < kFamilyNames.size(); ++i) {
      Batch batch;
      batch.put(static_cast<Family>(i), text("key"), text("value"));
      ASSERT_TRUE((*kv)->write(batch, Durability::synced));
      EXPECT_EQ(get(**kv, "key", static_cast<Family>(i)), "value");
    }
  }
}

TEST(RocksKv, refuses_what_is_not_its_own_and_leaves_it_as_it_is) {
  const auto dir = std::move(*env::TempDir::create());
  const RocksOptions options{.directory = dir.path() / "chain"};
  {
    const auto kv = open_rocks_kv(options);
    ASSERT_TRUE(kv);
    EXPECT_EQ(open_rocks_kv(options).error().kind, ErrorKind::locked);
    put(**kv, "a", "1");
  }
  const env::Path current = options.directory / "db" / "CURRENT";
  ASSERT_TRUE(env::write_file_atomically(current, as_bytes("MANIFEST-999999\n")));
  const auto damaged = open_rocks_kv(options);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("restore"), std::string::npos) << damaged.error().message;

  const env::Path other = dir.path() / "other";
  ASSERT_TRUE(env::make_directories(other / "db"));
  ASSERT_TRUE(env::write_file_atomically(other / "db" / "letter.txt", as_bytes("dear")));
  EXPECT_EQ(open_rocks_kv({.directory = other}).error().kind, ErrorKind::not_a_database);
  ASSERT_TRUE(env::write_file_atomically(dir.path() / "file", as_bytes("x")));
  EXPECT_EQ(open_rocks_kv({.directory = dir.path() / "file"}).error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace aether::storage

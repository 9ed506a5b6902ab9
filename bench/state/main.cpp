// Row 10: blocks of 10 000 updates of random accounts, to a root and durable, ours beside nomt, jmt on RocksDB, and
// RocksDB alone with one synced batch of the values.
//
//   aether-bench-state [--accounts N]... [--rounds N] [--check]   a line of JSON on stdout for each figure
//   aether-bench-state --resident N                               memory of ours alone
#include <aether_state_peers.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <random>
#include <set>

#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/exec/execute.hpp"
#include "aether/storage/rocks_kv.hpp"
#include "aether/storage/store.hpp"

namespace aether::bench {
namespace {

constexpr std::size_t kValueSize = 73;  // of an account with balances and nonce window
constexpr std::size_t kLoadBatch = 100'000;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-state: %s\n", what);
  std::exit(70);
}

struct Update {
  ObjectId id;
  Bytes value;
};
using Updates = std::vector<Update>;

ObjectId account(std::uint64_t n) { return {Domain::account, value_hash(codec::encode(n))}; }

Updates updates_of(std::span<const std::uint64_t> accounts, std::mt19937_64& random) {
  Updates out;
  for (const std::uint64_t n : accounts) {
    Bytes value(kValueSize);
    for (auto& byte : value) byte = static_cast<std::uint8_t>(random());
    out.push_back({account(n), std::move(value)});
  }
  return out;
}

// Peers take keys that are hashes already; which ones does not matter to them.
struct Flat {
  std::vector<Hash> keys;
  Bytes values;

  Flat() = default;
  explicit Flat(const Updates& updates) {
    std::vector<std::pair<Hash, const Bytes*>> sorted;
    for (const Update& each : updates) sorted.emplace_back(each.id.key, &each.value);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [key, value] : sorted) {
      keys.push_back(key);
      append(values, *value);
    }
  }
};

// One of the four. prepare() brings a block into the form that execution would leave it in; commit() computes the root
// and returns when all is durable.
struct Side {
  const char* name;
  virtual ~Side() = default;
  explicit Side(const char* of) : name(of) {}
  virtual void prepare(const Updates& updates) = 0;
  virtual void commit() = 0;
  virtual bool holds(const Update& update) = 0;
};

class Ours final : public Side {
 public:
  Ours(const env::Path& directory, TaskPool& pool) : Side("aether"), pool_(pool) {
    auto kv = storage::open_rocks_kv({.directory = directory});
    require(kv.has_value(), "our database does not open");
    auto store = storage::Store::open(std::move(*kv), {.genesis = {}, .name = "the benchmark's"}, pool_, cpu_);
    require(store.has_value(), "our store does not open");
    store_ = std::move(*store);
  }

  void prepare(const Updates& updates) override {
    diff_.clear();
    for (const Update& each : updates) diff_[each.id] = each.value;
  }
  void commit() override {
    const auto parent = store_->snapshot();
    const exec::StateUpdate tree = exec::update_tree(parent->tree(), diff_, pool_, cpu_);
    storage::BlockCommit commit;
    commit.record.slot = parent->tip() ? next(parent->tip()->slot) : Slot{0};
    commit.record.hash = value_hash(codec::encode(commit.record.slot));
    commit.record.state_root = tree.tree.root();
    commit.tree = &tree;
    commit.objects = tree.objects;
    require(store_->commit(commit).has_value(), "our block does not commit");
  }
  bool holds(const Update& update) override { return store_->snapshot()->get(update.id) == update.value; }
  std::uint64_t leaves() const { return store_->snapshot()->tree().size(); }
  Hash root() const { return store_->snapshot()->tree().root(); }

 private:
  TaskPool& pool_;
  CpuFeatures cpu_ = env::cpu_features();
  ledger::Diff diff_;
  std::unique_ptr<storage::Store> store_;
};

class Nomt final : public Side {
 public:
  Nomt(const env::Path& directory, std::size_t threads, std::uint64_t accounts)
      : Side("nomt 1.0.5"),
        nomt_(aether_nomt_open(as_bytes(directory.string()).data(), directory.string().size(), threads,
                               accounts > 2'000'000 ? 1u << 19 : 64'000, accounts > 2'000'000 ? 1536 : 512)) {}
  ~Nomt() override { aether_nomt_close(nomt_); }
  Nomt(const Nomt&) = delete;
  Nomt& operator=(const Nomt&) = delete;

  void prepare(const Updates& updates) override { flat_ = Flat(updates); }
  void commit() override {
    Hash root;
    aether_nomt_commit(nomt_, flat_.keys.size(), flat_.keys.front().bytes.data(), flat_.values.data(), kValueSize,
                       root.bytes.data());
  }
  bool holds(const Update& update) override {
    Bytes value(kValueSize);
    return aether_nomt_get(nomt_, update.id.key.bytes.data(), value.data(), value.size()) && value == update.value;
  }

 private:
  void* nomt_;
  Flat flat_;
};

rocksdb::Slice slice(ByteView bytes) {
  const auto text = as_text(bytes);
  return {text.data(), text.size()};
}

class Rocks {
 public:
  explicit Rocks(const env::Path& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.max_background_jobs = 2;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_cache = rocksdb::NewLRUCache(std::size_t{1} << 30);
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* opened = nullptr;
    require(rocksdb::DB::Open(options, directory.string(), &opened).ok(), "a peer's RocksDB does not open");
    db.reset(opened);
  }
  void write(rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions options;
    options.sync = true;
    require(db->Write(options, &batch).ok(), "a peer's RocksDB does not write");
  }
  bool holds(const std::string& key, const Bytes& value) {
    std::string found;
    return db->Get({}, key, &found).ok() && std::ranges::equal(as_bytes(found), value);
  }
  std::unique_ptr<rocksdb::DB> db;
};

class Jmt final : public Side {
 public:
  explicit Jmt(const env::Path& directory) : Side("jmt 0.12 on RocksDB"), rocks_(directory) {}

  void prepare(const Updates& updates) override { flat_ = Flat(updates); }
  void commit() override {
    rocksdb::WriteBatch batch;
    Context context{rocks_.db.get(), &batch};
    const aether_jmt_database database{&context, get, put};
    Hash root;
    aether_jmt_update(&database, version_++, flat_.keys.size(), flat_.keys.front().bytes.data(), flat_.values.data(),
                      kValueSize, root.bytes.data());
    rocks_.write(batch);
  }
  bool holds(const Update& update) override {
    return rocks_.holds("value" + std::string(as_text(update.id.key.view())), update.value);
  }

 private:
  struct Context {
    rocksdb::DB* db;
    rocksdb::WriteBatch* batch;
  };
  static void get(void* context, const std::uint8_t* key, std::size_t size, aether_got got, void* out) {
    rocksdb::PinnableSlice value;
    rocksdb::DB* db = static_cast<Context*>(context)->db;
    if (!db->Get({}, db->DefaultColumnFamily(), slice({key, size}), &value).ok()) return;
    const ByteView bytes = as_bytes(std::string_view(value.data(), value.size()));
    got(out, bytes.data(), bytes.size());
  }
  static void put(void* context, const std::uint8_t* key, std::size_t key_size, const std::uint8_t* value,
                  std::size_t value_size) {
    static_cast<Context*>(context)->batch->Put(slice({key, key_size}), slice({value, value_size}));
  }

  Rocks rocks_;
  Flat flat_;
  std::uint64_t version_ = 0;
};

class Puts final : public Side {
 public:
  explicit Puts(const env::Path& directory) : Side("RocksDB puts, no tree"), rocks_(directory) {}
  void prepare(const Updates& updates) override { flat_ = Flat(updates); }
  void commit() override {
    rocksdb::WriteBatch batch;
    for (std::size_t i = 0; i < flat_.keys.size(); ++i)
      batch.Put(slice(flat_.keys[i].view()), slice(ByteView(flat_.values).subspan(i * kValueSize, kValueSize)));
    rocks_.write(batch);
  }
  bool holds(const Update& update) override {
    return rocks_.holds(std::string(as_text(update.id.key.view())), update.value);
  }

 private:
  Rocks rocks_;
  Flat flat_;
};

// By the clock, and of all threads of this process, those that work behind a database's back included.
struct Seconds {
  double wall = 0, cpu = 0;

  static Seconds now() {
    timespec cpu{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now().time_since_epoch();
    return {wall.count(), static_cast<double>(cpu.tv_sec) + 1e-9 * static_cast<double>(cpu.tv_nsec)};
  }
};

Seconds seconds_of(Side& side, const Updates& updates) {
  side.prepare(updates);
  const Seconds begin = Seconds::now();
  side.commit();
  const Seconds end = Seconds::now();
  return {end.wall - begin.wall, end.cpu - begin.cpu};
}

double median(std::vector<double> of) {
  std::stable_sort(of.begin(), of.end());
  return of.size() % 2 == 1 ? of[of.size() / 2] : (of[of.size() / 2 - 1] + of[of.size() / 2]) / 2;
}

std::vector<double> ratios(std::span<const double> of, std::span<const double> to) {
  std::vector<double> out;
  for (std::size_t i = 0; i < of.size(); ++i) out.push_back(of[i] / to[i]);
  return out;
}

void load(Side& side, std::uint64_t accounts) {
  std::mt19937_64 random(1);
  for (std::uint64_t at = 0; at < accounts;) {
    std::vector<std::uint64_t> some;
    while (some.size() < kLoadBatch && at < accounts) some.push_back(at++);
    seconds_of(side, updates_of(some, random));
  }
}

Updates random_block(std::uint64_t accounts, std::size_t size, std::mt19937_64& random) {
  std::set<std::uint64_t> chosen;
  while (chosen.size() < std::min<std::uint64_t>(size, accounts)) chosen.insert(random() % accounts);
  return updates_of(std::vector<std::uint64_t>(chosen.begin(), chosen.end()), random);
}

constexpr int kSustainedBlocks = 40;

// Seconds of an update, by the clock, over blocks of one side alone, one after the other: what a side leaves for later,
// its own blocks pay.
double sustained(Side& side, std::uint64_t accounts, std::size_t block) {
  std::mt19937_64 random(4);
  double wall = 0;
  std::size_t updates = 0;
  for (int i = 0; i < kSustainedBlocks; ++i) {
    const Updates changes = random_block(accounts, block, random);
    wall += seconds_of(side, changes).wall;
    updates += changes.size();
  }
  return wall / static_cast<double>(updates);
}

void compare(std::uint64_t accounts, std::size_t block, int rounds, TaskPool& pool) {
  const auto directory = std::move(*env::TempDir::create("aether-bench-state"));
  std::vector<std::unique_ptr<Side>> sides;
  sides.push_back(std::make_unique<Ours>(directory.path() / "ours", pool));
  sides.push_back(std::make_unique<Nomt>(directory.path() / "nomt", pool.width(), accounts));
  sides.push_back(std::make_unique<Jmt>(directory.path() / "jmt"));
  sides.push_back(std::make_unique<Puts>(directory.path() / "puts"));
  for (auto& side : sides) {
    const auto begin = std::chrono::steady_clock::now();
    load(*side, accounts);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::fprintf(stderr, "%s: %llu accounts loaded in %.0f s\n", side->name, static_cast<unsigned long long>(accounts),
                 took.count());
  }
  std::mt19937_64 random(2);
  std::vector<std::vector<double>> wall(sides.size()), cpu(sides.size());  // of an update
  for (int round = -1; round < rounds; ++round) {                          // the first warms up
    const Updates updates = random_block(accounts, block, random);
    for (std::size_t i = 0; i < sides.size(); ++i) {
      const Seconds took = seconds_of(*sides[i], updates);
      require(sides[i]->holds(updates.front()) && sides[i]->holds(updates.back()), "a side lost an update");
      if (round < 0) continue;
      wall[i].push_back(took.wall / static_cast<double>(updates.size()));
      cpu[i].push_back(took.cpu / static_cast<double>(updates.size()));
    }
  }
  std::vector<double> alone;
  for (auto& side : sides) alone.push_back(sustained(*side, accounts, block));
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const auto ratio = ratios(wall[i], wall[0]);
    std::printf(
        "{\"row\": 10, \"accounts\": %llu, \"block\": %zu, \"side\": \"%s\", \"min_s\": %.3e, \"median_s\": %.3e, "
        "\"ratio\": %.3f, \"ratio_min\": %.3f, \"ratio_max\": %.3f, \"cpu_median_s\": %.3e, \"cpu_ratio\": %.3f, "
        "\"sustained_s\": %.3e, \"sustained_ratio\": %.3f}\n",
        static_cast<unsigned long long>(accounts), block, sides[i]->name, *std::ranges::min_element(wall[i]),
        median(wall[i]), median(ratio), *std::ranges::min_element(ratio), *std::ranges::max_element(ratio),
        median(cpu[i]), median(ratios(cpu[i], cpu[0])), alone[i], alone[i] / alone[0]);
    std::fflush(stdout);
  }
}

std::uint64_t resident_bytes(std::string_view line_name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(line_name)) return std::stoull(line.substr(line_name.size() + 1)) << 10;
  return 0;
}

// After loading, 100 blocks, and a restart.
void resident(std::uint64_t accounts, std::size_t block, TaskPool& pool) {
  const auto directory = std::move(*env::TempDir::create("aether-bench-state"));
  std::mt19937_64 random(3);
  Hash root;
  {
    Ours ours(directory.path() / "ours", pool);
    load(ours, accounts);
    for (int i = 0; i < 100; ++i) seconds_of(ours, random_block(accounts, block, random));
    require(ours.leaves() == accounts, "the tree has another size");
    root = ours.root();
  }
  const std::uint64_t before = resident_bytes("VmHWM:");
  const auto begin = std::chrono::steady_clock::now();
  const Ours again(directory.path() / "ours", pool);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  require(again.root() == root, "the restart found another root");
  std::printf("{\"row\": 10, \"accounts\": %llu, \"resident_max_bytes\": %llu, \"open_s\": %.2f}\n",
              static_cast<unsigned long long>(accounts),
              static_cast<unsigned long long>(std::max(before, resident_bytes("VmHWM:"))), took.count());
}

int run(std::span<char*> arguments) {
  std::vector<std::uint64_t> accounts;
  int rounds = 9;
  std::size_t block = 10'000;
  env::ThreadPool pool;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    const auto number = [&] {
      require(i + 1 < arguments.size(), "an option lacks its number");
      return std::stoull(arguments[++i]);
    };
    if (option == "--accounts") {
      accounts.push_back(number());
    } else if (option == "--rounds") {
      rounds = static_cast<int>(number());
    } else if (option == "--check") {
      accounts = {2'000};
      block = 500;
      rounds = 1;
    } else if (option == "--resident") {
      resident(number(), block, pool);
      return 0;
    } else {
      require(false, "unknown option");
    }
  }
  if (accounts.empty()) accounts = {10'000, 100'000, 1'000'000, 10'000'000};
  for (const std::uint64_t each : accounts) compare(each, block, rounds, pool);
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  return aether::bench::run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
}

// Row 19: a snapshot of N accounts made, verified and restored, beside what bounds a restore: unpacking by zstd and
// SHA-256 over the same bytes, on the same threads.
//
//   aether-bench-snapshot [--objects N]... [--rounds N] [--check]   a line of JSON on stdout for each figure
#include <zstd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "../cpu_time.hpp"
#include "aether/chain/snapshot.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/exec/execute.hpp"
#include "aether/snapshot/chunk.hpp"
#include "aether/storage/rocks_kv.hpp"

namespace aether::bench {
namespace {

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-snapshot: %s\n", what.c_str());
  std::exit(70);
}

template <class T>
T had(chain::SnapshotOutcome<T> outcome) {
  require(outcome.has_value(), outcome ? "" : outcome.error().message);
  return std::move(*outcome);
}

// Accounts that have sent a few transactions.
ledger::Diff accounts(std::uint64_t count) {
  std::mt19937_64 random(1);
  ledger::Diff out;
  for (std::uint64_t n = 0; n < count; ++n) {
    Account account;
    account.nonce_top = random() % 1'000;
    account.nonce_bitmap.fill(0xff);
    account.balance = {random() % 1'000'000'000'000, random() % 1'000'000'000'000};
    out[{Domain::account, value_hash(codec::encode(n))}] = codec::encode(account);
  }
  return out;
}

// A database whose block 0 has them.
std::unique_ptr<storage::Store> store_of(const Genesis& genesis, std::uint64_t count, const env::Path& directory,
                                         TaskPool& pool) {
  auto kv = storage::open_rocks_kv({.directory = directory});
  require(kv.has_value(), "the database does not open");
  auto store = storage::Store::open(std::move(*kv), {.genesis = genesis_hash(genesis), .name = "the benchmark's"}, pool,
                                    env::cpu_features());
  require(store.has_value(), "the store does not open");
  const ledger::Diff diff = accounts(count);
  const exec::StateUpdate tree = exec::update_tree({}, diff, pool, env::cpu_features());
  storage::BlockCommit commit;
  commit.record.hash = genesis_hash(genesis);
  commit.record.state_root = tree.tree.root();
  commit.tree = &tree;
  commit.objects = tree.objects;
  require((*store)->commit(commit).has_value(), "the block does not commit");
  return std::move(*store);
}

// By the clock, and of all threads of this process.
struct Seconds {
  std::vector<double> wall, cpu;

  template <class Work>
  void take(const Work& work) {
    const double cpu_begin = cpu_s();
    const auto begin = std::chrono::steady_clock::now();
    work();
    wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    cpu.push_back(cpu_s() - cpu_begin);
  }
};

double median(std::vector<double> of) {
  std::stable_sort(of.begin(), of.end());
  return of[of.size() / 2];
}

// The chunks of a snapshot in memory, for what is measured beside.
class Chunks {
 public:
  Chunks(const env::Path& path, const chain::SnapshotFacts& facts) : manifest_(facts.manifest) {
    auto file = env::read_file(path, facts.file_bytes);
    require(file.has_value(), "the snapshot cannot be read");
    file_ = std::move(*file);
    std::size_t at = snapshot::kMagic.size();
    for (const auto& chunk : manifest_.chunks) {
      offsets_.push_back(at);
      at += chunk.stored;
    }
    plain_.resize(manifest_.chunks.size());
  }
  void unpack(TaskPool& pool) {
    pool.run(plain_.size(), [&](std::size_t i) {
      const auto& chunk = manifest_.chunks[i];
      plain_[i].resize(chunk.bytes);
      require(ZSTD_decompress(plain_[i].data(), chunk.bytes, &file_[offsets_[i]], chunk.stored) == chunk.bytes,
              "a chunk does not unpack");
    });
  }
  void hash(TaskPool& pool) const {
    pool.run(plain_.size(), [&](std::size_t i) { require(!crypto::sha256(plain_[i]).is_zero(), "no hash"); });
  }

 private:
  const snapshot::Manifest& manifest_;
  Bytes file_;
  std::vector<std::size_t> offsets_;
  std::vector<Bytes> plain_;
};

void measure(std::uint64_t count, int rounds, TaskPool& pool) {
  const auto directory = std::move(*env::TempDir::create("aether-bench-snapshot"));
  const env::Path file = directory.path() / "snapshot", restored = directory.path() / "restored";
  const Genesis genesis;
  const auto store = store_of(genesis, count, directory.path() / "origin", pool);
  const auto state = store->snapshot();
  const chain::Work work{.pool = pool};
  chain::SnapshotFacts facts = had(chain::create_snapshot(*state, genesis, {.file = file}, work));
  Chunks chunks(file, facts);
  chunks.unpack(pool);
  constexpr std::array kNames{"create", "verify", "restore", "zstd alone", "sha-256 alone"};
  std::array<Seconds, kNames.size()> took;
  for (int round = 0; round < rounds; ++round) {
    const std::array<std::function<void()>, kNames.size()> steps{
        [&] { facts = had(chain::create_snapshot(*state, genesis, {.file = file, .replace = true}, work)); },
        [&] { (void)had(chain::verify_snapshot(file, {}, work)); },
        [&] { (void)had(chain::restore_snapshot(file, {}, {.directory = restored}, work)); },
        [&] { chunks.unpack(pool); },
        [&] { chunks.hash(pool); },
    };
    for (std::size_t i = 0; i < steps.size(); ++i) took[i].take(steps[i]);
    if (round == 0) {
      auto kv = storage::open_rocks_kv({.directory = restored});
      require(kv.has_value(), "the restored database does not open");
      const auto again = storage::Store::open(std::move(*kv), {.genesis = genesis_hash(genesis), .name = "restored"},
                                              pool, env::cpu_features());
      require(again.has_value(), again ? "" : again.error().message);
      require((*again)->snapshot()->tree().root() == state->tip()->state_root, "the restored root differs");
    }
    std::filesystem::remove_all(restored);
  }
  const snapshot::Totals totals = snapshot::totals(facts.manifest);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    std::printf(
        "{\"row\": 19, \"objects\": %llu, \"bytes\": %llu, \"file_bytes\": %llu, \"what\": \"%s\", \"min_s\": %.3e, "
        "\"median_s\": %.3e, \"cpu_median_s\": %.3e}\n",
        static_cast<unsigned long long>(totals.objects), static_cast<unsigned long long>(totals.bytes),
        static_cast<unsigned long long>(facts.file_bytes), kNames[i], *std::ranges::min_element(took[i].wall),
        median(took[i].wall), median(took[i].cpu));
    std::fflush(stdout);
  }
}

int run(std::span<char*> arguments) {
  std::vector<std::uint64_t> objects;
  int rounds = 7;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    const auto number = [&] {
      require(i + 1 < arguments.size(), "an option lacks its number");
      return std::stoull(arguments[++i]);
    };
    if (option == "--objects") {
      objects.push_back(number());
    } else if (option == "--rounds") {
      rounds = static_cast<int>(number());
    } else if (option == "--check") {
      objects = {10'000};
      rounds = 1;
    } else {
      require(false, "unknown option");
    }
  }
  if (objects.empty()) objects = {100'000, 1'000'000};
  env::ThreadPool pool;
  for (const std::uint64_t each : objects) measure(each, rounds, pool);
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  return aether::bench::run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
}

// Row 11, parallel execution, and what a single node does with blocks of signed transfers: from bytes to durable.
//
//   aether-bench-exec [--rounds N] [--check]   a line of JSON on stdout for each figure
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <queue>
#include <random>

#include "../cpu_time.hpp"
#include "aether/chain/chain.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/thread_pool.hpp"
#include "aether/exec/block_run.hpp"
#include "aether/exec/ready_queue.hpp"
#include "aether/programs/programs.hpp"
#include "recent_accounts.hpp"

namespace aether::bench {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-exec: %s\n", what);
  std::exit(70);
}

// How long threads of this process were ready to run and had no processor: other processes had them.
double waited_s() {
  double sum = 0;
  std::error_code ignored;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    const auto text = env::read_file(thread.path() / "schedstat", 256);
    unsigned long long ran = 0, waited = 0;
    if (text && std::sscanf(std::string(text->begin(), text->end()).c_str(), "%llu %llu", &ran, &waited) == 2)
      sum += 1e-9 * static_cast<double>(waited);
  }
  return sum;
}
double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
template <class F>
double elapsed_s(const F& work) {
  const double begin = now_s();
  work();
  return now_s() - begin;
}

double median(std::vector<double> of) {
  std::stable_sort(of.begin(), of.end());
  return of.size() % 2 == 1 ? of[of.size() / 2] : (of[of.size() / 2 - 1] + of[of.size() / 2]) / 2;
}
double least(const std::vector<double>& of) { return *std::ranges::min_element(of); }

crypto::Seed seed_of(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }
crypto::Seed sealer_seed() { return seed_of(~std::uint64_t{0}); }

struct User {
  crypto::Seed seed;
  crypto::PublicKey key;
  Address address;
  std::uint64_t nonce = 0;
};

// Accounts with keys, first those of genesis, then those that they paid.
class World {
 public:
  World(const env::Path& directory, TaskPool& pool, std::size_t per_genesis_account)
      : genesis_count_(std::min<std::size_t>(per_genesis_account == 1 ? 512 : limits::kGenesisAccountsMax,
                                             limits::kGenesisAccountsMax)) {
    users_.resize(genesis_count_ * per_genesis_account);
    for (std::size_t n = 0; n < users_.size(); ++n) {
      users_[n].seed = seed_of(n);
      users_[n].key = crypto::ed25519_public_key(users_[n].seed);
      users_[n].address = address_of(users_[n].key);
    }
    options_.genesis.sealer = DevSealer{crypto::ed25519_public_key(sealer_seed())};
    for (std::size_t n = 0; n < genesis_count_; ++n)
      options_.genesis.accounts.insert({users_[n].address, {Amount{1} << 60, 0}});
    proposer_ = open(directory / "proposer", pool);
    validator_ = open(directory / "validator", pool);
    fund();
  }

  std::size_t size() const { return users_.size(); }
  chain::Chain& validator() { return *validator_; }

  Transaction transfer(std::size_t from, std::size_t to) {
    TransactionBody body = blank(from);
    body.outputs.push_back({users_[to].address, Asset::swr, 1, OutputKind::account, std::nullopt});
    return sign(std::move(body), users_[from].seed);
  }

  // Sealed by the proposer's chain; its bytes are for the validator.
  Bytes seal(const std::vector<Transaction>& transactions) {
    std::vector<VerifiedTransaction> candidates;
    for (const Transaction& tx : transactions) candidates.push_back(assume_verified(tx));
    const auto sealed = proposer_->seal_next(candidates, 0, sealer_seed());
    require(sealed.has_value() && sealed->selection.accepted.size() == transactions.size(), "a block is not sealed");
    return codec::encode(*proposer_->snapshot()->block(sealed->record.slot));
  }
  void apply(ByteView bytes) {
    const auto block = codec::decode<Block>(bytes);
    require(block.has_value(), "a block is not decoded");
    std::optional<chain::BlockRule> refused;
    require(validator_->apply(*block, refused).has_value() && !refused, "a block is refused");
  }
  // What the validator's chain knows of accounts used lately, which here is all of them.
  chain::RecentAccounts recent() const {
    chain::RecentAccounts out({1, 2, 3, 4});
    const auto snapshot = validator_->snapshot();
    ledger::Diff all;
    for (const User& user : users_) all[account_object(user.address)] = snapshot->get(account_object(user.address));
    out.update(all);
    return out;
  }
  bool agree() const { return proposer_->snapshot()->tip() == validator_->snapshot()->tip(); }

 private:
  std::unique_ptr<chain::Chain> open(const env::Path& directory, TaskPool& pool) {
    options_.directory = directory;
    auto chain = chain::Chain::open(options_, pool);
    require(chain.has_value(), "a chain does not open");
    return std::move(*chain);
  }
  TransactionBody blank(std::size_t from) {
    TransactionBody body;
    body.chain_id = options_.genesis.chain_id;
    body.valid_until = Slot{100'000};
    body.nonce = ++users_[from].nonce;
    body.sender = users_[from].key;
    body.gas_limit = Gas{20'000};
    body.max_fee = kAmountUnit;
    return body;
  }
  void fund() {
    std::vector<Transaction> waiting;
    std::size_t bytes = 0;
    for (std::size_t n = 0; n < genesis_count_ && users_.size() > genesis_count_; ++n) {
      TransactionBody body = blank(n);
      for (std::size_t to = genesis_count_ + n; to < users_.size(); to += genesis_count_)
        body.outputs.push_back({users_[to].address, Asset::swr, 1'000 * kAmountUnit, OutputKind::account, {}});
      waiting.push_back(sign(std::move(body), users_[n].seed));
      bytes += codec::encode(waiting.back()).size();
      if (bytes < 1'000'000 && n + 1 < genesis_count_) continue;
      apply(seal(waiting));
      waiting.clear();
      bytes = 0;
    }
  }

  std::size_t genesis_count_;
  std::vector<User> users_;
  chain::Options options_;
  std::unique_ptr<chain::Chain> proposer_, validator_;
};

// Transfers of different senders to different receivers.
std::vector<Transaction> low_conflict(World& world, std::size_t count, std::mt19937_64& random) {
  std::vector<std::size_t> order(world.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = 0; i < std::min(order.size() - 1, 2 * count); ++i)
    std::swap(order[i], order[i + random() % (order.size() - i)]);
  std::vector<Transaction> out;
  for (std::size_t i = 0; i < std::min(count, order.size() / 2); ++i)
    out.push_back(world.transfer(order[2 * i], order[2 * i + 1]));
  return out;
}
// Half of all transfers are of few senders.
std::vector<Transaction> hot_senders(World& world, std::size_t count, std::mt19937_64& random) {
  std::vector<Transaction> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(world.transfer(i % 2 == 0 ? random() % 24 : 24 + random() % (world.size() - 24), random() % 24));
  return out;
}
// One sender's transfers are the last of a block.
std::vector<Transaction> late_chain(World& world, std::size_t count, std::mt19937_64& random) {
  std::vector<Transaction> out = low_conflict(world, count - count / 32, random);
  const std::size_t sender = random() % world.size();
  for (std::size_t i = 0; i < std::min<std::size_t>(count / 32, 200); ++i) out.push_back(world.transfer(sender, 0));
  return out;
}

// --- Row 11: two threads -------------------------------------------------------------------------------------------

// One thread, and how long it was in run(): what other threads cannot take over is the rest.
class TimedPool final : public TaskPool {
 public:
  std::size_t width() const override { return 1; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    inside_s += elapsed_s([&] {
      for (std::size_t i = 0; i < count; ++i) task(i);
    });
  }
  double inside_s = 0;
};

void speed_up(World& world, std::size_t count, int rounds, TaskPool& two) {
  std::mt19937_64 random(1);
  SerialPool one;
  const CpuFeatures cpu = env::cpu_features();
  const auto snapshot = world.validator().snapshot();
  const chain::RecentAccounts recent = world.recent();
  const chain::RecentState state(*snapshot, recent);
  const auto facts = world.validator().next_facts(*snapshot);
  std::vector<VerifiedTransaction> block;
  const auto transfers = low_conflict(world, count, random);
  for (const Transaction& tx : transfers) block.push_back(assume_verified(tx));
  const ledger::BlockInput input{facts, Address{}, block};
  const ledger::Programs programs = programs::plain_programs();
  std::map<std::string, std::vector<double>> seconds, cpu_seconds, waited;
  std::vector<double> serial_share;
  const auto oracle = ledger::apply_block(state, programs, input);
  require(oracle.has_value(), "the block is invalid");
  for (int round = -1; round < rounds; ++round) {
    std::optional<Result<ledger::BlockOutput, ledger::BlockError>> out;
    const auto measure = [&](const char* name, const auto& work) {
      const double waited_begin = waited_s(), cpu_begin = cpu_s();
      const double s = elapsed_s(work);
      const double cpu_end = cpu_s();
      if (round < 0) return;
      seconds[name].push_back(s);
      cpu_seconds[name].push_back(cpu_end - cpu_begin);
      waited[name].push_back(waited_s() - waited_begin);
    };
    const auto transition = [&](const char* name, TaskPool& pool) {
      measure(name, [&] { out = exec::apply_block(state, programs, input, pool); });
      require(out->has_value() && (*out)->receipts == oracle->receipts, "the executors differ");
      out.reset();
    };
    const auto with_root = [&](const char* name, TaskPool& pool) {
      std::optional<Result<exec::Executed, ledger::BlockError>> executed;
      measure(name, [&] { executed = exec::execute_block(state, snapshot->tree(), programs, input, pool, cpu); });
      require(executed->has_value(), "a block is refused");
    };
    measure("oracle", [&] { out = ledger::apply_block(state, programs, input); });
    out.reset();
    transition("one", one);
    transition("two", two);
    TimedPool timed;
    transition("timed", timed);
    if (round >= 0) serial_share.push_back(1 - timed.inside_s / seconds["timed"].back());
    with_root("root_one", one);
    with_root("root_two", two);
  }
  const auto print = [&](const char* what, const char* serial, const char* parallel) {
    std::vector<double> ratios, cpu_ratios, waits;
    for (std::size_t i = 0; i < seconds[serial].size(); ++i) {
      ratios.push_back(seconds[serial][i] / seconds[parallel][i]);
      cpu_ratios.push_back(cpu_seconds[parallel][i] / cpu_seconds[serial][i]);
      waits.push_back(waited[parallel][i] / (2 * seconds[parallel][i]));
    }
    std::printf(
        "{\"row\": 11, \"what\": \"%s\", \"transactions\": %zu, \"serial_s\": %.3e, \"parallel_s\": %.3e, "
        "\"speed_up\": %.3f, "
        "\"speed_up_min\": %.3f, \"speed_up_max\": %.3f, \"speed_up_of_best\": %.3f, \"serial_cpu_s\": %.3e, "
        "\"cpu_growth\": %.3f, \"waited\": %.3f}\n",
        what, block.size(), median(seconds[serial]), median(seconds[parallel]), median(ratios), least(ratios),
        *std::ranges::max_element(ratios), least(seconds[serial]) / least(seconds[parallel]),
        median(cpu_seconds[serial]), median(cpu_ratios), median(waits));
    std::fflush(stdout);
  };
  print("two threads, transition", "one", "two");
  std::printf("{\"row\": 11, \"what\": \"serial share\", \"share\": %.4f, \"speed_up_at_most\": %.3f}\n",
              median(serial_share), 2 / (1 + median(serial_share)));
  print("two threads, transition and root", "root_one", "root_two");
  print("two threads beside the serial executor", "oracle", "two");
  world.apply(world.seal(transfers));
}

// --- Row 11: virtual workers ---------------------------------------------------------------------------------------

// When the last of `workers` is done that take from the executor's queue as its workers do, in units of cost.
double makespan(const exec::ConflictDag& dag, std::size_t workers, std::span<const double> costs) {
  exec::ReadyQueue queue(dag, workers);
  struct Worker {
    double free_at = 0;
    std::size_t number = 0;
    std::vector<exec::TransactionIndex> taken;  // the next is the last
    bool operator>(const Worker& other) const {
      return std::tie(free_at, number) > std::tie(other.free_at, other.number);
    }
  };
  std::priority_queue<Worker, std::vector<Worker>, std::greater<>> working;
  std::vector<Worker> idle;
  for (std::size_t i = 0; i < workers; ++i) idle.push_back({0, i, {}});
  double time = 0;
  const auto start = [&](Worker worker) {
    if (worker.taken.empty()) {
      std::array<exec::TransactionIndex, 16> batch;
      const std::size_t count = queue.take(batch);
      worker.taken.assign(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(count));
      std::ranges::reverse(worker.taken);
    }
    if (worker.taken.empty()) {
      idle.push_back(std::move(worker));
      return;
    }
    worker.free_at = time + costs[worker.taken.back()];
    working.push(std::move(worker));
  };
  const auto start_idle = [&] {
    for (Worker& worker : std::exchange(idle, {})) start(std::move(worker));
  };
  start_idle();
  while (!working.empty()) {
    Worker worker = working.top();
    working.pop();
    time = worker.free_at;
    const exec::TransactionIndex done = worker.taken.back();
    worker.taken.pop_back();
    if (const auto next = queue.complete(done)) worker.taken.push_back(*next);
    start(std::move(worker));
    start_idle();
  }
  require(queue.done(), "the queue is not empty");
  return time;
}

double longest_chain(const exec::ConflictDag& dag, std::span<const double> costs) {
  std::vector<double> chain(dag.size());
  double longest = 0;
  for (std::size_t i = dag.size(); i-- > 0;) {
    const auto at = static_cast<exec::TransactionIndex>(i);
    dag.successors(at, [&](exec::TransactionIndex to) { chain[i] = std::max(chain[i], chain[to]); });
    longest = std::max(longest, chain[i] += costs[i]);
  }
  return longest;
}

void virtual_workers(World& world, const char* name, const std::vector<Transaction>& transactions) {
  constexpr std::size_t kWorkers = 16;
  SerialPool pool;
  const auto snapshot = world.validator().snapshot();
  std::vector<VerifiedTransaction> block;
  for (const Transaction& tx : transactions) block.push_back(assume_verified(tx));
  exec::BlockRun run(*snapshot, programs::plain_programs(),
                     {world.validator().next_facts(*snapshot), Address{}, block});
  require(run.admit(pool).has_value(), "a block is invalid");
  std::vector<double> units(block.size(), 1.0), measured;
  for (exec::TransactionIndex at = 0; at < block.size(); ++at)
    measured.push_back(elapsed_s([&] { run.publish(at, run.run(at)); }));
  const auto print = [&](const char* costs_of, std::span<const double> costs) {
    double work = 0;
    for (const double cost : costs) work += cost;
    const double chain = longest_chain(run.dag(), costs);
    const double bound = std::max(work / kWorkers, chain);
    const double took = makespan(run.dag(), kWorkers, costs);
    std::printf(
        "{\"row\": 11, \"what\": \"makespan\", \"block\": \"%s\", \"costs\": \"%s\", \"workers\": %zu, \"work\": %.6g, "
        "\"longest_chain\": %.6g, \"makespan\": %.6g, \"of_bound\": %.4f}\n",
        name, costs_of, kWorkers, work, chain, took, took / bound);
  };
  print("unit", units);
  print("measured", measured);
}

// --- The pipeline --------------------------------------------------------------------------------------------------

void pipeline(World& world, std::size_t count, int rounds, TaskPool& pool) {
  std::mt19937_64 random(2);
  const CpuFeatures cpu = env::cpu_features();
  const ledger::Programs programs = programs::plain_programs();
  std::map<std::string, std::vector<double>> seconds;  // of a transfer
  std::map<std::string, std::vector<double>> cpu_seconds;
  std::size_t size = 0;
  chain::RecentAccounts recent = world.recent();
  for (int round = -1; round < rounds; ++round) {
    const auto transfers = low_conflict(world, count, random);
    const Bytes bytes = world.seal(transfers);
    size = transfers.size();
    const auto measure = [&](const char* name, const auto& work) {
      const double cpu_begin = cpu_s();
      const double s = elapsed_s(work);
      const double cpu_of_work = cpu_s() - cpu_begin;
      if (round < 0) return;
      seconds[name].push_back(s / static_cast<double>(size));
      cpu_seconds[name].push_back(cpu_of_work / static_cast<double>(size));
    };
    // The stages alone, on the same block and state.
    const auto parent = world.validator().snapshot();
    Block block;
    std::vector<VerifiedTransaction> verified;
    measure("decode", [&] { block = std::move(*codec::decode<Block>(bytes)); });
    measure("transactions_root", [&] {
      require(transactions_root(block.transactions) == block.header.body.transactions_root, "another root");
    });
    measure("verify", [&] {
      for (auto& each : verify(block.transactions, cpu, pool)) verified.push_back(std::move(*each));
    });
    const ledger::BlockInput input{world.validator().next_facts(*parent),
                                   address_of(crypto::ed25519_public_key(sealer_seed())), verified};
    std::optional<Result<ledger::BlockOutput, ledger::BlockError>> out;
    measure("execute", [&] { out = exec::apply_block(chain::RecentState(*parent, recent), programs, input, pool); });
    measure("state_root", [&] { static_cast<void>(exec::update_tree(parent->tree(), (*out)->diff, pool, cpu)); });
    measure("receipts_root", [&] { static_cast<void>(receipts_root((*out)->receipts)); });
    recent.update((*out)->diff);
    out.reset();
    // All of it.
    measure("whole", [&] { world.apply(bytes); });
    require(world.agree(), "the chains differ");
  }
  double stages = 0;
  for (const auto& [name, of] : seconds)
    if (name != "whole") stages += median(of);
  std::printf(
      "{\"row\": 14, \"what\": \"pipeline\", \"accounts\": %zu, \"block\": %zu, \"cores\": %zu, \"transfers_per_s\": "
      "%.0f, "
      "\"transfers_per_s_best\": %.0f",
      world.size(), size, pool.width(), 1 / median(seconds["whole"]), 1 / least(seconds["whole"]));
  for (const auto& [name, of] : seconds)
    std::printf(", \"%s_us\": %.3f, \"%s_cpu_us\": %.3f", name.c_str(), 1e6 * median(of), name.c_str(),
                1e6 * median(cpu_seconds[name]));
  std::printf(", \"commit_and_rest_us\": %.3f}\n", 1e6 * (median(seconds["whole"]) - stages));
  std::fflush(stdout);
}

int run(std::span<char*> arguments) {
  int rounds = 9;
  std::size_t count = 6'500, per_genesis_account = 25;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    if (option == "--rounds") {
      require(i + 1 < arguments.size(), "--rounds lacks its number");
      rounds = std::stoi(arguments[++i]);
    } else if (option == "--check") {
      rounds = 1;
      count = 200;
      per_genesis_account = 1;
    } else {
      require(false, "unknown option");
    }
  }
  const auto directory = env::TempDir::create("aether-bench-exec");
  require(directory.has_value(), "no temporary directory");
  env::ThreadPool pool(2);
  World world(directory->path(), pool, per_genesis_account);
  speed_up(world, count, rounds, pool);
  std::mt19937_64 random(3);
  const auto makespans = [&](const char* name, auto block_of) {
    const auto transfers = block_of(world, count, random);
    virtual_workers(world, name, transfers);
    world.apply(world.seal(transfers));  // the senders' nonces stay in step
  };
  makespans("low conflict", low_conflict);
  makespans("half of few senders", hot_senders);
  makespans("a chain at the end", late_chain);
  pipeline(world, count, rounds, pool);
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  return aether::bench::run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
}

// The mempool under spam on a hot object: admission, the choice of blocks, and how long honest transactions on objects
// of their own wait.
//
//   aether-bench-mempool [--pending N]... [--check]   a line of JSON on stdout for each figure
#include <algorithm>
#include <cstdio>

#include "../cpu_time.hpp"
#include "aether/env/cpu.hpp"
#include "aether/mempool/mempool.hpp"

namespace aether::bench {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "aether-bench-mempool: %s\n", what);
  std::exit(70);
}

double quantile(std::vector<double> of, double q) {
  require(!of.empty(), "nothing was measured");
  std::stable_sort(of.begin(), of.end());
  return of[std::min(of.size() - 1, static_cast<std::size_t>(q * static_cast<double>(of.size())))];
}

constexpr ChainId kChain{7};
constexpr Amount kFunds = Amount{1} << 80;
constexpr Amount kSpamFee = 50'000, kHonestFee = 100;  // priority fees

// Accounts and congestion, which is all that admission reads.
struct State final : ledger::StateView {
  std::map<Address, Account> accounts;
  std::map<ObjectId, Bytes> objects;
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
  Account account(const Address& address) const override {
    const auto at = accounts.find(address);
    return at == accounts.end() ? Account{} : at->second;
  }
};

struct Sender {
  crypto::Seed seed;
  crypto::PublicKey key;
  std::uint64_t nonce = 0;
};

// What spam declares: the hot object alone, or also an object of its own.
enum class Spam { none, alone, pairs };

class World {
 public:
  explicit World(std::size_t senders)
      : senders_(senders), pool_({.chain_id = kChain, .programs = {}, .seed = 1}, params_, {{}, Slot{0}}) {
    for (std::size_t n = 0; n < senders; ++n) {
      senders_[n].seed = crypto::Seed(value_hash(codec::encode(std::uint64_t{n})).bytes);
      senders_[n].key = crypto::ed25519_public_key(senders_[n].seed);
      Account account;
      account.balance.swr = kFunds;
      state_.accounts.emplace(address_of(senders_[n].key), account);
    }
  }

  mempool::Mempool& pool() { return pool_; }
  const State& state() const { return state_; }

  Transaction spam(Spam kind, bool is_signed = false) {
    TransactionBody body = next_body(kSpamFee);
    body.writes.insert(object_of("hot", 0));
    if (kind == Spam::pairs) body.writes.insert(object_of("own", made_));
    return finish(std::move(body), is_signed);
  }
  Transaction honest(bool is_signed = false) {
    TransactionBody body = next_body(kHonestFee);
    body.writes.insert(object_of("cold", made_ % 997));
    return finish(std::move(body), is_signed);
  }

  // With verdicts that trust. How many were admitted.
  std::size_t feed(std::span<const Transaction> transactions) {
    std::size_t admitted = 0;
    for (const Transaction& tx : transactions) admitted += take(pool_.step(mempool::Received{0, {tx}}, state_));
    return admitted;
  }
  std::size_t take(std::vector<mempool::Effect> effects) {
    std::size_t admitted = 0;
    while (!effects.empty()) {
      std::optional<mempool::Verdicts> verdicts;
      for (auto& effect : effects) {
        admitted += std::holds_alternative<mempool::Admitted>(effect) ? 1 : 0;
        if (auto* batch = std::get_if<mempool::VerifySignatures>(&effect)) {
          verdicts.emplace(mempool::Verdicts{batch->batch, {}});
          for (IdentifiedTransaction& tx : batch->transactions)
            verdicts->verdicts.push_back(assume_verified(std::move(tx)));
        }
      }
      if (!verdicts) break;
      effects = pool_.step(std::move(*verdicts), state_);
    }
    return admitted;
  }

  // Selects, "executes" and finalizes the next block. What it holds.
  std::vector<VerifiedTransaction> block(double& select_s, double& follow_s) {
    std::vector<const VerifiedTransaction*> selected;
    select_s = seconds_of([&] { selected = pool_.select(state_); });
    std::vector<VerifiedTransaction> out;
    for (const VerifiedTransaction* tx : selected) out.push_back(*tx);
    const Slot slot = pool_.slot();
    ledger::BlockAdmission admission(state_, {}, {kChain, slot, params_});
    for (const VerifiedTransaction& tx : out) require(admission.admit(tx).has_value(), "a selected block is invalid");
    const auto records = admission.congestion_records();
    for (const VerifiedTransaction& tx : out) {
      Account& account = state_.accounts.at(tx.sender());
      ledger::mark_nonce(account, tx.body().nonce);
      account.balance.swr -= tx.body().priority_fee;
    }
    for (const auto& [id, value] : records) {
      if (value) {
        state_.objects[id] = *value;
      } else {
        state_.objects.erase(id);
      }
    }
    const Hash parent = head_;
    head_ = value_hash(codec::encode(slot.raw()));
    follow_s = seconds_of([&] {
      static_cast<void>(pool_.step(mempool::BlockAdded{head_, parent, slot, out}, state_));
      static_cast<void>(pool_.step(mempool::HeadMoved{head_, slot}, state_));
      static_cast<void>(pool_.step(mempool::BlockFinal{head_, slot}, state_));
    });
    return out;
  }

 private:
  static ObjectId object_of(std::string_view kind, std::uint64_t n) {
    return {Domain::contract, crypto::tagged_hash(kind, codec::encode(n))};
  }
  // Senders in turn, so that each has as few waiting as possible.
  TransactionBody next_body(Amount priority_fee) {
    Sender& sender = senders_[made_++ % senders_.size()];
    TransactionBody body;
    body.chain_id = kChain;
    body.valid_until = Slot{100'000};
    body.nonce = ++sender.nonce;
    body.sender = sender.key;
    body.outputs.push_back({address_of(sender.key), Asset::swr, 1, OutputKind::account, std::nullopt});
    body.gas_limit = Gas{20'000};
    body.max_fee = 100 * kAmountUnit;  // enough at every multiplier
    body.priority_fee = priority_fee;
    return body;
  }
  Transaction finish(TransactionBody body, bool is_signed) {
    if (!is_signed) return {std::move(body), {}};
    return sign(std::move(body), senders_[(made_ - 1) % senders_.size()].seed);
  }

  ChainParams params_;
  State state_;
  std::vector<Sender> senders_;
  std::uint64_t made_ = 0;
  Hash head_;
  mempool::Mempool pool_;
};

// Fills the pool: one in twenty is honest, and only these come where there is no spam.
void fill(World& world, std::size_t pending, Spam kind) {
  for (std::size_t n = 0; n < pending; ++n) {
    const bool honest = n % 20 == 0;
    if (!honest && kind == Spam::none) continue;
    const Transaction tx = honest ? world.honest() : world.spam(kind);
    require(world.feed({&tx, 1}) == 1, "a transaction is not admitted");
  }
}

// --- Admission -----------------------------------------------------------------------------------------------------

// Arrivals at an even rate; a clock that runs while work is done and jumps when there is none. From arrival to
// admitted.
void admission(World& world, std::size_t pending, std::size_t arrivals) {
  std::vector<Transaction> transactions;
  for (std::size_t n = 0; n < 3 * arrivals; ++n)
    transactions.push_back(n % 2 == 0 ? world.honest(n >= arrivals) : world.spam(Spam::alone, n >= arrivals));
  const std::span all(transactions);

  std::vector<double> alone;  // both steps of the machine
  for (const Transaction& tx : all.first(arrivals)) alone.push_back(seconds_of([&] { world.feed({&tx, 1}); }));
  double total = 0;
  for (const double s : alone) total += s;
  std::printf(
      "{\"what\": \"machine alone\", \"pending\": %zu, \"rate_per_s\": %.0f, \"p50_us\": %.2f, \"p95_us\": %.2f, "
      "\"p99_us\": %.2f}\n",
      pending, static_cast<double>(arrivals) / total, 1e6 * quantile(alone, 0.5), 1e6 * quantile(alone, 0.95),
      1e6 * quantile(alone, 0.99));

  const CpuFeatures cpu = env::cpu_features();
  SerialPool one;
  const auto serve = [&](std::span<const Transaction> of, double interval_s, std::vector<double>& waited_s) {
    double clock = 0;
    std::size_t arrived = 0;
    std::map<Hash, double> since;
    std::optional<mempool::VerifySignatures> batch;
    const auto take = [&](std::vector<mempool::Effect> effects) {
      for (auto& effect : effects) {
        if (auto* out = std::get_if<mempool::VerifySignatures>(&effect)) batch = std::move(*out);
        if (const auto* admitted = std::get_if<mempool::Admitted>(&effect))
          waited_s.push_back(clock - since.at(admitted->transaction));
        require(!std::holds_alternative<mempool::Refused>(effect), "a transaction is refused");
      }
    };
    while (arrived < of.size() || batch) {
      if (!batch) clock = std::max(clock, static_cast<double>(arrived) * interval_s);
      // As many as a verifier's queue holds: more wait outside.
      while (arrived < of.size() && static_cast<double>(arrived) * interval_s <= clock &&
             world.pool().unverified() < limits::kUnverifiedPerPeerMax) {
        const Transaction& tx = of[arrived];
        since[transaction_id(tx.body)] = static_cast<double>(arrived) * interval_s;
        const mempool::PeerId peer = arrived++ % 8;
        std::vector<mempool::Effect> effects;
        clock += seconds_of([&] { effects = world.pool().step(mempool::Received{peer, {tx}}, world.state()); });
        take(std::move(effects));
      }
      if (!batch) continue;
      const auto out = std::move(*batch);
      batch.reset();
      std::vector<mempool::Effect> effects;
      clock += seconds_of([&] {
        effects = world.pool().step(mempool::Verdicts{out.batch, verify(out.transactions, cpu, one)}, world.state());
      });
      take(std::move(effects));
    }
    return clock;
  };
  std::vector<double> waited;
  const double took = serve(all.subspan(arrivals, arrivals), 0, waited);
  const double rate = static_cast<double>(arrivals) / took;
  waited.clear();
  serve(all.subspan(2 * arrivals), 2 / rate, waited);
  std::printf(
      "{\"what\": \"with signatures\", \"pending\": %zu, \"rate_per_s\": %.0f, \"p50_us\": %.0f, "
      "\"p95_us\": %.0f, \"p99_us\": %.0f}\n",
      pending, rate, 1e6 * quantile(waited, 0.5), 1e6 * quantile(waited, 0.95), 1e6 * quantile(waited, 0.99));
  std::fflush(stdout);
}

// --- Blocks --------------------------------------------------------------------------------------------------------

void blocks(std::size_t pending, Spam kind, std::size_t honest_per_block, int count) {
  World world(2'000);
  fill(world, pending, kind);
  std::map<Hash, int> since;
  std::vector<double> waited, select_ms, follow_ms;
  std::size_t spam_in = 0, honest_in = 0;
  for (int n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < honest_per_block; ++i) {
      const Transaction tx = world.honest();
      since[transaction_id(tx.body)] = n;
      require(world.feed({&tx, 1}) == 1, "an honest transaction is not admitted");
    }
    double select_s = 0, follow_s = 0;
    std::size_t spam = 0;
    for (const VerifiedTransaction& tx : world.block(select_s, follow_s)) {
      if (tx.body().priority_fee == kSpamFee) ++spam;
      const auto at = since.find(tx.id());
      if (at == since.end()) continue;
      waited.push_back(n - at->second + 1);
      ++honest_in;
    }
    select_ms.push_back(1e3 * select_s);
    follow_ms.push_back(1e3 * follow_s);
    spam_in += spam;
    // The spammer keeps the pool as full as it was.
    for (std::size_t i = 0; kind != Spam::none && i < spam; ++i) {
      const Transaction tx = world.spam(kind);
      static_cast<void>(world.feed({&tx, 1}));
    }
  }
  const char* names[] = {"none", "one hot object", "a hot object and one of its own"};
  std::printf(
      "{\"what\": \"blocks\", \"spam\": \"%s\", \"pending\": %zu, \"honest_per_block\": %zu, \"blocks\": %d, "
      "\"honest_included\": %.4f, \"honest_wait_p50\": %.0f, \"honest_wait_p95\": %.0f, \"honest_wait_max\": %.0f, "
      "\"spam_per_block\": %.0f, \"select_p50_ms\": %.2f, \"select_max_ms\": %.2f, \"follow_p50_ms\": %.2f}\n",
      names[static_cast<int>(kind)], pending, honest_per_block, count,
      static_cast<double>(honest_in) / static_cast<double>(since.size()), quantile(waited, 0.5), quantile(waited, 0.95),
      quantile(waited, 1), static_cast<double>(spam_in) / count, quantile(select_ms, 0.5), quantile(select_ms, 1),
      quantile(follow_ms, 0.5));
  std::fflush(stdout);
}

int run(std::span<char*> arguments) {
  std::vector<std::size_t> sizes;
  std::size_t arrivals = 20'000, honest_per_block = 3'000;
  int count = 20;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    if (option == "--pending") {
      require(i + 1 < arguments.size(), "--pending lacks its number");
      sizes.push_back(std::stoul(arguments[++i]));
    } else if (option == "--check") {
      sizes = {2'000};
      arrivals = 500;
      honest_per_block = 100;
      count = 3;
    } else {
      require(false, "unknown option");
    }
  }
  if (sizes.empty()) sizes = {50'000, 100'000};
  for (const std::size_t pending : sizes) {
    World world(2'000);
    fill(world, pending, Spam::alone);
    admission(world, pending, arrivals);
  }
  for (const std::size_t pending : sizes)
    for (const Spam kind : {Spam::none, Spam::alone, Spam::pairs}) blocks(pending, kind, honest_per_block, count);
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) {
  return aether::bench::run(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
}

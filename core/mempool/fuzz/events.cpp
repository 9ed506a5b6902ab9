// Any sequence of events: bounds hold, what is selected is a valid block and holds nothing that its ancestors hold, and
// what was admitted waits until it is dropped.
#include <deque>
#include <set>

#include "aether/mempool/mempool.hpp"

namespace {
using namespace aether;
using namespace aether::mempool;

constexpr ChainId kChain{7};
constexpr Bounds kBounds{.transactions_max = 24,
                         .bytes_max = 12'000,
                         .per_sender_max = 6,
                         .unverified_max = 8,
                         .unverified_per_peer_max = 5,
                         .batch_max = 3,
                         .unfinal_uses_max = 12};

struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

struct State final : ledger::StateView {
  std::map<ObjectId, Bytes> objects;
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
};

struct Block {
  Hash hash;
  std::size_t parent = 0;  // of blocks
  Slot slot;
  State after;
  std::set<Hash> held;  // by it and its ancestors
};

crypto::PublicKey key(std::uint8_t sender) { return crypto::PublicKey{sender}; }
Address address(std::uint8_t sender) { return address_of(key(sender)); }

class Run {
 public:
  Run() {
    params_.block.bytes_max = 3'000;
    params_.block.gas_max = 60'000;
    params_.block.transactions_max = 6;
    Block first;
    for (std::uint8_t n = 0; n < 4; ++n) {
      Account account;
      account.balance.swr = 500'000;
      first.after.objects[account_object(address(n))] = codec::encode(account);
    }
    blocks_.push_back(std::move(first));
    pool_.emplace(Config{.chain_id = kChain, .programs = {}, .bounds = kBounds, .seed = 9}, params_,
                  HeadMoved{{}, Slot{0}});
  }

  void step(Input& input) {
    switch (input.byte() % 8) {
      case 0: propose(); break;
      case 1: side_block(input); break;
      case 2: move_head(input.byte() % blocks_.size()); break;
      case 3: {
        const Block& block = blocks_[input.byte() % blocks_.size()];
        follow(pool_->step(BlockFinal{block.hash, block.slot}, head().after));
        break;
      }
      case 4: follow(pool_->step(BlockForgotten{blocks_[input.byte() % blocks_.size()].hash}, head().after)); break;
      case 5: answer(input); break;
      default: follow(pool_->step(Received{input.byte() % 3U, {transaction(input)}}, head().after));
    }
    AETHER_ASSERT(pool_->count() <= kBounds.transactions_max && pool_->bytes() <= kBounds.bytes_max);
    AETHER_ASSERT(pool_->ready() <= pool_->count() && pool_->unverified() <= kBounds.unverified_max);
  }

 private:
  const Block& head() const { return blocks_[head_]; }

  void follow(std::vector<Effect> effects) {
    for (auto& effect : effects) {
      if (auto* batch = std::get_if<VerifySignatures>(&effect)) {
        AETHER_ASSERT(!batch_ && batch->transactions.size() <= kBounds.batch_max);
        batch_ = std::move(*batch);
      } else if (const auto* admitted = std::get_if<Admitted>(&effect)) {
        waiting_.insert(admitted->transaction);
      } else if (const auto* dropped = std::get_if<Dropped>(&effect)) {
        waiting_.erase(dropped->transaction);
      }
    }
    for (const Hash& id : waiting_) AETHER_ASSERT(pool_->find(id) != nullptr);
  }

  Transaction transaction(Input& input) {
    Transaction tx;
    TransactionBody& body = tx.body;
    body.chain_id = input.byte() % 32 == 0 ? ChainId{8} : kChain;
    body.sender = key(input.byte() % 5);
    body.nonce = input.byte() % 64 == 0 ? 255 + input.byte() : input.byte() % 12;
    body.valid_until = Slot{pool_->slot().raw() + input.byte() % 8};
    body.outputs.push_back({address(0), Asset::swr, 1, OutputKind::account, std::nullopt});
    for (std::uint8_t n = 0, bits = input.byte(); n < 3; ++n)
      if ((bits >> n & 1) != 0) body.writes.insert({Domain::contract, Hash{{n}}});
    body.gas_limit = Gas{5'000 * (input.byte() % 4U)};
    body.max_fee = 40'000 + 1'000 * input.byte();
    body.priority_fee = 100 * input.byte();
    tx.signature[0] = input.byte() % 8;
    return tx;
  }

  void answer(Input& input) {
    if (!batch_) return;
    Verdicts verdicts{batch_->batch, {}};
    for (IdentifiedTransaction& tx : batch_->transactions)
      verdicts.verdicts.push_back(input.byte() % 8 == 0 ? std::nullopt : std::optional(assume_verified(std::move(tx))));
    batch_.reset();
    follow(pool_->step(std::move(verdicts), head().after));
  }

  void propose() {
    std::vector<VerifiedTransaction> transactions;
    for (const VerifiedTransaction* tx : pool_->select(head().after)) {
      AETHER_ASSERT(!head().held.contains(tx->id()));
      transactions.push_back(*tx);
    }
    add(head_, transactions, true);
    move_head(blocks_.size() - 1);
  }
  void side_block(Input& input) {
    const std::size_t parent = input.byte() % blocks_.size();
    add(parent, {assume_verified(transaction(input)), assume_verified(transaction(input))}, false);
  }
  // With those of the transactions that may stand in it: all of a proposal.
  void add(std::size_t parent, const std::vector<VerifiedTransaction>& transactions, bool all) {
    Block block{Hash{{static_cast<std::uint8_t>(blocks_.size()), static_cast<std::uint8_t>(blocks_.size() >> 8)}},
                parent, next(blocks_[parent].slot), blocks_[parent].after, blocks_[parent].held};
    ledger::BlockAdmission admission(blocks_[parent].after, {}, {kChain, block.slot, params_});
    std::vector<VerifiedTransaction> holds;
    for (const VerifiedTransaction& tx : transactions) {
      const bool valid = admission.admit(tx).has_value();
      AETHER_ASSERT(valid || !all);
      if (!valid) continue;
      const ObjectId id = account_object(tx.sender());
      auto account = ledger::load_or_default<Account>(block.after, id);
      ledger::mark_nonce(account, tx.body().nonce);
      account.balance.swr -= tx.body().max_fee;
      block.after.objects[id] = codec::encode(account);
      block.held.insert(tx.id());
      holds.push_back(tx);
    }
    for (const auto& [id, value] : admission.congestion_records()) {
      block.after.objects.erase(id);
      if (value) block.after.objects[id] = *value;
    }
    const BlockAdded event{block.hash, blocks_[parent].hash, block.slot, holds};
    blocks_.push_back(std::move(block));
    follow(pool_->step(event, head().after));
  }
  void move_head(std::size_t to) {
    head_ = to;
    follow(pool_->step(HeadMoved{head().hash, head().slot}, head().after));
  }

  ChainParams params_;
  std::deque<Block> blocks_;
  std::size_t head_ = 0;
  std::optional<Mempool> pool_;
  std::optional<VerifySignatures> batch_;
  std::set<Hash> waiting_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{{data, std::min<std::size_t>(size, 4'000)}};
  Run run;
  for (int steps = 0; steps < 200 && !input.rest.empty(); ++steps) run.step(input);
  return 0;
}

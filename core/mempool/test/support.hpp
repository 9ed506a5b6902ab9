// What the tests of the mempool share: blocks that are executed on states that are maps, and transactions whose
// signatures nobody looks at.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "aether/ledger/apply.hpp"
#include "aether/mempool/mempool.hpp"
#include "aether/mempool/rank.hpp"

namespace aether::mempool::testing {

inline constexpr ChainId kChain{7};
inline constexpr std::uint8_t kSenders = 5;
inline constexpr Amount kFunds = 10'000'000;

struct State final : ledger::StateView {
  std::map<ObjectId, Bytes> objects;
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
  void apply(const ledger::Diff& diff) {
    for (const auto& [id, value] : diff) {
      if (value) {
        objects[id] = *value;
      } else {
        objects.erase(id);
      }
    }
  }
};

// Its calls do nothing; one with data is a dispute.
struct Court final : ledger::Program {
  Hash id() const override { return ledger::native_program_id("court"); }
  ledger::Outcome<void> execute(ledger::Context&, ByteView) const override { return {}; }
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  bool is_dispute(ByteView instruction) const override { return !instruction.empty(); }
};
inline const Court court;
inline const ledger::Program* const natives[] = {&court};
inline const ledger::Programs programs{natives, nullptr};

inline crypto::PublicKey key(std::uint8_t sender) { return crypto::PublicKey{sender}; }
inline Address who(std::uint8_t sender) { return address_of(key(sender)); }
inline ObjectId object(std::uint8_t n) { return {Domain::contract, Hash{{n}}}; }

inline TransactionBody transfer(std::uint8_t sender, std::uint64_t nonce, Amount priority_fee = 0) {
  TransactionBody body;
  body.chain_id = kChain;
  body.valid_until = Slot{1'000};
  body.nonce = nonce;
  body.sender = key(sender);
  body.outputs.push_back({who(99), Asset::swr, 1, OutputKind::account, std::nullopt});
  body.gas_limit = Gas{5'000};
  body.max_fee = 100'000;
  body.priority_fee = priority_fee;
  return body;
}
inline TransactionBody touch(std::uint8_t sender, std::uint64_t nonce, std::initializer_list<std::uint8_t> objects,
                             Amount priority_fee = 0) {
  TransactionBody body = transfer(sender, nonce, priority_fee);
  for (const std::uint8_t n : objects) body.writes.insert(object(n));
  return body;
}
inline TransactionBody dispute(std::uint8_t sender, std::uint64_t nonce, Amount priority_fee = 0) {
  TransactionBody body = transfer(sender, nonce, priority_fee);
  body.call = Call{court.id(), Bytes{1}};
  return body;
}
inline VerifiedTransaction made(TransactionBody body, std::uint8_t signature = 0) {
  return assume_verified({std::move(body), {signature}});
}

struct Block {
  Hash hash, parent;
  Slot slot;
  State after;
};

// Blocks by their hashes, each executed.
class Blocks {
 public:
  explicit Blocks(const ChainParams& params) : params_(params) {
    Genesis genesis;
    for (std::uint8_t i = 0; i < kSenders; ++i) genesis.accounts.insert({who(i), {kFunds, 0}});
    Block first;
    first.after.apply(ledger::genesis_state(genesis));
    blocks_.push_back(first);
  }
  const Block& genesis() const { return blocks_.front(); }
  const std::deque<Block>& all() const { return blocks_; }
  const Block& at(const Hash& hash) const {
    return *std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& block) { return block.hash == hash; });
  }
  ledger::BlockFacts facts(const Block& parent) const { return {kChain, next(parent.slot), params_}; }
  const Block& add(const Block& parent, std::span<const VerifiedTransaction> transactions) {
    const auto out = ledger::apply_block(parent.after, programs, {facts(parent), who(98), transactions});
    EXPECT_TRUE(out.has_value());
    Block made{Hash{{static_cast<std::uint8_t>(blocks_.size()), static_cast<std::uint8_t>(blocks_.size() >> 8)}},
               parent.hash, next(parent.slot), parent.after};
    made.after.apply(out->diff);
    return blocks_.emplace_back(std::move(made));
  }

 private:
  const ChainParams& params_;
  std::deque<Block> blocks_;
};

inline std::vector<VerifiedTransaction> copied(const std::vector<const VerifiedTransaction*>& of) {
  std::vector<VerifiedTransaction> out;
  for (const VerifiedTransaction* each : of) out.push_back(*each);
  return out;
}

template <class E>
std::vector<E> only(const std::vector<Effect>& effects) {
  std::vector<E> out;
  for (const Effect& effect : effects)
    if (const E* each = std::get_if<E>(&effect)) out.push_back(*each);
  return out;
}

}  // namespace aether::mempool::testing

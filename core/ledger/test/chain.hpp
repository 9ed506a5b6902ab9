// What the tests of the ledger share: a state that is a map, a program that holds value, three accounts at genesis.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/ledger/apply.hpp"
#include "aether/ledger/conservation.hpp"
#include "aether/types/utxo.hpp"

namespace aether::ledger::testing {

struct MapState final : StateView {
  std::map<ObjectId, Bytes> objects;
  std::optional<Bytes> get(const ObjectId& id) const override {
    const auto at = objects.find(id);
    return at == objects.end() ? std::nullopt : std::optional(at->second);
  }
  void apply(const Diff& diff) {
    for (const auto& [id, value] : diff) {
      if (value) {
        objects[id] = *value;
      } else {
        objects.erase(id);
      }
    }
  }
};

inline const ObjectId kVault{Domain::job, {}};
inline const ObjectId kForeignUtxo = utxo_object({});
inline const ObjectId kForeignCongestion = congestion_object(kVault);

// Holds an AIC amount in one object. Instruction: 0 deposit, 1 withdraw, 2 burn all, 3 deposit and fail, 4 make value,
// 6 and 8 write an object that is the ledger's own, 7 read the UTxO with the id that follows.
struct VaultProgram final : Program {
  Hash id() const override { return native_program_id("vault"); }
  bool is_dispute(ByteView instruction) const override { return instruction.size() > 1; }
  Balance value_held(const ObjectId& id, ByteView value) const override {
    return id == kVault ? *codec::decode<Balance>(value) : Balance{};
  }
  Outcome<void> execute(Context& c, ByteView instruction) const override {
    if (instruction.empty()) return fail(Code::malformed_instruction);
    AETHER_TRY(auto held, c.load<Balance>(kVault));
    Balance balance = held ? *held : Balance{};
    const Amount all = balance.aic;
    switch (instruction[0]) {
      case 0:
      case 3:
        AETHER_CHECK(c.debit_sender(Asset::aic, 10));
        balance.aic += 10;
        break;
      case 1:
        c.credit(c.sender(), Asset::aic, all);
        balance.aic = 0;
        break;
      case 2:
        c.burn(Asset::aic, all);
        balance.aic = 0;
        break;
      case 7: {
        Hash id;
        AETHER_ASSERT(instruction.size() == 1 + id.bytes.size());
        std::copy(instruction.begin() + 1, instruction.end(), id.bytes.begin());
        AETHER_CHECK(c.read(utxo_object(id)));
        return {};
      }
      case 6: return c.write(kForeignUtxo, codec::encode(Utxo{}));
      case 8: return c.write(kForeignCongestion, codec::encode(Congestion{}));
      case 4:
        c.credit(c.sender(), Asset::aic, all + 1);
        balance.aic = 0;
        break;
      default: return fail(Code::malformed_instruction);
    }
    AETHER_CHECK(c.store(kVault, balance));
    if (instruction[0] == 3) return std::unexpected(ResultCode{300});
    return {};
  }
};
inline const VaultProgram vault;

// Fund, prune and restore, as the program `rent` has them (core/programs). Instruction: one of these letters, the
// object, and an amount or a value.
struct RentProgram final : Program {
  Hash id() const override { return native_program_id("rent"); }
  bool is_dispute(ByteView) const override { return false; }
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  Outcome<void> execute(Context& c, ByteView instruction) const override {
    codec::Reader in(instruction.subspan(1));
    ObjectId object;
    in.get(object);
    if (instruction[0] == 'p') return c.prune(object);
    if (instruction[0] == 'r') return c.restore(object, Bytes(in.rest().begin(), in.rest().end()));
    Amount amount = 0;
    in.get(amount);
    AETHER_ASSERT(instruction[0] == 'f' && !in.error());
    return c.fund(object, amount);
  }
};
inline const RentProgram rent_program;

// One script: a lock that opens to the redeemer that is its datum.
struct Lock final : ContractRuntime {
  static constexpr std::uint64_t kSteps = 70;
  static constexpr ResultCode kShut{10'001};
  static Hash id() { return native_program_id("a lock"); }
  Outcome<void> call(Context&, const Hash&, ByteView) const override { return fail(Code::unknown_program); }
  Outcome<void> judge(Context& context, const Hash& contract, const Spend& spend) const override {
    EXPECT_EQ(contract, id());
    AETHER_CHECK(context.charge(kSteps));
    if (Bytes(spend.datum) != Bytes(spend.redeemer)) return std::unexpected(kShut);
    return {};
  }
};
inline const Lock lock;
inline const Program* const natives[] = {&vault, &rent_program};
inline const Programs all{natives, &lock};

inline crypto::Seed seed_of(std::uint8_t i) { return crypto::Seed{std::array<std::uint8_t, 32>{i}}; }
inline SenderKey key_of(std::uint8_t i) { return crypto::ed25519_public_key(seed_of(i)); }
inline Address who(std::uint8_t i) { return address_of(key_of(i)); }

struct Chain {
  ChainParams params;
  MapState state;
  Slot slot{5};  // of the next block
  Chain() {
    params.rent.per_byte_epoch = 0;  // but where it is the matter
    Genesis genesis;
    for (std::uint8_t i = 0; i < 3; ++i) genesis.accounts.insert({who(i), {10'000'000, 100}});
    EXPECT_TRUE(check_genesis(genesis).has_value());
    state.apply(genesis_state(genesis));
  }
  BlockFacts facts() const { return {ChainId{7}, slot, params}; }
  Result<BlockOutput, BlockError> block(std::span<const VerifiedTransaction> txs) const {
    return apply_block(state, all, {facts(), who(9), txs});
  }
  Account account(const Address& a) const { return load_or_default<Account>(state, account_object(a)); }
};

inline TransactionBody transfer(std::uint8_t from, std::uint8_t to, Asset asset, Amount amount, std::uint64_t nonce) {
  TransactionBody body;
  body.chain_id = ChainId{7};
  body.valid_until = Slot{100};
  body.nonce = nonce;
  body.sender = key_of(from);
  body.outputs.push_back({who(to), asset, amount, OutputKind::account, std::nullopt});
  body.gas_limit = Gas{5'000};
  body.max_fee = 100'000;
  body.priority_fee = 101;
  return body;
}
inline TransactionBody call(std::uint8_t from, Bytes data, std::uint64_t nonce) {
  auto body = transfer(from, from, Asset::swr, 1, nonce);
  body.outputs.clear();
  body.call = Call{vault.id(), std::move(data)};
  body.writes.insert(kVault);
  return body;
}
inline TransactionBody rent_call(std::uint8_t from, char letter, const ObjectId& object, const Bytes& rest,
                                 std::uint64_t nonce) {
  Bytes data{static_cast<std::uint8_t>(letter)};
  append(data, codec::encode(object));
  append(data, rest);
  auto body = call(from, std::move(data), nonce);
  body.call->program = rent_program.id();
  body.writes = {};
  body.writes.insert(object);
  return body;
}
inline VerifiedTransaction make(TransactionBody body) { return assume_verified(Transaction{std::move(body), {}}); }

inline Reject reject_of(const Chain& chain, TransactionBody body) {
  const VerifiedTransaction txs[] = {make(std::move(body))};
  const auto out = chain.block(txs);
  EXPECT_FALSE(out.has_value());
  EXPECT_EQ(out.error().kind, Limit::transaction);
  return out.error().reject;
}
inline ResultCode code_of(const Chain& chain, TransactionBody body) {
  const VerifiedTransaction txs[] = {make(std::move(body))};
  const auto out = chain.block(txs);
  EXPECT_TRUE(out.has_value());
  return out->receipts[0].code;
}

}  // namespace aether::ledger::testing

// A chain of random blocks for comparing executors: hot and cold accounts, UTxOs that are spent twice, late and by
// others, calls of native programs and of one that does whatever its instruction says, with sets that often lack
// something; and epochs so short that what is stored runs out, is pruned, missed and restored. Everything follows from
// the seed.
#pragma once

#include <random>

#include "../../ledger/test/stake_chain.hpp"
#include "../../vcr/test/support.hpp"
#include "aether/crypto/sha256.hpp"
#include "aether/exec/execute.hpp"
#include "aether/ledger/rent.hpp"
#include "aether/programs/instructions.hpp"
#include "aether/programs/programs.hpp"
#include "aether/programs/rent_instructions.hpp"
#include "aether/programs/stake_instructions.hpp"

namespace aether::exec::testing {

using ledger::testing::MapState;

enum class Op : std::uint8_t {
  read,     // an object
  note,     // write the hash of all that was read so far into an object
  erase,    // an object
  deposit,  // 10 SWR of the sender into a purse
  pay_out,  // all of a purse to an account
  burn,     // all of a purse
  read_account,
  read_utxo,
  read_supply,
  write_account,  // which no program may
  make_value,     // credit what nobody has
  fail,           // with a code of its own
  fail_if_odd,    // if the hash of what was read so far is odd
  burn_gas,
  contract_deposit,   // 10 SWR of the sender into a contract's account, at once
  contract_withdraw,  // 7 SWR out of a contract's account to another
  log,
};
}  // namespace aether::exec::testing

namespace aether::codec {
template <>
inline constexpr auto enum_names<exec::testing::Op> = std::array<std::string_view, 17>{"read",
                                                                                       "note",
                                                                                       "erase",
                                                                                       "deposit",
                                                                                       "pay_out",
                                                                                       "burn",
                                                                                       "read_account",
                                                                                       "read_utxo",
                                                                                       "read_supply",
                                                                                       "write_account",
                                                                                       "make_value",
                                                                                       "fail",
                                                                                       "fail_if_odd",
                                                                                       "burn_gas",
                                                                                       "contract_deposit",
                                                                                       "contract_withdraw",
                                                                                       "log"};
}  // namespace aether::codec

namespace aether::exec::testing {

struct Step {
  Op op = Op::read;
  Hash key;    // of the object, account or UTxO
  Address to;  // of pay_out

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("op", self.op);
    visit("key", self.key);
    visit("to", self.to);
  }
};
using Script = codec::List<Step, 16>;

// A note is rented and holds no value, a purse is not and holds a balance.
inline ObjectId note(const Hash& key) { return {Domain::storage, key}; }
inline ObjectId purse(const Hash& key) { return {Domain::job, key}; }

inline ObjectId object_of(const Step& step) {
  switch (step.op) {
    case Op::deposit:
    case Op::pay_out:
    case Op::burn: return purse(step.key);
    case Op::read_account:
    case Op::write_account:
    case Op::contract_deposit:
    case Op::contract_withdraw: return {Domain::account, step.key};
    case Op::read_utxo: return utxo_object(step.key);
    case Op::read_supply: return kSupplyObject;
    default: return note(step.key);
  }
}

struct ScriptProgram final : ledger::Program {
  Hash id() const override { return ledger::native_program_id("script"); }
  bool is_dispute(ByteView) const override { return false; }
  Balance value_held(const ObjectId& id, ByteView value) const override {
    return id.domain == Domain::job ? *codec::decode<Balance>(value) : Balance{};
  }
  ledger::Outcome<void> execute(ledger::Context& context, ByteView instruction) const override {
    return run(context, instruction);
  }
  static ledger::Outcome<void> run(ledger::Context& context, ByteView instruction) {
    const auto script = codec::decode<Script>(instruction);
    if (!script) return ledger::fail(ledger::Code::malformed_instruction);
    Hash seen;
    for (const Step& step : *script) AETHER_CHECK(execute(context, step, seen));
    return {};
  }

 private:
  static ledger::Outcome<void> execute(ledger::Context& context, const Step& step, Hash& seen) {
    const ObjectId id = object_of(step);
    const auto read = [&]() -> ledger::Outcome<std::optional<Bytes>> {
      AETHER_TRY(auto value, context.read(id));
      Bytes all(seen.bytes.begin(), seen.bytes.end());
      all.push_back(value ? 1 : 0);
      if (value) append(all, *value);
      seen = crypto::sha256(all);
      return value;
    };
    const auto emptied = [&]() -> ledger::Outcome<Amount> {
      AETHER_TRY(const auto value, read());
      const Balance held = value ? *codec::decode<Balance>(*value) : Balance{};
      AETHER_CHECK(context.store(id, Balance{}));
      return held.swr;
    };
    switch (step.op) {
      case Op::read:
      case Op::read_account:
      case Op::read_utxo:
      case Op::read_supply: {
        AETHER_CHECK(read());
        return {};
      }
      case Op::note: return context.write(id, Bytes(seen.bytes.begin(), seen.bytes.end()));
      case Op::erase: return context.erase(id);
      case Op::deposit: {
        AETHER_TRY(const auto value, read());
        Balance held = value ? *codec::decode<Balance>(*value) : Balance{};
        AETHER_CHECK(context.debit_sender(Asset::swr, 10));
        held.swr += 10;
        return context.store(id, held);
      }
      case Op::pay_out: {
        AETHER_TRY(const Amount amount, emptied());
        context.credit(step.to, Asset::swr, amount);
        return {};
      }
      case Op::burn: {
        AETHER_TRY(const Amount amount, emptied());
        context.burn(Asset::swr, amount);
        return {};
      }
      case Op::write_account: return context.write(id, codec::encode(Account{}));
      case Op::make_value: context.credit(step.to, Asset::aic, 1); return {};
      case Op::fail: return std::unexpected(ResultCode{900});
      case Op::fail_if_odd:
        if (seen.bytes[0] % 2 == 1) return std::unexpected(ResultCode{901});
        return {};
      case Op::burn_gas: return context.charge(1'000'000);
      case Op::contract_deposit:
        AETHER_CHECK(context.debit_sender(Asset::swr, 10));
        return context.deposit(Address{step.key}, Asset::swr, 10);
      case Op::contract_withdraw:
        AETHER_CHECK(context.debit(Address{step.key}, Asset::swr, 7));
        context.credit(step.to, Asset::swr, 7);
        return {};
      case Op::log: return context.log({step.key, seen, codec::encode(step)});
    }
    return ledger::fail(ledger::Code::malformed_instruction);
  }
};
inline const ScriptProgram script_program;

// Contracts that do what their instruction says too. A script lets a UTxO go for any redeemer, and reads a note first.
struct ScriptRuntime final : ledger::ContractRuntime {
  ledger::Outcome<void> call(ledger::Context& context, const Hash&, ByteView data) const override {
    return ScriptProgram::run(context, data);
  }
  ledger::Outcome<void> judge(ledger::Context& context, const Hash& contract, const Spend& spend) const override {
    AETHER_CHECK(context.read(note(contract)));
    if (spend.redeemer.empty()) return std::unexpected(ResultCode{902});
    return {};
  }
};
inline const ScriptRuntime script_runtime;

// The script program, `models` and `rent` of the real ones, and contracts behind every other id.
inline ledger::Programs programs() {
  static const std::vector<const ledger::Program*> all{
      &script_program, ledger::find_native(programs::plain_programs(), programs::models_program_id()),
      ledger::find_native(programs::plain_programs(), programs::rent_program_id()),
      ledger::find_native(programs::plain_programs(), programs::stake_program_id())};
  return {all, &script_runtime};
}

class RandomChain {
 public:
  static constexpr std::size_t kHot = 4, kCold = 120, kStrangers = 8;  // strangers have nothing at genesis

  explicit RandomChain(std::uint64_t seed) : RandomChain(seed, dev_genesis()) {}
  RandomChain(std::uint64_t seed, Genesis genesis) : random_(seed), genesis_(std::move(genesis)) {
    SerialPool pool;
    const Executed first = execute_genesis(genesis_, pool, {});
    state_.apply(first.diff);
    tree_ = first.tree.tree;
  }
  static Genesis dev_genesis() {
    Genesis genesis;
    genesis.chain_id = ChainId{7};
    genesis.params.congestion.target_bps = 1;  // so that what is used in every block becomes dear
    genesis.params.block.epoch_slots = 2;
    genesis.params.rent = {2, 2, 4};
    for (std::size_t i = 0; i < kHot + kCold; ++i)
      genesis.accounts.insert({address(i), {Amount{1} << (i < kHot ? 60 : 36), 1'000}});
    return genesis;
  }
  // Epochs of three slots. Some validators are away, and soon above what is allowed.
  static Genesis genesis_of_validators() {
    Genesis genesis = dev_genesis();
    genesis.params.block.epoch_slots = 3;
    genesis.params.stake.downtime_window_slots = 4;
    genesis.params.stake.leak_ppm = 5'000;
    BftGenesis bft;
    for (const auto& validator : ledger::testing::staked_validators()) {
      bft.validators.insert({validator.registration, Amount{1} << 40});
      genesis.accounts.insert({validator.registration.address, {Amount{1} << 40, 0}});
    }
    genesis.sealer = std::move(bft);
    return genesis;
  }

  const MapState& state() const { return state_; }
  const smt::Tree& tree() const { return tree_; }
  ledger::BlockFacts facts() const { return {genesis_.chain_id, slot_, genesis_.params}; }
  ledger::BlockInput input(std::span<const VerifiedTransaction> block) const {
    return {facts(), address(slot_.raw() % 4 == 0 ? 0 : kHot + kCold), block};
  }
  // What the next block of a chain of validators brings besides transactions.
  ledger::ConsensusInput any_consensus() {
    ledger::ConsensusInput input{
        ledger::testing::block_at(Slot{slot_.raw() - 1}), ledger::testing::output_at(slot_), {}, {}};
    const auto members = [&](Slot slot) {
      return ledger::load<ValidatorList>(state_, validators_object(slot.raw() / 3))->validators.size();
    };
    if (slot_ > Slot{1}) {
      const Slot parent{slot_.raw() - 1};
      ledger::Attended attended{parent, input.parent, Signers(Bytes(1))};
      for (std::size_t i = 0; i < members(parent); ++i)
        if (i > 2 || chance(3)) crypto::set_signer(attended.signers, i);
      input.attended.push_back(std::move(attended));
    }
    if (chance(20)) {
      const auto i = static_cast<ValidatorIndex>(below(members(slot_)));
      input.offences.push_back({Offence::headers, slot_, {i}});
    }
    return input;
  }
  // A validator's transaction that reads its stake and writes its keys; not always by who has some.
  VerifiedTransaction any_renewal() {
    const auto& all = ledger::testing::staked_validators();
    const auto& from = all[below(all.size())];
    const Registration& other = all[below(all.size())].registration;
    const programs::StakeInstruction instruction = programs::RenewKes{other.kes_key, other.kes_proof};
    TransactionBody body;
    body.chain_id = genesis_.chain_id;
    body.valid_until = Slot{slot_.raw() + 10};
    body.nonce = slot_.raw();  // one a block
    body.sender = from.account;
    body.call = programs::make_call(instruction);
    const auto sets = programs::access_sets(instruction, from.registration.address);
    body.reads = sets.reads;
    body.writes = sets.writes;
    body.gas_limit = Gas{100'000};
    body.max_fee = 10'000'000;
    return assume_verified(Transaction{std::move(body), {}});
  }

  // Transactions of which some may not stand in a block.
  std::vector<VerifiedTransaction> unchecked(std::size_t size) {
    std::vector<VerifiedTransaction> out;
    for (std::size_t i = 0; i < size; ++i) out.push_back(transaction());
    return out;
  }
  // A valid block of at most `size` transactions.
  std::vector<VerifiedTransaction> block(std::size_t size) {
    const auto candidates = unchecked(size);
    std::vector<VerifiedTransaction> out;
    for (const std::size_t i : select_transactions(state_, programs(), facts(), candidates).accepted)
      out.push_back(candidates[i]);
    return out;
  }

  void apply(const ledger::Diff& diff, const smt::Tree& tree) {
    for (const auto& [id, value] : diff) keep_pruned(diff, id, value.has_value());
    state_.apply(diff);
    tree_ = tree;
    slot_ = next(slot_);
    if (coins_.size() > 64) coins_.erase(coins_.begin(), coins_.end() - 64);
  }

  // Objects pruned and restored by the blocks so far.
  std::size_t pruned() const { return pruned_; }
  std::size_t restored() const { return restored_; }

 private:
  struct Coin {
    Hash id;
    std::size_t owner = 0;
  };

  static SenderKey key(std::size_t i) {
    crypto::PublicKey out{};
    out[0] = static_cast<std::uint8_t>(i), out[1] = static_cast<std::uint8_t>(i >> 8), out[2] = 1;
    return out;
  }
  static Address address(std::size_t i) { return address_of(key(i)); }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t in) { return below(in) == 0; }
  std::size_t any_sender() { return chance(3) ? below(kHot) : kHot + below(kCold); }
  std::size_t anyone() { return chance(3) ? below(kHot) : below(kHot + kCold + kStrangers); }
  Hash any_key() { return Hash{{static_cast<std::uint8_t>(chance(2) ? below(2) : below(60))}}; }
  Hash any_coin() { return coins_.empty() || chance(10) ? any_key() : coins_[below(coins_.size())].id; }

  // The values of what a block prunes, as an archive would keep them.
  void keep_pruned(const ledger::Diff& diff, const ObjectId& id, bool is_there) {
    if (is_there) {
      restored_ += lost_.erase(id);
      return;
    }
    const auto record = diff.find(ledger::rent_object(id));
    if (record == diff.end() || !record->second) return;
    if (!std::holds_alternative<ledger::Pruned>(codec::decode<ledger::Rent>(*record->second)->state)) return;
    lost_[id] = *state_.get(id);
    ++pruned_;
  }

  VerifiedTransaction transaction() {
    TransactionBody body;
    std::size_t sender = any_sender();
    body.chain_id = genesis_.chain_id;
    body.valid_until = Slot{slot_.raw() + 1 + below(5)};
    body.gas_limit = Gas{chance(12) ? 100 * below(30) : 40'000};
    body.priority_fee = chance(2) ? 0 : below(1'000);
    const std::size_t kind = below(10);
    if (kind < 3) add_transfer(body);
    if (kind >= 3 && kind < 5) add_coins(body);
    if (kind >= 4 && kind < 7) sender = spend_coins(body, sender);
    if (kind >= 7 || chance(8)) {
      if (chance(6))
        add_model(body);
      else if (chance(3))
        add_rent(body);
      else
        add_script(body);
    }
    body.sender = key(sender);
    std::uint64_t& nonce = nonces_[sender];
    body.nonce = chance(30) ? nonce : ++nonce + (chance(20) ? below(300) : 0);
    body.max_fee =
        30 * *ledger::base_fee(genesis_.params.fees, 8'000, body.gas_limit.raw(), ledger::kMultiplierAtRest) +
        body.priority_fee;
    VerifiedTransaction out = assume_verified({std::move(body), {}});
    for (std::uint32_t i = 0; i < out.body().outputs.size(); ++i)
      if (out.body().outputs[i].kind == OutputKind::utxo)
        coins_.push_back({utxo_id(out.id(), i), owners_.at(out.body().outputs[i].owner)});
    return out;
  }

  void add_output(TransactionBody& body, OutputKind kind) {
    const std::size_t to = anyone();
    owners_[address(to)] = to;
    const Asset asset = chance(3) ? Asset::aic : Asset::swr;
    const Amount amount = chance(5) ? Amount{1} << 70 : 1 + below(chance(6) ? 2'000 : 40);
    body.outputs.push_back({address(to), asset, amount, kind, std::nullopt});
    if (kind == OutputKind::utxo && chance(6)) body.outputs.back().script = OutputScript{any_key(), {}};
    if (kind == OutputKind::account && chance(12)) body.outputs.back().owner = Address{any_key()};  // a contract's
  }
  void add_transfer(TransactionBody& body) {
    for (std::size_t i = 1 + below(2); i > 0; --i) add_output(body, OutputKind::account);
  }
  void add_coins(TransactionBody& body) {
    for (std::size_t i = 1 + below(3); i > 0; --i) add_output(body, OutputKind::utxo);
  }
  // Mostly by their owner.
  std::size_t spend_coins(TransactionBody& body, std::size_t sender) {
    for (std::size_t i = 1 + below(2); i > 0; --i) {
      const Hash id = any_coin();
      const auto same = [&](const auto& input) { return input.utxo == id; };
      if (std::any_of(body.inputs.begin(), body.inputs.end(), same)) continue;
      body.inputs.push_back({id, std::nullopt});
      const auto at = std::find_if(coins_.begin(), coins_.end(), [&](const Coin& coin) { return coin.id == id; });
      if (at != coins_.end() && at->owner < kHot + kCold && !chance(6)) sender = at->owner;
    }
    if (chance(8)) body.inputs.back().redeemer = Bytes{1};
    if (!chance(3))  // what scripts read, should there be any
      for (std::uint8_t key = 0; key < 2; ++key) body.reads.insert(note(Hash{{key}}));
    if (chance(2)) add_output(body, chance(2) ? OutputKind::utxo : OutputKind::account);
    return sender;
  }
  void add_model(TransactionBody& body) {
    programs::ModelFacts facts{vcr::testing::small_config(), any_key(), {}, {}};
    const programs::ModelsInstruction instruction = programs::RegisterModel{facts};
    body.call = programs::make_call(instruction);
    if (chance(8)) return;
    for (const ObjectId& id : programs::access_sets(instruction).reads) body.reads.insert(id);
    for (const ObjectId& id : programs::access_sets(instruction).writes) body.writes.insert(id);
  }
  ObjectId any_rented() {
    const auto some_lost = [&] { return std::next(lost_.begin(), static_cast<std::ptrdiff_t>(below(lost_.size()))); };
    if (!lost_.empty() && chance(2)) return some_lost()->first;
    if (chance(10)) return {Domain::storage, any_coin()};  // which is none
    return chance(2) ? note(any_key()) : utxo_object(any_coin());
  }
  // Mostly what may be done with the object.
  programs::RentInstruction any_rent(const ObjectId& id) {
    const auto record = ledger::load<ledger::Rent>(state_, ledger::rent_object(id));
    const auto* deposit = record ? std::get_if<ledger::Deposit>(&record->state) : nullptr;
    const std::uint64_t epoch = ledger::epoch_of(genesis_.params.block, slot_);
    const bool exhausted = deposit != nullptr && standing(genesis_.params.rent, *deposit, epoch).exhausted;
    const std::size_t kind = chance(6) ? below(3) : lost_.contains(id) ? 0 : exhausted ? 1 : 2;
    if (kind == 1) return programs::Prune{id};
    if (kind == 2) {
      const std::uint32_t bytes = deposit != nullptr ? deposit->bytes : 0;
      return programs::Fund{id, ledger::rent_per_epoch(genesis_.params.rent, bytes) * below(6)};
    }
    programs::Restore restore{id, {}};
    if (const auto at = lost_.find(id); at != lost_.end()) restore.value = at->second;
    if (chance(8) && !restore.value.empty()) restore.value[0] ^= 1;
    return restore;
  }
  void add_rent(TransactionBody& body) {
    const auto instruction = any_rent(any_rented());
    body.call = programs::make_call(instruction);
    if (!chance(12)) body.writes = programs::access_sets(instruction).writes;
    declare_reads_apart(body);
  }
  static void declare_reads_apart(TransactionBody& body) {
    AccessSet only_read;
    for (const ObjectId& id : body.reads)
      if (!body.writes.contains(id)) only_read.insert(id);
    body.reads = only_read;
  }
  void add_script(TransactionBody& body) {
    Script script;
    std::set<ObjectId> reads, writes;
    for (std::size_t i = 1 + below(5); i > 0; --i) {
      Step step{static_cast<Op>(below(codec::enum_names<Op>.size())), any_key(), address(anyone())};
      const bool rare =
          step.op == Op::write_account || step.op == Op::make_value || step.op == Op::fail || step.op == Op::burn_gas;
      if (rare && !chance(6)) step.op = chance(2) ? Op::note : Op::read;
      if (step.op == Op::read_account || step.op == Op::write_account) step.key = address(anyone()).hash;
      if (step.op == Op::read_utxo) step.key = any_coin();
      script.push_back(step);
      const bool only_reads =
          step.op == Op::read || step.op == Op::read_account || step.op == Op::read_utxo || step.op == Op::read_supply;
      if (step.op == Op::log || (step.op >= Op::make_value && step.op <= Op::burn_gas)) continue;
      if (!chance(14)) (only_reads ? reads : writes).insert(object_of(step));
    }
    if (chance(10)) writes.insert(note(any_key()));  // declared and never used
    for (const ObjectId& id : writes) body.writes.insert(id), reads.erase(id);
    for (const ObjectId& id : reads) body.reads.insert(id);
    declare_reads_apart(body);  // of what a script of a UTxO reads too
    body.call = Call{chance(2) ? script_program.id() : any_key(), codec::encode(script)};
  }

  std::mt19937_64 random_;
  Genesis genesis_;
  MapState state_;
  smt::Tree tree_;
  Slot slot_{1};
  std::map<ObjectId, Bytes> lost_;  // values of what is pruned
  std::size_t pruned_ = 0, restored_ = 0;
  std::vector<Coin> coins_;  // the newest that transactions made or would have made
  std::map<Address, std::size_t> owners_;
  std::map<std::size_t, std::uint64_t> nonces_;
};

}  // namespace aether::exec::testing

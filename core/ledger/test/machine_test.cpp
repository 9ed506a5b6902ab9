// Accounts, UTxOs and their rent as a state machine: commands against the ledger, and against the rules again over
// plain maps.
#include <gtest/gtest.h>
#include <rapidcheck/state.h>

#include <algorithm>
#include <utility>

#include "aether/ledger/rent.hpp"
#include "chain.hpp"

namespace aether::ledger {
namespace {

using namespace testing;

constexpr Amount kMaxFee = 100'000, kPriorityFee = 101, kProposerShare = 60;
constexpr std::uint64_t kAccess = 200, kInstruction = 1'000;
constexpr Amount kRentRate = 1'200;  // so much that some cannot pay a deposit, …
constexpr std::uint64_t kEpochSlots = 2, kDepositEpochs = 2, kExemptEpochs = 3;  // … and so short that many run out
constexpr std::uint64_t kHashed = 100;                                           // of up to a KiB
constexpr std::uint8_t kSenders = 3, kOwners = 5;                                // the last two have nothing at genesis

// So little that a few calls of the vault heat it: two of them fill its share.
ChainParams small_blocks() {
  ChainParams params;
  params.block.gas_max = 300'000;
  params.congestion.object_share_bps = 1'000;
  params.congestion.target_bps = 2'000;
  params.rent = {kRentRate, kDepositEpochs, kExemptEpochs};
  params.block.epoch_slots = kEpochSlots;
  return params;
}
constexpr std::uint64_t kGasLimit = 15'000, kShareGas = 30'000;
constexpr std::size_t kBlockMax = 20;

struct Coin {
  Address owner;
  Asset asset;
  Amount amount;
  std::optional<OutputScript> script;
  Address payer;
  Amount deposit;
  std::uint64_t since;  // an epoch
  bool pruned = false;
};
struct Heat {
  std::uint64_t average = 0, multiplier = 1'000'000;  // in millionths
};
using Credit = std::tuple<Address, Asset, Amount>;

struct Model {
  std::map<Address, Balance> accounts;
  std::map<Hash, Coin> coins;  // those that were pruned too
  std::set<Hash> known;        // every id a transaction could name: living, spent, and promised by one that waits
  std::map<Address, std::set<std::uint64_t>> used;
  std::map<Address, Amount> reserved;  // Σ max_fee of those that wait
  std::vector<TransactionBody> waiting;
  Amount in_vault = 0, treasury = 0;
  Balance burned;
  std::uint64_t nonce = 1;
  std::uint64_t slot = 5;
  std::map<ObjectId, Heat> heat;  // of what is not at rest

  Model() {
    for (std::uint8_t i = 0; i < kSenders; ++i) accounts[who(i)] = {10'000'000, 100};
  }
  std::uint64_t epoch() const { return slot / kEpochSlots; }
  Heat heat_of(const ObjectId& id) const {
    const auto at = heat.find(id);
    return at == heat.end() ? Heat{} : at->second;
  }
  bool has_used(const Address& sender, std::uint64_t n) const {
    const auto at = used.find(sender);
    return at != used.end() && at->second.contains(n);
  }
  Amount reserved_of(const Address& sender) const {
    const auto at = reserved.find(sender);
    return at == reserved.end() ? 0 : at->second;
  }
};

struct Verdict {
  unsigned code = 0;
  std::uint64_t steps = 0;
};

std::set<ObjectId> declared_by(const TransactionBody& body) {
  std::set<ObjectId> out(body.reads.begin(), body.reads.end());
  out.insert(body.writes.begin(), body.writes.end());
  return out;
}
std::uint64_t users_of(const ObjectId& id, const std::vector<TransactionBody>& bodies) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(bodies, [&](const auto& body) { return declared_by(body).contains(id); }));
}
Amount base_fee_naive(const Model& model, const TransactionBody& body, std::uint64_t steps) {
  u128 hottest = 1'000'000;
  for (const ObjectId& id : declared_by(body)) hottest = std::max<u128>(hottest, model.heat_of(id).multiplier);
  return ((10'000 + Amount{5} * make(body).byte_size() + Amount{2} * steps) * hottest + 999'999) / 1'000'000;
}

// The next block's multipliers, from every block, idle or not. The bytes are far from their share.
void heat_naive(Model& model, const std::vector<TransactionBody>& bodies) {
  for (const auto& body : bodies)
    for (const ObjectId& id : declared_by(body)) model.heat.try_emplace(id);
  const u128 target = 200'000, whole = 1'000'000;
  for (auto& [id, heat] : model.heat) {
    heat.average = (3 * heat.average + users_of(id, bodies) * kGasLimit * 1'000'000 / kShareGas) / 4;
    const u128 average = heat.average, now = heat.multiplier;
    u128 then = now;
    if (average > target) then += now * (average - target) / ((whole - target) * 8);
    if (average < target) then -= (now * (target - average) + target * 8 - 1) / (target * 8);
    heat.multiplier = static_cast<std::uint64_t>(std::clamp(then, whole, 100 * whole));
    if (heat.multiplier == 1'000'000 && 4 * heat.average < 200'000) heat.average = 0;
  }
  std::erase_if(model.heat,
                [](const auto& entry) { return entry.second.average == 0 && entry.second.multiplier == 1'000'000; });
}

// A UTxO has a version, an owner, an asset and an amount, and behind one byte a program and a datum of one byte.
Amount rent_naive(const Coin& coin) { return kRentRate * (1 + 32 + 1 + 16 + 1 + (coin.script ? 32 + 2 : 0) + 192); }
Bytes value_of(const Coin& coin) { return codec::encode(Utxo{1, coin.owner, coin.asset, coin.amount, coin.script}); }

// What is left of a deposit, epoch by epoch.
struct Left {
  Amount drawn = 0, left = 0;
  bool exhausted = false;
};
Left left_naive(const Coin& coin, std::uint64_t epoch) {
  Left out{0, coin.deposit, false};
  if (out.left >= kExemptEpochs * rent_naive(coin)) return out;
  for (std::uint64_t over = coin.since; over < epoch; ++over) {
    const Amount paid = std::min(out.left, rent_naive(coin));
    out.left -= paid, out.drawn += paid;
  }
  out.exhausted = out.left < rent_naive(coin);
  return out;
}

// A call of the program `rent`, on top of what was spent.
unsigned rent_call_naive(Model& model, const TransactionBody& body, std::vector<Credit>& credits,
                         std::uint64_t& steps) {
  const Address sender = address_of(body.sender);
  auto& mine = model.accounts[sender];
  codec::Reader in(ByteView(body.call->data).subspan(1));
  ObjectId id;
  in.get(id);
  const char letter = static_cast<char>(body.call->data[0]);
  steps += kInstruction + 4 * kAccess;
  if (!body.writes.contains(id)) return 2;
  const auto at = model.coins.find(id.key);
  if (letter == 'r') {
    if (at == model.coins.end() || !at->second.pruned) return 18;
    Coin& coin = at->second;
    steps += kHashed;
    if (!std::ranges::equal(in.rest(), value_of(coin))) return 19;
    const Amount deposit = kDepositEpochs * rent_naive(coin);
    if (mine.swr < deposit) return 14;
    mine.swr -= deposit;
    coin.payer = sender, coin.deposit = deposit, coin.since = model.epoch(), coin.pruned = false;
    return 0;
  }
  if (at == model.coins.end()) return 16;
  if (at->second.pruned) return 15;
  Coin& coin = at->second;
  const Left now = left_naive(coin, model.epoch());
  if (letter == 'p') {
    if (!now.exhausted) return 17;
    steps += kHashed;
    const Amount fee = std::min(now.drawn, rent_naive(coin));
    credits.emplace_back(coin.payer, Asset::swr, now.left);
    credits.emplace_back(sender, Asset::swr, fee);
    model.burned.swr += now.drawn - fee;
    coin.deposit = 0, coin.pruned = true;
    return 0;
  }
  Amount amount = 0;
  in.get(amount);
  if (amount <= now.left || amount < kDepositEpochs * rent_naive(coin)) return 20;
  const Amount debit = coin.payer == sender ? amount - now.left : amount;
  if (mine.swr < debit) return 14;
  mine.swr -= debit;
  if (coin.payer != sender) credits.emplace_back(coin.payer, Asset::swr, now.left);
  model.burned.swr += now.drawn;
  coin.payer = sender, coin.deposit = amount, coin.since = model.epoch();
  return 0;
}

// One transaction over the maps. Effects are collected in a copy, which is kept on success.
Verdict run_naive(Model& kept, const TransactionBody& body, std::vector<Credit>& later) {
  Model model = kept;
  std::vector<Credit> credits;
  const Address sender = address_of(body.sender);
  std::uint64_t steps = 0;
  Balance in, out;
  std::vector<std::pair<OutputScript, Bytes>> scripts;  // with the redeemer
  std::map<Hash, std::optional<Coin>> settled;          // what is made, or none for what is spent, and …
  std::vector<Credit> refunds;                          // … what comes back for it, …
  Amount drawn = 0;                                     // … and what does not
  for (const auto& input : body.inputs) {
    steps += kAccess;
    const auto at = model.coins.find(input.utxo);
    if (at == model.coins.end()) return {9, steps + kAccess};
    if (at->second.pruned) return {15, steps + kAccess};
    if (at->second.script) {
      scripts.emplace_back(*at->second.script, input.redeemer ? Bytes(*input.redeemer) : Bytes{});
    } else {
      if (at->second.owner != sender) return {10, steps};
      if (input.redeemer) return {11, steps};
    }
    steps += kAccess;
    in.of(at->second.asset) += at->second.amount;
    settled[input.utxo];
    const Left now = left_naive(at->second, model.epoch());
    refunds.emplace_back(at->second.payer, Asset::swr, now.left);
    drawn += now.drawn;
    model.coins.erase(at);
  }
  for (const auto& [script, redeemer] : scripts) {
    steps += kInstruction;
    if (script.program == vault.id()) return {12, steps};
    steps += Lock::kSteps;
    if (Bytes(script.datum) != redeemer) return {10'001, steps};
  }
  for (std::uint32_t i = 0; i < body.outputs.size(); ++i) {
    const auto& output = body.outputs[i];
    steps += kAccess;
    out.of(output.asset) += output.amount;
    if (output.kind == OutputKind::utxo)
      settled[utxo_id(transaction_id(body), i)] = {output.owner, output.asset, output.amount, output.script, sender, 0,
                                                   model.epoch()};
    else
      credits.emplace_back(output.owner, output.asset, output.amount);
  }
  auto& mine = model.accounts[sender];
  for (const Asset asset : {Asset::swr, Asset::aic}) {
    if (mine.of(asset) + in.of(asset) < out.of(asset)) return {4, steps};
    if (in.of(asset) > out.of(asset))
      credits.emplace_back(sender, asset, in.of(asset) - out.of(asset));
    else
      mine.of(asset) -= out.of(asset) - in.of(asset);
  }
  if (body.call && body.call->program == rent_program.id()) {
    if (const unsigned code = rent_call_naive(model, body, credits, steps); code != 0) return {code, steps};
  } else if (body.call) {  // a deposit of 10 AIC: one read, one debit, one write
    steps += kInstruction + kAccess;
    if (!body.reads.contains(kVault) && !body.writes.contains(kVault)) return {1, steps};
    steps += kAccess;
    if (mine.aic < 10) return {4, steps};
    mine.aic -= 10, model.in_vault += 10;
    steps += kAccess;
    if (!body.writes.contains(kVault)) return {2, steps};
  }
  for (auto& [id, coin] : settled) {
    steps += 2 * kAccess;
    if (!coin) continue;
    coin->deposit = kDepositEpochs * rent_naive(*coin);
    if (mine.swr < coin->deposit) return {14, steps};
    mine.swr -= coin->deposit;
    model.coins[id] = *coin;
  }
  model.burned.swr += drawn;
  credits.insert(credits.end(), refunds.begin(), refunds.end());
  kept = std::move(model);
  later.insert(later.end(), credits.begin(), credits.end());
  return {0, steps};
}

std::vector<Verdict> seal_naive(Model& model) {
  std::vector<Verdict> verdicts;
  std::vector<Credit> later;
  const auto bodies = std::exchange(model.waiting, {});
  for (const auto& body : bodies) model.accounts[address_of(body.sender)].swr -= kMaxFee;
  for (const auto& body : bodies) {
    verdicts.push_back(run_naive(model, body, later));
    const Amount base = base_fee_naive(model, body, verdicts.back().steps);
    later.emplace_back(address_of(body.sender), Asset::swr, kMaxFee - base - kPriorityFee);
    later.emplace_back(who(9), Asset::swr, kProposerShare);
    model.burned.swr += base;
    model.treasury += kPriorityFee - kProposerShare;
  }
  for (const auto& [to, asset, amount] : later) model.accounts[to].of(asset) += amount;
  model.reserved.clear();
  heat_naive(model, bodies);
  ++model.slot;
  return verdicts;
}

void expect_same_state(const Model& model, const Chain& chain) {
  Balance sum;
  const auto add = [&](Asset asset, Amount amount) { sum.of(asset) += amount; };
  for (const auto& [address, balance] : model.accounts) {
    RC_ASSERT(chain.account(address).balance == balance);
    add(Asset::swr, balance.swr), add(Asset::aic, balance.aic);
  }
  std::size_t coins = 0, rents = 0;
  for (const auto& [id, bytes] : chain.state.objects)
    coins += id.domain == Domain::utxo, rents += id.domain == Domain::rent;
  RC_ASSERT(rents == model.coins.size());
  RC_ASSERT(coins == static_cast<std::size_t>(
                         std::ranges::count_if(model.coins, [](const auto& each) { return !each.second.pruned; })));
  for (const auto& [id, coin] : model.coins) {
    const Bytes value = value_of(coin);
    const auto bytes = static_cast<std::uint32_t>(value.size());
    Balance held;
    held.of(coin.asset) = coin.amount;
    const Rent rent = coin.pruned ? Rent{1, Pruned{value_hash(value), bytes, held}}
                                  : Rent{1, Deposit{coin.payer, coin.deposit, coin.since, bytes}};
    RC_ASSERT(chain.state.get(utxo_object(id)) == (coin.pruned ? std::nullopt : std::optional(value)));
    RC_ASSERT(load<Rent>(chain.state, rent_object(utxo_object(id))) == rent);
    add(coin.asset, coin.amount), add(Asset::swr, coin.deposit);
  }
  std::set<ObjectId> ever_hot{kVault};
  for (const auto& [id, heat] : model.heat) ever_hot.insert(id);
  for (const ObjectId& id : ever_hot) {
    const auto heat = load<Congestion>(chain.state, congestion_object(id));
    const Congestion now = heat ? idle_until(chain.params.congestion, *heat, chain.slot) : Congestion{};
    RC_ASSERT(now.average == model.heat_of(id).average);
    RC_ASSERT(now.multiplier == Multiplier{model.heat_of(id).multiplier});
  }
  RC_ASSERT(load_or_default<Treasury>(chain.state, kTreasuryObject).balance.swr == model.treasury);
  RC_ASSERT(load_or_default<Balance>(chain.state, kVault).aic == model.in_vault);
  const auto supply = load_or_default<Supply>(chain.state, kSupplyObject);
  RC_ASSERT(supply.burned == model.burned);
  RC_ASSERT(sum.swr + model.treasury == supply.total.swr);
  RC_ASSERT(sum.aic + model.in_vault == supply.total.aic);
  RC_ASSERT(supply.total.swr + supply.burned.swr == 10'000'000 * kSenders && supply.total.aic == 100 * kSenders);
}

// What the runs came upon: a machine that never reaches a rule tests nothing of it.
struct Seen {
  std::set<unsigned> codes;
  std::set<Reject> rejects;
  bool hot = false;  // a user of the vault paid for its heat
};
struct Subject {
  Chain chain;
  Seen& seen;
};
using MachineCommand = rc::state::Command<Model, Subject>;

// An id that some transaction made, would make or never makes.
Hash any_id(const Model& model) {
  if (model.known.empty() || *rc::gen::inRange(0, 12) == 0) return Hash{};
  return *rc::gen::elementOf(std::vector<Hash>(model.known.begin(), model.known.end()));
}

// Of the living ones, now or when those that wait are sealed in order: those that the sender has or a script judges.
std::vector<std::pair<Hash, Coin>> open_coins(const Model& model, const Address& sender) {
  Model after = model;
  std::vector<Credit> later;
  for (const auto& body : model.waiting) run_naive(after, body, later);
  std::vector<std::pair<Hash, Coin>> out;
  for (const auto& [id, coin] : after.coins)
    if (!coin.pruned && (coin.script || coin.owner == sender)) out.emplace_back(id, coin);
  return out;
}

// Mostly what may be done with a coin that mostly is there.
void add_rent_call(TransactionBody& body, const Model& model, std::uint8_t from) {
  const auto& [id, coin] =
      *rc::gen::elementOf(std::vector<std::pair<Hash, Coin>>(model.coins.begin(), model.coins.end()));
  char letter = coin.pruned ? 'r' : left_naive(coin, model.epoch()).exhausted ? 'p' : 'f';
  if (*rc::gen::inRange(0, 5) == 0) letter = *rc::gen::element('r', 'p', 'f');
  const ObjectId object = utxo_object(*rc::gen::inRange(0, 8) == 0 ? any_id(model) : id);
  Bytes rest;
  if (letter == 'r') {
    rest = value_of(coin);
    if (*rc::gen::inRange(0, 5) == 0) rest.back() ^= 1;
  }
  if (letter == 'f')
    rest = codec::encode(rent_naive(coin) * *rc::gen::inRange<std::uint64_t>(1, 5) - *rc::gen::inRange(0, 2));
  body.call = rent_call(from, letter, object, rest, 0).call;
  if (*rc::gen::inRange(0, 8) != 0) body.writes.insert(object);
}

TransactionBody any_body(const Model& model) {
  const auto from = *rc::gen::inRange<std::uint8_t>(0, kSenders);
  auto body = transfer(from, from, Asset::swr, 1, model.nonce);
  body.outputs.clear();
  body.gas_limit = Gas{kGasLimit};
  const auto add_input = [&](const Hash& id) {
    const auto names = [&](const TransactionInput& input) { return input.utxo == id; };
    if (std::none_of(body.inputs.begin(), body.inputs.end(), names)) body.inputs.push_back({id, std::nullopt});
  };
  const auto open = open_coins(model, who(from));
  for (int i = 0, n = *rc::gen::inRange(0, 3); i < n; ++i) {
    if (!open.empty() && *rc::gen::inRange(0, 4) != 0) {
      const auto& [id, coin] = open[*rc::gen::inRange<std::size_t>(0, open.size())];
      const std::size_t before = body.inputs.size();
      add_input(id);
      const bool opens = coin.script && *rc::gen::inRange(0, 5) != 0;
      if (opens && body.inputs.size() > before) body.inputs.back().redeemer = Bytes(coin.script->datum);
    } else if (*rc::gen::arbitrary<bool>()) {
      add_input(any_id(model));
    }
  }
  if (!body.inputs.empty() && *rc::gen::inRange(0, 6) == 0) body.inputs.back().redeemer.emplace();
  for (int i = 0, n = *rc::gen::inRange(body.inputs.empty() ? 1 : 0, 4); i < n; ++i) {
    TransactionOutput output{
        who(*rc::gen::inRange<std::uint8_t>(0, kOwners)), *rc::gen::element(Asset::swr, Asset::aic),
        *rc::gen::element<std::uint64_t>(1, 7, 30, 90, 3'000'000, 9'000'000), OutputKind::utxo, std::nullopt};
    if (output.asset == Asset::aic && output.amount > 90 && *rc::gen::inRange(0, 4) != 0) output.amount = 5;
    if (*rc::gen::inRange(0, 3) == 0) output.kind = OutputKind::account;
    if (output.kind == OutputKind::utxo && *rc::gen::inRange(0, 3) == 0)
      output.script = OutputScript{*rc::gen::inRange(0, 6) == 0 ? vault.id() : Lock::id(),
                                   Bytes{*rc::gen::element<std::uint8_t>(1, 2)}};
    body.outputs.push_back(output);
  }
  if (*rc::gen::inRange(0, 5) == 0) {
    body.call = Call{vault.id(), Bytes{0}};
    const auto declared = *rc::gen::inRange(0, 4);
    if (declared == 1) body.reads.insert(kVault);
    if (declared > 1) body.writes.insert(kVault);
  } else if (!model.coins.empty() && *rc::gen::inRange(0, 3) == 0) {
    add_rent_call(body, model, from);
  }
  return body;
}

std::string text_of(const TransactionBody& body) {
  std::string out = "from " + to_hex(address_of(body.sender).hash.bytes).substr(0, 6) + " nonce " +
                    std::to_string(body.nonce) + " inputs " + std::to_string(body.inputs.size());
  for (const auto& output : body.outputs)
    out += (output.kind == OutputKind::utxo ? " utxo " : " account ") + to_decimal(output.amount);
  return out + (body.call ? " call" : "");
}

// A transaction that may stand in a block waits for it.
struct Send final : MachineCommand {
  TransactionBody body;
  explicit Send(const Model& model) : body(any_body(model)) {}
  void checkPreconditions(const Model& model) const override {
    const Address sender = address_of(body.sender);
    RC_PRE(model.reserved_of(sender) + kMaxFee <= model.accounts.at(sender).swr);
    RC_PRE(!model.has_used(sender, body.nonce));
    RC_PRE(model.waiting.size() < kBlockMax);
    for (const ObjectId& id : declared_by(body)) RC_PRE(users_of(id, model.waiting) < kShareGas / kGasLimit);
    RC_PRE(base_fee_naive(model, body, kGasLimit) + kPriorityFee <= kMaxFee);
  }
  void apply(Model& model) const override {
    const Address sender = address_of(body.sender);
    model.reserved[sender] += kMaxFee;
    model.used[sender].insert(body.nonce);
    model.nonce = std::max(model.nonce, body.nonce + 1);
    for (std::uint32_t i = 0; i < body.outputs.size(); ++i) model.known.insert(utxo_id(transaction_id(body), i));
    model.waiting.push_back(body);
  }
  void show(std::ostream& os) const override { os << "Send " << text_of(body); }
};

// What waits becomes a block.
struct Seal final : MachineCommand {
  void apply(Model& model) const override { seal_naive(model); }
  void run(const Model& before, Subject& subject) const override {
    Chain& chain = subject.chain;
    Model model = before;
    const auto verdicts = seal_naive(model);
    std::vector<VerifiedTransaction> txs;
    for (const auto& body : before.waiting) txs.push_back(make(body));
    const auto out = chain.block(txs);
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->receipts.size() == verdicts.size());
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      subject.seen.codes.insert(verdicts[i].code);
      RC_ASSERT(out->receipts[i].code.raw() == verdicts[i].code);
      RC_ASSERT(out->receipts[i].gas_used == Gas{verdicts[i].steps});
    }
    chain.state.apply(out->diff);
    chain.slot = next(chain.slot);
    subject.seen.hot |= before.heat_of(kVault).multiplier > 1'000'000 && users_of(kVault, before.waiting) > 0;
    expect_same_state(model, chain);
  }
  void show(std::ostream& os) const override { os << "Seal"; }
};

// A transaction that no block may hold: the ledger names the rule and changes nothing.
struct Refused final : MachineCommand {
  TransactionBody body;
  Reject expected = Reject::too_large;
  explicit Refused(const Model& model) : body(any_body(model)) {
    const auto used = model.used.find(address_of(body.sender));
    const bool can_replay = used != model.used.end() && model.waiting.empty();
    const bool is_hot = model.heat_of(kVault).multiplier > 1'000'000;
    switch (*rc::gen::inRange(can_replay ? 0 : 1, is_hot ? 9 : 6)) {
      case 1:
        if (body.inputs.empty()) body.inputs.push_back({any_id(model), std::nullopt});
        body.inputs.push_back(body.inputs[0]);
        expected = Reject::duplicate_input;
        break;
      case 2:
        body.valid_until = Slot{4};
        expected = Reject::expired;
        break;
      case 0:
        body.nonce = *rc::gen::elementOf(std::vector<std::uint64_t>(used->second.begin(), used->second.end()));
        expected = Reject::nonce_used;
        break;
      case 3:
        body.outputs.push_back({who(1), Asset::aic, 0, OutputKind::utxo, std::nullopt});
        expected = Reject::zero_output;
        break;
      case 4:
        body.outputs.push_back({who(1), Asset::aic, kAmountMax + 1, OutputKind::utxo, std::nullopt});
        expected = Reject::amount_above_bound;
        break;
      case 6:
      case 7:
      case 8:
        body.reads.insert(kVault), body.writes = {};
        body.max_fee = base_fee_naive(Model{}, body, kGasLimit) + kPriorityFee;
        expected = Reject::fee_below_congestion;
        break;
      default:
        body.outputs.push_back({who(1), Asset::aic, 1, OutputKind::account, OutputScript{}});
        expected = Reject::script_on_account;
    }
  }
  void checkPreconditions(const Model& model) const override {
    RC_PRE(model.accounts.at(address_of(body.sender)).swr >= kMaxFee);
    if (expected == Reject::fee_below_congestion) RC_PRE(model.heat_of(kVault).multiplier > 1'000'000);
    if (expected != Reject::nonce_used) return;
    RC_PRE(model.waiting.empty());
    RC_PRE(model.has_used(address_of(body.sender), body.nonce));
  }
  void run(const Model&, Subject& subject) const override {
    subject.seen.rejects.insert(expected);
    const VerifiedTransaction txs[] = {make(body)};
    const auto out = subject.chain.block(txs);
    RC_ASSERT(!out.has_value());
    RC_ASSERT(out.error().kind == Limit::transaction);
    RC_ASSERT(out.error().reject == expected);
  }
  void show(std::ostream& os) const override { os << "Refused " << reject_name(expected) << ' ' << text_of(body); }
};

TEST(Machine, accounts_utxos_and_scripts_follow_the_naive_model) {
  const std::set<unsigned> codes{0, 1, 2, 4, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 10'001};
  const std::set<Reject> rejects{Reject::duplicate_input,     Reject::script_on_account, Reject::zero_output,
                                 Reject::amount_above_bound,  Reject::expired,           Reject::nonce_used,
                                 Reject::fee_below_congestion};
  Seen seen;
  // Few cases, as in a quick run, may leave a rule out: then once more.
  for (int round = 0; round < 40 && !(seen.codes == codes && seen.rejects == rejects && seen.hot); ++round) {
    ASSERT_TRUE(rc::check([&] {
      // A check begins with the same seed each time, so a later round goes on in each case.
      for (int machine = 0; machine <= round; ++machine) {
        Subject subject{{}, seen};
        subject.chain.params = small_blocks();
        rc::state::check(Model{}, subject,
                         rc::state::gen::execOneOfWithArgs<Send, Send, Send, Send, Seal, Seal, Refused>());
      }
    }));
  }
  EXPECT_EQ(seen.codes, codes);
  EXPECT_EQ(seen.rejects, rejects);
  EXPECT_TRUE(seen.hot);
}

}  // namespace
}  // namespace aether::ledger

// Accounts and UTxOs as a state machine: commands against the ledger, and against the rules again over plain maps.
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
constexpr Amount kRentRate = 200;                  // so much that some cannot pay a deposit
constexpr std::uint8_t kSenders = 3, kOwners = 5;  // the last two have nothing at genesis

// So little that a few calls of the vault heat it: two of them fill its share.
ChainParams small_blocks() {
  ChainParams params;
  params.block.gas_max = 300'000;
  params.congestion.object_share_bps = 1'000;
  params.congestion.target_bps = 2'000;
  params.rent.per_byte_epoch = kRentRate;
  return params;
}
constexpr std::uint64_t kGasLimit = 15'000, kShareGas = 30'000;
constexpr std::size_t kBlockMax = 20;

struct Coin {
  Address owner;
  Asset asset;
  Amount amount;
  std::optional<OutputScript> script;
  Address maker;
  Amount deposit;
};
using Credit = std::tuple<Address, Asset, Amount>;

struct Model {
  std::map<Address, Balance> accounts;
  std::map<Hash, Coin> coins;
  std::set<Hash> known;  // every id a transaction could name: living, spent, and promised by one that waits
  std::map<Address, std::set<std::uint64_t>> used;
  std::map<Address, Amount> reserved;  // Σ max_fee of those that wait
  std::vector<TransactionBody> waiting;
  Amount in_vault = 0, treasury = 0;
  Balance burned;
  std::uint64_t nonce = 1;
  std::uint64_t vault_average = 0, vault_multiplier = 1'000'000;  // in millionths

  Model() {
    for (std::uint8_t i = 0; i < kSenders; ++i) accounts[who(i)] = {10'000'000, 100};
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

bool declares_vault(const TransactionBody& body) { return body.reads.contains(kVault) || body.writes.contains(kVault); }
std::uint64_t users_of_vault(const std::vector<TransactionBody>& bodies) {
  return static_cast<std::uint64_t>(std::count_if(bodies.begin(), bodies.end(), declares_vault));
}
Amount base_fee_naive(const Model& model, const TransactionBody& body, std::uint64_t steps) {
  const Amount base = 10'000 + Amount{5} * make(body).byte_size() + Amount{2} * steps;
  return declares_vault(body) ? (base * model.vault_multiplier + 999'999) / 1'000'000 : base;
}

// The next block's multiplier of the vault, from every block, idle or not. The bytes are far from their share.
void heat_naive(Model& model, std::uint64_t users) {
  const u128 target = 200'000, whole = 1'000'000;
  model.vault_average = (3 * model.vault_average + users * kGasLimit * 1'000'000 / kShareGas) / 4;
  const u128 average = model.vault_average, now = model.vault_multiplier;
  u128 then = now;
  if (average > target) then += now * (average - target) / ((whole - target) * 8);
  if (average < target) then -= (now * (target - average) + target * 8 - 1) / (target * 8);
  model.vault_multiplier = static_cast<std::uint64_t>(std::clamp(then, whole, 100 * whole));
  if (model.vault_multiplier == 1'000'000 && 4 * model.vault_average < 200'000) model.vault_average = 0;
}

// A UTxO has a version, an owner, an asset and an amount, and behind one byte a program and a datum of one byte.
Amount deposit_naive(const TransactionOutput& output) {
  const Amount bytes = 1 + 32 + 1 + 16 + 1 + (output.script ? 32 + 2 : 0);
  return kRentRate * 12 * (bytes + 192);
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
  std::vector<Credit> refunds;                          // … what comes back for it
  for (const auto& input : body.inputs) {
    steps += kAccess;
    const auto at = model.coins.find(input.utxo);
    if (at == model.coins.end()) return {9, steps};
    if (at->second.script) {
      scripts.emplace_back(*at->second.script, input.redeemer ? Bytes(*input.redeemer) : Bytes{});
    } else {
      if (at->second.owner != sender) return {10, steps};
      if (input.redeemer) return {11, steps};
    }
    steps += kAccess;
    in.of(at->second.asset) += at->second.amount;
    settled[input.utxo];
    refunds.emplace_back(at->second.maker, Asset::swr, at->second.deposit);
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
      settled[utxo_id(transaction_id(body), i)] = {output.owner,  output.asset, output.amount,
                                                   output.script, sender,       deposit_naive(output)};
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
  if (body.call) {  // a deposit of 10 AIC: one read, one debit, one write
    steps += kInstruction + kAccess;
    if (!body.reads.contains(kVault) && !body.writes.contains(kVault)) return {1, steps};
    steps += kAccess;
    if (mine.aic < 10) return {4, steps};
    mine.aic -= 10, model.in_vault += 10;
    steps += kAccess;
    if (!body.writes.contains(kVault)) return {2, steps};
  }
  for (const auto& [id, coin] : settled) {
    steps += 2 * kAccess;
    if (!coin) continue;
    if (mine.swr < coin->deposit) return {14, steps};
    mine.swr -= coin->deposit;
    model.coins[id] = *coin;
  }
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
  heat_naive(model, users_of_vault(bodies));
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
  RC_ASSERT(coins == model.coins.size());
  RC_ASSERT(rents == coins);
  for (const auto& [id, coin] : model.coins) {
    const auto utxo = load<Utxo>(chain.state, utxo_object(id));
    RC_ASSERT(utxo == (Utxo{1, coin.owner, coin.asset, coin.amount, coin.script}));
    RC_ASSERT(load<Rent>(chain.state, rent_object(utxo_object(id))) == (Rent{1, coin.maker, coin.deposit}));
    add(coin.asset, coin.amount), add(Asset::swr, coin.deposit);
  }
  const auto heat = load<Congestion>(chain.state, congestion_object(kVault));
  const Congestion now = heat ? idle_until(chain.params.congestion, *heat, chain.slot) : Congestion{};
  RC_ASSERT(now.average == model.vault_average);
  RC_ASSERT(now.multiplier == Multiplier{model.vault_multiplier});
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
    if (coin.script || coin.owner == sender) out.emplace_back(id, coin);
  return out;
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
    if (!declares_vault(body)) return;
    RC_PRE(users_of_vault(model.waiting) < kShareGas / kGasLimit);
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
    subject.seen.hot |= before.vault_multiplier > 1'000'000 && users_of_vault(before.waiting) > 0;
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
    const bool is_hot = model.vault_multiplier > 1'000'000;
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
    if (expected == Reject::fee_below_congestion) RC_PRE(model.vault_multiplier > 1'000'000);
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
  const std::set<unsigned> codes{0, 1, 2, 4, 9, 10, 11, 12, 14, 10'001};
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

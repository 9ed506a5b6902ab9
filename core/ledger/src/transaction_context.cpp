#include "transaction_context.hpp"

#include "aether/ledger/conservation.hpp"
#include "aether/types/utxo.hpp"

namespace aether::ledger {
namespace {

// A published module is larger than what programs keep otherwise; its frame is a version and a length.
constexpr std::size_t value_bytes_max(Domain domain) {
  return domain == Domain::code ? limits::kCodeBytesMax + 8 : limits::kStateValueBytesMax;
}

}  // namespace

Outcome<void> TransactionContext::charge(std::uint64_t steps) {
  const auto sum = aether::checked_add(steps_, steps);
  if (!sum || *sum > tx_.body().gas_limit.raw()) return fail(Code::out_of_gas);
  steps_ = *sum;
  return {};
}

Outcome<void> TransactionContext::touch(const ObjectId& id, bool writes) {
  AETHER_CHECK(charge(facts_.params.gas.per_state_access));
  // Balances, supply and treasury move only by debits, credits and burns, UTxOs by inputs and outputs, stakes and
  // sets by what blocks do besides their transactions.
  const bool owned_by_ledger = id.domain == Domain::account || id.domain == Domain::supply ||
                               id.domain == Domain::treasury || id.domain == Domain::utxo ||
                               id.domain == Domain::validators || id.domain == Domain::congestion ||
                               id.domain == Domain::stake || id.domain == Domain::consensus;
  if (writes && owned_by_ledger) return fail(Code::undeclared_write);
  // A record of rent changes with its object, which alone is declared: a program that saw it would race.
  if (id.domain == Domain::rent) return fail(writes ? Code::undeclared_write : Code::undeclared_read);
  if (is_implicit(id)) return {};
  return check_declared(id, writes);
}

Outcome<void> TransactionContext::check_declared(const ObjectId& id, bool writes) {
  if (mode_ == AccessMode::enforce) {
    const auto& body = tx_.body();
    if (writes && !body.writes.contains(id)) return fail(Code::undeclared_write);
    if (!writes && !body.reads.contains(id) && !body.writes.contains(id)) return fail(Code::undeclared_read);
    return {};
  }
  auto& set = writes ? writes_ : reads_;
  if (set.contains(id)) return {};
  // What no transaction could declare fails here as it would fail there.
  if (set.size() == set.kMax) return fail(writes ? Code::undeclared_write : Code::undeclared_read);
  set.insert(id);
  return {};
}

// UTxOs in the overlay are the transaction's own, since no program writes any.
bool TransactionContext::is_implicit(const ObjectId& id) const {
  return id == sender_id_ || (id.domain == Domain::utxo && overlay_.diff().contains(id));
}

Outcome<std::optional<Bytes>> TransactionContext::read(const ObjectId& id) {
  AETHER_CHECK(touch(id, false));
  if (id == sender_id_) return account_bytes();
  auto value = overlay_.get(id);
  if (value) return value;
  AETHER_TRY(const bool pruned, was_pruned(id));
  if (pruned) return fail(Code::object_pruned);
  return std::optional<Bytes>{};
}

Outcome<Presence> TransactionContext::presence(const ObjectId& id) {
  AETHER_CHECK(touch(id, false));
  if (id == sender_id_ || overlay_.contains(id)) return Presence::present;
  AETHER_TRY(const bool pruned, was_pruned(id));
  return pruned ? Presence::pruned : Presence::absent;
}

Bytes TransactionContext::observed(const ObjectId& id) const {
  auto bytes = overlay_.get(id);
  AETHER_ASSERT(bytes.has_value());
  return std::move(*bytes);
}

Outcome<void> TransactionContext::write(const ObjectId& id, Bytes value) {
  AETHER_CHECK(touch(id, true));
  if (value.size() > value_bytes_max(id.domain)) return fail(Code::value_too_large);
  overlay_.put(id, std::move(value));
  return {};
}

Outcome<void> TransactionContext::erase(const ObjectId& id) {
  AETHER_CHECK(touch(id, true));
  overlay_.erase(id);
  return {};
}

Outcome<void> TransactionContext::withdraw(Asset asset, Amount amount) {
  auto& held = account_.balance.of(asset);
  if (amount > held) return fail(Code::insufficient_funds);
  held -= amount;
  account_changed_ = true;
  debited_.of(asset) += amount;  // at most what the account held
  return {};
}

Outcome<void> TransactionContext::debit_sender(Asset asset, Amount amount) {
  AETHER_CHECK(charge(facts_.params.gas.per_state_access));
  return withdraw(asset, amount);
}

void TransactionContext::credit(const Address& to, Asset asset, Amount amount) {
  if (amount != 0) sums_.credits.push_back({to, asset, amount});
}
void TransactionContext::burn(Asset asset, Amount amount) {
  const auto sum = aether::checked_add(sums_.burned.of(asset), amount);
  if (sum) sums_.burned.of(asset) = *sum;
  overflowed_ = overflowed_ || !sum;
}

Outcome<Account> TransactionContext::contract_account(const Address& contract) {
  const ObjectId id = account_object(contract);
  AETHER_CHECK(charge(facts_.params.gas.per_state_access));   // read
  AETHER_CHECK(charge(facts_.params.gas.per_state_access));   // and written
  if (id == sender_id_) return fail(Code::undeclared_write);  // a contract sends nothing
  AETHER_CHECK(check_declared(id, true));
  return overlay_.account(contract);
}

Outcome<void> TransactionContext::debit(const Address& contract, Asset asset, Amount amount) {
  AETHER_TRY(Account account, contract_account(contract));
  auto& held = account.balance.of(asset);
  if (amount > held) return fail(Code::insufficient_funds);
  held -= amount;
  overlay_.put(account_object(contract), codec::encode(account));
  return {};
}

Outcome<void> TransactionContext::deposit(const Address& contract, Asset asset, Amount amount) {
  AETHER_TRY(Account account, contract_account(contract));
  const auto sum = aether::checked_add(account.balance.of(asset), amount);
  if (sum) account.balance.of(asset) = *sum;
  overflowed_ = overflowed_ || !sum;
  overlay_.put(account_object(contract), codec::encode(account));
  return {};
}

Outcome<void> TransactionContext::log(Log log) {
  const GasParams& gas = facts_.params.gas;
  AETHER_CHECK(charge(gas.per_state_access));
  AETHER_CHECK(charge(gas.per_stored_byte * log.data.size()));  // at most kLogDataBytesMax
  if (logs_.size() == logs_.kMax) return fail(Code::too_many_logs);
  logs_.push_back(std::move(log));
  return {};
}

Outcome<Balance> TransactionContext::spend_inputs() {
  Balance spent;  // at most what was issued
  std::vector<Utxo> utxos;
  utxos.reserve(tx_.body().inputs.size());
  bool scripted = false;
  for (const auto& input : tx_.body().inputs) {
    const ObjectId id = utxo_object(input.utxo);
    AETHER_CHECK(charge(facts_.params.gas.per_state_access));
    auto utxo = ledger::load<Utxo>(overlay_, id);
    if (!utxo) {
      AETHER_TRY(const bool pruned, was_pruned(id));
      return fail(pruned ? Code::object_pruned : Code::missing_input);
    }
    if (utxo->script) {
      scripted = true;
    } else {
      if (utxo->owner != sender()) return fail(Code::foreign_input);
      if (input.redeemer) return fail(Code::redeemer_without_script);
    }
    AETHER_CHECK(charge(facts_.params.gas.per_state_access));
    overlay_.erase(id);
    spent.of(utxo->asset) += utxo->amount;
    utxos.push_back(std::move(*utxo));
  }
  if (scripted) AETHER_CHECK(run_scripts(utxos));
  return spent;
}

Outcome<void> TransactionContext::run_scripts(std::span<const Utxo> spent) {
  const auto& body = tx_.body();
  Spend spend;
  spend.valid_until = body.valid_until;
  spend.outputs = body.outputs;
  for (std::size_t i = 0; i < spent.size(); ++i)
    spend.inputs.push_back({body.inputs[i].utxo, spent[i].owner, spent[i].asset, spent[i].amount});
  for (std::uint32_t i = 0; i < spent.size(); ++i) {
    if (!spent[i].script) continue;
    AETHER_CHECK(charge(facts_.params.gas.instruction));
    spend.index = i;
    spend.datum = spent[i].script->datum;
    spend.redeemer = body.inputs[i].redeemer.value_or(codec::Blob<limits::kRedeemerBytesMax>{});
    AETHER_CHECK(run_script(*this, programs_, spent[i].script->program, spend));
  }
  return {};
}

Outcome<Balance> TransactionContext::make_outputs() {
  Balance made;  // in bound by check_form
  const auto& outputs = tx_.body().outputs;
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    const auto& output = outputs[i];
    AETHER_CHECK(charge(facts_.params.gas.per_state_access));
    made.of(output.asset) += output.amount;
    if (output.kind == OutputKind::account) {
      credit(output.owner, output.asset, output.amount);
    } else {
      overlay_.put(utxo_object(utxo_id(tx_.id(), i)), codec::encode(utxo_of(output)));
    }
  }
  return made;
}

Outcome<void> TransactionContext::move_value() {
  AETHER_TRY(const Balance spent, spend_inputs());
  AETHER_TRY(const Balance made, make_outputs());
  for (const Asset asset : {Asset::swr, Asset::aic}) {
    if (made.of(asset) > spent.of(asset)) {
      AETHER_CHECK(withdraw(asset, made.of(asset) - spent.of(asset)));
    } else {
      credit(sender(), asset, spent.of(asset) - made.of(asset));
    }
  }
  return {};
}

bool TransactionContext::value_conserved() const {
  if (overflowed_) return false;
  auto in = std::optional(debited_);
  auto out = std::optional(sums_.burned);
  const auto add = [](std::optional<Balance>& sum, const std::optional<Balance>& more) {
    sum = sum && more ? checked_add(*sum, *more) : std::nullopt;
  };
  for (const auto& each : sums_.credits) {
    Balance balance;
    balance.of(each.asset) = each.amount;
    add(out, balance);
  }
  for (const auto& [id, value] : overlay_.diff()) {
    if (const auto before = state_.get(id)) add(in, value_in(programs_, id, *before));
    if (value) add(out, value_in(programs_, id, *value));
  }
  return in && out && *in == *out;
}

void TransactionContext::finish(Run& run) {
  run.diff = overlay_.take();
  if (account_changed_) run.sender = account_;
  run.sums = std::move(sums_);
  run.logs = std::move(logs_);
  run.deposit = deposit_;
  run.output = std::move(output_);
}

void TransactionContext::sets_to(Run& run) const {
  run.writes = writes_;
  for (const auto& id : reads_)
    if (!writes_.contains(id)) run.reads.insert(id);
}

}  // namespace aether::ledger

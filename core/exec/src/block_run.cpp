#include "aether/exec/block_run.hpp"

#include "aether/types/utxo.hpp"

namespace aether::exec {
namespace {

constexpr std::size_t kAccountsPerTask = 128;

// The seed of the index: whoever chooses a key changes the id of the transaction that names it.
ObjectIndex::Seed seed_of(std::span<const VerifiedTransaction> transactions) {
  ObjectIndex::Seed seed{};
  for (const auto& tx : transactions)
    for (std::size_t i = 0; i < Hash::kSize; ++i) seed[i / 8] ^= std::uint64_t{tx.id().bytes[i]} << (8 * (i % 8));
  return seed;
}

// use(begin, end) over [0, count) in pieces.
void in_pieces(TaskPool& pool, std::size_t count, std::size_t piece,
               const std::function<void(std::size_t, std::size_t)>& use) {
  pool.run((count + piece - 1) / piece,
           [&](std::size_t task) { use(task * piece, std::min(count, (task + 1) * piece)); });
}

}  // namespace

BlockRun::BlockRun(const ledger::StateView& parent, ledger::Programs programs, const ledger::BlockInput& block)
    : parent_(parent),
      programs_(programs),
      block_(block),
      admission_(parent, programs, block.facts),
      index_(seed_of(block.transactions)) {}

Result<void, ledger::BlockError> BlockRun::admit(TaskPool& pool) {
  intern_accounts();
  in_pieces(pool, accounts_.size(), kAccountsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      AccountPlace& place = accounts_[i];
      place.sender.account = parent_.account(Address{index_[static_cast<std::uint32_t>(i)].key});
      place.before = place.sender.account.balance;
    }
  });
  AETHER_CHECK(admit_all());
  in_pieces(pool, accounts_.size(), kAccountsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (accounts_[i].sends) accounts_[i].sender.account = ledger::escrowed(accounts_[i].sender);
  });
  build_dag();
  effects_.resize(block_.transactions.size());
  receipts_.resize(block_.transactions.size());
  return {};
}

void BlockRun::intern_accounts() {
  index_.reserve(2 * block_.transactions.size() + 1);
  senders_.reserve(block_.transactions.size());
  std::vector<bool> sends;
  for (const auto& tx : block_.transactions) {
    senders_.push_back(index_.intern(account_object(tx.sender())));
    sends.resize(index_.size());
    sends[senders_.back()] = true;
    for (const auto& output : tx.body().outputs)
      if (output.kind == OutputKind::account) index_.intern(account_object(output.owner));
    for (const ObjectId& id : tx.body().writes)
      if (id.domain == Domain::account) index_.intern(id);
  }
  index_.intern(account_object(block_.proposer));
  sends.resize(index_.size());
  accounts_.resize(index_.size());
  for (std::size_t i = 0; i < accounts_.size(); ++i) accounts_[i].sends = sends[i];
}

Result<void, ledger::BlockError> BlockRun::admit_all() {
  for (TransactionIndex at = 0; at < block_.transactions.size(); ++at)
    if (const auto ok = admission_.admit(transaction(at), accounts_[senders_[at]].sender); !ok)
      return fail(ledger::BlockError{ok.error().limit, at, ok.error().reject});
  return {};
}

void BlockRun::build_dag() {
  std::vector<Access> accesses;
  for (TransactionIndex at = 0; at < block_.transactions.size(); ++at) {
    const auto& body = transaction(at).body();
    accesses.assign(1, {senders_[at], true});
    for (const auto& input : body.inputs) accesses.push_back({index_.intern(utxo_object(input.utxo)), true});
    for (std::uint32_t i = 0; i < body.outputs.size(); ++i)
      if (body.outputs[i].kind == OutputKind::utxo)
        accesses.push_back({index_.intern(utxo_object(utxo_id(transaction(at).id(), i))), true});
    for (const ObjectId& id : body.writes) accesses.push_back({index_.intern(id), true});
    for (const ObjectId& id : body.reads) accesses.push_back({index_.intern(id), false});
    dag_.add(accesses);
  }
  dag_.finish();
  objects_.resize(index_.size() - accounts_.size());
}

ledger::Run BlockRun::run(TransactionIndex at) const {
  return ledger::run_transaction(*this, programs_, block_.facts, transaction(at), ledger::AccessMode::enforce);
}

void BlockRun::publish(TransactionIndex at, ledger::Run&& run) {
  const ledger::Charge charge = ledger::charge_for(block_.facts, transaction(at), run.steps);
  receipts_[at] = ledger::receipt_of(transaction(at), run, charge);
  if (run.sender) accounts_[senders_[at]].sender.account = *run.sender;
  for (auto& [id, value] : run.diff) write(id, std::move(value));
  effects_[at] = {charge, std::move(run.sums), run.steps};
}

void BlockRun::write(const ObjectId& id, std::optional<Bytes>&& value) {
  const auto number = index_.find(id);
  AETHER_ASSERT(number.has_value());  // the context lets a program write only what the transaction declares
  if (*number >= accounts_.size()) {
    objects_[*number - accounts_.size()] = std::move(value);
    return;
  }
  AETHER_ASSERT(value.has_value());  // no account is ever erased
  AccountPlace& place = accounts_[*number];
  place.sender.account = ledger::decode_object<Account>(*value);
  place.written = true;
}

std::optional<Bytes> BlockRun::get(const ObjectId& id) const {
  const auto number = index_.find(id);
  if (!number) return parent_.get(id);
  if (*number < accounts_.size()) {
    // Others are as in the parent, where they may be absent.
    const AccountPlace& place = accounts_[*number];
    return place.sends || place.written ? std::optional(codec::encode(place.sender.account)) : parent_.get(id);
  }
  const ObjectPlace& place = objects_[*number - accounts_.size()];
  return place ? *place : parent_.get(id);
}

Account BlockRun::account(const Address& address) const {
  const auto number = index_.find(account_object(address));
  return number && *number < accounts_.size() ? accounts_[*number].sender.account : parent_.account(address);
}

bool BlockRun::contains(const ObjectId& id) const {
  const auto number = index_.find(id);
  const bool untouched = !number || (*number >= accounts_.size() && !objects_[*number - accounts_.size()]);
  return untouched ? parent_.contains(id) : get(id).has_value();
}

ledger::BlockOutput BlockRun::settle(TaskPool& pool) {
  ledger::BlockOutput output;
  ledger::Totals totals;
  std::map<Address, Balance> others;  // credits to accounts that no output names
  const auto credit_of = [&](const Address& to) -> Balance& {
    const auto number = index_.find(account_object(to));
    return number && *number < accounts_.size() ? accounts_[*number].credit : others[to];
  };
  for (TransactionIndex at = 0; at < effects_.size(); ++at) {
    const Effects& effects = effects_[at];
    totals.add(effects.steps, effects.sums.burned, effects.charge);
    ledger::add_credit(accounts_[senders_[at]].credit, Asset::swr, effects.charge.refund);
    for (const ledger::Credit& each : effects.sums.credits)
      ledger::add_credit(credit_of(each.to), each.asset, each.amount);
  }
  ledger::add_credit(credit_of(block_.proposer), Asset::swr, totals.to_proposer);

  ledger::HeldChange held;
  output.diff = ledger::settle(parent_, totals);
  for (const auto& [id, value] : output.diff) {
    const auto before = parent_.get(id);
    held.add({before ? ledger::value_in(programs_, id, *before) : Balance{}, ledger::value_in(programs_, id, *value)});
  }
  const Supply supply_before = ledger::load_or_default<Supply>(parent_, kSupplyObject);
  const auto supply = output.diff.find(kSupplyObject);
  const Supply supply_after =
      supply == output.diff.end() ? supply_before : ledger::decode_object<Supply>(*supply->second);
  for (std::uint32_t i = 0; i < accounts_.size(); ++i) {
    AccountPlace& place = accounts_[i];
    if (!place.sends && !place.written && place.credit.is_zero()) continue;
    ledger::add_credit(place.sender.account.balance, place.credit);
    held.add({place.before, place.sender.account.balance});
    output.diff[index_[i]] = codec::encode(place.sender.account);
  }
  for (const auto& [address, credit] : others) {
    Account account = parent_.account(address);
    const Balance before = account.balance;
    ledger::add_credit(account.balance, credit);
    held.add({before, account.balance});
    output.diff[account_object(address)] = codec::encode(account);
  }
  for (std::uint32_t i = 0; i < objects_.size(); ++i) {
    if (!objects_[i]) continue;
    const ObjectId& id = index_[static_cast<std::uint32_t>(accounts_.size()) + i];
    const auto before = parent_.get(id);
    held.add({before ? ledger::value_in(programs_, id, *before) : Balance{},
              *objects_[i] ? ledger::value_in(programs_, id, **objects_[i]) : Balance{}});
    output.diff[id] = std::move(*objects_[i]);
  }
  AETHER_ASSERT(ledger::conserves(held, supply_before, supply_after));
  output.receipts = std::move(receipts_);
  output.gas_used = Gas{totals.steps};
  static_cast<void>(pool);
  return output;
}

}  // namespace aether::exec

#include "aether/exec/block_run.hpp"

#include <cstring>

#include "aether/ledger/rent.hpp"
#include "aether/types/utxo.hpp"
#include "pieces.hpp"

namespace aether::exec {
namespace {

constexpr std::size_t kAccountsPerTask = 128;
constexpr std::size_t kTransactionsPerTask = 128;

// The seed of the index: whoever chooses a key changes the id of the transaction that names it.
ObjectIndex::Seed seed_of(std::span<const VerifiedTransaction> transactions) {
  ObjectIndex::Seed seed{};
  for (const auto& tx : transactions) {
    ObjectIndex::Seed words;
    std::memcpy(words.data(), tx.id().bytes.data(), sizeof words);
    for (std::size_t i = 0; i < seed.size(); ++i) seed[i] ^= words[i];
  }
  return seed;
}

}  // namespace

BlockRun::BlockRun(const ledger::StateView& parent, ledger::Programs programs, const ledger::BlockInput& block)
    : parent_(parent),
      programs_(programs),
      block_(block),
      admission_(parent, programs, block.facts),
      index_(seed_of(block.transactions)) {}

Result<void, ledger::BlockError> BlockRun::admit(TaskPool& pool) {
  intern_accounts(pool);
  load_accounts(pool);
  Result<void, ledger::BlockError> admitted;
  pool.run(2, [&](std::size_t task) {
    if (task == 0) {
      admitted = admit_all();
    } else {
      build_dag();
      effects_.resize(block_.transactions.size());
      receipts_.resize(block_.transactions.size());
    }
  });
  AETHER_CHECK(admitted);
  in_pieces(pool, accounts_.size(), kAccountsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      if (accounts_[i].sends) accounts_[i].sender.account = ledger::escrowed(accounts_[i].sender);
  });
  return {};
}

// In the order of their keys in the state tree, in which a store has them side by side.
void BlockRun::load_accounts(TaskPool& pool) {
  const StateHasher hasher;
  accounts_.reserve(index_.size());
  std::vector<bool> sends(accounts_.size());
  for (const std::uint32_t sender : senders_) sends[sender] = true;
  std::vector<Hash> keys(accounts_.size());
  in_pieces(pool, keys.size(), kAccountsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      AccountPlace& place = accounts_.make(i);
      place.sends = sends[i];
      if (place.sends) place.sender.nonces.reserve(1);
      keys[i] = hasher.key(index_[static_cast<std::uint32_t>(i)]);
    }
  });
  const auto order = sorted_by_key(
      pool, keys.size(), [&](std::uint32_t i) -> const Hash& { return keys[i]; }, [](std::uint32_t) { return true; });
  in_pieces(pool, order.size(), kAccountsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      AccountPlace& place = accounts_[order[i]];
      place.sender.account = parent_.account(Address{index_[order[i]].key});
      place.before = place.sender.account.balance;
    }
  });
}

// Transactions are read, and judged alone, at once; numbers are given in order.
void BlockRun::intern_accounts(TaskPool& pool) {
  struct Use {
    ObjectId id;
    std::uint64_t hash;
    bool sends;
  };
  const std::size_t count = block_.transactions.size();
  std::vector<std::vector<Use>> pieces((count + kTransactionsPerTask - 1) / kTransactionsPerTask);
  index_.reserve(2 * count + 1);
  senders_.reserve(count);
  preflights_.resize(count);
  const auto read = [&](std::size_t piece) {
    auto& uses = pieces[piece];
    uses.reserve(2 * kTransactionsPerTask);
    const std::size_t begin = piece * kTransactionsPerTask;
    for (std::size_t at = begin; at < std::min(begin + kTransactionsPerTask, count); ++at) {
      const VerifiedTransaction& tx = block_.transactions[at];
      const auto use = [&](const ObjectId& id, bool sends) { uses.push_back({id, index_.hash_of(id), sends}); };
      use(account_object(tx.sender()), true);
      for (const auto& output : tx.body().outputs)
        if (output.kind == OutputKind::account) use(account_object(output.owner), false);
      for (const ObjectId& id : tx.body().writes)
        if (id.domain == Domain::account) use(id, false);
      if (const auto ok = ledger::preflight(block_.facts.params, block_.facts.chain_id, tx); !ok)
        preflights_[at] = ok.error();
    }
  };
  const auto number = [&](std::size_t piece) {
    constexpr std::size_t kAhead = 8;
    const std::vector<Use> uses = std::move(pieces[piece]);
    for (std::size_t i = 0; i < uses.size(); ++i) {
      if (i + kAhead < uses.size()) index_.prefetch(uses[i + kAhead].hash);
      const std::uint32_t account = index_.intern(uses[i].id, uses[i].hash);
      if (uses[i].sends) senders_.push_back(account);
    }
  };
  in_order(pool, pieces.size(), read, number);
  index_.intern(account_object(block_.proposer));
}

Result<void, ledger::BlockError> BlockRun::admit_all() {
  for (TransactionIndex at = 0; at < block_.transactions.size(); ++at) {
    if (preflights_[at]) return fail(ledger::BlockError{ledger::Limit::transaction, at, *preflights_[at]});
    if (const auto ok = admission_.admit_preflighted(transaction(at), accounts_[senders_[at]].sender); !ok)
      return fail(ledger::BlockError{ok.error().limit, at, ok.error().reject});
  }
  return {};
}

void BlockRun::build_dag() {
  std::vector<Access> accesses;
  for (TransactionIndex at = 0; at < block_.transactions.size(); ++at) {
    const auto& body = transaction(at).body();
    accesses.assign(1, {senders_[at], true});
    const auto write = [&](const ObjectId& id) {
      accesses.push_back({index_.intern(id), true});
      // Nobody touches the record of rent but who declares its object: it needs a place and no order of its own.
      if (ledger::is_rented(block_.facts.params.rent, id.domain)) index_.intern(ledger::rent_object(id));
    };
    for (const auto& input : body.inputs) write(utxo_object(input.utxo));
    for (std::uint32_t i = 0; i < body.outputs.size(); ++i)
      if (body.outputs[i].kind == OutputKind::utxo) write(utxo_object(utxo_id(transaction(at).id(), i)));
    for (const ObjectId& id : body.writes) write(id);
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
  const ledger::Charge charge =
      ledger::charge_for(block_.facts, transaction(at), run.steps, admission_.multipliers()[at]);
  receipts_[at] = ledger::receipt_of(transaction(at), run, charge);
  if (run.sender) accounts_[senders_[at]].sender.account = *run.sender;
  for (auto& [id, value] : run.diff) write(id, std::move(value));
  Effects& effects = effects_[at];
  effects = {charge, run.sums.burned, run.steps, {}, {}};
  effects.payments.reserve(run.sums.credits.size() + 1);
  effects.payments.push_back({senders_[at], Asset::swr, charge.refund});
  for (const ledger::Credit& each : run.sums.credits) {
    const auto number = index_.find(account_object(each.to));
    if (number && *number < accounts_.size()) {
      effects.payments.push_back({*number, each.asset, each.amount});
    } else {
      effects.others.push_back(each);
    }
  }
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

// Each task pays the accounts whose numbers fall to it, and sums up a range of the transactions.
ledger::Totals BlockRun::sum_payments(TaskPool& pool) {
  const std::size_t tasks = pool.width();
  std::vector<ledger::Totals> totals(tasks);
  pool.run(tasks, [&](std::size_t task) {
    for (const Effects& effects : effects_)
      for (const Payment& each : effects.payments)
        if (each.account % tasks == task) ledger::add_credit(accounts_[each.account].credit, each.asset, each.amount);
    const std::size_t end = effects_.size() * (task + 1) / tasks;
    for (std::size_t at = effects_.size() * task / tasks; at < end; ++at)
      totals[task].add(effects_[at].steps, effects_[at].burned, effects_[at].charge);
  });
  for (std::size_t task = 1; task < tasks; ++task) totals[0].add(totals[task]);
  const auto proposer = index_.find(account_object(block_.proposer));
  AETHER_ASSERT(proposer.has_value());
  ledger::add_credit(accounts_[*proposer].credit, Asset::swr, totals[0].to_proposer);
  return totals[0];
}

// The nodes of the diff are made at once, and put in in order.
void BlockRun::settle_accounts(TaskPool& pool, ledger::Diff& diff, ledger::HeldChange& held) {
  const auto changed = sorted_by_key(
      pool, accounts_.size(), [&](std::uint32_t i) -> const Hash& { return index_[i].key; },
      [&](std::uint32_t i) {
        const AccountPlace& place = accounts_[i];
        return place.sends || place.written || !place.credit.is_zero();
      });
  struct Piece {
    std::vector<ledger::Diff::node_type> nodes;
    ledger::HeldChange held;
  };
  std::vector<Piece> pieces((changed.size() + kAccountsPerTask - 1) / kAccountsPerTask);
  const auto make = [&](std::size_t at) {
    Piece& piece = pieces[at];
    const std::size_t begin = at * kAccountsPerTask, end = std::min(begin + kAccountsPerTask, changed.size());
    piece.nodes.reserve(end - begin);
    ledger::Diff one;
    for (std::size_t i = begin; i < end; ++i) {
      AccountPlace& place = accounts_[changed[i]];
      ledger::add_credit(place.sender.account.balance, place.credit);
      piece.held.add({place.before, place.sender.account.balance});
      one.emplace(index_[changed[i]], codec::encode(place.sender.account));
      piece.nodes.push_back(one.extract(one.begin()));
      place.sender.nonces = {};  // thousands to free, at once rather than one after the other
    }
  };
  const auto join = [&](std::size_t at) {
    Piece piece = std::move(pieces[at]);
    held.add(piece.held);
    for (auto& node : piece.nodes) diff.insert(diff.end(), std::move(node));
  };
  in_order(pool, pieces.size(), make, join);
}

void BlockRun::settle_others(ledger::Diff& diff, ledger::HeldChange& held) {
  std::map<Address, Balance> credits;
  for (const Effects& effects : effects_)
    for (const ledger::Credit& each : effects.others) ledger::add_credit(credits[each.to], each.asset, each.amount);
  for (const auto& [address, credit] : credits) {
    Account account = parent_.account(address);
    const Balance before = account.balance;
    ledger::add_credit(account.balance, credit);
    held.add({before, account.balance});
    diff[account_object(address)] = codec::encode(account);
  }
}

void BlockRun::settle_objects(ledger::Diff& diff, ledger::HeldChange& held) {
  for (std::uint32_t i = 0; i < objects_.size(); ++i) {
    if (!objects_[i]) continue;
    const ObjectId& id = index_[static_cast<std::uint32_t>(accounts_.size()) + i];
    const auto before = parent_.get(id);
    held.add({before ? ledger::value_in(programs_, id, *before) : Balance{},
              *objects_[i] ? ledger::value_in(programs_, id, **objects_[i]) : Balance{}});
    diff[id] = std::move(*objects_[i]);
  }
}

void BlockRun::settle_apart(ledger::Diff&& apart, ledger::Diff& diff, ledger::HeldChange& held) {
  const auto holds = [&](const ObjectId& id, const std::optional<Bytes>& value) {
    return value ? ledger::value_in(programs_, id, *value) : Balance{};
  };
  for (auto& [id, value] : apart) {
    held.add({holds(id, parent_.get(id)), holds(id, value)});
    diff[id] = std::move(value);
  }
}

ledger::BlockOutput BlockRun::settle(TaskPool& pool) {
  ledger::BlockOutput output;
  ledger::HeldChange held;
  ledger::Totals totals = sum_payments(pool);
  settle_accounts(pool, output.diff, held);
  settle_others(output.diff, held);
  settle_objects(output.diff, held);
  if (block_.consensus != nullptr) {
    ledger::ConsensusEffects effects = ledger::apply_consensus(parent_, block_.facts, *block_.consensus);
    ledger::add_credit(totals.burned, Asset::swr, effects.burned);
    settle_apart(std::move(effects.diff), output.diff, held);
  }
  settle_apart(ledger::settle(parent_, totals), output.diff, held);
  output.diff.merge(admission_.congestion_records());  // which hold nothing
  const auto supply = output.diff.find(kSupplyObject);
  const Supply before = ledger::load_or_default<Supply>(parent_, kSupplyObject);
  const Supply after = supply == output.diff.end() ? before : ledger::decode_object<Supply>(*supply->second);
  AETHER_ASSERT(ledger::conserves(held, before, after));
  output.receipts = std::move(receipts_);
  output.gas_used = Gas{totals.steps};
  return output;
}

}  // namespace aether::exec

// A block between its parent and its result, for executors that run transactions in any order the DAG allows. The rules
// are the ledger's phases (ledger/apply.hpp); here are the places where transactions meet.
//
//   BlockRun run(…); run.admit(pool)      phases 1 and 2; the DAG of what is declared
//   run.run(i), then run.publish(i, …)    phase 3: after every transaction from which the DAG leads to i is published
//   run.settle(pool)                      phases 4 and 5
//
// Invariants. (1) What run(i) may read is written by none but published predecessors of i (ledger/transaction_run.hpp),
// so runs and publications of transactions without a path between them may be at once. (2) publish(i) writes to i's own
// places only. (3) The result does not depend on the order.
#pragma once

#include <map>

#include "aether/base/task_pool.hpp"
#include "aether/exec/conflict_dag.hpp"
#include "aether/exec/object_index.hpp"
#include "aether/exec/places.hpp"
#include "aether/ledger/apply.hpp"
#include "aether/ledger/settlement.hpp"

namespace aether::exec {

class BlockRun final : public ledger::StateView {
 public:
  // Does not own what it is given.
  BlockRun(const ledger::StateView& parent, ledger::Programs programs, const ledger::BlockInput& block);

  [[nodiscard]] Result<void, ledger::BlockError> admit(TaskPool& pool);
  [[nodiscard]] const ConflictDag& dag() const { return dag_; }

  [[nodiscard]] ledger::Run run(TransactionIndex at) const;
  void publish(TransactionIndex at, ledger::Run&& run);

  [[nodiscard]] ledger::BlockOutput settle(TaskPool& pool);

  // The state as the published transactions left it.
  [[nodiscard]] std::optional<Bytes> get(const ObjectId& id) const override;
  [[nodiscard]] Account account(const Address& address) const override;
  [[nodiscard]] bool contains(const ObjectId& id) const override;

 private:
  // An account that sends, is paid by an output, is declared to be written, or proposes.
  struct AccountPlace {
    ledger::BlockAdmission::Sender sender;  // its account is the current one
    Balance before;                         // after the parent
    Balance credit;                         // of phase 4
    bool sends = false;
    bool written = false;  // by a program, where it is a contract's
  };
  // An object that transactions declare, spend or make; none = as in the parent.
  using ObjectPlace = std::optional<std::optional<Bytes>>;
  // What a transaction leaves for phase 4.
  struct Payment {
    std::uint32_t account = 0;  // its number
    Asset asset = Asset::swr;
    Amount amount = 0;
  };
  struct Effects {
    ledger::Charge charge;
    Balance burned;
    std::uint64_t steps = 0;
    std::vector<Payment> payments;
    std::vector<ledger::Credit> others;  // to accounts that have no number
  };

  const VerifiedTransaction& transaction(TransactionIndex at) const { return block_.transactions[at]; }
  void intern_accounts(TaskPool& pool);
  void write(const ObjectId& id, std::optional<Bytes>&& value);
  Result<void, ledger::BlockError> admit_all();
  void build_dag();
  void load_accounts(TaskPool& pool);
  [[nodiscard]] ledger::Totals sum_payments(TaskPool& pool);
  void settle_accounts(TaskPool& pool, ledger::Diff& diff, ledger::HeldChange& held);
  void settle_others(ledger::Diff& diff, ledger::HeldChange& held);
  void settle_objects(ledger::Diff& diff, ledger::HeldChange& held);
  // Of objects that no transaction changes.
  void settle_apart(ledger::Diff&& apart, ledger::Diff& diff, ledger::HeldChange& held);

  const ledger::StateView& parent_;
  ledger::Programs programs_;
  ledger::BlockInput block_;
  ledger::BlockAdmission admission_;
  ObjectIndex index_;                                      // accounts first, then objects
  Places<AccountPlace> accounts_;                          // by number
  std::vector<ObjectPlace> objects_;                       // by number, less the accounts
  std::vector<std::uint32_t> senders_;                     // of each transaction, the number of its account
  std::vector<std::optional<ledger::Reject>> preflights_;  // of each transaction, why it can stand in no block
  ConflictDag dag_;
  std::vector<Effects> effects_;
  std::vector<Receipt> receipts_;
};

}  // namespace aether::exec

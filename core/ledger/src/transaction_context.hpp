// The Context that a program sees: metered, held to the declared sets, writing into an overlay.
#pragma once

#include "aether/ledger/rent.hpp"
#include "aether/ledger/transaction_run.hpp"
#include "aether/types/utxo.hpp"

namespace aether::ledger {

class TransactionContext final : public Context {
 public:
  TransactionContext(const StateView& state, Programs programs, const BlockFacts& facts, const VerifiedTransaction& tx,
                     AccessMode mode)
      : state_(state),
        programs_(programs),
        facts_(facts),
        tx_(tx),
        mode_(mode),
        overlay_(state),
        sender_id_(account_object(tx.sender())),
        account_(state.account(tx.sender())) {}

  [[nodiscard]] const BlockFacts& block() const override { return facts_; }
  [[nodiscard]] const VerifiedTransaction& transaction() const override { return tx_; }
  [[nodiscard]] AccessMode mode() const override { return mode_; }
  [[nodiscard]] Outcome<void> charge(std::uint64_t steps) override;
  [[nodiscard]] std::uint64_t gas_left() const override { return tx_.body().gas_limit.raw() - steps_; }
  [[nodiscard]] Outcome<std::optional<Bytes>> read(const ObjectId& id) override;
  [[nodiscard]] Outcome<Presence> presence(const ObjectId& id) override;
  [[nodiscard]] Bytes observed(const ObjectId& id) const override;
  [[nodiscard]] Outcome<void> write(const ObjectId& id, Bytes value) override;
  [[nodiscard]] Outcome<void> erase(const ObjectId& id) override;
  [[nodiscard]] Outcome<void> debit_sender(Asset asset, Amount amount) override;
  void credit(const Address& to, Asset asset, Amount amount) override;
  void burn(Asset asset, Amount amount) override;
  [[nodiscard]] Outcome<void> debit(const Address& contract, Asset asset, Amount amount) override;
  [[nodiscard]] Outcome<void> deposit(const Address& contract, Asset asset, Amount amount) override;
  [[nodiscard]] Outcome<void> fund(const ObjectId& id, Amount amount) override;
  [[nodiscard]] Outcome<void> prune(const ObjectId& id) override;
  [[nodiscard]] Outcome<void> restore(const ObjectId& id, Bytes value) override;
  [[nodiscard]] Outcome<void> log(Log log) override;
  void set_output(Bytes output) override { output_ = std::move(output); }

  // Spends the inputs, which their scripts judge, and makes the outputs. Per asset, what the inputs lack is debited
  // from the sender; what they hold beyond the outputs is a credit to it.
  [[nodiscard]] Outcome<void> move_value();
  // Deposits for the rented objects as the transaction leaves them, once it has written them.
  [[nodiscard]] Outcome<void> settle_rent();
  // Invariant (2) of program.hpp, over what was debited, credited, burned and written.
  [[nodiscard]] bool value_conserved() const;
  // Moves overlay, sums and sets out: a success.
  void finish(Run& run);
  void sets_to(Run& run) const;
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  Outcome<void> touch(const ObjectId& id, bool writes);
  Outcome<void> check_declared(const ObjectId& id, bool writes);
  // Whether the transaction may use the object without declaring it: its sender, inputs and new UTxOs.
  bool is_implicit(const ObjectId& id) const;
  Outcome<Balance> spend_inputs();
  Outcome<void> run_scripts(std::span<const Utxo> spent);
  Outcome<Balance> make_outputs();
  Outcome<Account> contract_account(const Address& contract);
  Outcome<void> withdraw(Asset asset, Amount amount);
  // In transaction_rent.cpp, as are settle_rent and the three of rent above.
  Outcome<void> charge_hashed(std::size_t bytes);
  Outcome<bool> was_pruned(const ObjectId& id);  // of one that is absent
  Outcome<std::optional<Rent>> rent_of(const ObjectId& id);
  Outcome<void> settle(const ObjectId& record, const RentChange& change, const std::optional<Deposit>& before);
  Bytes account_bytes() const { return codec::encode(account_); }

  std::uint64_t epoch() const { return epoch_of(facts_.params.block, facts_.slot); }

  const StateView& state_;
  Programs programs_;
  const BlockFacts& facts_;
  const VerifiedTransaction& tx_;
  AccessMode mode_;
  Overlay overlay_;
  ObjectId sender_id_;
  Account account_;
  bool account_changed_ = false;
  std::uint64_t steps_ = 0;
  Balance debited_;          // from the sender
  Amount deposit_ = 0;       // for what the transaction stores
  Sums sums_;                // to accounts, and burned
  bool overflowed_ = false;  // a sum above 2^128: never conserved
  codec::List<Log, limits::kLogsMax> logs_;
  Bytes output_;
  AccessSet reads_;
  AccessSet writes_;
};

}  // namespace aether::ledger

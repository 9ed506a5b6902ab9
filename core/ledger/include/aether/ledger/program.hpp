// What a native program is, and the only window through which it, and the runtime of contracts (programs.hpp), sees the
// state.
//
//   Context c                       declared sets, gas meter, the sender's balance, sums that are applied after the
//   block
//     read/write/erase  ------>  overlay of this transaction    (thrown away when the transaction fails)
//     debit_sender      ------>  the sender's account           (value enters the program)
//     debit / deposit   ------>  a contract's account           (value enters / leaves the program, at once)
//     credit / burn     ------>  sums applied after the block   (value leaves the program)
//     log / set_output  ------>  the receipt, the simulation    (thrown away when the transaction fails)
//
// Invariants. (1) An access outside the declared sets ends the transaction with its own code; the sender's account, the
// inputs and the new UTxOs need no entry. (2) Value debited + held by inputs, contracts' accounts and the program's
// objects before = value credited + burned + held by new UTxOs, those accounts and objects after, per asset; checked
// after each call.
// (3) Every operation is charged before it is done. (4) A failed call leaves nothing behind.
#pragma once

#include "aether/ledger/code.hpp"
#include "aether/ledger/state_view.hpp"
#include "aether/params/chain_params.hpp"

namespace aether::ledger {

template <class T>
using Outcome = Result<T, ResultCode>;

using aether::fail;
[[nodiscard]] inline std::unexpected<ResultCode> fail(Code code) { return std::unexpected(result_code(code)); }

// Facts of the block that holds the transaction.
struct BlockFacts {
  ChainId chain_id;
  Slot slot;
  const ChainParams& params;
};

// Whether an object is there. One that was pruned is not, and nothing may take it for absent (rent.hpp).
enum class Presence : std::uint8_t { absent, present, pruned };

// The declared sets are enforced, or, to find out which a transaction needs (aeth_simulate), recorded.
enum class AccessMode : std::uint8_t { enforce, record };

class Context {
 public:
  virtual ~Context() = default;

  [[nodiscard]] virtual const BlockFacts& block() const = 0;
  [[nodiscard]] virtual const VerifiedTransaction& transaction() const = 0;
  [[nodiscard]] const Address& sender() const { return transaction().sender(); }
  [[nodiscard]] virtual AccessMode mode() const = 0;

  [[nodiscard]] virtual Outcome<void> charge(std::uint64_t steps) = 0;
  [[nodiscard]] virtual std::uint64_t gas_left() const = 0;
  // object_pruned where it was pruned.
  [[nodiscard]] virtual Outcome<std::optional<Bytes>> read(const ObjectId& id) = 0;
  // Enforced and charged like a read, without its bytes.
  [[nodiscard]] virtual Outcome<Presence> presence(const ObjectId& id) = 0;
  // Whether the object exists; object_pruned where it was pruned.
  [[nodiscard]] Outcome<bool> observe(const ObjectId& id);
  // The bytes of an object that was observed to exist; costs nothing more.
  [[nodiscard]] virtual Bytes observed(const ObjectId& id) const = 0;
  // Accounts, supply, treasury, UTxOs, stakes and validator sets cannot be written, declared or not: undeclared_write.
  [[nodiscard]] virtual Outcome<void> write(const ObjectId& id, Bytes value) = 0;
  [[nodiscard]] virtual Outcome<void> erase(const ObjectId& id) = 0;

  // Moves value from the sender's spendable balance into the program's hands.
  [[nodiscard]] virtual Outcome<void> debit_sender(Asset asset, Amount amount) = 0;
  // Moves value out of the program's hands: to an account, spendable from the next block on; or out of existence.
  virtual void credit(const Address& to, Asset asset, Amount amount) = 0;
  virtual void burn(Asset asset, Amount amount) = 0;

  // The account of a contract, which must be declared to be written: out of it and into it, at once. That the address
  // is a contract's is for the caller to know: the account of a key pays only by its owner's transactions.
  [[nodiscard]] virtual Outcome<void> debit(const Address& contract, Asset asset, Amount amount) = 0;
  [[nodiscard]] virtual Outcome<void> deposit(const Address& contract, Asset asset, Amount amount) = 0;

  // Rent of an object that is declared to be written, whatever its domain (spec/rent.md). Raises its deposit to
  // `amount`, of the sender's; replaces it by its hash, for a fee to the sender; puts it back, by its bytes.
  [[nodiscard]] virtual Outcome<void> fund(const ObjectId& id, Amount amount) = 0;
  [[nodiscard]] virtual Outcome<void> prune(const ObjectId& id) = 0;
  [[nodiscard]] virtual Outcome<void> restore(const ObjectId& id, Bytes value) = 0;

  // At most kLogsMax in a transaction.
  [[nodiscard]] virtual Outcome<void> log(Log log) = 0;
  // What a simulation shows as the call's answer; no part of the receipt.
  virtual void set_output(Bytes output) = 0;

  template <class T>
  [[nodiscard]] Outcome<std::optional<T>> load(const ObjectId& id) {
    AETHER_TRY(const auto bytes, read(id));
    if (!bytes) return std::optional<T>{};
    auto value = codec::decode<T>(*bytes);
    AETHER_ASSERT(value.has_value());  // written by this program
    return std::optional<T>{std::move(*value)};
  }
  template <class T>
  [[nodiscard]] Outcome<void> store(const ObjectId& id, const T& value) {
    return write(id, codec::encode(value));
  }
};

class Program {
 public:
  virtual ~Program() = default;
  [[nodiscard]] virtual Hash id() const = 0;
  // Runs one instruction. Any error leaves nothing behind.
  [[nodiscard]] virtual Outcome<void> execute(Context& context, ByteView instruction) const = 0;
  // The value that an object of the program's domains holds for others; zero for objects of other domains.
  [[nodiscard]] virtual Balance value_held(const ObjectId& id, ByteView value) const = 0;
  // True for an instruction that belongs in the dispute lane of a block's bytes.
  [[nodiscard]] virtual bool is_dispute(ByteView instruction) const = 0;
};

// The id of a native program: H("aether/program", name).
[[nodiscard]] Hash native_program_id(std::string_view name);

}  // namespace aether::ledger

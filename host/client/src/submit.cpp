#include "aether/client/submit.hpp"

#include <algorithm>

#include "bell.hpp"

namespace aether::client {
namespace {

std::unexpected<Error> overflow(std::string what) { return fail(Error{ErrorKind::overflow, std::move(what), {}, {}}); }

Outcome<api::EstimateFeeAnswer> estimate(const Rpc& rpc, const TransactionBody& body) {
  AETHER_TRY(auto answer, rpc.call(api::EstimateFee{codec::encode(Transaction{body, {}})}));
  if (answer.code == kSuccess) return answer;
  Error error{ErrorKind::would_fail, "the transaction would fail: " + answer.code_name, answer.code_name, {}};
  error.result = answer.code;
  return fail(std::move(error));
}

class Waiter {
 public:
  Waiter(const Rpc& rpc, const env::Clock& clock, WaitOptions options)
      : rpc_(rpc), clock_(clock), options_(options), begin_ms_(clock.monotonic_ms()) {}

  // `transaction`: null where it is not known.
  Outcome<Settled> wait(const Hash& id, Slot valid_until, const Transaction* transaction) {
    std::uint64_t progress_ms = begin_ms_;
    std::optional<Slot> newest;
    std::string last = "the chain makes no new block";
    Bell bell(rpc_.url(), id, options_.poll_ms);
    for (;; (void)bell.wait()) {
      const auto answer = rpc_.call(api::GetTransactionReceipt{id});
      if (answer) {
        if (answer->status == api::TransactionStatus::executed) {
          if (!answer->receipt) return fail(Error{ErrorKind::bad_answer, "executed, but without a receipt", {}, {}});
          return Settled{id, answer->receipt, answer->code_name, answer->place, {}, waited_ms()};
        }
        if (answer->at.slot >= valid_until) return kept_out(id, "expired", transaction);
        // In the state after this block, or an earlier one, the nonce was used already; and not by this transaction.
        if (superseded_at_ && answer->at.slot >= *superseded_at_) return kept_out(id, reject_, transaction);
        if (!newest || *newest < answer->at.slot) {
          progress_ms = clock_.monotonic_ms();
          if (transaction) look_at_nonce(transaction->body);
        }
        newest = answer->at.slot;
      } else if (answer.error().kind == ErrorKind::unreachable) {
        last = answer.error().message;
      } else {
        return fail(answer.error());
      }
      if (clock_.monotonic_ms() - progress_ms > options_.patience_ms)
        return fail(
            Error{ErrorKind::undecided,
                  "not known how " + to_hex0x(id.bytes) + " ended: " + last + "; ask again with aetherctl tx wait",
                  {},
                  {}});
    }
  }

 private:
  std::uint64_t waited_ms() const { return clock_.monotonic_ms() - begin_ms_; }

  void look_at_nonce(const TransactionBody& body) {
    const auto account = rpc_.call(api::GetAccount{address_of(body.sender)});
    if (!account || !account->at.final || superseded_at_) return;
    const auto unused = ledger::check_nonce(account->account, body.nonce);
    if (unused || unused.error() == ledger::Reject::nonce_too_far) return;
    superseded_at_ = account->at.slot;
    reject_ = ledger::reject_name(unused.error());
  }

  Settled kept_out(const Hash& id, std::string code_name, const Transaction* transaction) const {
    Settled out{id, {}, std::move(code_name), {}, {}, waited_ms()};
    if (!transaction) return out;
    // How it ended is known; that the reason cannot be asked for does not change it.
    if (const auto obstacle = find_obstacle(rpc_, *transaction)) out.obstacle = *obstacle;
    return out;
  }

  const Rpc& rpc_;
  const env::Clock& clock_;
  WaitOptions options_;
  std::uint64_t begin_ms_;
  std::optional<Slot> superseded_at_;  // the final state after this block holds the nonce as used
  std::string reject_;
};

}  // namespace

Outcome<Transaction> build(const Rpc& rpc, const crypto::Seed& seed, const Intent& intent) {
  AETHER_TRY(const auto chain, rpc.call(api::GetChainId{}));
  TransactionBody body;
  body.chain_id = chain.chain_id;
  body.sender = crypto::ed25519_public_key(seed);
  body.inputs = intent.inputs;
  body.outputs = intent.outputs;
  body.call = intent.call;
  body.priority_fee = intent.priority_fee;
  if (body.inputs.size() > limits::kInputsMax) return overflow("more than 64 inputs");
  if (body.outputs.size() > limits::kOutputsMax) return overflow("more than 64 outputs");
  const auto valid_until = checked_add(chain.at.slot.raw(), intent.valid_slots);
  if (!valid_until) return overflow("valid_until exceeds 64 bits");
  body.valid_until = intent.last ? std::min(*intent.last, Slot{*valid_until}) : Slot{*valid_until};
  AETHER_TRY(const auto account, rpc.call(api::GetAccount{address_of(body.sender)}));
  const auto nonce = intent.nonce ? intent.nonce : checked_add<std::uint64_t>(account.account.nonce_top, 1);
  if (!nonce) return overflow("the account has used its last nonce");
  body.nonce = *nonce;

  AETHER_TRY(auto demanded, estimate(rpc, body));
  body.reads = std::move(demanded.reads);
  body.writes = std::move(demanded.writes);
  body.gas_limit = demanded.gas_limit;
  body.max_fee = demanded.max_fee;
  return sign(std::move(body), seed);
}

Outcome<Hash> send(const Rpc& rpc, const Transaction& transaction) {
  const Hash id = transaction_id(transaction.body);
  const auto answer = rpc.call(api::SendRawTransaction{codec::encode(transaction)});
  if (answer && answer->transaction != id)
    return fail(Error{ErrorKind::bad_answer, "the chain names another transaction than was sent", {}, {}});
  if (answer) return id;
  const Error& error = answer.error();
  if (error.kind == ErrorKind::refused && error.code == api::ErrorCode::known_transaction) return id;
  return fail(error);
}

Outcome<Settled> wait_for(const Rpc& rpc, const env::Clock& clock, const Hash& transaction, Slot valid_until,
                          WaitOptions options) {
  return Waiter(rpc, clock, options).wait(transaction, valid_until, nullptr);
}

Outcome<Settled> wait_for(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                          WaitOptions options) {
  return Waiter(rpc, clock, options).wait(transaction_id(transaction.body), transaction.body.valid_until, &transaction);
}

Outcome<Settled> submit_and_wait(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                                 WaitOptions options) {
  const std::uint64_t begin_ms = clock.monotonic_ms();
  auto sent = send(rpc, transaction);
  // A cut connection leaves open whether it arrived; waiting tells, and a second try does no harm.
  if (!sent && sent.error().kind == ErrorKind::unreachable) sent = send(rpc, transaction);
  if (!sent) return fail(sent.error());
  auto out = wait_for(rpc, clock, transaction, options);
  if (out) out->waited_ms = clock.monotonic_ms() - begin_ms;
  return out;
}

}  // namespace aether::client

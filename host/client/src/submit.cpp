#include "aether/client/submit.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

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

void pause(const WaitOptions& options) { std::this_thread::sleep_for(std::chrono::milliseconds(options.poll_ms)); }

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
  std::uint64_t progress_ms = clock.monotonic_ms();
  std::optional<Slot> newest;
  std::string last = "the chain makes no new block";
  for (;; pause(options)) {
    const auto answer = rpc.call(api::GetTransactionReceipt{transaction});
    if (answer) {
      if (answer->status == api::TransactionStatus::executed) {
        if (!answer->receipt) return fail(Error{ErrorKind::bad_answer, "executed, but without a receipt", {}, {}});
        return Settled{transaction, answer->receipt, answer->code_name, answer->place};
      }
      if (answer->at.slot >= valid_until) return Settled{transaction, {}, "expired", {}};
      if (!newest || *newest < answer->at.slot) progress_ms = clock.monotonic_ms();
      newest = answer->at.slot;
    } else if (answer.error().kind == ErrorKind::unreachable) {
      last = answer.error().message;
    } else {
      return fail(answer.error());
    }
    if (clock.monotonic_ms() - progress_ms > options.patience_ms)
      return fail(Error{
          ErrorKind::undecided,
          "not known how " + to_hex0x(transaction.bytes) + " ended: " + last + "; ask again with aetherctl tx wait",
          {},
          {}});
  }
}

Outcome<Settled> submit_and_wait(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                                 WaitOptions options) {
  auto sent = send(rpc, transaction);
  // A cut connection leaves open whether it arrived; waiting tells, and a second try does no harm.
  if (!sent && sent.error().kind == ErrorKind::unreachable) sent = send(rpc, transaction);
  if (!sent) return fail(sent.error());
  return wait_for(rpc, clock, *sent, transaction.body.valid_until, options);
}

}  // namespace aether::client

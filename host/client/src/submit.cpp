#include "aether/client/submit.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "aether/ledger/admission.hpp"

namespace aether::client {
namespace {

std::unexpected<Error> overflow(std::string what) { return fail(Error{ErrorKind::overflow, std::move(what), {}, {}}); }

Outcome<api::SimulateAnswer> simulate(const Rpc& rpc, const TransactionBody& body) {
  AETHER_TRY(auto answer, rpc.call(api::Simulate{codec::encode(Transaction{body, {}})}));
  if (answer.receipt.code == kSuccess) return answer;
  Error error{ErrorKind::would_fail, "the transaction would fail: " + answer.code_name, answer.code_name, {}};
  error.result = answer.receipt.code;
  return fail(std::move(error));
}

// An object that is in demand may become dearer while the transaction waits: room for four blocks of full growth.
ledger::Multiplier with_headroom(ledger::Multiplier now, const CongestionParams& params) {
  if (now == ledger::kMultiplierAtRest) return now;
  std::uint64_t grown = now.raw();
  for (int block = 0; block < 4; ++block) grown += grown * params.step_bps / kBpsWhole;
  return ledger::Multiplier{std::min(grown, ledger::kMultiplierAtRest.raw() * params.multiplier_max)};
}

// What the transaction may cost up to its gas limit.
Outcome<Amount> fee_at_limit(const TransactionBody& body, const ChainParams& params, ledger::Multiplier multiplier) {
  const std::size_t bytes = codec::encode(Transaction{body, {}}).size();
  const auto base = ledger::base_fee(params.fees, bytes, body.gas_limit.raw(), multiplier);
  const auto fee = base ? checked_add(*base, body.priority_fee) : std::nullopt;
  if (!fee) return overflow("the fee exceeds 128 bits");
  return *fee;
}

// A transaction that declares shared objects may reserve at most an object's share.
std::uint64_t gas_limit_max(const TransactionBody& body, const ChainParams& params) {
  const bool shared = ledger::declares_shared(assume_verified(Transaction{body, {}}));
  return shared ? ledger::object_gas_max(params) : params.block.gas_max;
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

  body.gas_limit = Gas{chain.params.block.gas_max};
  AETHER_TRY(const auto first, simulate(rpc, body));
  body.reads = first.reads;
  body.writes = first.writes;
  const std::uint64_t used = first.receipt.gas_used.raw();
  const auto limit = checked_add<std::uint64_t>(used, used / 4);
  const std::uint64_t most = gas_limit_max(body, chain.params);
  body.gas_limit = Gas{std::min(limit ? *limit : most, most)};
  AETHER_TRY(const auto second, simulate(rpc, body));
  const auto multiplier = with_headroom(second.multiplier, chain.params.congestion);
  AETHER_TRY(body.max_fee, fee_at_limit(body, chain.params, multiplier));
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

#include "aether/mesh/sender.hpp"

#include <algorithm>

namespace aether::mesh {
namespace {

// Nonces that an earlier life of this process may have left waiting at the chain.
constexpr int kNonceTries = 8;

bool nonce_is_taken(const client::Error& error) {
  return error.kind == client::ErrorKind::refused && error.code == api::ErrorCode::rejected_transaction &&
         error.reason == "nonce_repeated";
}

}  // namespace

void Sender::add(agents::Send send, Slot tip) {
  const auto later = checked_add(tip.raw(), valid_slots_);
  Slot last{later ? *later : tip.raw()};
  if (send.last) last = std::min(last, *send.last);
  waiting_.push_back({std::move(send), last});
}

client::Outcome<Transaction> Sender::build_and_send(const programs::EscrowInstruction& instruction, Slot last) {
  client::Intent intent;
  intent.call = programs::make_call(instruction);
  intent.valid_slots = valid_slots_;
  intent.last = last;
  for (const OnItsWay& sent : on_their_way_) {
    const std::uint64_t later = sent.transaction.body.nonce + 1;
    if (!intent.nonce || *intent.nonce < later) intent.nonce = later;
  }
  for (int tries = 1;; ++tries) {
    AETHER_TRY(Transaction transaction, client::build(rpc_, seed_, intent));
    const auto sent = client::send(rpc_, transaction);
    // Where no answer came it may have arrived: it is followed as if it had, and sent again if not.
    if (sent || sent.error().kind != client::ErrorKind::refused) return transaction;
    if (!nonce_is_taken(sent.error()) || tries == kNonceTries) return fail(sent.error());
    intent.nonce = transaction.body.nonce + 1;
  }
}

// Sent, ended, or still waiting: `waiting.send.id` is 0 unless the last.
client::Outcome<void> Sender::send(Waiting& waiting, Slot tip, const Gate& gate) {
  const agents::SendId id = waiting.send.id;
  if (tip >= waiting.last) {
    ended_.push_back({id, tip, std::nullopt, 0});
    waiting.send.id = 0;
    return {};
  }
  programs::EscrowInstruction instruction = waiting.send.instruction;
  if (gate && !gate(instruction)) return {};
  auto transaction = build_and_send(instruction, waiting.last);
  if (transaction) {
    on_their_way_.push_back({id, std::move(*transaction)});
    waiting.send.id = 0;
    return {};
  }
  const client::Error& error = transaction.error();
  if (error.kind == client::ErrorKind::unreachable || error.kind == client::ErrorKind::bad_answer) return fail(error);
  if (error.kind == client::ErrorKind::would_fail) {
    ended_.push_back({id, tip, error.result, 0});
    waiting.send.id = 0;
  } else {
    complaint_ = error.message;  // a full queue, or too little for the fee: that may change
  }
  return {};
}

client::Outcome<bool> Sender::has_ended(const OnItsWay& sent) {
  const TransactionBody& body = sent.transaction.body;
  AETHER_TRY(const auto answer, rpc_.call(api::GetTransactionReceipt{transaction_id(body)}));
  if (answer.receipt && answer.place) {
    ended_.push_back({sent.id, answer.place->slot, answer.receipt->code, body.nonce});
    return true;
  }
  if (answer.at.slot >= body.valid_until) {
    ended_.push_back({sent.id, answer.at.slot, std::nullopt, body.nonce});
    return true;
  }
  // A refusal is no end: only time tells that no block holds it.
  if (answer.status == api::TransactionStatus::unknown) (void)client::send(rpc_, sent.transaction);
  return false;
}

client::Outcome<void> Sender::pump(Slot tip, const Gate& gate) {
  for (auto at = on_their_way_.begin(); at != on_their_way_.end();) {
    AETHER_TRY(const bool ended, has_ended(*at));
    at = ended ? on_their_way_.erase(at) : std::next(at);
  }
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    AETHER_CHECK(send(*at, tip, gate));
    at = at->send.id == 0 ? waiting_.erase(at) : std::next(at);
  }
  return {};
}

std::vector<agents::SendEnded> Sender::take_ended(Slot tip) {
  const auto later = std::ranges::stable_partition(ended_, [&](const auto& end) { return end.slot <= tip; });
  std::vector<agents::SendEnded> out(ended_.begin(), later.begin());
  ended_.erase(ended_.begin(), later.begin());
  return out;
}

}  // namespace aether::mesh

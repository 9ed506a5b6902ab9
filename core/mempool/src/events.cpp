#include "aether/mempool/events.hpp"

namespace aether::mempool {

std::string_view to_string(Limit limit) {
  switch (limit) {
    case Limit::known: return "the transaction waits already";
    case Limit::peer: return "too many transactions of this peer are not verified yet";
    case Limit::unverified: return "too many transactions are not verified yet";
    case Limit::sender: return "too many transactions of this sender wait";
    case Limit::replacement: return "a transaction of the sender with this nonce waits: pay a tenth more to replace it";
    case Limit::object: return "too many dearer transactions wait for an object that it declares";
    case Limit::pool: return "too many dearer transactions wait";
  }
  return "unknown";
}

std::string_view to_string(Drop drop) {
  switch (drop) {
    case Drop::settled: return "a final block used the nonce";
    case Drop::expired: return "valid_until has passed";
    case Drop::evicted: return "dearer transactions took its place";
    case Drop::replaced: return "a dearer transaction of the sender has its nonce";
    case Drop::cannot_pay: return "the sender's SWR no longer covers its waiting transactions";
  }
  return "unknown";
}

bool is_fault(const Refusal& refusal) {
  using ledger::Reject;
  const Reject* reject = std::get_if<Reject>(&refusal);
  if (reject == nullptr) return false;
  switch (*reject) {
    case Reject::too_large:
    case Reject::wrong_chain:
    case Reject::bad_signature:
    case Reject::duplicate_input:
    case Reject::script_on_account:
    case Reject::zero_output:
    case Reject::sets_overlap:
    case Reject::gas_above_block:
    case Reject::gas_above_share:
    case Reject::amount_above_bound:
    case Reject::fee_too_low:
    case Reject::nothing_to_do: return true;
    case Reject::expired:
    case Reject::valid_until_too_far:
    case Reject::nonce_used:
    case Reject::nonce_too_old:
    case Reject::nonce_too_far:
    case Reject::nonce_repeated:
    case Reject::cannot_pay:
    case Reject::fee_below_congestion: return false;
  }
  return false;
}

}  // namespace aether::mempool

// Transactions as they come from outside, and why one is refused: for who takes them and for who simulates them.
#pragma once

#include "aether/api/methods.hpp"
#include "aether/ledger/admission.hpp"

namespace aether::query {

// malformed_transaction when the bytes are none.
[[nodiscard]] api::Answer<Transaction> read_transaction(const api::TransactionBytes& bytes);

// rejected_transaction, with the rule as the reason.
[[nodiscard]] api::Error rejected(ledger::Reject why);

}  // namespace aether::query

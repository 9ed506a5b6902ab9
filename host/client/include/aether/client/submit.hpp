// From an intent to a receipt: fills in nonce, sets, gas and fee, signs, sends, and waits for the one end it can have.
#pragma once

#include "aether/client/rpc.hpp"
#include "aether/env/clock.hpp"

namespace aether::client {

// What a transaction is to do; the rest of it follows from the chain.
struct Intent {
  std::vector<TransactionInput> inputs;  // UTxOs of the sender, or whose script lets it
  std::vector<TransactionOutput> outputs;
  std::optional<Call> call;
  Amount priority_fee = 0;
  std::uint64_t valid_slots = 200;     // valid_until = newest slot + this,
  std::optional<Slot> last;            // or this slot, if that is sooner
  std::optional<std::uint64_t> nonce;  // the next unused one when none is given
};

// A signed transaction that would succeed now, with the sets, gas limit and max_fee that the chain estimates.
[[nodiscard]] Outcome<Transaction> build(const Rpc& rpc, const crypto::Seed& seed, const Intent& intent);

// Hands it over. Sending twice does no harm: that it is known already is success.
[[nodiscard]] Outcome<Hash> send(const Rpc& rpc, const Transaction& transaction);

// How a transaction ended: executed (the receipt's code may still be a failure), or expired: it is in no block up to
// valid_until, and no later block may hold it.
struct Settled {
  Hash transaction;
  std::optional<Receipt> receipt;  // none: expired
  std::string code_name;           // "expired" when there is no receipt
  std::optional<api::TransactionPlace> place;
};

struct WaitOptions {
  std::uint32_t poll_ms = 50;
  std::uint32_t patience_ms = 60'000;  // without a new slot, or without an answer: then `undecided`
};

[[nodiscard]] Outcome<Settled> wait_for(const Rpc& rpc, const env::Clock& clock, const Hash& transaction,
                                        Slot valid_until, WaitOptions options = {});
[[nodiscard]] Outcome<Settled> submit_and_wait(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                                               WaitOptions options = {});

}  // namespace aether::client

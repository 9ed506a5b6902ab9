// From an intent to a receipt: fills in nonce, sets, gas and fee, signs, sends, and waits for the one end it can have.
#pragma once

#include "aether/client/obstacle.hpp"
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

// How a transaction ended: executed in a final block (the receipt's code may still be a failure), or in none, and no
// later block may hold it: it expired, or its nonce was used by another.
struct Settled {
  Hash transaction;
  std::optional<Receipt> receipt;  // none: in no block
  std::string code_name;           // without a receipt: "expired", "nonce_used" or "nonce_too_old"
  std::optional<api::TransactionPlace> place;
  std::optional<Obstacle> obstacle;  // without a receipt: what kept it out, where that can be seen
  std::uint64_t waited_ms = 0;       // from the call of the function that gives it
};

struct WaitOptions {
  std::uint32_t poll_ms = 20;          // where the chain has no WebSocket that tells
  std::uint32_t patience_ms = 60'000;  // without a new slot, or without an answer: then `undecided`
};

[[nodiscard]] Outcome<Settled> wait_for(const Rpc& rpc, const env::Clock& clock, const Hash& transaction,
                                        Slot valid_until, WaitOptions options = {});
// Does not wait for valid_until where another transaction has used the nonce.
[[nodiscard]] Outcome<Settled> wait_for(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                                        WaitOptions options = {});
[[nodiscard]] Outcome<Settled> submit_and_wait(const Rpc& rpc, const env::Clock& clock, const Transaction& transaction,
                                               WaitOptions options = {});

}  // namespace aether::client

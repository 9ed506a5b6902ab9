// What `transfer`, `utxo spend` and `contract call` share: a transaction as the options say it, sent with the key that
// --from names.
#pragma once

#include "aether/types/utxo.hpp"
#include "signing.hpp"

namespace aether::cli {

// The asset that --amount or --asset name; none: neither does.
[[nodiscard]] Result<std::optional<Asset>, Failure> asset_of_amount(const Arguments& arguments);
// --priority-fee, --valid-slots and --nonce; no inputs and outputs.
[[nodiscard]] Result<client::Intent, Failure> read_intent(const Arguments& arguments);
// Adds the output that --to, --amount and --utxo describe.
[[nodiscard]] Result<void, Failure> add_output(const Arguments& arguments, Asset asset, client::Intent& intent);

struct Paid {
  Output output;                   // names the UTxOs that it makes
  std::optional<Receipt> receipt;  // none with --no-wait or --out, or when it is in no block
};
// Sends a signed transaction, and waits unless --no-wait is given.
[[nodiscard]] Result<Paid, Failure> send_and_show(const Arguments& arguments, const client::Rpc& rpc,
                                                  const Transaction& transaction);
// Signs it and does the same, or with --out writes it to a file instead.
[[nodiscard]] Result<Paid, Failure> pay(const Arguments& arguments, const client::Rpc& rpc,
                                        const client::Intent& intent);
[[nodiscard]] CommandResult send_payment(const Arguments& arguments, const client::Rpc& rpc,
                                         const client::Intent& intent);

}  // namespace aether::cli

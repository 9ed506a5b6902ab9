// What `transfer` and `utxo spend` share: a payment as the options say it, sent with the key that --from names.
#pragma once

#include "signing.hpp"

namespace aether::cli {

// "SWR" unless it is "AIC".
[[nodiscard]] Asset asset_named(const std::string& name);
// --priority-fee, --valid-slots and --nonce; no inputs and outputs.
[[nodiscard]] Result<client::Intent, Failure> read_intent(const Arguments& arguments);
// Adds the output that --to, --amount and --utxo describe.
[[nodiscard]] Result<void, Failure> add_output(const Arguments& arguments, Asset asset, client::Intent& intent);
// Sends it, and waits unless --no-wait is given. The answer names the UTxOs that it makes.
[[nodiscard]] CommandResult send_payment(const Arguments& arguments, const client::Rpc& rpc,
                                         const client::Intent& intent);

}  // namespace aether::cli

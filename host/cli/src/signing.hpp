// Keys of this user, and transactions signed with them.
#pragma once

#include "aether/client/submit.hpp"
#include "support.hpp"

namespace aether::cli {

[[nodiscard]] Result<env::Path, Failure> keys_directory(const Arguments& arguments);
// From the password file, else from the terminal without echo (twice when `confirm`); never from flags or environment.
[[nodiscard]] Result<keystore::SecretBytes, Failure> password(const Arguments& arguments, bool confirm);
// What the key's file says, without its secret.
[[nodiscard]] Result<keystore::KeyInfo, Failure> find_key(const Arguments& arguments, const std::string& name);
// "aeth1…" or the name of a key.
[[nodiscard]] Result<Address, Failure> resolve_address(const Arguments& arguments, const std::string& text);
// 0x and 64 hex digits, or the name of a key.
[[nodiscard]] Result<crypto::PublicKey, Failure> resolve_public_key(const Arguments& arguments,
                                                                    const std::string& text);
[[nodiscard]] Result<crypto::Seed, Failure> unlock(const Arguments& arguments, const std::string& name);

// How a transaction ended; a failure of the chain is the exit code's business, the output is there either way.
// `body`: null where it is not known, and so not why it is in no block.
[[nodiscard]] Output show(const client::Settled& settled, const TransactionBody* body = nullptr);
// What to do about a transaction that no block may hold.
[[nodiscard]] std::string remedy(ledger::Reject reject);
// Adds why it is in no block, and what to do. None: no reason can be seen.
void add_obstacle(const std::optional<client::Obstacle>& obstacle, const TransactionBody& body, Output& out);

struct Sent {
  Transaction transaction;
  client::Settled settled;
};
// Signs a call of a program, sends it, and waits until it has succeeded.
[[nodiscard]] Result<Sent, Failure> send_call(const client::Rpc& rpc, const crypto::Seed& seed, Call call);

}  // namespace aether::cli

#include "contract_host.hpp"

#include "aether/crypto/ed25519.hpp"
#include "aether/crypto/sha256.hpp"
#include "gas.hpp"

namespace aether::programs {

Outcome<ObjectId> Host::entry(ByteView key) const {
  if (key.size() > limits::kStorageKeyBytesMax) return refuse(ContractsCode::key_too_large);
  return storage_object(frame_.contract, key);
}

Outcome<Amount> Host::balance(Asset asset) {
  AETHER_TRY(const auto found, context_.load<Account>(account_object(account())));
  return found ? found->balance.of(asset) : 0;
}

Outcome<std::optional<Bytes>> Host::storage_get(ByteView key) {
  AETHER_TRY(const ObjectId id, entry(key));
  AETHER_TRY(auto found, context_.load<StorageEntry>(id));
  if (!found) return std::optional<Bytes>{};
  return std::optional<Bytes>(std::move(found->value));
}

Outcome<void> Host::storage_set(ByteView key, ByteView value) {
  AETHER_CHECK(stack_.check_writable());
  AETHER_TRY(const ObjectId id, entry(key));
  if (value.size() > limits::kStorageValueBytesMax) return refuse(ContractsCode::storage_value_too_large);
  AETHER_CHECK(charge_stored(context_, value.size()));
  return context_.store(id, StorageEntry{1, Bytes(value.begin(), value.end())});
}

Outcome<void> Host::storage_erase(ByteView key) {
  AETHER_CHECK(stack_.check_writable());
  AETHER_TRY(const ObjectId id, entry(key));
  return context_.erase(id);
}

Outcome<void> Host::transfer(const Address& to, Asset asset, Amount amount) {
  AETHER_CHECK(stack_.check_writable());
  AETHER_CHECK(context_.charge(gas().per_state_access));
  AETHER_CHECK(context_.debit(account(), asset, amount));
  context_.credit(to, asset, amount);
  return {};
}

Outcome<void> Host::log(const Hash& topic, ByteView data) {
  AETHER_CHECK(stack_.check_writable());
  if (data.size() > limits::kLogDataBytesMax) return refuse(ContractsCode::log_too_large);
  return context_.log({frame_.contract, topic, Bytes(data.begin(), data.end())});
}

Outcome<Hash> Host::sha256(ByteView data) {
  AETHER_CHECK(charge_hashed(context_, data.size()));
  return crypto::sha256(data);
}

Outcome<bool> Host::ed25519_verify(const crypto::PublicKey& key, const crypto::Signature& signature, ByteView message) {
  AETHER_CHECK(context_.charge(gas().per_signature));
  AETHER_CHECK(charge_hashed(context_, message.size()));
  return crypto::ed25519_verify(key, message, signature);
}

Outcome<void> Host::call(const Hash& contract, const Balance& attached, ByteView input) {
  if (!attached.is_zero()) AETHER_CHECK(stack_.check_writable());
  if (input.size() > limits::kCallDataBytesMax) return refuse(ContractsCode::input_too_large);
  AETHER_TRY(returned_, stack_.enter({contract, account(), attached, account(), input, ledger::ContractEntry::call}));
  return {};
}

Outcome<void> Host::set_output(ByteView output) {
  if (output.size() > limits::kContractOutputBytesMax) return refuse(ContractsCode::output_too_large);
  output_.assign(output.begin(), output.end());
  return {};
}

ResultCode Host::abort(std::uint32_t code) {
  if (code > kAbortCodeMax) return result_code(ContractsCode::abort_range);
  return ResultCode{static_cast<std::uint16_t>(kAbortFirst + code)};
}

}  // namespace aether::programs

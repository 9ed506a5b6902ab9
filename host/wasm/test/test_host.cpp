#include "test_host.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::wasm::test {

using ledger::Outcome;

Bytes contract(std::string_view instructions) {
  return wat(contract_text("(func (export \"call\") " + std::string(instructions) + ")"));
}

Hash id_of(std::string_view name) { return crypto::sha256(as_bytes(name)); }

Hash World::add(std::string_view name, const Bytes& module) {
  const Hash id = id_of(name);
  AETHER_ASSERT(vm.publish(id, module).has_value());
  modules[id] = module;
  return id;
}

Result<void, ledger::VmFailure> TestHost::run(ledger::ContractEntry entry) {
  return world_.vm.run(self_, [this] { return world_.modules.at(self_); }, entry, *this);
}

Outcome<void> TestHost::charge(std::uint64_t steps) {
  if (steps > world_.gas_left) return ledger::fail(ledger::Code::out_of_gas);
  world_.gas_left -= steps;
  return {};
}

Outcome<Amount> TestHost::balance(Asset asset) {
  AETHER_CHECK(charge(params_.per_state_access));
  return asset == Asset::swr ? Amount{1000} : Amount{2} << 100;
}

Outcome<std::optional<Bytes>> TestHost::storage_get(ByteView key) {
  AETHER_CHECK(charge(params_.per_state_access));
  const auto found = world_.storage.find({self_, Bytes(key.begin(), key.end())});
  if (found == world_.storage.end()) return std::nullopt;
  return found->second;
}

Outcome<void> TestHost::storage_set(ByteView key, ByteView value) {
  AETHER_CHECK(charge(params_.per_state_access));
  if (key.size() > limits::kStorageKeyBytesMax || value.size() > limits::kStorageValueBytesMax) return fail(kRefused);
  world_.storage[{self_, Bytes(key.begin(), key.end())}] = Bytes(value.begin(), value.end());
  return {};
}

Outcome<void> TestHost::storage_erase(ByteView key) {
  AETHER_CHECK(charge(params_.per_state_access));
  world_.storage.erase({self_, Bytes(key.begin(), key.end())});
  return {};
}

Outcome<void> TestHost::transfer(const Address& to, Asset asset, Amount amount) {
  AETHER_CHECK(charge(params_.per_state_access));
  world_.transfers.push_back({to, asset, amount});
  return {};
}

Outcome<void> TestHost::log(const Hash& topic, ByteView data) {
  AETHER_CHECK(charge(params_.per_state_access));
  world_.logs.emplace_back(topic, Bytes(data.begin(), data.end()));
  return {};
}

Outcome<Hash> TestHost::sha256(ByteView data) {
  AETHER_CHECK(charge((data.size() / 1024 + 1) * params_.per_kib_hashed));
  return crypto::sha256(data);
}

Outcome<bool> TestHost::ed25519_verify(const crypto::PublicKey& key, const crypto::Signature& signature,
                                       ByteView message) {
  AETHER_CHECK(charge(params_.per_signature));
  return crypto::ed25519_verify(key, message, signature);
}

Outcome<void> TestHost::call(const Hash& contract, const Balance& attached, ByteView input) {
  AETHER_CHECK(charge(params_.per_instance));
  returned_.clear();
  if (!world_.modules.contains(contract)) return fail(kRefused);
  TestHost callee(world_, contract, Bytes(input.begin(), input.end()), Address{self_}, attached);
  const auto result = callee.run();
  if (result) {
    returned_ = callee.output();
    return {};
  }
  if (result.error().fault == ledger::VmFault::host) return fail(result.error().code);
  if (result.error().fault == ledger::VmFault::out_of_gas) return ledger::fail(ledger::Code::out_of_gas);
  return fail(kRefused);
}

Outcome<void> TestHost::set_output(ByteView output) {
  if (output.size() > limits::kContractOutputBytesMax) return fail(kRefused);
  output_.assign(output.begin(), output.end());
  return {};
}

}  // namespace aether::wasm::test

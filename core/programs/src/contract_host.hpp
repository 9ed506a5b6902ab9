// What a running contract may do, by the rules of the chain: each function charged before it is done.
#pragma once

#include "contracts.hpp"

namespace aether::programs {

class Host final : public ledger::ContractHost {
 public:
  // Does not own the bytes of the frame's input.
  Host(CallStack& stack, const Frame& frame) : stack_(stack), context_(stack.context()), frame_(frame) {}

  const GasParams& gas() const override { return context_.block().params.gas; }
  std::uint64_t gas_left() const override { return context_.gas_left(); }
  Outcome<void> charge(std::uint64_t steps) override { return context_.charge(steps); }

  ByteView input() const override { return frame_.input; }
  const Hash& self() const override { return frame_.contract; }
  Address caller() const override { return frame_.caller; }
  Address sender() const override { return context_.sender(); }
  Slot slot() const override { return context_.block().slot; }
  ChainId chain_id() const override { return context_.block().chain_id; }
  Amount attached(Asset asset) const override { return frame_.attached.of(asset); }
  Outcome<Amount> balance(Asset asset) override;

  Outcome<std::optional<Bytes>> storage_get(ByteView key) override;
  Outcome<void> storage_set(ByteView key, ByteView value) override;
  Outcome<void> storage_erase(ByteView key) override;

  Outcome<void> transfer(const Address& to, Asset asset, Amount amount) override;
  Outcome<void> log(const Hash& topic, ByteView data) override;
  Outcome<Hash> sha256(ByteView data) override;
  Outcome<bool> ed25519_verify(const crypto::PublicKey& key, const crypto::Signature& signature,
                               ByteView message) override;
  Outcome<void> call(const Hash& contract, const Balance& attached, ByteView input) override;
  ByteView returned() const override { return returned_; }
  Outcome<void> set_output(ByteView output) override;
  ResultCode abort(std::uint32_t code) override;

  [[nodiscard]] Bytes take_output() { return std::move(output_); }

 private:
  Address account() const { return contract_address(frame_.contract); }
  Outcome<ObjectId> entry(ByteView key) const;

  CallStack& stack_;
  Context& context_;
  const Frame& frame_;
  Bytes returned_;
  Bytes output_;
};

}  // namespace aether::programs

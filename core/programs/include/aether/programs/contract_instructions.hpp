// The instructions of the program `contracts`, the data of a contract's call, and which objects these touch
// (spec/contracts.md).
#pragma once

#include "aether/programs/instructions.hpp"
#include "aether/types/contract.hpp"

namespace aether::programs {

// Keeps a chunk under the sender's name, instead of one that was there; without bytes, takes that one back.
struct Upload {
  Hash code;
  std::uint32_t index = 0;
  codec::Blob<limits::kCodeChunkBytesMax> bytes;

  bool operator==(const Upload&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("code", self.code);
    visit("index", self.index);
    visit("bytes", self.bytes);
  }
};

// Makes the sender's chunks 0 … chunks − 1 a module that contracts may run.
struct Publish {
  Hash code;
  std::uint32_t chunks = 0;

  bool operator==(const Publish&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("code", self.code);
    visit("chunks", self.chunks);
  }
};

// Makes the contract with id contract_id(chain, sender, salt), and runs `init` where the module has one.
struct Deploy {
  Hash code;
  std::uint64_t salt = 0;
  std::optional<Address> authority;
  Amount swr = 0;  // attached, as is aic
  Amount aic = 0;
  codec::Blob<limits::kCallDataBytesMax> input;

  bool operator==(const Deploy&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("code", self.code);
    visit("salt", self.salt);
    visit("authority", self.authority);
    visit("swr", self.swr);
    visit("aic", self.aic);
    visit("input", self.input);
  }
};

// By the authority: other code from the next call on.
struct Upgrade {
  Hash contract;
  Hash code;

  bool operator==(const Upgrade&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("code", self.code);
  }
};

// By the authority: hands it on, or gives it up for ever.
struct SetAuthority {
  Hash contract;
  std::optional<Address> authority;

  bool operator==(const SetAuthority&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("authority", self.authority);
  }
};

using ContractsInstruction = std::variant<Upload, Publish, Deploy, Upgrade, SetAuthority>;

// The data of a transaction's call whose program is a contract. The amounts are debited from the sender.
struct ContractCall {
  Amount swr = 0;
  Amount aic = 0;
  codec::Blob<limits::kCallDataBytesMax> input;

  bool operator==(const ContractCall&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("swr", self.swr);
    visit("aic", self.aic);
    visit("input", self.input);
  }
};

[[nodiscard]] Hash contracts_program_id();
[[nodiscard]] Call make_call(const ContractsInstruction& instruction);
[[nodiscard]] Call make_call(const Hash& contract, const ContractCall& call);

// What the instruction itself touches. What `init` touches besides, or a call, only a simulation tells.
[[nodiscard]] AccessSets access_sets(const ContractsInstruction& instruction, ChainId chain, const Address& sender);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto variant_names<programs::ContractsInstruction> =
    std::array<std::string_view, 5>{"upload", "publish", "deploy", "upgrade", "set_authority"};
}  // namespace aether::codec

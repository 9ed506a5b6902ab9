// The instructions of the native program `contracts`, and what a call of a contract says (spec/contracts.md).
#pragma once

#include "aether/types/block.hpp"

namespace aether::programs {

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

struct Deploy {
  Hash code;
  std::uint64_t salt = 0;
  std::optional<Address> authority;
  Amount swr = 0;
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

[[nodiscard]] Hash contracts_program_id();
[[nodiscard]] Call make_call(const ContractsInstruction& instruction);
[[nodiscard]] Call make_call(const Hash& contract, const ContractCall& call);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto variant_names<programs::ContractsInstruction> =
    std::array<std::string_view, 5>{"upload", "publish", "deploy", "upgrade", "set_authority"};
}  // namespace aether::codec

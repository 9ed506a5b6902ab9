// Contracts as state objects (spec/contracts.md). No id depends on a transaction's hash, so a transaction can declare
// what it makes.
//
//   upload    key = H("aether/upload", uploader ‖ code hash ‖ index u32)      a chunk of a module on its way
//   code      key = H("aether/code", module)                                  a published module, never changed
//   contract  key = H("aether/contract", chain id u64 ‖ deployer ‖ salt u64)  which code it runs, who may change that
//   storage   key = H("aether/storage", contract ‖ key)                       one entry of a contract's storage
//
// A contract's assets are the balance of the account whose address is its id; no key hashes to that address.
#pragma once

#include "aether/params/limits.hpp"
#include "aether/types/object.hpp"

namespace aether {

struct UploadedChunk {
  std::uint8_t version = 1;
  codec::Blob<limits::kCodeChunkBytesMax> bytes;

  bool operator==(const UploadedChunk&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("bytes", self.bytes);
  }
};

struct Code {
  std::uint8_t version = 1;
  codec::Blob<limits::kCodeBytesMax> module;

  bool operator==(const Code&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("module", self.module);
  }
};

struct Contract {
  std::uint8_t version = 1;
  Hash code;
  Address deployer;
  std::optional<Address> authority;  // who may change the code; none = nobody ever

  bool operator==(const Contract&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("code", self.code);
    visit("deployer", self.deployer);
    visit("authority", self.authority);
  }
};

struct StorageEntry {
  std::uint8_t version = 1;
  codec::Blob<limits::kStorageValueBytesMax> value;

  bool operator==(const StorageEntry&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("value", self.value);
  }
};

// What a contract tells those who watch the chain; part of the receipt.
struct Log {
  Hash contract;
  Hash topic;
  codec::Blob<limits::kLogDataBytesMax> data;

  bool operator==(const Log&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("contract", self.contract);
    visit("topic", self.topic);
    visit("data", self.data);
  }
};

[[nodiscard]] Hash code_hash(ByteView module);
[[nodiscard]] Hash contract_id(ChainId chain, const Address& deployer, std::uint64_t salt);

[[nodiscard]] ObjectId upload_object(const Address& uploader, const Hash& code, std::uint32_t index);
[[nodiscard]] ObjectId storage_object(const Hash& contract, ByteView key);
inline ObjectId code_object(const Hash& code) { return {Domain::code, code}; }
inline ObjectId contract_object(const Hash& contract) { return {Domain::contract, contract}; }
inline Address contract_address(const Hash& contract) { return Address{contract}; }

}  // namespace aether

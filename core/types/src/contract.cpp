#include "aether/types/contract.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether {
namespace {

struct ContractPlace {
  ChainId chain_id;
  Address deployer;
  std::uint64_t salt = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("deployer", self.deployer);
    visit("salt", self.salt);
  }
};

struct UploadPlace {
  Address uploader;
  Hash code;
  std::uint32_t index = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("uploader", self.uploader);
    visit("code", self.code);
    visit("index", self.index);
  }
};

}  // namespace

Hash code_hash(ByteView module) { return crypto::tagged_hash("aether/code", module); }

Hash contract_id(ChainId chain, const Address& deployer, std::uint64_t salt) {
  return crypto::tagged_hash("aether/contract", codec::encode(ContractPlace{chain, deployer, salt}));
}

ObjectId upload_object(const Address& uploader, const Hash& code, std::uint32_t index) {
  return {Domain::upload, crypto::tagged_hash("aether/upload", codec::encode(UploadPlace{uploader, code, index}))};
}

ObjectId storage_object(const Hash& contract, ByteView key) {
  Bytes place;
  append(place, contract.view());
  append(place, key);
  return {Domain::storage, crypto::tagged_hash("aether/storage", place)};
}

}  // namespace aether

#include "aether/keystore/message.hpp"
#include "signing.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kMessageBytesMax = 64 * 1024 * 1024;

// The address that the signer must have: from an address, a public key or a name.
Result<Address, Failure> signer_address(const Arguments& arguments) {
  if (!arguments.signer.starts_with("0x")) return resolve_address(arguments, arguments.signer);
  AETHER_TRY(const auto key, resolve_public_key(arguments, arguments.signer));
  return address_of(key);
}

Result<keystore::MessageSignature, Failure> read_signature(const std::string& text) {
  const auto bytes = text.starts_with("0x") ? from_hex(text) : std::nullopt;
  const auto signature = codec::decode<keystore::MessageSignature>(bytes ? ByteView(*bytes) : ByteView());
  if (signature) return *signature;
  return usage("bad_signature",
               "--signature is none of a message: wanted is what keys sign gives, 0x and 194 hex digits");
}

}  // namespace

CommandResult keys_sign(const Arguments& arguments) {
  AETHER_TRY(const auto key, find_key(arguments, arguments.name));
  AETHER_TRY(const auto message, read_input(arguments.input, kMessageBytesMax));
  AETHER_TRY(const auto seed, unlock(arguments, arguments.name));
  const std::string signature = to_hex0x(codec::encode(keystore::sign_message(seed, message)));
  return Output{"signer      " + to_text(key.address) + "\nsignature   " + signature + "\n",
                json::object{{"signer", to_text(key.address)},
                             {"public_key", to_hex0x(key.public_key)},
                             {"signature", signature},
                             {"bytes", message.size()}}};
}

CommandResult keys_verify(const Arguments& arguments) {
  AETHER_TRY(const auto signature, read_signature(arguments.signature));
  AETHER_TRY(const auto wanted, signer_address(arguments));
  AETHER_TRY(const auto message, read_input(arguments.input, kMessageBytesMax));
  const Address signer = address_of(signature.signer);
  const char* reason = signer != wanted                                ? "another_signer"
                       : !keystore::verify_message(signature, message) ? "another_message"
                                                                       : nullptr;
  json::object out{{"valid", reason == nullptr}, {"signer", to_text(wanted)}};
  std::string text = std::string(reason == nullptr ? "valid" : "invalid") + "       " + to_text(wanted) + "\n";
  if (reason != nullptr) {
    out.emplace("reason", reason);
    text += signer != wanted ? "reason      made by " + to_text(signer) + "\n"
                             : "reason      not a signature of this message by this key\n";
  }
  return Output{std::move(text), std::move(out), reason == nullptr ? kDone : kDiffers};
}

}  // namespace aether::cli

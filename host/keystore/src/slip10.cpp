#include "aether/keystore/slip10.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace aether::keystore {
namespace {

constexpr std::uint32_t kHardened = 0x8000'0000;

// HMAC-SHA512, whose halves are a key and a chain code.
ExtendedKey hmac(ByteView key, ByteView message) {
  Secret<64> out;
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()), message.data(), message.size(),
                          out.mutable_view().data(), &size);
  AETHER_ASSERT(done != nullptr && size == 64);
  return {Secret<32>(out.view().first<32>()), Secret<32>(out.view().last<32>())};
}

ExtendedKey child(const ExtendedKey& parent, std::uint32_t index) {
  AETHER_ASSERT(index <= kSlip10IndexMax);
  Secret<37> message;  // 0, key, index
  const auto to = message.mutable_view();
  std::copy(parent.key.view().begin(), parent.key.view().end(), to.begin() + 1);
  for (std::size_t i = 0; i < 4; ++i) to[33 + i] = static_cast<std::uint8_t>((index | kHardened) >> (24 - 8 * i));
  return hmac(parent.chain_code.view(), to);
}

// Takes a decimal number off the front.
Result<std::uint32_t, Slip10Error> take_index(std::string_view& text) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  if (size == 0 || size > 10 || (size > 1 && text[0] == '0')) return fail(Slip10Error::bad_index);
  std::uint64_t index = 0;
  for (const char digit : text.substr(0, size)) index = 10 * index + static_cast<std::uint64_t>(digit - '0');
  if (index > kSlip10IndexMax) return fail(Slip10Error::bad_index);
  text.remove_prefix(size);
  return static_cast<std::uint32_t>(index);
}

}  // namespace

std::string_view to_string(Slip10Error error) {
  switch (error) {
    case Slip10Error::bad_seed_length: return "a seed has 16 to 64 bytes";
    case Slip10Error::bad_start: return "a path begins with m, as in m/44'/0'";
    case Slip10Error::bad_index: return "an index is a number from 0 to 2147483647, without leading zeros";
    case Slip10Error::not_hardened: return "ed25519 has hardened children only: each index ends with '";
    case Slip10Error::too_deep: break;
  }
  return "a path has at most 255 indices";
}

std::string to_text(const HardenedPath& path) {
  std::string out = "m";
  for (const std::uint32_t index : path) out += "/" + std::to_string(index) + "'";
  return out;
}

Result<HardenedPath, Slip10Error> path_from_text(std::string_view text) {
  if (!text.starts_with('m')) return fail(Slip10Error::bad_start);
  text.remove_prefix(1);
  HardenedPath path;
  while (!text.empty()) {
    if (text[0] != '/') return fail(path.empty() ? Slip10Error::bad_start : Slip10Error::bad_index);
    text.remove_prefix(1);
    AETHER_TRY(const std::uint32_t index, take_index(text));
    if (!text.starts_with('\''))
      return fail(text.empty() || text[0] == '/' ? Slip10Error::not_hardened : Slip10Error::bad_index);
    text.remove_prefix(1);
    if (path.size() == kSlip10DepthMax) return fail(Slip10Error::too_deep);
    path.push_back(index);
  }
  return path;
}

Result<ExtendedKey, Slip10Error> slip10_derive(ByteView seed, const HardenedPath& path) {
  if (seed.size() < 16 || seed.size() > 64) return fail(Slip10Error::bad_seed_length);
  ExtendedKey key = hmac(as_bytes("ed25519 seed"), seed);
  for (const std::uint32_t index : path) key = child(key, index);
  return key;
}

Result<ExtendedKey, Slip10Error> slip10_derive(ByteView seed, std::string_view path) {
  AETHER_TRY(const HardenedPath indices, path_from_text(path));
  return slip10_derive(seed, indices);
}

}  // namespace aether::keystore

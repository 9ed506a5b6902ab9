// Keys derived from a seed along a path: SLIP-0010 (https://github.com/satoshilabs/slips/blob/master/slip-0010.md) for
// ed25519, which has hardened children only.
#pragma once

#include <string>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "aether/base/secret.hpp"

namespace aether::keystore {

enum class Slip10Error : std::uint8_t {
  bad_seed_length,  // not 16 to 64 bytes
  bad_start,        // a path begins with m
  bad_index,        // not a decimal number up to 2^31 − 1 without needless zeros
  not_hardened,     // an index without '
  too_deep,         // more than 255 indices
};
[[nodiscard]] std::string_view to_string(Slip10Error error);

inline constexpr std::uint32_t kSlip10IndexMax = 0x7fff'ffff;
inline constexpr std::size_t kSlip10DepthMax = 255;

// Hardened indices, without their top bit: {44, 1, 0} is m/44'/1'/0'.
using HardenedPath = std::vector<std::uint32_t>;
[[nodiscard]] std::string to_text(const HardenedPath& path);
[[nodiscard]] Result<HardenedPath, Slip10Error> path_from_text(std::string_view text);

struct ExtendedKey {
  Secret<32> key;  // an ed25519 seed
  Secret<32> chain_code;
};
[[nodiscard]] Result<ExtendedKey, Slip10Error> slip10_derive(ByteView seed, const HardenedPath& path);
[[nodiscard]] Result<ExtendedKey, Slip10Error> slip10_derive(ByteView seed, std::string_view path);

}  // namespace aether::keystore

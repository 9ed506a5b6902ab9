// Field elements of edwards25519 that kernels need, as ten limbs of 26 and 25 bits in turn.
#pragma once

#include <cstdint>

namespace aether::crypto {

using FieldConstant = std::uint32_t[10];

inline constexpr FieldConstant kOne = {1};
inline constexpr FieldConstant kD = {0x35978a3, 0xd37284,  0x3156ebd, 0x6a0a0e,  0x1c029,
                                     0x179e898, 0x3a03cbb, 0x1ce7198, 0x2e2b6ff, 0x1480db3};
inline constexpr FieldConstant kD2 = {0x2b2f159, 0x1a6e509, 0x22add7a, 0xd4141d,  0x38052,
                                      0xf3d130,  0x3407977, 0x19ce331, 0x1c56dff, 0x901b67};
inline constexpr FieldConstant kSqrtMinusOne = {0x20ea0b0, 0x186c9d2, 0x8f189d,  0x35697f, 0xbd0c60,
                                                0x1fbd7a7, 0x2804c9e, 0x1e16569, 0x4fc1d,  0xae0c92};

}  // namespace aether::crypto

// Arithmetic modulo r, the order of BLS12-381's groups, as expressions over blst.
#pragma once

#include <blst.h>

#include <cstdint>

namespace aether::crypto {

[[nodiscard]] inline blst_fr operator*(const blst_fr& a, const blst_fr& b) {
  blst_fr out;
  blst_fr_mul(&out, &a, &b);
  return out;
}
[[nodiscard]] inline blst_fr operator+(const blst_fr& a, const blst_fr& b) {
  blst_fr out;
  blst_fr_add(&out, &a, &b);
  return out;
}
[[nodiscard]] inline blst_fr operator-(const blst_fr& a, const blst_fr& b) {
  blst_fr out;
  blst_fr_sub(&out, &a, &b);
  return out;
}
[[nodiscard]] inline blst_fr fr_from(std::uint64_t value) {
  const std::uint64_t words[4] = {value, 0, 0, 0};
  blst_fr out;
  blst_fr_from_uint64(&out, words);
  return out;
}
[[nodiscard]] inline blst_fr fr_from(const blst_scalar& value) {
  blst_fr out;
  blst_fr_from_scalar(&out, &value);
  return out;
}
[[nodiscard]] inline blst_scalar scalar_from(const blst_fr& value) {
  blst_scalar out;
  blst_scalar_from_fr(&out, &value);
  return out;
}
[[nodiscard]] inline blst_fr inverse(const blst_fr& value) {
  blst_fr out;
  blst_fr_eucl_inverse(&out, &value);
  return out;
}

}  // namespace aether::crypto

// What the tests of a validator's folder share.
#pragma once

#include <gtest/gtest.h>

#include "aether/env/entropy.hpp"
#include "aether/keystore/validator.hpp"

namespace aether::keystore {

inline constexpr KdfCost kCheap{1, 8192};
inline constexpr ChainId kChain{7};

inline SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }
inline Address address_with(std::uint8_t first) { return {Hash{{first}}}; }
inline Secret<32> entropy_with(std::uint8_t first) { return Secret<32>{std::array<std::uint8_t, 32>{first}}; }

// A folder `v` in a temporary one.
class Made {
 public:
  explicit Made(std::uint8_t which = 1) : dir_(std::move(*env::TempDir::create())), folder_(dir_.path() / "v") {
    const auto made = make_validator(
        folder_, {.chain_id = kChain, .address = address_with(which), .entropy = entropy_with(which), .cost = kCheap},
        secret("pass"));
    EXPECT_TRUE(made) << made.error().message;
  }
  const env::Path& parent() const { return dir_.path(); }
  const env::Path& folder() const { return folder_; }
  Outcome<Validator> open() const { return Validator::open(folder_, secret("pass")); }

 private:
  env::TempDir dir_;
  env::Path folder_;
};

}  // namespace aether::keystore

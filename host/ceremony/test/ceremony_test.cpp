#include "aether/ceremony/ceremony.hpp"

#include <gtest/gtest.h>

#include "aether/crypto/sha256.hpp"

namespace aether::ceremony {
namespace {

// README.md says where the file comes from.
TEST(Ceremony, is_the_published_file) {
  EXPECT_EQ(to_hex(crypto::sha256(as_bytes(kzg_trusted_setup_text())).bytes),
            "d39b9f2d047cc9dca2de58f264b6a09448ccd34db967881a6713eacacf0f26b7");
}

TEST(Ceremony, loads) { EXPECT_TRUE(load_kzg_settings().has_value()); }

}  // namespace
}  // namespace aether::ceremony

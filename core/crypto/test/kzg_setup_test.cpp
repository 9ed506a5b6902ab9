// The parser of a trusted setup accepts the published text and nothing beside it.
#include <algorithm>

#include "kzg_support.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kHeader = 8, kG1Line = 97, kG2Line = 193;  // "4096\n65\n"; lines with their end
constexpr std::size_t kG2Begin = kHeader + kKzgPoints * kG1Line, kPowersBegin = kG2Begin + 65 * kG2Line;

KzgError error_of(const std::string& text) {
  const auto loaded = KzgSettings::load(text);
  EXPECT_FALSE(loaded.has_value());
  return loaded ? KzgError{} : loaded.error();
}

std::string with(std::size_t at, std::string_view replacement) {
  std::string text = ceremony_text();
  return text.replace(at, replacement.size(), replacement);
}

TEST(KzgSetup, counts) {
  EXPECT_EQ(error_of(""), KzgError::setup_counts);
  EXPECT_EQ(error_of("4096"), KzgError::setup_counts);
  EXPECT_EQ(error_of("4096\n66\n"), KzgError::setup_counts);
  EXPECT_EQ(error_of(" " + ceremony_text()), KzgError::setup_counts);
  EXPECT_EQ(error_of(with(0, "4095")), KzgError::setup_counts);
}

TEST(KzgSetup, lines) {
  EXPECT_EQ(error_of(with(kHeader, "g")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kHeader, "0x")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kHeader, "A")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kHeader + kG1Line - 2, "\n")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kHeader + kG1Line - 1, " ")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kG2Begin + 100, " ")), KzgError::setup_line);
  EXPECT_EQ(error_of(with(kPowersBegin + 5, "-")), KzgError::setup_line);
  std::string text = ceremony_text();
  EXPECT_EQ(error_of(text.insert(kHeader + kG1Line - 1, "\r")), KzgError::setup_line);
}

TEST(KzgSetup, length) {
  const std::string text = ceremony_text();
  EXPECT_EQ(error_of(text.substr(0, kHeader)), KzgError::setup_length);
  EXPECT_EQ(error_of(text.substr(0, kG2Begin)), KzgError::setup_length);
  EXPECT_EQ(error_of(text.substr(0, text.size() - kG1Line)), KzgError::setup_length);
  EXPECT_EQ(error_of(text.substr(0, text.size() - 1)), KzgError::setup_length);
  EXPECT_EQ(error_of(text + "\n"), KzgError::setup_length);
}

TEST(KzgSetup, points) {
  const std::string infinity = "c0" + std::string(94, '0'), zero_x = "80" + std::string(94, '0');
  for (const std::string& point : {infinity, zero_x, "9f" + std::string(94, 'f'), "00" + std::string(94, '0')}) {
    EXPECT_EQ(error_of(with(kHeader, point)), KzgError::setup_point);
  }
  // On the curve, outside the subgroup.
  std::string outside;
  for (std::uint8_t x = 1; outside.empty(); ++x) {
    std::array<std::uint8_t, 48> bytes{0x80};
    bytes[47] = x;
    blst_p1_affine point;
    if (blst_p1_uncompress(&point, bytes.data()) == BLST_SUCCESS && !blst_p1_affine_in_g1(&point))
      outside = to_hex(bytes);
  }
  EXPECT_EQ(error_of(with(kHeader, outside)), KzgError::setup_point);
}

TEST(KzgSetup, points_of_another_place) {
  const std::string text = ceremony_text();
  std::string swapped = text;
  std::swap_ranges(swapped.begin() + kHeader, swapped.begin() + kHeader + kG1Line, swapped.begin() + kHeader + kG1Line);
  EXPECT_EQ(error_of(swapped), KzgError::setup_inconsistent);
  // [τ²]₂ in [τ]₂'s place.
  EXPECT_EQ(error_of(with(kG2Begin + kG2Line, text.substr(kG2Begin + 2 * kG2Line, kG2Line))),
            KzgError::setup_inconsistent);
  EXPECT_EQ(error_of(with(kG2Begin, text.substr(kG2Begin + kG2Line, kG2Line))), KzgError::setup_inconsistent);
}

TEST(KzgSetup, higher_powers_are_not_looked_into) {
  std::string text = with(kPowersBegin + 2 * kG1Line, std::string(kG1Line - 1, '0'));
  text.replace(kG2Begin + 2 * kG2Line, kG2Line - 1, std::string(kG2Line - 1, '0'));
  EXPECT_TRUE(KzgSettings::load(text).has_value());
}

}  // namespace
}  // namespace aether::crypto

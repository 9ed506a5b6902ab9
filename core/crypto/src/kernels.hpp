// What the batch equations need of a kernel, under one name for each kind of processor.
#pragma once

#include "edwards_ifma.hpp"
#include "msm_ifma.hpp"
#include "sha512_ifma.hpp"

namespace aether::crypto {

using avx2::Encoding;

struct Avx2 {
  static constexpr std::size_t kLanes = 4;
  using AffinePoint = avx2::AffinePoint;
  using Bucket = avx2::ExtendedPoint;
  static constexpr const AffinePoint& kBasePoint = avx2::kBasePoint;
  static constexpr const Bucket& kIdentity = avx2::kIdentity;
  static const avx2::AffinePoint& to_avx2(const AffinePoint& point) { return point; }
  static const AffinePoint& from_avx2(const avx2::AffinePoint& point) { return point; }

  static void decompress(std::span<const Encoding> encodings, std::span<AffinePoint> points,
                         std::span<std::uint8_t> valid) {
    avx2::decompress_avx2(encodings, points, valid);
  }
  static auto sha512(const std::array<const std::uint8_t*, kLanes>& messages, std::size_t blocks) {
    return avx2::sha512_blocks_avx2(messages, blocks);
  }
  static auto combine_windows(std::span<const avx2::CachedPoint> sums, int width) {
    return avx2::combine_windows(sums, width);
  }
};

struct Ifma {
  static constexpr std::size_t kLanes = 8;
  using AffinePoint = ifma::AffinePoint;
  using Bucket = ifma::Bucket;
  static constexpr const AffinePoint& kBasePoint = ifma::kBasePoint;
  static constexpr const Bucket& kIdentity = ifma::kIdentity;
  static avx2::AffinePoint to_avx2(const AffinePoint& point) { return ifma::split(point); }
  static AffinePoint from_avx2(const avx2::AffinePoint& point) { return ifma::joined(point); }

  static void decompress(std::span<const Encoding> encodings, std::span<AffinePoint> points,
                         std::span<std::uint8_t> valid) {
    ifma::decompress_ifma(encodings, points, valid);
  }
  static auto sha512(const std::array<const std::uint8_t*, kLanes>& messages, std::size_t blocks) {
    return ifma::sha512_blocks_ifma(messages, blocks);
  }
  static auto combine_windows(std::span<const avx2::CachedPoint> sums, int width) {
    return ifma::combine_windows(sums, width);
  }
};

}  // namespace aether::crypto

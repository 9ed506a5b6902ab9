// The comparison that has to see 10^9 signatures before an engine other than zebra may accept alone, on few of them,
// and with engines that are wrong. `aether-ed25519-compare` (bench/ed25519) runs it on any number of seeds.
#include <gtest/gtest.h>
#include <sodium.h>

#include <cstdlib>

#include "engine_comparison.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using namespace cases;

constexpr std::uint64_t kSeedsMax = 2000;
constexpr Volume kSmall{.signatures = 64, .forged_batches = 16};

TEST(Ed25519Engines, agree_with_single_verdicts) {
  const std::uint64_t seeds = std::getenv("AETHER_QUICK") != nullptr  ? 4
                              : std::getenv("AETHER_LONG") != nullptr ? 200
                                                                      : 20;
  std::vector<Engine> all;
  for (const BatchEngine engine : engines()) all.push_back(engine_of(engine));
  EngineComparison large(all, {.signatures = 512, .forged_batches = 16});
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto judged = large.run(seed);
    ASSERT_TRUE(judged.has_value()) << judged.error();
  }
  const auto& counts = large.counts();
  EXPECT_GT(counts.with_forgery, counts.batches / 4);
  EXPECT_LT(counts.with_forgery, counts.batches);
  for (const Engine& engine : all) EXPECT_GE(counts.judged.at(engine.name), counts.signatures);
}

// Every kind of edge and forgery comes up, and edges hold.
TEST(Ed25519Engines, the_comparison_has_every_kind) {
  EngineComparison comparison({}, kSmall);
  for (std::uint64_t seed = 1; comparison.counts().edges.size() < 7 || comparison.counts().forgeries.size() < 20;
       ++seed) {
    ASSERT_LT(seed, kSeedsMax);
    const auto judged = comparison.run(seed);
    ASSERT_TRUE(judged.has_value()) << judged.error();
  }
  for (const auto& [name, kind] : comparison.counts().edges) EXPECT_EQ(kind.valid, kind.made) << name;
}

using Holds = std::function<bool(std::string_view, std::span<const SignedId>)>;

// The first seed at which the comparison finds an engine wrong; 0 if it does not.
std::uint64_t found_at(const Engine& wrong) {
  EngineComparison comparison({wrong}, kSmall);
  for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed)
    if (const auto judged = comparison.run(seed); !judged) {
      EXPECT_EQ(judged.error().rfind(wrong.name, 0), 0U) << judged.error();
      EXPECT_NE(judged.error().find("seed " + std::to_string(seed) + ","), std::string::npos);
      EngineComparison again({wrong}, kSmall);
      EXPECT_FALSE(again.run(seed).has_value());
      return seed;
    }
  return 0;
}

std::uint64_t found_at(const Holds& wrong) {
  return found_at(Engine{.name = "planted", .holds = wrong, .verdicts = {}, .share = 1});
}

bool zebra(std::string_view tag, std::span<const SignedId> items) {
  return ed25519_batch_holds(BatchEngine::zebra, tag, items);
}

TEST(Ed25519Engines, a_right_engine_is_not_found_wrong) {
  EngineComparison comparison({Engine{.name = "zebra", .holds = zebra, .verdicts = {}, .share = 1}}, kSmall);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_TRUE(comparison.run(seed).has_value());
}

TEST(Ed25519Engines, one_that_ignores_the_last_signature_is_found) {
  EXPECT_NE(found_at([](auto tag, auto items) { return zebra(tag, items.first(items.size() - 1)); }), 0U);
}

TEST(Ed25519Engines, one_that_accepts_nothing_or_all_is_found) {
  EXPECT_EQ(found_at([](auto, auto) { return false; }), 1U);
  EXPECT_NE(found_at([](auto, auto) { return true; }), 0U);
}

// Calls zebra with each signature as `change` leaves it.
template <class Change>
Holds after(const Change& change) {
  return [change](std::string_view tag, std::span<const SignedId> items) {
    std::vector<SignedId> changed(items.begin(), items.end());
    std::erase_if(changed, [&](SignedId& item) { return !change(item); });
    return zebra(tag, changed);
  };
}

TEST(Ed25519Engines, one_that_reduces_s_is_found) {
  EXPECT_NE(found_at(after([](SignedId& item) {
              std::array<std::uint8_t, 64> wide{};
              std::copy_n(item.signature.begin() + 32, 32, wide.begin());
              aether_native_scalar_reduce_wide(wide.data(), item.signature.data() + 32);
              return true;
            })),
            0U);
}

TEST(Ed25519Engines, one_that_leaves_out_what_does_not_decode_is_found) {
  const auto decodes = [](const std::uint8_t* encoding) {
    aether_native_point point;
    return aether_native_edwards_decompress(encoding, &point);
  };
  EXPECT_NE(found_at(after([&](SignedId& item) { return decodes(item.key.data()); })), 0U);
  EXPECT_NE(found_at(after([&](SignedId& item) { return decodes(item.signature.data()); })), 0U);
}

TEST(Ed25519Engines, one_that_ignores_signs_is_found) {
  EXPECT_NE(found_at(after([](SignedId& item) {
              const auto bit = item.key[31];
              item.key[31] = static_cast<std::uint8_t>(bit & 0x7f);
              return true;
            })),
            0U);
}

// libsodium refuses small orders and does not multiply by the cofactor.
TEST(Ed25519Engines, one_with_another_rule_is_found) {
  EXPECT_NE(found_at([](std::string_view tag, std::span<const SignedId> items) {
              return std::ranges::all_of(items, [&](const SignedId& item) {
                const Bytes frame = signing_frame(tag, item.id);
                return crypto_sign_verify_detached(item.signature.data(), frame.data(), frame.size(),
                                                   item.key.data()) == 0;
              });
            }),
            0U);
}

// The sum of s·B − k·A − R alone, times 8: errors may cancel.
TEST(Ed25519Engines, one_without_coefficients_is_found) {
  EXPECT_NE(found_at([](std::string_view tag, std::span<const SignedId> items) {
              aether_native_point all;
              aether_native_edwards_decompress(bytes_of<32>(kSmallOrder[0]).data(), &all);
              for (const SignedId& item : items) {
                aether_native_point key, nonce, error;
                if (!aether_native_scalar_is_canonical(item.signature.data() + 32) ||
                    !aether_native_edwards_decompress(item.key.data(), &key) ||
                    !aether_native_edwards_decompress(item.signature.data(), &nonce))
                  return false;
                Scalar k = EdgeSigner::challenge(item, tag);
                aether_native_scalar_negate(k.data(), k.data());
                aether_native_edwards_vartime_double_mul_base(k.data(), &key, item.signature.data() + 32, &error);
                aether_native_edwards_sub(&error, &nonce, &error);
                aether_native_edwards_add(&all, &error, &all);
              }
              aether_native_edwards_mul_by_cofactor(&all, &all);
              return aether_native_edwards_is_identity(&all);
            }),
            0U);
}

// An engine whose batches are right and whose search blames a neighbour.
TEST(Ed25519Engines, one_that_names_another_forgery_is_found) {
  const auto wrong = [](std::string_view tag, std::span<const SignedId> items, std::span<const std::uint32_t>) {
    std::vector<bool> out;
    for (const SignedId& item : items) out.push_back(verify_id(item.key, tag, item.id, item.signature));
    std::rotate(out.begin(), out.begin() + 1, out.end());
    return out;
  };
  EXPECT_NE(found_at(Engine{.name = "planted", .holds = zebra, .verdicts = wrong, .share = 1}), 0U);
}

}  // namespace
}  // namespace aether::crypto

// The differential test that has to see 10^9 signatures before an engine other than zebra may accept alone. Counts add
// up over runs: AETHER_ED25519_COUNT says how many signatures this run makes, AETHER_ED25519_SEED from which seed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "edge_signatures.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using namespace cases;

constexpr std::string_view kTag = "aether/tx";
constexpr std::size_t kBatchMax = 12;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string describe(std::span<const SignedId> items) {
  std::string out;
  for (const SignedId& item : items)
    out += "\nkey " + to_hex(item.key) + " id " + to_hex(item.id.bytes) + " signature " + to_hex(item.signature);
  return out;
}

// Batches of random size, half of them with one member changed, so that its verdict alone decides.
TEST(Ed25519Engines, agree_with_single_verdicts_on_every_batch) {
  const std::uint64_t usual = std::getenv("AETHER_QUICK") != nullptr  ? 500
                              : std::getenv("AETHER_LONG") != nullptr ? 100'000
                                                                      : 5'000;
  const std::uint64_t count = setting("AETHER_ED25519_COUNT", usual), seed = setting("AETHER_ED25519_SEED", 1);
  EdgeSigner signer(seed);
  std::uint64_t seen = 0, batches = 0, bad_batches = 0;
  std::vector<SignedId> items;
  while (seen < count) {
    items.resize(1 + signer.below(kBatchMax));
    for (SignedId& item : items) item = signer.good(kTag);
    if (signer.below(2) == 0) signer.corrupt(items[signer.below(items.size())]);
    bool expected = true;
    for (const SignedId& item : items) expected = verify_id(item.key, kTag, item.id, item.signature) && expected;
    for (const BatchEngine engine : engines())
      ASSERT_EQ(ed25519_batch_holds(engine, kTag, items), expected)
          << name(engine) << ", seed " << seed << describe(items);
    seen += items.size();
    ++batches;
    if (!expected) ++bad_batches;
  }
  EXPECT_GT(bad_batches, batches / 10);
  EXPECT_LT(bad_batches, batches);
  std::cout << seen << " signatures in " << batches << " batches, " << bad_batches << " of them with a forgery, seed "
            << seed << ":";
  for (const BatchEngine engine : engines()) std::cout << name(engine);
  std::cout << " agree with zebra's single verdicts\n";
}

}  // namespace
}  // namespace aether::crypto

#include "aether/crypto/ed25519_batch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "edge_signatures.hpp"
#include "engines.hpp"
#include "equation.hpp"
#include "settle.hpp"

namespace aether::crypto {
namespace {

using namespace cases;

constexpr std::string_view kTag = "aether/tx";

// Runs the tasks backwards, two at a time.
class BackwardPool final : public TaskPool {
 public:
  std::size_t width() const override { return 5; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    for (std::size_t i = count; i > 0; i -= std::min<std::size_t>(i, 2)) {
      std::thread other([&] { task(i - 1); });
      if (i > 1) task(i - 2);
      other.join();
    }
  }
};

std::vector<bool> single_verdicts(std::span<const SignedId> items) {
  std::vector<bool> out;
  for (const SignedId& item : items) out.push_back(verify_id(item.key, kTag, item.id, item.signature));
  return out;
}

TEST(Ed25519Batch, nothing_holds) {
  SerialPool pool;
  for (const CpuFeatures& cpu : {CpuFeatures{}, this_processor()})
    EXPECT_TRUE(verify_ids(kTag, {}, {}, cpu, pool).empty());
  EXPECT_TRUE(ed25519_verify_batch({}, {}, pool).empty());
  for (const BatchEngine engine : engines()) EXPECT_TRUE(ed25519_batch_holds(engine, kTag, {}));
}

TEST(Ed25519Batch, rfc8032) {
  SerialPool pool;
  std::vector<Bytes> messages;
  std::vector<SignedMessage> items;
  for (const Vector& v : kRfc8032) messages.push_back(*from_hex(v.message));
  for (std::size_t i = 0; i < messages.size(); ++i)
    items.push_back({bytes_of<32>(kRfc8032[i].key), messages[i], bytes_of<64>(kRfc8032[i].signature)});
  EXPECT_EQ(ed25519_verify_batch(items, {}, pool), std::vector<bool>(items.size(), true));
  items[1].message = messages[2];
  EXPECT_EQ(ed25519_verify_batch(items, {}, pool), (std::vector<bool>{true, false, true}));
}

// Every pair of edge encodings as A and R, with s = 0: valid where both are of small order.
TEST(Ed25519Batch, zip215_edges_have_the_verdict_of_single_verification) {
  const auto edges = edge_encodings();
  std::vector<SignedId> all, valid;
  for (const PublicKey& a : edges)
    for (const PublicKey& r : edges) {
      SignedId item{.key = a, .id = {}};
      std::copy(r.begin(), r.end(), item.signature.begin());
      all.push_back(item);
    }
  const auto verdicts = single_verdicts(all);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (verdicts[i]) valid.push_back(all[i]);
  EXPECT_GE(valid.size(), std::size(kSmallOrder) * std::size(kSmallOrder));
  EXPECT_LT(valid.size(), all.size());
  const std::size_t step = std::getenv("AETHER_QUICK") != nullptr ? 11 : 1;
  SerialPool pool;
  for (const BatchEngine engine : engines()) {
    for (std::size_t i = 0; i < all.size(); i += step)
      EXPECT_EQ(ed25519_batch_holds(engine, kTag, {&all[i], 1}), verdicts[i]) << i << name(engine);
    EXPECT_TRUE(ed25519_batch_holds(engine, kTag, valid)) << name(engine);
    EXPECT_EQ(verify_ids_by(engine, kTag, all, {}, pool), verdicts) << name(engine);
  }
  EXPECT_EQ(verify_ids(kTag, all, {}, this_processor(), pool), verdicts);
}

TEST(Ed25519Batch, refuses_s_at_or_above_the_group_order) {
  EdgeSigner signer(1);
  for (const BatchEngine engine : engines()) {
    std::vector<SignedId> items;
    for (int i = 0; i < 9; ++i) items.push_back(signer.good(kTag));
    EXPECT_TRUE(ed25519_batch_holds(engine, kTag, items)) << name(engine);
    EdgeSigner::add_order(items[4].signature);
    EXPECT_FALSE(ed25519_batch_holds(engine, kTag, items)) << name(engine);
    EXPECT_FALSE(ed25519_batch_holds(engine, kTag, {&items[4], 1})) << name(engine);
  }
}

TEST(Ed25519Batch, nothing_is_accepted_where_everything_is_forged) {
  EdgeSigner signer(3);
  SerialPool pool;
  for (const std::size_t count : {1u, 2u, 3u, 20u}) {
    std::vector<SignedId> items;
    for (std::size_t i = 0; i < count; ++i) {
      items.push_back(signer.good(kTag));
      EdgeSigner::add_order(items.back().signature);
    }
    EXPECT_EQ(verify_ids(kTag, items, {}, this_processor(), pool), std::vector<bool>(count, false));
    EXPECT_EQ(verify_ids(kTag, items, {}, {}, pool), std::vector<bool>(count, false));
  }
}

TEST(Ed25519Batch, another_tag_holds_no_signature) {
  EdgeSigner signer(2);
  std::vector<SignedId> items(5, signer.good(kTag));
  for (const BatchEngine engine : engines()) {
    EXPECT_TRUE(ed25519_batch_holds(engine, kTag, items)) << name(engine);
    EXPECT_FALSE(ed25519_batch_holds(engine, "aether/ty", items)) << name(engine);
  }
}

RC_GTEST_PROP(Ed25519Batch, verdicts_are_those_of_single_verification, (std::uint64_t seed)) {
  EdgeSigner signer(seed);
  std::vector<SignedId> items(signer.below(100));
  std::vector<std::uint32_t> groups;
  const std::size_t bringers = 1 + signer.below(20), bad_of_64 = std::array{0, 0, 1, 32}[signer.below(4)];
  for (SignedId& item : items) {
    item = signer.good(kTag);
    groups.push_back(static_cast<std::uint32_t>(signer.below(bringers)));
    if (signer.below(64) < bad_of_64) signer.corrupt(item);
  }
  const auto expected = single_verdicts(items);
  SerialPool serial;
  BackwardPool backward;
  for (const BatchEngine engine : engines()) {
    RC_ASSERT(verify_ids_by(engine, kTag, items, groups, serial) == expected);
    RC_ASSERT(verify_ids_by(engine, kTag, items, {}, backward) == expected);
  }
  RC_ASSERT(verify_ids(kTag, items, groups, {}, backward) == expected);
  RC_ASSERT(verify_ids(kTag, items, groups, this_processor(), backward) == expected);
}

RC_GTEST_PROP(Ed25519Batch, raw_messages_of_any_length_have_the_verdict_of_single_verification, (std::uint64_t seed)) {
  EdgeSigner random(seed);
  const Seed secret{random.bytes<32>()};
  std::vector<Bytes> messages(random.below(20));
  const std::size_t length_max = std::array{1, 200, 500}[random.below(3)];
  for (Bytes& message : messages)
    for (std::size_t i = random.below(length_max); i > 0; --i) message.push_back(random.bytes<1>()[0]);
  std::vector<SignedMessage> items;
  std::vector<bool> expected;
  for (const Bytes& message : messages) {
    items.push_back({ed25519_public_key(secret), message, ed25519_sign(secret, message)});
    if (random.below(8) == 0) items.back().message = messages[random.below(messages.size())];
    expected.push_back(ed25519_verify(items.back().key, items.back().message, items.back().signature));
  }
  SerialPool serial;
  for (const BatchEngine engine : engines()) RC_ASSERT(ed25519_verify_batch_by(engine, items, serial) == expected);
  RC_ASSERT(ed25519_verify_batch(items, {}, serial) == expected);
  RC_ASSERT(ed25519_verify_batch(items, this_processor(), serial) == expected);
}

struct Cost {
  std::size_t calls = 0, members = 0, named_members = 0, singles = 0, singles_elsewhere = 0;
};

// Settles n items in groups of the given sizes, of which `bad` are forged, by an engine that names an only forgery or
// not, and counts.
Cost settle_counting(std::span<const std::uint32_t> groups, const std::vector<bool>& bad, std::uint32_t forger,
                     bool names) {
  Cost cost;
  std::vector<std::uint8_t> verdicts(groups.size(), 0);
  const auto holds = [&](std::size_t first, std::size_t last) {
    ++cost.calls;
    cost.members += last - first;
    for (std::size_t i = first; i < last; ++i)
      if (bad[i]) return false;
    return true;
  };
  const auto only_forgery = [&](std::size_t first, std::size_t last) {
    std::optional<std::size_t> found;
    if (!names) return found;
    EXPECT_LE(last - first, kNamedMax);
    cost.named_members += last - first;
    const auto begin = bad.begin(), from = begin + static_cast<std::ptrdiff_t>(first),
               to = begin + static_cast<std::ptrdiff_t>(last);
    EXPECT_GE(std::count(from, to, true), 1) << first << " " << last;
    if (std::count(from, to, true) == 1) found = static_cast<std::size_t>(std::find(from, to, true) - begin);
    return found;
  };
  const auto single = [&](std::size_t i) {
    ++cost.singles;
    if (groups[i] != forger) ++cost.singles_elsewhere;
    return !bad[i];
  };
  Settler(groups, holds, single, verdicts, only_forgery).settle(0, groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) EXPECT_EQ(verdicts[i] == 0, bad[i]) << i;
  return cost;
}

RC_GTEST_PROP(Ed25519Batch, a_forging_group_bears_the_cost, (std::uint64_t seed)) {
  EdgeSigner random(seed);
  std::vector<std::uint32_t> groups;
  const std::size_t size_max = 3 + random.below(100);
  for (std::uint32_t g = 0; g < 40; ++g) groups.insert(groups.end(), 3 + random.below(size_max), g);
  const auto forger = static_cast<std::uint32_t>(random.below(40));
  std::vector<bool> bad(groups.size(), false);
  std::size_t members = 0;
  const std::size_t rate = 1 + random.below(4);
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[i] == forger && (++members == 3 || random.below(rate) == 0)) bad[i] = true;
  const std::size_t n = groups.size(), levels = 3 + std::bit_width(members);
  for (const bool names : {false, true}) {
    const Cost cost = settle_counting(groups, bad, forger, names);
    RC_ASSERT(cost.singles_elsewhere == 0U);
    RC_ASSERT(cost.singles <= members);
    RC_ASSERT(cost.members <= n + n * 8 / 7 + (size_max + 3) * 8 * levels);
    RC_ASSERT(cost.named_members <= (kNamedMax + members) * levels);
  }
  std::fill(bad.begin(), bad.end(), false);
  RC_ASSERT(settle_counting(groups, bad, forger, true).calls == 1U);
}

TEST(Ed25519Batch, a_named_forgery_costs_one_single_verdict) {
  for (const std::size_t at : {0U, 17U, 62U, 63U}) {
    std::vector<std::uint32_t> groups(64);
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<std::uint32_t>(i / 8);
    std::vector<bool> bad(groups.size(), false);
    bad[at] = true;
    const Cost cost = settle_counting(groups, bad, groups[at], true);
    EXPECT_EQ(cost.singles, 1U);
    EXPECT_EQ(cost.calls, 1U);
    EXPECT_EQ(cost.named_members, 64U);
  }
}

template <class Kernel>
void expect_only_forgeries_named() {
  EdgeSigner signer(4);
  for (const std::size_t n : {std::size_t{3}, std::size_t{4}, std::size_t{9}, std::size_t{31}, kNamedMax}) {
    std::vector<SignedId> items(n + 2);
    std::vector<std::size_t> order(n + 2);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (SignedId& item : items) item = signer.good(kTag);
    const auto ask = [&] {
      Equation<Kernel> equation(Batch(kTag, items, order), 1, n + 2);
      EXPECT_FALSE(equation.holds(1, n + 1));
      return equation.only_forgery(1, n + 1);
    };
    const std::size_t one = 1 + signer.below(n), other = 1 + (one + signer.below(n - 1)) % n;
    for (const std::size_t at : {std::size_t{1}, n, one}) {
      const SignedId good = items[at];
      items[at].signature[32] ^= 1;  // of s: bad under any key
      EXPECT_EQ(ask(), at) << n;
      items[at] = good;
    }
    items[one].signature[32] ^= 1;
    if (other != one) {
      items[other].signature[32] ^= 1;
      EXPECT_EQ(ask(), std::nullopt) << n;
      items[other].signature[32] ^= 1;
    }
    EdgeSigner::add_order(items[one].signature);
    EXPECT_EQ(ask(), std::nullopt) << n;
  }
}

TEST(Ed25519Batch, avx2_names_the_only_forgery) {
  if (!this_processor().avx2) GTEST_SKIP() << "this processor has no AVX2";
  expect_only_forgeries_named<Avx2>();
}

TEST(Ed25519Batch, ifma_names_the_only_forgery) {
  if (!this_processor().avx512_ifma) GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  expect_only_forgeries_named<Ifma>();
}

TEST(Ed25519Batch, cuts_a_part_whose_last_group_is_most_of_it) {
  for (const std::size_t bad_at : {std::size_t{0}, std::size_t{3}, std::size_t{99}}) {
    std::vector<std::uint32_t> groups(100, 1);
    std::fill_n(groups.begin(), 3, 0);
    std::vector<bool> bad(100, false);
    bad[bad_at] = true;
    EXPECT_EQ(settle_counting(groups, bad, groups[bad_at], false).singles_elsewhere, 0U);
  }
}

}  // namespace
}  // namespace aether::crypto

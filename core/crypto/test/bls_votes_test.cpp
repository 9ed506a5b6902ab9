#include "aether/crypto/bls_votes.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdlib>

#include "bls_points.hpp"
#include "bls_support.hpp"
#include "bls_vectors.hpp"
#include "engines.hpp"

namespace aether::crypto {
namespace {

using Verdict = Result<void, BlsError>;

// Tasks in an order of its own.
class BackwardsPool final : public TaskPool {
 public:
  std::size_t width() const override { return 3; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    while (count-- > 0) task(count);
  }
};

struct Validators {
  Bytes message = Bytes(40, 3);
  std::vector<BlsPublicKey> keys;
  std::vector<BlsSignature> signatures;  // on message
  std::vector<BlsSignature> on_another;

  explicit Validators(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const BlsSecretKey secret = secret_key(i);
      keys.push_back(bls_public_key(secret));
      signatures.push_back(bls_sign(secret, message));
      on_another.push_back(bls_sign(secret, as_bytes("another")));
    }
  }
  BlsVote vote(std::uint32_t signer) const { return {signer, signatures[signer].encode()}; }
  std::vector<BlsVote> votes(std::uint32_t count) const {
    std::vector<BlsVote> out;
    for (std::uint32_t i = 0; i < count; ++i) out.push_back(vote(i));
    return out;
  }
};
const Validators& validators() {
  static const Validators made(64);
  return made;
}
const Validators& thousand() {
  static const Validators made(1000);
  return made;
}

blst_p2_affine times(blst_p2_affine point, int factor) {
  if (factor < 0) blst_fp2_cneg(&point.y, &point.y, true);
  blst_p2 sum{};
  for (int i = 0; i < std::abs(factor); ++i) blst_p2_add_or_double_affine(&sum, &sum, &point);
  return affine(sum);
}
BlsSignatureBytes plus(const BlsSignature& signature, const blst_p2_affine& error) {
  const blst_p2_affine point = BlsPoints::of(signature);
  blst_p2 sum;
  blst_p2_from_affine(&sum, &point);
  blst_p2_add_or_double_affine(&sum, &sum, &error);
  const blst_p2_affine out = affine(sum);
  BlsSignatureBytes bytes;
  blst_p2_affine_compress(bytes.data(), &out);
  return bytes;
}
blst_p2_affine point_outside() {
  const auto point = uncompress(bytes_of<96>(bls_vectors::kWrongSubgroupSignature));
  EXPECT_TRUE(point.has_value());
  return *point;
}

Verdict single(const BlsPublicKey& key, ByteView message, const BlsSignatureBytes& bytes) {
  AETHER_TRY(const BlsSignature signature, BlsSignature::decode(bytes));
  if (is_infinity(BlsPoints::of(signature))) return fail(BlsError::infinity);
  if (!bls_verify(key, message, signature)) return fail(BlsError::bad_signature);
  return {};
}

void expect_certificate(const BlsVotes& votes, const Validators& v) {
  const bool any = std::any_of(votes.signers().begin(), votes.signers().end(), [](auto byte) { return byte != 0; });
  const auto decoded = BlsSignature::decode(votes.aggregate().encode());
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, votes.aggregate());
  const auto verified = BlsSignerSums(v.keys).verify(BlsMessage(v.message), votes.signers(), votes.aggregate());
  if (any)
    EXPECT_TRUE(verified.has_value());
  else
    EXPECT_EQ(verified.error(), BlsError::no_keys);
}

// One kind of vote: good, or bad in a way that cancels with no other.
BlsSignatureBytes cast(const Validators& v, std::uint32_t signer, int kind, std::uint8_t salt) {
  switch (kind) {
    case 1: return v.on_another[signer].encode();
    case 2: return plus(v.signatures[signer], BlsPoints::of(bls_sign(secret_key(1000u + signer), v.message)));
    case 3: return plus(v.signatures[signer], point_outside());
    case 4: return {0xc0};  // infinity
    case 5: {
      auto bytes = v.signatures[signer].encode();
      bytes[1 + salt % 95] = static_cast<std::uint8_t>(bytes[1 + salt % 95] ^ (1u << (salt & 7)));
      return bytes;
    }
    case 6: {
      BlsSignatureBytes bytes;
      bytes.fill(salt);
      return bytes;
    }
    default: return v.signatures[signer].encode();
  }
}

RC_GTEST_PROP(BlsVotes, verdicts_are_those_of_single_verification, ()) {
  const Validators& v = validators();
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 33);
  const int bad_in_hundred = *rc::gen::element(0, 3, 10, 50, 100);
  std::vector<BlsVote> votes;
  std::size_t outside = 0, bad = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool is_bad = *rc::gen::inRange(0, 100) < bad_in_hundred;
    const int kind = is_bad ? *rc::gen::inRange(1, 7) : 0;
    votes.push_back({i, cast(v, i, kind, *rc::gen::arbitrary<std::uint8_t>())});
  }
  SerialPool serial;
  BackwardsPool backwards;
  BlsVotes intake(BlsMessage(v.message), v.keys);
  const auto verdicts = intake.add(votes, serial);
  std::size_t decoded = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto expected = single(v.keys[i], v.message, votes[i].signature);
    RC_ASSERT(verdicts[i] == expected);
    RC_ASSERT(has_signer(intake.signers(), i) == expected.has_value());
    bad += expected == fail(BlsError::bad_signature);
    outside += expected == fail(BlsError::wrong_subgroup);
    decoded += expected.has_value() || expected == fail(BlsError::bad_signature);
  }
  expect_certificate(intake, v);
  const std::size_t depth = static_cast<std::size_t>(std::bit_width(std::size_t{count}));
  RC_ASSERT(intake.pairings() <= (decoded != 0) + bad * (2 * depth + 2));
  RC_ASSERT(intake.pairings() <= 1 + 2 * decoded);
  RC_CLASSIFY(outside != 0, "points outside the subgroup");

  // With the pool's tasks in another order and on this processor's pairing.
  BlsVotes again(BlsMessage(v.message), v.keys, cases::this_processor());
  RC_ASSERT(again.add(votes, backwards) == verdicts);
  RC_ASSERT(again.aggregate() == intake.aggregate());
  RC_ASSERT(again.pairings() == intake.pairings());

  // In two portions: the same, but for the work.
  const auto cut = *rc::gen::inRange<std::size_t>(0, votes.size() + 1);
  BlsVotes portions(BlsMessage(v.message), v.keys);
  auto got = portions.add(std::span(votes).first(cut), serial);
  for (const auto& verdict : portions.add(std::span(votes).subspan(cut), serial)) got.push_back(verdict);
  RC_ASSERT(got == verdicts);
  RC_ASSERT(portions.signers() == intake.signers());
  RC_ASSERT(portions.aggregate() == intake.aggregate());
}

TEST(BlsVotes, thousand_with_one_percent_bad) {
  const Validators& v = thousand();
  auto votes = v.votes(1000);
  for (std::uint32_t k = 0; k < 10; ++k) votes[k * 97 + 5].signature = v.on_another[k * 97 + 5].encode();
  SerialPool pool;
  BlsVotes intake(BlsMessage(v.message), v.keys);
  const auto verdicts = intake.add(votes, pool);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const bool bad = i % 97 == 5 && i < 970;
    EXPECT_EQ(verdicts[i], bad ? Verdict(fail(BlsError::bad_signature)) : Verdict());
  }
  EXPECT_LE(intake.pairings(), 50u);
  expect_certificate(intake, v);

  BlsVotes good(BlsMessage(v.message), v.keys);
  good.add(v.votes(1000), pool);
  EXPECT_EQ(good.pairings(), 1u);
  expect_certificate(good, v);
}

// What "counted" does not say: two signers add an error and its negative. Each vote is bad alone; the sum is right,
// both are counted, and the certificate is valid. Both had to sign the message for that.
TEST(BlsVotes, errors_that_cancel_are_counted_together) {
  const Validators& v = validators();
  const blst_p2_affine error = BlsPoints::of(v.on_another[0]);
  auto votes = v.votes(20);
  votes[3].signature = plus(v.signatures[3], error);
  votes[11].signature = plus(v.signatures[11], times(error, -1));
  SerialPool pool;
  for (const std::uint32_t i : {3u, 11u})
    EXPECT_EQ(single(v.keys[i], v.message, votes[i].signature), fail(BlsError::bad_signature));

  BlsVotes intake(BlsMessage(v.message), v.keys);
  for (const auto& verdict : intake.add(votes, pool)) EXPECT_TRUE(verdict.has_value());
  EXPECT_EQ(intake.pairings(), 1u);
  expect_certificate(intake, v);
  // The certificate is the one that proper votes give.
  BlsVotes proper(BlsMessage(v.message), v.keys);
  proper.add(v.votes(20), pool);
  EXPECT_EQ(intake.aggregate(), proper.aggregate());

  // With one of the two absent the other is named.
  votes.erase(votes.begin() + 11);
  BlsVotes without(BlsMessage(v.message), v.keys, cases::this_processor());
  const auto verdicts = without.add(votes, pool);
  for (std::size_t k = 0; k < votes.size(); ++k) EXPECT_EQ(verdicts[k].has_value(), k != 3);
  expect_certificate(without, v);
}

// Two bad votes whose errors are weighed so that naming points at an honest one, for every honest one.
TEST(BlsVotes, errors_made_to_blame_another) {
  const Validators& v = validators();
  const blst_p2_affine error = BlsPoints::of(v.on_another[0]);
  SerialPool pool;
  constexpr int kA = 2, kB = 13, kCount = 16;
  for (int blamed = 0; blamed < kCount; ++blamed) {
    if (blamed == kA || blamed == kB) continue;
    auto votes = v.votes(kCount);
    votes[kA].signature = plus(v.signatures[kA], times(error, blamed - kB));
    votes[kB].signature = plus(v.signatures[kB], times(error, kA - blamed));
    BlsVotes intake(BlsMessage(v.message), v.keys, cases::this_processor());
    const auto verdicts = intake.add(votes, pool);
    for (int i = 0; i < kCount; ++i)
      EXPECT_EQ(verdicts[static_cast<std::size_t>(i)].has_value(), i != kA && i != kB) << blamed << " " << i;
    EXPECT_LE(intake.pairings(), 2u * (3 * 4 + 2));
    expect_certificate(intake, v);
  }
}

// Errors outside the subgroup that cancel: alone the sum is right. Once a sum that separates them is asked for, because
// there are bad votes too, each point is looked at. The error has order 13, so sums weighed by index see no two of them
// whose indices differ by 13.
TEST(BlsVotes, errors_outside_the_subgroup_that_cancel) {
  const Validators& v = validators();
  SerialPool pool;
  struct Case {
    std::uint32_t a, b;
    std::vector<std::uint32_t> bad;
    bool separated;
  };
  const Case cases[] = {{1, 30, {}, false},   {1, 30, {0}, true},    {1, 30, {15, 16}, true}, {10, 23, {}, false},
                        {10, 23, {5}, false}, {10, 23, {31}, false}, {10, 23, {5, 20}, true}, {10, 23, {30, 31}, true}};
  for (const Case& c : cases) {
    auto votes = v.votes(32);
    votes[c.a].signature = plus(v.signatures[c.a], point_outside());
    votes[c.b].signature = plus(v.signatures[c.b], times(point_outside(), -1));
    for (const auto i : c.bad) votes[i].signature = v.on_another[i].encode();
    BlsVotes intake(BlsMessage(v.message), v.keys);
    const auto verdicts = intake.add(votes, pool);
    for (std::uint32_t i = 0; i < 32; ++i) {
      const bool bad = std::find(c.bad.begin(), c.bad.end(), i) != c.bad.end();
      const bool outside = c.separated && (i == c.a || i == c.b);
      EXPECT_EQ(verdicts[i], bad       ? Verdict(fail(BlsError::bad_signature))
                             : outside ? Verdict(fail(BlsError::wrong_subgroup))
                                       : Verdict())
          << c.a << " " << i;
    }
    expect_certificate(intake, v);
  }
}

TEST(BlsVotes, one_vote_of_a_signer) {
  const Validators& v = validators();
  SerialPool pool;
  const BlsVote forged{5, v.on_another[5].encode()}, garbage{5, BlsSignatureBytes{}};
  const std::vector<BlsVote> votes{forged, v.vote(4), garbage, v.vote(5), v.vote(4), v.vote(5), forged};
  BlsVotes intake(BlsMessage(v.message), v.keys);
  const auto verdicts = intake.add(votes, pool);
  const std::vector<Verdict> expected{fail(BlsError::bad_signature),    {},
                                      fail(BlsError::bad_encoding),     {},
                                      fail(BlsError::duplicate_signer), fail(BlsError::duplicate_signer),
                                      fail(BlsError::duplicate_signer)};
  EXPECT_EQ(verdicts, expected);
  const auto before = intake.pairings();
  EXPECT_EQ(intake.add(std::vector{v.vote(5)}, pool)[0], fail(BlsError::duplicate_signer));
  EXPECT_EQ(intake.pairings(), before);
  EXPECT_EQ(intake.add(std::vector{BlsVote{64, v.signatures[0].encode()}}, pool)[0], fail(BlsError::unknown_signer));
  expect_certificate(intake, v);
}

// --- Sums of signers -----------------------------------------------------------------------------------------------

BlsPublicKey naive_sum(const std::vector<BlsPublicKey>& keys, ByteView bitmap) {
  blst_p1 sum{};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!has_signer(bitmap, i)) continue;
    const blst_p1_affine point = BlsPoints::of(keys[i]);
    blst_p1_add_or_double_affine(&sum, &sum, &point);
  }
  return BlsPoints::key(affine(sum));
}

RC_GTEST_PROP(BlsSignerSums, equal_the_sums_made_one_by_one, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 65);
  const std::vector keys(validators().keys.begin(), validators().keys.begin() + static_cast<std::ptrdiff_t>(count));
  BlsSignerSums sums(keys, *rc::gen::inRange<std::size_t>(0, 4));
  Bytes bitmap((count + 7) / 8), before;
  for (int round = 0; round < 12; ++round) {
    if (*rc::gen::inRange(0, 3) == 0) {
      for (std::size_t i = 0; i < count; ++i)
        if (*rc::gen::arbitrary<bool>()) bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] ^ (1u << i % 8));
    } else {
      const auto i = *rc::gen::inRange<std::size_t>(0, count);
      bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] ^ (1u << i % 8));
    }
    std::size_t present = 0;
    for (std::size_t i = 0; i < count; ++i) present += has_signer(bitmap, i);
    const auto additions = sums.additions();
    const auto sum = sums.sum(bitmap);
    RC_ASSERT(sums.additions() - additions <= std::min(present, count - present));
    if (present == 0) {
      RC_ASSERT(sum.error() == BlsError::no_keys);
    } else {
      RC_ASSERT(*sum == naive_sum(keys, bitmap));
    }
  }
}

TEST(BlsSignerSums, near_sums_cost_their_difference) {
  const Validators& v = thousand();
  BlsSignerSums sums(v.keys);
  Bytes bitmap(125);
  for (std::size_t i = 0; i < 1000; ++i)
    if (i % 3 != 0) set_signer(bitmap, i);
  const auto first = sums.sum(bitmap);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, naive_sum(v.keys, bitmap));
  EXPECT_EQ(sums.additions(), 334u);  // all but the absent ones
  EXPECT_TRUE(sums.sum(bitmap) == first);
  EXPECT_EQ(sums.additions(), 334u);
  set_signer(bitmap, 0);
  EXPECT_EQ(*sums.sum(bitmap), naive_sum(v.keys, bitmap));
  EXPECT_EQ(sums.additions(), 335u);
}

TEST(BlsSignerSums, holds_the_last_sums) {
  const Validators& v = validators();
  BlsSignerSums sums(v.keys, 2);
  const auto half = [](std::size_t from) {
    Bytes bitmap(8);
    for (std::size_t i = from; i < from + 32; ++i) set_signer(bitmap, i);
    return bitmap;
  };
  const auto cost = [&](const Bytes& bitmap) {
    const auto before = sums.additions();
    EXPECT_EQ(*sums.sum(bitmap), naive_sum(v.keys, bitmap));
    return sums.additions() - before;
  };
  EXPECT_EQ(cost(half(0)), 32u);
  EXPECT_EQ(cost(half(16)), 32u);
  EXPECT_EQ(cost(half(0)), 0u);    // and is now the last used
  EXPECT_EQ(cost(half(32)), 32u);  // in the place of half(16)
  EXPECT_EQ(cost(half(0)), 0u);
  EXPECT_EQ(cost(half(16)), 32u);
}

TEST(BlsSignerSums, refusals) {
  const Validators& v = validators();
  const std::vector keys(v.keys.begin(), v.keys.begin() + 10);
  BlsSignerSums sums(keys);
  EXPECT_EQ(sums.sum(Bytes{}).error(), BlsError::bad_bitmap);
  EXPECT_EQ(sums.sum(Bytes(1, 1)).error(), BlsError::bad_bitmap);
  EXPECT_EQ(sums.sum(Bytes(3, 1)).error(), BlsError::bad_bitmap);
  EXPECT_EQ(sums.sum(Bytes{1, 4}).error(), BlsError::bad_bitmap);  // bit 10
  EXPECT_EQ(sums.sum(Bytes{0, 0}).error(), BlsError::no_keys);
  EXPECT_TRUE(sums.sum(Bytes{0xff, 3}).has_value());
  EXPECT_EQ(BlsSignerSums({}).sum(Bytes{}).error(), BlsError::no_keys);

  const BlsMessage message(v.message);
  const auto aggregate = bls_aggregate(std::span(v.signatures).first(3));
  for (const CpuFeatures& cpu : cases::pairing_processors()) {
    EXPECT_TRUE(sums.verify(message, Bytes{7, 0}, *aggregate, cpu).has_value());
    EXPECT_EQ(sums.verify(message, Bytes{15, 0}, *aggregate, cpu).error(), BlsError::bad_signature);
  }
  EXPECT_EQ(sums.verify(message, Bytes{3, 0}, *aggregate).error(), BlsError::bad_signature);
  EXPECT_EQ(sums.verify(BlsMessage(as_bytes("another")), Bytes{7, 0}, *aggregate).error(), BlsError::bad_signature);

  // A key and its negative.
  auto bytes = keys[0].encode();
  bytes[0] ^= 0x20;
  BlsSignerSums cancelling({keys[0], *BlsPublicKey::decode(bytes), keys[1]});
  EXPECT_EQ(cancelling.sum(Bytes{3}).error(), BlsError::infinity);
  EXPECT_EQ(*cancelling.sum(Bytes{7}), keys[1]);
}

// --- Different messages --------------------------------------------------------------------------------------------

RC_GTEST_PROP(BlsStatements, hold_together_if_each_holds_alone, ()) {
  const Validators& v = validators();
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 5);
  const bool may_be_bad = *rc::gen::arbitrary<bool>();
  std::vector<BlsStatement> statements;
  bool all_hold = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Bytes message(5, *rc::gen::inRange<std::uint8_t>(0, 3));
    BlsSignature signature = bls_sign(secret_key(i), BlsMessage(message));
    RC_ASSERT(signature == bls_sign(secret_key(i), message));
    if (may_be_bad && *rc::gen::inRange(0, 3) == 0)
      signature = *rc::gen::element(v.signatures[i], v.on_another[i], *BlsSignature::decode({0xc0}));
    statements.push_back({v.keys[i], BlsMessage(message), signature});
    all_hold = bls_verify(v.keys[i], message, signature) && all_hold;
  }
  RC_ASSERT(bls_verify_all(statements) == all_hold);
  RC_ASSERT(bls_verify_all(statements, cases::this_processor()) == all_hold);
}

TEST(BlsStatements, errors_do_not_cancel) {
  const Validators& v = validators();
  const blst_p2_affine error = BlsPoints::of(v.on_another[0]);
  std::vector<BlsStatement> statements;
  for (std::size_t i = 0; i < 3; ++i) statements.push_back({v.keys[i], BlsMessage(v.message), v.signatures[i]});
  ASSERT_TRUE(bls_verify_all(statements));
  for (const auto& [a, b] : {std::pair(0, 1), std::pair(1, 2), std::pair(0, 2)}) {
    auto changed = statements;
    changed[static_cast<std::size_t>(a)].signature =
        *BlsSignature::decode(plus(v.signatures[static_cast<std::size_t>(a)], error));
    changed[static_cast<std::size_t>(b)].signature =
        *BlsSignature::decode(plus(v.signatures[static_cast<std::size_t>(b)], times(error, -1)));
    EXPECT_FALSE(bls_verify_all(changed));
    EXPECT_FALSE(bls_verify_all(changed, cases::this_processor()));
  }
}

// Two signatures in each other's place have the right sum.
TEST(BlsStatements, are_each_of_its_own_message) {
  const Validators& v = validators();
  const BlsMessage one(v.message), other(as_bytes("another"));
  const BlsStatement right[] = {{v.keys[0], one, v.signatures[0]}, {v.keys[0], other, v.on_another[0]}};
  const BlsStatement swapped[] = {{v.keys[0], one, v.on_another[0]}, {v.keys[0], other, v.signatures[0]}};
  EXPECT_TRUE(bls_verify_all(right));
  EXPECT_FALSE(bls_verify_all(swapped));
}

RC_GTEST_PROP(BlsMany, verdicts_are_those_of_single_verification, ()) {
  const Validators& v = validators();
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 24);
  const int bad_in_hundred = *rc::gen::element(0, 10, 50);
  const std::uint8_t messages_max = *rc::gen::element<std::uint8_t>(1, 3, 100);
  std::vector<Bytes> messages;
  std::vector<BlsSigned> items;
  messages.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    messages.emplace_back(5, *rc::gen::inRange<std::uint8_t>(0, messages_max));
    BlsSignature signature = bls_sign(secret_key(i), messages.back());
    if (*rc::gen::inRange(0, 100) < bad_in_hundred)
      signature = *rc::gen::element(v.signatures[i], v.on_another[i], *BlsSignature::decode({0xc0}));
    items.push_back({v.keys[i], messages.back(), signature});
  }
  SerialPool serial;
  BackwardsPool backwards;
  const auto verdicts = bls_verify_many(items, serial);
  RC_ASSERT(verdicts.size() == items.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    RC_ASSERT(verdicts[i] == bls_verify(items[i].key, items[i].message, items[i].signature));
  RC_ASSERT(bls_verify_many(items, backwards, cases::this_processor()) == verdicts);
}

TEST(BlsMany, errors_do_not_cancel) {
  const Validators& v = validators();
  const blst_p2_affine error = BlsPoints::of(v.on_another[0]);
  std::vector<BlsSigned> items;
  for (std::size_t i = 0; i < 8; ++i) items.push_back({v.keys[i], v.message, v.signatures[i]});
  items[2].signature = *BlsSignature::decode(plus(v.signatures[2], error));
  items[6].signature = *BlsSignature::decode(plus(v.signatures[6], times(error, -1)));
  SerialPool pool;
  const auto verdicts = bls_verify_many(items, pool);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(verdicts[i], i != 2 && i != 6);
}

}  // namespace
}  // namespace aether::crypto

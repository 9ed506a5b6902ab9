#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/sha256.hpp"
#include "ecvrf.hpp"
#include "engines.hpp"
#include "sha512.hpp"

namespace aether::crypto {
namespace {

using Point = aether_native_point;
using Raw = std::array<std::uint8_t, 32>;

Encoded encode(const Point& point) {
  Encoded out;
  aether_native_edwards_compress(&point, 1, out.data());
  return out;
}
Point decode(const Encoded& bytes) {
  Point out;
  EXPECT_TRUE(aether_native_edwards_decompress(bytes.data(), &out));
  return out;
}
Point sum(const Point& a, const Point& b) {
  Point out;
  aether_native_edwards_add(&a, &b, &out);
  return out;
}
Point multiple(const Scalar& scalar, const Point& point) {
  Point out;
  aether_native_edwards_mul(scalar.data(), &point, &out);
  return out;
}
Scalar multiply_add(const Scalar& a, const Scalar& b, const Scalar& c) {
  Scalar out;
  aether_native_scalar_mul_add(a.data(), b.data(), c.data(), out.data());
  return out;
}
Scalar reduced(const Wide& wide) {
  Scalar out;
  aether_native_scalar_reduce_wide(wide.data(), out.data());
  return out;
}

// n·T for a point T of order 8.
Point torsion(unsigned n) {
  const auto bytes = hash_from_hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  return multiple(Scalar{static_cast<std::uint8_t>(n & 7)}, decode(bytes->bytes));
}

// What stands in place of what an honest prover sends.
struct Twist {
  unsigned y = 0, gamma = 0, u = 0, v = 0;  // multiples of T added to the points themselves
  unsigned hint_torsion = 0;                // added to the eighths
  bool invented = false;                    // U and V of no nonce, hashed as they are
  std::uint8_t nonce = 0;
};

// The prover of RFC 9381 with these twists. Owns what the item points to.
struct Made {
  VrfKey key;
  Bytes alpha;
  VrfProof proof{};
  VrfHint hint;

  VrfItem item() const { return {&key, alpha, proof, hint}; }
  auto verdict() const { return vrf_verify(key, alpha, proof); }
};

Made make(std::uint8_t who, const Bytes& alpha, const Twist& twist = {}) {
  const Scalar x = reduced(sha512({Bytes{who}})), k = reduced(sha512({Bytes{who, 1, twist.nonce}, alpha}));
  Point base;
  aether_native_edwards_mul_base(Scalar{1}.data(), &base);
  const auto key = VrfKey::from_bytes(encode(sum(multiple(x, base), torsion(twist.y))));
  EXPECT_TRUE(key);
  Point h;
  EXPECT_TRUE(ecvrf::encode_to_curve(key->bytes(), alpha, VrfSuite::ell2, h));
  const Scalar odd = twist.invented ? reduced(sha512({Bytes{who, 2}})) : k;
  const Encoded gamma = encode(sum(multiple(x, h), torsion(twist.gamma)));
  const Encoded u = encode(sum(multiple(k, base), torsion(twist.u)));
  const Encoded v = encode(sum(multiple(odd, h), torsion(twist.v)));
  const Challenge c = ecvrf::challenge(VrfSuite::ell2, key->bytes(), encode(h), gamma, u, v);
  const Scalar s = multiply_add(ecvrf::as_scalar(c), x, k);
  Made out{*key, alpha, {}, {}};
  std::copy(gamma.begin(), gamma.end(), out.proof.begin());
  std::copy(c.begin(), c.end(), out.proof.begin() + 32);
  std::copy(s.begin(), s.end(), out.proof.begin() + 48);
  const auto eighth = [&](const Scalar& scalar, const Point& point) {
    return encode(sum(multiple(multiply_add(scalar, ecvrf::kEighth, {}), point), torsion(twist.hint_torsion)));
  };
  out.hint = {eighth(x, h), eighth(k, base), eighth(odd, h)};
  return out;
}

std::vector<CpuFeatures> processors() {
  std::vector<CpuFeatures> out{{}};
  if (cases::this_processor().avx2) out.push_back({.avx2 = true});
  if (cases::this_processor().avx512_ifma) out.push_back({.avx2 = true, .avx512_ifma = true});
  return out;
}

// The verdicts of the batch, which must be the single verifier's, on every kind of processor.
std::vector<bool> agreed(std::span<const VrfItem> items) {
  SerialPool pool;
  std::vector<Result<VrfOutput, VrfError>> expected;
  std::vector<bool> accepted;
  for (const VrfItem& item : items) {
    expected.push_back(vrf_verify(*item.key, item.alpha, item.proof));
    accepted.push_back(expected.back().has_value());
  }
  for (const CpuFeatures& cpu : processors()) EXPECT_EQ(vrf_verify_batch(items, cpu, pool), expected);
  return accepted;
}

std::vector<Made> honest(std::size_t n) {
  std::vector<Made> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(make(static_cast<std::uint8_t>(i), Bytes{static_cast<std::uint8_t>(i)}));
  return out;
}
std::vector<VrfItem> items_of(const std::vector<Made>& made) {
  std::vector<VrfItem> out;
  for (const Made& m : made) out.push_back(m.item());
  return out;
}

TEST(VrfBatch, none_is_no_results) { EXPECT_TRUE(agreed({}).empty()); }

TEST(VrfBatch, the_prover_of_the_test_is_the_prover_with_its_hint) {
  const Seed seed{Raw{7}};
  VrfHint hint;
  const VrfProof proof = vrf_prove(seed, Bytes{1}, VrfSuite::ell2, &hint);
  const auto [gamma, c, s] = ecvrf::split(proof);
  Point cleared = decode(hint.gamma);
  aether_native_edwards_mul_by_cofactor(&cleared, &cleared);
  EXPECT_EQ(encode(cleared), gamma);
  const auto key = VrfKey::from_bytes(vrf_public_key(seed));
  const VrfItem items[] = {{&*key, ByteView{}, proof, hint}, {&*key, ByteView{}, proof, std::nullopt}};
  EXPECT_EQ(agreed(items), (std::vector{false, false}));
  EXPECT_TRUE(make(1, {}).verdict());
}

TEST(VrfBatch, honest_proofs_pass_with_and_without_hints_and_in_several_chunks) {
  const auto made = honest(150);
  auto items = items_of(made);
  for (std::size_t i = 0; i < items.size(); i += 7) items[i].hint.reset();
  EXPECT_EQ(agreed(items), std::vector<bool>(items.size(), true));
  struct Wide final : TaskPool {
    std::size_t width() const override { return 2; }
    void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
      for (std::size_t i = count; i-- > 0;) task(i);
    }
  } pool;
  SerialPool serial;
  for (const CpuFeatures& cpu : processors())
    EXPECT_EQ(vrf_verify_batch(items, cpu, pool), vrf_verify_batch(items, cpu, serial));
}

TEST(VrfBatch, wrong_hints_cost_no_verdict) {
  const auto made = honest(8);
  for (auto field : {&VrfHint::gamma, &VrfHint::u, &VrfHint::v}) {
    auto items = items_of(made);
    (*items[2].hint).*field = encode(torsion(3));
    (*items[3].hint).*field = (*items[4].hint).*field;
    (*items[5].hint).*field = Encoded{2};  // no point
    EXPECT_EQ(agreed(items), std::vector<bool>(8, true));
  }
}

TEST(VrfBatch, torsion_on_the_eighths_themselves_is_harmless) {
  auto made = honest(4);
  for (unsigned t = 0; t < 8; ++t) made.push_back(make(9, {}, {.hint_torsion = t}));
  EXPECT_EQ(agreed(items_of(made)), std::vector<bool>(made.size(), true));
}

TEST(VrfBatch, equations_that_do_not_hold_are_found_anywhere) {
  for (std::size_t at = 0; at < 9; ++at) {
    auto made = honest(9);
    made[at] = make(99, {1}, {.invented = true});
    made[(at * at + 1) % 9] = make(98, {2}, {.invented = true});
    std::vector<bool> expected(9, true);
    expected[at] = expected[(at * at + 1) % 9] = false;
    EXPECT_EQ(agreed(items_of(made)), expected);
  }
}

// A prover who puts points of order 2, 4, 8 into U, V, Γ or Y makes some proofs that RFC 9381 accepts (where c takes
// the torsion away) and others that it refuses; a batch up to torsion would accept all.
TEST(VrfBatch, torsion_anywhere_gives_the_single_verdict) {
  unsigned accepted[4]{}, refused[4]{};
  for (unsigned where = 0; where < 4; ++where) {
    std::vector<Made> made = honest(3);
    for (std::uint8_t nonce = 0; nonce < 24; ++nonce) {
      Twist twist;
      twist.nonce = nonce;
      (where == 0 ? twist.u : where == 1 ? twist.v : where == 2 ? twist.gamma : twist.y) = nonce % 7 + 1U;
      made.push_back(make(50, {3}, twist));
    }
    for (const bool is_accepted : agreed(items_of(made))) ++(is_accepted ? accepted : refused)[where];
    EXPECT_GE(refused[where], 10U) << where;
  }
  EXPECT_EQ(accepted[0], 3U);  // the honest ones
  EXPECT_EQ(accepted[1], 3U);
  EXPECT_GT(accepted[2], 3U);
  EXPECT_GT(accepted[3], 3U);
}

TEST(VrfBatch, two_torsions_that_cancel_in_a_sum_are_both_refused) {
  std::vector<Made> made = honest(2);
  for (const std::uint8_t nonce : {std::uint8_t{1}, std::uint8_t{2}})
    made.push_back(make(60, {3}, {.u = 4, .nonce = nonce}));
  EXPECT_EQ(agreed(items_of(made)), (std::vector{true, true, false, false}));
}

RC_GTEST_PROP(VrfBatch, random_mixes_agree_with_single_verdicts, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 14);
  std::vector<Made> made;
  for (std::size_t i = 0; i < n; ++i) {
    const auto small = [] { return *rc::gen::weightedElement<unsigned>({{6, 0U}, {1, 1U}, {1, 2U}, {1, 4U}}); };
    Twist twist{small(),
                small(),
                small(),
                small(),
                small(),
                *rc::gen::weightedElement<bool>({{4, false}, {1, true}}),
                *rc::gen::arbitrary<std::uint8_t>()};
    made.push_back(make(*rc::gen::inRange<std::uint8_t>(0, 4),
                        *rc::gen::container<Bytes>(2, rc::gen::arbitrary<std::uint8_t>()), twist));
    switch (*rc::gen::inRange(0, 6)) {
      case 0: made.back().proof[*rc::gen::inRange<std::size_t>(0, 80)] ^= 1; break;
      case 1: made.back().alpha.push_back(0); break;
      case 2: made.back().hint.v[*rc::gen::inRange<std::size_t>(0, 32)] ^= 1; break;
      default: break;
    }
  }
  agreed(items_of(made));
}

}  // namespace
}  // namespace aether::crypto

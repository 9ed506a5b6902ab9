#include "vrf_avx2.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "engines.hpp"
#include "msm.hpp"
#include "sha512_four.hpp"
#include "vrf_equation.hpp"

namespace aether::crypto {
namespace {

using namespace avx2;

class VrfAvx2 : public testing::Test {
  void SetUp() override {
    if (!cases::this_processor().avx2) GTEST_SKIP() << "this processor has no AVX2";
  }
};

struct Mapped {
  std::string_view u, point;
};

// 8·map_to_curve(u) by the plain formulas of RFC 9380, section 6.7.1 and appendix D.1, in Python: small numbers, fourth
// roots of one, numbers at and above p, appendix J.5.2's first, powers of 7.
constexpr Mapped kMapped[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000",
     "0100000000000000000000000000000000000000000000000000000000000000"},
    {"0100000000000000000000000000000000000000000000000000000000000000",
     "7c317e7a16c0ffe160a9d82197b462a0ee52f0dedc8d064350196b16f2677fd9"},
    {"0200000000000000000000000000000000000000000000000000000000000000",
     "daf772089ebee374475ef92a03e3ae5c25f5977bf6cace54798cfb6ee9b018ec"},
    {"0300000000000000000000000000000000000000000000000000000000000000",
     "4e903d1db921ebda67de989bb85ce162ca3b9b7abaa42cbcfa56167c98f1b08a"},
    {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "7c317e7a16c0ffe160a9d82197b462a0ee52f0dedc8d064350196b16f2677fd9"},
    {"ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "daf772089ebee374475ef92a03e3ae5c25f5977bf6cace54798cfb6ee9b018ec"},
    {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "0100000000000000000000000000000000000000000000000000000000000000"},
    {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "a154a939b79807aa59969afafe4e544a11a06eb2142b9adb249caec9c9825076"},
    {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "a154a939b79807aa59969afafe4e544a11a06eb2142b9adb249caec9c9825076"},
    {"b0a00e4a271beec478e42fad0618432fa7d7fb3d99004d2b0bdfc14f8024832b",
     "974dcf51b8f83b46f18c78ee42199209a99765eee2c563b39736b2d617275bf5"},
    {"3d5ff1b5d8e4113b871bd052f9e7bcd0582804c266ffb2d4f4203eb07fdb7c54",
     "974dcf51b8f83b46f18c78ee42199209a99765eee2c563b39736b2d617275bf5"},
    {"066d070000000000000000000000000000000000000000000000000000000000",
     "6ee6c8bdacbea4993ca9afafc1b8aac6b62bd951815ded6c677ba833aa14def2"},
    {"e792f8ffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "6ee6c8bdacbea4993ca9afafc1b8aac6b62bd951815ded6c677ba833aa14def2"},
    {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff3f",
     "5dbc15dae6d4d5f262170be57cc0200efb5eba6fa452e7ba295569ca788137a7"},
    {"1d64304a37f0a0f793504c897d427b5d5032dff932db527fad038142b97f3e7f",
     "9b0f7f682dabce2190b14e21a175f39eb6a6b29fff2a9f5e72d5a4044d312e22"},
    {"0c4f40e639c4a7429182ee06ec52e72e09c2b9fe88884608a7c0f1eb893d2141",
     "ce06f22247456fe3676ef84ac7d2fee26249d669ece67e93ffa74739d0b7018b"},
    {"14234f12158f1cc2cdfda6532ddf46fac1238ec138228095f8df452966c75c77",
     "f682c6719cbdf32b8e84cf831a9d81abcfad9d728d4e629430987fb2c8046dc6"},
    {"34818c0965b0f5e082cf60f8ce18e6421694cd5a2bbc460f1f3973aa1f04276c",
     "ac014561410e550b00d88d08daa417f7993a9ffcbe626c23446d5697ff9f767b"},
    {"e8c1e604b03e79755ea116a149fd89d3db64fb51a4ac290ff1b63077c23ff802",
     "a2c09477e83a5c42d3e4be490b67148e210648e7af39e22dc7974f27a4d0b26c"},
    {"27dcf0c3ef40eae27f3528f26dc2a1d72ec0b5483695e0da4e648d6f12662926",
     "0cf62991e6e489720a12b71f376fe6fd0dc068e7d91520fcf1d03cda792c0a66"},
    {"1126ad76d4325fdc6db256c147a62f21eeb5ae1146238d507a0de4cff7eda716",
     "44d37d25ec37dbe8507135737665bd043aa46ec14331f071ac69c3e0f6df24bd"},
    {"4ed81bcf7e68f6bd4e71eb89d0681b7a1a3eb498e944d1004c312389cdf7d327",
     "e8a1e42144887486240b7fee39787d4d45d771eeeb80de89d9dc3f003f38c4f7"},
    {"4cb181a286b3c47f9f2b2150c67c036ddd7a08ac34ec1e4004209f6e3e85a46c",
     "ce4d8dd06274a12b4c081f6831934209c93c89cadd01838ccc31efad808fcaf3"},
    {"f179a26a32bdff4f92608f11003f276b666dab79ae9b1d880601f25d62c33a1a",
     "39668b66d9cd6705f1bb911143a26787e4ecd2a2012b2bd0a4c76c76080102d2"},
    {"a291f33ec1bd597b41d8ee15313381b2087e43951ac8cf48c094547b91a94a4d",
     "5a7146517cf41cfb29d26561b8d4426ed5268688fd0e9d61810dd3a715707cc9"},
    {"3bae58f81c10be997947d44ab40095e5fcef22587b6d519e4252316ffc9c601c",
     "3516d110f85fb62cc81b4babdd93daf4163d48bd333794e75b80177c2721e5ba"},
    {"3cb47cf197ddf7ada8b7955204e7c47903b7667370255eca74d3988da149281a",
     "3ccb70d61dc09370c85a8caf7b816201c222792639cd5c22c5ba8e1bbf83b2a8"},
    {"a40eb9ffd108f893a57a2fd5776ec3dc26cf558a50259e9583a9d2036684ff28",
     "ccfd8e5879b137f60e82391953b289dd7784dae15c2d6af8477e392edbfa2dba"},
    {"c30c09b3b6c3faac1335da0d6e624ec795babd241a97fd6e38e774f19eab0f2c",
     "7c89f6a6288e707b3921f06891b9db3bb9739a3f1e528af122a0b10538537f23"},
    {"43947e92adcbb21db0607c25e9046786189521ad0fd98ce6ca1b6535a8eee45d",
     "124a664a8dc5cf152d5e20d2d292261f4fbaaaf376fa0a1804bb311b6224c46b"},
    {"92026e8d7911ada51dc90e3534e42c670e2f3f1a0aa851885c9b767c21a92d37",
     "af59cb8d0016f3b743290a17d18c04bd63857c43d8193ae956f9d710129d1d8c"},
};

Encoding encoding_of(std::string_view hex) {
  const auto bytes = hash_from_hex(hex);
  EXPECT_TRUE(bytes) << hex;
  return bytes->bytes;
}
Encoding encoding_of(const aether_native_point& point) {
  Encoding out;
  aether_native_edwards_compress(&point, 1, out.data());
  return out;
}

TEST_F(VrfAvx2, elligator_is_the_plain_formula) {
  std::vector<Encoding> u, expected;
  for (const Mapped& m : kMapped) {
    u.push_back(encoding_of(m.u));
    expected.push_back(encoding_of(m.point));
  }
  while (u.size() % 8 != 0) u.push_back(u[1]), expected.push_back(expected[1]);
  std::vector<FourPoints> points(u.size() / 4);
  for (std::size_t i = 0; i < u.size(); i += 8)
    map_to_curve_avx2(std::span<const Encoding, 8>(&u[i], 8), std::span<FourPoints, 2>(&points[i / 4], 2));
  std::vector<Encoding> encodings(u.size());
  encode_avx2(points, encodings, {});
  for (std::size_t i = 0; i < u.size(); ++i) EXPECT_EQ(encodings[i], expected[i]) << i;
}

TEST_F(VrfAvx2, multiples_of_8_and_encodings_are_dalek_s_on_points_of_every_order) {
  // i·B + j·T, T of order 8.
  std::vector<aether_native_point> points(64);
  aether_native_point torsion;
  ASSERT_TRUE(aether_native_edwards_decompress(
      encoding_of("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a").data(), &torsion));
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Scalar scalar{static_cast<std::uint8_t>(i / 8)};
    aether_native_edwards_mul_base(scalar.data(), &points[i]);
    for (std::size_t j = 0; j < i % 8; ++j) aether_native_edwards_add(&points[i], &torsion, &points[i]);
  }
  std::vector<Encoding> from;
  for (const auto& point : points) from.push_back(encoding_of(point));
  std::vector<AffinePoint> affine(from.size());
  std::vector<std::uint8_t> valid(from.size());
  decompress_avx2(from, affine, valid);
  std::vector<FourPoints> fours;
  for (std::size_t i = 0; i < from.size(); i += 4)
    fours.push_back(times_eight_avx2(std::span<const AffinePoint, 4>(&affine[i], 4)));
  for (std::size_t i = 0; i < from.size() / 4; ++i) fours.push_back(times_eight_avx2(fours[i]));
  std::vector<Encoding> encodings(2 * from.size());
  std::vector<AffinePoint> again(from.size());
  encode_avx2(fours, encodings, again);
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto point = points[i];
    aether_native_edwards_mul_by_cofactor(&point, &point);
    EXPECT_EQ(encodings[i], encoding_of(point)) << i;
    // The affine form is that of the same point, also when it goes to the other kernel's form and back.
    constexpr Integer256 kOnce{1, 0, 0, 0};
    const ifma::AffinePoint joined = ifma::joined(again[i]);
    for (const AffinePoint& form : {again[i], ifma::split(joined)})
      EXPECT_EQ(compress_avx2(msm<Avx2>(std::array{MsmTerms<Avx2>{{&form, 1}, {&kOnce, 1}, 254}})), encodings[i]) << i;
    if (cases::this_processor().avx512_ifma) {
      EXPECT_EQ(compress_avx2(msm<Ifma>(std::array{MsmTerms<Ifma>{{&joined, 1}, {&kOnce, 1}, 254}})), encodings[i]);
    }
    aether_native_edwards_mul_by_cofactor(&point, &point);
    EXPECT_EQ(encodings[64 + i], encoding_of(point)) << i;
  }
}

TEST_F(VrfAvx2, four_messages_hash_as_one_by_one) {
  Sha512Four hash;
  for (const std::array<std::size_t, 4> sizes : {std::array<std::size_t, 4>{0, 0, 0, 0},
                                                 {111, 110, 0, 64},
                                                 {111, 112, 1, 2},
                                                 {112, 128, 200, 239},
                                                 {240, 256, 300, 256 + 111}}) {
    std::array<Bytes, 4> messages;
    for (std::size_t l = 0; l < 4; ++l) {
      messages[l].assign(sizes[l], static_cast<std::uint8_t>(l + sizes[l]));
      hash.add(l, ByteView(messages[l]).first(sizes[l] / 2));
      hash.add(l, ByteView(messages[l]).subspan(sizes[l] / 2));
    }
    const auto digests = hash.finish();
    for (std::size_t l = 0; l < 4; ++l) EXPECT_EQ(digests[l], sha512({messages[l]})) << sizes[l];
  }
}

// Without this, kernels that are wrong would only make batches slow: what does not pass is settled alone.
RC_GTEST_PROP(VrfEquation, honest_items_are_members_of_every_equation_and_these_hold, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 20);
  const auto length = *rc::gen::element<std::size_t>(0, 1, 20, 32, 64, 300);
  std::vector<VrfKey> keys;
  std::vector<Bytes> alphas;
  std::vector<VrfItem> items;
  for (std::size_t i = 0; i < n; ++i) {
    const Seed seed{*rc::gen::arbitrary<std::array<std::uint8_t, 32>>()};
    keys.push_back(*VrfKey::from_bytes(vrf_public_key(seed)));
    alphas.push_back(*rc::gen::container<Bytes>(length + i % 3 / 2, rc::gen::arbitrary<std::uint8_t>()));
    VrfHint hint;
    const VrfProof proof = vrf_prove(seed, alphas.back(), VrfSuite::ell2, &hint);
    items.push_back({nullptr, {}, proof, hint});
  }
  for (std::size_t i = 0; i < n; ++i) items[i].key = &keys[i], items[i].alpha = alphas[i];
  const auto check = [&]<class Equation>() {
    std::vector<Result<VrfOutput, VrfError>> results(n, fail(VrfError::wrong_proof));
    const Equation equation(items, results);
    RC_ASSERT(equation.members().size() == n);
    RC_ASSERT(equation.holds(0, n));
    for (std::size_t i = 0; i < n; ++i) {
      RC_ASSERT(equation.holds(i, i + 1));
      RC_ASSERT(*results[i] == *vrf_verify(keys[i], alphas[i], items[i].proof));
    }
    // Any other s breaks the equation and nothing before it.
    auto other = items;
    other[n / 2].proof[48] ^= 1;
    const Equation broken(other, results);
    RC_ASSERT(broken.members().size() == n);
    for (std::size_t i = 0; i < n; ++i) RC_ASSERT(broken.holds(i, i + 1) == (i != n / 2));
    RC_ASSERT(!broken.holds(0, n));
  };
  check.template operator()<VrfEquation>();
  if (cases::this_processor().avx2) check.template operator()<VrfEquationOn<Avx2>>();
  if (cases::this_processor().avx512_ifma) check.template operator()<VrfEquationOn<Ifma>>();
}

}  // namespace
}  // namespace aether::crypto

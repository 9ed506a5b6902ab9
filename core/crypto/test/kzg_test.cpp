// Proving and verifying: against c-kzg, the official suite, and malformed input. The setup's parser:
// kzg_setup_test.cpp.
#include <cstdlib>

#include "kzg_support.hpp"
#include "kzg_vectors.hpp"

namespace aether::crypto {
namespace {

std::size_t repetitions() {
  return std::getenv("AETHER_LONG") != nullptr ? 60 : std::getenv("AETHER_QUICK") != nullptr ? 1 : 3;
}

std::vector<Bytes> edge_blobs() {
  const auto only = [](std::size_t at, const KzgScalar& value) {
    return blob_of([&](std::size_t i) { return i == at ? value : scalar(0); });
  };
  return {constant_blob(scalar(0)), constant_blob(scalar(2)), constant_blob(kRMinusOne),
          only(0, scalar(1)),       only(4095, kRMinusOne),   blob_of([](std::size_t i) { return blob_point(i); })};
}

TEST(Kzg, commits_and_opens_as_c_kzg_does) {
  auto blobs = edge_blobs();
  for (std::uint64_t seed = 0; seed < repetitions(); ++seed) blobs.push_back(random_blob(seed));
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    const auto commitment = kzg_commit(blobs[i], settings());
    ASSERT_TRUE(commitment.has_value());
    EXPECT_EQ(*commitment, reference_commit(blobs[i]));
    const std::size_t at = 97 * i % kKzgPoints;
    for (const KzgScalar& z : {random_scalar(1000 + i), blob_point(at)}) {
      const auto opening = kzg_open(blobs[i], z, settings());
      ASSERT_TRUE(opening.has_value());
      EXPECT_EQ(*opening, reference_open(blobs[i], z));
      EXPECT_EQ(verdict({*commitment, z, opening->y, opening->proof}), true);
      if (z == blob_point(at)) {
        EXPECT_EQ(opening->y, blob_scalar(blobs[i], at));
      }
    }
  }
}

TEST(Kzg, opens_at_zero_one_and_the_last_scalar) {
  const Bytes blob = random_blob(7);
  const KzgCommitment commitment = reference_commit(blob);
  for (const KzgScalar& z : {scalar(0), scalar(1), kRMinusOne}) {  // 1 and r − 1 are roots of unity
    const auto opening = kzg_open(blob, z, settings());
    ASSERT_TRUE(opening.has_value());
    EXPECT_EQ(*opening, reference_open(blob, z));
    EXPECT_EQ(verdict({commitment, z, opening->y, opening->proof}), true);
  }
}

// As wide as it says, last task first.
class BackwardPool final : public TaskPool {
 public:
  explicit BackwardPool(std::size_t width) : width_(width) {}
  std::size_t width() const override { return width_; }
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    while (count > 0) task(--count);
  }

 private:
  std::size_t width_;
};

TEST(Kzg, the_pool_does_not_show) {
  const Bytes blob = random_blob(8);
  const KzgScalar z = random_scalar(8);
  const auto commitment = kzg_commit(blob, settings());
  const auto opening = kzg_open(blob, z, settings());
  for (const std::size_t width : {2, 7}) {
    BackwardPool pool(width);
    EXPECT_EQ(*kzg_commit(blob, settings(), pool), *commitment);
    EXPECT_EQ(*kzg_open(blob, z, settings(), pool), *opening);
  }
}

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> sized(std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != N) return std::nullopt;
  std::array<std::uint8_t, N> out;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

TEST(Kzg, the_official_suite) {
  using kzg_vectors::Verdict;
  for (const auto& each : kzg_vectors::kCases) {
    const auto commitment = sized<48>(each.commitment), proof = sized<48>(each.proof);
    const auto z = sized<32>(each.z), y = sized<32>(each.y);
    std::optional<bool> got;
    if (commitment && z && y && proof) got = verdict({*commitment, *z, *y, *proof});
    EXPECT_EQ(got, each.verdict == Verdict::refused ? std::nullopt : std::optional(each.verdict == Verdict::holds))
        << each.name;
  }
}

KzgCommitment x_only(std::uint8_t x) {
  KzgCommitment out{};
  out[0] = 0x80;
  out[47] = x;
  return out;
}

TEST(Kzg, each_malformed_part_has_its_own_error) {
  const Bytes blob = random_blob(9);
  const KzgClaim good = claim_of(blob, random_scalar(9));
  const auto error_of = [](const KzgClaim& claim) {
    const auto out = kzg_verify(claim, settings());
    EXPECT_EQ(reference_verify(claim), std::nullopt);
    EXPECT_FALSE(out.has_value());
    const auto batch = kzg_verify_batch({&claim, 1}, settings());
    EXPECT_FALSE(batch.has_value());
    EXPECT_EQ(batch.error(), out.error());
    EXPECT_EQ(kzg_verify_each({&claim, 1}, settings()), std::vector<std::uint8_t>{0});
    return out.error();
  };
  const KzgScalar r = *sized<32>("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
  KzgScalar largest;
  largest.fill(0xff);

  KzgCommitment no_flag = good.commitment, infinity_and_more{}, beyond_p = x_only(0), not_on_curve{}, other_subgroup{};
  no_flag[0] &= 0x7f;
  infinity_and_more[0] = 0xc0;
  infinity_and_more[20] = 1;
  beyond_p.fill(0xff);
  beyond_p[0] = 0x9f;
  for (std::uint8_t x = 1; not_on_curve[0] == 0 || other_subgroup[0] == 0; ++x) {
    blst_p1_affine point;
    const bool on_curve = blst_p1_uncompress(&point, x_only(x).data()) == BLST_SUCCESS;
    if (on_curve && !blst_p1_affine_in_g1(&point)) other_subgroup = x_only(x);
    if (!on_curve) not_on_curve = x_only(x);
  }
  const std::pair<KzgCommitment, unsigned> points[] = {{no_flag, 0},      {infinity_and_more, 0}, {beyond_p, 0},
                                                       {not_on_curve, 1}, {other_subgroup, 2},    {x_only(0), 2}};
  for (const auto& [point, kind] : points) {
    KzgClaim claim = good;
    claim.commitment = point;
    EXPECT_EQ(error_of(claim), (std::array{KzgError::commitment_encoding, KzgError::commitment_not_on_curve,
                                           KzgError::commitment_not_in_subgroup}[kind]));
    claim = good;
    claim.proof = point;
    EXPECT_EQ(error_of(claim), (std::array{KzgError::proof_encoding, KzgError::proof_not_on_curve,
                                           KzgError::proof_not_in_subgroup}[kind]));
  }
  for (const KzgScalar& bad : {r, largest}) {
    KzgClaim claim = good;
    claim.z = bad;
    EXPECT_EQ(error_of(claim), KzgError::z_scalar);
    claim = good;
    claim.y = bad;
    EXPECT_EQ(error_of(claim), KzgError::y_scalar);
    EXPECT_EQ(kzg_open(blob, bad, settings()).error(), KzgError::z_scalar);
    for (const std::size_t at : {std::size_t{0}, kKzgPoints - 1}) {
      Bytes damaged = blob;
      std::copy(bad.begin(), bad.end(), damaged.begin() + static_cast<std::ptrdiff_t>(32 * at));
      EXPECT_EQ(kzg_commit(damaged, settings()).error(), KzgError::blob_scalar);
      EXPECT_EQ(kzg_open(damaged, good.z, settings()).error(), KzgError::blob_scalar);
    }
  }
  EXPECT_EQ(kzg_commit(ByteView(blob).first(kKzgBlobBytes - 1), settings()).error(), KzgError::blob_length);
  EXPECT_EQ(kzg_open({}, good.z, settings()).error(), KzgError::blob_length);
}

TEST(KzgBlob, proofs_are_those_of_c_kzg_and_show_one_blob) {
  auto blobs = edge_blobs();
  blobs.push_back(random_blob(40));
  SerialPool pool;
  for (const Bytes& blob : blobs) {
    const KzgCommitment commitment = reference_commit(blob);
    const auto made = kzg_prove_blob(blob, commitment, settings(), pool);
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->proof, reference_blob_proof(blob, commitment));
    EXPECT_EQ(kzg_blob_claim(blob, commitment, made->proof, settings()), *made);
    EXPECT_EQ(verdict(*made), true);
    const auto of_another = kzg_blob_claim(random_blob(41), commitment, made->proof, settings());
    ASSERT_TRUE(of_another.has_value());
    EXPECT_EQ(verdict(*of_another), false);
  }
}

TEST(KzgBlob, refuses_each_with_its_own_error) {
  const Bytes blob = random_blob(42);
  const KzgCommitment commitment = reference_commit(blob);
  SerialPool pool;
  const auto errors = [&](ByteView of) {
    const auto made = kzg_prove_blob(of, commitment, settings(), pool);
    const auto claim = kzg_blob_claim(of, commitment, {}, settings());
    EXPECT_FALSE(made.has_value() || claim.has_value());
    EXPECT_EQ(made.error(), claim.error());
    return made.error();
  };
  EXPECT_EQ(errors(ByteView(blob).first(kKzgBlobBytes - 1)), KzgError::blob_length);
  Bytes damaged = blob;
  std::fill_n(damaged.begin() + 32 * 77, 32, std::uint8_t{0xff});
  EXPECT_EQ(errors(damaged), KzgError::blob_scalar);
  EXPECT_EQ(kzg_prove_blob(blob, x_only(0), settings(), pool).error(), KzgError::commitment_not_in_subgroup);
  EXPECT_EQ(kzg_prove_blob(blob, {}, settings(), pool).error(), KzgError::commitment_encoding);
}

// A few claims of each kind: true ones, each with one part of another claim, and infinities.
std::vector<KzgClaim> mixed_claims() {
  std::vector<KzgClaim> out;
  for (std::uint64_t seed = 20; seed < 23; ++seed) out.push_back(claim_of(random_blob(seed), random_scalar(seed)));
  out.push_back(claim_of(random_blob(23), blob_point(5)));
  out.push_back(claim_of(constant_blob(scalar(0)), random_scalar(24)));
  out.push_back(claim_of(constant_blob(scalar(2)), random_scalar(25)));
  for (std::size_t i = 0; i < 4; ++i) {
    const KzgClaim other = out[(i + 1) % 4];
    for (auto [part, from] : {std::pair{&KzgClaim::z, &other.z}, {&KzgClaim::y, &other.y}}) {
      out.push_back(out[i]);
      out.back().*part = *from;
    }
    for (auto [part, from] : {std::pair{&KzgClaim::commitment, &other.commitment}, {&KzgClaim::proof, &other.proof}}) {
      out.push_back(out[i]);
      out.back().*part = *from;
    }
  }
  out.push_back(out[0]);
  out.back().proof = out[4].proof;  // infinity
  out.push_back(out[4]);
  out.back().y = scalar(1);
  return out;
}

TEST(Kzg, verdicts_are_those_of_c_kzg) {
  std::size_t good = 0;
  for (const KzgClaim& claim : mixed_claims()) {
    ASSERT_EQ(verdict(claim), reference_verify(claim));
    good += verdict(claim) == true ? 1 : 0;
  }
  EXPECT_EQ(good, 6);
}

TEST(KzgBatch, is_the_conjunction_of_single_verdicts) {
  const auto claims = mixed_claims();
  EXPECT_EQ(kzg_verify_batch({}, settings()), true);
  std::uint64_t random = 1;
  for (std::size_t round = 0; round < 15 * repetitions(); ++round) {
    std::vector<KzgClaim> batch;
    std::vector<std::uint8_t> expected;
    random = random * 6364136223846793005u + 1442695040888963407u;
    const std::size_t size = (random >> 33) % 40, choice = round % 3 == 0 ? 6 : claims.size();
    for (std::size_t i = 0; i < size; ++i) {  // a third of the rounds has true claims alone, often twice the same
      random = random * 6364136223846793005u + 1442695040888963407u;
      const std::size_t which = (random >> 33) % (i % 8 == 7 ? choice : 6);
      batch.push_back(claims[which]);
      expected.push_back(which < 6 ? 1 : 0);
    }
    const bool all = std::find(expected.begin(), expected.end(), 0) == expected.end();
    EXPECT_EQ(kzg_verify_batch(batch, settings()), all);
    EXPECT_EQ(kzg_verify_each(batch, settings()), expected);
  }
}

TEST(KzgBatch, faults_that_cancel_are_found) {
  // y + 1 beside y − 1: the sum of the two equations holds.
  const KzgClaim good = claim_of(constant_blob(scalar(5)), random_scalar(30));
  KzgClaim above = good, below = good;
  above.y = scalar(6);
  below.y = scalar(4);
  const std::vector<KzgClaim> claims{above, below};
  EXPECT_EQ(kzg_verify_batch(claims, settings()), false);
  EXPECT_EQ(kzg_verify_each(claims, settings()), (std::vector<std::uint8_t>{0, 0}));
}

TEST(KzgBatch, a_malformed_claim_is_an_error_of_the_batch_and_false_alone) {
  std::vector<KzgClaim> claims(5, claim_of(constant_blob(scalar(5)), random_scalar(31)));
  claims[3].z = kRMinusOne;
  claims[3].z[31] = 1;  // r
  EXPECT_EQ(kzg_verify_batch(claims, settings()).error(), KzgError::z_scalar);
  EXPECT_EQ(kzg_verify_each(claims, settings()), (std::vector<std::uint8_t>{1, 1, 1, 0, 1}));
}

}  // namespace
}  // namespace aether::crypto

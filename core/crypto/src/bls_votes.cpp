#include "aether/crypto/bls_votes.hpp"

#include <algorithm>
#include <bit>

#include "bls_points.hpp"
#include "bls_search.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kDecodedTogether = 32;  // votes a task

blst_p1 range_sum(const std::vector<blst_p1>& prefix, std::size_t first, std::size_t last) {
  blst_p1 out = prefix[first];
  blst_p1_cneg(&out, true);
  blst_p1_add_or_double(&out, &out, &prefix[last]);
  return out;
}
blst_p2 range_sum(const std::vector<blst_p2>& prefix, std::size_t first, std::size_t last) {
  blst_p2 out = prefix[first];
  blst_p2_cneg(&out, true);
  blst_p2_add_or_double(&out, &out, &prefix[last]);
  return out;
}

// Candidates for one equation, and sums over ranges of them: prefix[k] = Σ_{i<k} X_i and twice[k] = Σ_{j≤k} prefix[j],
// so that Σ_{i<k} i·X_i = k·prefix[k] − twice[k].
class Candidates {
 public:
  Candidates(const BlsMessage& message, std::span<const blst_p1_affine> keys, std::span<const blst_p2_affine> points,
             const CpuFeatures& cpu)
      : message_(BlsPoints::of(message)), keys_(keys), points_(points), cpu_(cpu) {}

  std::size_t size() const { return keys_.size(); }

  blst_p2 points_sum() const {
    const blst_p2_affine* all[] = {points_.data(), nullptr};
    blst_p2 sum;
    blst_p2s_add(&sum, all, points_.size());
    return sum;
  }
  blst_fp12 whole(const blst_p2& points_sum) const {
    const blst_p1_affine* all[] = {keys_.data(), nullptr};
    blst_p1 sum;
    blst_p1s_add(&sum, all, keys_.size());
    return equation(sum, points_sum);
  }

  // To be called before what follows.
  void prepare() {
    keys_prefix_.resize(size() + 1);
    points_prefix_.resize(size() + 1);
    for (std::size_t i = 0; i < size(); ++i) {
      blst_p1_add_or_double_affine(&keys_prefix_[i + 1], &keys_prefix_[i], &keys_[i]);
      blst_p2_add_or_double_affine(&points_prefix_[i + 1], &points_prefix_[i], &points_[i]);
    }
  }
  void prepare_weighted() {
    keys_twice_.resize(size() + 1);
    points_twice_.resize(size() + 1);
    for (std::size_t i = 1; i <= size(); ++i) {
      blst_p1_add_or_double(&keys_twice_[i], &keys_twice_[i - 1], &keys_prefix_[i]);
      blst_p2_add_or_double(&points_twice_[i], &points_twice_[i - 1], &points_prefix_[i]);
    }
  }

  bool in_subgroup(std::size_t first, std::size_t last) const {
    const blst_p2 sum = range_sum(points_prefix_, first, last);
    return blst_p2_in_g2(&sum);
  }

  // The ones outside the subgroup, ascending, of a range whose sum is outside.
  void find_outside(std::size_t first, std::size_t last, std::vector<std::size_t>& outside) const {
    if (last - first == 1) return outside.push_back(first);
    const std::size_t middle = first + (last - first) / 2;
    const bool left_inside = in_subgroup(first, middle);
    if (!left_inside) find_outside(first, middle, outside);
    if (left_inside || !in_subgroup(middle, last)) find_outside(middle, last, outside);
  }

  std::optional<blst_fp12> value(std::size_t first, std::size_t last) const {
    if (!in_subgroup(first, last)) return std::nullopt;
    return equation(range_sum(keys_prefix_, first, last), range_sum(points_prefix_, first, last));
  }

  std::optional<blst_fp12> weighted(std::size_t first, std::size_t last) const {
    blst_p1 key = range_sum(keys_twice_, first, last);
    blst_p2 point = range_sum(points_twice_, first, last);
    blst_p1_cneg(&key, true);
    blst_p2_cneg(&point, true);
    add_multiple(key, point, last, false);
    add_multiple(key, point, first, true);
    if (!blst_p2_in_g2(&point)) return std::nullopt;
    return equation(key, point);
  }

 private:
  blst_fp12 equation(const blst_p1& key, const blst_p2& point) const {
    const BlsPair pair{affine(key), message_};
    return pairing_product({&pair, 1}, affine(point), cpu_);
  }

  // Adds ± k·prefix[k].
  void add_multiple(blst_p1& key, blst_p2& point, std::size_t k, bool negative) const {
    if (k == 0) return;
    std::uint8_t scalar[sizeof k];
    for (std::size_t i = 0; i < sizeof k; ++i) scalar[i] = static_cast<std::uint8_t>(k >> (8 * i));
    const auto bits = static_cast<std::size_t>(std::bit_width(k));
    blst_p1 of_keys;
    blst_p2 of_points;
    blst_p1_mult(&of_keys, &keys_prefix_[k], scalar, bits);
    blst_p2_mult(&of_points, &points_prefix_[k], scalar, bits);
    blst_p1_cneg(&of_keys, negative);
    blst_p2_cneg(&of_points, negative);
    blst_p1_add_or_double(&key, &key, &of_keys);
    blst_p2_add_or_double(&point, &point, &of_points);
  }

  blst_p2_affine message_;
  std::span<const blst_p1_affine> keys_;
  std::span<const blst_p2_affine> points_;
  CpuFeatures cpu_;
  std::vector<blst_p1> keys_prefix_, keys_twice_;
  std::vector<blst_p2> points_prefix_, points_twice_;
};

// The bad ones of a list of candidates, by their place in it.
struct Settled {
  std::vector<std::size_t> outside, bad;
  std::size_t evaluations = 0;
};

// One that is neither outside nor bad is good as the header says.
void settle(const BlsMessage& message, std::vector<blst_p1_affine> keys, std::vector<blst_p2_affine> points,
            Settled& out, const CpuFeatures& cpu, TaskPool& pool) {
  std::vector<std::size_t> place(keys.size());
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = i;
  const auto drop = [&](const std::vector<std::size_t>& outside) {
    auto next = outside.begin();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (next != outside.end() && *next == i) {
        out.outside.push_back(place[i]);
        ++next;
        continue;
      }
      place[kept] = place[i], keys[kept] = keys[i], points[kept] = points[i];
      ++kept;
    }
    place.resize(kept), keys.resize(kept), points.resize(kept);
  };

  while (!keys.empty()) {
    Candidates candidates(message, keys, points, cpu);
    const blst_p2 sum = candidates.points_sum();
    if (!blst_p2_in_g2(&sum)) {
      std::vector<std::size_t> outside;
      candidates.prepare();
      candidates.find_outside(0, keys.size(), outside);
      drop(outside);
      continue;
    }
    ++out.evaluations;
    const blst_fp12 whole = candidates.whole(sum);
    if (blst_fp12_is_one(&whole)) return;
    candidates.prepare();
    candidates.prepare_weighted();
    const BlsSearch search = bls_search(
        keys.size(), whole, [&](std::size_t first, std::size_t last) { return candidates.value(first, last); },
        [&](std::size_t first, std::size_t last) { return candidates.weighted(first, last); }, pool);
    out.evaluations += search.evaluations;
    if (search.meaningful) {
      for (const std::size_t i : search.bad) out.bad.push_back(place[i]);
      return;
    }
    // Points outside the subgroup whose sum is inside: somebody plays, and each is looked at, once.
    std::vector<std::size_t> outside;
    for (std::size_t i = 0; i < points.size(); ++i)
      if (!blst_p2_affine_in_g2(&points[i])) outside.push_back(i);
    drop(outside);
  }
}

}  // namespace

BlsVotes::BlsVotes(const BlsMessage& message, std::span<const BlsPublicKey> keys, const CpuFeatures& cpu)
    : message_(message),
      keys_(keys),
      cpu_(cpu),
      signers_((keys.size() + 7) / 8),
      aggregate_(BlsPoints::signature(blst_p2_affine{})) {}

std::vector<Result<void, BlsError>> BlsVotes::add(std::span<const BlsVote> votes, TaskPool& pool) {
  std::vector<Result<void, BlsError>> verdicts(votes.size());
  std::vector<BlsSignature::Point> points(votes.size());
  const auto decode = [&](std::size_t i) -> Result<void, BlsError> {
    if (votes[i].signer >= keys_.size()) return fail(BlsError::unknown_signer);
    if (has_signer(signers_, votes[i].signer)) return fail(BlsError::duplicate_signer);
    AETHER_TRY(const blst_p2_affine point, uncompress(votes[i].signature));
    if (is_infinity(point)) return fail(BlsError::infinity);
    points[i] = std::bit_cast<BlsSignature::Point>(point);
    return {};
  };
  pool.run((votes.size() + kDecodedTogether - 1) / kDecodedTogether, [&](std::size_t task) {
    const std::size_t first = task * kDecodedTogether, last = std::min(votes.size(), first + kDecodedTogether);
    for (std::size_t i = first; i < last; ++i) verdicts[i] = decode(i);
  });

  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < votes.size(); ++i)
    if (verdicts[i]) open.push_back(i);
  while (!open.empty()) {  // once, unless a signer has several votes
    std::vector<std::size_t> round, later;
    Bytes chosen(signers_.size());
    for (const std::size_t i : open) {
      if (has_signer(signers_, votes[i].signer)) {
        verdicts[i] = fail(BlsError::duplicate_signer);
      } else if (has_signer(chosen, votes[i].signer)) {
        later.push_back(i);
      } else {
        set_signer(chosen, votes[i].signer);
        round.push_back(i);
      }
    }
    count(votes, round, points, verdicts, pool);
    open = std::move(later);
  }
  return verdicts;
}

void BlsVotes::count(std::span<const BlsVote> votes, std::span<const std::size_t> round,
                     std::span<const BlsSignature::Point> points, std::vector<Result<void, BlsError>>& verdicts,
                     TaskPool& pool) {
  std::vector<blst_p1_affine> keys;
  std::vector<blst_p2_affine> signatures;
  keys.reserve(round.size());
  signatures.reserve(round.size());
  for (const std::size_t i : round) {
    keys.push_back(BlsPoints::of(keys_[votes[i].signer]));
    signatures.push_back(std::bit_cast<blst_p2_affine>(points[i]));
  }
  Settled settled;
  settle(message_, std::move(keys), signatures, settled, cpu_, pool);
  pairings_ += settled.evaluations;
  for (const std::size_t k : settled.outside) verdicts[round[k]] = fail(BlsError::wrong_subgroup);
  for (const std::size_t k : settled.bad) verdicts[round[k]] = fail(BlsError::bad_signature);

  std::vector<const blst_p2_affine*> good;
  const blst_p2_affine before = BlsPoints::of(aggregate_);
  good.push_back(&before);
  for (std::size_t k = 0; k < round.size(); ++k) {
    if (!verdicts[round[k]]) continue;
    set_signer(signers_, votes[round[k]].signer);
    good.push_back(&signatures[k]);
  }
  blst_p2 sum;
  blst_p2s_add(&sum, good.data(), good.size());
  aggregate_ = BlsPoints::signature(affine(sum));
}

}  // namespace aether::crypto

#include <algorithm>
#include <utility>

#include "aether/crypto/bls_votes.hpp"
#include "aether/crypto/sha256.hpp"
#include "bls_points.hpp"
#include "bls_search.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kCoefficientBytes = 16;
using Coefficient = std::array<std::uint8_t, kCoefficientBytes>;  // little-endian, odd: never zero

Bytes little_endian(std::uint64_t number) {
  Bytes out(8);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(number), number >>= 8;
  return out;
}

// Drawn from a hash of all that is checked, to which they are so bound: whoever changes an item draws all anew.
std::vector<Coefficient> coefficients(const Tag& tag, const Hash& seed, std::size_t count) {
  std::vector<Coefficient> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Hash drawn = tag(seed.view(), little_endian(i));
    std::copy_n(drawn.bytes.begin(), kCoefficientBytes, out[i].begin());
    out[i][0] |= 1;
  }
  return out;
}

std::vector<Coefficient> coefficients(std::span<const BlsSigned> items) {
  const Tag tag("aether/bls-batch");
  Sha256 transcript = tag.begin();
  transcript.update(little_endian(items.size()));
  for (const BlsSigned& item : items)
    transcript.update(item.key.encode())
        .update(item.signature.encode())
        .update(little_endian(item.message.size()))
        .update(item.message);
  return coefficients(tag, transcript.finish(), items.size());
}

std::vector<Coefficient> coefficients(std::span<const BlsStatement> statements) {
  const Tag tag("aether/bls-statements");
  Sha256 transcript = tag.begin();
  transcript.update(little_endian(statements.size()));
  for (const BlsStatement& statement : statements) {
    const blst_p2_affine point = BlsPoints::of(statement.message);
    BlsSignatureBytes message;
    blst_p2_affine_compress(message.data(), &point);
    transcript.update(statement.key.encode()).update(message).update(statement.signature.encode());
  }
  return coefficients(tag, transcript.finish(), statements.size());
}

// Items with equal messages lie together in `order`; a range of it has one pair a message.
class Batch {
 public:
  // Of the items with the indices `order`, whose signatures are finite.
  Batch(std::span<const BlsSigned> items, std::vector<std::size_t> order, const CpuFeatures& cpu, TaskPool& pool)
      : cpu_(cpu),
        order_(std::move(order)),
        same_(order_.size()),
        keys_(order_.size()),
        messages_(order_.size()),
        signatures_(order_.size()),
        scalars_(order_.size()) {
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::ranges::lexicographical_compare(items[a].message, items[b].message);
    });
    for (std::size_t k = 1; k < size(); ++k)
      same_[k] = std::ranges::equal(items[order_[k]].message, items[order_[k - 1]].message) ? 1 : 0;
    const auto drawn = coefficients(items);
    pool.run(size(), [&](std::size_t k) {
      const BlsSigned& item = items[order_[k]];
      scalars_[k] = drawn[order_[k]];
      signatures_[k] = BlsPoints::of(item.signature);
      const blst_p1_affine key = BlsPoints::of(item.key);
      blst_p1_from_affine(&keys_[k], &key);
      blst_p1_mult(&keys_[k], &keys_[k], scalars_[k].data(), 8 * kCoefficientBytes);
      if (same_[k] == 0) messages_[k] = BlsPoints::of(BlsMessage(item.message));
    });
  }

  std::size_t size() const { return order_.size(); }
  std::size_t item(std::size_t k) const { return order_[k]; }

  blst_fp12 value(std::size_t first, std::size_t last) const {
    std::vector<BlsPair> pairs;
    for (std::size_t k = first; k < last;) {
      std::size_t message = k;
      while (same_[message] != 0) --message;
      blst_p1 sum = keys_[k];
      while (++k < last && same_[k] != 0) blst_p1_add_or_double(&sum, &sum, &keys_[k]);
      pairs.push_back({affine(sum), messages_[message]});
    }
    return pairing_product(pairs, affine(weighed_signatures(first, last)), cpu_);
  }

 private:
  blst_p2 weighed_signatures(std::size_t first, std::size_t last) const {
    const std::size_t count = last - first;
    const blst_p2_affine* points[] = {&signatures_[first], nullptr};
    const std::uint8_t* scalars[] = {scalars_[first].data(), nullptr};
    std::vector<limb_t> scratch(blst_p2s_mult_pippenger_scratch_sizeof(count) / sizeof(limb_t));
    blst_p2 sum;
    blst_p2s_mult_pippenger(&sum, points, count, scalars, 8 * kCoefficientBytes, scratch.data());
    return sum;
  }

  CpuFeatures cpu_;
  std::vector<std::size_t> order_;
  std::vector<std::uint8_t> same_;  // the message is that of the item before
  std::vector<blst_p1> keys_;       // times the coefficient
  std::vector<blst_p2_affine> messages_, signatures_;
  std::vector<Coefficient> scalars_;
};

blst_p1_affine multiple(const blst_p1_affine& point, const Coefficient& coefficient) {
  blst_p1 out;
  blst_p1_from_affine(&out, &point);
  blst_p1_mult(&out, &out, coefficient.data(), 8 * kCoefficientBytes);
  return affine(out);
}
blst_p2_affine multiple(const blst_p2_affine& point, const Coefficient& coefficient) {
  blst_p2 out;
  blst_p2_from_affine(&out, &point);
  blst_p2_mult(&out, &out, coefficient.data(), 8 * kCoefficientBytes);
  return affine(out);
}

}  // namespace

bool bls_verify_all(std::span<const BlsStatement> statements, const CpuFeatures& cpu) {
  std::vector<Coefficient> drawn;
  if (statements.size() > 1) drawn = coefficients(statements);
  std::vector<BlsPair> pairs;
  blst_p2 sum{};
  for (std::size_t i = 0; i < statements.size(); ++i) {
    blst_p1_affine key = BlsPoints::of(statements[i].key);
    blst_p2_affine signature = BlsPoints::of(statements[i].signature);
    if (is_infinity(signature)) return false;
    if (i != 0) {
      key = multiple(key, drawn[i]);
      signature = multiple(signature, drawn[i]);
    }
    blst_p2_add_or_double_affine(&sum, &sum, &signature);
    pairs.push_back({key, BlsPoints::of(statements[i].message)});
  }
  const blst_fp12 product = pairing_product(pairs, affine(sum), cpu);
  return blst_fp12_is_one(&product);
}

std::vector<bool> bls_verify_many(std::span<const BlsSigned> items, TaskPool& pool, const CpuFeatures& cpu) {
  std::vector<bool> verdicts(items.size());
  std::vector<std::size_t> finite;  // infinity verifies for nobody
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!is_infinity(BlsPoints::of(items[i].signature))) finite.push_back(i);
  if (finite.empty()) return verdicts;
  for (const std::size_t i : finite) verdicts[i] = true;
  const Batch batch(items, std::move(finite), cpu, pool);
  const blst_fp12 whole = batch.value(0, batch.size());
  if (blst_fp12_is_one(&whole)) return verdicts;
  const BlsSearch search = bls_search(
      batch.size(), whole, [&](std::size_t first, std::size_t last) { return batch.value(first, last); }, {}, pool);
  for (const std::size_t k : search.bad) verdicts[batch.item(k)] = false;
  return verdicts;
}

}  // namespace aether::crypto

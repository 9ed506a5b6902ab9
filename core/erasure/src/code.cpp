#include "aether/erasure/code.hpp"

#include <isa-l/erasure_code.h>

#include <array>
#include <vector>

#include "cauchy.hpp"
#include "gf256.hpp"

namespace aether::erasure {
namespace {

constexpr std::size_t kTableBytes = 32;  // ISA-L's, of one coefficient

// ISA-L reads the sources and writes the outputs, and says so for neither.
void multiply(const Bytes& tables, std::span<const std::uint8_t* const> sources, std::size_t size,
              std::span<std::uint8_t* const> outputs) {
  ec_encode_data(static_cast<int>(size), static_cast<int>(sources.size()), static_cast<int>(outputs.size()),
                 const_cast<std::uint8_t*>(tables.data()), const_cast<std::uint8_t**>(sources.data()),
                 const_cast<std::uint8_t**>(outputs.data()));
}

Bytes tables_of(Bytes matrix, std::size_t columns, std::size_t rows) {
  Bytes out(kTableBytes * columns * rows);
  ec_init_tables(static_cast<int>(columns), static_cast<int>(rows), matrix.data(), out.data());
  return out;
}

// The inverse of the Cauchy matrix 1/(x_i + y_j), in O(n²): with a(t) = Π (t + x_m) and b(t) = Π (t + y_m), its entry
// (j, i) is a(y_j)·b(x_i) / ((x_i + y_j)·a'(x_i)·b'(y_j)).
Bytes inverse_of_cauchy(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y) {
  const std::size_t n = x.size();
  Bytes by_x(n), by_y(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::uint8_t up_x = 1, down_x = 1, up_y = 1, down_y = 1;
    for (std::size_t m = 0; m < n; ++m) {
      up_x = gf::mul(up_x, x[i] ^ y[m]);
      up_y = gf::mul(up_y, y[i] ^ x[m]);
      if (m == i) continue;
      down_x = gf::mul(down_x, x[i] ^ x[m]);
      down_y = gf::mul(down_y, y[i] ^ y[m]);
    }
    by_x[i] = gf::mul(up_x, gf::inv(down_x));
    by_y[i] = gf::mul(up_y, gf::inv(down_y));
  }
  Bytes out(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      out[j * n + i] = gf::mul(gf::mul(by_x[i], by_y[j]), gf::inv(x[i] ^ y[j]));
    }
  }
  return out;
}

}  // namespace

std::string_view to_string(CodeError error) {
  switch (error) {
    case CodeError::parameters: return "a code needs k >= 1, r >= 1 and k + r <= 255";
    case CodeError::shard_count: return "the shards are not k + r; give an empty one for each that is lost";
    case CodeError::shard_size: return "the shards that are present must have one size, of at most 2^30 bytes";
    case CodeError::too_many_lost: return "fewer than k shards are present; fetch more";
  }
  return "unknown";
}

Result<Code, CodeError> Code::make(unsigned k, unsigned r, const CpuFeatures& cpu) {
  if (k == 0 || r == 0 || k > kShardsMax || r > kShardsMax - k) return fail(CodeError::parameters);
  return Code(k, r, cpu);
}

Code::Code(unsigned k, unsigned r, const CpuFeatures& cpu) : k_(k), r_(r) {
  if (cpu.avx2 && cauchy_pays(k, r)) return;
  Bytes matrix(std::size_t{k + r} * k);
  gf_gen_cauchy1_matrix(matrix.data(), static_cast<int>(k + r), static_cast<int>(k));
  matrix.erase(matrix.begin(), matrix.begin() + static_cast<std::ptrdiff_t>(k * k));
  tables_ = tables_of(std::move(matrix), k, r);
}

void Code::encode(std::span<const std::uint8_t* const> data, std::size_t size,
                  std::span<std::uint8_t* const> parity) const {
  AETHER_ASSERT(data.size() == k_ && parity.size() == r_ && size >= 1 && size <= kSizeMax);
  if (tables_.empty()) {
    avx2::encode(k_, r_, data.data(), size, parity.data());
  } else {
    multiply(tables_, data, size, parity);
  }
}

Result<void, CodeError> Code::recover_data(std::span<std::uint8_t* const> shards, const ShardSet& present,
                                           std::size_t size) const {
  AETHER_ASSERT(shards.size() == k_ + r_);
  if (size == 0 || size > kSizeMax) return fail(CodeError::shard_size);
  std::vector<std::uint8_t> lost, used;  // data shards, and as many parity shards, as points of the field
  for (unsigned j = 0; j < k_; ++j) {
    if (!present[j]) lost.push_back(static_cast<std::uint8_t>(j));
  }
  for (unsigned i = k_; i < k_ + r_ && used.size() < lost.size(); ++i) {
    if (present[i]) used.push_back(static_cast<std::uint8_t>(i));
  }
  if (used.size() < lost.size()) return fail(CodeError::too_many_lost);
  if (lost.empty()) return {};

  // Parity of what is here, minus the parity that was sent, is the parity of what is lost.
  const Bytes zero(size);
  Bytes buffer(size * r_);
  std::vector<const std::uint8_t*> data(shards.begin(), shards.begin() + k_);
  std::vector<std::uint8_t*> parity(r_), filled;
  for (const std::uint8_t j : lost) {
    data[j] = zero.data();
    filled.push_back(shards[j]);
  }
  for (unsigned i = 0; i < r_; ++i) parity[i] = buffer.data() + i * size;
  encode(data, size, parity);
  std::vector<const std::uint8_t*> differences;
  for (const std::uint8_t i : used) {
    std::uint8_t* difference = parity[i - k_];
    for (std::size_t at = 0; at < size; ++at) difference[at] ^= shards[i][at];
    differences.push_back(difference);
  }
  multiply(tables_of(inverse_of_cauchy(used, lost), lost.size(), lost.size()), differences, size, filled);
  return {};
}

Result<void, CodeError> Code::reconstruct(std::span<Bytes> shards) const {
  if (shards.size() != k_ + r_) return fail(CodeError::shard_count);
  ShardSet present;
  std::size_t size = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (shards[i].empty()) continue;
    if (size != 0 && shards[i].size() != size) return fail(CodeError::shard_size);
    size = shards[i].size();
    present.set(i);
  }
  if (present.count() < k_) return fail(CodeError::too_many_lost);
  if (size > kSizeMax) return fail(CodeError::shard_size);

  std::vector<std::uint8_t*> all;
  for (Bytes& shard : shards) {
    shard.resize(size);
    all.push_back(shard.data());
  }
  AETHER_CHECK(recover_data(all, present, size));
  const std::vector<const std::uint8_t*> data(all.begin(), all.begin() + k_);
  std::vector<std::uint8_t*> parity(all.begin() + k_, all.end());
  if ((present >> k_).count() == r_) return {};
  Bytes unwanted(size * r_);  // for the parity that is here
  for (unsigned i = 0; i < r_; ++i) {
    if (present[k_ + i]) parity[i] = unwanted.data() + i * size;
  }
  encode(data, size, parity);
  return {};
}

}  // namespace aether::erasure

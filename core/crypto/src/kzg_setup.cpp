#include <bit>
#include <optional>

#include "kzg_tables.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kG2Points = 65;
constexpr std::size_t kG1Bytes = 48, kG2Bytes = 96;

// 7^((r − 1)/4096), which generates the 4096th roots of unity.
constexpr std::uint64_t kRoot[4] = {0xe206da11a5d36306, 0x0ad1347b378fbf96, 0xfc3e8acfe0f8245f, 0x564c0a11a0f704f4};

constexpr unsigned kLog = std::countr_zero(kKzgPoints);

std::size_t bit_reversed(std::size_t i) {
  std::size_t out = 0;
  for (unsigned bit = 0; bit < kLog; ++bit) out |= ((i >> bit) & 1) << (kLog - 1 - bit);
  return out;
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // The next line, without its end; none where no whole line is left.
  std::optional<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }

  // The next `count` lines of `size` bytes in hex each, one after another.
  Result<Bytes, KzgError> points(std::size_t count, std::size_t size) {
    Bytes out;
    out.reserve(count * size);
    for (std::size_t i = 0; i < count; ++i) {
      const auto line = next();
      if (!line) return fail(KzgError::setup_length);
      const auto bytes = from_hex(*line);
      if (!bytes || bytes->size() != size || to_hex(*bytes) != *line) return fail(KzgError::setup_line);
      append(out, *bytes);
    }
    return out;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<blst_p1_affine> g1_point(const std::uint8_t* bytes) {
  blst_p1_affine out;
  if (blst_p1_uncompress(&out, bytes) != BLST_SUCCESS) return std::nullopt;
  if (blst_p1_affine_is_inf(&out) || !blst_p1_affine_in_g1(&out)) return std::nullopt;
  return out;
}

std::optional<blst_p2_affine> g2_point(const std::uint8_t* bytes) {
  blst_p2_affine out;
  if (blst_p2_uncompress(&out, bytes) != BLST_SUCCESS) return std::nullopt;
  if (blst_p2_affine_is_inf(&out) || !blst_p2_affine_in_g2(&out)) return std::nullopt;
  return out;
}

std::vector<blst_fr> roots_of_unity() {
  std::vector<blst_fr> out(kKzgPoints);
  blst_fr root, power = fr_from(1);
  blst_fr_from_uint64(&root, kRoot);
  for (std::size_t i = 0; i < kKzgPoints; ++i, power = power * root) out[bit_reversed(i)] = power;
  return out;
}

PairingLines lines(const blst_p2_affine& point) {
  PairingLines out;
  blst_precompute_lines(out.data(), &point);
  return out;
}

// Whether p = 1 commits to [1]₁ and p = X to [τ]₁.
bool is_lagrange_basis(const KzgSettings::Tables& tables, const blst_p1& tau) {
  const std::vector<blst_scalar> ones(kKzgPoints, scalar_from(fr_from(1)));
  std::vector<blst_scalar> roots;
  for (const blst_fr& root : tables.roots) roots.push_back(scalar_from(root));
  SerialPool pool;
  const blst_p1 one = tables.lagrange.sum(ones, pool), x = tables.lagrange.sum(roots, pool);
  return blst_p1_is_equal(&one, blst_p1_generator()) && blst_p1_is_equal(&x, &tau);
}

}  // namespace

KzgSettings::KzgSettings(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
KzgSettings::KzgSettings(KzgSettings&&) noexcept = default;
KzgSettings& KzgSettings::operator=(KzgSettings&&) noexcept = default;
KzgSettings::~KzgSettings() = default;

Result<KzgSettings, KzgError> KzgSettings::load(std::string_view trusted_setup) {
  Lines text(trusted_setup);
  if (text.next() != "4096" || text.next() != "65") return fail(KzgError::setup_counts);
  AETHER_TRY(const Bytes basis, text.points(kKzgPoints, kG1Bytes));
  AETHER_TRY(const Bytes g2_powers, text.points(kG2Points, kG2Bytes));
  AETHER_TRY(const Bytes g1_powers, text.points(kKzgPoints, kG1Bytes));
  if (!text.at_end()) return fail(KzgError::setup_length);

  const auto tau1 = g1_point(&g1_powers[kG1Bytes]);
  const auto one2 = g2_point(&g2_powers[0]), tau2 = g2_point(&g2_powers[kG2Bytes]);
  if (!tau1 || !one2 || !tau2) return fail(KzgError::setup_point);
  const PairingLines one_lines = lines(*one2), tau_lines = lines(*tau2);
  blst_p1 tau;
  blst_p1_from_affine(&tau, &*tau1);
  if (!blst_p2_affine_is_equal(&*one2, blst_p2_affine_generator()) ||
      !pairings_equal(tau, *blst_p1_generator(), one_lines, tau_lines))
    return fail(KzgError::setup_inconsistent);

  std::vector<blst_p1_affine> lagrange(kKzgPoints);
  for (std::size_t i = 0; i < kKzgPoints; ++i) {
    const auto point = g1_point(&basis[kG1Bytes * i]);
    if (!point) return fail(KzgError::setup_point);
    lagrange[bit_reversed(i)] = *point;
  }
  auto tables = std::make_unique<const Tables>(FixedBase(lagrange), roots_of_unity(), one_lines, tau_lines);
  if (!is_lagrange_basis(*tables, tau)) return fail(KzgError::setup_inconsistent);
  return KzgSettings(std::move(tables));
}

}  // namespace aether::crypto

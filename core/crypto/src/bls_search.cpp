#include "bls_search.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "aether/base/result.hpp"

namespace aether::crypto {
namespace {

constexpr std::size_t kWeighedMin = 8;  // splitting a smaller part costs less than naming in its halves would save

using Gt = blst_fp12;  // of order r, so the conjugate is the inverse

Gt product(const Gt& a, const Gt& b) {
  Gt out;
  blst_fp12_mul(&out, &a, &b);
  return out;
}
Gt quotient(const Gt& a, Gt b) {
  blst_fp12_conjugate(&b);
  return product(a, b);
}
Gt power(const Gt& base, std::size_t exponent) {
  Gt out = *blst_fp12_one();
  for (std::size_t bit = std::bit_floor(exponent); bit != 0; bit >>= 1) {
    blst_fp12_cyclotomic_sqr(&out, &out);
    if ((exponent & bit) != 0) out = product(out, base);
  }
  return out;
}
bool equal(const Gt& a, const Gt& b) {
  return a.fp6[0].fp2[0].fp[0].l[0] == b.fp6[0].fp2[0].fp[0].l[0] && blst_fp12_is_equal(&a, &b);
}

// The i in [first, last) with base^i = value: baby steps, giant steps.
std::optional<std::size_t> logarithm(const Gt& base, const Gt& value, std::size_t first, std::size_t last) {
  std::vector<Gt> baby{*blst_fp12_one()};
  while (baby.size() * baby.size() < last - first) baby.push_back(product(baby.back(), base));
  const Gt giant = product(baby.back(), base);
  Gt rest = quotient(value, power(base, first));
  for (std::size_t from = first; from < last; from += baby.size()) {
    for (std::size_t k = 0; k < baby.size() && from + k < last; ++k)
      if (equal(rest, baby[k])) return from + k;
    rest = quotient(rest, giant);
  }
  return std::nullopt;
}

struct Part {  // of which E ≠ 1
  std::size_t first, last;
  Gt value;
  std::optional<Gt> weighted;

  std::size_t size() const { return last - first; }
};

struct Step {
  std::vector<Part> parts;
  std::optional<std::size_t> bad;
  bool meaningful = true;
  std::size_t evaluations = 0;
};

class Search {
 public:
  Search(const BlsValue& evaluate, const BlsValue& weighted) : evaluate_(evaluate), weighted_(weighted) {}

  Step step(const Part& part) const {
    Step out;
    if (part.size() == 1)
      out.bad = part.first;
    else if (!name(part, out) && out.meaningful)
      split(part, out);
    return out;
  }

  std::optional<Gt> ask(const BlsValue& which, std::size_t first, std::size_t last, Step& out) const {
    ++out.evaluations;
    auto value = which(first, last);
    out.meaningful = out.meaningful && value.has_value();
    return value;
  }

 private:
  // Names the one bad item; false if there are more.
  bool name(const Part& part, Step& out) const {
    if (!part.weighted || part.size() < 3) return false;
    const auto i = logarithm(part.value, *part.weighted, part.first, part.last);
    if (!i) return false;
    const auto alone = ask(evaluate_, *i, *i + 1, out);
    if (!alone || !equal(*alone, part.value)) return false;
    out.bad = *i;
    return true;
  }

  void split(const Part& part, Step& out) const {
    const std::size_t middle = part.first + part.size() / 2;
    const auto value = ask(evaluate_, part.first, middle, out);
    if (!value) return;
    Part left{part.first, middle, *value, part.weighted};
    Part right{middle, part.last, quotient(part.value, *value), part.weighted};
    const bool left_good = blst_fp12_is_one(&left.value), right_good = blst_fp12_is_one(&right.value);
    if (!left_good && !right_good && part.weighted) {
      left.weighted.reset(), right.weighted.reset();
      if (part.size() >= kWeighedMin) {
        left.weighted = ask(weighted_, part.first, middle, out);
        if (!left.weighted) return;
        right.weighted = quotient(*part.weighted, *left.weighted);
      }
    }
    // A good half has the weight one, unless errors cancel in it; then naming misses, and splitting goes on.
    if (!left_good) out.parts.push_back(std::move(left));
    if (!right_good) out.parts.push_back(std::move(right));
  }

  const BlsValue& evaluate_;
  const BlsValue& weighted_;
};

}  // namespace

BlsSearch bls_search(std::size_t count, const blst_fp12& value, const BlsValue& evaluate, const BlsValue& weighted,
                     TaskPool& pool) {
  AETHER_ASSERT(count > 0);
  const Search search(evaluate, weighted);
  BlsSearch out;
  std::vector<Part> open{{0, count, value, std::nullopt}};
  if (weighted && count >= kWeighedMin) {
    Step root;
    open[0].weighted = search.ask(weighted, 0, count, root);
    out.evaluations += root.evaluations;
    out.meaningful = root.meaningful;
  }
  while (out.meaningful && !open.empty()) {
    std::vector<Step> steps(open.size());
    pool.run(open.size(), [&](std::size_t i) { steps[i] = search.step(open[i]); });
    open.clear();
    for (Step& step : steps) {
      out.evaluations += step.evaluations;
      out.meaningful = out.meaningful && step.meaningful;
      if (step.bad) out.bad.push_back(*step.bad);
      for (Part& part : step.parts) open.push_back(std::move(part));
    }
  }
  std::sort(out.bad.begin(), out.bad.end());
  return out;
}

}  // namespace aether::crypto

// Every kernel of every instruction set gives the bits of its scalar twin, on random rows and on all extremes.
#include <gtest/gtest.h>

#include "kernels.hpp"
#include "support.hpp"

namespace aether::infer::testing {
namespace {

std::vector<const Kernels*> fast_kernels() {
  if (isas().back() == Isa::avx2) return {&kAvx2Kernels};
  return {};
}
const std::vector<std::size_t> kSizes{1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 255, 768};

// Rows of one extreme, of mixed extremes, and of random values, of a few bits or all.
template <class T>
class Rower {
 public:
  explicit Rower(std::uint64_t seed) : random_(seed) {}

  std::vector<T> operator()(std::size_t n) {
    constexpr T kLow = std::numeric_limits<T>::min(), kHigh = std::numeric_limits<T>::max();
    constexpr T kExtremes[] = {kLow, kLow + 1, -1, 0, 1, kHigh - 1, kHigh};
    std::vector<T> out(n);
    const auto kind = random_() % 10;
    const auto bits = 1 + random_() % (8 * sizeof(T));
    for (T& x : out) {
      const auto any = static_cast<T>(random_());
      if (kind < 7) {
        x = kExtremes[kind];
      } else if (kind == 7) {
        x = kExtremes[random_() % 7];
      } else {
        x = static_cast<T>(any >> (8 * sizeof(T) - bits));
      }
    }
    return out;
  }
  std::vector<T> operator()(std::size_t n, std::initializer_list<T> of) {
    std::vector<T> out(n);
    for (T& x : out) x = of.begin()[random_() % of.size()];
    return out;
  }

 private:
  Random random_;
};

template <class F>
void repeat(F&& f) {
  for (int seed = 0; seed < cases(20, 200, 5'000); ++seed) {
    for (const Kernels* fast : fast_kernels()) {
      for (const std::size_t n : kSizes) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", size " + std::to_string(n));
        f(*fast, n, static_cast<std::uint64_t>(seed));
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

std::vector<std::int32_t> products(const Kernels& kernels, std::span<const std::int16_t> x, std::size_t x_rows,
                                   std::span<const std::int8_t> w, std::size_t w_rows, std::size_t depth) {
  std::vector<std::int32_t> out(x_rows * (w_rows + 3), 7);  // what lies between rows stays
  kernels.dots({x.data(), x_rows, whole_lanes(depth)}, {w.data(), w_rows, depth}, depth, out.data(), w_rows + 3);
  return out;
}

TEST(Kernels, products) {
  repeat([](const Kernels& fast, std::size_t depth, std::uint64_t seed) {
    Random random(seed);
    const std::size_t x_rows = 1 + below(random, 14), w_rows = 1 + below(random, 11);
    std::vector<std::int16_t> x(x_rows * whole_lanes(depth));
    for (std::size_t at = 0; at < x.size(); at += depth) {
      std::ranges::copy(Rower<std::int8_t>(random())(std::min(depth, x.size() - at)),
                        x.begin() + static_cast<std::ptrdiff_t>(at));
    }
    // Exactly the weights' bytes: a sanitizer sees a read behind them.
    const auto w = Rower<std::int8_t>(random())(w_rows * depth);
    EXPECT_EQ(products(fast, x, x_rows, w, w_rows, depth), products(kScalarKernels, x, x_rows, w, w_rows, depth));
  });
}

TEST(Kernels, the_largest_products) {
  constexpr std::size_t kDepth = 65'536;
  for (const Kernels* fast : fast_kernels()) {
    for (const int x : {-128, 127}) {
      for (const int w : {-128, 127}) {
        const std::vector<std::int16_t> left(kDepth, static_cast<std::int16_t>(x));
        const std::vector<std::int8_t> right(kDepth, static_cast<std::int8_t>(w));
        EXPECT_EQ(products(*fast, left, 1, right, 1, kDepth)[0], x * w * static_cast<std::int32_t>(kDepth));
      }
    }
    // Softmax weights against values, as many as one product takes.
    const std::vector<std::int16_t> weights(512, INT16_MAX);
    const std::vector<std::int8_t> values(512, -127);
    EXPECT_EQ(products(*fast, weights, 1, values, 1, 512)[0], -512 * 127 * INT16_MAX);
  }
}

TEST(Kernels, epilogue) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    Random random(seed);
    auto y = Rower<std::int32_t>(random())(n);
    for (auto& acc : y) acc = static_cast<std::int32_t>(clamp_to(acc, -(1 << 30), 1 << 30));
    const auto bias = Rower<std::int32_t>(random())(n);
    std::vector<std::uint16_t> m(n);
    std::vector<std::uint8_t> s(n);
    constexpr std::uint16_t kM[] = {0, 1, 32'768, 65'535};
    constexpr std::uint8_t kS[] = {0, 1, 2, 31, 32, 61, 62, 63, 255};
    for (std::size_t c = 0; c < n; ++c) {
      m[c] = random() % 2 == 0 ? kM[below(random, 4)] : static_cast<std::uint16_t>(random());
      s[c] = random() % 2 == 0 ? kS[below(random, 9)] : static_cast<std::uint8_t>(15 + below(random, 40));
    }
    const RowScale scale{random() % 4 == 0 ? 32'767 : below(random, 32'768),
                         static_cast<std::int32_t>(below(random, 140)) - 70};
    auto expected = y;
    kScalarKernels.finish(expected, scale, {m.data(), s.data(), bias.data()});
    fast.finish(y, scale, {m.data(), s.data(), bias.data()});
    EXPECT_EQ(y, expected);
  });
}

TEST(Kernels, norm) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    Random random(seed);
    const auto x = Rower<std::int32_t>(random())(n);
    const auto gain = Rower<std::int16_t>(random())(n);
    const std::uint64_t eps = random() % 3 == 0 ? std::uint64_t{1} << 61 : random() >> (3 + random() % 61);
    std::vector<std::int16_t> out(n), expected(n);
    EXPECT_EQ(fast.norm(x, gain, eps, out), kScalarKernels.norm(x, gain, eps, expected));
    EXPECT_EQ(out, expected);
  });
}

TEST(Kernels, quantised_rows) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    const auto x = Rower<std::int16_t>(seed)(n);
    std::vector<std::int16_t> out(n), expected(n);
    EXPECT_EQ(fast.quantise(x, out), kScalarKernels.quantise(x, expected));
    EXPECT_EQ(out, expected);
  });
}

TEST(Kernels, the_first_of_equal_maxima) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    const auto any = Rower<std::int32_t>(seed)(n);
    EXPECT_EQ(fast.first_max(any), kScalarKernels.first_max(any));
    const auto few = Rower<std::int32_t>(seed)(n, {-3, 5, 6});
    EXPECT_EQ(fast.first_max(few), kScalarKernels.first_max(few));
  });
}

TEST(Kernels, softmax_weights) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    Random random(seed);
    auto scores = Rower<std::int32_t>(random())(n);
    if (random() % 2 == 0) {  // near each other, as scores are
      for (auto& score : scores) score = static_cast<std::int32_t>(below(random, 1 << 14));
    }
    const std::int32_t top = *std::ranges::max_element(scores);
    const RowScale scale{random() % 4 == 0 ? 32'767 : below(random, 32'768),
                         static_cast<std::int32_t>(below(random, 4))};
    const auto m = static_cast<std::uint16_t>(random() % 4 == 0 ? 65'535 : random());
    constexpr std::uint8_t kS[] = {0, 1, 2, 24, 30, 34, 36, 62, 255};
    const std::uint8_t s = kS[below(random, 9)];
    std::vector<std::int16_t> p(n), expected(n);
    EXPECT_EQ(fast.softmax(scores, top, scale, m, s, p), kScalarKernels.softmax(scores, top, scale, m, s, expected));
    EXPECT_EQ(p, expected);
  });
}

TEST(Kernels, gates) {
  repeat([](const Kernels& fast, std::size_t n, std::uint64_t seed) {
    Random random(seed);
    const auto gate = Rower<std::int32_t>(random())(n), up = Rower<std::int32_t>(random())(n);
    std::vector<std::int16_t> out(n), expected(n);
    fast.gate(gate, up, out);
    kScalarKernels.gate(gate, up, expected);
    EXPECT_EQ(out, expected);
  });
}

}  // namespace
}  // namespace aether::infer::testing

// The comparison of the engines of signature batches (core/crypto/test/engine_comparison.hpp) on any number of seeds.
//
//   aether-ed25519-compare --seeds A..B [--every avx2]
//
// Judges the seeds A to B − 1, each some 4 100 signatures. IFMA and commonware see every batch, zebra one of eight,
// AVX2 one of 16; with `--every avx2` AVX2 sees every batch and IFMA one of 16. Zebra's single verdict stands on all
// that is edge or forged. Prints a line of JSON and ends with 0, or with 1 at the first seed on which engines differ,
// which it names.
#include <charconv>
#include <iostream>

#include "../../core/crypto/test/engine_comparison.hpp"
#include "../../core/crypto/test/engines.hpp"
#include "../cpu_time.hpp"

namespace {

using namespace aether::crypto;
using namespace aether::crypto::cases;

constexpr std::uint32_t kZebraShare = 8, kOtherShare = 16;  // one batch of so many

struct Seeds {
  std::uint64_t first = 0, last = 0;
};

std::optional<Seeds> seeds_in(std::string_view text) {
  Seeds out;
  const auto [dots, error] = std::from_chars(text.data(), text.data() + text.size(), out.first);
  const std::string_view rest = text.substr(static_cast<std::size_t>(dots - text.data()));
  if (error != std::errc() || !rest.starts_with("..")) return std::nullopt;
  const auto [end, second_error] = std::from_chars(rest.data() + 2, rest.data() + rest.size(), out.last);
  if (second_error != std::errc() || end != rest.data() + rest.size() || out.last < out.first) return std::nullopt;
  return out;
}

void print_kinds(const char* name, const auto& kinds) {
  std::cout << ",\"" << name << "\":{";
  for (const char* comma = ""; const auto& [kind, count] : kinds) {
    std::cout << comma << '"' << kind << "\":{\"made\":" << count.made << ",\"valid\":" << count.valid << '}';
    comma = ",";
  }
  std::cout << '}';
}

void print(const Seeds& seeds, const EngineComparison::Counts& counts, double cpu_s) {
  std::cout << "{\"seeds\":\"" << seeds.first << ".." << seeds.last << "\",\"signatures\":" << counts.signatures
            << ",\"batches\":" << counts.batches << ",\"with_forgery\":" << counts.with_forgery
            << ",\"single_verdicts\":" << counts.single_verdicts << ",\"cpu_s\":" << cpu_s << ",\"judged\":{";
  for (const char* comma = ""; const auto& [engine, signatures] : counts.judged) {
    std::cout << comma << '"' << engine << "\":" << signatures;
    comma = ",";
  }
  std::cout << '}';
  print_kinds("edges", counts.edges);
  print_kinds("forgeries", counts.forgeries);
  std::cout << "}" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const auto seeds = words.size() >= 2 && words[0] == "--seeds" ? seeds_in(words[1]) : std::nullopt;
  const bool every_avx2 = words.size() == 4 && words[2] == "--every" && words[3] == "avx2";
  if (!seeds || !(words.size() == 2 || every_avx2)) {
    std::cerr << "usage: aether-ed25519-compare --seeds A..B [--every avx2]\n";
    return 64;
  }
  std::vector<Engine> compared;
  for (const BatchEngine engine : engines()) {
    if (engine == BatchEngine::ifma_and_commonware) continue;  // each of the two is compared by itself
    const bool every =
        engine == BatchEngine::commonware || engine == (every_avx2 ? BatchEngine::avx2 : BatchEngine::ifma);
    compared.push_back(engine_of(engine, every ? 1 : engine == BatchEngine::zebra ? kZebraShare : kOtherShare));
  }
  EngineComparison comparison(compared, {});
  const double begin = aether::bench::cpu_s();
  for (std::uint64_t seed = seeds->first; seed < seeds->last; ++seed)
    if (const auto judged = comparison.run(seed); !judged) {
      std::cerr << "aether-ed25519-compare --seeds " << seed << ".." << seed + 1 << (every_avx2 ? " --every avx2" : "")
                << "\n"
                << judged.error() << std::endl;
      return 1;
    }
  print(*seeds, comparison.counts(), aether::bench::cpu_s() - begin);
  return 0;
}

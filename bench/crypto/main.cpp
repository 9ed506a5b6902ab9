// aether-bench-crypto [--check] [--rounds N] [ROW...]: cryptography and erasure coding beside their peers, a line of
// JSON for each comparison. bench/crypto.py makes a table of it.
#include <charconv>
#include <iostream>

#include "rows.hpp"

namespace {

using namespace aether::bench;

constexpr int kRoundsMin = 7;
constexpr void (*kRows[])(const Harness&) = {ed25519_batches,  ed25519_groups, bls_votes,
                                             bls_certificates, vrf_batches,    kzg,
                                             reed_solomon,     losses,         sha256_of_many};

int usage() {
  std::cerr << "usage: aether-bench-crypto [--check] [--rounds N] [ROW...]\n"
               "  --check     every path once on small inputs; the figures mean nothing\n"
               "  --rounds N  rounds of each comparison, at least 7\n"
               "  ROW         1 to 9; all of them if none is named\n";
  return 64;
}

bool parse(std::string_view text, int min, int max, int& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && end == text.data() + text.size() && to >= min && to <= max;
}

}  // namespace

int main(int argc, char** argv) {
  bool check = false;
  int rounds = kRoundsMin;
  std::vector<int> rows;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    int row = 0;
    if (word == "--check") {
      check = true;
    } else if (word == "--rounds" && i + 1 < argc) {
      if (!parse(argv[++i], kRoundsMin, 1000, rounds)) return usage();
    } else if (parse(word, 1, static_cast<int>(std::size(kRows)), row)) {
      rows.push_back(row);
    } else {
      return usage();
    }
  }
  const Harness harness(rounds, check);
  for (int row = 1; row <= static_cast<int>(std::size(kRows)); ++row)
    if (rows.empty() || std::find(rows.begin(), rows.end(), row) != rows.end()) kRows[row - 1](harness);
  return 0;
}

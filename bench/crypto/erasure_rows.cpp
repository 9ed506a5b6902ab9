// Rows 7 and 8: the encoder, and what independent losses leave.
#include <isa-l/erasure_code.h>

#include <cmath>

#include "aether/env/cpu.hpp"
#include "aether/erasure/assembler.hpp"
#include "rows.hpp"

namespace aether::bench {
namespace {

using namespace erasure;

constexpr std::size_t kShardBytes = 1200;

struct Sets {
  unsigned k, r;
  Bytes bytes;
  std::vector<std::vector<std::uint8_t*>> shards;

  Sets(Random& random, unsigned data, unsigned parity, std::size_t count)
      : k(data), r(parity), bytes(random_bytes(random, count * (data + parity) * kShardBytes)) {
    for (std::size_t set = 0; set < count; ++set) {
      shards.emplace_back();
      for (unsigned i = 0; i < k + r; ++i) shards.back().push_back(bytes.data() + (set * (k + r) + i) * kShardBytes);
    }
  }
};

double survival(unsigned n, unsigned lost_max, double loss) {
  long double term = std::pow(1.0L - static_cast<long double>(loss), static_cast<long double>(n)), sum = 0;
  for (unsigned lost = 0; lost <= lost_max; ++lost) {
    sum += term;
    term *= static_cast<long double>(loss) / (1.0L - static_cast<long double>(loss)) * (n - lost) / (lost + 1);
  }
  return static_cast<double>(sum);
}

constexpr double kLoss = 0.1;

// How many of `trials` blocks come back through the assembler when each shred is lost with kLoss.
std::size_t recovered(Random& random, std::size_t block_bytes, std::size_t trials) {
  const CpuFeatures cpu = env::cpu_features();
  const Bytes block = random_bytes(random, block_bytes);
  const auto shreds = ShreddedBlock::make(ChainId{1}, Slot{2}, block, cpu);
  require(shreds.has_value(), "a block was refused");
  const Layout& layout = shreds->layout();
  const BlockRef ref{ChainId{1}, Slot{2}, {}, shreds->root(), static_cast<std::uint32_t>(block.size())};
  std::vector<std::vector<Hash>> paths;
  std::vector<ShredView> views;
  paths.reserve(layout.shreds());
  for (std::uint32_t i = 0; i < layout.shreds(); ++i) {
    const std::uint32_t set = i / layout.set_shards(), index = i % layout.set_shards();
    paths.push_back(shreds->path(set, index));
    views.push_back({ref.chain_id, ref.slot, ref.block, ref.block_bytes, static_cast<std::uint16_t>(set),
                     static_cast<std::uint8_t>(index), shreds->bytes(set, index), paths.back()});
  }
  std::size_t back = 0;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    auto assembler = Assembler::make(ref);
    require(assembler.has_value(), "a layout was refused");
    for (const ShredView& view : views)
      if (!std::bernoulli_distribution(kLoss)(random)) require(assembler->add(view).has_value(), "a shred was refused");
    const auto out = std::move(*assembler).finish(cpu);
    require(out ? *out == block : out.error() == BlockError::incomplete, "another block came back");
    back += out ? 1 : 0;
  }
  return back;
}

}  // namespace

void reed_solomon(const Harness& harness) {
  Random random(7);
  const CpuFeatures cpu = env::cpu_features();
  struct Shape {
    unsigned k, r;
    std::size_t block_sets;  // of a block of 2 MiB
  };
  for (const Shape& shape : {Shape{10, 2, 175}, Shape{200, 40, 9}}) {
    for (const std::size_t count : {std::size_t{1}, shape.block_sets}) {
      const Sets ours(random, shape.k, shape.r, count);
      Sets theirs = ours;
      theirs.shards = Sets(random, shape.k, shape.r, 0).shards;
      for (std::size_t set = 0; set < count; ++set) {
        theirs.shards.emplace_back();
        for (unsigned i = 0; i < shape.k + shape.r; ++i)
          theirs.shards.back().push_back(theirs.bytes.data() + (set * (shape.k + shape.r) + i) * kShardBytes);
      }
      const auto code = Code::make(shape.k, shape.r, cpu);
      require(code.has_value(), "a code was refused");
      const auto encode = [&](std::size_t first, std::size_t last) {
        for (std::size_t set = first; set < last; ++set) {
          const auto& all = ours.shards[set];
          code->encode(std::span<const std::uint8_t* const>(all.data(), shape.k), kShardBytes,
                       std::span(all).subspan(shape.k));
        }
      };
      const int k = static_cast<int>(shape.k), r = static_cast<int>(shape.r);
      Bytes matrix(shape.k * (shape.k + shape.r)), tables(32 * shape.k * shape.r);
      gf_gen_cauchy1_matrix(matrix.data(), k + r, k);
      ec_init_tables(k, r, &matrix[shape.k * shape.k], tables.data());
      const auto isal = [&](std::size_t first, std::size_t last) {
        for (std::size_t set = first; set < last; ++set)
          ec_encode_data(static_cast<int>(kShardBytes), k, r, tables.data(), theirs.shards[set].data(),
                         theirs.shards[set].data() + shape.k);
      };
      encode(0, count);
      isal(0, count);
      require(ours.bytes == theirs.bytes, "parities differ");

      const std::string name = "RS " + std::to_string(shape.k) + "+" + std::to_string(shape.r) + ", 1.2 KB, " +
                               (count == 1 ? "one set" : "a block's sets");
      const Work work{double(count * shape.k * kShardBytes) / 1e9, "GB of data"};
      const auto measure = [&](const Cores& cores) {
        const Side own{"Code", [&] { cores.split(count, encode); }, {}, {4.0, 4.0}};
        const bool few = shape.k == 10;
        harness.compare(cores, {7, name, work}, own,
                        {{"ISA-L", [&] { cores.split(count, isal); }, {}, few ? Goals{{}, 1.0} : Goals{}}});
        if (!few && cores.count == 1) harness.rate(cores, {7, name, work}, own);
      };
      if (count == 1) {
        harness.on_one(measure);
      } else {
        harness.on_one_and_two(measure);
      }
    }
  }
}

void losses(const Harness& harness) {
  const Goals goals{0.999, 0.999};
  const auto probability = [&](const std::string& name, double value, const Goals& of = {}) {
    harness.value({8, name, {1, "probability"}}, value, of);
  };
  const double set = survival(240, 40, kLoss);
  const auto full = layout_of(limits::kBlockBytesMax);
  require(full && full->set_shards() == 240 && full->parity_shards == 40, "the full block's layout is another");
  const double block = std::pow(set, full->sets);
  probability("RS(12,10), exact", survival(12, 2, kLoss));
  probability("RS(16,10), smallest blocks, exact", survival(16, 6, kLoss), goals);
  probability("RS(240,200), one set, exact", set, goals);
  probability("2 MiB in " + std::to_string(full->sets) + " sets, no repair, exact", block, goals);

  Random random(8);
  const auto simulate = [&](const std::string& name, std::size_t block_bytes, std::size_t trials, double p) {
    const auto n = double(trials), back = double(recovered(random, block_bytes, trials));
    require(std::abs(back - n * p) <= 5 * std::sqrt(n * p * (1 - p)) + 1, "the simulation is far from the formula");
    probability(name + ", " + std::to_string(trials) + " simulated", back / n);
  };
  simulate("RS(16,10), smallest blocks", 100, harness.size(100'000, 100), survival(16, 6, kLoss));
  simulate("RS(240,200), one set", 200 * limits::kShredBytesMax, harness.size(5000, 5), set);
  simulate("2 MiB in " + std::to_string(full->sets) + " sets", limits::kBlockBytesMax, harness.size(1000, 1), block);
}

}  // namespace aether::bench

// How much the referee allocates: every allocation of this program is counted.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "support.hpp"

namespace {
std::size_t live = 0, peak = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* out = std::malloc(size == 0 ? 1 : size);
  if (out == nullptr) std::abort();
  live += malloc_usable_size(out);
  peak = std::max(peak, live);
  return out;
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* at) noexcept {
  if (at != nullptr) live -= malloc_usable_size(at);
  std::free(at);
}
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { operator delete(at); }

namespace aether::vcr::testing {
namespace {

TEST(Referee, allocates_less_than_a_mebibyte) {
  const HonestRun run = random_run(wide_config(), 128, 2, 1);
  const JobClaim job = run.claim(run.own->root());
  std::size_t most = 0, largest = 0;
  for (std::uint32_t op = 0; op < infer::op_count(run.config()); ++op) {
    const infer::OpShape& shape = run.own->shape().op(op);
    const Coordinate at{op, shape.first_position + shape.rows - 1, 0, 0};
    for (const std::uint32_t position : {at.position, std::min(at.position, run.config().short_keys() - 1)}) {
      const auto proof =
          prove_element(run.own->shape(), *run.tree, run.tokens(), *run.own, {op, position, at.element, 0});
      if (!proof) continue;
      const Bytes bytes = codec::encode(run.proof(*proof));
      largest = std::max(largest, bytes.size());
      const std::size_t before = live;
      peak = live;
      EXPECT_EQ(judge(job, *codec::decode<StepProof>(bytes)), Verdict::equal);
      most = std::max(most, peak - before);
      EXPECT_EQ(live, before);
    }
  }
  std::printf("[ memory  ] referee at most %zu bytes, for proofs of up to %zu\n", most, largest);
  // With the largest proof instead of this one, still below the bound.
  EXPECT_LE(most * limits::kStepProofBytesMax / largest, std::size_t{1} << 20);
}

}  // namespace
}  // namespace aether::vcr::testing

// Kernels for AVX2. Their sources call nothing inline from shared headers that could be left out of line: the linker
// might take such a copy, with its instructions, for other sources too.
#pragma once

#include "kernels.hpp"

namespace aether::infer::avx2 {

void dots(Rows<std::int16_t> x, Rows<std::int8_t> w, std::size_t depth, std::int32_t* out, std::size_t out_stride);
void finish(std::span<std::int32_t> y, RowScale scale, Scales channels);
RowScale norm(std::span<const std::int32_t> x, std::span<const std::int16_t> gain, std::uint64_t eps,
              std::span<std::int16_t> out);
RowScale quantise(std::span<const std::int16_t> x, std::span<std::int16_t> out);
std::uint32_t first_max(std::span<const std::int32_t> scores);
std::int64_t softmax(std::span<const std::int32_t> scores, std::int32_t top, RowScale scale, std::uint16_t m,
                     std::uint8_t s, std::span<std::int16_t> p);
void gate(std::span<const std::int32_t> gates, std::span<const std::int32_t> ups, std::span<std::int16_t> out);

}  // namespace aether::infer::avx2

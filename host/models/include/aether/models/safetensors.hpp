// safetensors: u64 header length, JSON header, data (https://github.com/huggingface/safetensors). Strict: entries stand
// in the order of their data, which they cover without gap or overlap. What is written is a function of what is given:
// entries by name, the header padded with spaces to a multiple of 8.
#pragma once

#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <string_view>

#include "aether/models/error.hpp"

namespace aether::models {

static_assert(std::endian::native == std::endian::little, "tensor data is little-endian and copied as it is");

inline constexpr std::size_t kHeaderBytesMax = 16 << 20;
inline constexpr std::size_t kTensorsMax = 65'536;
inline constexpr std::size_t kDimensionsMax = 8;

enum class Dtype : std::uint8_t { f16, bf16, f32, i8, u8, i16, u16, i32 };
[[nodiscard]] std::string_view to_string(Dtype dtype);  // as the header spells it
[[nodiscard]] std::size_t bytes_of(Dtype dtype);

struct Tensor {
  Dtype dtype = Dtype::f32;
  std::vector<std::uint64_t> shape;
  ByteView data;
};
using Metadata = std::map<std::string, std::string, std::less<>>;
using Tensors = std::map<std::string, Tensor, std::less<>>;

// "F16 [1024, 256]".
[[nodiscard]] std::string describe(Dtype dtype, std::span<const std::uint64_t> shape);

// A parsed file; its tensors are views of the bytes it holds.
class Safetensors {
 public:
  [[nodiscard]] static Outcome<Safetensors> parse(Bytes file);
  Safetensors(Safetensors&&) = default;
  Safetensors& operator=(Safetensors&&) = default;

  const Metadata& metadata() const { return metadata_; }
  const Tensors& tensors() const { return tensors_; }
  // Null when there is none.
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  [[nodiscard]] std::size_t data_bytes() const { return data_bytes_; }

 private:
  Safetensors() = default;
  Bytes file_;
  Metadata metadata_;
  Tensors tensors_;
  std::size_t data_bytes_ = 0;
};

[[nodiscard]] Outcome<Safetensors> read_safetensors(const env::Path& path, std::size_t bytes_max);

// Each tensor's data has the bytes of its shape.
[[nodiscard]] Bytes write_safetensors(const Metadata& metadata, const Tensors& tensors);

template <class T>
inline constexpr Dtype dtype_of = Dtype::f32;
template <>
inline constexpr Dtype dtype_of<std::int8_t> = Dtype::i8;
template <>
inline constexpr Dtype dtype_of<std::uint8_t> = Dtype::u8;
template <>
inline constexpr Dtype dtype_of<std::int16_t> = Dtype::i16;
template <>
inline constexpr Dtype dtype_of<std::uint16_t> = Dtype::u16;
template <>
inline constexpr Dtype dtype_of<std::int32_t> = Dtype::i32;

}  // namespace aether::models

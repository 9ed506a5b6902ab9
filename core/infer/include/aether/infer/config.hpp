// The configuration of an AIC-INT model: all that the graph, every shape and the price follow from (spec/aic-int.md,
// section 2). At most 512 bytes of BCS; stored on chain.
#pragma once

#include <string_view>

#include "aether/codec/bcs.hpp"

namespace aether::infer {

enum class Family : std::uint8_t { llama };

struct Config {
  std::uint8_t version = 1;
  Family family = Family::llama;
  std::uint32_t vocab = 0;  // token ids are below this
  std::uint32_t d = 0;      // width of the residual stream
  std::uint32_t layers = 0;
  std::uint32_t heads = 0;     // query heads
  std::uint32_t kv_heads = 0;  // key and value heads; divides heads
  std::uint32_t head_dim = 0;  // even
  std::uint32_t ff = 0;        // width of the gated hidden layer
  std::uint32_t context = 0;   // most tokens of a sequence, prompt and output
  std::uint64_t eps = 0;       // of the RMSNorm: round(eps·d/u_r²), u_r the unit of the residual stream; at most 2^61
  codec::SortedSet<std::uint32_t, 16> stop;  // generation ends after one of these

  bool operator==(const Config&) const = default;
  [[nodiscard]] std::uint32_t q_width() const { return heads * head_dim; }
  [[nodiscard]] std::uint32_t kv_width() const { return kv_heads * head_dim; }
  // F: with more keys than this, the maximum and the weights of the softmax are committed too.
  [[nodiscard]] std::uint32_t short_keys() const { return 32'768 / head_dim; }

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("family", self.family);
    visit("vocab", self.vocab);
    visit("d", self.d);
    visit("layers", self.layers);
    visit("heads", self.heads);
    visit("kv_heads", self.kv_heads);
    visit("head_dim", self.head_dim);
    visit("ff", self.ff);
    visit("context", self.context);
    visit("eps", self.eps);
    visit("stop", self.stop);
  }
};

enum class ConfigError : std::uint8_t {
  version,     // not 1
  vocab,       // 0 or above 131 072
  width,       // d is 0 or above 5 120
  layers,      // 0 or above 256
  heads,       // 0, or heads·head_dim above 16 384
  kv_heads,    // 0, or does not divide heads
  head_dim,    // odd, 0 or above 256
  hidden,      // ff is 0 or above 16 384
  context,     // 0 or above 8 192
  eps,         // above 2^61
  stop_token,  // a stop token outside the vocabulary
};
[[nodiscard]] std::string_view to_string(ConfigError error);
[[nodiscard]] Result<void, ConfigError> validate(const Config& config);

}  // namespace aether::infer

namespace aether::codec {
template <>
inline constexpr auto enum_names<infer::Family> = std::array<std::string_view, 1>{"llama"};
}  // namespace aether::codec

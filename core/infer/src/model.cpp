#include "aether/infer/model.hpp"

#include <array>

#include "aether/crypto/sha256.hpp"
#include "aether/infer/element.hpp"

namespace aether::infer {

namespace {

Channels channels(std::size_t count, std::size_t width, bool biased) {
  Channels out;
  out.width = width;
  out.w.resize(count * width);
  out.m.resize(count);
  out.s.resize(count);
  if (biased) out.bias.resize(count);
  return out;
}

bool has_sizes(const Channels& tensor, const Channels& wanted) {
  return tensor.width == wanted.width && tensor.w.size() == wanted.w.size() && tensor.m.size() == wanted.m.size() &&
         tensor.s.size() == wanted.s.size() && tensor.bias.size() == wanted.bias.size();
}

Layer layer_of(const Config& c) {
  Layer out;
  out.attn_norm.resize(c.d);
  out.q = channels(c.q_width(), c.d, true);
  out.k = channels(c.kv_width(), c.d, true);
  out.v = channels(c.kv_width(), c.d, true);
  out.head = channels(c.heads, 0, false);
  out.o = channels(c.d, c.q_width(), true);
  out.mlp_norm.resize(c.d);
  out.gate = channels(c.ff, c.d, true);
  out.up = channels(c.ff, c.d, true);
  out.down = channels(c.d, c.ff, true);
  return out;
}

constexpr std::array<TensorKind, 10> kLayerTensors{
    TensorKind::attn_norm, TensorKind::q,        TensorKind::k,    TensorKind::v,  TensorKind::head,
    TensorKind::o,         TensorKind::mlp_norm, TensorKind::gate, TensorKind::up, TensorKind::down};

std::uint32_t channel_count(const Config& c, TensorKind kind) {
  switch (kind) {
    case TensorKind::embedding:
    case TensorKind::lm_head: return c.vocab;
    case TensorKind::attn_norm:
    case TensorKind::mlp_norm:
    case TensorKind::final_norm: return 1;
    case TensorKind::q: return c.q_width();
    case TensorKind::k:
    case TensorKind::v: return c.kv_width();
    case TensorKind::head: return c.heads;
    case TensorKind::o:
    case TensorKind::down: return c.d;
    case TensorKind::gate:
    case TensorKind::up: return c.ff;
    case TensorKind::rope: return c.context;
  }
  return 0;
}

std::uint64_t layer_leaves(const Config& c) {
  std::uint64_t out = 0;
  for (const TensorKind kind : kLayerTensors) out += channel_count(c, kind);
  return out;
}

template <class T>
void put(Bytes& out, T value) {
  auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
}

Bytes record(const Channels& tensor, std::size_t channel) {
  Bytes out;
  out.reserve(tensor.width + 7);
  for (const std::int8_t w : tensor.row(channel)) put(out, w);
  put(out, tensor.m[channel]);
  put(out, tensor.s[channel]);
  if (!tensor.bias.empty()) put(out, tensor.bias[channel]);
  return out;
}

Bytes numbers(std::span<const std::int16_t> row) {
  Bytes out;
  out.reserve(2 * row.size());
  for (const std::int16_t value : row) put(out, value);
  return out;
}

Bytes layer_leaf(const Layer& layer, TensorKind kind, std::size_t channel) {
  switch (kind) {
    case TensorKind::attn_norm: return numbers(layer.attn_norm);
    case TensorKind::q: return record(layer.q, channel);
    case TensorKind::k: return record(layer.k, channel);
    case TensorKind::v: return record(layer.v, channel);
    case TensorKind::head: return record(layer.head, channel);
    case TensorKind::o: return record(layer.o, channel);
    case TensorKind::mlp_norm: return numbers(layer.mlp_norm);
    case TensorKind::gate: return record(layer.gate, channel);
    case TensorKind::up: return record(layer.up, channel);
    default: return record(layer.down, channel);
  }
}

}  // namespace

Model::Model(const Config& config)
    : embedding(channels(config.vocab, config.d, false)),
      layers(config.layers, layer_of(config)),
      final_norm(config.d),
      lm_head(channels(config.vocab, config.d, true)),
      rope(std::size_t{config.context} * config.head_dim),
      config_(config) {}

bool Model::well_formed() const {
  const Layer wanted = layer_of(config_);
  if (!has_sizes(embedding, channels(config_.vocab, config_.d, false)) || layers.size() != config_.layers ||
      final_norm.size() != config_.d || !has_sizes(lm_head, channels(config_.vocab, config_.d, true)) ||
      rope.size() != std::size_t{config_.context} * config_.head_dim)
    return false;
  return std::all_of(layers.begin(), layers.end(), [&](const Layer& layer) {
    return layer.attn_norm.size() == config_.d && layer.mlp_norm.size() == config_.d && has_sizes(layer.q, wanted.q) &&
           has_sizes(layer.k, wanted.k) && has_sizes(layer.v, wanted.v) && has_sizes(layer.head, wanted.head) &&
           has_sizes(layer.o, wanted.o) && has_sizes(layer.gate, wanted.gate) && has_sizes(layer.up, wanted.up) &&
           has_sizes(layer.down, wanted.down);
  });
}

Bytes Model::leaf(std::uint64_t index) const {
  AETHER_ASSERT(index < leaf_count(config_));
  if (index < config_.vocab) return record(embedding, index);
  index -= config_.vocab;
  const std::uint64_t per_layer = layer_leaves(config_);
  if (index < per_layer * config_.layers) {
    const Layer& layer = layers[index / per_layer];
    std::uint64_t channel = index % per_layer;
    for (const TensorKind kind : kLayerTensors) {
      const std::uint32_t count = channel_count(config_, kind);
      if (channel < count) return layer_leaf(layer, kind, channel);
      channel -= count;
    }
  }
  index -= per_layer * config_.layers;
  if (index == 0) return numbers(final_norm);
  --index;
  if (index < config_.vocab) return record(lm_head, index);
  return numbers(rope_row(static_cast<std::uint32_t>(index - config_.vocab)));
}

std::uint64_t leaf_count(const Config& c) {
  return std::uint64_t{c.vocab} + c.layers * layer_leaves(c) + 1 + c.vocab + c.context;
}

std::uint64_t leaf_index(const Config& c, TensorKind kind, std::uint32_t layer, std::uint32_t channel) {
  AETHER_ASSERT(channel < channel_count(c, kind));
  const std::uint64_t after_layers = c.vocab + c.layers * layer_leaves(c);
  switch (kind) {
    case TensorKind::embedding: return channel;
    case TensorKind::final_norm: return after_layers;
    case TensorKind::lm_head: return after_layers + 1 + channel;
    case TensorKind::rope: return after_layers + 1 + c.vocab + channel;
    default: break;
  }
  AETHER_ASSERT(layer < c.layers);
  std::uint64_t index = c.vocab + layer * layer_leaves(c) + channel;
  for (const TensorKind before : kLayerTensors) {
    if (before == kind) break;
    index += channel_count(c, before);
  }
  return index;
}

std::uint32_t leaf_bytes(const Config& c, TensorKind kind) {
  constexpr std::uint32_t kScale = 3, kBias = 4;
  switch (kind) {
    case TensorKind::embedding: return c.d + kScale;
    case TensorKind::attn_norm:
    case TensorKind::mlp_norm:
    case TensorKind::final_norm: return 2 * c.d;
    case TensorKind::head: return kScale;
    case TensorKind::o: return c.q_width() + kScale + kBias;
    case TensorKind::down: return c.ff + kScale + kBias;
    case TensorKind::rope: return 2 * c.head_dim;
    case TensorKind::q:
    case TensorKind::k:
    case TensorKind::v:
    case TensorKind::gate:
    case TensorKind::up:
    case TensorKind::lm_head: return c.d + kScale + kBias;
  }
  return 0;
}

Hash engine_hash() {
  Bytes bytes{kEngineVersion};
  for (const std::uint16_t entry : kExp2) put(bytes, entry);
  for (const std::int32_t knot : kSilu) put(bytes, knot);
  return crypto::tagged_hash("aether/engine", bytes);
}

}  // namespace aether::infer

#include "aether/models/float_model.hpp"

#include <cmath>

#include "json.hpp"

namespace aether::models {

namespace json = boost::json;

namespace {

Outcome<std::uint64_t> read_natural(const json::object& in, std::string_view name,
                                    std::optional<std::uint64_t> absent) {
  const auto* member = in.if_contains(name);
  if (member == nullptr || member->is_null()) {
    if (absent) return *absent;
    return error(ErrorKind::json, "'" + std::string(name) + "' is missing");
  }
  const auto number = natural(*member);
  if (!number || *number > UINT32_MAX)
    return error(ErrorKind::json, "'" + std::string(name) + "' is not a number from 0 to 2^32 - 1");
  return *number;
}

Outcome<double> read_positive(const json::object& in, std::string_view name, double absent) {
  const auto* member = in.if_contains(name);
  if (member == nullptr || member->is_null()) return absent;
  boost::system::error_code code;
  const auto number = member->to_number<double>(code);
  if (code || !(number > 0) || !std::isfinite(number))
    return error(ErrorKind::json, "'" + std::string(name) + "' is not a number above 0");
  return number;
}

// A member that must be absent, null or `wanted`, since nothing else is supported.
Outcome<void> check_only(const json::object& in, std::string_view name, const json::value& wanted) {
  const auto* member = in.if_contains(name);
  if (member == nullptr || member->is_null() || *member == wanted) return {};
  return error(ErrorKind::unsupported, "'" + std::string(name) + "' is " + json::serialize(*member) +
                                           "; supported is " + json::serialize(wanted));
}

Outcome<codec::SortedSet<std::uint32_t, 16>> read_stop(const json::object& in) {
  std::vector<std::uint32_t> out;
  const auto* member = in.if_contains("eos_token_id");
  if (member == nullptr || member->is_null()) return codec::SortedSet<std::uint32_t, 16>{};
  const json::array one{*member};
  for (const auto& item : member->is_array() ? member->get_array() : one) {
    const auto id = natural(item);
    if (!id || *id > UINT32_MAX || out.size() == 16)
      return error(ErrorKind::json, "'eos_token_id' is not a token or a list of at most 16");
    out.push_back(static_cast<std::uint32_t>(*id));
  }
  return codec::SortedSet<std::uint32_t, 16>(std::move(out));
}

float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  if (exponent == 0) {
    const float size = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -size : size;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

template <class T>
T element(ByteView data, std::size_t i) {
  T out{};
  std::memcpy(&out, data.data() + i * sizeof(T), sizeof(T));
  return out;
}

Outcome<std::vector<float>> read_floats(const Safetensors& file, const std::string& name,
                                        const std::vector<std::uint64_t>& shape) {
  const Tensor* tensor = file.find(name);
  if (tensor == nullptr) return error(ErrorKind::missing_tensor, "tensor '" + name + "' is missing");
  const bool floating = tensor->dtype == Dtype::f16 || tensor->dtype == Dtype::bf16 || tensor->dtype == Dtype::f32;
  if (!floating || tensor->shape != shape)
    return error(ErrorKind::wrong_tensor, "tensor '" + name + "' is " + describe(tensor->dtype, tensor->shape) +
                                              "; config.json wants " + describe(Dtype::f16, shape) + ", BF16 or F32");
  std::vector<float> out(tensor->data.size() / bytes_of(tensor->dtype));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = tensor->dtype == Dtype::f32 ? element<float>(tensor->data, i)
             : tensor->dtype == Dtype::bf16
                 ? std::bit_cast<float>(std::uint32_t{element<std::uint16_t>(tensor->data, i)} << 16)
                 : float_of_half(element<std::uint16_t>(tensor->data, i));
    if (!std::isfinite(out[i]))
      return error(ErrorKind::not_finite, "tensor '" + name + "' holds a number that is not finite");
  }
  return out;
}

Outcome<Matrix> read_matrix(const Safetensors& file, const std::string& name, std::uint64_t rows, std::uint64_t cols) {
  Matrix out{rows, cols, {}};
  AETHER_TRY(out.data, read_floats(file, name, {rows, cols}));
  return out;
}

Outcome<FloatLayer> read_layer(const Safetensors& file, const infer::Config& c, std::uint32_t index) {
  const std::string at = "model.layers." + std::to_string(index) + ".", attn = at + "self_attn.", mlp = at + "mlp.";
  FloatLayer out;
  AETHER_TRY(out.attn_norm, read_floats(file, at + "input_layernorm.weight", {c.d}));
  AETHER_TRY(out.q, read_matrix(file, attn + "q_proj.weight", c.q_width(), c.d));
  AETHER_TRY(out.k, read_matrix(file, attn + "k_proj.weight", c.kv_width(), c.d));
  AETHER_TRY(out.v, read_matrix(file, attn + "v_proj.weight", c.kv_width(), c.d));
  AETHER_TRY(out.o, read_matrix(file, attn + "o_proj.weight", c.d, c.q_width()));
  AETHER_TRY(out.mlp_norm, read_floats(file, at + "post_attention_layernorm.weight", {c.d}));
  AETHER_TRY(out.gate, read_matrix(file, mlp + "gate_proj.weight", c.ff, c.d));
  AETHER_TRY(out.up, read_matrix(file, mlp + "up_proj.weight", c.ff, c.d));
  AETHER_TRY(out.down, read_matrix(file, mlp + "down_proj.weight", c.d, c.ff));
  return out;
}

}  // namespace

Outcome<FloatConfig> float_config_from_json(std::string_view text) {
  AETHER_TRY(const json::value root, parse_json(text, ErrorKind::json));
  const auto* in = root.if_object();
  const auto* type = in == nullptr ? nullptr : in->if_contains("model_type");
  if (type == nullptr || *type != "llama") return error(ErrorKind::unsupported, "'model_type' is not \"llama\"");
  AETHER_CHECK(check_only(*in, "hidden_act", "silu"));
  AETHER_CHECK(check_only(*in, "rope_scaling", nullptr));
  AETHER_CHECK(check_only(*in, "attention_bias", false));
  AETHER_CHECK(check_only(*in, "mlp_bias", false));
  FloatConfig out;
  infer::Config& c = out.sizes;
  const auto read = [&](std::string_view name, std::uint32_t& size,
                        std::optional<std::uint64_t> absent = std::nullopt) -> Outcome<void> {
    AETHER_TRY(const std::uint64_t number, read_natural(*in, name, absent));
    size = static_cast<std::uint32_t>(number);
    return {};
  };
  AETHER_CHECK(read("vocab_size", c.vocab));
  AETHER_CHECK(read("hidden_size", c.d));
  AETHER_CHECK(read("num_hidden_layers", c.layers));
  AETHER_CHECK(read("num_attention_heads", c.heads));
  AETHER_CHECK(read("num_key_value_heads", c.kv_heads, c.heads));
  AETHER_CHECK(read("head_dim", c.head_dim, c.heads == 0 ? 0 : c.d / c.heads));
  AETHER_CHECK(read("intermediate_size", c.ff));
  AETHER_CHECK(read("max_position_embeddings", c.context));
  AETHER_TRY(c.stop, read_stop(*in));
  AETHER_TRY(out.norm_eps, read_positive(*in, "rms_norm_eps", 1e-6));
  AETHER_TRY(out.rope_theta, read_positive(*in, "rope_theta", 10'000.0));
  const auto* tied = in->if_contains("tie_word_embeddings");
  out.tied = tied != nullptr && tied->is_bool() && tied->get_bool();
  if (const auto valid = infer::validate(c); !valid)
    return error(ErrorKind::config, "the model's " + std::string(to_string(valid.error())) +
                                        " is outside of what the engine takes (aether/infer/config.hpp)");
  return out;
}

Outcome<FloatModel> float_model_from(const FloatConfig& config, const Safetensors& file) {
  const infer::Config& c = config.sizes;
  FloatModel out;
  out.config = config;
  AETHER_TRY(out.embedding, read_matrix(file, "model.embed_tokens.weight", c.vocab, c.d));
  for (std::uint32_t i = 0; i < c.layers; ++i) {
    AETHER_TRY(FloatLayer layer, read_layer(file, c, i));
    out.layers.push_back(std::move(layer));
  }
  AETHER_TRY(out.final_norm, read_floats(file, "model.norm.weight", {c.d}));
  if (config.tied) {
    out.lm_head = out.embedding;
  } else {
    AETHER_TRY(out.lm_head, read_matrix(file, "lm_head.weight", c.vocab, c.d));
  }
  return out;
}

env::Path float_file_of(const env::Path& directory) {
  std::error_code ignored;
  const env::Path own = directory / kFloatFileName;
  return std::filesystem::exists(own, ignored) ? own : directory / kModelFileName;
}

Outcome<FloatModel> load_float_directory(const env::Path& directory) {
  constexpr std::size_t kConfigBytesMax = 1 << 20;
  const env::Path config_path = directory / kConfigFileName, tensors_path = float_file_of(directory);
  const auto text = env::read_file(config_path, kConfigBytesMax);
  if (!text) return error(text.error());
  auto config = float_config_from_json(as_text(*text));
  if (!config) return in_file(config_path, std::move(config).error());
  std::error_code ignored;
  const env::Path index = directory / "model.safetensors.index.json";
  if (!std::filesystem::exists(tensors_path, ignored) && std::filesystem::exists(index, ignored))
    return error(ErrorKind::unsupported, index.string() +
                                             ": a model in several files is not supported: join them into " +
                                             (directory / kFloatFileName).string());
  AETHER_TRY(const Safetensors file, read_safetensors(tensors_path, kFloatFileBytesMax));
  auto out = float_model_from(*config, file);
  if (!out) return in_file(tensors_path, std::move(out).error());
  return out;
}

}  // namespace aether::models

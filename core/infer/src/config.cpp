#include "aether/infer/config.hpp"

namespace aether::infer {

std::string_view to_string(ConfigError error) {
  switch (error) {
    case ConfigError::version: return "version";
    case ConfigError::vocab: return "vocab";
    case ConfigError::width: return "width";
    case ConfigError::layers: return "layers";
    case ConfigError::heads: return "heads";
    case ConfigError::kv_heads: return "kv_heads";
    case ConfigError::head_dim: return "head_dim";
    case ConfigError::hidden: return "hidden";
    case ConfigError::context: return "context";
    case ConfigError::eps: return "eps";
    case ConfigError::stop_token: return "stop_token";
  }
  return "unknown";
}

Result<void, ConfigError> validate(const Config& c) {
  const auto within = [](std::uint32_t value, std::uint32_t max) { return value >= 1 && value <= max; };
  if (c.version != 1) return fail(ConfigError::version);
  if (!within(c.vocab, 131'072)) return fail(ConfigError::vocab);
  if (!within(c.d, 5'120)) return fail(ConfigError::width);
  if (!within(c.layers, 256)) return fail(ConfigError::layers);
  if (!within(c.head_dim, 256) || c.head_dim % 2 != 0) return fail(ConfigError::head_dim);
  if (!within(c.heads, 16'384 / c.head_dim)) return fail(ConfigError::heads);
  if (!within(c.kv_heads, c.heads) || c.heads % c.kv_heads != 0) return fail(ConfigError::kv_heads);
  if (!within(c.ff, 16'384)) return fail(ConfigError::hidden);
  if (!within(c.context, 8'192)) return fail(ConfigError::context);
  if (c.eps > std::uint64_t{1} << 61) return fail(ConfigError::eps);
  for (const std::uint32_t token : c.stop) {
    if (token >= c.vocab) return fail(ConfigError::stop_token);
  }
  return {};
}

}  // namespace aether::infer

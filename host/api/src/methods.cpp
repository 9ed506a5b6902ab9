#include "aether/api/methods.hpp"

namespace aether::api {

Answer<std::uint32_t> page_limit(const std::optional<std::uint32_t>& limit) {
  if (!limit) return kPageMax;
  AETHER_CHECK(check_count("limit", *limit, kPageMax));
  return *limit;
}

}  // namespace aether::api

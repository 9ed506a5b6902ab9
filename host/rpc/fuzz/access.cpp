// Host, Origin and Authorization of any form: what is let in bears the token, and its Host is a bare name or address.
#include <cstddef>
#include <cstdint>

#include "aether/rpc/access.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t first = text.find('\n');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\n', first + 1);
  const auto part = [&](std::size_t from, std::size_t to) {
    return from == std::string_view::npos ? std::string_view{} : text.substr(from + 1, to - from - 1);
  };
  const aether::rpc::Asking asking{text.substr(0, first), part(first, second), part(second, text.size())};
  const aether::rpc::Access access{"token", {"node.example"}, {"https://wallet.example"}};
  if (aether::rpc::check_access(access, asking)) return 0;
  if (asking.authorization != "Bearer token") __builtin_trap();
  if (!asking.origin.empty() && asking.origin != "https://wallet.example") __builtin_trap();
  if (asking.host.find_first_of("@/ ") != std::string_view::npos) __builtin_trap();
  return 0;
}

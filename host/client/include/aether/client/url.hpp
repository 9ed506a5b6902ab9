// Where a program of Aether listens: http://HOST:PORT[/PATH]. HOST is a name, an IPv4 address or an IPv6 address in [
// ].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aether/base/result.hpp"

namespace aether::client {

struct Url {
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/";

  bool operator==(const Url&) const = default;
};

enum class UrlError : std::uint8_t {
  too_long,       // above kUrlBytesMax
  bad_character,  // outside printable ASCII, or a space
  scheme,         // not http://
  user_info,      // USER@HOST: credentials do not belong in an address
  host,           // empty, or not a host
  port,           // missing, or not 1 to 65535
  fragment,       // a '#'
};
[[nodiscard]] std::string_view to_string(UrlError error);

inline constexpr std::size_t kUrlBytesMax = 1024;

[[nodiscard]] Result<Url, UrlError> parse_url(std::string_view text);
[[nodiscard]] std::string to_text(const Url& url);

}  // namespace aether::client

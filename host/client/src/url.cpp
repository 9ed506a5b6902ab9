#include "aether/client/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace aether::client {
namespace {

constexpr std::string_view kScheme = "http://";

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}
bool is_ipv6_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

// Takes the host off the front of `rest`.
Result<std::string, UrlError> take_host(std::string_view& rest) {
  std::string_view host;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return fail(UrlError::host);
    host = rest.substr(1, end - 1);
    if (!std::all_of(host.begin(), host.end(), is_ipv6_character)) return fail(UrlError::host);
    rest.remove_prefix(end + 1);
  } else {
    host = rest.substr(0, rest.find(':'));
    if (!std::all_of(host.begin(), host.end(), is_host_character)) return fail(UrlError::host);
    rest.remove_prefix(host.size());
  }
  if (host.empty()) return fail(UrlError::host);
  return std::string(host);
}

}  // namespace

std::string_view to_string(UrlError error) {
  constexpr std::array<std::string_view, 7> kNames{
      "longer than 1024 characters",      "a space or a character outside ASCII",
      "it must begin with http://",       "a user name before the host",
      "no host, or not a host",           "no port from 1 to 65535",
      "a fragment, which has no use here"};
  return kNames[static_cast<std::size_t>(error)];
}

Result<Url, UrlError> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return fail(UrlError::too_long);
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return fail(UrlError::bad_character);
  if (!text.starts_with(kScheme)) return fail(UrlError::scheme);
  text.remove_prefix(kScheme.size());
  if (text.find('#') != std::string_view::npos) return fail(UrlError::fragment);
  const std::size_t path_at = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, path_at);
  if (authority.find('@') != std::string_view::npos) return fail(UrlError::user_info);
  Url url;
  AETHER_TRY(url.host, take_host(authority));
  if (authority.size() < 2 || authority[0] != ':') return fail(UrlError::port);
  authority.remove_prefix(1);
  const auto [end, code] = std::from_chars(authority.data(), authority.data() + authority.size(), url.port);
  if (code != std::errc() || end != authority.data() + authority.size() || url.port == 0) return fail(UrlError::port);
  const std::string_view path = text.substr(path_at);
  url.path = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
  return url;
}

std::string to_text(const Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  return std::string(kScheme) + (ipv6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port) + url.path;
}

}  // namespace aether::client

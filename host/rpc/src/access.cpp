#include "aether/rpc/access.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace aether::rpc {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Without the port; none when it is malformed. "[…]" keeps what is in the brackets.
std::optional<std::string_view> name_of(std::string_view host) {
  std::size_t end = host.find(':');
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return host.substr(1, end - 1);
  }
  if (end != std::string_view::npos && !is_port(host.substr(end + 1))) return std::nullopt;
  return host.substr(0, end);
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_ours(const Access& access, std::string_view host) {
  const auto name = name_of(host);
  if (!name || name->empty() || name->find('%') != name->npos) return false;  // a zone may be any text
  boost::system::error_code code;
  (void)boost::asio::ip::make_address(*name, code);
  if (!code || same_letters(*name, "localhost")) return true;
  return std::any_of(access.hosts.begin(), access.hosts.end(),
                     [&](const std::string& own) { return same_letters(own, *name); });
}

bool bears(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme)) return false;
  const std::string_view given = authorization.substr(kScheme.size());
  unsigned different = given.size() == token.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    different |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(token[i % token.size()]);
  return different == 0;
}

}  // namespace

std::optional<AccessError> check_access(const Access& access, const Asking& asking) {
  if (!is_ours(access, asking.host)) return AccessError::host;
  if (!asking.origin.empty() &&
      std::find(access.origins.begin(), access.origins.end(), asking.origin) == access.origins.end())
    return AccessError::origin;
  if (!access.token.empty() && !bears(asking.authorization, access.token)) return AccessError::token;
  return std::nullopt;
}

}  // namespace aether::rpc

// Who may ask: by the header of a request, before anything else of it is looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aether::rpc {

struct Access {
  // Where it is set, a request must bear it: `Authorization: Bearer TOKEN`.
  std::string token;
  // Names, besides IP addresses and localhost, under which the server is reached. A page of a foreign site can make a
  // browser resolve the site's own name to the server's address, but not send another name than its own.
  std::vector<std::string> hosts;
  // Of web pages that may ask, as browsers send it: "https://wallet.example".
  std::vector<std::string> origins;
};

struct Asking {
  std::string_view host;           // NAME, NAME:PORT, ADDRESS, [ADDRESS]:PORT; empty when absent
  std::string_view origin;         // empty when absent, as with every client that is no browser
  std::string_view authorization;  // empty when absent
};

enum class AccessError : unsigned char {
  host,    // missing, malformed, or a name that is not this server's
  origin,  // of a web page that may not ask
  token,   // missing or another
};

// None: it may. The token is compared in a time that does not tell how much of it was right.
[[nodiscard]] std::optional<AccessError> check_access(const Access& access, const Asking& asking);

}  // namespace aether::rpc

// One HTTP request, blocking, with a deadline for the whole and a bound for the body. Follows no redirect.
#pragma once

#include "aether/client/url.hpp"

namespace aether::client {

struct HttpOptions {
  std::uint32_t deadline_ms = 10'000;  // from the look-up of the host to the last byte
  std::size_t body_bytes_max = 16 * 1024 * 1024;
};

enum class HttpErrorKind : std::uint8_t {
  unreachable,  // no such host, or nobody listens there
  deadline,     // not answered in time
  too_large,    // the body exceeds the bound
  broken,       // the connection ended early, or what came is not HTTP
};
[[nodiscard]] std::string_view to_string(HttpErrorKind kind);

struct HttpError {
  HttpErrorKind kind = HttpErrorKind::broken;
  std::string message;  // names the address
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

[[nodiscard]] Result<HttpAnswer, HttpError> http_get(const Url& url, HttpOptions options = {});
[[nodiscard]] Result<HttpAnswer, HttpError> http_post_json(const Url& url, std::string body, HttpOptions options = {});

}  // namespace aether::client

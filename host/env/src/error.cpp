#include "aether/env/error.hpp"

#include <cerrno>
#include <system_error>

namespace aether::env {
namespace {

ErrorKind kind_of(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return ErrorKind::not_found;
    case EEXIST:
    case ENOTEMPTY: return ErrorKind::exists;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorKind::permission;
    case EISDIR: return ErrorKind::not_a_file;
    case ENOSPC:
    case EDQUOT: return ErrorKind::no_space;
    case EWOULDBLOCK: return ErrorKind::locked;
    default: return ErrorKind::io;
  }
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found: return "not found";
    case ErrorKind::exists: return "exists already";
    case ErrorKind::permission: return "not permitted";
    case ErrorKind::not_a_file: return "not a regular file";
    case ErrorKind::too_large: return "too large";
    case ErrorKind::no_space: return "no space left";
    case ErrorKind::locked: return "in use by another process";
    case ErrorKind::io: return "input/output error";
  }
  return "unknown";
}

Error last_error(std::string_view what, std::string_view path) {
  const int code = errno;
  std::string message = "cannot ";
  message.append(what).append(" ").append(path).append(": ").append(std::generic_category().message(code));
  return {kind_of(code), std::move(message)};
}

}  // namespace aether::env

// A failure of the environment: what happened, to which path, what to do. `kind` is for programs, `message` for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aether/base/result.hpp"

namespace aether::env {

enum class ErrorKind : std::uint8_t {
  not_found,   // no such file or directory
  exists,      // the file is there and must not be overwritten
  permission,  // the operating system refuses
  not_a_file,  // a directory, device or socket where a file is wanted
  too_large,   // above the caller's bound
  no_space,    // the disk or the quota is full
  locked,      // another process holds the lock
  io,          // everything else
};
[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::io;
  std::string message;
};

template <class T>
using Outcome = Result<T, Error>;

// The error of the last system call, from errno: "cannot WHAT PATH: reason".
[[nodiscard]] Error last_error(std::string_view what, std::string_view path);

}  // namespace aether::env

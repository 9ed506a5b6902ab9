// What goes wrong between a program and its database.
#pragma once

#include <string>

#include "aether/base/result.hpp"

namespace aether::storage {

enum class ErrorKind : std::uint8_t {
  locked,          // another process has it open
  foreign,         // another chain's database (its genesis hash differs)
  schema,          // written by another version of this program
  not_a_database,  // the directory holds something else
  corrupt,         // damage was found
  bad_genesis,     // the genesis makes no valid chain
  environment,     // the file system refuses
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;  // names the directory and what to do
};
template <class T>
using Outcome = Result<T, Error>;

}  // namespace aether::storage

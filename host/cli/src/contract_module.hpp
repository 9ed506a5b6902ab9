// What a WebAssembly module says of itself, for people: its imports, exports and methods. Whether the chain takes it is
// for the chain's own rules to say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aether/base/bytes.hpp"

namespace aether::cli {

struct ModuleFacts {
  std::vector<std::string> imports;  // "aether.caller"
  std::vector<std::string> exports;
  std::vector<std::string> methods;  // of the SDK's custom section, in order; empty when there is none
};

// None when the bytes are no module, as far as these facts go.
[[nodiscard]] std::optional<ModuleFacts> read_module(ByteView module);

}  // namespace aether::cli

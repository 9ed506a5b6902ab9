// Ends the process: the database broke under us, and no answer may be made from it.
#pragma once

#include <string_view>

namespace aether::storage {

[[noreturn]] void broken(std::string_view what);

}  // namespace aether::storage

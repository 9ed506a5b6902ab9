#include "broken.hpp"

#include <cstdlib>
#include <string>

#include "aether/telemetry/log.hpp"

namespace aether::storage {

void broken(std::string_view what) {
  telemetry::log(telemetry::Level::error,
                 "the database failed (" + std::string(what) + "): check the disk, then restore the directory");
  std::abort();
}

}  // namespace aether::storage

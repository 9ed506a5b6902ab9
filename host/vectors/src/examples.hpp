// An example of each op, and the answer to it.
#pragma once

#include <string>
#include <string_view>

namespace aether::vectors {

struct Example {
  std::string request;
  std::string answer;
};

[[nodiscard]] Example example_of(std::string_view op);

}  // namespace aether::vectors

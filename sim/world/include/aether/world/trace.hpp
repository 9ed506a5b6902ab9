// One number for all that happened in a run: equal for equal seeds, on every compiler.
#pragma once

#include "aether/world/random.hpp"

namespace aether::sim {

class Trace {
 public:
  void note(std::uint64_t what) { hash_ = mix(hash_ ^ what) + what; }
  template <class... More>
  void note(std::uint64_t what, std::uint64_t second, More... more) {
    note(what);
    note(second, more...);
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

}  // namespace aether::sim

// The one maker of Verified<T>.
#pragma once

#include "aether/types/verified.hpp"

namespace aether {

struct Verifier {
  template <class T>
  static Verified<T> pass(Unverified<T> checked, Facts<T> facts = {}) {
    return Verified<T>(std::move(checked).unchecked(), std::move(facts));
  }
};

}  // namespace aether

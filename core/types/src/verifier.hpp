// The one maker of Verified<T> and VerifiedTransaction.
#pragma once

#include "aether/types/transaction.hpp"

namespace aether {

struct Verifier {
  template <class T>
  static Verified<T> pass(Unverified<T> checked, Facts<T> facts = {}) {
    return Verified<T>(std::move(checked).unchecked(), std::move(facts));
  }
  static VerifiedTransaction pass(IdentifiedTransaction checked) { return VerifiedTransaction(std::move(checked)); }
};

}  // namespace aether

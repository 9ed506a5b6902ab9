#include "aether/programs/programs.hpp"

#include <array>

#include "escrow.hpp"
#include "models.hpp"

namespace aether::programs {

namespace {

// A constant that is never destroyed, so that nothing runs at start or exit; GCC 12 refuses a constexpr object with a
// virtual destructor.
template <class T>
union Constant {
  constexpr Constant() : value() {}
  constexpr ~Constant() {}
  T value;
};

constexpr Constant<Models> kModels;
constexpr Constant<Escrow> kEscrow;
constexpr std::array<const ledger::Program*, 2> kPrograms{&kModels.value, &kEscrow.value};

}  // namespace

ledger::Programs all_programs() { return {kPrograms, nullptr}; }

}  // namespace aether::programs

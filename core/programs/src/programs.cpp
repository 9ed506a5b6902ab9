#include "aether/programs/programs.hpp"

#include <array>

#include "contracts.hpp"
#include "escrow.hpp"
#include "models.hpp"
#include "rent.hpp"
#include "stake.hpp"

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
constexpr Constant<Rent> kRent;
constexpr Constant<Staking> kStake;
constexpr std::array<const ledger::Program*, 4> kPrograms{&kModels.value, &kEscrow.value, &kRent.value, &kStake.value};

}  // namespace

ledger::Programs plain_programs() { return {kPrograms, nullptr}; }

struct ChainPrograms::Parts {
  explicit Parts(const ledger::ContractVm& vm) : contracts(vm), runtime(vm) {}
  Contracts contracts;
  Runtime runtime;
  std::array<const ledger::Program*, 5> native{&kModels.value, &kEscrow.value, &kRent.value, &kStake.value, &contracts};
};

ChainPrograms::ChainPrograms(const ledger::ContractVm& vm) : parts_(std::make_unique<const Parts>(vm)) {}
ChainPrograms::~ChainPrograms() = default;

ledger::Programs ChainPrograms::all() const { return {parts_->native, &parts_->runtime}; }

}  // namespace aether::programs

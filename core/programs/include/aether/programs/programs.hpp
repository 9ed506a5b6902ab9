// Every program of a chain.
#pragma once

#include <memory>

#include "aether/ledger/contract_vm.hpp"
#include "aether/ledger/programs.hpp"

namespace aether::programs {

// The native programs, and the contracts, which `vm` runs.
class ChainPrograms {
 public:
  // `vm` must outlive it.
  explicit ChainPrograms(const ledger::ContractVm& vm);
  ~ChainPrograms();
  // Valid while this lives.
  [[nodiscard]] ledger::Programs all() const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

// Those of AI jobs, of rent and of stake: a chain without contracts. They live as long as the process.
[[nodiscard]] ledger::Programs plain_programs();

}  // namespace aether::programs

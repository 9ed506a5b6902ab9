// What it costs to bring a module onto a chain, before anything is sent.
#pragma once

#include "support.hpp"

namespace aether::cli {

struct PublicationCost {
  std::uint64_t publish_steps = 0;  // of the transaction that judges and compiles
  Amount fee = 0;                   // of all transactions, in SWR; the deposit comes beside it

  bool operator==(const PublicationCost&) const = default;
};

// Of a module that is sent whole; `compile_steps` is what judging told. Accurate to some state accesses. None where the
// fee exceeds 128 bits.
[[nodiscard]] std::optional<PublicationCost> publication_cost(const ChainParams& params, ByteView module,
                                                              std::uint64_t compile_steps);

}  // namespace aether::cli

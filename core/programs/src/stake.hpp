// Program `stake`: the keys of validators.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::programs {

class Staking final : public ledger::Program {
 public:
  Hash id() const override;
  ledger::Outcome<void> execute(ledger::Context& context, ByteView instruction) const override;
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }  // bonds are the ledger's to count
  bool is_dispute(ByteView) const override { return false; }
};

}  // namespace aether::programs

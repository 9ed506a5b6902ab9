// Program `rent`: the ledger's operations on deposits, as instructions of a transaction.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::programs {

class Rent final : public ledger::Program {
 public:
  Hash id() const override;
  ledger::Outcome<void> execute(ledger::Context& context, ByteView instruction) const override;
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  bool is_dispute(ByteView) const override { return false; }
};

}  // namespace aether::programs

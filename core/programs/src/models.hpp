// Program `models`: which models a job may name.
#pragma once

#include "aether/ledger/program.hpp"

namespace aether::programs {

class Models final : public ledger::Program {
 public:
  Hash id() const override;
  ledger::Outcome<void> execute(ledger::Context& context, ByteView instruction) const override;
  Balance value_held(const ObjectId&, ByteView) const override { return {}; }
  bool is_dispute(ByteView) const override { return false; }
};

}  // namespace aether::programs

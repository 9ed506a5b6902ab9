#include "aether/replica/wire.hpp"

namespace aether::replica {

bool fits(const Header& header, const Body& body) {
  const auto* sealer = std::get_if<BftSealer>(&header.body.sealer);
  return sealer != nullptr && header.body.transactions_root == transactions_root(body.transactions) &&
         sealer->evidence_root == evidence_root(body.evidence);
}

}  // namespace aether::replica

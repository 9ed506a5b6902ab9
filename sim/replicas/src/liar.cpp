#include "aether/replicas/liar.hpp"

namespace aether::sim {

namespace {

// The certificate names the last header, as it is by now.
void renew(sync::SnapshotProof& proof) {
  for (std::size_t i = 1; i < proof.headers.size(); ++i)
    proof.headers[i].body.parent_hash = block_hash(proof.headers[i - 1].body);
  proof.certificate.slot = proof.headers.back().body.slot;
  proof.certificate.block = block_hash(proof.headers.back().body);
}

void alter(SnapshotLiar liar, sync::Offer& offer) {
  constexpr std::uint64_t kFarSlots = 1'000'000;
  switch (liar) {
    case SnapshotLiar::offers: offer.name.bytes[3] ^= 1; break;
    case SnapshotLiar::forks: offer.proof.headers[1].body.parent_state_root.bytes[7] ^= 1; break;
    case SnapshotLiar::quorums: offer.proof.certificate.aggregate[20] ^= 1; break;
    case SnapshotLiar::boasts:
      for (Header& header : offer.proof.headers) header.body.slot = Slot{header.body.slot.raw() + kFarSlots};
      break;
    default: return;
  }
  if (liar == SnapshotLiar::forks || liar == SnapshotLiar::boasts) renew(offer.proof);
}

}  // namespace

replica::MessagePointer altered(SnapshotLiar liar, const replica::MessagePointer& message) {
  replica::NetMessage out = *message;
  if (auto* offers = std::get_if<sync::Offers>(&out)) {
    for (sync::Offer& offer : offers->offers) alter(liar, offer);
  } else if (auto* epochs = std::get_if<sync::Epochs>(&out); epochs != nullptr && liar == SnapshotLiar::headers) {
    for (light::FinalHeader& header : epochs->headers) header.next->list.validators = {};
  } else if (auto* piece = std::get_if<sync::Piece>(&out)) {
    if (liar == SnapshotLiar::withholds) piece->bytes.clear();
    if (liar == SnapshotLiar::chunks && !piece->bytes.empty()) piece->bytes[piece->bytes.size() / 2] ^= 1;
  }
  return std::make_shared<const replica::NetMessage>(std::move(out));
}

}  // namespace aether::sim

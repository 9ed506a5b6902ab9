#include "aether/cluster/describe.hpp"

#include "aether/crypto/bls_votes.hpp"

namespace aether::sim {

namespace {

std::string text(const Hash& hash) { return to_hex(hash.view().first(3)); }
std::string text(Slot slot) { return std::to_string(slot.raw()); }
std::string at(Slot slot, const Hash& block) { return text(slot) + "/" + text(block); }

struct OfMessage {
  std::string operator()(const Header& header) const {
    const auto& sealer = std::get<BftSealer>(header.body.sealer);
    return "header " + at(header.body.slot, block_hash(header.body)) + " by " + std::to_string(sealer.proposer) +
           " on " + text(header.body.parent_hash) + " final " +
           (sealer.final_certificate ? text(sealer.final_certificate->slot) : "0");
  }
  std::string operator()(const Vote& vote) const {
    return std::string(vote.body.kind == VoteKind::prevote ? "prevote " : "precommit ") +
           at(vote.body.slot, vote.body.block) + " by " + std::to_string(vote.signer);
  }
  std::string operator()(const Claim& claim) const {
    return "claim " + text(claim.slot) + " by " + std::to_string(claim.validator);
  }
  template <VoteKind kKind>
  std::string operator()(const Certificate<kKind>& certificate) const {
    std::string signers;
    for (std::size_t i = 0; i < 8 * certificate.signers.size(); ++i)
      if (crypto::has_signer(certificate.signers, i)) signers += " " + std::to_string(i);
    return std::string(kKind == VoteKind::prevote ? "C1 " : "C2 ") + at(certificate.slot, certificate.block) + " of" +
           signers;
  }
};

struct OfEffect {
  std::string operator()(const consensus::Broadcast& effect) const { return "says " + describe(effect.message); }
  std::string operator()(const consensus::Persist& effect) const {
    const auto& record = effect.record;
    return "persists " + std::to_string(effect.sequence) + ": slot " + text(record.slot) + ", " +
           std::to_string(record.prevotes.size()) + " prevotes" +
           (record.precommit ? ", precommit " + text(*record.precommit) : "") +
           (record.proposal ? ", proposal " + at(record.proposal->slot, record.proposal->block) : "");
  }
  std::string operator()(const consensus::Build& effect) const {
    return "builds " + text(effect.slot) + " on " + text(effect.parent) + (effect.empty ? ", empty" : "");
  }
  std::string operator()(const consensus::Validate& effect) const { return "validates " + text(effect.block); }
  std::string operator()(const consensus::Execute& effect) const { return "executes " + text(effect.block); }
  std::string operator()(const consensus::Fetch& effect) const {
    return "fetches " + at(effect.slot, effect.block) + " above " + text(effect.above);
  }
  std::string operator()(const consensus::Finalize& effect) const {
    return "finalizes " + at(effect.certificate.slot, effect.certificate.block) + " and " +
           std::to_string(effect.blocks.size() - 1) + " before";
  }
  std::string operator()(const consensus::Forget& effect) const { return "forgets " + text(effect.block); }
  std::string operator()(const consensus::Accuse&) const { return "accuses"; }
  std::string operator()(const consensus::Blame& effect) const {
    constexpr std::array<std::string_view, 4> kFaults{"header", "vote", "claim", "certificate"};
    return "blames " + std::to_string(effect.peer) + " for a bad " +
           std::string(kFaults[static_cast<std::size_t>(effect.fault)]);
  }
  std::string operator()(const consensus::Alarm& effect) const {
    constexpr std::array<std::string_view, 5> kAlarms{"refuted", "conflicting_final", "stale_record", "epoch_not_final",
                                                      "kes_expired"};
    return "alarm: " + std::string(kAlarms[static_cast<std::size_t>(effect.kind)]) + " " +
           at(effect.slot, effect.block);
  }
  std::string operator()(const consensus::SlotStarted& effect) const { return "starts slot " + text(effect.slot); }
};

}  // namespace

std::string describe(const consensus::Message& message) { return std::visit(OfMessage{}, message); }
std::string describe(const consensus::Effect& effect) { return std::visit(OfEffect{}, effect); }

std::string describe(const Packet& packet) {
  if (const auto* message = std::get_if<consensus::Message>(&packet.body)) return describe(*message);
  if (const auto* blocks = std::get_if<Blocks>(&packet.body))
    return std::to_string(blocks->blocks.size()) + " blocks to " +
           at(blocks->blocks.back()->slot(), blocks->blocks.back()->hash);
  if (const auto* request = std::get_if<BlockRequest>(&packet.body))
    return "asks for " + text(request->block) + " above " + text(request->above);
  return "asks for final blocks after " + text(std::get<FinalRequest>(packet.body).after);
}

std::string describe(const Options& options) {
  std::string out = "nodes " + std::to_string(options.nodes) + ", validators " + std::to_string(options.validators) +
                    ", faulty " + std::to_string(options.faulty) + (options.real_keys ? ", real keys" : "") +
                    ", latency " + std::to_string(options.latency_us / 1'000) + " ms, slot " +
                    std::to_string(options.slot_ms) + " ms, epoch " + std::to_string(options.epoch_slots) + " slots:";
  for (std::size_t i = 0; i < kFaultKinds; ++i)
    if (const auto kind = static_cast<FaultKind>(i); options.faults.has(kind))
      out += " " + std::string(to_string(kind));
  return out;
}

}  // namespace aether::sim

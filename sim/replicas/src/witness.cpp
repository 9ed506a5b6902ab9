#include "aether/replicas/witness.hpp"

#include <algorithm>

#include "aether/crypto/bls_votes.hpp"
#include "aether/types/stake.hpp"

namespace aether::sim {

void Witness::before(std::size_t to, std::optional<Misdeed> misdeed) {
  now_ = misdeed;
  effects_ = nodes_[to]->effects();
  if (misdeed == Misdeed::false_replies && nodes_[to]->replica().is_behind()) counts_.matter(*misdeed);
}

void Witness::after(std::size_t to, const replica::NetMessage& message) {
  const auto misdeed = std::exchange(now_, std::nullopt);
  if (!nodes_[to]->is_up()) return;
  const consensus::Consensus& machine = nodes_[to]->replica().consensus();
  if (const Header* header = replica::header_of(message)) header_came(to, *header, misdeed);
  if (!misdeed) return;
  if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && *misdeed == Misdeed::two_votes) {
    const Slot slot = vote->body.slot;
    if (const consensus::Epoch* epoch = machine.epoch(slot); epoch != nullptr && slot >= machine.slot()) {
      guilty_.insert({slot, Offence::votes, vote->signer});
      guilty_addresses_.insert(epoch->validators->at(vote->signer).address);
    }
  }
  if (const auto* claim = std::get_if<Claim>(&message);
      claim != nullptr && *misdeed == Misdeed::late_claims && machine.slot() >= claim->slot)
    counts_.matter(*misdeed);
  const bool is_work =
      *misdeed == Misdeed::replayed || *misdeed == Misdeed::empty_questions || *misdeed == Misdeed::boasts;
  if (is_work && nodes_[to]->effects() > effects_) counts_.matter(*misdeed);
}

// From whomever: what one honest node prevotes it passes on to the others.
void Witness::header_came(std::size_t to, const Header& header, std::optional<Misdeed> misdeed) {
  const consensus::Consensus& machine = nodes_[to]->replica().consensus();
  const Hash hash = block_hash(header.body);
  if (!machine.header(hash)) return;
  const Slot slot = header.body.slot;
  if (misdeed && is_of_own_block(*misdeed) && machine.slot() == slot && machine.place(hash) == 0)
    best_[slot].emplace(hash, *misdeed);
  const ValidatorIndex proposer = std::get<BftSealer>(header.body.sealer).proposer;
  auto& taken = two_[{slot, proposer, to}];
  taken.insert(hash);
  if (taken.size() < 2) return;
  guilty_.insert({slot, Offence::headers, proposer});
  guilty_addresses_.insert(machine.epoch(slot)->validators->at(proposer).address);
}

bool Witness::blamed(const replica::Blame& blame) {
  if (!faulty_.contains(blame.peer)) return false;
  if (now_)
    counts_.matter(*now_);
  else if (blame.fault == replica::Fault::transaction)
    counts_.matter(Misdeed::forged_gossip);
  return true;
}

void Witness::asked(const dissem::ShredRequest& request) {
  for (const auto& [node, faulty] : faulty_)
    for (const auto& own : faulty.own_blocks())
      if (own.misdeed == Misdeed::withheld_shreds && own.own == request.block) counts_.matter(*own.misdeed);
}

std::optional<std::string> Witness::committed(std::size_t node, const CommittedBlock& block) {
  const Slot slot = block.header->body.slot;
  if (slot <= witnessed_) return std::nullopt;
  witnessed_ = slot;
  for (const auto& [at, faulty] : faulty_)
    for (const auto& own : faulty.own_blocks()) {
      if (own.slot != slot || !own.misdeed) continue;
      if (own.other == block.hash && is_of_invalid_block(*own.misdeed))
        return "a block is final although it is invalid: " + std::string(to_string(*own.misdeed));
      if (*own.misdeed == Misdeed::hidden_block && own.was_best) counts_.matter(*own.misdeed);
    }
  if (const auto candidates = best_.find(slot); candidates != best_.end()) {
    for (const auto& [hash, misdeed] : candidates->second)
      if (hash != block.hash && misdeed != Misdeed::two_blocks) counts_.matter(misdeed);
    best_.erase(best_.begin(), std::next(candidates));
  }
  for (const Evidence& evidence : block.block->evidence.offences) {
    std::vector<Guilt> named;
    if (const auto* headers = std::get_if<HeaderPair>(&evidence)) {
      const HeaderBody& body = headers->first.body;
      named.push_back({body.slot, Offence::headers, std::get<BftSealer>(body.sealer).proposer});
    } else {
      const auto& votes = std::get<VotePair>(evidence);
      const auto signs = [](const VoteStatement& statement, ValidatorIndex i) {
        if (const auto* vote = std::get_if<Vote>(&statement)) return vote->signer == i;
        const auto* c1 = std::get_if<PrevoteCertificate>(&statement);
        return crypto::has_signer(c1 != nullptr ? c1->signers : std::get<PrecommitCertificate>(statement).signers, i);
      };
      const auto* vote = std::get_if<Vote>(&votes.precommit);
      const Slot of = vote != nullptr ? vote->body.slot : std::get<PrecommitCertificate>(votes.precommit).slot;
      for (ValidatorIndex i = 0; i < addresses_.size(); ++i)
        if (signs(votes.precommit, i) && signs(votes.other, i)) named.push_back({of, Offence::votes, i});
    }
    for (const Guilt& guilt : named)
      if (convicted_.insert(guilt).second)
        counts_.matter(guilt.offence == Offence::headers ? Misdeed::two_blocks : Misdeed::two_votes);
  }
  if (const consensus::Epoch* epoch = nodes_[node]->replica().consensus().epoch(slot); epoch != nullptr)
    proposers_.insert(epoch->validators->at(std::get<BftSealer>(block.header->body.sealer).proposer).address);
  return std::nullopt;
}

bool Witness::all_proposed() const {
  for (std::size_t i = 0; i < addresses_.size(); ++i)
    if (!faulty_.contains(i) && !proposers_.contains(addresses_[i])) return false;
  return true;
}

std::size_t Witness::unpunished(Slot through) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      guilty_, [&](const Guilt& guilt) { return guilt.slot <= through && !convicted_.contains(guilt); }));
}

std::optional<std::string> Witness::stakes(const ledger::StateView& state, Amount bond, bool all_was_seen) const {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const auto stake = ledger::load<Stake>(state, stake_object(addresses_[i]));
    AETHER_ASSERT(stake.has_value());
    const std::string who = "validator " + std::to_string(i);
    if (!faulty_.contains(i) && (stake->bonded != bond || stake->tombstoned))
      return who + " is honest and lost stake: " + std::to_string(static_cast<std::uint64_t>(bond - stake->bonded));
    if (all_was_seen && guilty_addresses_.contains(addresses_[i]) && (stake->bonded == bond || !stake->tombstoned))
      return who + " signed two of one slot and kept its stake";
  }
  return std::nullopt;
}

MisdeedCounts Witness::counts() const {
  MisdeedCounts out = counts_;
  for (const auto& [node, faulty] : faulty_) out += faulty.counts();
  return out;
}

}  // namespace aether::sim

#include "aether/cluster/checker.hpp"

#include "aether/crypto/bls_votes.hpp"

namespace aether::sim {

namespace {

constexpr std::uint64_t kSlotsKept = 2'048;

std::string at_slot(std::string_view rule, Slot slot) {
  return std::string(rule) + " (slot " + std::to_string(slot.raw()) + ")";
}

Signers signers_of(const VoteStatement& statement, const ValidatorSet& set) {
  if (const auto* vote = std::get_if<Vote>(&statement)) {
    Signers one(Bytes(set.signers_size()));
    if (vote->signer < set.size()) crypto::set_signer(one, vote->signer);
    return one;
  }
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return c1->signers;
  return std::get<PrecommitCertificate>(statement).signers;
}

VoteBody body_of(const VoteStatement& statement) {
  if (const auto* vote = std::get_if<Vote>(&statement)) return vote->body;
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return {kChain, c1->kVote, c1->slot, c1->block};
  const auto& c2 = std::get<PrecommitCertificate>(statement);
  return {kChain, c2.kVote, c2.slot, c2.block};
}

}  // namespace

void Checker::add_node(NodeIndex node, const Address& address, bool faulty) {
  nodes_[node] = {address, faulty};
  if (faulty) faulty_.insert(address);
}

void Checker::set_genesis(const Hash& block, const State& state) {
  chain_[0] = {block, state.root};
  epochs_[0] = state.epoch;
}

void Checker::fail(NodeIndex node, std::string what) {
  if (!violation_) violation_ = Violation{std::move(what), node, now};
}

const ValidatorSet* Checker::set_at(Slot slot) const {
  const auto epoch = epochs_.find(slot.raw() / plan_.epoch_slots());
  return epoch == epochs_.end() ? nullptr : epoch->second.validators.get();
}

const Hash* Checker::final_at(Slot slot) const {
  const auto found = chain_.find(slot.raw());
  return found == chain_.end() ? nullptr : &found->second.block;
}

void Checker::signed_vote(const Address& signer, const VoteBody& body) {
  signatures_[{body.slot, {body.kind, body.block}}].insert(signer);
}

template <VoteKind kKind>
void Checker::check_certificate(NodeIndex node, const Certificate<kKind>& certificate) {
  if (expects_failure_) return;
  const ValidatorSet* set = set_at(certificate.slot);
  if (set == nullptr)
    return fail(node, at_slot("certificate: of an epoch that no final block began", certificate.slot));
  if (certificate.signers.size() != set->signers_size() ||
      !is_quorum(set->weight_of(certificate.signers), set->total()))
    return fail(node, at_slot("certificate: without a quorum", certificate.slot));
  const auto signatures = signatures_.find({certificate.slot, {kKind, certificate.block}});
  for (std::size_t i = 0; i < set->size(); ++i)
    if (crypto::has_signer(certificate.signers, i) &&
        (signatures == signatures_.end() ||
         !signatures->second.contains(set->at(static_cast<ValidatorIndex>(i)).address)))
      return fail(node, at_slot("certificate: names who did not sign", certificate.slot));
}

void Checker::sent(NodeIndex node, const consensus::Message& message) {
  const Known& known = nodes_.at(node);
  if (known.faulty) return;
  const Spoken& spoken = spoken_[known.address];
  if (const auto* vote = std::get_if<Vote>(&message)) {
    const ValidatorSet* set = set_at(vote->body.slot);
    if (set == nullptr || vote->signer >= set->size() || set->at(vote->signer).address != known.address)
      return fail(node, at_slot("persistence: sends a vote that is not its own", vote->body.slot));
    const auto said = spoken.votes.find(vote->body.slot);
    const bool is_durable = said != spoken.votes.end() &&
                            (vote->body.kind == VoteKind::prevote ? said->second.prevotes.contains(vote->body.block)
                                                                  : said->second.precommit == vote->body.block);
    if (!is_durable) fail(node, at_slot("persistence: a vote was sent before it was durable", vote->body.slot));
  } else if (const auto* header = std::get_if<Header>(&message)) {
    const Slot slot = header->body.slot;
    const ValidatorSet* set = set_at(slot);
    if (set == nullptr) return;
    const ValidatorIndex proposer = std::get<BftSealer>(header->body.sealer).proposer;
    if (proposer >= set->size() || set->at(proposer).address != known.address) return;
    const auto proposal = spoken.proposals.find(slot);
    if (proposal == spoken.proposals.end() || proposal->second != block_hash(header->body))
      fail(node, at_slot("persistence: a proposal was sent before it was durable", slot));
  } else if (const auto* c1 = std::get_if<PrevoteCertificate>(&message)) {
    check_certificate(node, *c1);
  } else if (const auto* c2 = std::get_if<PrecommitCertificate>(&message)) {
    check_certificate(node, *c2);
  }
}

void Checker::durable(NodeIndex node, const consensus::SafetyRecord& record) {
  const Known& known = nodes_.at(node);
  if (known.faulty) return;
  Spoken& spoken = spoken_[known.address];
  if (record.slot < spoken.newest) return fail(node, at_slot("monotone: the record's slot falls", record.slot));
  spoken.newest = record.slot;
  Said& said = spoken.votes[record.slot];
  said.prevotes.insert(record.prevotes.begin(), record.prevotes.end());
  if (record.precommit) {
    if (said.precommit && said.precommit != record.precommit)
      return fail(node, at_slot("double vote: two precommits", record.slot));
    said.precommit = record.precommit;
  }
  if (said.precommit && std::ranges::any_of(said.prevotes, [&](const Hash& block) { return block != said.precommit; }))
    return fail(node, at_slot("double vote: a precommit beside another prevote", record.slot));
  if (record.proposal) {
    const auto [at, is_new] = spoken.proposals.emplace(record.proposal->slot, record.proposal->block);
    if (!is_new && at->second != record.proposal->block)
      return fail(node, at_slot("double vote: two proposals", record.proposal->slot));
  }
  const Slot old{record.slot.raw() > kSlotsKept ? record.slot.raw() - kSlotsKept : 0};
  spoken.votes.erase(spoken.votes.begin(), spoken.votes.lower_bound(old));
  spoken.proposals.erase(spoken.proposals.begin(), spoken.proposals.lower_bound(old));
}

void Checker::restarted(NodeIndex node, const consensus::SafetyRecord& record) {
  const Known& known = nodes_.at(node);
  if (!known.faulty && record.slot < spoken_[known.address].newest)
    return fail(node, at_slot("monotone: the record went back over a crash", record.slot));
  durable(node, record);  // a write that was kept though it was not synced
}

void Checker::finalized(NodeIndex node, const StoredBlock& block, const State& state) {
  if (nodes_.at(node).faulty) return;
  const std::uint64_t slot = block.slot().raw();
  const auto known = chain_.find(slot);
  if (known != chain_.end()) {
    if (known->second.block != block.hash) {
      disagreed_ = true;
      if (!expects_failure_) fail(node, at_slot("agreement: another block is final", block.slot()));
    } else if (known->second.root != state.root) {
      fail(node, at_slot("outcome: another state root", block.slot()));
    }
    return;
  }
  const auto before = chain_.find(slot - 1);
  if (before == chain_.end() || before->second.block != block.header.body.parent_hash) {
    disagreed_ = true;
    if (!expects_failure_)
      fail(node, at_slot("agreement: a final block does not extend the final chain", block.slot()));
    return;
  }
  if (!expects_failure_)
    if (const auto broken = broken_rule(block.header, before->second))
      fail(node, at_slot("header: " + std::string(*broken), block.slot()));
  chain_[slot] = {block.hash, state.root};
  for (const TransactionNumber number : block.contents.transactions)
    if (!applied_.insert(number).second) fail(node, at_slot("once: a transaction was applied twice", block.slot()));
  if (state.next) epochs_.emplace(state.next->number, *state.next);
  if (slot > kSlotsKept)
    signatures_.erase(signatures_.begin(),
                      signatures_.lower_bound({Slot{slot - kSlotsKept}, {VoteKind::prevote, Hash{}}}));
}

// As the final chain so far says; by nothing that a node said of it.
std::optional<std::string_view> Checker::broken_rule(const Header& header, const Final& parent) {
  const HeaderBody& body = header.body;
  const auto& sealer = std::get<BftSealer>(body.sealer);
  const auto epoch = epochs_.find(body.slot.raw() / plan_.epoch_slots());
  if (epoch == epochs_.end()) return "of an epoch that no final block began";
  const ValidatorSet& set = *epoch->second.validators;
  if (!authenticator_.verify_header(header, set)) return "not sealed by its proposer";
  if (!authenticator_.verify_claim({body.slot, sealer.proposer, sealer.vrf_proof},
                                   {kChain, epoch->second.randomness, body.slot}, set))
    return "its proof is of other randomness";
  if (body.parent_state_root != parent.root) return "names another state of its parent";
  const auto& c1 = sealer.parent_certificate;
  if (c1.has_value() == (body.slot == Slot{1})) return "without its parent's certificate";
  if (c1 && (next(c1->slot) != body.slot || c1->block != body.parent_hash ||
             !authenticator_.verify_certificate(*c1, *set_at(c1->slot))))
    return "its certificate is not its parent's";
  const auto& c2 = sealer.final_certificate;
  if (c2) {
    const Hash* named = c2->slot < body.slot ? final_at(c2->slot) : nullptr;
    if (named == nullptr || *named != c2->block || !authenticator_.verify_certificate(*c2, *set_at(c2->slot)))
      return "names as final what is not";
  }
  if (const std::uint64_t number = epoch->first; number > 0 && body.slot.raw() % plan_.epoch_slots() == 0)
    if (!c2 || c2->slot < consensus::last_third(number - 1, plan_.epoch_slots()))
      return "begins an epoch that is not settled";
  return std::nullopt;
}

void Checker::finalized_by(NodeIndex node, const PrecommitCertificate& certificate) {
  if (!nodes_.at(node).faulty) check_certificate(node, certificate);
}

bool Checker::holds(const VoteStatement& statement, const ValidatorSet& set) {
  if (const auto* vote = std::get_if<Vote>(&statement))
    return vote->body.chain_id == kChain && authenticator_.open_ballot(vote->body, set)->add({vote, 1})[0];
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return authenticator_.verify_certificate(*c1, set);
  return authenticator_.verify_certificate(std::get<PrecommitCertificate>(statement), set);
}

// By the rules of verify_evidence (core/types), with this run's signatures; empty where it convicts nobody.
std::vector<ValidatorIndex> Checker::offenders(const Evidence& evidence, const ValidatorSet& set) {
  if (const auto* pair = std::get_if<HeaderPair>(&evidence)) {
    const auto proposer = [](const Header& header) { return std::get<BftSealer>(header.body.sealer).proposer; };
    const bool convicts =
        pair->first.body.slot == pair->second.body.slot && proposer(pair->first) == proposer(pair->second) &&
        block_hash(pair->first.body) < block_hash(pair->second.body) &&
        authenticator_.verify_header(pair->first, set) && authenticator_.verify_header(pair->second, set);
    if (!convicts) return {};
    return {proposer(pair->first)};
  }
  const auto& pair = std::get<VotePair>(evidence);
  const VoteBody precommit = body_of(pair.precommit), other = body_of(pair.other);
  if (precommit.kind != VoteKind::precommit || precommit.slot != other.slot || precommit.block == other.block ||
      (other.kind == VoteKind::precommit && other.block < precommit.block) || !holds(pair.precommit, set) ||
      !holds(pair.other, set))
    return {};
  const Signers a = signers_of(pair.precommit, set), b = signers_of(pair.other, set);
  std::vector<ValidatorIndex> both;
  for (std::size_t i = 0; i < set.size(); ++i)
    if (crypto::has_signer(a, i) && crypto::has_signer(b, i)) both.push_back(static_cast<ValidatorIndex>(i));
  return both;
}

void Checker::accused(NodeIndex node, const Evidence& evidence) {
  if (nodes_.at(node).faulty) return;
  ++evidence_count_;
  if (!judged_.insert(evidence_id(kChain, evidence)).second) return;
  const bool of_headers = std::holds_alternative<HeaderPair>(evidence);
  const Slot slot = of_headers ? std::get<HeaderPair>(evidence).first.body.slot
                               : body_of(std::get<VotePair>(evidence).precommit).slot;
  const ValidatorSet* set = set_at(slot);
  if (set == nullptr) return fail(node, at_slot("evidence: of an unknown epoch", slot));
  const auto named = offenders(evidence, *set);
  if (named.empty()) return fail(node, at_slot("evidence: convicts nobody", slot));
  for (const ValidatorIndex index : named) {
    const Address& address = set->at(index).address;
    if (!faulty_.contains(address)) return fail(node, at_slot("evidence: names an honest validator", slot));
    convicted_.emplace(address, of_headers ? Offence::headers : Offence::votes);
  }
}

bool Checker::names_a_third() const {
  const ValidatorSet* set = set_at(Slot{0});
  u128 named = 0;
  for (ValidatorIndex i = 0; i < set->size(); ++i)
    if (convicted_.contains({set->at(i).address, Offence::votes})) named += set->at(i).weight;
  return 3 * named >= set->total();
}

bool Checker::is_settled(Slot slot, const std::optional<Address>& except) const {
  const ValidatorSet* set = set_at(slot);
  if (set == nullptr) return false;
  std::map<Hash, u128> weights;
  for (ValidatorIndex i = 0; i < set->size(); ++i) {
    const Address& address = set->at(i).address;
    const auto spoken = spoken_.find(address);
    if (faulty_.contains(address) || address == except || spoken == spoken_.end()) continue;
    const auto said = spoken->second.votes.find(slot);
    if (said != spoken->second.votes.end() && said->second.precommit)
      weights[*said->second.precommit] += set->at(i).weight;
  }
  return std::ranges::any_of(weights, [&](const auto& entry) { return is_quorum(entry.second, set->total()); });
}

// Whoever passes on only what it verified itself is never to blame.
void Checker::blamed(NodeIndex node, const consensus::Blame& blame) {
  if (nodes_.at(node).faulty || expects_failure_) return;
  if (blame.peer == consensus::kSelf) return fail(node, "blame: a node blames itself");
  if (!nodes_.at(blame.peer).faulty) fail(node, "blame: an honest node is blamed");
}

void Checker::went_back(NodeIndex node, const consensus::SafetyRecord& record) {
  spoken_[nodes_.at(node).address].newest = record.slot;
}

void Checker::alarmed(NodeIndex node, const consensus::Alarm& alarm) {
  if (nodes_.at(node).faulty || expects_failure_) return;
  if (alarm.kind == consensus::AlarmKind::refuted)
    fail(node, at_slot("alarm: a certified block is refuted", alarm.slot));
  if (alarm.kind == consensus::AlarmKind::conflicting_final)
    fail(node, at_slot("alarm: a certificate beside the final chain", alarm.slot));
}

void Checker::kept(NodeIndex node, const consensus::Consensus& machine) {
  constexpr std::uint64_t kMoreSlots = 64;
  const std::size_t validators = nodes_.size();
  const std::size_t of_slot = 13 * validators + 32;
  const std::uint64_t slots = machine.slot().raw() - machine.final_slot().raw() + kMoreSlots;
  if (machine.kept() > slots * of_slot) fail(node, at_slot("memory: more is kept than the bound", machine.slot()));
}

}  // namespace aether::sim

#include "honest_node.hpp"

#include <algorithm>

#include "aether/crypto/bls_votes.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::sim {

namespace {

std::string at_slot(std::string_view rule, Slot slot) {
  return std::string(rule) + " (slot " + std::to_string(slot.raw()) + ")";
}

VoteBody body_of(const VoteStatement& statement) {
  if (const auto* vote = std::get_if<Vote>(&statement)) return vote->body;
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return {kChain, c1->kVote, c1->slot, c1->block};
  const auto& c2 = std::get<PrecommitCertificate>(statement);
  return {kChain, c2.kVote, c2.slot, c2.block};
}

bool has_signed(const VoteStatement& statement, ValidatorIndex signer) {
  if (const auto* vote = std::get_if<Vote>(&statement)) return vote->signer == signer;
  if (const auto* c1 = std::get_if<PrevoteCertificate>(&statement)) return crypto::has_signer(c1->signers, signer);
  return crypto::has_signer(std::get<PrecommitCertificate>(statement).signers, signer);
}

ValidatorIndex proposer_of(const Header& header) { return std::get<BftSealer>(header.body.sealer).proposer; }

}  // namespace

HonestNode::HonestNode(Crew& crew, std::size_t number)
    : crew_(&crew),
      number_(number),
      machine_(Crew::params(), crew.anchor(), consensus::first_record(kChain), crew.authenticator(),
               &crew.signer(crew.honest(number))),
      durable_(consensus::first_record(kChain)),
      anchor_(crew.anchor()) {}

void HonestNode::fail(std::string what) {
  if (!violation_) violation_ = "node " + std::to_string(number_) + ": " + std::move(what);
}

// --- Steps

HonestNode::Messages HonestNode::start(const Headers& shown) {
  Messages said;
  slot_started_us_ = now_.steady_us;
  carry_out(machine_.start(now_), shown, said);
  for (const Slot slot : {kSlotOfFaulty, next(kSlotOfFaulty)})
    for (const Claim& claim : crew_->claims(slot))
      if (claim.validator != crew_->honest(number_))
        carry_out(machine_.step(consensus::Received{claim.validator, claim}, now_), shown, said);
  refresh();
  return said;
}

HonestNode::Messages HonestNode::hear(ValidatorIndex from, const consensus::Message& message, const Headers& shown) {
  Messages said;
  const Hash before = machine_digest_;
  const Slot slot = machine_.slot();
  carry_out(machine_.step(consensus::Received{from, message}, now_), shown, said);
  if (const auto* header = std::get_if<Header>(&message)) {
    const Hash hash = block_hash(header->body);
    if (machine_.header(hash)) {
      if (std::ranges::find(stored_, hash) == stored_.end()) stored_.push_back(hash);
      carry_out(machine_.step(consensus::DataHeld{hash}, now_), shown, said);
    }
  }
  const auto* vote = std::get_if<Vote>(&message);
  const auto* header = std::get_if<Header>(&message);
  const bool is_of_faulty = (vote != nullptr && vote->signer == crew_->faulty()) ||
                            (header != nullptr && proposer_of(*header) == crew_->faulty());
  refresh();
  if (is_of_faulty && machine_digest_ != before) {
    of_faulty_.push_back(message);
    check_completeness(slot);
    sum_up();
  }
  return said;
}

std::optional<std::uint64_t> HonestNode::wait_us() const {
  if (machine_.stopped() || machine_.next_timer() > slot_started_us_ + kHonest * kDelta) return std::nullopt;
  return machine_.next_timer() - std::min(machine_.next_timer(), now_.steady_us);
}

HonestNode::Messages HonestNode::wait(const Headers& shown) {
  Messages said;
  const std::uint64_t until = std::max(machine_.next_timer(), now_.steady_us);
  now_.wall_ms += (until - now_.steady_us) / 1'000;
  now_.steady_us = until;
  carry_out(machine_.step(consensus::Timer{}, now_), shown, said);
  refresh();
  return said;
}

HonestNode::Messages HonestNode::restart(const Headers& shown) {
  of_faulty_.clear();
  machine_ = consensus::Consensus(Crew::params(), anchor_, durable_, crew_->authenticator(),
                                  &crew_->signer(crew_->honest(number_)));
  const std::vector<Hash> stored = stored_;  // before what it says now
  Messages said = start(shown);
  for (const Hash& hash : stored) {
    const Header& header = shown.at(hash);
    if (header.body.slot <= anchor_.slot) continue;
    carry_out(machine_.step(consensus::Received{consensus::kSelf, header}, now_), shown, said);
    if (machine_.header(hash)) carry_out(machine_.step(consensus::DataHeld{hash}, now_), shown, said);
  }
  refresh();
  return said;
}

void HonestNode::carry_out(std::vector<consensus::Effect> effects, const Headers& shown, Messages& said) {
  std::vector<consensus::Event> answers;
  for (const auto& effect : effects) on(effect, shown, said, answers);
  for (std::size_t i = 0; i < answers.size(); ++i)
    for (const auto& effect : machine_.step(consensus::Event(answers[i]), now_)) on(effect, shown, said, answers);
}

void HonestNode::on(const consensus::Effect& effect, const Headers& shown, Messages& said,
                    std::vector<consensus::Event>& answers) {
  if (const auto* broadcast = std::get_if<consensus::Broadcast>(&effect)) {
    check_said(broadcast->message);
    said.push_back(broadcast->message);
    // The data of the own proposal was made durable when it was built.
    if (const auto* header = std::get_if<Header>(&broadcast->message);
        header != nullptr && proposer_of(*header) == crew_->honest(number_))
      if (const Hash hash = block_hash(header->body); std::ranges::find(stored_, hash) == stored_.end())
        stored_.push_back(hash);
  } else if (const auto* persist = std::get_if<consensus::Persist>(&effect)) {
    persisted(persist->record);
    answers.emplace_back(consensus::SafetyPersisted{persist->sequence});
  } else if (const auto* build = std::get_if<consensus::Build>(&effect)) {
    const Hash content = crypto::tagged_hash("aether-sim/content", codec::encode(std::uint64_t{100 + number_}));
    answers.emplace_back(consensus::Built{build->slot, build->parent, content, content, content});
  } else if (const auto* validate = std::get_if<consensus::Validate>(&effect)) {
    answers.emplace_back(consensus::Validated{validate->block, true});
  } else if (const auto* execute = std::get_if<consensus::Execute>(&effect)) {
    answers.emplace_back(consensus::Executed{execute->block, Crew::outcome_of(execute->block)});
  } else if (const auto* fetch = std::get_if<consensus::Fetch>(&effect)) {
    std::vector<const Header*> branch;
    for (auto at = shown.find(fetch->block); at != shown.end() && at->second.body.slot > fetch->above;
         at = shown.find(at->second.body.parent_hash))
      branch.push_back(&at->second);
    for (auto header = branch.rbegin(); header != branch.rend(); ++header) {
      const Hash hash = block_hash((*header)->body);
      answers.emplace_back(consensus::Received{crew_->honest((number_ + 1) % kHonest), **header});
      answers.emplace_back(consensus::DataHeld{hash});
      if (std::ranges::find(stored_, hash) == stored_.end()) stored_.push_back(hash);
    }
  } else if (const auto* finalize = std::get_if<consensus::Finalize>(&effect)) {
    if (!crew_->authenticator().verify_certificate(finalize->certificate, crew_->set()))
      fail(at_slot("certificate: finalizes without a quorum", finalize->certificate.slot));
    for (const Hash& hash : finalize->blocks) {
      if (shown.at(hash).body.slot.raw() != chain_.size() + 1)
        fail(at_slot("agreement: a final block does not extend the final chain", shown.at(hash).body.slot));
      chain_.push_back(hash);
    }
    const Header& last = shown.at(finalize->blocks.back());
    const auto& named = std::get<BftSealer>(last.body.sealer).final_certificate;
    anchor_ = {finalize->blocks.back(), last.body.slot,
               last.body.time_ms,       Crew::outcome_of(finalize->blocks.back()),
               finalize->certificate,   named ? named->slot : Slot{0},
               anchor_.epochs};
  } else if (const auto* accuse = std::get_if<consensus::Accuse>(&effect)) {
    check_evidence(accuse->evidence);
  } else if (const auto* blame = std::get_if<consensus::Blame>(&effect)) {
    if (blame->peer != crew_->faulty()) fail("blame: an honest node is blamed");
  } else if (const auto* alarm = std::get_if<consensus::Alarm>(&effect)) {
    if (machine_.stopped()) fail(at_slot("alarm: an honest machine stops", alarm->slot));
  } else if (std::holds_alternative<consensus::SlotStarted>(effect)) {
    slot_started_us_ = now_.steady_us;
  }
}

// --- What must hold

void HonestNode::persisted(const consensus::SafetyRecord& record) {
  if (record.slot < durable_.slot) fail(at_slot("monotone: the record's slot falls", record.slot));
  durable_ = record;
  Said& said = said_[record.slot];
  said.prevotes.insert(record.prevotes.begin(), record.prevotes.end());
  if (record.precommit) {
    if (said.precommit && said.precommit != record.precommit) fail(at_slot("double vote: two precommits", record.slot));
    said.precommit = record.precommit;
  }
  if (said.precommit && std::ranges::any_of(said.prevotes, [&](const Hash& block) { return block != said.precommit; }))
    fail(at_slot("double vote: a precommit beside another prevote", record.slot));
  if (record.proposal) {
    auto& proposal = said_[record.proposal->slot].proposal;
    if (proposal && *proposal != record.proposal->block)
      fail(at_slot("double vote: two proposals", record.proposal->slot));
    proposal = record.proposal->block;
  }
}

void HonestNode::check_said(const consensus::Message& message) {
  const ValidatorIndex me = crew_->honest(number_);
  if (const auto* vote = std::get_if<Vote>(&message)) {
    const Said& said = said_[vote->body.slot];
    const bool is_durable = vote->body.kind == VoteKind::prevote ? said.prevotes.contains(vote->body.block)
                                                                 : said.precommit == vote->body.block;
    if (vote->signer != me || !is_durable)
      fail(at_slot("persistence: a vote was sent before it was durable", vote->body.slot));
  } else if (const auto* header = std::get_if<Header>(&message)) {
    if (proposer_of(*header) == me && said_[header->body.slot].proposal != block_hash(header->body))
      fail(at_slot("persistence: a proposal was sent before it was durable", header->body.slot));
  } else if (const auto* c1 = std::get_if<PrevoteCertificate>(&message)) {
    if (!crew_->authenticator().verify_certificate(*c1, crew_->set()))
      fail(at_slot("certificate: does not hold", c1->slot));
  } else if (const auto* c2 = std::get_if<PrecommitCertificate>(&message)) {
    if (!crew_->authenticator().verify_certificate(*c2, crew_->set()))
      fail(at_slot("certificate: does not hold", c2->slot));
  }
}

// It names the faulty validator and nobody else.
void HonestNode::check_evidence(const Evidence& evidence) {
  if (const auto* pair = std::get_if<HeaderPair>(&evidence)) {
    const Slot slot = pair->first.body.slot;
    if (proposer_of(pair->first) != crew_->faulty() || proposer_of(pair->second) != crew_->faulty() ||
        slot != pair->second.body.slot || pair->first.body == pair->second.body)
      return fail(at_slot("evidence: names an honest validator", slot));
    accused_.emplace(slot, Offence::headers);
    return;
  }
  const auto& pair = std::get<VotePair>(evidence);
  const VoteBody precommit = body_of(pair.precommit), other = body_of(pair.other);
  if (precommit.kind != VoteKind::precommit || precommit.slot != other.slot || precommit.block == other.block)
    return fail(at_slot("evidence: convicts nobody", precommit.slot));
  for (ValidatorIndex i = 0; i < crew_->set().size(); ++i)
    if (has_signed(pair.precommit, i) && has_signed(pair.other, i) && i != crew_->faulty())
      return fail(at_slot("evidence: names an honest validator", precommit.slot));
  accused_.emplace(precommit.slot, Offence::votes);
}

// Whoever heard two messages of a pair that convicts has said so; headers while the slot before its own is not over.
void HonestNode::check_completeness(Slot slot) {
  const auto& last = of_faulty_.back();
  for (std::size_t i = 0; i + 1 < of_faulty_.size(); ++i) {
    if (const auto *a = std::get_if<Header>(&of_faulty_[i]), *b = std::get_if<Header>(&last);
        a != nullptr && b != nullptr && a->body.slot == b->body.slot && a->body != b->body &&
        next(a->body.slot) >= slot && !accused_.contains({a->body.slot, Offence::headers}))
      return fail(at_slot("evidence: two headers are not noticed", a->body.slot));
    if (const auto *a = std::get_if<Vote>(&of_faulty_[i]), *b = std::get_if<Vote>(&last);
        a != nullptr && b != nullptr && a->body.slot == b->body.slot && a->body.block != b->body.block &&
        (a->body.kind == VoteKind::precommit || b->body.kind == VoteKind::precommit) &&
        !accused_.contains({a->body.slot, Offence::votes}))
      return fail(at_slot("evidence: two votes are not noticed", a->body.slot));
  }
}

void HonestNode::refresh() {
  machine_digest_ = machine_.digest();
  sum_up();
}

// Of all that coming steps, and what is said of them, depend on.
void HonestNode::sum_up() {
  Bytes bytes;
  const auto add = [&](const auto& item) { append(bytes, codec::encode(item)); };
  add(machine_digest_);
  add(durable_);
  add(now_.steady_us - std::min(now_.steady_us, slot_started_us_));
  for (const Hash& hash : stored_) add(hash);
  for (const Hash& hash : chain_) add(hash);
  for (const auto& [slot, said] : said_) {
    add(slot);
    for (const Hash& hash : said.prevotes) add(hash);
    add(said.precommit);
    add(said.proposal);
  }
  for (const consensus::Message& message : of_faulty_) std::visit(add, message);
  digest_ = crypto::tagged_hash("aether-sim/node", bytes);
}

}  // namespace aether::sim

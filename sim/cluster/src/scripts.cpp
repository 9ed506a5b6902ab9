#include "aether/cluster/scripts.hpp"

#include "aether/crypto/bls_votes.hpp"

namespace aether::sim {

namespace {

constexpr Micros kStep = 1'000;  // between looks at a cluster

// Four validators with short delays; nobody waits for a slot's time.
Options quick() {
  Options options{.seed = 3, .nodes = 4, .validators = 4};
  options.slot_ms = 0;
  options.epoch_slots = 300;
  options.latency_us = 20'000;
  options.jitter_us = 2'000;
  options.equal_latency = true;
  options.delta_us_min = 50'000;
  options.fsync_us = 1'000;
  options.execute_us = 1'000;
  return options;
}

Options with_one_faulty() {
  Options options = quick();
  options.faulty = 1;
  return options;
}

bool is_precommit(const Packet& packet) {
  const auto* vote = message_in<Vote>(packet);
  return message_in<PrecommitCertificate>(packet) != nullptr ||
         (vote != nullptr && vote->body.kind == VoteKind::precommit);
}

// A header or the data of a block; not a vote or a certificate.
bool is_block(const Packet& packet) {
  return message_in<Header>(packet) != nullptr || std::holds_alternative<Blocks>(packet.body);
}

class Play {
 public:
  Play(const Options& options, Identities& identities) : cluster(options, identities) {
    for (NodeIndex i = 0; i < cluster.size(); ++i) {
      if (cluster.is_faulty(i))
        faulty = i;
      else
        honest.push_back(i);
    }
  }

  // Until `holds`, at most for `within`.
  template <class F>
  bool wait_for(F holds, Micros within) {
    const Micros end = cluster.now() + within;
    while (!holds() && !cluster.checker().violation() && cluster.now() < end) cluster.run_until(cluster.now() + kStep);
    return holds();
  }
  void require(bool holds, const std::string& what) {
    if (!holds) cluster.checker().fail(0, what);
  }
  void require_progress(std::uint64_t slots, Micros within) {
    const Slot target{cluster.highest_final().raw() + slots};
    require(wait_for([&] { return cluster.lowest_final() >= target; }, within),
            "liveness: not all honest nodes finalize (slot " + std::to_string(cluster.lowest_final().raw()) +
                ", wanted " + std::to_string(target.raw()) + ")");
  }
  void restart_all() {
    for (NodeIndex i = 0; i < cluster.size(); ++i) cluster.crash(i);
    for (NodeIndex i = 0; i < cluster.size(); ++i) cluster.boot(i);
  }
  [[nodiscard]] std::optional<Violation> end() { return cluster.checker().violation(); }

  // Own blocks of the faulty validator, in slots that `is_chosen` tells, are heard only as `change` makes their
  // headers.
  void forge(std::function<bool(Slot)> is_chosen, std::function<void(HeaderBody&)> change) {
    forges_ = [this, is_chosen = std::move(is_chosen), change = std::move(change),
               made = std::map<Slot, BlockPointer>()](NodeIndex to, const Packet& packet) mutable {
      if (const auto* header = message_in<Header>(packet)) return !(is_chosen(packet.slot) && is_own(*header));
      const auto* blocks = std::get_if<Blocks>(&packet.body);
      if (blocks == nullptr || !is_chosen(packet.slot) || !is_own(blocks->blocks.back()->header)) return true;
      BlockPointer& other = made[packet.slot];
      if (blocks->blocks.back() == other) return true;
      if (other == nullptr) other = forged(*blocks->blocks.back(), change);
      cluster.deliver(faulty, to, cluster.now(), packet_of(std::vector{other}));
      return false;
    };
  }
  [[nodiscard]] bool passes_forge(NodeIndex from, NodeIndex to, const Packet& packet) {
    return from != faulty || forges_(to, packet);
  }

  Cluster cluster;
  std::vector<NodeIndex> honest;
  NodeIndex faulty = 0;

 private:
  [[nodiscard]] const Validator* proposer_of(const Header& header) {
    const consensus::Epoch* epoch = cluster.node(faulty).epoch_of(header.body.slot);
    return epoch == nullptr ? nullptr : &epoch->validators->at(std::get<BftSealer>(header.body.sealer).proposer);
  }
  [[nodiscard]] bool is_own(const Header& header) {
    const Validator* proposer = proposer_of(header);
    return proposer != nullptr && proposer->address == cluster.node(faulty).address();
  }
  [[nodiscard]] BlockPointer forged(const StoredBlock& block, const std::function<void(HeaderBody&)>& change) {
    HeaderBody body = block.header.body;
    change(body);
    return make_block(*cluster.node(faulty).signer().seal(std::move(body), *proposer_of(block.header)), block.contents);
  }

  std::function<bool(NodeIndex, const Packet&)> forges_;
};

// --- All is well

std::optional<Violation> steady(Identities& identities) {
  Play play(quick(), identities);
  play.cluster.start();
  play.cluster.run_until(5 * kMillion);
  const Report report = play.cluster.report();
  play.require(report.slots >= 80, "liveness: " + std::to_string(report.slots) + " slots in 5 s without faults");
  play.require(100 * report.directly >= 99 * report.finalized, "directness: blocks are final only by later ones");
  return play.end();
}

// Only one node hears all others, who do not hear each other. What it learns, all learn one delay later.
std::optional<Violation> star(Identities& identities) {
  const Options options = quick();
  Play play(options, identities);
  std::map<Slot, std::vector<Micros>> started;
  play.cluster.on_effect = [&](const Node&, const consensus::Effect& effect) {
    if (const auto* slot = std::get_if<consensus::SlotStarted>(&effect))
      started[slot->slot].push_back(play.cluster.now());
  };
  play.cluster.filter = [](NodeIndex from, NodeIndex to, const Packet&) { return from == 0 || to == 0; };
  play.cluster.start();
  play.cluster.run_until(5 * kMillion);
  const Micros bound = options.latency_us + options.jitter_us + kStep;
  for (const auto& [slot, times] : started) {
    if (times.front() + bound > play.cluster.now()) break;
    play.require(times.size() == play.cluster.size() && times.back() <= times.front() + bound,
                 "lockstep: slot " + std::to_string(slot.raw()) + " does not start everywhere within a delay");
  }
  play.require_progress(3, kMillion);
  return play.end();
}

// A faulty validator proposes before its turn and is heard first. Who waits for the others votes once.
std::optional<Violation> impatient(Identities& identities) {
  Options options = with_one_faulty();
  options.faults.set(FaultKind::impatient, true);
  Play play(options, identities);
  for (const NodeIndex other : play.honest) play.cluster.network().set_latency(play.faulty, other, 1'000, 100);
  play.cluster.start();
  play.cluster.run_until(5 * kMillion);
  const Report report = play.cluster.report();
  play.require(100 * report.directly >= 95 * report.finalized && report.slots >= 40,
               "directness: one who does not wait keeps blocks from being final");
  return play.end();
}

// One hears and is heard too late for any quorum. Certificates and the votes that proposers add name it in most slots
// all the same, so its stake does not leak. (Where the certificate comes before it may prevote, it only precommits; and
// what proposers add are prevotes.)
std::optional<Violation> slow_one(Identities& identities) {
  Options options = quick();
  options.slot_ms = 200;
  Play play(options, identities);
  constexpr NodeIndex kSlow = 3;
  constexpr std::uint64_t kLateMax = 32;
  for (NodeIndex other = 0; other < kSlow; ++other) play.cluster.network().set_latency(kSlow, other, 90'000, 1'000);
  std::map<Slot, Hash> final;
  std::set<Slot> in_certificates, late;
  const auto slow = [&] {
    return *play.cluster.node(0).epoch_of(Slot{1})->validators->index_of(play.cluster.node(kSlow).address());
  };
  play.cluster.on_effect = [&](const Node& node, const consensus::Effect& effect) {
    const auto* finalize = std::get_if<consensus::Finalize>(&effect);
    if (node.index() != 0 || finalize == nullptr) return;
    for (const Hash& hash : finalize->blocks) {
      const BlockPointer block = node.stored(hash);
      final[block->slot()] = hash;
      const auto note = [&](const auto& certificate) {
        if (certificate && crypto::has_signer(certificate->signers, slow())) in_certificates.insert(certificate->slot);
      };
      const auto& sealer = std::get<BftSealer>(block->header.body.sealer);
      note(sealer.parent_certificate);
      note(sealer.final_certificate);
      for (const LateVotes& votes : block->contents.evidence.late_votes)
        if (block->slot().raw() <= votes.slot.raw() + kLateMax && crypto::has_signer(votes.signers, slow()))
          late.insert(votes.slot);
    }
  };
  play.cluster.start();
  play.cluster.run_until(20 * kMillion);
  play.require(final.size() > 60 && late.size() > final.size() / 2, "script: its votes are not late");
  std::uint64_t judged = 0, missed = 0;
  for (const auto& [slot, block] : final) {
    if (slot.raw() + kLateMax > final.rbegin()->first.raw()) break;
    ++judged;
    if (!in_certificates.contains(slot) && !late.contains(slot)) ++missed;
  }
  play.require(2 * missed < judged, "attendance: the slow one counts as away in " + std::to_string(missed) + " of " +
                                        std::to_string(judged) + " slots");
  return play.end();
}

std::optional<Violation> slow_links(Identities& identities) {
  Options options = quick();
  options.latency_us = 5 * options.delta_us_min;
  Play play(options, identities);
  play.cluster.start();
  play.require_progress(20, 60 * kMillion);
  return play.end();
}

// --- Forged headers

// What the block before the parent left is still known while the parent is not final.
std::optional<Violation> foreign_parent(Identities& identities) {
  Play play(with_one_faulty(), identities);
  const Slot first{8}, last{40};
  play.forge([&](Slot slot) { return slot > first && slot <= last; },
             [&](HeaderBody& body) {
               const BlockPointer parent = play.cluster.node(play.faulty).stored(body.parent_hash);
               if (parent == nullptr) return;
               body.parent_hash = parent->header.body.parent_hash;
               body.parent_state_root = parent->header.body.parent_state_root;
               body.parent_receipts_root = parent->header.body.parent_receipts_root;
               body.parent_gas_used = parent->header.body.parent_gas_used;
             });
  play.cluster.filter = [&](NodeIndex from, NodeIndex to, const Packet& packet) {
    return play.passes_forge(from, to, packet) && !(is_precommit(packet) && packet.slot >= first);
  };
  play.cluster.start();
  play.require(play.wait_for([&] { return play.cluster.highest_slot() > next(last); }, 60 * kMillion),
               "liveness: blocks that nobody may vote for stop a slot");
  play.cluster.filter = nullptr;
  play.require_progress(10, 20 * kMillion);
  return play.end();
}

// Headers of a version that the others do not know: they are as if they had not come, and nobody is blamed.
std::optional<Violation> newer_version(Identities& identities) {
  Play play(with_one_faulty(), identities);
  std::uint64_t sent = 0;
  play.forge([](Slot) { return true; },
             [&](HeaderBody& body) {
               ++body.version;
               ++sent;
             });
  play.cluster.filter = [&](NodeIndex from, NodeIndex to, const Packet& packet) {
    return play.passes_forge(from, to, packet);
  };
  play.cluster.on_effect = [&](const Node& node, const consensus::Effect& effect) {
    play.require(play.cluster.is_faulty(node.index()) || !std::holds_alternative<consensus::Blame>(effect),
                 "blame: of a newer version");
  };
  play.cluster.start();
  play.require_progress(40, 20 * kMillion);
  play.require(sent > 0, "script: no header of a newer version was made");
  return play.end();
}

// --- Epochs

// The first block of an epoch names as final what was long ago, though newer is known to all.
std::optional<Violation> stale_start(Identities& identities) {
  Options options = with_one_faulty();
  options.epoch_slots = 30;
  Play play(options, identities);
  const auto place = [&](Slot slot) { return slot.raw() % options.epoch_slots; };
  play.forge([&](Slot slot) { return place(slot) == 0; },
             [&](HeaderBody& body) {
               const BlockPointer parent = play.cluster.node(play.faulty).stored(body.parent_hash);
               if (parent == nullptr) return;
               std::get<BftSealer>(body.sealer).final_certificate =
                   std::get<BftSealer>(parent->header.body.sealer).final_certificate;
             });
  play.cluster.filter = [&](NodeIndex from, NodeIndex to, const Packet& packet) {
    const std::uint64_t at = place(packet.slot);
    return play.passes_forge(from, to, packet) && !(is_precommit(packet) && at >= 12 && at + 1 < options.epoch_slots);
  };
  play.cluster.start();
  play.require_progress(12 * options.epoch_slots, 120 * kMillion);
  return play.end();
}

// Two blocks of a slot are certified, and nothing is final until the epoch is over: it stops, and does not split.
std::optional<Violation> two_branches(Identities& identities) {
  Options options = quick();
  options.epoch_slots = 30;
  options.slot_ms = 2'000;  // so that a slot does not end before its votes are said again
  Play play(options, identities);
  constexpr Slot kForked{15};
  const Slot first{options.epoch_slots};
  std::set<Hash> certified;
  bool alarmed = false;
  play.cluster.on_effect = [&](const Node&, const consensus::Effect& effect) {
    if (const auto* alarm = std::get_if<consensus::Alarm>(&effect))
      alarmed = alarmed || alarm->kind == consensus::AlarmKind::epoch_not_final;
    if (const auto* said = std::get_if<consensus::Broadcast>(&effect))
      if (const auto* c1 = std::get_if<PrevoteCertificate>(&said->message); c1 != nullptr && c1->slot == kForked)
        certified.insert(c1->block);
  };
  // The block that stands first in the forked slot comes when all but its proposer have voted for another; votes are
  // heard when they have voted for it as well.
  std::optional<NodeIndex> first_proposer;
  const auto others_prevoted = [&](std::size_t blocks) {
    return std::ranges::all_of(play.honest, [&](NodeIndex node) {
      const consensus::SafetyRecord& record = play.cluster.node(node).machine().record();
      return node == first_proposer || record.slot > kForked ||
             (record.slot == kForked && record.prevotes.size() >= blocks);
    });
  };
  play.cluster.filter = [&](NodeIndex from, NodeIndex, const Packet& packet) {
    if (is_precommit(packet) && packet.slot >= kForked && packet.slot <= first) return false;
    if (packet.slot != kForked) return true;
    if (message_in<Vote>(packet) != nullptr) return others_prevoted(2);
    if (message_in<PrevoteCertificate>(packet) != nullptr) return certified.size() >= 2;
    if (!is_block(packet)) return true;
    if (!first_proposer) first_proposer = from;
    return from != *first_proposer || others_prevoted(1);
  };
  play.cluster.start();
  play.cluster.run_until(100 * kMillion);
  play.require(certified.size() == 2, "script: the slot was not forked");
  play.require(alarmed, "liveness: nobody says that the epoch waits");
  play.require(play.cluster.highest_final() < kForked, "script: something became final");
  play.require(play.cluster.highest_slot() <= first, "epoch: it went on without finality");
  return play.end();
}

// --- Crashes

// One validator alone holds C1, with the vote of a faulty one, and precommits; the others know a better block. All lose
// their memory, and the faulty one is silent for ever.
std::optional<Violation> sole_holder(Identities& identities) {
  Options options = with_one_faulty();
  options.slot_ms = 1'000;
  Play play(options, identities);
  std::optional<NodeIndex> best, holder, other;
  Slot forked{4};
  play.cluster.filter = [&](NodeIndex from, NodeIndex to, const Packet& packet) {
    if (packet.slot == forked && !best && message_in<Header>(packet) == nullptr && is_block(packet)) {
      if (from == play.faulty) {  // it would be the best itself
        forked = next(forked);
        return true;
      }
      best = from;
      for (const NodeIndex node : play.honest)
        if (node != from) (holder ? other : holder) = node;
    }
    if (!best) return true;
    if (from == *best || to == *best) return false;
    return is_block(packet) || to == *holder || packet.slot != forked;
  };
  play.cluster.start();
  const auto precommitted = [&] {
    if (!holder) return false;
    const auto& record = play.cluster.node(*holder).record().content();
    return record && record->slot == forked && record->precommit;
  };
  play.require(play.wait_for(precommitted, 30 * kMillion), "script: nobody holds the certificate alone");
  if (play.end()) return play.end();
  play.cluster.filter = [&](NodeIndex from, NodeIndex, const Packet&) { return from != play.faulty; };
  play.restart_all();
  play.require_progress(5, 60 * kMillion);
  return play.end();
}

// A validator was away so long that nobody has the blocks that it lacks: it is given a final block with its state.
std::optional<Violation> away_too_long(Identities& identities) {
  Options options = quick();
  options.slot_ms = 200;
  options.epoch_slots = 30;
  Play play(options, identities);
  constexpr NodeIndex kNode = 2;
  play.cluster.start();
  play.cluster.run_until(2 * kMillion);
  play.cluster.crash(kNode);
  play.cluster.run_until(40 * kMillion);
  const Slot forgotten = play.cluster.highest_final();
  play.cluster.filter = [&](NodeIndex, NodeIndex, const Packet& packet) {
    return !std::holds_alternative<Blocks>(packet.body) || packet.slot > forgotten;
  };
  play.cluster.boot(kNode);
  play.cluster.run_until(45 * kMillion);
  play.require(play.cluster.node(kNode).final_slot() < forgotten, "script: it has the blocks that it lacks");
  play.cluster.node(kNode).adopt(play.cluster.node(0).final());
  play.require_progress(2 * options.epoch_slots, 40 * kMillion);
  bool votes = false;
  play.cluster.on_effect = [&](const Node& node, const consensus::Effect& effect) {
    const auto* said = std::get_if<consensus::Broadcast>(&effect);
    votes = votes || (node.index() == kNode && said != nullptr && std::holds_alternative<Vote>(said->message));
  };
  play.require(play.wait_for([&] { return votes; }, 2 * kMillion), "liveness: it does not vote any more");
  return play.end();
}

// A validator comes back with a disk that is older than its votes.
std::optional<Violation> older_backup(Identities& identities) {
  Options options = quick();
  options.slot_ms = 200;
  options.epoch_slots = 60;
  Play play(options, identities);
  constexpr NodeIndex kNode = 1;
  constexpr Slot kAt{30};
  bool has_voted = false;
  play.cluster.on_effect = [&](const Node& node, const consensus::Effect& effect) {
    const auto* said = std::get_if<consensus::Broadcast>(&effect);
    const auto* vote = said == nullptr ? nullptr : std::get_if<Vote>(&said->message);
    has_voted = has_voted || (node.index() == kNode && vote != nullptr && vote->body.slot == kAt);
  };
  // No quorum without it.
  play.cluster.filter = [&](NodeIndex from, NodeIndex, const Packet& packet) {
    return from != 3 || packet.slot != kAt || message_in<Vote>(packet) == nullptr;
  };
  play.cluster.start();
  play.cluster.run_until(3 * kMillion);
  const Node::Backup older = play.cluster.node(kNode).backup();
  play.require(play.wait_for([&] { return has_voted; }, 20 * kMillion), "script: it does not vote");
  if (play.end()) return play.end();
  play.cluster.crash(kNode);
  std::optional<Slot> noticed, spoke;
  play.cluster.on_effect = [&](const Node& node, const consensus::Effect& effect) {
    if (node.index() != kNode) return;
    if (const auto* alarm = std::get_if<consensus::Alarm>(&effect);
        alarm != nullptr && alarm->kind == consensus::AlarmKind::stale_record)
      noticed = alarm->slot;
    if (const auto* said = std::get_if<consensus::Broadcast>(&effect))
      if (const auto* vote = std::get_if<Vote>(&said->message); vote != nullptr && vote->body.slot > older.record.slot)
        spoke = std::min(spoke.value_or(vote->body.slot), vote->body.slot);
  };
  play.cluster.node(kNode).restore(older);
  play.cluster.boot(kNode);
  play.cluster.run_until(30 * kMillion);
  play.require(noticed.has_value(), "silence: votes that the record does not hold are not noticed");
  play.require(spoke.has_value() && noticed && spoke->raw() >= noticed->raw() + options.epoch_slots,
               "silence: it does not last an epoch");
  return play.end();
}

constexpr std::array kScripts{
    Script{"steady", "no faults: slots in time, final directly", steady},
    Script{"star", "one node between all others: slots start everywhere within a delay", star},
    Script{"impatient", "a proposer that does not wait: the others' blocks are final directly", impatient},
    Script{"slow_one", "votes that come after every quorum count as attendance", slow_one},
    Script{"slow_links", "a delay of five Δ₀: slots become final", slow_links},
    Script{"foreign_parent", "a header whose certificate is not its parent's", foreign_parent},
    Script{"newer_version", "headers of an unknown version", newer_version},
    Script{"stale_start", "an epoch's first header that names an old final block", stale_start},
    Script{"two_branches", "an epoch's end with two certified branches and nothing final", two_branches},
    Script{"sole_holder", "the only holder of C1 and all others lose their memory", sole_holder},
    Script{"away_too_long", "a final block with its state, for who was away too long", away_too_long},
    Script{"older_backup", "an older disk silences for an epoch", older_backup},
};

}  // namespace

std::span<const Script> scripts() { return kScripts; }

}  // namespace aether::sim

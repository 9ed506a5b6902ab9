// The watchtower: audits every receipt of the models that it holds, and convicts what is wrong. A claim is committed to
// and then proven; what the worker does not serve is forced out by a descent on chain. It does nothing against an
// honest worker.
//
// A watchtower that starts fresh audits again, which gives the same claim, and reads the moves of its sessions from the
// blocks. Its salts follow from a secret, so that it can open a commit that it made before.
#pragma once

#include <variant>

#include "aether/agents/note.hpp"

namespace aether::agents {

struct WatchtowerOptions {
  std::vector<HeldModel> models{};
  Hash secret{};                        // never shown; the same after a restart
  std::uint32_t audits_max = 1;         // at once
  Amount session_bond_max = kNoBound;   // AIC for a descent; a full table asks for more than the minimum
  bool exits = false;                   // settle and expire jobs of others for their exit fee
  bool answers = false;                 // respond for an honest worker that is silent in a descent
  std::uint64_t patience_slots = 8;     // before it does what buyer or worker should
  std::optional<Address> only_buyer{};  // audit this buyer's jobs only

  static constexpr Amount kNoBound = ~Amount{0};
};

// Effects. Audit: fetch both transactions, check the token roots, replay into a TraceStore and keep it until Drop, then
// vcr::find_first_fraud against the endpoint. The host answers with one AuditEnded.
struct Audit {
  Hash job;
  Hash model_id;
  Hash post_transaction;
  Hash submit_transaction;
  Hash request_root;
  Hash output_root;
  Hash trace_root;
  codec::Text<limits::kEndpointBytesMax> endpoint;
};
// Read the job's moves from the blocks `from` to the tip; the host answers with one MovesRead.
struct ReadMoves {
  Hash job;
  Slot from;
};
// Store and audit are of no more use. Unknown jobs are ignored.
struct DropAudit {
  Hash job;
};

using WatchtowerEffect = std::variant<Send, Audit, ReadMoves, DropAudit, Note>;

struct AuditHonest {};     // ProveError::no_fraud
struct AuditNotServed {};  // ProveError::not_served
struct AuditFailed {};     // the host could not: tried again later
struct AuditEnded {
  Hash job;
  std::variant<AuditHonest, vcr::Claim, AuditNotServed, AuditFailed> result = AuditFailed{};
};
// The job's respond and descend instructions that had success, in the order of the chain.
struct MovesRead {
  Hash job;
  Slot through;  // the last block read; not before `from` − 1
  std::vector<std::variant<programs::Respond, programs::Descend>> moves;
};

using WatchtowerEvent = std::variant<SendEnded, AuditEnded, MovesRead>;

// What the host keeps of an audit: the honest trace over the claimed tokens.
struct OwnRun {
  vcr::TraceStore* trace = nullptr;
  const vcr::ModelTree* model = nullptr;
  vcr::Tokens tokens;
};
class OwnRuns {
 public:
  virtual ~OwnRuns() = default;
  virtual std::optional<OwnRun> run(const Hash& job) = 0;  // none: not held
};

class Watchtower {
 public:
  Watchtower(const Identity& me, WatchtowerOptions options);
  // `events`: since the last step. The effects are to be carried out in their order.
  [[nodiscard]] std::vector<WatchtowerEffect> step(const Observation& now, std::span<const WatchtowerEvent> events,
                                                   OwnRuns& runs);

  // Whether the next observation should show this job even if it is closed.
  [[nodiscard]] bool tracks(const Hash& job) const;

 private:
  enum class Finding : std::uint8_t { none, auditing, honest, fraud, not_served, given_up };
  // What the chain does not say about a submitted job.
  struct Case {
    Finding finding = Finding::none;
    std::optional<Slot> failed;  // the last audit
    std::optional<vcr::Claim> claim;
    std::uint32_t round = 0;        // of the commit: each has its own salt
    std::optional<Slot> committed;  // in this slot or before
    // Of the own sessions, as the blocks show them.
    std::map<std::uint32_t, vcr::DescentState> sessions;
    std::vector<std::pair<vcr::Node, vcr::Reveal>> shown;
    std::optional<Slot> read_from;
    bool reading = false;
    bool thought = false;             // `wanted` follows from `shown`
    std::optional<vcr::Node> wanted;  // where a session must go
  };
  class Step;

  Identity me_;
  WatchtowerOptions options_;
  Desk desk_;
  std::map<Hash, Case> cases_;
};

}  // namespace aether::agents

// What the programs keep in the state: models, jobs, commits to a fraud proof; and the ids of these objects.
//
//   Domain::model   model_id                                     Model
//   Domain::job     H("aether/job", chain ‖ buyer ‖ nonce)       JobObject: Job while it lives, then ClosedJob
//   Domain::commit  H("aether/commit", job_id ‖ commit hash)     Commit
#pragma once

#include "aether/infer/config.hpp"
#include "aether/params/limits.hpp"
#include "aether/types/block.hpp"
#include "aether/vcr/descent.hpp"

namespace aether::programs {

// What a model is; its id is the hash of this.
struct ModelFacts {
  infer::Config config;
  Hash model_root;      // over the leaves of all tensors
  Hash engine_hash;     // arithmetic and tables that define its results
  Hash tokenizer_hash;  // tokenizer and chat template that the client uses

  bool operator==(const ModelFacts&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("config", self.config);
    visit("model_root", self.model_root);
    visit("engine_hash", self.engine_hash);
    visit("tokenizer_hash", self.tokenizer_hash);
  }
};

struct Model {
  std::uint8_t version = 1;
  ModelFacts facts;
  Address owner;                      // who registered it; has no further rights
  std::uint64_t proof_bytes_max = 0;  // no step proof against it is longer

  bool operator==(const Model&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("facts", self.facts);
    visit("owner", self.owner);
    visit("proof_bytes_max", self.proof_bytes_max);
  }
};

enum class Sampling : std::uint8_t { greedy };

// What the buyer offers and demands.
struct JobTerms {
  Hash model_id;
  Sampling sampling = Sampling::greedy;
  std::optional<Hash> seed;                 // none for greedy
  std::uint32_t max_new = 0;                // output tokens at most
  Amount price = 0;                         // AIC base units per 2^30 units
  std::uint8_t tier = 0;                    // of verification; 0: anyone may re-run it
  std::uint32_t attempts = 1;               // workers that may fail by silence before the refund
  Amount bond = 0;                          // AIC that a worker locks
  std::uint64_t accept_slots = 0;           // an offer stands so long, at each attempt
  std::uint64_t sla_slots = 0;              // from accept to due
  std::uint64_t max_slots = 0;              // from accept to the hard end; later is silence
  std::uint32_t sla_bps = 0;                // share of the pay that a worker at the hard end loses
  std::optional<crypto::PublicKey> worker;  // only he may accept
  bool accept_uncovered = false;            // the buyer knows that nobody covers the model

  bool operator==(const JobTerms&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("model_id", self.model_id);
    visit("sampling", self.sampling);
    visit("seed", self.seed);
    visit("max_new", self.max_new);
    visit("price", self.price);
    visit("tier", self.tier);
    visit("attempts", self.attempts);
    visit("bond", self.bond);
    visit("accept_slots", self.accept_slots);
    visit("sla_slots", self.sla_slots);
    visit("max_slots", self.max_slots);
    visit("sla_bps", self.sla_bps);
    visit("worker", self.worker);
    visit("accept_uncovered", self.accept_uncovered);
  }
};

// A worker took the job; its bond, terms.bond, is locked.
struct Acceptance {
  crypto::PublicKey worker{};
  Slot slot;
  codec::Text<limits::kEndpointBytesMax> endpoint;  // URL that serves nodes and tiles of the trace

  bool operator==(const Acceptance&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("worker", self.worker);
    visit("slot", self.slot);
    visit("endpoint", self.endpoint);
  }
};

// The receipt, as far as disputes and payment need it; the rest is in the transaction.
struct Submission {
  Hash transaction;
  Slot slot;
  std::uint32_t n_out = 0;
  Hash output_root;
  Hash trace_root;
  std::uint64_t units = 0;

  bool operator==(const Submission&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("transaction", self.transaction);
    visit("slot", self.slot);
    visit("n_out", self.n_out);
    visit("output_root", self.output_root);
    visit("trace_root", self.trace_root);
    visit("units", self.units);
  }
};

// A descent; 155 bytes.
struct Session {
  std::uint32_t id = 0;
  Address challenger;
  Amount bond = 0;                // AIC, what is left of it
  Amount fees_paid = 0;           // AIC, for responds, from the bond
  Amount exit_reserve = 0;        // SWR for who ends it when the challenger's clock is out
  std::uint64_t worker_left = 0;  // slots on the clocks, without those since turn_since
  std::uint64_t challenger_left = 0;
  Slot turn_since;
  vcr::DescentState state;

  bool operator==(const Session&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("challenger", self.challenger);
    visit("bond", self.bond);
    visit("fees_paid", self.fees_paid);
    visit("exit_reserve", self.exit_reserve);
    visit("worker_left", self.worker_left);
    visit("challenger_left", self.challenger_left);
    visit("turn_since", self.turn_since);
    visit("state", self.state);
  }
};

// A living job: open (no acceptance), running (acceptance), submitted (acceptance and submission).
struct Job {
  Address buyer;
  JobTerms terms;
  Hash request_root;
  std::uint32_t n_prompt = 0;
  Hash post_transaction;
  Amount escrow = 0;        // AIC
  Amount exit_reserve = 0;  // SWR for who sends settle or expire; the rest is the buyer's
  std::uint32_t attempt = 0;
  Slot open_since;  // of this attempt
  std::optional<Acceptance> acceptance;
  std::optional<Submission> submission;
  codec::List<Session, limits::kSessionsMax> sessions;  // by id
  std::uint32_t next_session = 0;
  std::uint64_t paused_slots = 0;  // that the window stood still because the table was full, before full_since
  std::optional<Slot> full_since;

  bool operator==(const Job&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("buyer", self.buyer);
    visit("terms", self.terms);
    visit("request_root", self.request_root);
    visit("n_prompt", self.n_prompt);
    visit("post_transaction", self.post_transaction);
    visit("escrow", self.escrow);
    visit("exit_reserve", self.exit_reserve);
    visit("attempt", self.attempt);
    visit("open_since", self.open_since);
    visit("acceptance", self.acceptance);
    visit("submission", self.submission);
    visit("sessions", self.sessions);
    visit("next_session", self.next_session);
    visit("paused_slots", self.paused_slots);
    visit("full_since", self.full_since);
  }
};

enum class JobStatus : std::uint8_t {
  settled,     // the worker was paid
  convicted,   // by a step proof
  defaulted,   // the worker's clock in a descent ran out
  silent,      // every attempt's worker vanished
  unaccepted,  // nobody took it
  cancelled,   // by the buyer
};

// What stays: at most 96 bytes with its tag.
struct ClosedJob {
  JobStatus status = JobStatus::settled;
  Slot slot;
  std::uint32_t attempt = 0;
  Amount paid = 0;                 // AIC to the worker, without its bond
  Amount burned = 0;               // AIC
  std::optional<Hash> submission;  // the transaction with receipt and output

  bool operator==(const ClosedJob&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("status", self.status);
    visit("slot", self.slot);
    visit("attempt", self.attempt);
    visit("paid", self.paid);
    visit("burned", self.burned);
    visit("submission", self.submission);
  }
};

struct JobObject {
  std::uint8_t version = 1;
  std::variant<Job, ClosedJob> state;

  bool operator==(const JobObject&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("state", self.state);
  }
};

// A proof that will be shown. Holds no value: the deposit was burned. It names nobody: the hash binds the challenger,
// so whoever copies a commit from the mempool pays for the one that it copies.
struct Commit {
  std::uint8_t version = 1;
  Slot slot;

  bool operator==(const Commit&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("slot", self.slot);
  }
};

[[nodiscard]] Hash model_id(const ModelFacts& facts);
[[nodiscard]] Hash job_id(ChainId chain_id, const Address& buyer, std::uint64_t nonce);
[[nodiscard]] Hash commit_key(const Hash& job_id, const Hash& commit_hash);
inline ObjectId model_object(const Hash& model_id) { return {Domain::model, model_id}; }
inline ObjectId job_object(const Hash& job_id) { return {Domain::job, job_id}; }
inline ObjectId commit_object(const Hash& job_id, const Hash& commit_hash) {
  return {Domain::commit, commit_key(job_id, commit_hash)};
}

// Both assets that a living job holds for others; zero for a closed one.
[[nodiscard]] Balance value_held(const JobObject& object);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto enum_names<programs::Sampling> = std::array<std::string_view, 1>{"greedy"};
template <>
inline constexpr auto enum_names<programs::JobStatus> =
    std::array<std::string_view, 6>{"settled", "convicted", "defaulted", "silent", "unaccepted", "cancelled"};
template <>
inline constexpr auto variant_names<std::variant<programs::Job, programs::ClosedJob>> =
    std::array<std::string_view, 2>{"living", "closed"};
}  // namespace aether::codec

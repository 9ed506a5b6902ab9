// The instructions of the native programs `models` and `escrow`, how a call is made of one, and which objects it
// touches, so that a client declares them without simulation.
#pragma once

#include "aether/programs/objects.hpp"
#include "aether/vcr/proof.hpp"
#include "aether/vcr/receipt.hpp"

namespace aether::programs {

using InlineTokens = codec::List<std::uint32_t, limits::kInlineTokensMax>;

// Burns the model fee. The model's owner has no rights over it.
struct RegisterModel {
  ModelFacts facts;

  bool operator==(const RegisterModel&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("facts", self.facts);
  }
};
using ModelsInstruction = std::variant<RegisterModel>;

// The sender is the buyer; locks escrow and exit fees.
struct Post {
  JobTerms terms;
  InlineTokens prompt;

  bool operator==(const Post&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("terms", self.terms);
    visit("prompt", self.prompt);
  }
};

// The sender is the worker; locks the bond.
struct Accept {
  Hash job;
  codec::Text<limits::kEndpointBytesMax> endpoint;

  bool operator==(const Accept&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("endpoint", self.endpoint);
  }
};

// Receipt and output, by the worker that accepted.
struct SubmitVcr {
  Hash job;
  vcr::Vcr vcr;
  InlineTokens output;

  bool operator==(const SubmitVcr&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("vcr", self.vcr);
    visit("output", self.output);
  }
};

// Burns the deposit.
struct CommitFraud {
  Hash job;
  Hash commit;  // fraud_commit_hash

  bool operator==(const CommitFraud&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("commit", self.commit);
  }
};

// The job is named by the proof. With a salt: opens the sender's commit. Without: the sender is a session's challenger.
struct Prove {
  vcr::StepProof proof;
  std::optional<Hash> salt;

  bool operator==(const Prove&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("proof", self.proof);
    visit("salt", self.salt);
  }
};

// Locks the bond and one exit fee.
struct OpenDescent {
  Hash job;
  Amount bond = 0;

  bool operator==(const OpenDescent&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("bond", self.bond);
  }
};

struct Descend {
  Hash job;
  std::uint32_t session = 0;
  vcr::Step step;

  bool operator==(const Descend&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("session", self.session);
    visit("step", self.step);
  }
};

// By anyone, who earns the fee of each session that it answers. Named sessions that have gone or do not wait at the
// node are passed over, so that nobody can spoil an answer to sixteen by answering one of them first.
struct Respond {
  Hash job;
  codec::SortedSet<std::uint32_t, limits::kSessionsMax> sessions;
  vcr::Node node;
  vcr::Reveal reveal;

  bool operator==(const Respond&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("sessions", self.sessions);
    visit("node", self.node);
    visit("reveal", self.reveal);
  }
};

struct Settle {
  Hash job;

  bool operator==(const Settle&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
  }
};

// By the buyer, while no worker has accepted.
struct Cancel {
  Hash job;

  bool operator==(const Cancel&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
  }
};

// Ends a clock: of a session, or of the job itself (nobody accepted, or the worker is silent).
struct Expire {
  Hash job;
  std::optional<std::uint32_t> session;

  bool operator==(const Expire&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
    visit("session", self.session);
  }
};

using EscrowInstruction =
    std::variant<Post, Accept, SubmitVcr, CommitFraud, Prove, OpenDescent, Descend, Respond, Settle, Cancel, Expire>;

// H("aether/fraud-commit", proof ‖ challenger ‖ salt).
[[nodiscard]] Hash fraud_commit_hash(const vcr::StepProof& proof, const Address& challenger, const Hash& salt);

[[nodiscard]] Hash models_program_id();
[[nodiscard]] Hash escrow_program_id();
[[nodiscard]] Call make_call(const ModelsInstruction& instruction);
[[nodiscard]] Call make_call(const EscrowInstruction& instruction);

// The objects that an instruction touches. Who and where: the sender with the nonce of its transaction (a job's id
// follows from them), and the job's model.
struct CallSite {
  ChainId chain_id;
  Address sender;
  std::uint64_t nonce = 0;
  Hash model_id;
};
struct AccessSets {
  AccessSet reads;
  AccessSet writes;
};
[[nodiscard]] AccessSets access_sets(const ModelsInstruction& instruction);
[[nodiscard]] AccessSets access_sets(const EscrowInstruction& instruction, const CallSite& site);

}  // namespace aether::programs

namespace aether::codec {
template <>
inline constexpr auto variant_names<programs::ModelsInstruction> = std::array<std::string_view, 1>{"register_model"};
template <>
inline constexpr auto variant_names<programs::EscrowInstruction> =
    std::array<std::string_view, 11>{"post",    "accept",  "submit_vcr", "commit_fraud", "prove", "open_descent",
                                     "descend", "respond", "settle",     "cancel",       "expire"};
}  // namespace aether::codec

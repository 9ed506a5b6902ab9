// The Verifiable Compute Receipt: what a worker signs when it hands in a job (AI page section 2). At most 504 bytes.
// What is signed is its id, H("aether/vcr", all fields but the signature), in the frame of crypto::sign_id.
#pragma once

#include <optional>
#include <span>

#include "aether/crypto/ed25519.hpp"
#include "aether/infer/graph.hpp"
#include "aether/params/limits.hpp"

namespace aether::vcr {

inline constexpr std::string_view kVcrTag = "aether/vcr";
inline constexpr std::size_t kSequencesMax = 32;

struct VcrBody {
  ChainId chain_id;
  Hash job_id;
  std::uint32_t attempt = 0;
  crypto::PublicKey provider{};  // the worker's key, which signs
  Hash model_id;
  Hash request_root;
  std::optional<Hash> seed;  // of the sampling; none for greedy
  Hash output_root;
  codec::List<std::uint32_t, kSequencesMax> n_out;  // tokens of each sequence; text jobs: exactly one
  Hash trace_root;
  std::uint64_t units = 0;
  std::optional<Hash> kzg;                // no tier uses it yet: refused
  std::optional<Hash> tee_evidence_hash;  // no tier uses it yet: refused

  bool operator==(const VcrBody&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("chain_id", self.chain_id);
    visit("job_id", self.job_id);
    visit("attempt", self.attempt);
    visit("provider", self.provider);
    visit("model_id", self.model_id);
    visit("request_root", self.request_root);
    visit("seed", self.seed);
    visit("output_root", self.output_root);
    visit("n_out", self.n_out);
    visit("trace_root", self.trace_root);
    visit("units", self.units);
    visit("kzg", self.kzg);
    visit("tee_evidence_hash", self.tee_evidence_hash);
  }
};

struct Vcr {
  VcrBody body;
  crypto::Signature signature{};

  bool operator==(const Vcr&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    VcrBody::fields(self.body, visit);
    visit("signature", self.signature);
  }
};

[[nodiscard]] Hash vcr_id(const VcrBody& body);
[[nodiscard]] Vcr sign(VcrBody body, const crypto::Seed& seed);
[[nodiscard]] bool verify(const Vcr& vcr);

// What the job says, and what every field of its receipt must equal.
struct ReceiptTerms {
  ChainId chain_id;
  Hash job_id;
  std::uint32_t attempt = 0;
  crypto::PublicKey worker{};
  Hash model_id;
  infer::Config config;
  Hash request_root;
  std::uint32_t n_prompt = 0;
  std::uint32_t max_new = 0;
  std::optional<Hash> seed;
};

enum class ReceiptError : std::uint8_t {
  chain_id,       // another chain
  job_id,         // another job
  attempt,        // another attempt
  provider,       // not the key of the worker that accepted
  model_id,       // another model
  request_root,   // another prompt
  seed,           // another seed than the job's, or one for a greedy job
  kzg,            // present, but no tier uses it yet
  tee_evidence,   // present, but no tier uses it yet
  sequences,      // not exactly one sequence
  output_length,  // n_out is not the number of tokens handed in
  empty_output,   // no token
  above_max_new,  // more tokens than the job allows
  context,        // prompt and output exceed the model's context
  token,          // a token outside the vocabulary
  early_stop,     // fewer tokens than max_new without a stop token at the end
  late_stop,      // a stop token before the last
  output_root,    // not the root of the tokens handed in
  units,          // not the formula's value
  signature,      // does not hold
};
[[nodiscard]] std::string_view to_string(ReceiptError error);

// Every rule that needs no trace, cheapest first; `output` are the tokens that ride in the same transaction.
[[nodiscard]] Result<void, ReceiptError> check_receipt(const ReceiptTerms& terms, const Vcr& vcr,
                                                       std::span<const std::uint32_t> output);

}  // namespace aether::vcr

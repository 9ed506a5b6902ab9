#include "aether/vcr/receipt.hpp"

#include "aether/crypto/sha256.hpp"
#include "aether/vcr/shape.hpp"

namespace aether::vcr {

std::string_view to_string(ReceiptError error) {
  switch (error) {
    case ReceiptError::chain_id: return "chain_id";
    case ReceiptError::job_id: return "job_id";
    case ReceiptError::attempt: return "attempt";
    case ReceiptError::provider: return "provider";
    case ReceiptError::model_id: return "model_id";
    case ReceiptError::request_root: return "request_root";
    case ReceiptError::seed: return "seed";
    case ReceiptError::kzg: return "kzg";
    case ReceiptError::tee_evidence: return "tee_evidence";
    case ReceiptError::sequences: return "sequences";
    case ReceiptError::output_length: return "output_length";
    case ReceiptError::empty_output: return "empty_output";
    case ReceiptError::above_max_new: return "above_max_new";
    case ReceiptError::context: return "context";
    case ReceiptError::token: return "token";
    case ReceiptError::early_stop: return "early_stop";
    case ReceiptError::late_stop: return "late_stop";
    case ReceiptError::output_root: return "output_root";
    case ReceiptError::units: return "units";
    case ReceiptError::signature: return "signature";
  }
  return "unknown";
}

Hash vcr_id(const VcrBody& body) { return crypto::tagged_hash(kVcrTag, codec::encode(body)); }

Vcr sign(VcrBody body, const crypto::Seed& seed) {
  const crypto::Signature signature = crypto::sign_id(seed, kVcrTag, vcr_id(body));
  return {std::move(body), signature};
}

bool verify(const Vcr& vcr) { return crypto::verify_id(vcr.body.provider, kVcrTag, vcr_id(vcr.body), vcr.signature); }

namespace {

Result<void, ReceiptError> check_identity(const ReceiptTerms& terms, const VcrBody& body) {
  if (body.chain_id != terms.chain_id) return fail(ReceiptError::chain_id);
  if (body.job_id != terms.job_id) return fail(ReceiptError::job_id);
  if (body.attempt != terms.attempt) return fail(ReceiptError::attempt);
  if (body.provider != terms.worker) return fail(ReceiptError::provider);
  if (body.model_id != terms.model_id) return fail(ReceiptError::model_id);
  if (body.request_root != terms.request_root) return fail(ReceiptError::request_root);
  if (body.seed != terms.seed) return fail(ReceiptError::seed);
  if (body.kzg) return fail(ReceiptError::kzg);
  if (body.tee_evidence_hash) return fail(ReceiptError::tee_evidence);
  return {};
}

Result<void, ReceiptError> check_output(const ReceiptTerms& terms, const VcrBody& body,
                                        std::span<const std::uint32_t> output) {
  if (body.n_out.size() != 1) return fail(ReceiptError::sequences);
  if (body.n_out[0] != output.size()) return fail(ReceiptError::output_length);
  if (output.empty()) return fail(ReceiptError::empty_output);
  if (output.size() > terms.max_new) return fail(ReceiptError::above_max_new);
  if (!infer::fits(terms.config, {terms.n_prompt, body.n_out[0]})) return fail(ReceiptError::context);
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] >= terms.config.vocab) return fail(ReceiptError::token);
    if (i + 1 < output.size() && terms.config.stop.contains(output[i])) return fail(ReceiptError::late_stop);
  }
  if (output.size() < terms.max_new && !terms.config.stop.contains(output.back()))
    return fail(ReceiptError::early_stop);
  if (body.output_root != token_root(output)) return fail(ReceiptError::output_root);
  return {};
}

}  // namespace

Result<void, ReceiptError> check_receipt(const ReceiptTerms& terms, const Vcr& vcr,
                                         std::span<const std::uint32_t> output) {
  AETHER_CHECK(check_identity(terms, vcr.body));
  AETHER_CHECK(check_output(terms, vcr.body, output));
  if (infer::units(terms.config, {terms.n_prompt, vcr.body.n_out[0]}) != vcr.body.units)
    return fail(ReceiptError::units);
  if (!verify(vcr)) return fail(ReceiptError::signature);
  return {};
}

}  // namespace aether::vcr

#include "aether/programs/instructions.hpp"

#include "aether/crypto/sha256.hpp"
#include "aether/ledger/program.hpp"

namespace aether::programs {

Hash fraud_commit_hash(const vcr::StepProof& proof, const Address& challenger, const Hash& salt) {
  codec::Writer writer;
  writer.put(proof);
  writer.put(challenger);
  writer.put(salt);
  return crypto::tagged_hash("aether/fraud-commit", writer.take());
}

Hash models_program_id() { return ledger::native_program_id("models"); }
Hash escrow_program_id() { return ledger::native_program_id("escrow"); }

Call make_call(const ModelsInstruction& instruction) { return {models_program_id(), codec::encode(instruction)}; }
Call make_call(const EscrowInstruction& instruction) { return {escrow_program_id(), codec::encode(instruction)}; }

AccessSets access_sets(const ModelsInstruction& instruction) {
  const auto& facts = std::get_if<RegisterModel>(&instruction)->facts;
  return {{}, {model_object(model_id(facts))}};
}

namespace {

struct Access {
  const CallSite& site;

  AccessSets operator()(const Post&) const {
    return {{model_object(site.model_id)}, {job_object(job_id(site.chain_id, site.sender, site.nonce))}};
  }
  AccessSets operator()(const Accept& i) const { return job_only(i.job); }
  AccessSets operator()(const SubmitVcr& i) const { return with_model(i.job); }
  AccessSets operator()(const CommitFraud& i) const { return {{job_object(i.job)}, {commit_object(i.job, i.commit)}}; }
  AccessSets operator()(const Prove& i) const {
    AccessSets out = with_model(i.proof.job_id);
    if (i.salt) {
      const Hash commit = fraud_commit_hash(i.proof, site.sender, *i.salt);
      out.writes.insert(commit_object(i.proof.job_id, commit));
    }
    return out;
  }
  AccessSets operator()(const OpenDescent& i) const { return with_model(i.job); }
  AccessSets operator()(const Descend& i) const { return with_model(i.job); }
  AccessSets operator()(const Respond& i) const { return with_model(i.job); }
  AccessSets operator()(const Settle& i) const { return job_only(i.job); }
  AccessSets operator()(const Cancel& i) const { return job_only(i.job); }
  AccessSets operator()(const Expire& i) const { return job_only(i.job); }

 private:
  static AccessSets job_only(const Hash& job) { return {{}, {job_object(job)}}; }
  AccessSets with_model(const Hash& job) const { return {{model_object(site.model_id)}, {job_object(job)}}; }
};

}  // namespace

AccessSets access_sets(const EscrowInstruction& instruction, const CallSite& site) {
  return std::visit(Access{site}, instruction);
}

}  // namespace aether::programs

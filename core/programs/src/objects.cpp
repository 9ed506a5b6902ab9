#include "aether/programs/objects.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::programs {

Hash model_id(const ModelFacts& facts) { return crypto::tagged_hash("aether/model-id", codec::encode(facts)); }

Hash job_id(ChainId chain_id, const Address& buyer, std::uint64_t nonce) {
  codec::Writer writer;
  writer.put(chain_id);
  writer.put(buyer);
  writer.put(nonce);
  return crypto::tagged_hash("aether/job", writer.take());
}

Hash commit_key(const Hash& job_id, const Hash& commit_hash) {
  codec::Writer writer;
  writer.put(job_id);
  writer.put(commit_hash);
  return crypto::tagged_hash("aether/commit", writer.take());
}

namespace {

Amount sum(Amount a, Amount b) {
  const std::optional<Amount> out = checked_add(a, b);
  AETHER_ASSERT(out.has_value());  // amounts are at most 2^100 and a job holds few
  return *out;
}

}  // namespace

Balance value_held(const JobObject& object) {
  const Job* job = std::get_if<Job>(&object.state);
  if (job == nullptr) return {};
  Balance held{job->exit_reserve, job->escrow};
  if (job->acceptance) held.aic = sum(held.aic, job->terms.bond);
  for (const Session& session : job->sessions) {
    held.aic = sum(held.aic, session.bond);
    held.swr = sum(held.swr, session.exit_reserve);
  }
  return held;
}

}  // namespace aether::programs

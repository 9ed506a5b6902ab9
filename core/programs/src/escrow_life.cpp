#include <algorithm>

#include "aether/programs/payouts.hpp"
#include "aether/programs/phases.hpp"
#include "escrow.hpp"

namespace aether::programs::escrow {

namespace {

Outcome<void> check_terms(const JobTerms& terms, const JobParams& params) {
  if (terms.tier != 0) return refuse(EscrowCode::tier_unbuilt);
  if (!terms.accept_uncovered) return refuse(EscrowCode::uncovered);
  if (terms.seed) return refuse(EscrowCode::seed_without_use);
  if (terms.attempts == 0 || terms.attempts > limits::kAttemptsMax) return refuse(EscrowCode::attempts_range);
  if (terms.bond < params.worker_bond_min) return refuse(EscrowCode::bond_too_low);
  if (terms.bond > kJobAmountMax || terms.price > kJobAmountMax) return refuse(EscrowCode::amount_too_large);
  if (terms.accept_slots == 0 || terms.sla_slots == 0 || terms.sla_slots > terms.max_slots)
    return refuse(EscrowCode::slots_range);
  if (std::max(terms.accept_slots, terms.max_slots) > kJobSlotsMax) return refuse(EscrowCode::slots_range);
  if (terms.sla_bps > kBpsWhole) return refuse(EscrowCode::sla_range);
  return {};
}

// The units of the longest output.
Outcome<std::uint64_t> check_request(const Post& i, const infer::Config& config, const JobParams& params) {
  if (i.prompt.empty()) return refuse(EscrowCode::prompt_empty);
  if (i.terms.max_new == 0) return refuse(EscrowCode::max_new_zero);
  const infer::Extent extent{static_cast<std::uint32_t>(i.prompt.size()), i.terms.max_new};
  if (!infer::fits(config, extent)) return refuse(EscrowCode::context_exceeded);
  for (const std::uint32_t token : i.prompt) {
    if (token >= config.vocab) return refuse(EscrowCode::prompt_token);
  }
  const std::optional<std::uint64_t> units = infer::units(config, extent);
  if (!units || *units / params.recompute_units_per_slot >= kJobSlotsMax) return refuse(EscrowCode::units_too_large);
  return *units;
}

}  // namespace

Outcome<void> run(Context& context, const Post& i) {
  const JobParams& params = context.block().params.jobs;
  AETHER_CHECK(check_terms(i.terms, params));
  AETHER_TRY(const Model model, load_model(context, i.terms.model_id));
  AETHER_TRY(const std::uint64_t units, check_request(i, model.facts.config, params));
  const std::optional<Amount> escrow = cost_of(i.terms.price, units);
  if (!escrow) return refuse(EscrowCode::amount_too_large);

  const Hash id = job_id(context.block().chain_id, context.sender(), context.transaction().body().nonce);
  AETHER_TRY(const auto known, context.read(job_object(id)));
  if (known) return refuse(EscrowCode::job_exists);
  Job job;
  job.buyer = context.sender();
  job.terms = i.terms;
  job.request_root = vcr::token_root(i.prompt);
  job.n_prompt = static_cast<std::uint32_t>(i.prompt.size());
  job.post_transaction = context.transaction().id();
  job.escrow = *escrow;
  job.exit_reserve = exit_reserve(params, i.terms.attempts);
  job.open_since = context.block().slot;
  AETHER_CHECK(context.debit_sender(Asset::aic, job.escrow));
  AETHER_CHECK(context.debit_sender(Asset::swr, job.exit_reserve));
  return store_job(context, id, std::move(job));
}

Outcome<void> run(Context& context, const Accept& i) {
  AETHER_TRY(Job job, load_job(context, i.job));
  if (job.acceptance) return refuse(EscrowCode::already_accepted);
  if (context.block().slot > accept_end(job)) return refuse(EscrowCode::accept_too_late);
  const auto* key = std::get_if<crypto::PublicKey>(&context.transaction().body().sender);
  if (key == nullptr || (job.terms.worker && *job.terms.worker != *key))
    return refuse(EscrowCode::not_the_named_worker);
  AETHER_CHECK(context.debit_sender(Asset::aic, job.terms.bond));
  job.acceptance = Acceptance{*key, context.block().slot, i.endpoint};
  return store_job(context, i.job, std::move(job));
}

Outcome<void> run(Context& context, const SubmitVcr& i) {
  AETHER_TRY(Job job, load_job(context, i.job));
  if (!job.acceptance) return refuse(EscrowCode::not_accepted);
  if (job.submission) return refuse(EscrowCode::already_submitted);
  const crypto::PublicKey& worker = job.acceptance->worker;
  if (context.sender() != address_of(worker)) return refuse(EscrowCode::not_the_worker);
  if (context.block().slot > hard_end(job)) return refuse(EscrowCode::submit_too_late);
  AETHER_TRY(const Model model, load_model(context, job.terms.model_id));
  const vcr::ReceiptTerms terms{
      context.block().chain_id, i.job,        job.attempt,       worker,        job.terms.model_id, model.facts.config,
      job.request_root,         job.n_prompt, job.terms.max_new, job.terms.seed};
  if (const auto right = vcr::check_receipt(terms, i.vcr, i.output); !right) return fail(result_code(right.error()));
  job.submission = Submission{context.transaction().id(), context.block().slot,  i.vcr.body.n_out[0],
                              i.vcr.body.output_root,     i.vcr.body.trace_root, i.vcr.body.units};
  return store_job(context, i.job, std::move(job));
}

Outcome<void> run(Context& context, const Settle& i) {
  AETHER_TRY(Job job, load_submitted(context, i.job));
  if (!job.sessions.empty()) return refuse(EscrowCode::sessions_open);
  const JobParams& params = context.block().params.jobs;
  if (context.block().slot < settle_from(job, params, context.block().slot))
    return refuse(EscrowCode::settle_too_early);
  const Settlement division = settlement(job, params);
  const Address worker = address_of(job.acceptance->worker);
  pay_exit(context, job);
  pay(context, worker, Asset::aic, division.worker);
  pay(context, worker, Asset::aic, job.terms.bond);
  pay(context, job.buyer, Asset::aic, division.buyer);
  if (division.burned != 0) context.burn(Asset::aic, division.burned);
  return close(context, i.job, job, JobStatus::settled, division.worker, division.burned);
}

Outcome<void> run(Context& context, const Cancel& i) {
  AETHER_TRY(const Job job, load_job(context, i.job));
  if (context.sender() != job.buyer) return refuse(EscrowCode::not_the_buyer);
  if (job.acceptance) return refuse(EscrowCode::already_accepted);
  pay(context, job.buyer, Asset::aic, job.escrow);
  return close(context, i.job, job, JobStatus::cancelled);
}

namespace {

// The bond goes back but for the penalty; the job is offered again while it has attempts.
Outcome<void> expire_worker(Context& context, const Hash& id, Job job) {
  const Amount penalty = silence_penalty(job, context.block().params.jobs);
  pay(context, job.buyer, Asset::aic, penalty);
  pay(context, address_of(job.acceptance->worker), Asset::aic, job.terms.bond - penalty);
  job.acceptance.reset();
  if (job.attempt + 1 < job.terms.attempts) {
    ++job.attempt;
    job.open_since = context.block().slot;
    return store_job(context, id, std::move(job));
  }
  pay(context, job.buyer, Asset::aic, job.escrow);
  return close(context, id, job, JobStatus::silent);
}

}  // namespace

Outcome<void> run(Context& context, const Expire& i) {
  AETHER_TRY(Job job, load_job(context, i.job));
  if (i.session) return expire_session(context, i.job, std::move(job), *i.session);
  if (job.submission) return refuse(EscrowCode::nothing_to_expire);
  if (context.block().slot <= (job.acceptance ? hard_end(job) : accept_end(job)))
    return refuse(EscrowCode::expire_too_early);
  pay_exit(context, job);
  if (job.acceptance) return expire_worker(context, i.job, std::move(job));
  pay(context, job.buyer, Asset::aic, job.escrow);
  return close(context, i.job, job, JobStatus::unaccepted);
}

}  // namespace aether::programs::escrow

#include "aether/programs/objects.hpp"
#include "answers.hpp"

namespace aether::query {
api::Answer<api::GetJobAnswer> ChainQueries::handle(const api::GetJob& request) {
  const auto snapshot = chain_.snapshot();
  auto job = ledger::load<programs::JobObject>(*snapshot, programs::job_object(request.job));
  if (!job) return error(ErrorCode::not_found, "there is no job " + to_hex0x(request.job.bytes));
  return api::GetJobAnswer{tip_of(*snapshot), std::move(*job)};
}

api::Answer<api::GetJobsAnswer> ChainQueries::handle(const api::GetJobs& request) {
  AETHER_TRY(const auto limit, api::page_limit(request.limit));
  const auto filter = request.filter ? *request.filter : api::JobFilter::all;
  const auto snapshot = chain_.snapshot();
  api::GetJobsAnswer out{tip_of(*snapshot), {}, {}};
  out.next = scan_page(*snapshot, Domain::job, request.after, [&](const Hash& id, ByteView bytes) {
    auto job = ledger::decode_object<programs::JobObject>(bytes);
    if (api::passes(job, filter)) out.jobs.push_back({id, std::move(job)});
    return out.jobs.size() < limit;
  });
  return out;
}

api::Answer<api::GetModelAnswer> ChainQueries::handle(const api::GetModel& request) {
  const auto snapshot = chain_.snapshot();
  auto model = ledger::load<programs::Model>(*snapshot, programs::model_object(request.model));
  if (!model) return error(ErrorCode::not_found, "there is no model " + to_hex0x(request.model.bytes));
  return api::GetModelAnswer{tip_of(*snapshot), std::move(*model)};
}

api::Answer<api::GetModelsAnswer> ChainQueries::handle(const api::GetModels& request) {
  AETHER_TRY(const auto limit, api::page_limit(request.limit));
  const auto snapshot = chain_.snapshot();
  api::GetModelsAnswer out{tip_of(*snapshot), {}, {}};
  out.next = scan_page(*snapshot, Domain::model, request.after, [&](const Hash& id, ByteView bytes) {
    out.models.push_back({id, ledger::decode_object<programs::Model>(bytes)});
    return out.models.size() < limit;
  });
  return out;
}

}  // namespace aether::query

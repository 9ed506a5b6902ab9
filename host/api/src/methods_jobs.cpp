#include "aether/api/methods_jobs.hpp"

#include "aether/programs/phases.hpp"

namespace aether::api {

Answer<std::uint32_t> page_limit(const std::optional<std::uint32_t>& limit) {
  if (!limit) return kPageMax;
  AETHER_CHECK(check_count("limit", *limit, kPageMax));
  return *limit;
}

bool passes(const programs::JobObject& object, JobFilter filter) {
  const auto* job = std::get_if<programs::Job>(&object.state);
  switch (filter) {
    case JobFilter::all: return true;
    case JobFilter::living: return job != nullptr;
    case JobFilter::open: return job != nullptr && phase(*job) == programs::Phase::open;
    case JobFilter::running: return job != nullptr && phase(*job) == programs::Phase::running;
    case JobFilter::submitted: return job != nullptr && phase(*job) == programs::Phase::submitted;
    case JobFilter::closed: return job == nullptr;
  }
  return false;
}

}  // namespace aether::api

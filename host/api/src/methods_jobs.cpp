#include "aether/api/methods_jobs.hpp"

#include "aether/programs/phases.hpp"

namespace aether::api {

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

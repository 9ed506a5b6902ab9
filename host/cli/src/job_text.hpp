// Jobs as text and JSON.
#pragma once

#include "aether/params/chain_params.hpp"
#include "job_record.hpp"

namespace aether::cli {

// {"job", "status", "at", "object"}.
[[nodiscard]] boost::json::object summary(const JobView& job);
// Lines of "name  value": parties, money, clocks.
[[nodiscard]] std::string describe(const JobView& job, const JobParams& params);
// What a list shows beside id and status.
[[nodiscard]] std::string short_facts(const JobView& job);

}  // namespace aether::cli

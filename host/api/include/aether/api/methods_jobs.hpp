// Jobs and models: requests and answers. An object is given as the state holds it; phases, windows and clocks follow
// from it and from the parameters of aeth_chainId by aether/programs/phases.hpp.
#pragma once

#include "aether/api/methods.hpp"
#include "aether/programs/objects.hpp"

namespace aether::api {

// --- Jobs ----------------------------------------------------------------------------------------------------------

struct GetJobAnswer {
  BlockRef at;
  programs::JobObject job;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("job", self.job);
  }
};
struct GetJob {
  using Answer = GetJobAnswer;
  static constexpr std::string_view kMethod = "aeth_getJob";
  static constexpr std::string_view kSummary = "A job by its id, living or closed; not_found when there is none";
  Hash job;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("job", self.job);
  }
};

enum class JobFilter : std::uint8_t {
  all,
  living,     // open, running or submitted
  open,       // waits for a worker
  running,    // a worker has it, no receipt yet
  submitted,  // in its window, or ready to settle
  closed,
};
[[nodiscard]] bool passes(const programs::JobObject& object, JobFilter filter);

struct JobEntry {
  Hash id;
  programs::JobObject job;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("job", self.job);
  }
};
struct GetJobsAnswer {
  BlockRef at;
  std::vector<JobEntry> jobs;
  std::optional<Hash> next;  // none: that was the last page

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("jobs", self.jobs);
    visit("next", self.next);
  }
};
struct GetJobs {
  using Answer = GetJobsAnswer;
  static constexpr std::string_view kMethod = "aeth_getJobs";
  static constexpr std::string_view kSummary =
      "A page of the jobs, in the order of their ids, at most 100; `filter` chooses by state, `after` is the `next` of "
      "the page before";
  std::optional<JobFilter> filter;     // all when none is given
  std::optional<Hash> after;           // from the first when none is given
  std::optional<std::uint32_t> limit;  // 1 to kPageMax; kPageMax when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("filter", self.filter);
    visit("after", self.after);
    visit("limit", self.limit);
  }
};

// --- Models --------------------------------------------------------------------------------------------------------

struct GetModelAnswer {
  BlockRef at;
  programs::Model model;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("model", self.model);
  }
};
struct GetModel {
  using Answer = GetModelAnswer;
  static constexpr std::string_view kMethod = "aeth_getModel";
  static constexpr std::string_view kSummary = "A registered model by its id; not_found when there is none";
  Hash model;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("model", self.model);
  }
};

struct ModelEntry {
  Hash id;
  programs::Model model;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("model", self.model);
  }
};
struct GetModelsAnswer {
  BlockRef at;
  std::vector<ModelEntry> models;
  std::optional<Hash> next;  // none: that was the last page

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("models", self.models);
    visit("next", self.next);
  }
};
struct GetModels {
  using Answer = GetModelsAnswer;
  static constexpr std::string_view kMethod = "aeth_getModels";
  static constexpr std::string_view kSummary =
      "A page of the registered models, in the order of their ids, at most 100; `after` is the `next` of the page "
      "before";
  std::optional<Hash> after;           // from the first when none is given
  std::optional<std::uint32_t> limit;  // 1 to kPageMax; kPageMax when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("after", self.after);
    visit("limit", self.limit);
  }
};

}  // namespace aether::api

namespace aether::codec {
template <>
inline constexpr auto enum_names<api::JobFilter> =
    std::array<std::string_view, 6>{"all", "living", "open", "running", "submitted", "closed"};
}  // namespace aether::codec

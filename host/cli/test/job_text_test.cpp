#include "job_text.hpp"

#include <gtest/gtest.h>

#include "aether/programs/phases.hpp"

namespace aether::cli {
namespace {

using programs::JobStatus;

struct JobText : ::testing::Test {
  JobText() {
    job.terms.price = 2 * kAmountUnit;
    job.terms.bond = 10 * kAmountUnit;
    job.terms.max_new = 32;
    job.terms.accept_slots = 240;
    job.terms.sla_slots = 100;
    job.terms.max_slots = 200;
    job.n_prompt = 7;
    job.escrow = 227'192;
    job.open_since = Slot{14};
  }
  JobView view() const { return {Hash{{1}}, {Slot{20}, {}, true}, {1, job}}; }
  JobView closed(JobStatus status) const {
    return {Hash{{1}}, {Slot{90}, {}, true}, {1, programs::ClosedJob{status, Slot{63}, 0, 204'472, 22'720, {}}}};
  }
  // The value of a line.
  static std::string of(const std::string& text, const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "(no " + name + ")";
    const auto value = text.find_first_not_of(' ', at + 1 + name.size());
    return text.substr(value, text.find('\n', value) - value);
  }

  programs::Job job;
  JobParams params;
};

TEST_F(JobText, AnOpenJobSaysWhatItOffersAndHowLong) {
  EXPECT_EQ(view().status(), "open");
  EXPECT_FALSE(view().submission());
  const std::string text = describe(view(), params);
  EXPECT_EQ(of(text, "escrow"), "0.227192 AIC");
  EXPECT_EQ(of(text, "price"), "2 AIC per 2^30 units");
  EXPECT_EQ(of(text, "accept until"), "slot 254");
  EXPECT_EQ(of(text, "worker"), "(no worker)");
}

TEST_F(JobText, ARunningJobNamesItsWorkerAndItsClocks) {
  job.acceptance = programs::Acceptance{{}, Slot{15}, std::string("http://127.0.0.1:9")};
  EXPECT_EQ(view().status(), "running");
  const std::string text = describe(view(), params);
  EXPECT_EQ(of(text, "endpoint"), "http://127.0.0.1:9");
  EXPECT_EQ(of(text, "due"), "slot 115");
  EXPECT_EQ(of(text, "silent after"), "slot 215");
}

TEST_F(JobText, ASubmittedJobNamesItsReceiptAndItsWindow) {
  job.acceptance = programs::Acceptance{{}, Slot{15}, {}};
  job.submission = programs::Submission{Hash{{2}}, Slot{16}, 32, {}, {}, 121'972'736};
  EXPECT_EQ(view().status(), "submitted");
  EXPECT_EQ(view().submission(), Hash{{2}});
  const std::string text = describe(view(), params);
  EXPECT_EQ(of(text, "endpoint"), "none");
  EXPECT_EQ(of(text, "output"), "32 tokens");
  EXPECT_EQ(of(text, "units"), "121972736");
  EXPECT_EQ(of(text, "window end"), "slot " + std::to_string(programs::window_end(job, params, Slot{20}).raw()));
}

TEST_F(JobText, AClosedJobSaysHowItEnded) {
  for (const JobStatus status : {JobStatus::settled, JobStatus::convicted, JobStatus::defaulted, JobStatus::silent,
                                 JobStatus::unaccepted, JobStatus::cancelled})
    EXPECT_EQ(closed(status).status(), codec::enum_names<JobStatus>[static_cast<std::size_t>(status)]);
  const std::string text = describe(closed(JobStatus::settled), params);
  EXPECT_EQ(of(text, "paid"), "0.204472 AIC");
  EXPECT_EQ(of(text, "burned"), "0.02272 AIC");
  EXPECT_EQ(of(text, "closed"), "slot 63");
}

TEST_F(JobText, TheJsonHoldsTheObject) {
  const auto json = summary(view());
  EXPECT_EQ(json.at("status"), "open");
  EXPECT_EQ(json.at("object"), api::to_json(view().object));
}

}  // namespace
}  // namespace aether::cli

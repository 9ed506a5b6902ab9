#include "job_text.hpp"

#include "aether/programs/payouts.hpp"
#include "aether/programs/phases.hpp"

namespace aether::cli {
namespace {

std::string line(std::string_view name, const std::string& value) {
  std::string out(name);
  out.append(name.size() < 13 ? 13 - name.size() : 1, ' ');
  return out + value + "\n";
}
std::string aic(Amount amount) { return amount_to_text(amount) + " AIC"; }
std::string slot(Slot at) { return std::to_string(at.raw()); }
std::string hex(const Hash& hash) { return to_hex0x(hash.bytes); }

std::string describe_living(const programs::Job& job, const JobParams& params, Slot now) {
  const auto& terms = job.terms;
  std::string out = line("buyer", to_text(job.buyer)) + line("model", hex(terms.model_id)) +
                    line("prompt", std::to_string(job.n_prompt) + " tokens") +
                    line("max new", std::to_string(terms.max_new) + " tokens") +
                    line("price", aic(terms.price) + " per 2^30 units") + line("escrow", aic(job.escrow)) +
                    line("bond", aic(terms.bond)) +
                    line("attempt", std::to_string(job.attempt + 1) + " of " + std::to_string(terms.attempts));
  if (!job.acceptance) return out + line("accept until", "slot " + slot(programs::accept_end(job)));
  out += line("worker", to_text(address_of(job.acceptance->worker))) +
         line("endpoint", job.acceptance->endpoint.empty() ? "none" : job.acceptance->endpoint) +
         line("due", "slot " + slot(programs::due(job))) +
         line("silent after", "slot " + slot(programs::hard_end(job)));
  if (!job.submission) return out;
  const auto& done = *job.submission;
  return out + line("output", std::to_string(done.n_out) + " tokens") + line("output root", hex(done.output_root)) +
         line("trace root", hex(done.trace_root)) + line("units", std::to_string(done.units)) +
         line("window end", "slot " + slot(programs::window_end(job, params, now))) +
         line("settle from", "slot " + slot(programs::settle_from(job, params, now))) +
         line("disputes", std::to_string(job.sessions.size()));
}

std::string describe_closed(const programs::ClosedJob& job) {
  std::string out = line("closed", "slot " + slot(job.slot)) + line("attempt", std::to_string(job.attempt + 1)) +
                    line("paid", aic(job.paid)) + line("burned", aic(job.burned));
  if (job.submission) out += line("submission", hex(*job.submission));
  return out;
}

}  // namespace

boost::json::object summary(const JobView& job) {
  return {{"job", hex(job.id)},
          {"status", job.status()},
          {"at", api::to_json(job.at)},
          {"object", api::to_json(job.object)}};
}

std::string describe(const JobView& job, const JobParams& params) {
  return line("job", hex(job.id)) + line("status", std::string(job.status())) + line("slot", slot(job.at.slot)) +
         (job.closed() ? describe_closed(*job.closed()) : describe_living(*job.living(), params, job.at.slot));
}

std::string short_facts(const JobView& job) {
  if (const auto* closed = job.closed()) return "slot " + slot(closed->slot) + "  paid " + aic(closed->paid);
  const auto& living = *job.living();
  return "escrow " + aic(living.escrow) + "  " + std::to_string(living.n_prompt) + "+" +
         std::to_string(living.terms.max_new) + " tokens";
}

}  // namespace aether::cli

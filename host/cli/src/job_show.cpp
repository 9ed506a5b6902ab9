// job list, job show, job cancel.
#include "job_text.hpp"
#include "signing.hpp"

namespace aether::cli {

namespace json = boost::json;

CommandResult job_list(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  const auto names = codec::enum_names<api::JobFilter>;
  const auto filter = static_cast<api::JobFilter>(std::ranges::find(names, arguments.filter) - names.begin());
  json::array list;
  std::string text;
  api::GetJobs request{filter, {}, {}};
  do {
    CLI_TRY(const auto page, rpc.call(request));
    for (const auto& entry : page.jobs) {
      const JobView job{entry.id, page.at, entry.job};
      list.push_back(summary(job));
      text += to_hex0x(job.id.bytes) + "  " + std::string(job.status()) + "  " + short_facts(job) + "\n";
    }
    request.after = page.next;
  } while (request.after);
  return Output{std::move(text), std::move(list)};
}

CommandResult job_show(const Arguments& arguments) {
  AETHER_TRY(const auto id, read_id("job id", arguments.job));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto job, get_job(rpc, id));
  CLI_TRY(const auto chain, rpc.call(api::GetChainId{}));
  Output out{describe(job, chain.params.jobs), summary(job)};
  if (arguments.receipt.empty()) return out;
  AETHER_TRY(const auto record, get_record(rpc, job));
  CLI_CHECK(receipts::write(arguments.receipt, receipt_file(record)));
  out.text += "receipt      " + arguments.receipt + "\n";
  out.json.get_object().emplace("receipt", to_utf8(as_bytes(arguments.receipt)));
  return out;
}

CommandResult job_cancel(const Arguments& arguments) {
  AETHER_TRY(const auto id, read_id("job id", arguments.job));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto seed, unlock(arguments, arguments.from));
  AETHER_TRY(const auto sent, send_call(rpc, seed, programs::make_call(programs::Cancel{id})));
  return show(sent.settled);
}

}  // namespace aether::cli

// node: a node of this user on this machine, by the socket in its directory.
#include "aether/api/json.hpp"
#include "local_chain.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

}  // namespace

CommandResult node_status(const Arguments& arguments) {
  CLI_TRY(auto node, admin::Client::connect(arguments.folder));
  CLI_TRY(const auto answer, node.call(admin::GetStatus{}));
  std::string text = "process    " + std::to_string(answer.process) + "\nversion    " + answer.version +
                     "\nslot       " + std::to_string(answer.slot.raw()) + "\nfinal      " +
                     std::to_string(answer.at.slot.raw()) + "\nblock      " + hex(answer.at.hash) + "\nstatus     " +
                     std::string(codec::enum_names<api::HealthStatus>[static_cast<std::size_t>(answer.status)]) + "\n";
  for (const std::string& what : answer.missing) text += "waits      for " + what + "\n";
  text += "peers      " + std::to_string(answer.peers) + "\npending    " + std::to_string(answer.pending) +
          "\nvalidator  " + (answer.validator ? to_text(*answer.validator) : "none: it follows") + "\n";
  if (answer.silent) text += "           silent: it lost its safety log, and votes again in an epoch\n";
  return Output{std::move(text), api::to_json(answer), answer.status == api::HealthStatus::ready ? kDone : kFailed};
}

}  // namespace aether::cli

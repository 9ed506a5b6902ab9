#include "aether/client/rpc.hpp"

#include <array>

#include "aether/api/json_reader.hpp"
#include "aether/api/json_rpc.hpp"

namespace aether::client {
namespace {

namespace json = boost::json;

std::unexpected<Error> bad_answer(const Url& url, const std::string& why) {
  return fail(Error{ErrorKind::bad_answer, to_text(url) + ": not an answer of this interface: " + why, {}, {}});
}

// The `result` of one exchange.
Outcome<json::value> ask(const Url& url, HttpOptions options, std::string_view method, json::value params) {
  auto answer = http_post_json(url, api::request_text(method, std::move(params)), options);
  if (!answer) {
    const bool wrong = answer.error().kind == HttpErrorKind::too_large;
    return fail(Error{wrong ? ErrorKind::bad_answer : ErrorKind::unreachable, answer.error().message, {}, {}});
  }
  if (answer->status == 503) return fail(Error{ErrorKind::unreachable, to_text(url) + ": too busy", {}, {}});
  if (answer->status != 200) return bad_answer(url, "HTTP status " + std::to_string(answer->status));
  auto read = api::read_answer(answer->body, options.body_bytes_max);
  if (!read) return bad_answer(url, read.error());
  if (*read) return std::move(**read);
  api::Error& error = read->error();
  return fail(Error{ErrorKind::refused, std::move(error.message), std::move(error.reason), error.code});
}

}  // namespace

std::string_view to_string(ErrorKind kind) {
  constexpr std::array<std::string_view, 6> kNames{"unreachable", "bad_answer", "refused",
                                                   "would_fail",  "overflow",   "undecided"};
  return kNames[static_cast<std::size_t>(kind)];
}

template <class Request>
Outcome<typename Request::Answer> Rpc::call(const Request& request) const {
  AETHER_TRY(const auto result, ask(url_, options_, Request::kMethod, api::to_json(request)));
  auto answer = api::from_json<typename Request::Answer>(result);
  if (!answer) return bad_answer(url_, answer.error().text());
  return std::move(*answer);
}

template Outcome<api::SendRawTransactionAnswer> Rpc::call(const api::SendRawTransaction&) const;
template Outcome<api::SendRawTransactionsAnswer> Rpc::call(const api::SendRawTransactions&) const;
template Outcome<api::SimulateAnswer> Rpc::call(const api::Simulate&) const;
template Outcome<api::EstimateFeeAnswer> Rpc::call(const api::EstimateFee&) const;
template Outcome<api::GetTransactionAnswer> Rpc::call(const api::GetTransaction&) const;
template Outcome<api::GetTransactionReceiptAnswer> Rpc::call(const api::GetTransactionReceipt&) const;
template Outcome<api::GetAccountAnswer> Rpc::call(const api::GetAccount&) const;
template Outcome<api::GetUtxosAnswer> Rpc::call(const api::GetUtxos&) const;
template Outcome<api::GetBlockAnswer> Rpc::call(const api::GetBlockByNumber&) const;
template Outcome<api::GetBlockAnswer> Rpc::call(const api::GetBlockByHash&) const;
template Outcome<api::GetStateRootAnswer> Rpc::call(const api::GetStateRoot&) const;
template Outcome<api::GetProofAnswer> Rpc::call(const api::GetProof&) const;
template Outcome<api::GetRentAnswer> Rpc::call(const api::GetRent&) const;
template Outcome<api::GetJobAnswer> Rpc::call(const api::GetJob&) const;
template Outcome<api::GetJobsAnswer> Rpc::call(const api::GetJobs&) const;
template Outcome<api::GetModelAnswer> Rpc::call(const api::GetModel&) const;
template Outcome<api::GetModelsAnswer> Rpc::call(const api::GetModels&) const;
template Outcome<api::CallContractAnswer> Rpc::call(const api::CallContract&) const;
template Outcome<api::GetContractAnswer> Rpc::call(const api::GetContract&) const;
template Outcome<api::GetCodeAnswer> Rpc::call(const api::GetCode&) const;
template Outcome<api::GetStorageAnswer> Rpc::call(const api::GetStorage&) const;
template Outcome<api::GetLogsAnswer> Rpc::call(const api::GetLogs&) const;
template Outcome<api::GetChainIdAnswer> Rpc::call(const api::GetChainId&) const;
template Outcome<api::GetGenesisAnswer> Rpc::call(const api::GetGenesis&) const;
template Outcome<api::SlotAnswer> Rpc::call(const api::GetSlotNumber&) const;
template Outcome<api::SlotAnswer> Rpc::call(const api::GetFinalizedSlot&) const;
template Outcome<api::GetHealthAnswer> Rpc::call(const api::GetHealth&) const;
template Outcome<api::GetEpochAnswer> Rpc::call(const api::GetEpoch&) const;
template Outcome<api::GetValidatorsAnswer> Rpc::call(const api::GetValidators&) const;
template Outcome<api::GetPeersAnswer> Rpc::call(const api::GetPeers&) const;
template Outcome<api::SlotAnswer> Rpc::call(const api::DevSeal&) const;

}  // namespace aether::client

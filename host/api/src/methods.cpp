#include "aether/api/service.hpp"

namespace aether::api {

Answer<std::uint32_t> page_limit(const std::optional<std::uint32_t>& limit) {
  if (!limit) return kPageMax;
  AETHER_CHECK(check_count("limit", *limit, kPageMax));
  return *limit;
}

Answer<SendRawTransactionsAnswer> ChainService::handle(const SendRawTransactions& request) {
  std::vector<Answer<Hash>> sent;
  for (const TransactionBytes& bytes : request.transactions) {
    auto answer = handle(SendRawTransaction{bytes});
    if (answer)
      sent.emplace_back(answer->transaction);
    else
      sent.emplace_back(fail(std::move(answer.error())));
  }
  AETHER_TRY(const SlotAnswer newest, handle(GetFinalizedSlot{}));
  return SendRawTransactionsAnswer{newest.at, send_outcomes(sent)};
}

std::vector<SendOutcome> send_outcomes(std::span<const Answer<Hash>> sent) {
  std::vector<SendOutcome> out;
  out.reserve(sent.size());
  for (const auto& each : sent) {
    if (each)
      out.emplace_back(*each);
    else
      out.emplace_back(
          SendRefusal{std::string(info(each.error().code).name), each.error().reason, each.error().message});
  }
  return out;
}

}  // namespace aether::api

// tx send, status, wait, simulate: transactions that are signed already.
#include <algorithm>

#include "aether/api/json.hpp"
#include "contract_text.hpp"
#include "payment.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kHexCharsMax = 2 + 2 * limits::kTransactionBytesMax + 2;  // 0x, digits, line end

Result<Transaction, Failure> transaction_from_hex(const std::string& text) {
  AETHER_TRY(const auto bytes, read_hex("the transaction", text, limits::kTransactionBytesMax));
  auto transaction = codec::decode<Transaction>(bytes);
  if (transaction) return std::move(*transaction);
  return fail(Failure{kBadFile, "malformed_transaction",
                      "the bytes are no signed transaction: " + std::string(codec::to_string(transaction.error())),
                      "aetherctl transfer --out FILE makes one"});
}

// 0x and its BCS in hex, or a file that holds that; "-": stdin.
Result<Transaction, Failure> read_transaction(const std::string& text) {
  if (text.starts_with("0x")) return transaction_from_hex(text);
  AETHER_TRY(const auto bytes, read_input(text, kHexCharsMax));
  std::string hex(as_text(bytes));
  while (hex.ends_with('\n') || hex.ends_with('\r')) hex.pop_back();
  return transaction_from_hex(hex);
}

// What a command was told: an id alone, or the transaction itself, by which more can be said.
struct Named {
  Hash id;
  std::optional<Transaction> transaction;
};
Result<Named, Failure> read_named(const std::string& text) {
  if (const auto id = hash_from_hex(text)) return Named{*id, std::nullopt};
  const bool is_hex = text.starts_with("0x") && text.size() <= 2 + 2 * sizeof(Hash);
  if (is_hex) return usage("bad_id", "\"" + text + "\" is no transaction id: wanted is 0x and 64 hex digits");
  AETHER_TRY(auto transaction, read_transaction(text));
  const Hash id = transaction_id(transaction.body);
  return Named{id, std::move(transaction)};
}

Output status_of(const Hash& id, std::string_view status, int exit) {
  return {"transaction  " + to_hex0x(id.bytes) + "\nstatus       " + std::string(status) + "\n",
          json::object{{"transaction", to_hex0x(id.bytes)}, {"status", status}}, exit};
}

CommandResult executed(const client::Rpc& rpc, const Hash& id) {
  CLI_TRY(const auto answer, rpc.call(api::GetTransactionReceipt{id}));
  if (!answer.receipt || !answer.place)
    return fail(failure_of(client::Error{client::ErrorKind::bad_answer, "executed, but without a receipt", {}}));
  const std::string outcome = outcome_name(answer.receipt->code, answer.code_name);
  Output out = status_of(id, "final", answer.receipt->code == kSuccess ? kDone : kFailed);
  out.text += "outcome      " + outcome + "\nfee          " + amount_to_text(answer.receipt->fee) +
              " SWR\nslot         " + std::to_string(answer.place->slot.raw()) + "\nblock        " +
              to_hex0x(answer.place->block.bytes) + "\n";
  auto& object = out.json.get_object();
  object.emplace("outcome", outcome);
  object.emplace("receipt", api::to_json(*answer.receipt));
  object.emplace("place", api::to_json(*answer.place));
  return out;
}

// In no block, as of `now`.
CommandResult not_executed(const client::Rpc& rpc, const Named& named, bool is_pending, Slot now, Slot valid_until) {
  const bool has_expired = valid_until.raw() != 0 && now >= valid_until;
  std::optional<client::Obstacle> obstacle;
  if (named.transaction) {
    CLI_TRY(obstacle, client::find_obstacle(rpc, *named.transaction));
  }
  const std::string_view status = has_expired ? "expired" : obstacle ? "refused" : is_pending ? "pending" : "unknown";
  Output out = status_of(named.id, status, status == "pending" ? kDone : kFailed);
  auto& object = out.json.get_object();
  if (valid_until.raw() != 0) {
    const std::string left = has_expired ? "" : ", in " + std::to_string(valid_until.raw() - now.raw()) + " slots";
    out.text += "valid until  " + std::to_string(valid_until.raw()) + left + "\n";
    object.emplace("valid_until", api::to_json(valid_until));
  }
  object.emplace("at_slot", api::to_json(now));
  if (named.transaction && (has_expired || obstacle)) add_obstacle(obstacle, named.transaction->body, out);
  if (status == "unknown") {
    const std::string next = named.transaction
                                 ? "aetherctl tx send sends it"
                                 : "ask another node, or say more: the transaction's file in the place of "
                                   "its id, or --valid-until SLOT";
    out.text += "next         " + next + "\n";
    object.emplace("next", next);
  }
  return out;
}

}  // namespace

CommandResult tx_send(const Arguments& arguments) {
  AETHER_TRY(const auto transaction, read_transaction(arguments.transaction));
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(auto paid, send_and_show(arguments, rpc, transaction));
  return std::move(paid.output);
}

CommandResult tx_status(const Arguments& arguments) {
  AETHER_TRY(auto named, read_named(arguments.transaction));
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(auto known, rpc.call(api::GetTransaction{named.id}));
  if (known.status == api::TransactionStatus::executed) return executed(rpc, named.id);
  if (known.transaction) named.transaction = std::move(known.transaction);
  const Slot valid_until = named.transaction ? named.transaction->body.valid_until : Slot{arguments.valid_until};
  return not_executed(rpc, named, known.status == api::TransactionStatus::pending, known.at.slot, valid_until);
}

CommandResult tx_wait(const Arguments& arguments) {
  AETHER_TRY(auto named, read_named(arguments.transaction));
  AETHER_TRY(const auto rpc, connect(arguments));
  if (!named.transaction) {
    CLI_TRY(auto known, rpc.call(api::GetTransaction{named.id}));
    named.transaction = std::move(known.transaction);
  }
  const env::SystemClock clock;
  if (named.transaction) {
    CLI_TRY(const auto settled, client::wait_for(rpc, clock, *named.transaction));
    return show(settled, &named.transaction->body);
  }
  if (arguments.valid_until == 0)
    return fail(Failure{kFailed, "unknown_transaction", "the chain does not know " + arguments.transaction,
                        "send it again, or say with --valid-until SLOT how long it may still come"});
  CLI_TRY(const auto settled, client::wait_for(rpc, clock, named.id, Slot{arguments.valid_until}));
  return show(settled, nullptr);
}

CommandResult tx_simulate(const Arguments& arguments) {
  AETHER_TRY(const auto transaction, read_transaction(arguments.transaction));
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto would, rpc.call(api::Simulate{codec::encode(transaction)}));
  CLI_TRY(const auto obstacle, client::find_obstacle(rpc, transaction));
  const std::string outcome = outcome_name(would.receipt.code, would.code_name);
  const bool would_succeed = would.receipt.code == kSuccess && !obstacle;
  const Hash id = transaction_id(transaction.body);
  Output out{"transaction  " + to_hex0x(id.bytes) + "\noutcome      " + outcome + "\ngas          " +
                 std::to_string(would.receipt.gas_used.raw()) + " of " +
                 std::to_string(transaction.body.gas_limit.raw()) + "\nfee          " +
                 amount_to_text(would.receipt.fee) + " of " + amount_to_text(transaction.body.max_fee) +
                 " SWR\ndeposit      " + amount_to_text(would.deposit) + " SWR\n",
             json::object{{"transaction", to_hex0x(id.bytes)},
                          {"outcome", outcome},
                          {"receipt", api::to_json(would.receipt)},
                          {"reads", api::to_json(would.reads)},
                          {"writes", api::to_json(would.writes)},
                          {"deposit", api::to_json(would.deposit)}},
             would_succeed ? kDone : kFailed};
  AETHER_CHECK(add_result(would.output, would.receipt.logs, "", out));
  if (obstacle) add_obstacle(obstacle, transaction.body, out);
  return out;
}

}  // namespace aether::cli

// block, validators, peers: the chain and the node that answers.
#include <array>
#include <ctime>

#include "aether/api/json.hpp"
#include "aether/keystore/validator.hpp"
#include "aether/programs/codes.hpp"
#include "contract_text.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

// "2026-11-27 13:40:05.250 UTC"
std::string time_text(std::uint64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1'000);
  std::tm parts{};
  std::array<char, 80> out{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(ms) + " ms since 1970";  // a year above 2^31
  const std::size_t size = std::strftime(&out[0], out.size(), "%Y-%m-%d %H:%M:%S", &parts);
  const std::string fraction = std::to_string(1'000 + ms % 1'000).substr(1);
  return std::string(&out[0], size) + "." + fraction + " UTC";
}

std::string sealer_text(const Header& header) {
  if (const auto* proposer = std::get_if<BftSealer>(&header.body.sealer))
    return "validator " + std::to_string(proposer->proposer) + " of epoch " + std::to_string(header.body.epoch);
  return "the chain's own key";
}

Result<api::GetBlockAnswer, Failure> find_block(const client::Rpc& rpc, const std::string& text) {
  api::GetBlockByNumber by_slot;
  if (text.starts_with("0x")) {
    AETHER_TRY(const auto hash, read_id("block hash", text));
    CLI_TRY(auto out, rpc.call(api::GetBlockByHash{hash}));
    return out;
  }
  if (!text.empty()) {
    const auto slot = from_decimal(text);
    if (!slot || *slot > static_cast<std::uint64_t>(-1))
      return usage("bad_block", "\"" + text + "\" is no block: wanted is a slot, or 0x and 64 hex digits");
    by_slot.slot = Slot{static_cast<std::uint64_t>(*slot)};
  }
  CLI_TRY(auto out, rpc.call(by_slot));
  return out;
}

}  // namespace

CommandResult show_block(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  AETHER_TRY(const auto block, find_block(rpc, arguments.block));
  CLI_TRY(const auto root, rpc.call(api::GetStateRoot{block.at.slot}));
  std::string text = "slot          " + std::to_string(block.at.slot.raw()) + (block.at.final ? "" : " (not final)") +
                     "\nhash          " + to_hex0x(block.at.hash.bytes) + "\n";
  if (block.header) {
    const auto& body = block.header->body;
    text += "parent        " + to_hex0x(body.parent_hash.bytes) + "\ntime          " + time_text(body.time_ms) +
            "\nsealed by     " + sealer_text(*block.header) + "\n";
  } else {
    text += "genesis, which has no header\n";
  }
  text += "state root    " + to_hex0x(root.state_root.bytes) + "\ntransactions  " +
          std::to_string(block.transactions.size()) + "\n";
  json::array receipts;
  for (const Receipt& receipt : block.receipts) {
    const std::string outcome = outcome_name(receipt.code, std::string(programs::code_name(receipt.code)));
    text += "  " + to_hex0x(receipt.transaction.bytes) + "  " + outcome + "  " + amount_to_text(receipt.fee) + " SWR\n";
    json::value entry = api::to_json(receipt);
    entry.get_object().emplace("outcome", outcome);
    receipts.push_back(std::move(entry));
  }
  return Output{std::move(text), json::object{{"at", api::to_json(block.at)},
                                              {"header", api::to_json(block.header)},
                                              {"state_root", api::to_json(root.state_root)},
                                              {"receipts", std::move(receipts)}}};
}

CommandResult show_validators(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  std::vector<std::vector<std::string>> rows{{"index", "address", "stake", "bonded", "missed", "kes until"}};
  json::array list;
  api::GetValidators request{arguments.epoch, {}, {}};
  do {
    CLI_TRY(const auto page, rpc.call(request));
    request.epoch = page.epoch;
    for (const auto& entry : page.validators) {
      rows.push_back({std::to_string(entry.index), to_text(entry.validator.address),
                      amount_to_text(entry.validator.weight) + " SWR",
                      entry.tombstoned ? "tombstoned" : amount_to_text(entry.bonded) + " SWR",
                      std::to_string(entry.missed),
                      "epoch " + std::to_string(keystore::kes_last_epoch(entry.validator.kes_epoch))});
      json::object shown = api::to_json(entry).as_object();
      shown.emplace("kes_last_epoch", keystore::kes_last_epoch(entry.validator.kes_epoch));
      list.push_back(std::move(shown));
    }
    request.after = page.next;
  } while (request.after);
  return Output{"epoch " + std::to_string(*request.epoch) + "\n" + table(rows),
                json::object{{"epoch", api::to_json(*request.epoch)}, {"validators", std::move(list)}}};
}

CommandResult show_peers(const Arguments& arguments) {
  AETHER_TRY(const auto rpc, connect(arguments));
  CLI_TRY(const auto answer, rpc.call(api::GetPeers{}));
  std::string text = "this node  " + answer.peer + "\n";
  for (const auto& address : answer.listening) text += "listens    " + address + "\n";
  std::vector<std::vector<std::string>> rows{{"peer", "address", "dialled by", "for", "validator"}};
  for (const auto& peer : answer.peers)
    rows.push_back({peer.peer, peer.address, peer.direction == api::Direction::outbound ? "this node" : "the peer",
                    seconds_text(peer.connected_ms), peer.validator ? to_text(*peer.validator) : "-"});
  text += answer.peers.empty() ? "no peers\n" : table(rows);
  return Output{std::move(text), api::to_json(answer)};
}

}  // namespace aether::cli

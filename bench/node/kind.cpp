#include "kind.hpp"

#include <boost/json.hpp>
#include <iostream>
#include <thread>

#include "aether/client/rpc.hpp"

namespace aether::bench {
namespace {

namespace json = boost::json;

constexpr std::size_t kAccounts = 4'000;
constexpr std::size_t kTransferBytes = 217;

// What follows `name` in JSON text, without its quotes; the first one.
std::string_view field(std::string_view text, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const auto at = text.find(key);
  if (at == text.npos) return {};
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.find_first_not_of("\" "), text.size()));
  return text.substr(0, text.find_first_of("\",}]"));
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++out;
  return out;
}

crypto::Seed seed_of(std::uint64_t n) { return crypto::Seed(value_hash(codec::encode(n)).bytes); }

std::string ask_text(std::string_view method, std::string_view params = "{}") {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"(","params":)" + std::string(params) + "}";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? static_cast<std::uint8_t>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out.push_back(k <= n ? kDigits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

}  // namespace

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "aether-bench-node: " << what << std::endl;
  std::exit(70);
}

std::uint64_t number_in(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::unique_ptr<Kind> make_kind(std::string_view name) {
  if (name == "aether") return std::make_unique<Aether>(Aether::To::one);
  if (name == "accounts") return std::make_unique<Aether>(Aether::To::new_ones);
  require(name == "cometbft", "a chain is aether, accounts or cometbft");
  return std::make_unique<CometBft>();
}

// --- Aether

std::vector<std::string> Aether::funds() {
  std::vector<std::string> out;
  for (std::size_t n = 0; n < kAccounts; ++n)
    out.push_back(to_text(address_of(crypto::ed25519_public_key(seed_of(n)))) + ":1000000:1000000");
  return out;
}

void Aether::make(const client::Url& node, std::size_t first, std::size_t count, std::size_t batch) {
  const auto chain = client::Rpc(node).call(api::GetChainId{});
  require(chain.has_value(), "a node does not answer");
  std::vector<crypto::Seed> seeds;
  std::vector<crypto::PublicKey> keys;
  for (std::size_t n = 0; n < kAccounts; ++n) {
    seeds.push_back(seed_of(n));
    keys.push_back(crypto::ed25519_public_key(seeds[n]));
  }
  batch_ = batch;
  ids_.resize(count);
  std::vector<std::string> texts(count);
  constexpr std::size_t kSigners = 2;
  const auto sign_part = [&](std::size_t part) {
    for (std::size_t i = part; i < count; i += kSigners) {
      const std::size_t n = first + i, from = n % kAccounts;
      TransactionBody body;
      body.chain_id = chain->chain_id;
      body.valid_until = Slot{chain->at.slot.raw() + 150'000};
      body.nonce = n / kAccounts + 1;
      body.sender = keys[from];
      const auto pay = [&](const Address& to) {
        body.outputs.push_back({to, Asset::aic, 1, OutputKind::account, std::nullopt});
      };
      if (to_ == To::one) pay(address_of(keys[(n * 7 + 1) % kAccounts]));
      for (std::size_t k = 0; to_ == To::new_ones && k < limits::kOutputsMax; ++k)
        pay({value_hash(codec::encode(std::uint64_t{n * limits::kOutputsMax + k}))});
      body.gas_limit = Gas{20'000};
      body.max_fee = kAmountUnit;
      const Transaction tx = sign(std::move(body), seeds[from]);
      ids_[i] = transaction_id(tx.body);
      texts[i] = "\"" + to_hex0x(codec::encode(tx)) + "\"";
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t part = 0; part < kSigners; ++part) threads.emplace_back(sign_part, part);
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < count; i += batch) {
    std::string list;
    for (std::size_t k = i; k < std::min(i + batch, count); ++k) list.append(k == i ? "" : ",").append(texts[k]);
    requests_.push_back(
        Connection::post(ask_text(api::SendRawTransactions::kMethod, R"({"transactions":[)" + list + "]}")));
  }
}

std::size_t Aether::refused(std::string_view answer, std::size_t request) const {
  const bool answered = answer.find("\"outcomes\"") != answer.npos;
  const std::size_t sent = std::min(batch_, ids_.size() - request * batch_);
  const std::size_t refused = answered ? count_of(answer, "\"refused\"") : sent;
  if (refused > 0) std::cerr << "refused " << refused << ": " << answer.substr(0, 400) << std::endl;
  return refused;
}

Position Aether::position(Connection& node) const {
  const std::string request = Connection::post(ask_text(api::GetHealth::kMethod));
  const auto answer = node.ask(request);
  return {number_in(field(answer, "slot")), std::string(field(answer, "hash")), number_in(field(answer, "pending"))};
}

void Aether::send_and_wait(Connection& node, std::size_t request) const {
  require(refused(node.ask(requests_[request]), request) == 0, "a transaction is refused");
  const std::string id = R"({"transaction":")" + to_hex0x(ids_[request].view()) + "\"}";
  const std::string ask = Connection::post(ask_text(api::GetTransactionReceipt::kMethod, id));
  // Blocks that are not final have no receipts.
  while (node.ask(ask).find("\"executed\"") == std::string_view::npos)
    std::this_thread::sleep_for(std::chrono::microseconds(300));
}

std::map<std::uint64_t, std::vector<std::size_t>> Aether::blocks(const client::Url& node, std::uint64_t above,
                                                                 const std::vector<Position>& lasts) const {
  std::map<Hash, std::size_t> numbers;
  for (std::size_t i = 0; i < ids_.size(); ++i) numbers.emplace(ids_[i], i);
  std::map<std::uint64_t, std::string> wanted;
  for (const Position& last : lasts) wanted[last.height] = last.hash;
  std::map<std::uint64_t, std::vector<std::size_t>> out;
  const client::Rpc rpc(node);
  for (std::uint64_t slot = above + 1; slot <= wanted.begin()->first; ++slot) {
    const auto block = rpc.call(api::GetBlockByNumber{Slot{slot}});
    require(block.has_value(), "a block is not there");
    if (const auto same = wanted.find(slot); same != wanted.end())
      require(to_hex0x(block->at.hash.view()) == same->second, "nodes disagree on a block");
    for (std::size_t i = 0; i < block->transactions.size(); ++i) {
      const auto found = numbers.find(block->transactions[i]);
      if (found == numbers.end()) continue;
      require(block->receipts[i].code == kSuccess, "a transfer failed");
      out[slot].push_back(found->second);
      numbers.erase(found);
    }
  }
  return out;
}

// --- CometBFT

void CometBft::make(const client::Url&, std::size_t first, std::size_t count, std::size_t batch) {
  batch_ = batch;
  for (std::size_t i = 0; i < count; i += batch) {
    std::string list;
    for (std::size_t k = i; k < std::min(i + batch, count); ++k) {
      std::string pair = "k" + std::to_string(first + k) + "=";
      pair.resize(kTransferBytes, 'v');
      const std::string text = base64(pair);
      numbers_.emplace(text, k);
      const std::string method = batch == 1 ? "broadcast_tx_commit" : "broadcast_tx_sync";
      list.append(k == i ? "" : ",").append(ask_text(method, R"({"tx":")" + text + "\"}"));
    }
    requests_.push_back(Connection::post(batch == 1 ? list : "[" + list + "]"));
  }
}

std::size_t CometBft::refused(std::string_view answer, std::size_t request) const {
  const std::size_t sent = std::min(batch_, numbers_.size() - request * batch_);
  const std::size_t taken = count_of(answer, R"("code":0)");
  if (taken < sent) std::cerr << "refused " << sent - taken << ": " << answer.substr(0, 400) << std::endl;
  return taken < sent ? sent - taken : 0;
}

Position CometBft::position(Connection& node) const {
  Position out;
  const std::string status = Connection::post(ask_text("status")),
                    waiting = Connection::post(ask_text("num_unconfirmed_txs"));
  const auto answer = node.ask(status);
  out.height = number_in(field(answer, "latest_block_height"));
  out.hash = field(answer, "latest_block_hash");
  out.waiting = number_in(field(node.ask(waiting), "total"));
  return out;
}

void CometBft::send_and_wait(Connection& node, std::size_t request) const {
  require(refused(node.ask(requests_[request]), request) == 0, "a pair is refused");
}

std::map<std::uint64_t, std::vector<std::size_t>> CometBft::blocks(const client::Url& node, std::uint64_t above,
                                                                   const std::vector<Position>& lasts) const {
  std::map<std::uint64_t, std::string> wanted;
  for (const Position& last : lasts) wanted[last.height] = last.hash;
  std::map<std::uint64_t, std::vector<std::size_t>> out;
  Connection connection(node);
  for (std::uint64_t height = above + 1; height <= wanted.begin()->first; ++height) {
    const auto answer = json::parse(
        connection.ask(Connection::post(ask_text("block", R"({"height":")" + std::to_string(height) + "\"}"))));
    const json::object& result = answer.at("result").as_object();
    if (const auto same = wanted.find(height); same != wanted.end())
      require(result.at("block_id").at("hash").as_string() == same->second, "nodes disagree on a block");
    const json::value& transactions = result.at("block").at("data").at("txs");
    if (!transactions.is_array()) continue;
    for (const json::value& each : transactions.get_array())
      if (const auto found = numbers_.find(std::string(each.as_string())); found != numbers_.end())
        out[height].push_back(found->second);
  }
  return out;
}

}  // namespace aether::bench

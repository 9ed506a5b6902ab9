// Every field of every answer, and every error of a method's own, as rpc.discover describes them: each is met here with
// something in it, or is named below with the test that meets it.
#include "../../query/test/fixtures.hpp"
#include "../../query/test/validator_chain.hpp"
#include "aether/api/dispatch.hpp"
#include "aether/programs/rent_instructions.hpp"
#include "aether/query/publisher.hpp"
#include "local_chain.hpp"

namespace aether::devchain {
namespace {

namespace json = boost::json;
using namespace query::testing;

// What the document says that there is, and what was met.
class Coverage {
 public:
  explicit Coverage(api::ChainService& service) {
    document_ = json::parse(api::dispatch(service, api::request_text("rpc.discover", json::object{}))).at("result");
    for (const auto& method : document_.at("methods").as_array()) {
      const std::string name(method.at("name").as_string());
      schemas_.emplace(name, method.at("result").at("schema").as_object());
      collect(schemas_.at(name), name, fields_);
      for (const auto& error : method.at("errors").as_array())
        errors_.insert(name + " " + std::string(error.at("message").as_string()));
    }
    for (const auto& error : document_.at("x-errors").as_array())
      common_.insert(std::string(error.at("message").as_string()));
    for (const std::string& own : errors_) common_.erase(own.substr(own.find(' ') + 1));
  }

  // Asks, and takes note. The result, or null.
  json::value ask(api::ChainService& service, std::string_view method, json::value params,
                  api::Subscriptions* subscriptions = nullptr) {
    const auto answer =
        json::parse(api::dispatch(service, api::request_text(method, std::move(params)), {subscriptions, nullptr}));
    const std::string name(method);
    if (const auto* result = answer.as_object().if_contains("result")) {
      mark(schemas_.at(name), *result, name);
      return *result;
    }
    const std::string error(answer.at("error").at("data").at("name").as_string());
    EXPECT_TRUE(errors_.contains(name + " " + error) || common_.contains(error))
        << name << " does not describe " << error;
    met_errors_.insert(name + " " + error);
    return nullptr;
  }
  template <class Request>
  json::value ask(api::ChainService& service, const Request& request, api::Subscriptions* subscriptions = nullptr) {
    return ask(service, Request::kMethod, api::to_json(request), subscriptions);
  }

  std::set<std::string> unmet_fields() const { return difference(fields_, met_); }
  std::set<std::string> unmet_errors() const { return difference(errors_, met_errors_); }

 private:
  static std::set<std::string> difference(const std::set<std::string>& a, const std::set<std::string>& b) {
    std::set<std::string> out;
    std::ranges::set_difference(a, b, std::inserter(out, out.end()));
    return out;
  }
  static void collect(const json::object& schema, const std::string& path, std::set<std::string>& out) {
    if (const auto* properties = schema.if_contains("properties")) {
      for (const auto& [name, inner] : properties->as_object()) {
        out.insert(path + "." + std::string(name));
        collect(inner.as_object(), path + "." + std::string(name), out);
      }
    } else if (const auto* items = schema.if_contains("items")) {
      out.insert(path + "[]");
      collect(items->as_object(), path + "[]", out);
    } else if (const auto* optional = schema.if_contains("anyOf")) {
      collect(optional->at(0).as_object(), path, out);
    } else if (const auto* variants = schema.if_contains("oneOf")) {
      for (const auto& variant : variants->as_array()) collect(variant.as_object(), path, out);
    }
  }
  void mark(const json::object& schema, const json::value& found, const std::string& path) {
    if (found.is_null()) return;
    met_.insert(path);
    if (const auto* properties = schema.if_contains("properties")) {
      for (const auto& [name, inner] : found.as_object()) {
        const auto* described = properties->as_object().if_contains(name);
        ASSERT_NE(described, nullptr) << path << "." << name << " is not described";
        mark(described->as_object(), inner, path + "." + std::string(name));
      }
    } else if (const auto* items = schema.if_contains("items")) {
      for (const auto& item : found.as_array()) mark(items->as_object(), item, path + "[]");
    } else if (const auto* optional = schema.if_contains("anyOf")) {
      mark(optional->at(0).as_object(), found, path);
    } else if (const auto* variants = schema.if_contains("oneOf")) {
      for (const auto& variant : variants->as_array())
        if (variant.at("properties").as_object().contains(found.as_object().begin()->key()))
          mark(variant.as_object(), found, path);
    }
  }

  json::value document_;
  std::map<std::string, json::object, std::less<>> schemas_;
  std::set<std::string> fields_, met_;
  std::set<std::string> errors_, met_errors_;
  std::set<std::string> common_;
};

struct Dev final : ChainInMemory {
  Dev() : ChainInMemory({.rent = {10, 2, 4}, .epoch_slots = 5}) {}
  api::ChainService& service() override { return dev; }

  env::ManualClock clock{1'000};
  DevChain dev{*chain,
               clock,
               {.seal_interval_ms = testing::kHour, .pending = {.count_max = 3}, .seed = config::dev_sealer_seed()}};
};

// What this test does not meet, and who does; a name stands for all that begin with it.
struct Elsewhere {
  std::string_view what;
  std::string_view where;
};
constexpr Elsewhere kElsewhere[] = {
    {"aeth_getPeers", "host/node/test/node_test.cpp: there are no peers here"},
    {"aeth_sendRawTransactions shutting_down", "host/node/test/node_test.cpp: this chain answers one by one"},
    {"aeth_getLogs not_found", "needs a chain that was restored from a snapshot"},
    {"aeth_getJob.job.state.living.terms.seed", "no sampling uses a seed: the escrow refuses it"},
    {"aeth_getJobs.jobs[].job.state.living.terms.seed", "the same"},
    // A receipt needs a model that ran.
    {"aeth_getJob.job.state.living.submission", "test/e2e/jobs.py"},
    {"aeth_getJob.job.state.living.sessions", "test/e2e/jobs.py"},
    {"aeth_getJob.job.state.living.full_since", "test/e2e/jobs.py"},
    {"aeth_getJob.job.state.closed.submission", "test/e2e/jobs.py"},
    {"aeth_getJobs.jobs[].job.state.living.submission", "test/e2e/jobs.py"},
    {"aeth_getJobs.jobs[].job.state.living.sessions", "test/e2e/jobs.py"},
    {"aeth_getJobs.jobs[].job.state.living.full_since", "test/e2e/jobs.py"},
    {"aeth_getJobs.jobs[].job.state.closed.submission", "test/e2e/jobs.py"},
};

// What is met nowhere, and what is listed above without need.
std::vector<std::string> unexplained(const Coverage& seen) {
  std::set<std::string> unmet = seen.unmet_fields();
  unmet.merge(seen.unmet_errors());
  std::vector<std::string> out;
  for (const Elsewhere& one : kElsewhere)
    if (std::erase_if(unmet, [&](const std::string& name) { return name.starts_with(one.what); }) == 0)
      out.push_back("is met: " + std::string(one.what));
  out.insert(out.end(), unmet.begin(), unmet.end());
  return out;
}

TEST(Interface, EveryFieldAndEveryErrorIsMet) {
  Dev local;
  Coverage seen(local.dev);
  const auto ask = [&](const auto& request) { return seen.ask(local.dev, request); };
  const auto raw = [](const Transaction& tx) { return api::SendRawTransaction{codec::encode(tx)}; };

  // --- Transactions
  const Transaction first = sign(local.transfer(0, 1, 7), user_seed(0));
  const auto sent = ask(raw(first));
  EXPECT_EQ(sent.at("transaction").as_string(), to_hex0x(transaction_id(first.body).bytes));
  EXPECT_EQ(ask(api::GetTransaction{transaction_id(first.body)}).at("status").as_string(), "pending");
  ask(raw(first));  // known_transaction
  Transaction foreign = first;
  foreign.body.chain_id = ChainId{9};
  ask(raw(foreign));
  ask(api::SendRawTransaction{{1}});
  ask(api::Simulate{{1}});
  ask(api::EstimateFee{{1}});
  ask(api::Simulate{codec::encode(foreign)});
  ask(api::EstimateFee{codec::encode(foreign)});
  api::SendRawTransactions many;
  many.transactions.push_back(codec::encode(sign(local.transfer(0, 2), user_seed(0))));
  many.transactions.push_back(codec::encode(foreign));
  ask(many);
  local.send_ok(sign(local.transfer(0, 3), user_seed(0)));
  ask(raw(sign(local.transfer(0, 4), user_seed(0))));  // queue_full
  local.seal();
  const auto executed = ask(api::GetTransaction{transaction_id(first.body)});
  EXPECT_EQ(executed.at("place").at("slot").as_string(), "1");
  EXPECT_EQ(ask(api::GetAccount{user(9)}).at("account").at("balance").at("swr").as_string(), "9");

  // --- UTxOs: one of a contract's script, one plain, which is spent.
  Counter counter(local);
  auto make = local.transfer(0, 4, 70);
  make.outputs[0].kind = OutputKind::utxo;
  make.outputs[0].owner = user(0);
  make.outputs.push_back({user(0), Asset::aic, 80, OutputKind::utxo, OutputScript{counter.id, Bytes{'d'}}});
  make.gas_limit = Gas{100'000};
  const Hash utxo = utxo_id(transaction_id(make), 0);
  EXPECT_EQ(local.outcome(sign(make, user_seed(0))), "success");
  ask(api::GetTransaction{transaction_id(make)});
  EXPECT_EQ(ask(api::GetUtxos{user(0), {}, 1}).at("utxos").as_array().size(), 1U);
  ask(api::GetUtxos{user(0), {}, {}});
  auto spend = local.transfer(0, 5, 70);
  spend.inputs.push_back({utxo, Bytes{'r'}});
  spend.reads.insert(account_object(user(7)));
  spend.gas_limit = Gas{100'000};
  ask(api::Simulate{codec::encode(Transaction{spend, {}})});
  local.send_ok(sign(spend, user_seed(0)));
  local.seal();
  ask(api::GetTransaction{transaction_id(spend)});

  // --- Contracts and logs
  const auto receipt = counter.count(5);
  ask(api::GetTransactionReceipt{receipt.transaction});
  ask(api::GetTransaction{receipt.transaction});
  const auto slot_of_log = local.receipt(receipt.transaction).place->slot;
  ask(api::GetBlockByNumber{slot_of_log});
  ask(api::GetBlockByHash{local.receipt(receipt.transaction).place->block});
  counter.count(5);
  EXPECT_EQ(ask(api::GetLogs{{}, {}, counter.id, topic(5), 1}).at("next").at("log").as_int64(), 0);
  const TransactionBody call =
      local.call(3, 50, programs::make_call(counter.id, programs::ContractCall{0, 0, {5}}), {});
  ask(api::Simulate{codec::encode(Transaction{call, {}})});
  ask(api::EstimateFee{codec::encode(Transaction{call, {}})});
  ask(api::CallContract{counter.id, {5}, {}, {}, {}});
  ask(api::GetContract{counter.id});
  ask(api::GetCode{counter.code});
  const Bytes key{'n'};
  ask(api::GetStorage{counter.id, key});
  const Hash nobody{{7}};
  for (const auto& id : {nobody}) {
    ask(api::CallContract{id, {}, {}, {}, {}});
    ask(api::GetContract{id});
    ask(api::GetCode{id});
    ask(api::GetJob{id});
    ask(api::GetModel{id});
    ask(api::GetBlockByHash{id});
  }
  ask(api::GetBlockByNumber{Slot{1'000}});
  ask(api::GetStateRoot{Slot{1'000}});

  // --- Models and jobs
  const Hash model = register_model(local, 6, 1);
  programs::ModelFacts stopping = model_facts(2);
  stopping.config.stop.insert(2);
  const programs::ModelsInstruction registration = programs::RegisterModel{stopping};
  EXPECT_EQ(local.outcome(sign(local.call(0, 7, programs::make_call(registration), programs::access_sets(registration)),
                               user_seed(0))),
            "success");
  const auto stops = ask(api::GetModel{programs::model_id(stopping)});
  EXPECT_EQ(stops.at("model").at("facts").at("config").at("stop").at(0).as_int64(), 2);
  ask(api::GetModels{{}, 1});
  std::vector<Hash> jobs;
  for (std::uint64_t nonce = 8; nonce < 11; ++nonce) {
    programs::EscrowInstruction post = a_post(model);
    if (nonce == 10) std::get<programs::Post>(post).terms.worker = crypto::ed25519_public_key(user_seed(1));
    EXPECT_EQ(escrow(local, 0, nonce, post, model), "success");
    jobs.push_back(programs::job_id(ChainId{5}, user(0), nonce));
  }
  EXPECT_EQ(escrow(local, 0, 11, programs::Cancel{jobs[0]}, model), "success");
  EXPECT_EQ(escrow(local, 1, 1, programs::Accept{jobs[1], "http://127.0.0.1:9"}, model), "success");
  for (const Hash& job : jobs) ask(api::GetJob{job});
  ask(api::GetJobs{});
  ask(api::GetJobs{{}, {}, 1});

  // --- Rent: of the scripted UTxO, until it is pruned; and of an entry of storage.
  const ObjectId rented = utxo_object(utxo_id(transaction_id(make), 1));
  EXPECT_NE(ask(api::GetRent{rented}).at("deposit"), nullptr);
  const ObjectId entry = storage_object(counter.id, key);
  local.seal(30);
  std::uint64_t nonce = 1;
  for (const ObjectId& object : {rented, entry}) {
    const programs::RentInstruction prune = programs::Prune{object};
    EXPECT_EQ(local.outcome(
                  sign(local.call(2, nonce++, programs::make_call(prune), programs::access_sets(prune)), user_seed(2))),
              "success");
  }
  EXPECT_EQ(ask(api::GetRent{rented}).at("status").as_string(), "pruned");
  ask(api::GetStorage{counter.id, key});  // not_found

  // --- Blocks, state, chain
  ask(api::GetStateRoot{Slot{1}});
  local.seal();
  ask(api::GetProof{account_object(user(0))});
  ask(api::GetStateRoot{});
  for (const char* method : {"aeth_chainId", "aeth_getGenesis", "aeth_getSlotNumber", "aeth_getFinalizedSlot",
                             "aeth_health", "aeth_getEpoch"})
    seen.ask(local.dev, method, json::object{});
  ask(api::GetPeers{});
  ask(api::GetValidators{});
  ask(api::DevSeal{1});

  // --- Subscriptions
  struct Nothing final : api::Sink {
    void send(std::string, std::shared_ptr<const std::string>, std::string_view) override {}
    bool has_room() override { return true; }
  };
  query::Publisher publisher(*local.chain, local.dev, {.of_connection = 1, .of_all = 10, .resume_blocks = 3});
  const auto connection = publisher.open(std::make_shared<Nothing>());
  ask(api::Subscribe{});  // not over HTTP
  ask(api::Unsubscribe{});
  seen.ask(local.dev, api::Subscribe{api::FinalizedHeads{}, Slot{0}}, connection.get());
  seen.ask(local.dev, api::Subscribe{}, connection.get());
  seen.ask(local.dev, api::Subscribe{}, connection.get());
  seen.ask(local.dev, api::Unsubscribe{1}, connection.get());
  seen.ask(local.dev, api::Unsubscribe{1}, connection.get());
  publisher.stop();
  seen.ask(local.dev, api::Subscribe{}, connection.get());
  local.dev.stop();
  ask(raw(first));
  ask(api::DevSeal{1});

  // --- Validators
  ValidatorChain validators;
  validators.run_to(Slot{2 * kEpochSlots});
  for (const char* method : {"aeth_getBlockByNumber", "aeth_getEpoch", "aeth_getValidators", "dev_seal"})
    seen.ask(validators.asked, method,
             std::string_view(method) == "dev_seal" ? json::object{{"slots", 1}} : json::object{});
  seen.ask(validators.asked, api::GetValidators{{}, {}, 1});
  seen.ask(validators.asked, api::GetEpoch{99});
  seen.ask(validators.asked, api::GetValidators{99, {}, {}});

  validators.asked.now.missing = {"peers"};
  EXPECT_EQ(seen.ask(validators.asked, api::GetHealth{}).at("missing").at(0).as_string(), "peers");
  const auto block = *validators.asked.handle(api::GetBlockByNumber{});
  const auto by_hash = seen.ask(validators.asked, api::GetBlockByHash{block.at.hash});
  EXPECT_EQ(by_hash.at("header"), api::to_json(*block.header));

  // --- A genesis of more than one chunk
  Genesis large = ChainInMemory::genesis();
  std::vector<GenesisAccount> accounts;
  for (std::uint64_t n = 0; n < limits::kGenesisAccountsMax; ++n)
    accounts.push_back({Address{value_hash(codec::encode(n))}, {1, 1}});
  std::stable_sort(accounts.begin(), accounts.end());
  large.accounts = decltype(large.accounts)(std::move(accounts));
  const auto crowded =
      std::move(*chain::Chain::open({.directory = {}, .ephemeral = true, .genesis = large}, local.pool));
  Asked of_crowded(*crowded);
  EXPECT_EQ(seen.ask(of_crowded, api::GetGenesis{}).at("next").as_int64(), api::kGenesisChunkBytesMax);

  EXPECT_EQ(unexplained(seen), std::vector<std::string>{});
}

}  // namespace
}  // namespace aether::devchain

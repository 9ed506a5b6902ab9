// The page as Prometheus reads it (https://prometheus.io/docs/instrumenting/exposition_formats), and what it says
// beside what the test did.
#include <gtest/gtest.h>

#include <sstream>

#include "../../query/test/local_chain.hpp"
#include "aether/metrics/exposition.hpp"
#include "aether/metrics/page.hpp"
#include "aether/rpc/rpc_handler.hpp"

namespace aether::metrics {
namespace {

using query::testing::LocalChain;
using query::testing::user_seed;

struct Page {
  std::map<std::string, std::string> types;  // of each family
  std::map<std::string, double> samples;     // by name and labels, as written
  std::vector<std::string> wrong;
};

bool take(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}

std::string take_name(std::string_view& rest) {
  const auto end = std::min(rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), rest.size());
  const std::string name(rest.substr(0, end));
  rest.remove_prefix(end);
  return name;
}

// Whether what follows a sample's name is nothing or labels, which are taken; none has anything to escape.
bool take_labels(std::string_view& rest) {
  if (!take(rest, "{")) return true;
  do {
    if (take_name(rest).empty() || !take(rest, "=\"")) return false;
    rest.remove_prefix(std::min(rest.find_first_of("\"\\"), rest.size()));
    if (!take(rest, "\"")) return false;
  } while (take(rest, ","));
  return take(rest, "}");
}

std::string without_suffix(std::string name) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"})
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return name;
}

// Strict: a line that is none of the format's is wrong.
Page parsed(const std::string& text) {
  Page out;
  std::set<std::string> helped;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = line;
    if (take(rest, "# HELP ")) {
      const std::string name = take_name(rest);
      if (name.empty() || !take(rest, " ") || rest.empty()) out.wrong.push_back(line);
      if (!helped.insert(name).second) out.wrong.push_back("twice: " + line);
    } else if (take(rest, "# TYPE ")) {
      const std::string name = take_name(rest);
      if (name.empty() || !take(rest, " ") || (rest != "counter" && rest != "gauge" && rest != "histogram"))
        out.wrong.push_back(line);
      out.types[name] = rest;
    } else {
      const std::string name = take_name(rest);
      const bool has_form = !name.empty() && take_labels(rest);
      const std::string sample = line.substr(0, line.size() - rest.size());
      if (!has_form || !take(rest, " ") || rest.empty() || rest.contains(' ')) {
        out.wrong.push_back(line);
        continue;
      }
      const std::string family = without_suffix(name);
      const bool is_histogram = out.types.contains(family) && out.types[family] == "histogram";
      if (!helped.contains(is_histogram ? family : name)) out.wrong.push_back("without help: " + line);
      if (!out.samples.emplace(sample, std::stod(std::string(rest))).second) out.wrong.push_back("twice: " + line);
    }
  }
  if (!text.ends_with('\n')) out.wrong.push_back("no end of line at the end");
  return out;
}

TEST(Exposition, IsTheTextFormat) {
  Exposition page;
  page.gauge("a_bytes", "Bytes.", 1.5, {{"kind", "x"}});
  page.gauge("a_bytes", "Bytes.", 2, {{"kind", "y"}});
  page.counter("b_total", "Events.", 3);
  telemetry::DurationHistogram took;
  for (const auto us : {5, 10, 11, 700, 20'000'000}) took.add(std::chrono::microseconds(us));
  page.histogram("c_seconds", "Time.", took.read());
  const Page read = parsed(page.text());
  EXPECT_EQ(read.wrong, std::vector<std::string>{});
  EXPECT_EQ(read.types, (std::map<std::string, std::string>{
                            {"a_bytes", "gauge"}, {"b_total", "counter"}, {"c_seconds", "histogram"}}));
  const auto at = [&](const std::string& sample) { return read.samples.at(sample); };
  EXPECT_EQ(at("a_bytes{kind=\"x\"}"), 1.5);
  EXPECT_EQ(at("a_bytes{kind=\"y\"}"), 2);
  EXPECT_EQ(at("b_total"), 3);
  EXPECT_EQ(at("c_seconds_bucket{le=\"1e-05\"}"), 2);  // a bound belongs to its bucket
  EXPECT_EQ(at("c_seconds_bucket{le=\"2.5e-05\"}"), 3);
  EXPECT_EQ(at("c_seconds_bucket{le=\"0.001\"}"), 4);
  EXPECT_EQ(at("c_seconds_bucket{le=\"10\"}"), 4);
  EXPECT_EQ(at("c_seconds_bucket{le=\"+Inf\"}"), 5);
  EXPECT_EQ(at("c_seconds_count"), 5);
  EXPECT_DOUBLE_EQ(at("c_seconds_sum"), 20.000726);
}

TEST(Metrics, SayWhatWasDone) {
  LocalChain local;
  query::Publisher publisher(*local.chain, local.service_);
  rpc::RequestMeter meter;
  rpc::ServerCounts server;
  rpc::Around around;
  around.meter = &meter;
  around.metrics = [&] {
    return page({.chain = *local.chain,
                 .service = local.service_,
                 .publisher = publisher,
                 .requests = meter,
                 .server = server});
  };
  const auto handler = rpc::rpc_handler(local.service_, around);
  const auto ask = [&](std::string body) {
    return handler({"POST", "/", "application/json", std::move(body), {"127.0.0.1", false}});
  };
  local.send_ok(sign(local.transfer(0, 1), user_seed(0)));
  local.send_ok(sign(local.transfer(1, 1), user_seed(1)));
  local.seal(3);
  local.send_ok(sign(local.transfer(2, 1), user_seed(2)));
  for (int i = 0; i < 3; ++i) ask(api::request_text("aeth_chainId", boost::json::object{}));
  ask(api::request_text("aeth_getBlockByNumber", {{"slot", "9"}}));
  ask(api::request_text("aeth_nothing", boost::json::object{}));
  ask("{");
  ask("[" + api::request_text("aeth_health", boost::json::object{}) + ",1]");
  server.slow = 2;
  const auto answer = handler({"GET", "/metrics", "", "", {"127.0.0.1", false}});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content_type, Exposition::kContentType);
  const Page read = parsed(answer.body);
  EXPECT_EQ(read.wrong, std::vector<std::string>{}) << answer.body;
  const auto at = [&](const std::string& sample) {
    const auto found = read.samples.find(sample);
    EXPECT_NE(found, read.samples.end()) << sample << " in\n" << answer.body;
    return found == read.samples.end() ? -1 : found->second;
  };
  EXPECT_EQ(at("aether_final_slot"), 3);
  EXPECT_EQ(at("aether_newest_slot"), 3);
  EXPECT_EQ(at("aether_final_blocks_total"), 3);
  EXPECT_EQ(at("aether_final_transactions_total"), 2);
  EXPECT_EQ(at("aether_pending_transactions"), 1);
  EXPECT_EQ(at("aether_ready"), 1);
  EXPECT_EQ(at("aether_commit_seconds_count"), 3);
  EXPECT_EQ(at("aether_rpc_slow_clients_total"), 2);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"aeth_chainId\",code=\"ok\"}"), 3);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"aeth_getBlockByNumber\",code=\"not_found\"}"), 1);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"aeth_health\",code=\"ok\"}"), 1);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"other\",code=\"method_not_found\"}"), 1);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"other\",code=\"parse_error\"}"), 1);
  EXPECT_EQ(at("aether_rpc_requests_total{method=\"other\",code=\"invalid_request\"}"), 1);
  EXPECT_EQ(at("aether_rpc_request_seconds_count{method=\"aeth_chainId\"}"), 3);
  EXPECT_GT(at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(at("process_open_fds"), 2);
  EXPECT_GT(at("process_start_time_seconds"), 1.7e9);
}

TEST(Metrics, AreNotThereWhereNobodyMeasures) {
  LocalChain local;
  const auto handler = rpc::rpc_handler(local.service_);
  EXPECT_EQ(handler({"GET", "/metrics", "", "", {}}).status, 404U);
}

}  // namespace
}  // namespace aether::metrics

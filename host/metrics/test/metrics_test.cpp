// The page as Prometheus reads it (https://prometheus.io/docs/instrumenting/exposition_formats), and what it says
// beside what the test did.
#include <gtest/gtest.h>

#include <regex>
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

// Strict: a line that is none of the format's is wrong.
Page parsed(const std::string& text) {
  static const std::regex kHelp("# HELP ([a-z_]+) .+");
  static const std::regex kType("# TYPE ([a-z_]+) (counter|gauge|histogram)");
  static const std::regex kSample(R"(([a-z_]+)(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? (\S+))");
  Page out;
  std::set<std::string> helped;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kHelp)) {
      if (!helped.insert(match[1]).second) out.wrong.push_back("twice: " + line);
    } else if (std::regex_match(line, match, kType)) {
      out.types[match[1]] = match[2];
    } else if (std::regex_match(line, match, kSample)) {
      const std::string name = match[1];
      const std::string family = std::regex_replace(name, std::regex("_(bucket|sum|count)$"), "");
      const bool is_histogram = out.types.contains(family) && out.types[family] == "histogram";
      if (!helped.contains(is_histogram ? family : name)) out.wrong.push_back("without help: " + line);
      if (!out.samples.emplace(name + match[2].str(), std::stod(match[4])).second)
        out.wrong.push_back("twice: " + line);
    } else {
      out.wrong.push_back(line);
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

#include "aether/metrics/page.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "aether/metrics/exposition.hpp"

namespace aether::metrics {
namespace {

double number(auto value) { return static_cast<double>(value); }

// The fields of /proc/self/stat behind the program's name (proc(5)); none where they cannot be read.
std::optional<std::vector<std::string>> process_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::vector<std::string> out;
  for (std::string field; rest >> field;) out.push_back(field);
  if (out.size() < 22) return std::nullopt;
  return out;
}

std::optional<double> boot_time_s() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return std::nullopt;
}

// Names and meanings of https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics.
void add_process(Exposition& out) {
  const auto fields = process_fields();
  if (!fields) return;
  const auto field = [&](std::size_t n) { return std::stod(fields->at(n - 3)); };  // n as proc(5) counts
  const auto ticks = number(::sysconf(_SC_CLK_TCK));
  out.counter("process_cpu_seconds_total", "CPU time, user and system.", (field(14) + field(15)) / ticks);
  out.gauge("process_threads", "Threads.", field(20));
  if (const auto boot = boot_time_s())
    out.gauge("process_start_time_seconds", "When it began, since 1970.", *boot + field(22) / ticks);
  out.gauge("process_virtual_memory_bytes", "Address space.", field(23));
  out.gauge("process_resident_memory_bytes", "Memory in use.", field(24) * number(::sysconf(_SC_PAGESIZE)));
  std::error_code code;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", code), end; !code && it != end; it.increment(code))
    ++open;
  out.gauge("process_open_fds", "Open file descriptors.", number(open));
}

void add_chain(Exposition& out, const Sources& from) {
  const auto snapshot = from.chain.snapshot();
  out.gauge("aether_final_slot", "Slot of the newest final block.", number(snapshot->tip()->slot.raw()));
  out.gauge("aether_final_block_time_seconds", "Its time, since 1970.", number(snapshot->tip()->time_ms) / 1'000);
  if (const auto newest = from.service.handle(api::GetSlotNumber{}))
    out.gauge("aether_newest_slot", "Slot of the newest block held, final or not.", number(newest->at.slot.raw()));
  if (const auto health = from.service.handle(api::GetHealth{})) {
    out.gauge("aether_ready", "1: ready, as /readyz says.", health->status == api::HealthStatus::ready ? 1 : 0);
    out.gauge("aether_pending_transactions", "Transactions that wait for a block.", number(health->pending));
  }
  const chain::Counts& counts = from.chain.counts();
  out.counter("aether_final_blocks_total", "Blocks committed by this process.", number(counts.blocks.load()));
  out.counter("aether_final_transactions_total", "Transactions in them.", number(counts.transactions.load()));
  out.histogram("aether_commit_seconds", "Time of a commit, of one block or more, until it is durable.",
                counts.commits.read());
  if (from.database.empty()) return;
  std::error_code code;
  double bytes = 0;
  for (std::filesystem::recursive_directory_iterator it(from.database, code), end; !code && it != end;
       it.increment(code)) {
    std::error_code gone;  // files of a database come and go
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += number(size);
  }
  out.gauge("aether_database_bytes", "Size of the chain's files.", bytes);
}

void add_node(Exposition& out, const node::Node& node) {
  const node::Status status = node.status();
  out.gauge("aether_slot", "The slot in which the node is.", number(status.slot.raw()));
  out.gauge("aether_peers", "Connected peers.", number(status.peers));
  out.gauge("aether_validator", "1: it has a validator's keys.", status.validator ? 1 : 0);
  out.gauge("aether_behind", "1: it fetches blocks from peers.", status.is_behind ? 1 : 0);
  out.gauge("aether_silent", "1: a validator that may not vote.", status.is_silent ? 1 : 0);
  out.gauge("aether_delta_seconds", "How long a proposer waits for the one before it.", number(status.delta_us) / 1e6);
  out.histogram("aether_safety_log_sync_seconds", "Time of a sync of the safety log.", node.log_syncs().read());
}

void add_rpc(Exposition& out, const Sources& from) {
  out.gauge("aether_rpc_connections", "Open connections of clients.", number(from.server.connections.load()));
  out.gauge("aether_rpc_websockets", "Those that are WebSockets.", number(from.server.sockets.load()));
  out.counter("aether_rpc_connections_refused_total", "Connections above the bound.",
              number(from.server.refused.load()));
  out.counter("aether_rpc_connections_ousted_total", "Connections that said nothing and gave their places to others.",
              number(from.server.ousted.load()));
  out.counter("aether_rpc_slow_clients_total", "WebSockets closed since too much waited for them.",
              number(from.server.slow.load()));
  out.gauge("aether_rpc_subscriptions", "Open subscriptions.", number(from.publisher.subscriptions()));
  for (const auto& [method, code, count] : from.requests.ended())
    out.counter("aether_rpc_requests_total", "Calls, by how they ended.", number(count),
                {{"method", method}, {"code", code}});
  for (const auto& [method, reading] : from.requests.took())
    out.histogram("aether_rpc_request_seconds", "Time of a call, without the network.", reading, {{"method", method}});
}

}  // namespace

std::string page(const Sources& sources) {
  Exposition out;
  add_process(out);
  add_chain(out, sources);
  if (sources.node != nullptr) add_node(out, *sources.node);
  add_rpc(out, sources);
  return out.text();
}

}  // namespace aether::metrics

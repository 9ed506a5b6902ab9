// The client of `./aether bench node`: transactions made before the clock starts, sent over the public interface of all
// nodes at once, and counted when they are final on all of them.
//
//   aether-bench-node funds                    its accounts, for genesis: ADDRESS:SWR:AIC a line
//   aether-bench-node KIND load URL,… COUNT FIRST CONNECTIONS BATCH WAITING
//       from so many connections to each node, BATCH transactions a request, while fewer than WAITING wait there
//   aether-bench-node KIND wait URL,… COUNT FIRST
//       one at a time, the next one when the last one is final
//
// KIND: aether, accounts (transfers that make 64 new accounts each), cometbft. FIRST transactions of its accounts were
// sent before. It says `ready` on stdout and begins with a line on stdin; it says `final` when all is and goes on with
// the next line; then it prints a line of JSON.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

#include "../cpu_time.hpp"
#include "kind.hpp"

namespace aether::bench {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
void pause_s(double s) { std::this_thread::sleep_for(std::chrono::duration<double>(s)); }

double quantile(std::vector<double> of, double q) {
  require(!of.empty(), "nothing became final");
  std::stable_sort(of.begin(), of.end());
  return of[std::min(of.size() - 1, static_cast<std::size_t>(q * static_cast<double>(of.size())))];
}

void say_and_wait(const char* what) {
  std::puts(what);
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
}

// Asks a node where it is, again and again, and keeps when it was first seen at each height.
class Watch {
 public:
  Watch(const Kind& kind, const client::Url& node) : thread_([this, &kind, &node] { run(kind, node); }) {}
  ~Watch() { stop(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void stop() {
    stops_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }
  [[nodiscard]] std::uint64_t height() const { return height_; }

  // After stop().
  [[nodiscard]] const Position& last() const { return last_; }
  [[nodiscard]] double reached_s(std::uint64_t height) const {
    const auto at = std::ranges::lower_bound(seen_, height, {}, &Seen::height);
    require(at != seen_.end(), "a node did not become final");
    return at->s;
  }

 private:
  struct Seen {
    std::uint64_t height = 0;
    double s = 0;
  };
  static constexpr double kIntervalS = 5e-3;

  void run(const Kind& kind, const client::Url& node) {
    Connection connection(node);
    while (!stops_) {
      const Position now = kind.position(connection);
      if (seen_.empty() || now.height > seen_.back().height) {
        seen_.push_back({now.height, now_s()});
        last_ = now;
      }
      waiting_ = now.waiting;
      height_ = now.height;
      pause_s(kIntervalS);
    }
  }

  std::atomic<bool> stops_ = false;
  std::atomic<std::uint64_t> waiting_ = 0, height_ = 0;
  std::vector<Seen> seen_;
  Position last_;
  std::thread thread_;
};

struct Load {
  std::size_t connections = 0, batch = 0, waiting = 0;
};

// The connections take the requests in turn, so the nodes get equal parts unless one is slower.
class Senders {
 public:
  Senders(const Kind& kind, const std::vector<client::Url>& nodes, const std::vector<std::unique_ptr<Watch>>& watches,
          const Load& load)
      : sent_s_(kind.requests().size()) {
    for (std::size_t i = 0; i < load.connections * nodes.size(); ++i)
      threads_.emplace_back([&, node = i % nodes.size()] {
        Connection connection(nodes[node]);
        for (std::size_t n; (n = next_++) < sent_s_.size();) {
          while (watches[node]->waiting() > load.waiting) pause_s(1e-3);
          sent_s_[n] = now_s();
          refused_ += kind.refused(connection.ask(kind.requests()[n]), n);
        }
      });
  }
  void join() {
    for (std::thread& thread : threads_) thread.join();
  }
  [[nodiscard]] std::size_t refused() const { return refused_; }
  [[nodiscard]] double sent_s(std::size_t request) const { return sent_s_[request]; }

 private:
  std::atomic<std::size_t> next_ = 0, refused_ = 0;
  std::vector<double> sent_s_;
  std::vector<std::thread> threads_;
};

void load(Kind& kind, const std::vector<client::Url>& nodes, std::size_t count, std::size_t first, const Load& how) {
  kind.make(nodes[0], first, count, how.batch);
  std::vector<std::unique_ptr<Watch>> watches;
  for (const client::Url& node : nodes) watches.push_back(std::make_unique<Watch>(kind, node));
  while (std::ranges::any_of(watches, [](const auto& watch) { return watch->height() == 0; })) pause_s(1e-2);
  const std::uint64_t above =
      (*std::ranges::min_element(watches, {}, [](const auto& w) { return w->height(); }))->height();
  say_and_wait("ready");
  const double begin = now_s(), begin_cpu = cpu_s();
  Senders senders(kind, nodes, watches, how);
  senders.join();
  const double sent = now_s();
  // Empty pools, then two blocks more everywhere: what was taken out last is final with them.
  while (std::ranges::any_of(watches, [](const auto& watch) { return watch->waiting() > 0; })) pause_s(5e-3);
  std::uint64_t highest = 0;
  for (const auto& watch : watches) highest = std::max(highest, watch->height());
  while (std::ranges::any_of(watches, [&](const auto& watch) { return watch->height() < highest + 2; })) pause_s(5e-3);
  const double cpu = cpu_s() - begin_cpu;
  say_and_wait("final");
  for (const auto& watch : watches) watch->stop();
  std::vector<Position> lasts;
  for (const auto& watch : watches) lasts.push_back(watch->last());
  std::size_t done = 0;
  double end = begin;
  std::vector<double> waits;
  for (const auto& [height, transactions] : kind.blocks(nodes[0], above, lasts)) {
    double final_s = 0;
    for (const auto& watch : watches) final_s = std::max(final_s, watch->reached_s(height));
    done += transactions.size();
    if (!transactions.empty()) end = std::max(end, final_s);
    for (const std::size_t n : transactions) waits.push_back(final_s - senders.sent_s(n / how.batch));
  }
  std::printf(
      R"({"sent":%zu,"refused":%zu,"final":%zu,"seconds":%.4f,"sending_s":%.4f,"rate":%.1f,"client_cpu_s":%.3f,)"
      R"("p50_ms":%.2f,"p95_ms":%.2f})"
      "\n",
      count, senders.refused(), done, end - begin, sent - begin, static_cast<double>(done) / (end - begin), cpu,
      1e3 * quantile(waits, 0.5), 1e3 * quantile(waits, 0.95));
}

void wait(Kind& kind, const std::vector<client::Url>& nodes, std::size_t count, std::size_t first) {
  kind.make(nodes[0], first, count, 1);
  Connection connection(nodes[0]);
  const std::uint64_t above = kind.position(connection).height;
  say_and_wait("ready");
  std::vector<double> waits;
  const double begin = now_s();
  for (std::size_t n = 0; n < count; ++n) {
    const double sent = now_s();
    kind.send_and_wait(connection, n);
    waits.push_back(now_s() - sent);
  }
  const double seconds = now_s() - begin;
  const std::uint64_t blocks = kind.position(connection).height - above;
  say_and_wait("final");
  std::printf(R"({"final":%zu,"seconds":%.4f,"p50_ms":%.3f,"p95_ms":%.3f,"block_ms":%.3f})"
              "\n",
              count, seconds, 1e3 * quantile(waits, 0.5), 1e3 * quantile(waits, 0.95),
              1e3 * seconds / static_cast<double>(std::max<std::uint64_t>(blocks, 1)));
}

std::vector<client::Url> urls(std::string_view text) {
  std::vector<client::Url> out;
  while (!text.empty()) {
    const auto url = client::parse_url(text.substr(0, text.find(',')));
    require(url.has_value(), "not a URL");
    out.push_back(*url);
    text.remove_prefix(std::min(text.size(), text.find(',') == text.npos ? text.size() : text.find(',') + 1));
  }
  return out;
}

int run(std::vector<std::string> words) {
  if (words == std::vector<std::string>{"funds"}) {
    for (const std::string& line : Aether::funds()) std::puts(line.c_str());
    return 0;
  }
  const auto number = [&](std::size_t i) { return static_cast<std::size_t>(number_in(words[i])); };
  const bool loads = words.size() == 8 && words[1] == "load";
  require(loads || (words.size() == 5 && words[1] == "wait"), "see main.cpp for what it is given");
  const auto kind = make_kind(words[0]);
  const auto nodes = urls(words[2]);
  if (loads)
    load(*kind, nodes, number(3), number(4), {number(5), number(6), number(7)});
  else
    wait(*kind, nodes, number(3), number(4));
  return 0;
}

}  // namespace
}  // namespace aether::bench

int main(int argc, char** argv) { return aether::bench::run({argv + 1, argv + argc}); }

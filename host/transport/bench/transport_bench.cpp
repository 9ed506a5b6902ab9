// Two processes over loopback: round trips on the lane of votes, and a stream of shreds. Time is of the wall, since
// what counts is when something comes; cpu_us is what both processes spent, for each message.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <semaphore>

#include "aether/transport/network.hpp"

namespace {

using namespace aether;
using namespace aether::transport;

constexpr std::size_t kAcknowledged = 256;  // messages for each answer of the other end
constexpr std::size_t kWindow = 8 * kAcknowledged;

Options options_of(std::uint8_t n, std::vector<std::string> listen, std::vector<std::string> peers) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(n);
  Options options;
  options.node_seed = crypto::Seed(seed);
  options.listen = std::move(listen);
  options.peers = std::move(peers);
  return options;
}

// Answers each vote with itself, and every kAcknowledged shreds with an empty vote.
class Echo final : public Handler {
 public:
  void connected(PeerId, const crypto::PublicKey&, std::string_view) override {}
  void gone(PeerId) override {}
  void gossip(PeerId, Topic, MessageId, Bytes) override {}
  void received(PeerId from, Lane lane, Bytes message, Credit) override {
    if (lane == Lane::shreds && ++shreds_ % kAcknowledged != 0) return;
    if (lane == Lane::shreds) message.resize(1);
    (void)network.load()->send(from, Lane::consensus, std::make_shared<const Bytes>(std::move(message)));
  }
  std::atomic<Network*> network = nullptr;

 private:
  std::size_t shreds_ = 0;
};

class Caller final : public Handler {
 public:
  void connected(PeerId peer, const crypto::PublicKey&, std::string_view) override {
    peer_ = peer;
    connected_.release();
  }
  void gone(PeerId) override {}
  void gossip(PeerId, Topic, MessageId, Bytes) override {}
  void received(PeerId, Lane, Bytes, Credit) override { answers.release(); }

  PeerId wait() {
    connected_.acquire();
    return peer_;
  }
  std::counting_semaphore<> answers{0};

 private:
  PeerId peer_ = 0;
  std::binary_semaphore connected_{0};
};

std::uint64_t cpu_ns() {
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(cpu.tv_nsec);
}

// What the other process does: says where it listens, then its CPU time whenever it is asked, until nobody can ask.
int echo(const char* listen) {
  Echo handler;
  auto network = Network::start(options_of(2, {listen}, {}), handler);
  if (!network) return 1;
  handler.network = network->get();
  const std::string address = (*network)->listen_addresses().at(0) + "\n";
  if (write(STDOUT_FILENO, address.data(), address.size()) < 0) return 1;
  for (char question = 0; read(STDIN_FILENO, &question, 1) > 0;) {
    const std::uint64_t ns = cpu_ns();
    if (write(STDOUT_FILENO, &ns, sizeof ns) < 0) return 1;
  }
  return 0;
}

// This program once more, as the other end: libp2p has threads, which a fork would not have.
class Other {
 public:
  explicit Other(const char* listen) {
    if (pipe2(up_, O_CLOEXEC) != 0 || pipe2(down_, O_CLOEXEC) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      dup2(down_[0], STDIN_FILENO);
      dup2(up_[1], STDOUT_FILENO);
      execl("/proc/self/exe", "echo", kEcho, listen, nullptr);
      _exit(1);
    }
    close(up_[1]);
    close(down_[0]);
  }
  ~Other() {
    close(down_[1]);
    waitpid(child_, nullptr, 0);
    close(up_[0]);
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;

  std::string address() {
    std::string line;
    for (char c = 0; read(up_[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
    return line;
  }
  // Of both processes.
  std::uint64_t cpu_both_ns() {
    std::uint64_t ns = 0;
    if (write(down_[1], "?", 1) != 1 || read(up_[0], &ns, sizeof ns) != sizeof ns) std::abort();
    return ns + cpu_ns();
  }
  static constexpr const char* kEcho = "--echo";

 private:
  int up_[2]{};
  int down_[2]{};
  pid_t child_ = 0;
};

const char* listen_of(const benchmark::State& state) {
  return state.range(0) == 0 ? "/ip4/127.0.0.1/udp/0/quic-v1" : "/ip4/127.0.0.1/tcp/0";
}

void BM_RoundTrip(benchmark::State& state) {
  Other other(listen_of(state));
  Caller caller;
  auto network = Network::start(options_of(1, {}, {other.address()}), caller);
  const PeerId peer = caller.wait();
  const auto vote = std::make_shared<const Bytes>(200, std::uint8_t{1});
  const std::uint64_t before = other.cpu_both_ns();
  for (auto _ : state) {
    if (!(*network)->send(peer, Lane::consensus, vote)) std::abort();
    caller.answers.acquire();
  }
  const auto cpu = static_cast<double>(other.cpu_both_ns() - before);
  state.counters["cpu_us"] = 1e-3 * cpu / static_cast<double>(state.iterations());
  state.SetLabel(state.range(0) == 0 ? "quic" : "tcp");
}
BENCHMARK(BM_RoundTrip)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMicrosecond);

void BM_Stream(benchmark::State& state) {
  Other other(listen_of(state));
  Caller caller;
  auto network = Network::start(options_of(1, {}, {other.address()}), caller);
  const PeerId peer = caller.wait();
  const auto size = static_cast<std::size_t>(state.range(1));
  const auto shred = std::make_shared<const Bytes>(size, std::uint8_t{1});
  const std::uint64_t before = other.cpu_both_ns();
  std::size_t in_flight = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kAcknowledged; ++i) {
      if (!(*network)->send(peer, Lane::shreds, shred)) std::abort();
    }
    in_flight += kAcknowledged;
    while (in_flight > kWindow) {
      caller.answers.acquire();
      in_flight -= kAcknowledged;
    }
  }
  for (; in_flight > 0; in_flight -= kAcknowledged) caller.answers.acquire();
  const auto messages = static_cast<std::int64_t>(kAcknowledged) * state.iterations();
  const auto cpu = static_cast<double>(other.cpu_both_ns() - before);
  state.counters["cpu_us"] = 1e-3 * cpu / static_cast<double>(messages);
  state.SetItemsProcessed(messages);
  state.SetBytesProcessed(messages * static_cast<std::int64_t>(size));
  state.SetLabel(state.range(0) == 0 ? "quic" : "tcp");
}
BENCHMARK(BM_Stream)->ArgsProduct({{0, 1}, {300, 1500}})->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && argv[1] == std::string_view(Other::kEcho)) return echo(argv[2]);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

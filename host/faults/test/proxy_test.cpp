#include "aether/faults/proxy.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "loop.hpp"
#include "sockets.hpp"

namespace aether::faults {
namespace {

constexpr int kPatienceMs = 60'000;  // ends a hang
constexpr int kQuietMs = 20;         // in which what must not come would have come

// A blocking socket at a port of the system's choice.
struct Socket {
  explicit Socket(int type) : descriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const sockaddr_in any = loopback(0);
    AETHER_ASSERT(::bind(descriptor.get(), as_any(any), sizeof any) == 0);
  }
  explicit Socket(env::Descriptor the_descriptor) : descriptor(std::move(the_descriptor)) {}

  std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    (void)::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }
  bool connect(std::uint16_t to) const {
    const sockaddr_in address = loopback(to);
    return ::connect(descriptor.get(), as_any(address), sizeof address) == 0;
  }
  void say(std::string_view text) const {
    EXPECT_EQ(::send(descriptor.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  bool is_readable(int timeout_ms) const {
    pollfd wanted{descriptor.get(), POLLIN, 0};
    return ::poll(&wanted, 1, timeout_ms) == 1;
  }
  // What comes next; "" at the end of a stream.
  std::string hear() const {
    if (!is_readable(kPatienceMs)) return "nothing came";
    std::string out(65'536, '\0');
    const ssize_t got = ::recv(descriptor.get(), &out[0], out.size(), 0);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }

  env::Descriptor descriptor;
};

// Two nodes, 0 and 1; node 1 is reached through the gate.
class Gated : public ::testing::Test {
 protected:
  void SetUp() override {
    const Socket free(SOCK_STREAM);
    gate_ = free.port();
    ASSERT_TRUE(::listen(listener_.descriptor.get(), 8) == 0);
  }
  void start(int type, Faults faults = {}) {
    rules_.all = faults;
    rules_.gates = {{0, 1, gate_, type == SOCK_DGRAM ? datagrams_.port() : listener_.port()}};
    ASSERT_TRUE(write_rules(folder_.path(), rules_));
    auto proxy = Proxy::start(folder_.path());
    ASSERT_TRUE(proxy) << proxy.error().message;
    proxy_ = std::move(*proxy);
  }
  void cut(bool is_cut) {
    rules_.partition(is_cut ? std::vector<std::vector<std::uint32_t>>{{0}} : std::vector<std::vector<std::uint32_t>>{},
                     2);
    ASSERT_TRUE(write_rules(folder_.path(), rules_));
    const auto done = reload(folder_.path());
    ASSERT_TRUE(done) << done.error().message;
  }
  Socket accepted() {
    EXPECT_TRUE(listener_.is_readable(kPatienceMs));
    return Socket(env::Descriptor(::accept4(listener_.descriptor.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  }
  // Answers the newest sender of datagrams.
  std::string hear_datagram() {
    if (!datagrams_.is_readable(kPatienceMs)) return "nothing came";
    std::string out(65'536, '\0');
    socklen_t size = sizeof sender_;
    const ssize_t got =
        ::recvfrom(datagrams_.descriptor.get(), &out[0], out.size(), 0, reinterpret_cast<sockaddr*>(&sender_), &size);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  void answer(std::string_view text) {
    (void)!::sendto(datagrams_.descriptor.get(), text.data(), text.size(), 0, as_any(sender_), sizeof sender_);
  }

  env::TempDir folder_ = std::move(*env::TempDir::create());
  Rules rules_;
  Socket datagrams_{SOCK_DGRAM};
  Socket listener_{SOCK_STREAM};
  std::uint16_t gate_ = 0;
  sockaddr_in sender_{};
  std::unique_ptr<Proxy> proxy_;
};

TEST_F(Gated, DatagramsGoThereAndBack) {
  start(SOCK_DGRAM);
  const Socket one(SOCK_DGRAM), other(SOCK_DGRAM);
  ASSERT_TRUE(one.connect(gate_) && other.connect(gate_));
  one.say("a");
  EXPECT_EQ(hear_datagram(), "a");
  answer("b");
  EXPECT_EQ(one.hear(), "b");
  other.say("c");
  EXPECT_EQ(hear_datagram(), "c");
  answer("d");
  EXPECT_EQ(other.hear(), "d") << "each sender has a port of its own";
}

TEST_F(Gated, DatagramsAreDelayedInOrder) {
  start(SOCK_DGRAM, {30'000, 30'000, 0, 0, 0});
  const Socket client(SOCK_DGRAM);
  ASSERT_TRUE(client.connect(gate_));
  for (char c = 'a'; c <= 'z'; ++c) client.say(std::string(1, c));
  std::string heard;
  while (heard.size() < 26) heard += hear_datagram();
  EXPECT_EQ(heard, "abcdefghijklmnopqrstuvwxyz");
}

TEST_F(Gated, ADelayIsAtLeastThat) {
  start(SOCK_DGRAM, {30'000, 10'000, 0, 0, 0});
  const Socket client(SOCK_DGRAM);
  ASSERT_TRUE(client.connect(gate_));
  const std::uint64_t begin_us = Loop::now_us();
  client.say("a");
  EXPECT_EQ(hear_datagram(), "a");
  answer("b");
  EXPECT_EQ(client.hear(), "b");
  EXPECT_GE(Loop::now_us() - begin_us, 2U * 20'000);
}

TEST_F(Gated, DatagramsAreDoubledOrLost) {
  rules_.links[{1, 0}] = {0, 0, kMillion, 0, 0};
  start(SOCK_DGRAM, {0, 0, 0, 0, kMillion});
  const Socket client(SOCK_DGRAM);
  ASSERT_TRUE(client.connect(gate_));
  client.say("a");
  EXPECT_EQ(hear_datagram() + hear_datagram(), "aa");
  answer("b");
  EXPECT_FALSE(client.is_readable(kQuietMs)) << "each direction has faults of its own";
}

TEST_F(Gated, ACutStopsDatagramsUntilItHeals) {
  start(SOCK_DGRAM);
  const Socket client(SOCK_DGRAM);
  ASSERT_TRUE(client.connect(gate_));
  cut(true);
  client.say("lost");
  EXPECT_FALSE(datagrams_.is_readable(kQuietMs));
  cut(false);
  client.say("after");
  EXPECT_EQ(hear_datagram(), "after");
}

TEST_F(Gated, StreamsArriveWholeWhateverTheFaults) {
  start(SOCK_STREAM, {2'000, 2'000, 100'000, 0, 0});
  const Socket client(SOCK_STREAM);
  ASSERT_TRUE(client.connect(gate_));
  const Socket server = accepted();
  std::string sent;
  for (int i = 0; i < 40'000; ++i) sent += std::to_string(i) + " ";
  std::thread writer([&] {
    client.say(sent);
    (void)::shutdown(client.descriptor.get(), SHUT_WR);
  });
  std::string heard;
  for (std::string part; !(part = server.hear()).empty();) heard += part;
  writer.join();
  EXPECT_EQ(heard, sent);
  server.say("the other half is open");
  EXPECT_EQ(client.hear(), "the other half is open");
}

TEST_F(Gated, ACutHoldsAStreamAndLetsNobodyIn) {
  start(SOCK_STREAM);
  const Socket client(SOCK_STREAM);
  ASSERT_TRUE(client.connect(gate_));
  const Socket server = accepted();
  cut(true);
  client.say("held");
  EXPECT_FALSE(server.is_readable(kQuietMs));
  const Socket late(SOCK_STREAM);
  ASSERT_TRUE(late.connect(gate_)) << "the kernel's queue takes it";
  EXPECT_FALSE(listener_.is_readable(kQuietMs));
  cut(false);
  EXPECT_EQ(server.hear(), "held");
  EXPECT_TRUE(accepted().descriptor.valid());
}

TEST_F(Gated, AStreamEndsWhenItsTargetIsDown) {
  start(SOCK_STREAM);
  listener_.descriptor = env::Descriptor();
  const Socket client(SOCK_STREAM);
  ASSERT_TRUE(client.connect(gate_));
  EXPECT_EQ(client.hear(), "");
}

TEST_F(Gated, DamagedRulesChangeNothing) {
  start(SOCK_DGRAM);
  ASSERT_TRUE(env::write_file_atomically(folder_.path() / kRulesFile, as_bytes(std::string_view("cut 0 1\n"))));
  EXPECT_FALSE(reload(folder_.path()));
  const Socket client(SOCK_DGRAM);
  ASSERT_TRUE(client.connect(gate_));
  client.say("a");
  EXPECT_EQ(hear_datagram(), "a");
}

TEST(Control, SaysThatNoProxyRuns) {
  const auto folder = std::move(*env::TempDir::create());
  const auto done = reload(folder.path());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, env::ErrorKind::not_found);
}

}  // namespace
}  // namespace aether::faults

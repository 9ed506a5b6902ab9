#include <deque>

#include "carrier.hpp"

namespace aether::faults {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kWaitingMax = 8 * 1024 * 1024;  // bytes of a direction on their way; then nothing more is read

class TcpGate;

// One direction of a connection: what was read at one end and is not written at the other.
struct Pipe {
  Pipe(std::uint64_t seed, Direction the_direction) : shaper(seed), direction(the_direction) {}

  struct Part {
    std::uint64_t due_us = 0;
    Bytes bytes;  // empty: the end
    std::size_t sent = 0;
  };
  Shaper shaper;
  Direction direction;
  std::deque<Part> parts;
  std::size_t waiting = 0;
  bool has_ended = false;   // its sender will send no more
  bool is_over = false;     // and its receiver was told so
  bool is_blocked = false;  // by the receiver
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(TcpGate& gate, Context context, const Gate& ports, env::Descriptor client);
  bool open();
  // Moves what may be moved, and watches for the rest.
  void pump();

 private:
  struct End final : public Watcher {
    End(Connection& the_connection, env::Descriptor the_socket)
        : connection(the_connection), socket(std::move(the_socket)) {}
    void ready(std::uint32_t events) override { connection.ready(*this, events); }
    Connection& connection;
    env::Descriptor socket;
    std::uint32_t watched = 0;
  };

  void ready(End& end, std::uint32_t events);
  bool read(End& from, Pipe& pipe);
  bool write(Pipe& pipe, End& to);
  void watch(End& end, const Pipe& out, const Pipe& in);
  bool may_read(const Pipe& pipe) const {
    return !pipe.has_ended && pipe.waiting < kWaitingMax && !context_.rules.is_cut(pipe.direction);
  }
  void close();

  TcpGate& gate_;
  Context context_;
  std::uint16_t target_;
  End client_, server_;
  Pipe there_, back_;
  bool is_closed_ = false;
};

class TcpGate final : public Carrier, public Watcher {
 public:
  TcpGate(Context context, const Gate& gate) : context_(context), gate_(gate), socket_(new_socket(SOCK_STREAM)) {}

  env::Outcome<void> open() {
    set_option(socket_, SOL_SOCKET, SO_REUSEADDR, 1);
    const sockaddr_in address = loopback(gate_.port);
    if (::bind(socket_.get(), as_any(address), sizeof address) != 0 || ::listen(socket_.get(), SOMAXCONN) != 0)
      return fail(env::last_error("listen on TCP port", std::to_string(gate_.port)));
    context_.loop.watch(socket_.get(), *this, accepts());
    return {};
  }

  void rules_changed() override {
    context_.loop.change(socket_.get(), *this, accepts());
    const auto all = connections_;  // pumping may close some
    for (const auto& connection : all) connection->pump();
  }

  void ready(std::uint32_t) override {
    env::Descriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.valid()) return;
    const auto connection = std::make_shared<Connection>(*this, context_, gate_, std::move(client));
    if (connection->open()) connections_.insert(connection);
  }

  void closed(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }
  std::uint64_t next_number() { return ++last_number_; }

 private:
  // Nobody is let in through a cut: a handshake needs both directions.
  std::uint32_t accepts() const {
    const bool is_cut = context_.rules.is_cut({gate_.from, gate_.to}) || context_.rules.is_cut({gate_.to, gate_.from});
    return is_cut ? 0U : EPOLLIN;
  }

  Context context_;
  Gate gate_;
  env::Descriptor socket_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::uint64_t last_number_ = 1;
};

Connection::Connection(TcpGate& gate, Context context, const Gate& ports, env::Descriptor client)
    : gate_(gate),
      context_(context),
      target_(ports.target),
      client_(*this, std::move(client)),
      server_(*this, new_socket(SOCK_STREAM)),
      there_(seed_of(context.rules, {ports.from, ports.to}, gate.next_number()), {ports.from, ports.to}),
      back_(seed_of(context.rules, {ports.to, ports.from}, gate.next_number()), {ports.to, ports.from}) {}

bool Connection::open() {
  const sockaddr_in address = loopback(target_);
  if (::connect(server_.socket.get(), as_any(address), sizeof address) != 0 && errno != EINPROGRESS) return false;
  for (End* end : {&client_, &server_}) {
    set_option(end->socket, IPPROTO_TCP, TCP_NODELAY, 1);
    end->watched = EPOLLIN;
    context_.loop.watch(end->socket.get(), *end, end->watched);
  }
  return true;
}

void Connection::ready(End& end, std::uint32_t events) {
  if (is_closed_) return;
  const auto self = shared_from_this();
  // An end that is gone altogether tells nobody what it may still have read.
  const bool is_gone = (events & EPOLLERR) != 0 || ((events & EPOLLHUP) != 0 && (end.watched & EPOLLIN) == 0);
  if (is_gone) return close();
  Pipe& out = &end == &client_ ? there_ : back_;
  Pipe& in = &end == &client_ ? back_ : there_;
  if ((events & EPOLLOUT) != 0) in.is_blocked = false;
  if ((events & (EPOLLIN | EPOLLHUP)) != 0 && may_read(out) && !read(end, out)) return close();
  pump();
}

void Connection::pump() {
  if (is_closed_) return;
  if (!write(there_, server_) || !write(back_, client_)) return close();
  if (there_.is_over && back_.is_over) return close();
  watch(client_, there_, back_);
  watch(server_, back_, there_);
}

bool Connection::read(End& from, Pipe& pipe) {
  Bytes bytes(kReadBytes);
  const ssize_t got = ::recv(from.socket.get(), &bytes[0], bytes.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  bytes.resize(static_cast<std::size_t>(got));
  pipe.has_ended = bytes.empty();
  pipe.waiting += bytes.size();
  const std::uint64_t due_us = pipe.shaper.bytes(Loop::now_us(), bytes.size(), context_.rules.of(pipe.direction));
  pipe.parts.push_back({due_us, std::move(bytes), 0});
  context_.loop.at(due_us, [self = weak_from_this()] {
    if (const auto connection = self.lock()) connection->pump();
  });
  return true;
}

bool Connection::write(Pipe& pipe, End& to) {
  if (context_.rules.is_cut(pipe.direction)) return true;
  while (!pipe.is_blocked && !pipe.parts.empty() && pipe.parts.front().due_us <= Loop::now_us()) {
    Pipe::Part& part = pipe.parts.front();
    if (part.bytes.empty()) {
      (void)::shutdown(to.socket.get(), SHUT_WR);
      pipe.is_over = true;
    } else {
      const ByteView rest = ByteView(part.bytes).subspan(part.sent);
      const ssize_t sent = ::send(to.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      pipe.is_blocked = sent < 0 && (errno == EAGAIN || errno == EINTR);
      if (pipe.is_blocked) return true;
      if (sent < 0) return false;
      part.sent += static_cast<std::size_t>(sent);
      pipe.waiting -= static_cast<std::size_t>(sent);
      if (part.sent < part.bytes.size()) continue;
    }
    pipe.parts.pop_front();
  }
  return true;
}

void Connection::watch(End& end, const Pipe& out, const Pipe& in) {
  const std::uint32_t wanted = (may_read(out) ? EPOLLIN : 0U) | (in.is_blocked ? EPOLLOUT : 0U);
  if (wanted != end.watched) context_.loop.change(end.socket.get(), end, end.watched = wanted);
}

void Connection::close() {
  is_closed_ = true;
  for (End* end : {&client_, &server_}) end->socket = env::Descriptor();
  const auto self = shared_from_this();
  context_.loop.bury(self);
  gate_.closed(self);
}

}  // namespace

env::Outcome<std::unique_ptr<Carrier>> carry_tcp(Context context, const Gate& gate) {
  auto out = std::make_unique<TcpGate>(context, gate);
  AETHER_CHECK(out->open());
  return out;
}

}  // namespace aether::faults

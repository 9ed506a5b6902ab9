#include "aether/admin/server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <list>
#include <thread>

#include "aether/api/json_rpc.hpp"
#include "aether/api/limits.hpp"
#include "aether/telemetry/log.hpp"
#include "line_socket.hpp"

namespace aether::admin {
namespace {

using api::ErrorCode;

std::unexpected<std::string> cannot(std::string_view what, const env::Path& path) {
  return fail(env::last_error(what, path.string()).message);
}

bool is_permitted(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && may_ask(peer.uid, ::geteuid());
}

std::string refusal(ErrorCode code, std::string message) {
  return api::error_text(nullptr, {code, std::move(message), {}}) + "\n";
}

}  // namespace

struct Server::State {
  struct Connection {
    env::Descriptor socket;
    std::atomic<bool> has_ended = false;
    std::thread thread;
  };

  void accept_all();
  void serve(Connection& connection) const;
  void join_ended();

  env::Path path;
  Service& service;
  env::Descriptor stop;  // readable: ends
  env::Descriptor done;  // readable: a connection has ended
  env::Descriptor listener;
  std::list<Connection> connections;  // of the thread
  std::thread thread;
};

void Server::State::serve(Connection& connection) const {
  using std::chrono::milliseconds;
  const int fd = connection.socket.get();
  LineSocket socket(fd, stop.get());
  const milliseconds whole(api::kRequestMsMax);
  const auto say = [&](const std::string& text) { return socket.write(text, whole) == Transfer::done; };
  if (!is_permitted(fd)) {
    telemetry::log(telemetry::Level::warn, "another user asked at " + path.string() + ", and was refused");
    (void)say(refusal(ErrorCode::not_permitted, "this node answers the user that it runs as, and root"));
    return;
  }
  std::string line;
  for (;;) {
    const Transfer read = socket.read(line, api::kAdminRequestBytesMax, milliseconds(api::kIdleMsMax), whole);
    if (read == Transfer::too_long)
      (void)say(refusal(ErrorCode::invalid_request,
                        "a line holds at most " + std::to_string(api::kAdminRequestBytesMax) + " bytes"));
    if (read != Transfer::done) return;
    std::string answer = dispatch(service, line);
    if (answer.empty()) continue;
    answer += '\n';
    if (!say(answer)) return;
  }
}

void Server::State::join_ended() {
  connections.remove_if([](Connection& connection) {
    if (!connection.has_ended) return false;
    connection.thread.join();
    return true;
  });
}

void Server::State::accept_all() {
  for (;;) {
    const bool has_room = connections.size() < api::kAdminConnectionsMax;
    std::array<pollfd, 3> waited{
        {{stop.get(), POLLIN, 0}, {done.get(), POLLIN, 0}, {has_room ? listener.get() : -1, POLLIN, 0}}};
    (void)::poll(waited.data(), waited.size(), -1);
    if (waited[0].revents != 0) break;
    if (waited[1].revents != 0) {
      eventfd_t ignored = 0;
      (void)::eventfd_read(done.get(), &ignored);
      join_ended();
    }
    if (waited[2].revents == 0) continue;
    env::Descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.valid()) {
      // Out of descriptors, maybe: wait for some to come back instead of spinning.
      pollfd pause{stop.get(), POLLIN, 0};
      if (errno != EAGAIN && errno != ECONNABORTED) (void)::poll(&pause, 1, 50);
      continue;
    }
    Connection& connection = connections.emplace_back();
    connection.socket = std::move(socket);
    connection.thread = std::thread([this, &connection] {
      serve(connection);
      ::shutdown(connection.socket.get(), SHUT_RDWR);
      connection.has_ended = true;
      (void)::eventfd_write(done.get(), 1);
    });
  }
  for (Connection& connection : connections) connection.thread.join();
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>, std::string> Server::start(const env::Path& directory, Service& service) {
  const env::Path path = directory / kSocketFile;
  const env::Descriptor folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return cannot("open", directory);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("remove", path);
  env::Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.valid()) return cannot("make a socket for", path);
  const sockaddr_un address = address_in(folder);
  // Until it listens nobody can connect, whatever the mode that it is made with.
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return cannot("make the socket", path);
  if (::chmod(path.c_str(), 0600) != 0) return cannot("keep others from", path);
  if (::listen(listener.get(), static_cast<int>(api::kAdminConnectionsMax)) != 0) return cannot("listen at", path);
  env::Descriptor stop(::eventfd(0, EFD_CLOEXEC)), done(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop.valid() || !done.valid()) return cannot("watch", path);
  auto state =
      std::make_unique<State>(State{path, service, std::move(stop), std::move(done), std::move(listener), {}, {}});
  state->thread = std::thread([raw = state.get()] { raw->accept_all(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::stop() {
  if (!state_->thread.joinable()) return;
  (void)::eventfd_write(state_->stop.get(), 1);
  state_->thread.join();
  state_->connections.clear();
  (void)::unlink(state_->path.c_str());
}

}  // namespace aether::admin

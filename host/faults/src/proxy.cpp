#include "aether/faults/proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <thread>

#include "carrier.hpp"

namespace aether::faults {
namespace {

constexpr std::size_t kRulesBytesMax = 1024 * 1024;
constexpr int kReloadMs = 10'000;
constexpr std::string_view kDone = "done";

// A path of any length within the bound of a socket's name: through the directory's descriptor.
struct ControlAddress {
  explicit ControlAddress(const env::Path& directory)
      : folder(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + std::string(kControlSocket);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  env::Descriptor folder;
  sockaddr_un address{};
};

env::Descriptor control_socket(int flags) {
  return env::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
}

}  // namespace

std::uint64_t seed_of(const Rules& rules, Direction direction, std::uint64_t which) {
  return ((rules.seed * kNodesMax + direction.first) * kNodesMax + direction.second) * 0x9e3779b97f4a7c15U + which;
}

class Proxy::Engine {
 public:
  Engine(env::Path directory, Rules rules) : directory_(std::move(directory)), rules_(std::move(rules)) {}
  ~Engine() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    (void)!::write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  env::Outcome<void> open() {
    for (const Gate& gate : rules_.gates) {
      const Context context{loop_, rules_};
      AETHER_TRY(auto udp, carry_udp(context, gate));
      AETHER_TRY(auto tcp, carry_tcp(context, gate));
      carriers_.push_back(std::move(udp));
      carriers_.push_back(std::move(tcp));
    }
    const ControlAddress address(directory_);
    std::error_code ignored;
    std::filesystem::remove(directory_ / kControlSocket, ignored);  // of one that was killed
    if (::bind(control_.get(), address.get(), sizeof address.address) != 0 || ::listen(control_.get(), SOMAXCONN) != 0)
      return fail(env::last_error("listen on", (directory_ / kControlSocket).string()));
    loop_.watch(control_.get(), on_control_, EPOLLIN);
    loop_.watch(stop_.get(), on_stop_, EPOLLIN);
    thread_ = std::thread([this] { loop_.run(); });
    return {};
  }

 private:
  struct OnControl final : Watcher {
    explicit OnControl(Engine& the_engine) : engine(the_engine) {}
    void ready(std::uint32_t) override {
      const env::Descriptor caller(::accept4(engine.control_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      const std::string answer = engine.read_again();
      if (caller.valid()) (void)!::send(caller.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    Engine& engine;
  };
  struct OnStop final : Watcher {
    explicit OnStop(Engine& the_engine) : engine(the_engine) {}
    void ready(std::uint32_t) override { engine.loop_.stop(); }
    Engine& engine;
  };

  std::string read_again() {
    auto rules = read_rules(directory_);
    if (!rules) return rules.error().message;
    rules->gates = rules_.gates;
    rules_ = std::move(*rules);
    for (const auto& carrier : carriers_) carrier->rules_changed();
    return std::string(kDone);
  }

  env::Path directory_;
  Rules rules_;
  Loop loop_;
  env::Descriptor control_ = control_socket(SOCK_NONBLOCK);
  env::Descriptor stop_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  OnControl on_control_{*this};
  OnStop on_stop_{*this};
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::thread thread_;
};

Proxy::Proxy(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Proxy::~Proxy() = default;

env::Outcome<std::unique_ptr<Proxy>> Proxy::start(const env::Path& directory) {
  AETHER_TRY(auto rules, read_rules(directory));
  auto engine = std::make_unique<Engine>(directory, std::move(rules));
  AETHER_CHECK(engine->open());
  return std::unique_ptr<Proxy>(new Proxy(std::move(engine)));
}

env::Outcome<Rules> read_rules(const env::Path& directory) {
  const env::Path file = directory / kRulesFile;
  AETHER_TRY(const auto text, env::read_file(file, kRulesBytesMax));
  auto rules = rules_from_text(as_text(text));
  if (rules) return std::move(*rules);
  return fail(env::Error{env::ErrorKind::io, file.string() + " is damaged, or of another version"});
}

env::Outcome<void> write_rules(const env::Path& directory, const Rules& rules) {
  return env::write_file_atomically(directory / kRulesFile, as_bytes(to_text(rules)), {.durable = false});
}

env::Outcome<void> reload(const env::Path& directory) {
  const ControlAddress address(directory);
  const env::Descriptor socket = control_socket(0);
  const std::string name = (directory / kControlSocket).string();
  if (::connect(socket.get(), address.get(), sizeof address.address) != 0)
    return fail(env::Error{env::ErrorKind::not_found, "no proxy answers at " + name});
  std::string answer(4'096, '\0');
  pollfd readable{socket.get(), POLLIN, 0};
  const ssize_t got =
      ::poll(&readable, 1, kReloadMs) == 1 ? ::recv(socket.get(), &answer[0], answer.size(), 0) : ssize_t{-1};
  answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (answer == kDone) return {};
  return fail(env::Error{env::ErrorKind::io, answer.empty() ? "the proxy at " + name + " does not answer" : answer});
}

}  // namespace aether::faults

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "signing.hpp"

namespace aether::cli {
namespace {

constexpr std::size_t kPasswordBytesMax = 1024;

bool write_text(int fd, std::string_view text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Turns the echo of a terminal off, and back on at the end.
class Silence {
 public:
  explicit Silence(int fd) : fd_(fd) {
    on_ = ::tcgetattr(fd_, &before_) == 0;
    if (!on_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    on_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (on_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  bool on() const { return on_; }

 private:
  int fd_;
  termios before_{};
  bool on_ = false;
};

std::unexpected<Failure> no_password(std::string message) {
  return fail(
      Failure{kBadFile, "no_password", std::move(message), "give --password-file FILE, or run it in a terminal"});
}

Result<keystore::SecretBytes, Failure> ask(int terminal, std::string_view prompt) {
  const Silence silence(terminal);
  if (!silence.on() || !write_text(terminal, prompt)) return no_password("the terminal cannot hide a password");
  Secret<kPasswordBytesMax> line;
  const auto buffer = line.mutable_view();
  std::size_t size = 0;
  while (size < buffer.size() && ::read(terminal, &buffer[size], 1) == 1 && buffer[size] != '\n') ++size;
  (void)write_text(terminal, "\n");
  if (size == 0) return no_password("an empty password");
  if (size == buffer.size()) return no_password("the password is longer than 1024 bytes");
  return keystore::SecretBytes(ByteView(line.view()).first(size));
}

}  // namespace

Result<keystore::SecretBytes, Failure> password(const Arguments& arguments, bool confirm) {
  if (!arguments.password_file.empty()) {
    CLI_TRY(auto from_file, keystore::password_from_file(arguments.password_file));
    return from_file;
  }
  const env::Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid()) return no_password("there is no terminal to ask for the password");
  AETHER_TRY(auto first, ask(terminal.get(), "Password: "));
  if (!confirm) return first;
  AETHER_TRY(const auto second, ask(terminal.get(), "Again: "));
  if (!equal_constant_time(first.view(), second.view())) return no_password("the two passwords differ");
  return first;
}

}  // namespace aether::cli

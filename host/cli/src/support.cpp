#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>

#include "command.hpp"

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

std::unexpected<Failure> usage(std::string code, std::string message) {
  return fail(Failure{kUsage, std::move(code), std::move(message), "aetherctl COMMAND --help shows examples"});
}

Failure failure_of(const client::Error& error) {
  using enum client::ErrorKind;
  switch (error.kind) {
    case unreachable:
      return {kUnreachable, "unreachable", error.message, "start a chain with aetherd dev, or name one with --rpc URL"};
    case undecided: return {kUnreachable, "undecided", error.message, "aetherctl tx wait ID asks again"};
    case bad_answer:
      return {kUnreachable, "bad_answer", error.message, "check that --rpc names a chain of this version"};
    case refused:
      return {kFailed, error.reason.empty() ? std::string(api::info(error.code).name) : error.reason, error.message,
              std::string(api::info(error.code).remedy)};
    case would_fail:
      return {kFailed, error.reason, error.message, "nothing was sent; aetherctl account shows the balances"};
    case overflow: break;
  }
  return {kFailed, "out_of_range", error.message, "nothing was sent; use a smaller value"};
}

Failure failure_of(const keystore::Error& error) {
  constexpr std::array<std::string_view, 8> kCodes{"bad_key_name", "empty_password", "key_exists",     "key_not_found",
                                                   "key_too_open", "key_damaged",    "wrong_password", "key_file"};
  const bool bad_name = error.kind == keystore::ErrorKind::bad_name;
  return {bad_name ? kUsage : kBadFile, std::string(kCodes[static_cast<std::size_t>(error.kind)]), error.message,
          "aetherctl keys list shows the keys"};
}

Result<client::Rpc, Failure> connect(const Arguments& arguments) {
  auto url = client::parse_url(arguments.rpc);
  if (url) return client::Rpc(std::move(*url));
  return usage("bad_url", "--rpc \"" + arguments.rpc + "\": " + std::string(to_string(url.error())));
}

Result<env::Path, Failure> keys_directory(const Arguments& arguments) {
  if (!arguments.keys.empty()) return env::Path(arguments.keys);
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return env::Path(home) / ".aether" / "keys";
  return usage("no_keys_directory", "HOME is not set, so there is no default directory; give --keys DIR");
}

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

Result<Address, Failure> resolve_address(const Arguments& arguments, const std::string& text) {
  const auto address = address_from_text(text);
  if (address) return *address;
  if (text.starts_with("aeth1"))
    return usage("bad_address", "\"" + text + "\" is no address: " + std::string(to_string(address.error())));
  AETHER_TRY(const auto directory, keys_directory(arguments));
  CLI_TRY(const auto path, keystore::key_path(directory, text));
  CLI_TRY(const auto key, keystore::inspect_key(path));
  return key.address;
}

}  // namespace aether::cli

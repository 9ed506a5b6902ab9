#include "contract_module.hpp"

#include <algorithm>
#include <array>

namespace aether::cli {
namespace {

constexpr std::array<std::uint8_t, 8> kHeader{0, 'a', 's', 'm', 1, 0, 0, 0};
constexpr std::string_view kMethodsSection = "aether.methods";

// The binary format of WebAssembly 2.0, section 5.5. After an error everything reads as nothing.
class ModuleReader {
 public:
  explicit ModuleReader(ByteView in) : in_(in) {}
  bool done() const { return in_.empty() || failed_; }
  bool failed() const { return failed_; }
  std::uint8_t byte() {
    const ByteView one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint32_t number() {
    std::uint32_t out = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const std::uint8_t group = byte();
      out |= static_cast<std::uint32_t>(group & 127U) << shift;
      if (group < 128) return out;
    }
    failed_ = true;
    return 0;
  }
  ByteView take(std::size_t size) {
    if (size > in_.size()) failed_ = true;
    if (failed_) return {};
    const ByteView out = in_.first(size);
    in_ = in_.subspan(size);
    return out;
  }
  std::string name() {
    const ByteView text = take(number());
    return {text.begin(), text.end()};
  }
  ByteView rest() { return take(in_.size()); }

 private:
  ByteView in_;
  bool failed_ = false;
};

void skip_limits(ModuleReader& in) {
  const bool bounded = in.byte() == 1;
  (void)in.number();
  if (bounded) (void)in.number();
}

void read_imports(ModuleReader in, ModuleFacts& out, bool& failed) {
  for (std::uint32_t left = in.number(); left > 0 && !in.failed(); --left) {
    const std::string module = in.name();
    out.imports.push_back(module + "." + in.name());
    switch (in.byte()) {
      case 0: (void)in.number(); break;
      case 1: (void)in.byte(); [[fallthrough]];
      case 2: skip_limits(in); break;
      default: (void)in.take(2);
    }
  }
  failed = failed || in.failed();
}

void read_exports(ModuleReader in, ModuleFacts& out, bool& failed) {
  for (std::uint32_t left = in.number(); left > 0 && !in.failed(); --left) {
    out.exports.push_back(in.name());
    (void)in.byte();
    (void)in.number();
  }
  failed = failed || in.failed();
}

void read_methods(ModuleReader in, ModuleFacts& out) {
  if (in.name() != kMethodsSection) return;
  std::string name;
  for (const std::uint8_t c : in.rest()) {
    if (c == ',') {
      out.methods.push_back(std::move(name));
      name.clear();
    } else if (c > 0x20 && c < 0x7f) {
      name += static_cast<char>(c);
    }
  }
  if (!name.empty()) out.methods.push_back(std::move(name));
}

}  // namespace

std::optional<ModuleFacts> read_module(ByteView module) {
  ModuleReader in(module);
  if (!std::ranges::equal(in.take(kHeader.size()), kHeader)) return std::nullopt;
  ModuleFacts out;
  bool failed = false;
  while (!in.done()) {
    const std::uint8_t section = in.byte();
    const ModuleReader content(in.take(in.number()));
    if (section == 0) read_methods(content, out);
    if (section == 2) read_imports(content, out, failed);
    if (section == 7) read_exports(content, out, failed);
  }
  return failed || in.failed() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace aether::cli

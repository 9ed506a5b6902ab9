// Any text, or a genesis with bytes written over it: what is read writes a text that is read as the same. Any text as
// an account: what is taken is in the genesis.
#include "aether/config/genesis.hpp"
#include "aether/codec/bcs.hpp"

namespace {

using namespace aether;

void read(std::string_view text) {
  const auto genesis = config::genesis_from_toml(text);
  if (!genesis) return;
  const auto again = config::genesis_from_toml(config::genesis_to_toml(*genesis));
  AETHER_ASSERT(again && codec::encode(*again) == codec::encode(*genesis));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Genesis dev = config::dev_genesis({});
  static const std::string good = config::genesis_to_toml(dev);
  if (size < 3) return 0;
  const std::size_t at = data[1] * 256u + data[2];
  const std::string_view text = as_text({data + 3, size - 3});
  if (data[0] % 3 == 0) {
    read(text);
  } else if (data[0] % 3 == 1) {
    std::string damaged = good;
    read(damaged.replace(at % damaged.size(), text.size(), text));
  } else {
    Genesis genesis = dev;
    const bool taken = config::fund(genesis, text).has_value();
    AETHER_ASSERT(genesis.accounts.size() == dev.accounts.size() + (taken ? 1 : 0));
  }
  return 0;
}

// Shards of any code, size and content, some lost, some of another size: refused with the rule's error and unchanged,
// or all filled, those that were there as before; and out of any k the one codeword that has them.
#include <algorithm>

#include "aether/erasure/code.hpp"

namespace {

using namespace aether;
using namespace aether::erasure;

struct Input {
  ByteView rest;
  std::uint8_t byte() {
    if (rest.empty()) return 0;
    const std::uint8_t out = rest.front();
    rest = rest.subspan(1);
    return out;
  }
};

bool is_codeword(const Code& code, const std::vector<Bytes>& shards) {
  std::vector<const std::uint8_t*> data;
  std::vector<Bytes> parity(code.parity_shards(), Bytes(shards[0].size()));
  std::vector<std::uint8_t*> to;
  for (unsigned j = 0; j < code.data_shards(); ++j) data.push_back(shards[j].data());
  for (Bytes& shard : parity) to.push_back(shard.data());
  code.encode(data, shards[0].size(), to);
  return std::equal(parity.begin(), parity.end(), shards.begin() + code.data_shards());
}

void check(const Code& code, const std::vector<Bytes>& given) {
  const unsigned k = code.data_shards(), r = code.parity_shards();
  std::size_t present = 0, size = 0;
  bool even = true;
  for (const Bytes& shard : given) {
    if (shard.empty()) continue;
    even = even && (size == 0 || shard.size() == size);
    size = shard.size();
    ++present;
  }
  std::vector<Bytes> shards = given;
  const auto done = code.reconstruct(shards);
  if (given.size() != k + r || !even || present < k) {
    AETHER_ASSERT(!done && shards == given);
    AETHER_ASSERT(done.error() == (given.size() != k + r ? CodeError::shard_count
                                   : !even               ? CodeError::shard_size
                                                         : CodeError::too_many_lost));
    return;
  }
  AETHER_ASSERT(done);
  for (std::size_t i = 0; i < shards.size(); ++i)
    AETHER_ASSERT(given[i].empty() ? shards[i].size() == size : shards[i] == given[i]);
  AETHER_ASSERT(present != k || is_codeword(code, shards));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{{data, size}};
  const unsigned k = input.byte(), r = input.byte();
  std::vector<Bytes> shards(k + r + (input.byte() == 255 ? 1u : 0u));
  const std::size_t shard_bytes = 1u + input.byte() % 80u, lost_of_256 = input.byte();
  for (Bytes& shard : shards) {
    const std::uint8_t fate = input.byte();
    if (fate < lost_of_256) continue;
    shard.resize(fate == 255 ? shard_bytes + 1 : shard_bytes);
    for (std::uint8_t& byte : shard)
      byte = static_cast<std::uint8_t>(fate * 31u + static_cast<std::uint8_t>(&byte - shard.data()));
    shard[0] = input.byte();
  }
  for (const bool avx2 : {false, static_cast<bool>(__builtin_cpu_supports("avx2"))}) {
    const auto code = Code::make(k, r, {.avx2 = avx2});
    AETHER_ASSERT(code.has_value() == (k > 0 && r > 0 && k + r <= kShardsMax));
    if (code) check(*code, shards);
  }
  return 0;
}

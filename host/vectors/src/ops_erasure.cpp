#include <algorithm>

#include "aether/erasure/code.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

Result<erasure::Code, std::string> code_of(const Fields& in, Machine& machine) {
  // What is above the bound stays above it.
  const auto small = [&](std::string_view name) {
    return static_cast<unsigned>(std::min<std::uint64_t>(in.number(name), erasure::kShardsMax + 1));
  };
  auto code = erasure::Code::make(small("k"), small("r"), machine.cpu);
  if (!code) return fail("k, r: " + std::string(to_string(code.error())));
  return std::move(*code);
}

json::array hex_of(std::span<const Bytes> shards) {
  json::array out;
  for (const Bytes& shard : shards) out.push_back(hex(shard));
  return out;
}

Output run_encode(const Fields& in, Machine& machine) {
  AETHER_TRY(const erasure::Code code, code_of(in, machine));
  const auto given = in.list("shards");
  const std::size_t k = code.data_shards(), size = given.empty() ? 0 : given[0].bytes.size();
  const bool even = std::all_of(given.begin(), given.end(), [&](const Value& v) { return v.bytes.size() == size; });
  if (given.size() != k || size == 0 || !even) return fail(std::string("shards: k of one size, not empty, wanted"));
  std::vector<Bytes> shards(k + code.parity_shards(), Bytes(size));
  std::vector<const std::uint8_t*> data;
  std::vector<std::uint8_t*> parity;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (i < k) {
      shards[i] = given[i].bytes;
      data.push_back(shards[i].data());
    } else {
      parity.push_back(shards[i].data());
    }
  }
  code.encode(data, size, parity);
  return json::object{{"shards", hex_of(shards)}, {"parity", hex_of(std::span(shards).subspan(k))}};
}

Output run_decode(const Fields& in, Machine& machine) {
  AETHER_TRY(const erasure::Code code, code_of(in, machine));
  std::vector<Bytes> shards;
  for (const Value& shard : in.list("shards")) {
    if (!shard.is_lost && shard.bytes.empty()) return fail(std::string("shards: an empty one; a lost one is null"));
    shards.push_back(shard.bytes);
  }
  const auto filled = code.reconstruct(shards);
  if (!filled) return fail("shards: " + std::string(to_string(filled.error())));
  return json::object{{"shards", hex_of(shards)}};
}

}  // namespace

std::vector<Op> erasure_ops() {
  Field lossy = list(bytes("shards"));
  lossy.may_be_lost = true;
  return {
      {.name = "rs_encode",
       .summary = "Reed–Solomon over GF(2^8), polynomial 0x11d, k data and r parity shards, k + r at most 255: parity "
                  "i is the "
                  "sum of data_j / ((k + i) xor j)",
       .takes = {number("k"), number("r"), list(bytes("shards"))},
       .gives = {list(bytes("shards")), list(bytes("parity"))},
       .run = run_encode},
      {.name = "rs_decode",
       .summary = "all k + r shards from any k of them; null for a lost one",
       .takes = {number("k"), number("r"), lossy},
       .gives = {list(bytes("shards"))},
       .run = run_decode},
  };
}

}  // namespace aether::vectors

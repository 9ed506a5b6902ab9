// An op: its fields with their types, an example, and what it does with fields that have these types. From this one
// table come reading, `describe` and the program's help.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "aether/base/bytes.hpp"
#include "aether/base/result.hpp"
#include "machine.hpp"
#include "value.hpp"

namespace aether::vectors {

// The fields of the answer, or what is wrong with the input.
using Output = Result<boost::json::object, std::string>;

// What an error of run() means. To a question whether something holds, malformed keys, points, signatures and proofs
// are an answer, {"valid": false, "reason": …}; where something is to be made, they are an error.
enum class Kind : std::uint8_t { makes, judges };

struct Op {
  std::string_view name;
  std::string_view summary;
  Kind kind = Kind::makes;
  std::vector<Field> takes;
  std::vector<Field> gives;
  // What is wrong with the fields that are there or not: an error for either kind.
  Result<void, std::string> (*check)(const Fields& in) = nullptr;
  Output (*run)(const Fields& in, Machine& machine) = nullptr;
};

[[nodiscard]] std::vector<Op> hash_ops();
[[nodiscard]] std::vector<Op> ed25519_ops();
[[nodiscard]] std::vector<Op> key_ops();
[[nodiscard]] std::vector<Op> type_ops();
[[nodiscard]] std::vector<Op> bls_ops();
[[nodiscard]] std::vector<Op> vrf_ops();
[[nodiscard]] std::vector<Op> kes_ops();
[[nodiscard]] std::vector<Op> kzg_ops();
[[nodiscard]] std::vector<Op> erasure_ops();

[[nodiscard]] const std::vector<Op>& ops();

// The names that `decode` and `encode` know.
[[nodiscard]] std::vector<std::string_view> type_names();

[[nodiscard]] inline boost::json::string hex(ByteView bytes) { return boost::json::string(to_hex(bytes)); }
[[nodiscard]] inline boost::json::object valid(bool holds) { return {{"valid", holds}}; }

// The message as it is signed: raw, or with a tag in its frame, ULEB128(len tag) ‖ tag ‖ message. Around 32 bytes that
// is crypto::signing_frame.
[[nodiscard]] Bytes framed(std::string_view tag, ByteView message);
[[nodiscard]] Bytes signed_message(const Fields& in);

}  // namespace aether::vectors

// Values of contracts between text and BCS: TYPE:VALUE in, types and bytes out.
#pragma once

#include "signing.hpp"

namespace aether::cli {

// The BCS of the values, one after the other. TYPE is u8 to u128, bool, amount (a u128, written like 12.5), address
// (also the name of a key), hash, bytes (0x and hex) or text.
[[nodiscard]] Result<Bytes, Failure> encode_values(const Arguments& arguments, const std::vector<std::string>& values);

// The input as --input, --input-file or --arg give it; empty without any.
[[nodiscard]] Result<Bytes, Failure> read_call_input(const Arguments& arguments);

struct ShownValues {
  std::string text;          // "5, aeth1…"
  boost::json::array array;  // integers above 32 bits as strings
};
// What `types` ("u128", "address,u64") make of the bytes: all of them, else a failure.
[[nodiscard]] Result<ShownValues, Failure> decode_values(const std::string& types, ByteView bytes);

// --attach: "1.5SWR", "2AIC", each asset once.
[[nodiscard]] Result<Balance, Failure> read_attached(const std::vector<std::string>& attach);

// A topic: 0x and 64 hex digits, or up to 32 characters, followed by zeros.
[[nodiscard]] Result<Hash, Failure> read_topic(const std::string& text);
// The characters, where it was made of some; else hex.
[[nodiscard]] std::string topic_text(const Hash& topic);

}  // namespace aether::cli

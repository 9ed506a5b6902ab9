#include "contract_values.hpp"

#include <algorithm>
#include <charconv>

namespace aether::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kTypes = "u8, u16, u32, u64, u128, bool, amount, address, hash, bytes, text";
constexpr std::size_t kValueBytesMax = limits::kCallDataBytesMax;
using ValueBytes = codec::Blob<kValueBytesMax>;

std::unexpected<Failure> bad_value(const std::string& value, const std::string& why) {
  return usage("bad_value", "\"" + value + "\": " + why);
}

std::optional<u128> read_number(std::string_view digits, u128 max) {
  u128 out = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<unsigned>(c - '0');
    if (out > (max - digit) / 10) return std::nullopt;
    out = out * 10 + digit;
  }
  return out;
}

std::string decimal(u128 number) {
  std::string out;
  do out.insert(out.begin(), static_cast<char>('0' + static_cast<unsigned>(number % 10)));
  while ((number /= 10) != 0);
  return out;
}

// Bits of an unsigned type's name, 0 when it is none.
unsigned bits_of(std::string_view type) {
  for (const unsigned bits : {8U, 16U, 32U, 64U, 128U})
    if (type == "u" + std::to_string(bits)) return bits;
  return 0;
}
constexpr u128 max_of(unsigned bits) { return static_cast<u128>(-1) >> (128 - bits); }

void put_little_endian(Bytes& out, u128 number, unsigned bits) {
  for (unsigned shift = 0; shift < bits; shift += 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

template <class T>
void put(Bytes& out, const T& value) {
  const Bytes bytes = codec::encode(value);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Result<void, Failure> encode_value(const Arguments& arguments, const std::string& value, Bytes& out) {
  const auto colon = value.find(':');
  const std::string type = value.substr(0, colon);
  const std::string text = colon == std::string::npos ? "" : value.substr(colon + 1);
  if (colon == std::string::npos)
    return bad_value(value, "wanted is TYPE:VALUE, such as u64:5; TYPE is " + std::string(kTypes));
  if (const unsigned bits = bits_of(type); bits != 0) {
    const auto number = read_number(text, max_of(bits));
    if (!number) return bad_value(value, "wanted is a whole number of at most " + std::to_string(bits) + " bits");
    put_little_endian(out, *number, bits);
  } else if (type == "bool") {
    if (text != "true" && text != "false") return bad_value(value, "wanted is true or false");
    put(out, text == "true");
  } else if (type == "amount") {
    AETHER_TRY(const auto quantity, read_quantity("amount", text));
    put(out, quantity.amount);
  } else if (type == "address") {
    AETHER_TRY(const auto address, resolve_address(arguments, text));
    put(out, address);
  } else if (type == "hash") {
    AETHER_TRY(const auto hash, read_id("hash", text));
    put(out, hash);
  } else if (type == "bytes") {
    const auto bytes = from_hex(text);
    if (!bytes) return bad_value(value, "wanted is an even number of hex digits");
    if (bytes->size() > kValueBytesMax) return bad_value(value.substr(0, 20), "more bytes than a call may have");
    put(out, ValueBytes(*bytes));
  } else if (type == "text") {
    put(out, ValueBytes(Bytes(text.begin(), text.end())));
  } else {
    return bad_value(value, "there is no type \"" + type + "\"; there are " + std::string(kTypes));
  }
  return {};
}

// Takes a T from the front of the bytes.
template <class T>
std::optional<T> take(codec::Reader& in) {
  T out{};
  in.get(out);
  return in.error() ? std::nullopt : std::optional(std::move(out));
}

std::optional<json::value> take_value(std::string_view type, codec::Reader& in) {
  const auto number = [&]<class T>(T) -> std::optional<json::value> {
    const auto got = take<T>(in);
    if (!got) return std::nullopt;
    if constexpr (sizeof(T) <= 4) return json::value(static_cast<std::uint64_t>(*got));
    return json::value(json::string(decimal(*got)));
  };
  switch (bits_of(type)) {
    case 8: return number(std::uint8_t{});
    case 16: return number(std::uint16_t{});
    case 32: return number(std::uint32_t{});
    case 64: return number(std::uint64_t{});
    case 128: return number(u128{});
    default: break;
  }
  const auto text = [](std::string from) { return json::value(json::string(from)); };
  if (type == "bool") {
    const auto got = take<bool>(in);
    return got ? std::optional(json::value(*got)) : std::nullopt;
  }
  if (type == "amount") {
    const auto got = take<Amount>(in);
    return got ? std::optional(text(amount_to_text(*got))) : std::nullopt;
  }
  if (type == "address") {
    const auto got = take<Address>(in);
    return got ? std::optional(text(to_text(*got))) : std::nullopt;
  }
  if (type == "hash") {
    const auto got = take<Hash>(in);
    return got ? std::optional(text(to_hex0x(got->bytes))) : std::nullopt;
  }
  const auto got = take<ValueBytes>(in);
  if (!got) return std::nullopt;
  return text(type == "text" ? to_utf8(*got) : to_hex0x(*got));
}

bool is_type(std::string_view type) {
  constexpr std::array<std::string_view, 6> kOthers{"bool", "amount", "address", "hash", "bytes", "text"};
  return bits_of(type) != 0 || std::ranges::find(kOthers, type) != kOthers.end();
}

}  // namespace

Result<Bytes, Failure> encode_values(const Arguments& arguments, const std::vector<std::string>& values) {
  Bytes out;
  for (const auto& value : values) AETHER_CHECK(encode_value(arguments, value, out));
  return out;
}

Result<Bytes, Failure> read_call_input(const Arguments& arguments) {
  if (!arguments.input_file.empty()) return read_input(arguments.input_file, kValueBytesMax);
  if (arguments.call_input.empty()) return encode_values(arguments, arguments.values);
  return read_hex("--input", arguments.call_input, kValueBytesMax);
}

Result<ShownValues, Failure> decode_values(const std::string& types, ByteView bytes) {
  ShownValues out;
  codec::Reader in(bytes);
  for (std::size_t at = 0; at <= types.size();) {
    const std::size_t end = std::min(types.find(',', at), types.size());
    const std::string type = types.substr(at, end - at);
    if (!is_type(type))
      return usage("bad_type", "--returns: there is no type \"" + type + "\"; there are " + std::string(kTypes));
    auto value = take_value(type, in);
    if (!value)
      return fail(Failure{kFailed, "other_type", "what came, " + to_hex0x(bytes) + ", is not of the types " + types,
                          "the contract's source says what it returns; without --returns the bytes are shown"});
    out.text += (out.array.empty() ? "" : ", ") +
                (value->is_string() ? std::string(value->get_string()) : json::serialize(*value));
    out.array.push_back(std::move(*value));
    at = end + 1;
  }
  if (!in.rest().empty())
    return fail(Failure{kFailed, "other_type", "what came, " + to_hex0x(bytes) + ", is longer than the types " + types,
                        "the contract's source says what it returns; without --returns the bytes are shown"});
  return out;
}

Result<Balance, Failure> read_attached(const std::vector<std::string>& attach) {
  Balance out;
  for (const auto& text : attach) {
    AETHER_TRY(const auto quantity, read_quantity("--attach", text));
    if (!quantity.asset)
      return usage("bad_amount",
                   "--attach \"" + text + "\": wanted is an amount and its asset, such as 1.5SWR or 2AIC");
    Amount& held = out.of(*quantity.asset);
    if (held != 0) return usage("bad_amount", "--attach names " + std::string(asset_name(*quantity.asset)) + " twice");
    held = quantity.amount;
  }
  return out;
}

Result<Hash, Failure> read_topic(const std::string& text) {
  if (text.starts_with("0x")) return read_id("topic", text);
  Hash out;
  if (text.empty() || text.size() > out.bytes.size())
    return usage("bad_topic", "\"" + text + "\" is no topic: 1 to 32 characters, or 0x and 64 hex digits");
  std::copy(text.begin(), text.end(), out.bytes.begin());
  return out;
}

std::string topic_text(const Hash& topic) {
  const auto end = std::ranges::find(topic.bytes, 0);
  const bool text = end != topic.bytes.begin() &&
                    std::all_of(topic.bytes.begin(), end, [](std::uint8_t c) { return c > 0x20 && c < 0x7f; }) &&
                    std::all_of(end, topic.bytes.end(), [](std::uint8_t c) { return c == 0; });
  return text ? std::string(topic.bytes.begin(), end) : to_hex0x(topic.bytes);
}

}  // namespace aether::cli

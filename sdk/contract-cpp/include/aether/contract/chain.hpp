// What a contract may ask and do, with types. Each costs gas (spec/contracts.md, "Host functions").
#pragma once

#include "aether/contract/bcs.hpp"
#include "aether/contract/host.hpp"

namespace aether {

inline constexpr u32 kInputBytesMax = 96 * 1024;  // of `spend`; a call's are fewer
inline constexpr u32 kOutputBytesMax = 16 * 1024;
inline constexpr u32 kLogBytesMax = 1024;

[[noreturn]] inline void abort(u32 code) {
  host::aether_abort(code);
  __builtin_trap();
}

[[nodiscard]] inline Hash self() {
  Hash out;
  host::aether_self_id(out.bytes);
  return out;
}
// Who called: a contract's address, or the transaction's sender.
[[nodiscard]] inline Address caller() {
  Address out;
  host::aether_caller(out.bytes);
  return out;
}
[[nodiscard]] inline Address sender() {
  Address out;
  host::aether_sender(out.bytes);
  return out;
}
[[nodiscard]] inline u64 slot() { return host::aether_slot(); }
[[nodiscard]] inline u64 chain_id() { return host::aether_chain_id(); }

// What came with this call.
[[nodiscard]] inline Amount attached(Asset asset) {
  u128 out = 0;
  host::aether_attached(static_cast<u32>(asset), reinterpret_cast<u8*>(&out));
  return out;
}
// The contract's own, with what was attached to this call.
[[nodiscard]] inline Amount balance(Asset asset) {
  u128 out = 0;
  host::aether_balance(static_cast<u32>(asset), reinterpret_cast<u8*>(&out));
  return out;
}
// To an account, which can spend it from the next block on.
inline void transfer(const Address& to, Asset asset, Amount amount) {
  const u128 units = amount.units();
  host::aether_transfer(to.bytes, static_cast<u32>(asset), reinterpret_cast<const u8*>(&units));
}

[[nodiscard]] inline Hash sha256(ByteView data) {
  Hash out;
  host::aether_sha256(data.data, data.size, out.bytes);
  return out;
}
[[nodiscard]] inline bool ed25519_verify(const PublicKey& key, const Signature& signature, ByteView message) {
  return host::aether_ed25519_verify(key.bytes, signature.bytes, message.data, message.size) == 1;
}

// Leaves a log in the receipt: the topic, and the items in BCS, at most 1 KiB.
template <class... Items>
void log(const Hash& topic, const Items&... items) {
  u8 bytes[kLogBytesMax];
  Writer out(bytes, sizeof(bytes));
  (out(items), ...);
  host::aether_log(topic.bytes, bytes, out.written().size);
}

// What a call of another contract brings to it, from this contract's balance.
struct Attached {
  Amount swr;
  Amount aic;
};

// Calls a method of another contract that was made with AETHER_CALL. Where the other fails, all fails. `Result` is what
// it returns; void takes anything.
template <class Result = void, class... Arguments>
Result call(const Hash& contract, const Attached& with, u8 method, const Arguments&... arguments) {
  u8 bytes[1 + (0 + ... + bcs_size_max<Arguments>())];
  Writer out(bytes, sizeof(bytes));
  out(method);
  (out(arguments), ...);
  const u128 swr = with.swr.units(), aic = with.aic.units();
  const u32 size = host::aether_call(contract.bytes, reinterpret_cast<const u8*>(&swr),
                                     reinterpret_cast<const u8*>(&aic), bytes, out.written().size);
  if constexpr (!__is_same(Result, void)) {
    u8 answer[bcs_size_max<Result>() + 1];
    require(size <= bcs_size_max<Result>(), code::malformed_input);
    host::aether_returned_read(answer, 0, size);
    Reader in({answer, size}, code::malformed_input);
    const auto result = in.read<Result>();
    in.expect_end();
    return result;
  }
}

namespace detail {
inline u8 input_bytes[kInputBytesMax];  // fresh in each run, as the whole memory is
}

// The input, copied once. Views of it stay good to the end of the run.
[[nodiscard]] inline ByteView input() {
  const u32 size = host::aether_input_size();
  require(size <= kInputBytesMax, code::malformed_input);
  host::aether_input_read(detail::input_bytes, 0, size);
  return {detail::input_bytes, size};
}
inline void output(ByteView bytes) { host::aether_output_write(bytes.data, bytes.size); }

}  // namespace aether

#include "aether/mesh/trace_address.hpp"

#include <array>
#include <limits>

#include "aether/crypto/merkle.hpp"
#include "aether/types/asset.hpp"

namespace aether::mesh {
namespace {

constexpr std::string_view kPrefix = "/trace/";
constexpr std::string_view kTop = "top";

// A decimal without leading zeros, up to `most`.
template <class T>
std::optional<T> number(std::string_view text, T most = std::numeric_limits<T>::max()) {
  const auto out = from_decimal(text);
  if (!out || *out > most) return std::nullopt;
  return static_cast<T>(*out);
}

std::optional<TraceKey> key_from(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto job = hash_from_hex(text.substr(0, dot));
  const auto attempt = number<std::uint32_t>(text.substr(dot + 1));
  if (!job || !attempt || to_hex(job->bytes) != text.substr(0, dot)) return std::nullopt;
  return TraceKey{*job, *attempt};
}

std::optional<std::uint32_t> op_from(std::string_view text) {
  if (text == kTop) return vcr::kOperatorTree;
  return number<std::uint32_t>(text, vcr::kOperatorTree - 1);
}

}  // namespace

std::string_view to_string(TraceAddressError error) {
  constexpr std::array<std::string_view, 6> kTexts{
      "a trace is at /trace/JOB.ATTEMPT/SEQUENCE/OPERATOR/LEVEL/INDEX",
      "the job is not 64 lower-case hex digits, a dot and the attempt's number",
      "the sequence is not 0: a text job has one",
      "the operator is neither `top` nor a number",
      "the level is not a number up to 48",
      "the index is not a number below 2^64"};
  return kTexts[static_cast<std::size_t>(error)];
}

std::string to_path(const TraceAddress& address) {
  const vcr::Node& node = address.node;
  return std::string(kPrefix) + to_hex(address.key.job.bytes) + "." + std::to_string(address.key.attempt) + "/0/" +
         (node.op == vcr::kOperatorTree ? std::string(kTop) : std::to_string(node.op)) + "/" +
         std::to_string(node.level) + "/" + std::to_string(node.index);
}

Result<TraceAddress, TraceAddressError> trace_address_from_path(std::string_view path) {
  if (!path.starts_with(kPrefix)) return fail(TraceAddressError::path);
  path.remove_prefix(kPrefix.size());
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = path.find('/');
    if ((end == std::string_view::npos) != (i + 1 == parts.size())) return fail(TraceAddressError::path);
    parts[i] = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  const auto key = key_from(parts[0]);
  if (!key) return fail(TraceAddressError::job);
  if (parts[1] != "0") return fail(TraceAddressError::sequence);
  const auto op = op_from(parts[2]);
  if (!op) return fail(TraceAddressError::op);
  const auto level = number<std::uint8_t>(parts[3], crypto::kMaxDepth);
  if (!level) return fail(TraceAddressError::level);
  const auto index = number<std::uint64_t>(parts[4]);
  if (!index) return fail(TraceAddressError::index);
  return TraceAddress{*key, {*op, *level, *index}};
}

}  // namespace aether::mesh

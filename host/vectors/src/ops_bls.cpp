#include "aether/crypto/bls_votes.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;
using crypto::BlsPublicKey;
using crypto::BlsSignature;

Result<BlsPublicKey, std::string> public_key(std::string_view name, ByteView bytes) {
  AETHER_TRY(const auto encoded, to_array<48>(name, bytes));
  const auto key = BlsPublicKey::decode(encoded);
  if (!key) return fail(std::string(name) + ": " + std::string(to_string(key.error())));
  return *key;
}

Result<BlsSignature, std::string> signature(std::string_view name, ByteView bytes) {
  AETHER_TRY(const auto encoded, to_array<96>(name, bytes));
  const auto point = BlsSignature::decode(encoded);
  if (!point) return fail(std::string(name) + ": " + std::string(to_string(point.error())));
  return *point;
}

Result<std::vector<BlsPublicKey>, std::string> public_keys(const Fields& in) {
  std::vector<BlsPublicKey> out;
  for (const Value& item : in.list("public_keys")) {
    AETHER_TRY(const BlsPublicKey key, public_key("public_keys[" + std::to_string(out.size()) + "]", item.bytes));
    out.push_back(key);
  }
  return out;
}

Result<crypto::BlsSecretKey, std::string> secret_key(const Fields& in) {
  AETHER_TRY(const auto bytes, in.array<32>("secret_key"));
  auto key = crypto::bls_secret_key(bytes);
  if (!key) return fail("secret_key: " + std::string(to_string(key.error())));
  return std::move(*key);
}

Output run_public_key_valid(const Fields& in, Machine&) {
  AETHER_CHECK(public_key("public_key", in.bytes("public_key")));
  return valid(true);
}

Output run_signature_valid(const Fields& in, Machine&) {
  AETHER_CHECK(signature("signature", in.bytes("signature")));
  return valid(true);
}

Output run_sign(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, secret_key(in));
  return json::object{{"signature", hex(crypto::bls_sign(key, signed_message(in)).encode())},
                      {"public_key", hex(crypto::bls_public_key(key).encode())}};
}

Output run_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, public_key("public_key", in.bytes("public_key")));
  AETHER_TRY(const auto point, signature("signature", in.bytes("signature")));
  return valid(crypto::bls_verify(key, signed_message(in), point));
}

Output run_aggregate(const Fields& in, Machine&) {
  std::vector<BlsSignature> points;
  for (const Value& item : in.list("signatures")) {
    AETHER_TRY(const auto point, signature("signatures[" + std::to_string(points.size()) + "]", item.bytes));
    points.push_back(point);
  }
  const auto sum = crypto::bls_aggregate(points);
  if (!sum) return fail("signatures: " + std::string(to_string(sum.error())));
  return json::object{{"signature", hex(sum->encode())}};
}

Output run_fast_aggregate_verify(const Fields& in, Machine&) {
  AETHER_TRY(auto keys, public_keys(in));
  AETHER_TRY(const auto point, signature("signature", in.bytes("signature")));
  if (!in.has("tag")) return valid(crypto::bls_fast_aggregate_verify(keys, in.bytes("message"), point));
  // As a certificate is checked.
  Bytes everyone((keys.size() + 7) / 8);
  for (std::size_t i = 0; i < keys.size(); ++i) crypto::set_signer(everyone, i);
  const auto verdict =
      crypto::BlsSignerSums(std::move(keys)).verify(crypto::BlsMessage(signed_message(in)), everyone, point);
  if (!verdict) return fail(std::string(to_string(verdict.error())));
  return valid(true);
}

Output run_aggregate_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto keys, public_keys(in));
  AETHER_TRY(const auto point, signature("signature", in.bytes("signature")));
  std::vector<Bytes> messages;
  for (const Value& item : in.list("messages"))
    messages.push_back(in.has("tag") ? framed(in.text("tag"), item.bytes) : item.bytes);
  if (messages.size() != keys.size()) return fail(std::string("messages: as many as public_keys wanted"));
  return valid(crypto::bls_aggregate_verify(keys, std::vector<ByteView>(messages.begin(), messages.end()), point));
}

Output run_pop_prove(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, secret_key(in));
  return json::object{{"proof", hex(crypto::bls_pop_prove(key).encode())},
                      {"public_key", hex(crypto::bls_public_key(key).encode())}};
}

Output run_pop_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, in.array<48>("public_key"));
  AETHER_TRY(const auto proof, in.array<96>("proof"));
  const auto proven = crypto::bls_proven_key(key, proof);
  if (!proven) return fail(std::string(to_string(proven.error())));
  return valid(true);
}

Output run_hash_to_g2(const Fields& in, Machine&) {
  if (in.bytes("dst").empty()) return fail(std::string("dst: at least one byte wanted"));
  return json::object{{"point", hex(crypto::hash_to_g2_compressed(in.bytes("dst"), in.bytes("message")))},
                      {"uncompressed", hex(crypto::hash_to_g2(in.bytes("dst"), in.bytes("message")))}};
}

}  // namespace

std::vector<Op> bls_ops() {
  const Field key = bytes("public_key", 48), message = bytes("message"), point = bytes("signature", 96),
              proof = bytes("proof", 96), secret = bytes("secret_key", 32);
  const std::vector<Field> verdict{boolean("valid"), optional(text("reason"))};
  return {
      {.name = "bls_public_key_valid",
       .summary = "whether this is a canonical compressed point of G1, not infinity",
       .kind = Kind::judges,
       .takes = {key},
       .gives = verdict,
       .run = run_public_key_valid},
      {.name = "bls_signature_valid",
       .summary = "whether this is a canonical compressed point of G2, infinity allowed",
       .kind = Kind::judges,
       .takes = {point},
       .gives = verdict,
       .run = run_signature_valid},
      {.name = "bls_sign",
       .summary = "suite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_; secret_key is a big-endian scalar",
       .takes = {secret, message, tag()},
       .gives = {point, key},
       .run = run_sign},
      {.name = "bls_verify",
       .summary = "one signature",
       .kind = Kind::judges,
       .takes = {key, message, point, tag()},
       .gives = verdict,
       .run = run_verify},
      {.name = "bls_aggregate",
       .summary = "the sum of signatures, at least one",
       .takes = {list(bytes("signatures", 96))},
       .gives = {point},
       .run = run_aggregate},
      {.name = "bls_fast_aggregate_verify",
       .summary = "one message signed by all keys",
       .kind = Kind::judges,
       .takes = {list(bytes("public_keys", 48)), message, point, tag()},
       .gives = verdict,
       .run = run_fast_aggregate_verify},
      {.name = "bls_aggregate_verify",
       .summary = "messages[i] signed by public_keys[i]",
       .kind = Kind::judges,
       .takes = {list(bytes("public_keys", 48)), list(bytes("messages")), point, tag()},
       .gives = verdict,
       .run = run_aggregate_verify},
      {.name = "bls_pop_prove",
       .summary = "the proof of possession of a key",
       .takes = {secret},
       .gives = {proof, key},
       .run = run_pop_prove},
      {.name = "bls_pop_verify",
       .summary = "whether the proof is of this key",
       .kind = Kind::judges,
       .takes = {key, also_named("signature", proof)},
       .gives = verdict,
       .run = run_pop_verify},
      {.name = "hash_to_g2",
       .summary = "RFC 9380, BLS12381G2_XMD:SHA-256_SSWU_RO_: the point compressed, and as x1 ‖ x0 ‖ y1 ‖ y0; a dst "
                  "that would read as hex must be given in hex",
       .takes = {{.name = "dst", .or_text = true}, message},
       .gives = {bytes("point", 96), bytes("uncompressed", 192)},
       .run = run_hash_to_g2},
  };
}

}  // namespace aether::vectors

#include "aether/crypto/ed25519_batch.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

Output run_sign(const Fields& in, Machine&) {
  AETHER_TRY(const auto secret, in.array<32>("secret_key"));
  const crypto::Seed seed{secret};
  return json::object{{"signature", hex(crypto::ed25519_sign(seed, signed_message(in)))},
                      {"public_key", hex(crypto::ed25519_public_key(seed))}};
}

Output run_verify(const Fields& in, Machine&) {
  AETHER_TRY(const auto key, in.array<32>("public_key"));
  AETHER_TRY(const auto signature, in.array<64>("signature"));
  const auto id = to_array<32>("message", in.bytes("message"));
  if (in.has("tag") && id) return valid(crypto::verify_id(key, in.text("tag"), Hash{*id}, signature));
  return valid(crypto::ed25519_verify(key, signed_message(in), signature));
}

// The items whose key and signature have their sizes; the others' verdicts stay false.
struct Batch {
  std::vector<crypto::SignedMessage> items;
  std::vector<std::size_t> places;
  bool ids_only = true;  // all messages have 32 bytes
};

Batch batch_of(std::span<const Value> items) {
  Batch out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Fields item(items[i]);
    const auto key = item.array<32>("public_key");
    const auto signature = item.array<64>("signature");
    if (!key || !signature) continue;
    out.items.push_back({*key, item.bytes("message"), *signature});
    out.places.push_back(i);
    out.ids_only = out.ids_only && item.bytes("message").size() == Hash::kSize;
  }
  return out;
}

std::vector<bool> verdicts_of(Batch& batch, const Fields& in, Machine& machine) {
  if (!in.has("tag")) return crypto::ed25519_verify_batch(batch.items, machine.cpu, machine.pool);
  if (batch.ids_only) {
    std::vector<crypto::SignedId> ids;
    for (const crypto::SignedMessage& item : batch.items)
      ids.push_back({item.key, Hash{*to_array<32>("message", item.message)}, item.signature});
    return crypto::verify_ids(in.text("tag"), ids, {}, machine.cpu, machine.pool);
  }
  std::vector<Bytes> frames;
  for (const crypto::SignedMessage& item : batch.items) frames.push_back(framed(in.text("tag"), item.message));
  for (std::size_t i = 0; i < frames.size(); ++i) batch.items[i].message = frames[i];
  return crypto::ed25519_verify_batch(batch.items, machine.cpu, machine.pool);
}

Output run_verify_batch(const Fields& in, Machine& machine) {
  Batch batch = batch_of(in.list("items"));
  const auto verdicts = verdicts_of(batch, in, machine);
  std::vector<bool> all(in.list("items").size());
  for (std::size_t i = 0; i < verdicts.size(); ++i) all[batch.places[i]] = verdicts[i];
  json::array out;
  for (const bool verdict : all) out.emplace_back(verdict);
  return json::object{{"valid", std::move(out)}};
}

const Field kKey = bytes("public_key", 32), kMessage = bytes("message"), kSignature = bytes("signature", 64);

}  // namespace

std::vector<Op> ed25519_ops() {
  return {
      {.name = "ed25519_sign",
       .summary = "RFC 8032; secret_key is the 32-byte seed",
       .takes = {also_named("seed", bytes("secret_key", 32)), kMessage, tag()},
       .gives = {kSignature, kKey},
       .run = run_sign},
      {.name = "ed25519_verify",
       .summary = "by the rule of ZIP-215",
       .kind = Kind::judges,
       .takes = {kKey, kMessage, kSignature, tag()},
       .gives = {boolean("valid"), optional(text("reason"))},
       .run = run_verify},
      {.name = "ed25519_verify_batch",
       .summary = "the verdict on each item, by the batch verifier; equal to that of ed25519_verify",
       .takes = {list({.name = "items", .type = Type::object, .members = {kKey, kMessage, kSignature}}), tag()},
       .gives = {list(boolean("valid"))},
       .run = run_verify_batch},
  };
}

}  // namespace aether::vectors

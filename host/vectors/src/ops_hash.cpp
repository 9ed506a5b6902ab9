#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

Output run_sha256(const Fields& in, Machine&) {
  return boost::json::object{{"hash", hex(crypto::sha256(in.bytes("message")).view())}};
}

Output run_tagged_hash(const Fields& in, Machine&) {
  return boost::json::object{{"hash", hex(crypto::tagged_hash(in.text("tag"), in.bytes("message")).view())}};
}

Output run_merkle_root(const Fields& in, Machine&) {
  std::vector<Hash> leaves;
  for (const Value& leaf : in.list("leaves")) leaves.push_back(crypto::merkle_leaf(leaf.bytes));
  Hash root;
  if (in.has("tag")) {
    root = crypto::merkle_list_root(in.text("tag"), leaves);
  } else {
    // The chain never hashes an empty tree without its count, and has zeros there.
    root = leaves.empty() ? crypto::sha256({}) : crypto::merkle_tree(leaves);
  }
  return boost::json::object{{"root", hex(root.view())}};
}

}  // namespace

std::vector<Op> hash_ops() {
  return {
      {.name = "sha256",
       .summary = "SHA-256 (FIPS 180-4)",
       .takes = {bytes("message")},
       .gives = {bytes("hash", 32)},
       .run = run_sha256},
      {.name = "tagged_hash",
       .summary = "SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ message), as in BIP-340",
       .takes = {text("tag"), bytes("message")},
       .gives = {bytes("hash", 32)},
       .run = run_tagged_hash},
      {.name = "merkle_root",
       .summary =
           "the tree hash of RFC 6962; with a tag the chain's list root, H(tag, count as u64 little-endian ‖ tree "
           "hash), where the tree hash of no leaves is 32 zero bytes",
       .takes = {also_named("messages", list(bytes("leaves"))), optional(text("tag"))},
       .gives = {bytes("root", 32)},
       .run = run_merkle_root},
  };
}

}  // namespace aether::vectors

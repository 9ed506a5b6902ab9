#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/crypto/merkle_list.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {
namespace {

std::vector<Hash> leaves_of(std::size_t n) {
  std::vector<Hash> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(merkle_leaf(Bytes(i % 5, static_cast<std::uint8_t>(i))));
  return out;
}

TEST(Sha256, fips_vectors) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc")).bytes), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({}).bytes), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

RC_GTEST_PROP(Sha256, tagged_hash_is_the_doubled_tag_in_front, (const std::string& tag, const Bytes& message)) {
  Bytes whole;
  const Hash t = sha256(as_bytes(tag));
  append(whole, t.bytes);
  append(whole, t.bytes);
  append(whole, message);
  Hash expected;
  unsigned size = 0;
  EVP_Digest(whole.data(), whole.size(), expected.bytes.data(), &size, EVP_sha256(), nullptr);
  RC_ASSERT(tagged_hash(tag, message) == expected);
}

TEST(Merkle, zeros_are_nodes_of_zeros) {
  EXPECT_TRUE(merkle_zero(0).is_zero());
  for (unsigned k = 0; k < kMaxDepth; ++k) EXPECT_EQ(merkle_zero(k + 1), merkle_node(merkle_zero(k), merkle_zero(k)));
}

TEST(Merkle, rfc6962_tree_of_the_certificate_transparency_test_vectors) {
  // Leaves and root as in the Certificate Transparency reference tests.
  const std::vector<std::string> inputs{
      "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
  std::vector<Hash> leaves;
  for (const auto& input : inputs) leaves.push_back(merkle_leaf(*from_hex(input)));
  EXPECT_EQ(to_hex(merkle_tree(leaves).bytes), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

RC_GTEST_PROP(Merkle, list_paths_fold_to_the_tree, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(1, 70);
  const auto i = *rc::gen::inRange<std::size_t>(0, n);
  const auto leaves = leaves_of(n);
  auto path = merkle_list_path(leaves, i);
  RC_ASSERT(*merkle_list_fold(leaves[i], i, n, path) == merkle_tree(leaves));
  RC_ASSERT(!merkle_list_fold(leaves[i], n, n, path));
  path.push_back({});
  RC_ASSERT(!merkle_list_fold(leaves[i], i, n, path));
}

TEST(Merkle, a_list_with_all_levels_has_the_same_tree_and_paths) {
  for (std::size_t n = 0; n <= 70; ++n) {
    const auto leaves = leaves_of(n);
    const MerkleList list(leaves);
    EXPECT_EQ(list.tree(), merkle_tree(leaves));
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(list.path(i), merkle_list_path(leaves, i));
  }
}

RC_GTEST_PROP(Merkle, frontier_and_paths_agree_with_the_padded_root, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(0, 40);
  const unsigned depth = merkle_depth(n) + *rc::gen::inRange(0u, 3u);
  const auto leaves = leaves_of(n);
  const Hash root = merkle_padded_root(leaves, depth);
  MerkleFrontier frontier(depth);
  for (const Hash& leaf : leaves) frontier.append(leaf);
  RC_ASSERT(frontier.root() == root);
  const auto i = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << depth);
  const Hash node = i < n ? leaves[i] : merkle_zero(0);
  RC_ASSERT(merkle_padded_fold(node, i, merkle_padded_path(leaves, depth, i)) == root);
}

}  // namespace
}  // namespace aether::crypto

// Many messages and trees at once against one at a time, for each kind of processor.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bit>

#include "aether/crypto/merkle.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::crypto {
namespace {

// The portable code, and the kernels that this machine runs, however fast.
std::vector<CpuFeatures> kinds() {
  std::vector<CpuFeatures> out{{}};
  if (__builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sha")) out.push_back({.sha_ni = true});
  if (out.size() > 1 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
    out.push_back({.sha_ni = true, .avx512_wide = true});
  return out;
}

Hash by_openssl(ByteView message) {
  Hash out;
  EVP_Digest(message.data(), message.size(), out.bytes.data(), nullptr, EVP_sha256(), nullptr);
  return out;
}

Bytes pattern(std::size_t size, std::size_t seed) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(37 * i + 101 * seed + (i >> 8));
  return out;
}

std::vector<ByteView> views(const std::vector<Bytes>& messages) { return {messages.begin(), messages.end()}; }

TEST(Sha256Many, every_length_to_300_alone_and_among_others) {
  std::vector<Bytes> messages;
  std::vector<Hash> expected;
  for (std::size_t size = 0; size <= 300; ++size) {
    messages.push_back(pattern(size, size));
    expected.push_back(by_openssl(messages.back()));
  }
  for (const CpuFeatures& cpu : kinds()) {
    std::vector<Hash> out(messages.size());
    sha256_many(views(messages), out, cpu);
    EXPECT_EQ(out, expected);
    for (std::size_t size = 0; size <= 300; ++size) {
      const ByteView alone = messages[size];
      Hash hash;
      sha256_many({&alone, 1}, {&hash, 1}, cpu);
      EXPECT_EQ(hash, expected[size]);
    }
  }
}

TEST(Sha256Many, every_size_to_300_in_every_count_to_82) {
  for (const CpuFeatures& cpu : kinds()) {
    for (std::size_t size = 0; size <= 300; ++size) {
      const std::size_t count = size % 83;
      const Bytes bytes = pattern(size * count, size);
      std::vector<Hash> out(count);
      sha256_many(bytes, size, out, cpu);
      for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(out[i], by_openssl(ByteView(bytes).subspan(i * size, size)));
    }
  }
}

RC_GTEST_PROP(Sha256Many, any_messages, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 40);
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_long = *rc::gen::inRange(0, 8) == 0;
    messages.push_back(pattern(*rc::gen::inRange<std::size_t>(0, is_long ? 20'000 : 300), i));
  }
  for (const CpuFeatures& cpu : kinds()) {
    std::vector<Hash> out(count);
    sha256_many(views(messages), out, cpu);
    for (std::size_t i = 0; i < count; ++i) RC_ASSERT(out[i] == by_openssl(messages[i]));
  }
}

RC_GTEST_PROP(Sha256Many, any_size_and_count, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(0, 2'000), count = *rc::gen::inRange<std::size_t>(0, 40);
  const Bytes bytes = pattern(size * count, count);
  for (const CpuFeatures& cpu : kinds()) {
    std::vector<Hash> out(count);
    sha256_many(bytes, size, out, cpu);
    for (std::size_t i = 0; i < count; ++i) RC_ASSERT(out[i] == by_openssl(ByteView(bytes).subspan(i * size, size)));
  }
}

// RFC 6962 section 2.1, as it is written there.
Hash naive_tree(std::span<const Hash> leaves) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return merkle_node(naive_tree(leaves.first(k)), naive_tree(leaves.subspan(k)));
}

Hash naive_padded(std::span<const Hash> nodes, std::uint64_t first, unsigned depth) {
  if (first >= nodes.size()) return merkle_zero(depth);
  if (depth == 0) return nodes[first];
  const std::uint64_t half = std::uint64_t{1} << (depth - 1);
  return merkle_node(naive_padded(nodes, first, depth - 1), naive_padded(nodes, first + half, depth - 1));
}

std::vector<Hash> nodes(std::size_t count) {
  std::vector<Hash> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(sha256(pattern(i % 7, i)));
  return out;
}

TEST(MerkleMany, trees_of_every_count_are_the_naive_ones) {
  for (const CpuFeatures& cpu : kinds()) {
    for (std::size_t count = 0; count <= 140; ++count) {
      const auto leaves = nodes(count);
      EXPECT_EQ(merkle_tree(leaves, cpu), naive_tree(leaves));
      EXPECT_EQ(merkle_list_root("test", leaves, cpu), merkle_list_seal("test", count, naive_tree(leaves)));
      const unsigned depth = merkle_depth(count) + static_cast<unsigned>(count % 3);
      EXPECT_EQ(merkle_padded_root(leaves, depth, cpu), naive_padded(leaves, 0, depth));
    }
  }
}

TEST(TaggedMany, pairs_in_every_count_to_40_are_hashes_of_the_doubled_tag_and_both) {
  const Tag tag("test/pair");
  for (const CpuFeatures& cpu : kinds()) {
    for (std::size_t count = 0; count <= 40; ++count) {
      const auto operands = nodes(count + 1);
      std::vector<Hash> out(count + 1);  // one more, which stays as it is
      std::vector<HashPair> pairs;
      for (std::size_t i = 0; i < count; ++i) pairs.push_back({&operands[i], &operands[count - i], &out[i]});
      tagged_pairs(tag, pairs, cpu);
      for (std::size_t i = 0; i < count; ++i) {
        Bytes message(operands[i].bytes.begin(), operands[i].bytes.end());
        append(message, operands[count - i].view());
        EXPECT_EQ(out[i], tagged_hash("test/pair", message));
      }
      EXPECT_TRUE(out[count].is_zero());
    }
  }
}

RC_GTEST_PROP(TaggedMany, any_messages, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 150);
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_long = *rc::gen::inRange(0, 8) == 0;
    messages.push_back(pattern(*rc::gen::inRange<std::size_t>(0, is_long ? 2'000 : 140), i));
  }
  for (const CpuFeatures& cpu : kinds()) {
    std::vector<Hash> out(count);
    tagged_many(Tag("test/many"), views(messages), out, cpu);
    for (std::size_t i = 0; i < count; ++i) RC_ASSERT(out[i] == tagged_hash("test/many", messages[i]));
  }
}

TEST(TaggedMany, every_length_to_300_alone_and_among_others) {
  std::vector<Bytes> messages;
  for (std::size_t size = 0; size <= 300; ++size) messages.push_back(pattern(size, size));
  for (const CpuFeatures& cpu : kinds()) {
    std::vector<Hash> out(messages.size());
    tagged_many(Tag("test/many"), views(messages), out, cpu);
    for (std::size_t size = 0; size <= 300; ++size) {
      const ByteView alone = messages[size];
      const Hash expected = tagged_hash("test/many", alone);
      EXPECT_EQ(out[size], expected);
      Hash hash;
      tagged_many(Tag("test/many"), {&alone, 1}, {&hash, 1}, cpu);
      EXPECT_EQ(hash, expected);
    }
  }
}

RC_GTEST_PROP(MerkleMany, levels_and_leaves, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(0, 80);
  const auto children = nodes(2 * count);
  std::vector<Bytes> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(pattern(*rc::gen::inRange<std::size_t>(0, 200), i));
  for (const CpuFeatures& cpu : kinds()) {
    auto in_place = children;
    merkle_level(in_place, std::span(in_place).first(count), cpu);
    std::vector<Hash> leaves(count);
    merkle_leaves(views(items), leaves, cpu);
    for (std::size_t i = 0; i < count; ++i) {
      RC_ASSERT(in_place[i] == merkle_node(children[2 * i], children[2 * i + 1]));
      RC_ASSERT(leaves[i] == merkle_leaf(items[i]));
    }
  }
}

}  // namespace
}  // namespace aether::crypto

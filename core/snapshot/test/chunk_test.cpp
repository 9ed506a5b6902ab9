#include <zstd.h>

#include "support.hpp"

namespace aether::snapshot {
namespace {

// A chunk of these plain bytes, described as they ask for.
Result<Chunk, Error> open_plain(const Made& made, const Bytes& plain, std::uint32_t objects) {
  const auto packed = pack(plain, objects, highest_key());
  return Chunk::open(packed.stored, packed.info, {}, made.manifest.state_root, {});
}
Bytes plain_of(const Made& made, std::size_t i) {
  Bytes plain(made.manifest.chunks[i].bytes);
  EXPECT_EQ(ZSTD_decompress(plain.data(), plain.size(), made.chunks[i].data(), made.chunks[i].size()), plain.size());
  return plain;
}

TEST(Chunk, chunks_hold_the_state_once_and_in_order) {
  for (const std::uint64_t objects : {0u, 1u, 2u, 500u}) {
    const State state = some_state(objects);
    const Made made = snapshot_of(state, 60);
    ASSERT_TRUE(check(made.manifest));
    EXPECT_EQ(totals(made.manifest).objects, objects);
    auto at = state.begin();
    for (std::size_t i = 0; i < made.chunks.size(); ++i) {
      const auto chunk = open_chunk(made, i);
      ASSERT_TRUE(chunk) << to_string(chunk.error());
      EXPECT_EQ(chunk->size(), made.manifest.chunks[i].objects);
      chunk->visit([&](const Chunk::Object& object) {
        ASSERT_NE(at, state.end());
        EXPECT_EQ(object.state_key, at->first);
        EXPECT_EQ(object.id, at->second.id);
        EXPECT_TRUE(std::ranges::equal(object.value, at->second.value));
        ++at;
      });
    }
    EXPECT_EQ(at, state.end());
  }
}

TEST(Chunk, no_chunk_is_stored_in_more_than_the_bound) {
  EXPECT_LE(stored_bytes_max(kChunkBytesMax), kStoredBytesMax);
  EXPECT_GT(stored_bytes_max(kChunkBytesMax) + 64, kStoredBytesMax);
}

TEST(Chunk, is_closed_at_its_bounds) {
  ChunkBuilder builder;
  EXPECT_TRUE(builder.takes(Bytes(kValueBytesMax)));
  builder.add({}, Bytes(kValueBytesMax));  // alone
  EXPECT_FALSE(builder.takes({}));
  EXPECT_LE(builder.plain(std::vector<smt::RangeStep>(smt::kRangeStepsMax, smt::Leaf{})).size(), kChunkBytesMax);
  builder = {};
  for (std::size_t i = 0; i < kChunkObjectsMax; ++i) {
    ASSERT_TRUE(builder.takes(Bytes(100)));
    builder.add({}, Bytes(100));
  }
  EXPECT_FALSE(builder.takes({}));
  builder = {};
  builder.add({}, Bytes(kChunkBytesWanted / 2));
  EXPECT_TRUE(builder.takes(Bytes(kChunkBytesWanted / 2 - 100)));
  EXPECT_FALSE(builder.takes(Bytes(kChunkBytesWanted / 2)));
}

TEST(Chunk, every_single_flipped_bit_is_refused) {
  const Made made = snapshot_of(some_state(60), 8);
  for (std::size_t bit = 0; bit < 8 * made.chunks[3].size(); ++bit) {
    Made forged = made;
    forged.chunks[3][bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(open_chunk(forged, 3).error(), Error::stored_digest);
  }
  // Also where the manifest was made to fit: whatever still opens is the same chunk.
  const Bytes plain = plain_of(made, 3);
  const ChunkInfo& info = made.manifest.chunks[3];
  for (std::size_t bit = 0; bit < 8 * plain.size(); ++bit) {
    Bytes forged = plain;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto packed = pack(forged, info.objects, info.last);
    EXPECT_FALSE(Chunk::open(packed.stored, packed.info, first_key(made.manifest, 3), made.manifest.state_root, {}))
        << bit;
  }
}

TEST(Chunk, each_way_to_be_none_has_its_error) {
  const Made made = snapshot_of(some_state(20));
  const Bytes plain = plain_of(made, 0);
  const auto opened = [&](const auto& change) {
    Made other = made;
    change(other.chunks[0], other.manifest.chunks[0]);
    const auto chunk = open_chunk(other, 0);
    return chunk ? std::optional<Error>() : std::optional(chunk.error());
  };
  const auto named = [](const Bytes& stored, ChunkInfo& info) {
    info.stored = static_cast<std::uint32_t>(stored.size());
    info.digest = crypto::tagged_hash("aether/snapshot/chunk", stored);
  };
  EXPECT_EQ(opened([](Bytes&, ChunkInfo&) {}), std::nullopt);
  EXPECT_EQ(opened([](Bytes& stored, ChunkInfo&) { stored.pop_back(); }), Error::stored_size);
  EXPECT_EQ(opened([](Bytes& stored, ChunkInfo&) { stored[20] ^= 1; }), Error::stored_digest);
  EXPECT_EQ(opened([](Bytes&, ChunkInfo& info) { ++info.bytes; }), Error::compression);
  EXPECT_EQ(opened([&](Bytes& stored, ChunkInfo& info) { stored = {1, 2, 3}, named(stored, info); }),
            Error::compression);
  // A second frame behind the first.
  EXPECT_EQ(opened([&](Bytes& stored, ChunkInfo& info) {
              const Bytes once = stored;
              append(stored, once);
              named(stored, info);
            }),
            Error::compression);
  EXPECT_EQ(opened([](Bytes&, ChunkInfo& info) { ++info.objects; }), Error::object_count);
  EXPECT_EQ(opened([&](Bytes&, ChunkInfo& info) { info.last = number(0); }), Error::proof);
  EXPECT_EQ(Chunk::open(made.chunks[0], made.manifest.chunks[0], number(0), made.manifest.state_root, {}).error(),
            Error::proof);
  EXPECT_EQ(Chunk::open(made.chunks[0], made.manifest.chunks[0], {}, number(0), {}).error(), Error::proof);

  ASSERT_TRUE(open_plain(made, plain, 20));
  EXPECT_EQ(open_plain(made, {}, 20).error(), Error::chunk_form);
  EXPECT_EQ(open_plain(made, {0}, 20).error(), Error::chunk_form);
  Bytes longer = plain;
  longer.push_back(0);
  EXPECT_EQ(open_plain(made, longer, 20).error(), Error::chunk_form);
  Bytes shorter = plain;
  shorter.pop_back();
  EXPECT_EQ(open_plain(made, shorter, 20).error(), Error::chunk_form);
  Bytes other_value = plain;
  other_value.back() ^= 1;
  EXPECT_EQ(open_plain(made, other_value, 20).error(), Error::proof);
}

TEST(Chunk, an_object_left_out_added_or_twice_is_refused) {
  const State state = some_state(20);
  const Made made = snapshot_of(state);
  Hash last = highest_key();
  const auto proof = tree_of(state).prove_range({}, last);
  for (int forgery = 0; forgery < 4; ++forgery) {
    ChunkBuilder builder;
    std::size_t i = 0;
    for (const auto& [key, object] : state) {
      const bool here = i++ == 7;
      if (here && forgery == 1) continue;
      builder.add(object.id, object.value);
      if (here && forgery == 2) builder.add(object.id, object.value);
      if (here && forgery == 3) builder.add({Domain::job, number(900)}, {});
    }
    EXPECT_EQ(open_plain(made, builder.plain(proof.steps), builder.objects()).has_value(), forgery == 0);
  }
}

}  // namespace
}  // namespace aether::snapshot

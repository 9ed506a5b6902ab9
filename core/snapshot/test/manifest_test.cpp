#include "support.hpp"

namespace aether::snapshot {
namespace {

// The file of a snapshot, its manifest as it is.
Bytes file_of(const Made& made) {
  Bytes out;
  append(out, as_bytes(kMagic));
  for (const Bytes& chunk : made.chunks) append(out, chunk);
  const Bytes manifest = codec::encode(made.manifest);
  append(out, manifest);
  append(out, codec::encode(trailer_of(manifest)));
  return out;
}

// What a reader of the file finds, without its chunks.
Result<Manifest, Error> read(const Bytes& file) {
  AETHER_TRY(const Trailer trailer, read_trailer(ByteView(file).last(kTrailerBytes), file.size()));
  return read_manifest(
      ByteView(file).subspan(file.size() - kTrailerBytes - trailer.manifest_bytes, trailer.manifest_bytes), trailer,
      file.size());
}

TEST(Manifest, comes_back_from_its_file) {
  const Made made = snapshot_of(some_state(100), 30);
  const auto back = read(file_of(made));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(codec::encode(*back), codec::encode(made.manifest));
  EXPECT_EQ(totals(*back).objects, 100u);
}

TEST(Manifest, every_flipped_bit_of_manifest_and_trailer_is_refused) {
  const Made made = snapshot_of(some_state(10), 3);
  const Bytes file = file_of(made);
  const std::size_t chunks = kMagic.size() + totals(made.manifest).stored;
  for (std::size_t bit = 8 * chunks; bit < 8 * file.size(); ++bit) {
    Bytes forged = file;
    forged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(read(forged)) << bit;
  }
}

TEST(Manifest, each_way_to_be_none_has_its_error) {
  const Made made = snapshot_of(some_state(100), 30);
  const auto refusal = [&](const auto& change) {
    Made other = made;
    change(other.manifest);
    const auto back = read(file_of(other));
    return back ? std::optional<Error>() : std::optional(back.error());
  };
  EXPECT_EQ(refusal([](Manifest&) {}), std::nullopt);
  EXPECT_EQ(refusal([](Manifest& m) { m.version = 2; }), Error::manifest_form);
  EXPECT_EQ(refusal([](Manifest& m) { m.hash = number(0); }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.time_ms = 1; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.gas_used = Gas{1}; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.slot = Slot{1}; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.header.emplace(); }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { std::swap(m.chunks[0], m.chunks[1]); }), Error::chunk_order);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks[1].last = m.chunks[0].last; }), Error::chunk_order);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks.back().last.bytes[31] = 0; }), Error::chunk_end);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks.clear(); }), Error::chunk_end);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks[0].objects = kChunkObjectsMax + 1; }), Error::chunk_sizes);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks[0].bytes = kChunkBytesMax + 1; }), Error::chunk_sizes);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks[0].stored = 1u << 30; }), Error::chunk_sizes);
  EXPECT_EQ(refusal([](Manifest& m) { ++m.chunks[0].stored; }), Error::size);
  EXPECT_EQ(refusal([](Manifest& m) { m.chunks.erase(m.chunks.begin()); }), Error::size);

  Bytes file = file_of(made);
  EXPECT_EQ(read_trailer({}, file.size()).error(), Error::trailer);
  const Trailer huge{static_cast<std::uint32_t>(kManifestBytesMax + 1), {}};
  EXPECT_EQ(read_trailer(codec::encode(huge), std::uint64_t{1} << 40).error(), Error::trailer);
  EXPECT_EQ(read_trailer(codec::encode(Trailer{500, {}}), 500).error(), Error::trailer);
  file[file.size() - 1] ^= 1;
  EXPECT_EQ(read(file).error(), Error::manifest_digest);
}

TEST(Manifest, a_later_block_is_held_to_its_header) {
  Made made = snapshot_of(some_state(5));
  crypto::Seed seed(number(1).bytes);
  HeaderBody body;
  body.chain_id = ChainId{7};
  body.slot = Slot{9};
  body.time_ms = 50;
  body.sealer = DevSealer{crypto::ed25519_public_key(seed)};
  made.manifest.slot = body.slot;
  made.manifest.time_ms = body.time_ms;
  made.manifest.hash = block_hash(body);
  made.manifest.header = seal(body, seed);
  ASSERT_TRUE(check(made.manifest));
  const auto refusal = [&](const auto& change) {
    Manifest other = made.manifest;
    change(other);
    return check(other).error();
  };
  EXPECT_EQ(refusal([](Manifest& m) { m.header.reset(); }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.slot = Slot{8}; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.time_ms = 51; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.hash = number(3); }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) { m.genesis.chain_id = ChainId{8}; }), Error::block);
  EXPECT_EQ(refusal([](Manifest& m) {
              m.slot = m.header->body.slot = Slot{1};  // whose parent must be genesis
              m.hash = block_hash(m.header->body);
            }),
            Error::block);
}

TEST(Manifest, keys_follow_each_other) {
  EXPECT_EQ(key_after(Hash{}).bytes[31], 1);
  Hash key;
  key.bytes[31] = 0xff;
  EXPECT_EQ(key_after(key).bytes[30], 1);
  EXPECT_EQ(key_after(key).bytes[31], 0);
}

}  // namespace
}  // namespace aether::snapshot

// A chunk: all objects of a range of state keys, with the steps that show it (smt::RangeProof's).
//
//   plain   = BCS of the steps ‖ BCS of the list of heads (id, size of the value) ‖ the values, one after another
//   stored  = one zstd frame that says the plain size
#pragma once

#include "aether/snapshot/manifest.hpp"

namespace aether::snapshot {

// What zstd makes at most of so many bytes.
[[nodiscard]] std::size_t stored_bytes_max(std::size_t bytes);

// ChunkInfo::digest of those bytes.
[[nodiscard]] Hash stored_digest(ByteView stored);

// Collects objects until they are a chunk.
class ChunkBuilder {
 public:
  [[nodiscard]] bool empty() const { return heads_.empty(); }
  // Whether the chunk may take this object too. An empty one takes any.
  [[nodiscard]] bool takes(ByteView value) const;
  // In the order of their state keys.
  void add(const ObjectId& id, ByteView value);
  // The plain bytes; `steps` prove the objects to be all of the chunk's range.
  [[nodiscard]] Bytes plain(std::span<const smt::RangeStep> steps) const;
  [[nodiscard]] std::uint32_t objects() const { return static_cast<std::uint32_t>(heads_.size()); }

 private:
  friend class Chunk;
  struct Head {
    ObjectId id;
    std::uint32_t size = 0;

    template <class Self, class V>
    static void fields(Self& self, V& visit) {
      visit("id", self.id);
      visit("size", self.size);
    }
  };
  codec::List<Head, kChunkObjectsMax> heads_;
  Bytes values_;
};

struct Packed {
  Bytes stored;
  ChunkInfo info;
};
[[nodiscard]] Packed pack(ByteView plain, std::uint32_t objects, const Hash& last);

// The objects of a chunk. Bytes become one only through open(), which takes nothing on trust but the state root.
class Chunk {
 public:
  // `stored` as the chunk that `info` describes, which begins at `first`.
  [[nodiscard]] static Result<Chunk, Error> open(ByteView stored, const ChunkInfo& info, const Hash& first,
                                                 const Hash& state_root, const CpuFeatures& cpu);

  struct Object {
    Hash state_key;
    ObjectId id;
    ByteView value;
  };
  // use(object) for each, by state key.
  template <class Use>
  void visit(const Use& use) const {
    std::size_t at = values_from_;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      use(Object{leaves_[i].key, heads_[i].id, ByteView(plain_).subspan(at, heads_[i].size)});
      at += heads_[i].size;
    }
  }
  [[nodiscard]] std::size_t size() const { return heads_.size(); }

 private:
  Bytes plain_;
  codec::List<ChunkBuilder::Head, kChunkObjectsMax> heads_;
  codec::List<smt::Leaf, kChunkObjectsMax> leaves_;
  std::size_t values_from_ = 0;
};

}  // namespace aether::snapshot

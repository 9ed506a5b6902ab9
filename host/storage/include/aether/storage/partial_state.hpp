// The state of a snapshot that comes chunk by chunk, in any order, and over several starts: a database that becomes a
// chain's by finish(). The plan is whatever its maker goes on by; here it is bytes.
#pragma once

#include "aether/storage/store.hpp"

namespace aether::storage {

class PartialState {
 public:
  // `kv` holds nothing. Durable.
  [[nodiscard]] static Outcome<std::unique_ptr<PartialState>> begin(std::unique_ptr<Kv> kv, ByteView plan);
  // What begin() left; null where that did not come to its end.
  [[nodiscard]] static std::unique_ptr<PartialState> resume(std::unique_ptr<Kv> kv);

  [[nodiscard]] Bytes plan() const;
  // Which of so many chunks are here, whole.
  [[nodiscard]] std::vector<bool> kept(std::size_t chunks) const;

  // The objects of one chunk.
  class Chunk {
   public:
    void add(const Hash& state_key, const ObjectId& id, ByteView value);

   private:
    friend class PartialState;
    Batch batch_;
  };
  // Durable, whole or not at all. A chunk that is here already may come again.
  [[nodiscard]] Outcome<void> keep(std::uint32_t index, Chunk chunk);

  // After all chunks: the database is the chain's with this tip, whose state they are, and nothing that came before.
  // The plan stays until Store::forget_plan(), so that resume() finds it where a crash comes first. Durable.
  [[nodiscard]] Outcome<std::unique_ptr<Kv>> finish(const Hash& genesis, const BlockRecord& tip,
                                                    const PrecommitCertificate& certificate) &&;

 private:
  explicit PartialState(std::unique_ptr<Kv> kv) : kv_(std::move(kv)) {}
  std::unique_ptr<Kv> kv_;
};

}  // namespace aether::storage

// A snapshot that comes chunk by chunk, over several starts, kept beside a chain until it takes the chain's place:
//
//   DIR/db          the chain's database, or one with a number: the one that DIR/database names
//   DIR/db-N        another one: the restore
//
// A database never moves. That the file `database` names another one is the step that a crash does or does not.
#pragma once

#include "aether/chain/chain.hpp"
#include "aether/snapshot/chunk.hpp"
#include "aether/storage/partial_state.hpp"

namespace aether::chain {

class Restore {
 public:
  // Of a chain on disk. The plan is what the caller goes on by after a restart. A restore that was begun before is
  // removed. Durable.
  [[nodiscard]] static storage::Outcome<Restore> begin(const Chain& chain, ByteView plan);
  // What begin() left beside this chain, if it did; what else was left there is removed.
  [[nodiscard]] static std::optional<Restore> resume(const Chain& chain);

  [[nodiscard]] Bytes plan() const { return partial_->plan(); }
  // Which of so many chunks are durable.
  [[nodiscard]] std::vector<bool> stored(std::size_t chunks) const { return partial_->kept(chunks); }
  // Durable.
  [[nodiscard]] storage::Outcome<void> store(std::uint32_t index, const snapshot::Chunk& chunk);

  // Once every chunk is stored: puts the state together, whose root must be the manifest's, and compiles its contracts.
  // Then Chain::go_on_from(). The certificate shows the block to be final: it is of that block or a later one.
  [[nodiscard]] storage::Outcome<void> finish(const Chain& chain, const snapshot::Manifest& manifest,
                                              const PrecommitCertificate& certificate);

  // Everything of it, from the disk.
  void remove() &&;

 private:
  friend class Chain;
  Restore(env::Path directory, std::string name, std::unique_ptr<storage::PartialState> partial)
      : directory_(std::move(directory)), name_(std::move(name)), partial_(std::move(partial)) {}
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::unique_ptr<storage::Store> take() &&;

  env::Path directory_;
  std::string name_;
  std::unique_ptr<storage::PartialState> partial_;  // until finish()
  std::unique_ptr<storage::Store> finished_;
};

}  // namespace aether::chain

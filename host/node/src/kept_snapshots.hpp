// What a node keeps for others to begin at, in its home:
//
//   snapshots/SLOT.snapshot   the state after the block of that slot (spec/snapshot.md)
//   snapshots/SLOT.proof      what shows that block to be final: with both it is offered
//   epochs/EPOCH              a final header that shows the next epoch's validators, of each epoch
//
// The two newest snapshots are kept, and each header.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "aether/chain/snapshot_file.hpp"
#include "aether/replica/wire.hpp"

namespace aether::node {

inline constexpr std::string_view kSnapshotsDirectory = "snapshots";
inline constexpr std::string_view kEpochsDirectory = "epochs";
inline constexpr std::size_t kSnapshotsKept = 2;

struct KeptSnapshot {
  Slot slot;
  Hash block;
  Hash name;  // the manifest's digest
  std::uint64_t file_bytes = 0;
  bool is_offered = false;
};

// Safe from any thread. Errors say what is wrong and what to do.
class KeptSnapshots {
 public:
  template <class T>
  using Outcome = Result<T, std::string>;

  // Makes the directories. What a crash left half there is removed, and a file that does not hold.
  [[nodiscard]] static Outcome<std::unique_ptr<KeptSnapshots>> open(const env::Path& home, const Hash& genesis);

  // Of the block that `state` is at. Takes as long as the state is large; others are answered meanwhile.
  [[nodiscard]] Outcome<void> make(const storage::Snapshot& state, const Genesis& genesis, std::stop_token stop = {});
  // Durable, both; a header whose epoch is there already changes nothing.
  [[nodiscard]] Outcome<void> show(const sync::SnapshotProof& proof);
  [[nodiscard]] Outcome<void> keep(const light::FinalHeader& header);
  // Removes the snapshots, not the headers.
  void clear();

  // The answer with the request's id; empty where there is nothing.
  [[nodiscard]] replica::NetMessage answer(const sync::SnapshotRequest& request) const;

  // Newest last.
  [[nodiscard]] std::vector<KeptSnapshot> list() const;
  // The older one's block: who restores it goes on by the blocks behind. None while fewer than two are kept.
  [[nodiscard]] std::optional<Slot> oldest_block() const;

 private:
  explicit KeptSnapshots(const env::Path& home)
      : snapshots_directory_(home / kSnapshotsDirectory), epochs_directory_(home / kEpochsDirectory) {}
  [[nodiscard]] env::Path file_of(Slot slot) const;
  [[nodiscard]] env::Path proof_of(Slot slot) const;
  void load(const Hash& genesis);
  void load_one(Slot slot, const Hash& genesis);
  void drop(Slot slot);
  void drop_old();
  [[nodiscard]] bool is_offered(const Slot& slot) const;  // by mutex_
  [[nodiscard]] sync::Offers offers(const sync::OffersRequest& request) const;
  [[nodiscard]] sync::Epochs epochs(const sync::EpochsRequest& request) const;
  [[nodiscard]] sync::Piece piece(const sync::ManifestRequest& request) const;
  [[nodiscard]] sync::Piece piece(const sync::ChunkRequest& request) const;
  [[nodiscard]] std::shared_ptr<const chain::SnapshotFile> offered(const Hash& name) const;

  env::Path snapshots_directory_, epochs_directory_;
  mutable std::mutex mutex_;
  std::map<Slot, std::shared_ptr<const chain::SnapshotFile>> files_;  // by mutex_
  std::map<Slot, sync::SnapshotProof> proofs_;                        // by mutex_; one may come before its file
};

}  // namespace aether::node

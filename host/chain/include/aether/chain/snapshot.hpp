// Snapshots as files: made of a chain while it goes on, verified by themselves, restored into a directory.
#pragma once

#include <stop_token>

#include "aether/base/task_pool.hpp"
#include "aether/snapshot/manifest.hpp"
#include "aether/storage/store.hpp"

namespace aether::chain {

enum class SnapshotErrorKind : std::uint8_t {
  unreadable,   // the file cannot be read
  damaged,      // it is no snapshot, or not whole: SnapshotError::why
  unexpected,   // it is whole, of another chain, block or root than was asked for
  exists,       // what shall be written is there and must not be replaced
  not_a_chain,  // what shall be replaced is something else than a chain's directory
  locked,       // a process has the directory open
  environment,  // the file system refuses
  stopped,      // by Work::stop
};

struct SnapshotError {
  SnapshotErrorKind kind = SnapshotErrorKind::environment;
  std::string message;  // names the file or directory
  std::optional<snapshot::Error> why = {};
};
template <class T>
using SnapshotOutcome = Result<T, SnapshotError>;

struct SnapshotFacts {
  snapshot::Manifest manifest;
  Hash digest;  // the snapshot's name
  std::uint64_t file_bytes = 0;
};

// Objects done, of all. Called from any thread, one call at a time.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// Who runs a long operation, and who watches it.
struct Work {
  TaskPool& pool;
  Progress progress = {};
  std::stop_token stop = {};  // of create_snapshot alone
};

struct SnapshotTarget {
  env::Path file;
  bool replace = false;  // a file that is there
};
// Of the block that `of` is at, which may be a moment of a running chain. The file is there whole or not at all.
// Memory: some MB for each thread.
[[nodiscard]] SnapshotOutcome<SnapshotFacts> create_snapshot(const storage::Snapshot& of, const Genesis& genesis,
                                                             const SnapshotTarget& target, const Work& work);

// What the file says it is: its frame and manifest are checked, its chunks are not read.
[[nodiscard]] SnapshotOutcome<SnapshotFacts> read_snapshot(const env::Path& file);

// What must hold besides, from a source other than the file.
struct Expected {
  std::optional<Hash> genesis;
  std::optional<Hash> block;
  std::optional<Hash> state_root;
};
// Every chunk under the manifest's state root. Reads nothing but the file.
[[nodiscard]] SnapshotOutcome<SnapshotFacts> verify_snapshot(const env::Path& file, const Expected& expected,
                                                             const Work& work);

struct RestoreTarget {
  env::Path directory;
  bool replace = false;  // a chain that is there
};
// A directory with the chain at the snapshot's block. It is made beside as DIRECTORY.partial, gets its name when all of
// it is verified and durable, and whole or not at all; a chain that it replaces is removed after. What an interrupted
// call left beside is removed by the next one.
[[nodiscard]] SnapshotOutcome<SnapshotFacts> restore_snapshot(const env::Path& file, const Expected& expected,
                                                              const RestoreTarget& target, const Work& work);

}  // namespace aether::chain

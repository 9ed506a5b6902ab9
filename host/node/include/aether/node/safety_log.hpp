// The log of what a node must not forget before it speaks: the newest safety record of its validator, and the blocks
// that it voted for, or proposed, and that are not final. Beside them, evidence that no final block names, which nobody
// waits for. One file that is appended to:
//
//   header   title, version, genesis hash, salt
//   frame    magic, sequence, size, checksum, entries        one for each sync()
//   frame    …
//
// A frame is there whole or not at all: what a crash or a failure of power leaves of the last one is cut off when the
// log is opened, since sync() had not returned. A frame that is damaged with a whole one behind it is no torn end, and
// is refused: it may have held a vote. (Checksums are over the salt too, so that nobody puts a frame into a block.)
// When the file has grown large, or is of version 1, which had no evidence, what still counts is written into a new
// one, which takes its name.
//
// A log must never be copied back from a backup: see consensus::SafetyRecord.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "aether/consensus/safety.hpp"
#include "aether/env/file_stream.hpp"
#include "aether/types/block.hpp"
#include "aether/types/evidence.hpp"

namespace aether::node {

inline constexpr std::string_view kSafetyLogFile = "safety.log";
inline constexpr std::uint32_t kSafetyLogVersion = 2;

enum class SafetyLogError : std::uint8_t {
  absent,       // there is no log
  exists,       // make() found one
  foreign,      // of another chain
  version,      // of another version of this program
  damaged,      // in the middle, or it is no such log
  environment,  // the file system refuses
};

struct SafetyLogFailure {
  SafetyLogError kind = SafetyLogError::environment;
  std::string message;  // names the file and what to do
};
template <class T>
using SafetyLogOutcome = Result<T, SafetyLogFailure>;

// Not for two threads at once; nor for two processes, which the lock of the directory sees to.
class SafetyLog {
 public:
  using BlockPointer = std::shared_ptr<const Block>;
  static constexpr std::size_t kSaltSize = 16;
  using Salt = std::array<std::uint8_t, kSaltSize>;

  // What is written anew when the file is larger than this and than four times what counts.
  static constexpr std::uint64_t kRewriteBytes = std::uint64_t{32} << 20;

  // A new one in the directory, which begins with `first` where there is one: none for a node that only follows.
  [[nodiscard]] static SafetyLogOutcome<SafetyLog> make(const env::Path& directory, const Hash& genesis,
                                                        const std::optional<consensus::SafetyRecord>& first,
                                                        std::uint64_t rewrite_bytes = kRewriteBytes);
  [[nodiscard]] static SafetyLogOutcome<SafetyLog> open(const env::Path& directory, const Hash& genesis,
                                                        std::uint64_t rewrite_bytes = kRewriteBytes);

  // As of the last sync(). The record is none where none was ever added.
  [[nodiscard]] const std::optional<consensus::SafetyRecord>& record() const { return record_; }
  [[nodiscard]] std::vector<BlockPointer> blocks() const;
  [[nodiscard]] std::vector<Evidence> evidence() const;
  [[nodiscard]] std::uint64_t torn_bytes() const { return torn_bytes_; }  // cut off when it was opened
  [[nodiscard]] std::uint64_t size() const { return file_.size(); }

  // Each is kept with the next sync().
  void add(const consensus::SafetyRecord& record);
  void add(const Hash& hash, const BlockPointer& block);
  void drop(const Hash& block);
  void add(const Hash& id, const Evidence& evidence);
  void drop_evidence(const Hash& id);

  // Durable when it returns success. After an error nothing may be relied on but what an earlier sync() kept.
  [[nodiscard]] SafetyLogOutcome<void> sync();

 private:
  // A block, and its bytes in a frame.
  struct Kept {
    BlockPointer block;
    std::uint64_t bytes = 0;
  };
  SafetyLog(env::Path path, const Hash& genesis, const Salt& salt, env::AppendFile file, std::uint64_t rewrite_bytes)
      : path_(std::move(path)), genesis_(genesis), salt_(salt), file_(std::move(file)), rewrite_bytes_(rewrite_bytes) {}

  bool read_entries(ByteView entries);
  bool keep(const Hash& hash, BlockPointer block, std::uint64_t bytes);
  bool forget(const Hash& hash);
  SafetyLogOutcome<void> rewrite();

  env::Path path_;
  Hash genesis_;
  Salt salt_;
  env::AppendFile file_;
  std::uint64_t rewrite_bytes_;
  std::uint64_t sequence_ = 0;  // of the next frame
  std::uint64_t torn_bytes_ = 0;
  std::optional<consensus::SafetyRecord> record_;
  std::map<Hash, Kept> blocks_;
  std::uint64_t block_bytes_ = 0;      // of blocks_
  std::map<Hash, Evidence> evidence_;  // as many as are added and not dropped
  Bytes entries_;                      // of the next frame
};

}  // namespace aether::node

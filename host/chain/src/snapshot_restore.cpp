#include "aether/chain/directory.hpp"
#include "aether/storage/rocks_kv.hpp"
#include "aether/storage/state_load.hpp"
#include "database.hpp"
#include "snapshot_work.hpp"

namespace aether::chain {
namespace {

constexpr std::size_t kChunksPerPart = 32;  // some 14 MB of accounts; beside the sync that ends a part others go on
constexpr std::string_view kLockFile = "lock";

SnapshotError environment(std::string message) { return {SnapshotErrorKind::environment, std::move(message)}; }

SnapshotError of_storage(const storage::Error& error) {
  return {error.kind == storage::ErrorKind::locked ? SnapshotErrorKind::locked : SnapshotErrorKind::environment,
          error.message};
}

// Where a restore puts together what it then gives the target's name.
class Workplace {
 public:
  // Holds the chain that is replaced, if any, so that no process opens it meanwhile.
  static SnapshotOutcome<std::unique_ptr<Workplace>> prepare(const RestoreTarget& target) {
    std::error_code code;
    std::unique_ptr<Workplace> made(new Workplace);
    Workplace& out = *made;
    out.target_ = std::filesystem::absolute(target.directory, code).lexically_normal();
    if (!out.target_.has_filename()) out.target_ = out.target_.parent_path();
    out.partial_ = out.target_;
    out.partial_ += ".partial";
    out.replaces_ = std::filesystem::exists(out.target_, code) && !std::filesystem::is_empty(out.target_, code);
    if (code) return fail(environment("cannot inspect " + out.target_.string() + ": " + code.message()));
    if (out.replaces_) {
      if (!target.replace)
        return fail(SnapshotError{SnapshotErrorKind::exists, out.target_.string() + " holds files already"});
      AETHER_TRY(out.held_, hold(out.target_));
    }
    AETHER_CHECK(out.remove_leftovers());
    out.owns_partial_ = true;
    return made;
  }
  // What was not published, or was replaced.
  ~Workplace() {
    std::error_code ignored;
    if (owns_partial_) std::filesystem::remove_all(partial_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] const env::Path& partial() const { return partial_; }

  SnapshotOutcome<void> publish() {
    const auto done = replaces_ ? env::exchange_directories(partial_, target_) : env::move_directory(partial_, target_);
    if (!done) return fail(snapshot_error(done.error(), SnapshotErrorKind::environment));
    return {};
  }

 private:
  Workplace() = default;

  static SnapshotOutcome<env::FileLock> hold(const env::Path& directory) {
    std::error_code ignored;
    const auto database = current_database(directory);
    if (!std::filesystem::exists(directory / kGenesisFile, ignored) || !database ||
        !std::filesystem::exists(directory / *database, ignored))
      return fail(SnapshotError{SnapshotErrorKind::not_a_chain, directory.string() + " holds files but no chain"});
    auto lock = env::FileLock::acquire(directory / kLockFile);
    if (!lock) return fail(snapshot_error(lock.error(), SnapshotErrorKind::environment));
    return std::move(*lock);
  }

  // Unless another restore is at work there.
  SnapshotOutcome<void> remove_leftovers() {
    std::error_code code;
    if (!std::filesystem::exists(partial_, code)) return {};
    {
      const auto lock = env::FileLock::acquire(partial_ / kLockFile);
      if (!lock) return fail(snapshot_error(lock.error(), SnapshotErrorKind::environment));
    }
    std::filesystem::remove_all(partial_, code);
    if (code) return fail(environment("cannot remove " + partial_.string() + ": " + code.message()));
    return {};
  }

  env::Path target_, partial_;
  bool replaces_ = false;
  bool owns_partial_ = false;
  std::optional<env::FileLock> held_;
};

SnapshotOutcome<void> fill(const SnapshotFile& snapshot, std::size_t from, std::size_t to,
                           storage::StateLoad::Part& part, Counter& counter, const FirstError& error) {
  for (std::size_t i = from; i < to && !error.is_set(); ++i) {
    AETHER_TRY(const auto chunk, snapshot.chunk(i));
    storage::Outcome<void> added;
    chunk.visit([&](const snapshot::Chunk::Object& object) {
      if (added) added = part.add(object.state_key, object.id, object.value);
    });
    if (!added) return fail(of_storage(added.error()));
    counter.add(chunk.size());
  }
  if (auto done = part.finish(); !done) return fail(of_storage(done.error()));
  return {};
}

SnapshotOutcome<void> load_state(const SnapshotFile& snapshot, storage::Kv& kv, const Work& work) {
  const snapshot::Manifest& manifest = snapshot.manifest();
  storage::StateLoad load(kv);
  std::vector<storage::StateLoad::Part> parts;
  for (std::size_t at = 0; at < manifest.chunks.size(); at += kChunksPerPart) parts.push_back(load.part());
  Counter counter(work.progress, snapshot::totals(manifest).objects);
  FirstError error;
  work.pool.run(parts.size(), [&](std::size_t i) {
    const std::size_t from = i * kChunksPerPart;
    const auto done =
        fill(snapshot, from, std::min(from + kChunksPerPart, manifest.chunks.size()), parts[i], counter, error);
    if (!done) error.set(done.error());
  });
  AETHER_CHECK(error.outcome());
  if (auto done = load.finish(std::move(parts), genesis_hash(manifest.genesis), record_of(manifest)); !done)
    return fail(of_storage(done.error()));
  return {};
}

}  // namespace

SnapshotOutcome<SnapshotFacts> restore_snapshot(const env::Path& file, const Expected& expected,
                                                const RestoreTarget& target, const Work& work) {
  AETHER_TRY(const auto snapshot, SnapshotFile::open(file));
  AETHER_CHECK(snapshot.check(expected));
  AETHER_TRY(const auto place, Workplace::prepare(target));
  {
    auto kv = storage::open_rocks_kv({.directory = place->partial()});
    if (!kv) return fail(of_storage(kv.error()));
    AETHER_CHECK(load_state(snapshot, **kv, work));
  }
  if (auto kept = keep_genesis(place->partial(), snapshot.manifest().genesis); !kept)
    return fail(environment(kept.error()));
  AETHER_CHECK(place->publish());
  return snapshot.facts();
}

}  // namespace aether::chain

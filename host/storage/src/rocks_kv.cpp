#include "aether/storage/rocks_kv.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cstdarg>

#include "broken.hpp"

namespace aether::storage {
namespace {

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

rocksdb::Slice slice(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  return {text.data(), text.size()};
}
ByteView view(const rocksdb::Slice& slice) { return as_bytes(std::string_view(slice.data(), slice.size())); }

// RocksDB's own log is a file beside the data: on a full disk the second line that does not fit aborts the process.
// What fails is an error of a call too.
class NoLog final : public rocksdb::Logger {
 public:
  NoLog() : rocksdb::Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options database_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.max_background_jobs = 2;
  options.info_log = std::make_shared<NoLog>();
  options.max_total_wal_size = 256 << 20;
  options.db_write_buffer_size = 256 << 20;  // of all families together
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // A block's objects come by key: each is looked for from where the one before went, not from the top.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const rocksdb::Options& options) {
  rocksdb::ColumnFamilyOptions out(options);
  // Mostly hashes: compressed they take two thirds of the bytes, and a fourth of a restore's time goes to it.
  if (family == Family::log || family == Family::state) out.compression = rocksdb::kNoCompression;
  return out;
}

// RocksDB would make a database anywhere; we make one only where nothing else is.
Outcome<void> check_directory(const env::Path& directory) {
  std::error_code code;
  std::filesystem::directory_iterator entries(directory, code);
  if (code) return {};
  if (entries == std::filesystem::directory_iterator() || std::filesystem::exists(directory / "CURRENT")) return {};
  return error(ErrorKind::not_a_database,
               directory.string() + " holds files but no database: name an empty or a new directory");
}

class RocksKv;

class RocksSnapshot final : public KvSnapshot {
 public:
  explicit RocksSnapshot(const RocksKv& kv);
  ~RocksSnapshot() override;
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  std::optional<Bytes> get(Family family, ByteView key) const override;
  void scan(Family family, ByteView from, const Visit& visit) const override;

 private:
  const RocksKv& kv_;
  const rocksdb::Snapshot* at_;
};

Error write_error(const rocksdb::Status& status) {
  return {status.IsCorruption() ? ErrorKind::corrupt : ErrorKind::environment,
          status.ToString() + "; free space or check the disk, then restart"};
}

// A table file beside the database, which takes it over.
class RocksRun final : public SortedRun {
 public:
  RocksRun(const rocksdb::Options& options, rocksdb::ColumnFamilyHandle* family, std::string path)
      : env_(options.env),
        path_(std::move(path)),
        writer_(written_early(), options, family, /*invalidate_page_cache=*/false) {}
  ~RocksRun() override {
    if (begun_) (void)env_->DeleteFile(path_);
  }
  RocksRun(const RocksRun&) = delete;
  RocksRun& operator=(const RocksRun&) = delete;

  Outcome<void> put(ByteView key, ByteView head, ByteView tail) override {
    AETHER_CHECK(begin());
    value_.assign(as_text(head));
    value_.append(as_text(tail));
    return after(writer_.Put(slice(key), value_));
  }
  Outcome<void> erase(ByteView key) override {
    AETHER_CHECK(begin());
    return after(writer_.Delete(slice(key)));
  }
  Outcome<void> finish() override {
    if (!begun_) return {};
    if (const auto status = writer_.Finish(); !status.ok()) return fail(write_error(status));
    return {};
  }

  bool empty() const { return !begun_; }
  const std::string& path() const { return path_; }

 private:
  // So that little is left for the sync at the end, which others wait for: a restore takes a fifth less time.
  static rocksdb::EnvOptions written_early() {
    rocksdb::EnvOptions out;
    out.bytes_per_sync = 1 << 20;
    return out;
  }
  Outcome<void> begin() {
    if (begun_) return {};
    begun_ = true;
    return after(writer_.Open(path_));
  }
  static Outcome<void> after(const rocksdb::Status& status) {
    AETHER_ASSERT(!status.IsInvalidArgument());  // the order of keys
    if (!status.ok()) return fail(write_error(status));
    return {};
  }

  rocksdb::Env* env_;
  std::string path_;
  rocksdb::SstFileWriter writer_;
  std::string value_;
  bool begun_ = false;
};

class RocksKv final : public Kv {
 public:
  RocksKv() = default;
  RocksKv(const RocksKv&) = delete;
  RocksKv& operator=(const RocksKv&) = delete;
  ~RocksKv() override {
    for (auto* handle : families_) db_->DestroyColumnFamilyHandle(handle);
    db_.reset();
    std::error_code ignored;
    if (removes_) std::filesystem::remove_all(path_, ignored);
  }

  Outcome<void> open(const RocksOptions& options) {
    rocksdb::Options settings = database_options();
    if (options.env != nullptr) settings.env = options.env;
    const env::Path path = options.directory / options.name;
    lock_ = options.lock;
    if (!lock_) {
      AETHER_TRY(lock_, lock_directory(options.directory));
    }
    AETHER_CHECK(check_directory(path));
    path_ = path;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (std::size_t i = 0; i < kFamilyNames.size(); ++i)
      descriptors.emplace_back(std::string(kFamilyNames[i]), family_options(static_cast<Family>(i), settings));
    std::error_code code;
    const bool is_new = !std::filesystem::exists(path / "CURRENT", code);
    const auto status = is_new ? make(settings, path, descriptors) : open_made(settings, path, descriptors);
    if (!status.ok()) {
      // A column family of another schema is an invalid argument.
      const ErrorKind kind = status.IsCorruption()        ? ErrorKind::corrupt
                             : status.IsInvalidArgument() ? ErrorKind::schema
                                                          : ErrorKind::environment;
      return error(kind, "cannot open the database in " + path.string() + ": " + status.ToString() +
                             (kind == ErrorKind::schema ? "; use the version that wrote it, or a new directory"
                                                        : "; check the disk or restore the directory"));
    }
    return {};
  }

  Outcome<void> write(const Batch& batch, Durability durability) override {
    batch_.Clear();  // and keeps its memory
    batch.visit([&](Family which, ByteView key, const ByteView* value) {
      if (value != nullptr) {
        batch_.Put(family(which), slice(key), slice(*value));
      } else {
        batch_.Delete(family(which), slice(key));
      }
    });
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::synced;
    const auto status = db_->Write(options, &batch_);
    if (!status.ok()) return fail(write_error(status));
    return {};
  }

  std::shared_ptr<const KvSnapshot> snapshot() const override { return std::make_shared<RocksSnapshot>(*this); }

  std::unique_ptr<SortedRun> new_run(Family which) override {
    const std::string path = path_.string() + "-run-" + std::to_string(runs_++);
    return std::make_unique<RocksRun>(db_->GetOptions(family(which)), family(which), path);
  }
  Outcome<void> ingest(Family which, std::span<const std::unique_ptr<SortedRun>> runs) override {
    std::vector<std::string> files;
    for (const auto& run : runs)
      if (const auto& file = static_cast<const RocksRun&>(*run); !file.empty()) files.push_back(file.path());
    if (files.empty()) return {};
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;  // into the file, which would be synced again
    const auto status = db_->IngestExternalFile(family(which), files, options);
    if (!status.ok()) return fail(write_error(status));
    return {};
  }

  void remove_at_close() override { removes_ = true; }

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family which) const { return families_[static_cast<std::size_t>(which)]; }

 private:
  using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

  // The first family is there from the start; the others at once, which syncs a fourth as often as one by one.
  rocksdb::Status make(const rocksdb::Options& settings, const env::Path& path, const Families& families) {
    if (const auto status = open_made(settings, path, {families.front()}); !status.ok()) return status;
    std::vector<rocksdb::ColumnFamilyHandle*> others;
    const auto status = db_->CreateColumnFamilies({families.begin() + 1, families.end()}, &others);
    families_.insert(families_.end(), others.begin(), others.end());
    return status;
  }
  // Makes families that are missing, where a crash cut make() short.
  rocksdb::Status open_made(const rocksdb::Options& settings, const env::Path& path, const Families& families) {
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(settings, path.string(), families, &families_, &opened);
    db_.reset(opened);
    return status;
  }

  env::Path path_;
  std::atomic<std::uint64_t> runs_ = 0;
  std::atomic<bool> removes_ = false;
  std::shared_ptr<const env::FileLock> lock_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
};

RocksSnapshot::RocksSnapshot(const RocksKv& kv) : kv_(kv), at_(kv.db().GetSnapshot()) {}
RocksSnapshot::~RocksSnapshot() { kv_.db().ReleaseSnapshot(at_); }

std::optional<Bytes> RocksSnapshot::get(Family family, ByteView key) const {
  rocksdb::ReadOptions options;
  options.snapshot = at_;
  rocksdb::PinnableSlice value;
  const auto status = kv_.db().Get(options, kv_.family(family), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) broken(status.ToString());
  const ByteView bytes = view(value);
  return Bytes(bytes.begin(), bytes.end());
}

void RocksSnapshot::scan(Family family, ByteView from, const Visit& visit) const {
  rocksdb::ReadOptions options;
  options.snapshot = at_;
  const std::unique_ptr<rocksdb::Iterator> at(kv_.db().NewIterator(options, kv_.family(family)));
  for (at->Seek(slice(from)); at->Valid(); at->Next())
    if (!visit(view(at->key()), view(at->value()))) return;
  if (!at->status().ok()) broken(at->status().ToString());
}

}  // namespace

Outcome<std::shared_ptr<const env::FileLock>> lock_directory(const env::Path& directory) {
  if (const auto made = env::make_directories(directory, 0700); !made)
    return error(ErrorKind::environment, made.error().message);
  auto held = env::FileLock::acquire(directory / "lock");
  if (!held)
    return error(held.error().kind == env::ErrorKind::locked ? ErrorKind::locked : ErrorKind::environment,
                 held.error().message);
  return std::make_shared<const env::FileLock>(std::move(*held));
}

Outcome<std::unique_ptr<Kv>> open_rocks_kv(const RocksOptions& options) {
  auto kv = std::make_unique<RocksKv>();
  AETHER_CHECK(kv->open(options));
  return kv;
}

}  // namespace aether::storage

#include "database.hpp"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cstdlib>

#include "aether/telemetry/log.hpp"

namespace aether::storage {
namespace {

constexpr std::string_view kSchemaKey = "schema";
constexpr std::string_view kGenesisKey = "genesis";
constexpr std::string_view kTipKey = "tip";

std::unexpected<Error> error(ErrorKind kind, std::string message) { return fail(Error{kind, std::move(message)}); }

rocksdb::Options database_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  options.max_background_jobs = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_total_wal_size = 256 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
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

}  // namespace

void broken(std::string_view what) {
  telemetry::log(telemetry::Level::error,
                 "the database failed (" + std::string(what) + "): check the disk, then restore the directory");
  std::abort();
}

Bytes slot_key(Slot slot) {
  Bytes out(8);
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(slot.raw() >> (8 * (7 - i)));
  return out;
}

// The domain's tag is one byte, so keys sort by domain, then key.
Bytes object_key(const ObjectId& id) { return codec::encode(id); }

Store::Database::~Database() {
  for (auto* handle : families) db->DestroyColumnFamilyHandle(handle);
}

std::optional<Bytes> Store::Database::get(Family which, ByteView key, const rocksdb::Snapshot* at) const {
  rocksdb::ReadOptions options;
  options.snapshot = at;
  rocksdb::PinnableSlice value;
  const auto status = db->Get(options, family(which), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) broken(status.ToString());
  const ByteView bytes = view(value);
  return Bytes(bytes.begin(), bytes.end());
}

Outcome<void> Store::Database::open(const StoreOptions& options) {
  rocksdb::Options settings = database_options();
  env::Path path = "/chain";
  if (options.ephemeral) {
    memory.reset(rocksdb::NewMemEnv(rocksdb::Env::Default()));
    settings.env = memory.get();
    durable = false;
  } else {
    path = options.directory / "db";
    if (const auto made = env::make_directories(options.directory, 0700); !made)
      return error(ErrorKind::environment, made.error().message);
    auto held = env::FileLock::acquire(options.directory / "lock");
    if (!held)
      return error(held.error().kind == env::ErrorKind::locked ? ErrorKind::locked : ErrorKind::environment,
                   held.error().message);
    lock = std::move(*held);
    AETHER_CHECK(check_directory(path));
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto name : kFamilyNames) descriptors.emplace_back(std::string(name), settings);
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(settings, path.string(), descriptors, &families, &opened);
  if (!status.ok())
    return error(status.IsCorruption() ? ErrorKind::corrupt : ErrorKind::environment,
                 "cannot open the database in " + path.string() + ": " + status.ToString() +
                     "; check the disk or restore the directory");
  db.reset(opened);
  return check_identity(options);
}

Outcome<void> Store::Database::check_identity(const StoreOptions& options) {
  const auto schema = get(Family::meta, as_bytes(kSchemaKey));
  const auto genesis = get(Family::meta, as_bytes(kGenesisKey));
  const std::string directory = options.directory.string();
  if (!schema && !genesis) {
    rocksdb::WriteBatch batch;
    const Bytes number = codec::encode(kSchema);
    batch.Put(family(Family::meta), std::string(kSchemaKey), slice(number));
    batch.Put(family(Family::meta), std::string(kGenesisKey), slice(options.genesis.view()));
    rocksdb::WriteOptions write;
    write.sync = durable;
    const auto status = db->Write(write, &batch);
    if (!status.ok()) return error(ErrorKind::environment, "cannot write to " + directory + ": " + status.ToString());
    return {};
  }
  if (!schema || !genesis || *schema != codec::encode(kSchema))
    return error(ErrorKind::schema,
                 directory + " was written by another version of this program: use that version, or a new directory");
  if (!std::equal(genesis->begin(), genesis->end(), options.genesis.bytes.begin(), options.genesis.bytes.end()))
    return error(ErrorKind::foreign, directory + " belongs to the chain with genesis " + to_hex0x(*genesis) + ", not " +
                                         to_hex0x(options.genesis.view()) + ": name its genesis, or another directory");
  if (const auto bytes = get(Family::meta, as_bytes(kTipKey))) {
    auto record = codec::decode<BlockRecord>(*bytes);
    if (!record)
      return error(ErrorKind::corrupt,
                   directory + ": the record of the newest block is damaged: restore the directory");
    tip = std::move(*record);
  }
  return {};
}

}  // namespace aether::storage

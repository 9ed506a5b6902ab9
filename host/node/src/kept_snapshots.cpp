#include "kept_snapshots.hpp"

#include <set>

#include "aether/telemetry/log.hpp"
#include "aether/types/asset.hpp"

namespace aether::node {

namespace {

using telemetry::Level;
using telemetry::log;

constexpr std::string_view kSnapshotSuffix = ".snapshot";
constexpr std::string_view kProofSuffix = ".proof";
// More than any proof or header with a list of validators has.
constexpr std::size_t kSmallFileBytesMax = 2 * limits::kValidatorListBytesMax + (std::size_t{1} << 20);

// The number that a file's name is, before a suffix.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  const auto number = from_decimal(name.substr(0, name.size() - suffix.size()));
  if (!number || *number > UINT64_MAX) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

void discard(const env::Path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

template <class T>
std::optional<T> read(const env::Path& path) {
  const auto bytes = env::read_file(path, kSmallFileBytesMax);
  if (!bytes) return std::nullopt;
  auto value = codec::decode<T>(*bytes);
  return value ? std::optional(std::move(*value)) : std::nullopt;
}

template <class T>
KeptSnapshots::Outcome<void> write(const env::Path& path, const T& value) {
  const auto written = env::write_file_atomically(path, codec::encode(value));
  if (!written) return fail(written.error().message);
  return {};
}

}  // namespace

env::Path KeptSnapshots::file_of(Slot slot) const {
  return snapshots_directory_ / (std::to_string(slot.raw()) + std::string(kSnapshotSuffix));
}
env::Path KeptSnapshots::proof_of(Slot slot) const {
  return snapshots_directory_ / (std::to_string(slot.raw()) + std::string(kProofSuffix));
}

KeptSnapshots::Outcome<std::unique_ptr<KeptSnapshots>> KeptSnapshots::open(const env::Path& home, const Hash& genesis) {
  std::unique_ptr<KeptSnapshots> out(new KeptSnapshots(home));
  for (const env::Path& directory : {out->snapshots_directory_, out->epochs_directory_})
    if (const auto made = env::make_directories(directory, 0700); !made) return fail(made.error().message);
  out->load(genesis);
  return out;
}

void KeptSnapshots::load(const Hash& genesis) {
  std::error_code code;
  std::set<Slot> slots, proofs;
  for (std::filesystem::directory_iterator at(snapshots_directory_, code), end; !code && at != end;
       at.increment(code)) {
    const std::string name = at->path().filename().string();
    if (const auto slot = number_of(name, kSnapshotSuffix))
      slots.insert(Slot{*slot});
    else if (const auto proof = number_of(name, kProofSuffix))
      proofs.insert(Slot{*proof});
    else
      discard(at->path());  // of a write that did not come to its end
  }
  for (const Slot slot : slots) load_one(slot, genesis);
  for (const Slot slot : proofs)
    if (!files_.contains(slot)) drop(slot);  // its snapshot was in the making
  drop_old();
}

void KeptSnapshots::load_one(Slot slot, const Hash& genesis) {
  auto file = chain::SnapshotFile::open(file_of(slot));
  if (file && (file->manifest().slot != slot || genesis_hash(file->manifest().genesis) != genesis))
    file = fail(chain::SnapshotError{chain::SnapshotErrorKind::unexpected, "it is of another block or chain"});
  if (!file) {
    log(Level::warn, file_of(slot).string() + " is removed: " + file.error().message);
    return drop(slot);
  }
  if (auto proof = read<sync::SnapshotProof>(proof_of(slot)); proof && sync::is_chained(*proof))
    proofs_.emplace(slot, std::move(*proof));
  files_.emplace(slot, std::make_shared<const chain::SnapshotFile>(std::move(*file)));
}

void KeptSnapshots::drop(Slot slot) {
  files_.erase(slot);
  proofs_.erase(slot);
  discard(proof_of(slot));
  discard(file_of(slot));
}

void KeptSnapshots::drop_old() {
  while (files_.size() > kSnapshotsKept) drop(files_.begin()->first);
  // A proof without a file waits for it only where it is of a newer block.
  while (!files_.empty() && !proofs_.empty() && proofs_.begin()->first < files_.begin()->first)
    drop(proofs_.begin()->first);
}

KeptSnapshots::Outcome<void> KeptSnapshots::make(const storage::Snapshot& state, const Genesis& genesis,
                                                 std::stop_token stop) {
  const Slot slot = state.tip()->slot;
  SerialPool serial;  // the pool of the node works on blocks
  const auto made = chain::create_snapshot(state, genesis, {.file = file_of(slot), .replace = true},
                                           {.pool = serial, .progress = {}, .stop = std::move(stop)});
  if (!made) return fail(made.error().message);
  auto file = chain::SnapshotFile::open(file_of(slot));
  if (!file) return fail(file.error().message);
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(slot, std::make_shared<const chain::SnapshotFile>(std::move(*file)));
  drop_old();
  return {};
}

KeptSnapshots::Outcome<void> KeptSnapshots::show(const sync::SnapshotProof& proof) {
  const Slot slot = proof.headers.front().body.slot;
  AETHER_CHECK(write(proof_of(slot), proof));
  const std::lock_guard lock(mutex_);
  proofs_.insert_or_assign(slot, proof);
  drop_old();
  return {};
}

KeptSnapshots::Outcome<void> KeptSnapshots::keep(const light::FinalHeader& header) {
  const env::Path path = epochs_directory_ / std::to_string(header.header.body.epoch);
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return {};
  return write(path, header);
}

void KeptSnapshots::clear() {
  const std::lock_guard lock(mutex_);
  while (!files_.empty()) drop(files_.begin()->first);
  while (!proofs_.empty()) drop(proofs_.begin()->first);
}

// --- Given to others

replica::NetMessage KeptSnapshots::answer(const sync::SnapshotRequest& request) const {
  struct Visitor {
    const KeptSnapshots& self;
    replica::NetMessage operator()(const sync::OffersRequest& wanted) const { return self.offers(wanted); }
    replica::NetMessage operator()(const sync::EpochsRequest& wanted) const { return self.epochs(wanted); }
    replica::NetMessage operator()(const sync::ManifestRequest& wanted) const { return self.piece(wanted); }
    replica::NetMessage operator()(const sync::ChunkRequest& wanted) const { return self.piece(wanted); }
  };
  return std::visit(Visitor{*this}, request);
}

bool KeptSnapshots::is_offered(const Slot& slot) const {
  const auto file = files_.find(slot);
  const auto proof = proofs_.find(slot);
  return file != files_.end() && proof != proofs_.end() && sync::is_of(file->second->manifest(), proof->second);
}

sync::Offers KeptSnapshots::offers(const sync::OffersRequest& request) const {
  sync::Offers out{request.id, {}};
  const std::lock_guard lock(mutex_);
  for (auto each = files_.rbegin(); each != files_.rend() && each->first > request.above; ++each) {
    const chain::SnapshotFile& file = *each->second;
    if (is_offered(each->first) && out.offers.size() < sync::kOffersMax)
      out.offers.push_back({file.facts().digest, file.manifest_bytes(), proofs_.at(each->first)});
  }
  return out;
}

sync::Epochs KeptSnapshots::epochs(const sync::EpochsRequest& request) const {
  sync::Epochs out{request.id, {}};
  // With room for the frame of the message.
  std::size_t room = sync::kPieceBytesMax;
  for (std::uint64_t epoch = request.epoch; out.headers.size() < sync::kEpochsMax; ++epoch) {
    auto header = read<light::FinalHeader>(epochs_directory_ / std::to_string(epoch));
    const std::size_t bytes = header ? codec::encode(*header).size() : 0;
    if (!header || header->header.body.epoch != epoch || (bytes > room && !out.headers.empty())) break;
    room -= std::min(room, bytes);
    out.headers.push_back(std::move(*header));
  }
  return out;
}

std::shared_ptr<const chain::SnapshotFile> KeptSnapshots::offered(const Hash& name) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [slot, file] : files_)
    if (file->facts().digest == name && is_offered(slot)) return file;
  return nullptr;
}

sync::Piece KeptSnapshots::piece(const sync::ManifestRequest& request) const {
  const auto file = offered(request.name);
  if (!file) return {request.id, {}};
  auto bytes = file->manifest_piece(std::size_t{request.piece} * sync::kManifestPieceBytes, sync::kManifestPieceBytes);
  if (!bytes) log(Level::error, bytes.error().message);
  return {request.id, bytes ? std::move(*bytes) : Bytes{}};
}

sync::Piece KeptSnapshots::piece(const sync::ChunkRequest& request) const {
  const auto file = offered(request.name);
  if (!file || request.chunk >= file->manifest().chunks.size()) return {request.id, {}};
  auto bytes = file->stored_chunk(request.chunk);
  if (!bytes) log(Level::error, bytes.error().message);
  return {request.id, bytes ? std::move(*bytes) : Bytes{}};
}

std::vector<KeptSnapshot> KeptSnapshots::list() const {
  std::vector<KeptSnapshot> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [slot, file] : files_) {
    const chain::SnapshotFacts& facts = file->facts();
    out.push_back({slot, facts.manifest.hash, facts.digest, facts.file_bytes, is_offered(slot)});
  }
  return out;
}

std::optional<Slot> KeptSnapshots::oldest_block() const {
  const std::lock_guard lock(mutex_);
  if (files_.size() < kSnapshotsKept) return std::nullopt;
  return files_.begin()->first;
}

}  // namespace aether::node

#include "aether/node/safety_log.hpp"

#include <algorithm>
#include <cstring>

#include "aether/crypto/sha256.hpp"
#include "aether/env/entropy.hpp"

namespace aether::node {

namespace {

constexpr std::string_view kTitle = "aether safety log\n";
constexpr std::size_t kHeaderBytes = kTitle.size() + 4 + Hash::kSize + SafetyLog::kSaltSize;
constexpr std::array<std::uint8_t, 8> kMagic{0xae, 0x7e, 0x4f, 0x52, 0xa3, 0x4d, 0x45, 0x01};
constexpr std::string_view kFrameTag = "aether/safety-log";
constexpr std::size_t kFrameBytes = kMagic.size() + 8 + 4 + Hash::kSize;  // before the entries
constexpr std::size_t kEntriesBytesMax = std::size_t{1} << 30;
constexpr std::uint64_t kFileBytesMax = std::uint64_t{4} << 30;

enum class EntryKind : std::uint8_t { record = 1, block = 2, dropped = 3, evidence = 4, evidence_dropped = 5 };
constexpr std::size_t kEntryBytes = 1 + 4;  // kind and size, before each

struct EvidenceEntry {
  Hash id;
  Evidence evidence;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("id", self.id);
    visit("evidence", self.evidence);
  }
};

std::unexpected<SafetyLogFailure> failure(SafetyLogError kind, std::string message) {
  return fail(SafetyLogFailure{kind, std::move(message)});
}
std::unexpected<SafetyLogFailure> failure(const env::Error& error) {
  return failure(error.kind == env::ErrorKind::not_found ? SafetyLogError::absent : SafetyLogError::environment,
                 error.message);
}

template <class T>
void put(Bytes& out, T number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}
template <class T>
T get(ByteView in) {
  T out = 0;
  for (std::size_t i = 0; i < sizeof out; ++i) out |= static_cast<T>(T{in[i]} << (8 * i));
  return out;
}

void put_entry(Bytes& out, EntryKind kind, ByteView value) {
  out.push_back(static_cast<std::uint8_t>(kind));
  put(out, static_cast<std::uint32_t>(value.size()));
  append(out, value);
}

SafetyLog::Salt random_salt() {
  SafetyLog::Salt salt;
  env::fill_random(salt);
  return salt;
}

Bytes header_bytes(const Hash& genesis, const SafetyLog::Salt& salt) {
  Bytes out(kTitle.begin(), kTitle.end());
  put(out, kSafetyLogVersion);
  append(out, genesis.view());
  append(out, salt);
  return out;
}

Hash checksum(const SafetyLog::Salt& salt, std::uint64_t sequence, ByteView entries) {
  Bytes number;
  put(number, sequence);
  return crypto::Tag(kFrameTag).begin().update(salt).update(number).update(entries).finish();
}

Bytes frame_bytes(const SafetyLog::Salt& salt, std::uint64_t sequence, ByteView entries) {
  Bytes out;
  out.reserve(kFrameBytes + entries.size());
  append(out, kMagic);
  put(out, sequence);
  put(out, static_cast<std::uint32_t>(entries.size()));
  append(out, checksum(salt, sequence, entries).view());
  append(out, entries);
  return out;
}

struct Frame {
  std::uint64_t sequence = 0;
  ByteView entries;
};
// The frame at the beginning of `bytes`, if there is a whole one.
std::optional<Frame> frame_at(const SafetyLog::Salt& salt, ByteView bytes) {
  if (bytes.size() < kFrameBytes || !std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) return std::nullopt;
  const auto sequence = get<std::uint64_t>(bytes.subspan(kMagic.size(), 8));
  const auto size = get<std::uint32_t>(bytes.subspan(kMagic.size() + 8, 4));
  if (size > bytes.size() - kFrameBytes) return std::nullopt;
  const ByteView entries = bytes.subspan(kFrameBytes, size);
  const ByteView sum = bytes.subspan(kMagic.size() + 12, Hash::kSize);
  if (!std::ranges::equal(checksum(salt, sequence, entries).view(), sum)) return std::nullopt;
  return Frame{sequence, entries};
}

bool any_frame_in(const SafetyLog::Salt& salt, ByteView bytes) {
  for (auto at = bytes.begin();;) {
    at = std::search(at, bytes.end(), kMagic.begin(), kMagic.end());
    if (at == bytes.end()) return false;
    if (frame_at(salt, {at, bytes.end()})) return true;
    ++at;
  }
}

}  // namespace

SafetyLogOutcome<SafetyLog> SafetyLog::make(const env::Path& directory, const Hash& genesis,
                                            const std::optional<consensus::SafetyRecord>& first,
                                            std::uint64_t rewrite_bytes) {
  const env::Path path = directory / kSafetyLogFile;
  const Salt salt = random_salt();
  Bytes content = header_bytes(genesis, salt);
  if (first) {
    Bytes entries;
    put_entry(entries, EntryKind::record, codec::encode(*first));
    append(content, frame_bytes(salt, 0, entries));
  }
  const auto written = env::write_file_atomically(path, content, {.mode = 0600, .overwrite = false});
  if (!written)
    return failure(
        written.error().kind == env::ErrorKind::exists ? SafetyLogError::exists : SafetyLogError::environment,
        written.error().message);
  return open(directory, genesis, rewrite_bytes);
}

SafetyLogOutcome<SafetyLog> SafetyLog::open(const env::Path& directory, const Hash& genesis,
                                            std::uint64_t rewrite_bytes) {
  const env::Path path = directory / kSafetyLogFile;
  const auto read = env::read_file(path, kFileBytesMax);
  if (!read) return failure(read.error());
  const ByteView bytes = *read;
  if (bytes.size() < kHeaderBytes || !std::equal(kTitle.begin(), kTitle.end(), bytes.begin()))
    return failure(SafetyLogError::damaged, path.string() + " is not a safety log");
  const auto version = get<std::uint32_t>(bytes.subspan(kTitle.size(), 4));
  if (version == 0 || version > kSafetyLogVersion)
    return failure(SafetyLogError::version,
                   path.string() + " was written by another version of this program: use that version");
  const ByteView chain = bytes.subspan(kTitle.size() + 4, Hash::kSize);
  if (!std::ranges::equal(chain, genesis.view()))
    return failure(SafetyLogError::foreign, path.string() + " belongs to the chain with genesis " + to_hex0x(chain) +
                                                ": name another directory");
  Salt salt;
  std::ranges::copy(bytes.subspan(kHeaderBytes - kSaltSize, kSaltSize), salt.begin());
  auto file = env::AppendFile::open(path);
  if (!file) return failure(file.error());
  SafetyLog log(path, genesis, salt, std::move(*file), rewrite_bytes);
  std::size_t at = kHeaderBytes;
  while (const auto frame = frame_at(salt, bytes.subspan(at))) {
    if (frame->sequence != log.sequence_ || !log.read_entries(frame->entries))
      return failure(SafetyLogError::damaged, path.string() + " holds what does not belong there");
    ++log.sequence_;
    at += kFrameBytes + frame->entries.size();
  }
  if (any_frame_in(salt, bytes.subspan(at)))
    return failure(SafetyLogError::damaged, path.string() + " is damaged in its middle, where a vote may have been");
  log.torn_bytes_ = bytes.size() - at;
  if (log.torn_bytes_ > 0) {
    if (const auto cut = log.file_.truncate(at); !cut) return failure(cut.error());
    if (const auto synced = log.file_.sync(); !synced) return failure(synced.error());
  }
  if (version < kSafetyLogVersion)
    if (const auto migrated = log.rewrite(); !migrated) return fail(migrated.error());
  return log;
}

bool SafetyLog::read_entries(ByteView entries) {
  while (!entries.empty()) {
    if (entries.size() < kEntryBytes) return false;
    const auto kind = static_cast<EntryKind>(entries[0]);
    const auto size = get<std::uint32_t>(entries.subspan(1, 4));
    if (size > entries.size() - kEntryBytes) return false;
    const ByteView value = entries.subspan(kEntryBytes, size);
    entries = entries.subspan(kEntryBytes + size);
    switch (kind) {
      case EntryKind::record: {
        auto record = codec::decode<consensus::SafetyRecord>(value);
        if (!record) return false;
        record_ = std::move(*record);
        break;
      }
      case EntryKind::block: {
        auto block = codec::decode<Block>(value);
        if (!block) return false;
        const Hash hash = block_hash(block->header.body);
        keep(hash, std::make_shared<const Block>(std::move(*block)), size);
        break;
      }
      case EntryKind::dropped: {
        const auto hash = codec::decode<Hash>(value);
        if (!hash) return false;
        forget(*hash);
        break;
      }
      case EntryKind::evidence: {
        auto entry = codec::decode<EvidenceEntry>(value);
        if (!entry) return false;
        evidence_.emplace(entry->id, std::move(entry->evidence));
        break;
      }
      case EntryKind::evidence_dropped: {
        const auto id = codec::decode<Hash>(value);
        if (!id) return false;
        evidence_.erase(*id);
        break;
      }
      default: return false;
    }
  }
  return true;
}

bool SafetyLog::keep(const Hash& hash, BlockPointer block, std::uint64_t bytes) {
  const bool is_new = blocks_.emplace(hash, Kept{std::move(block), bytes}).second;
  if (is_new) block_bytes_ += bytes;
  return is_new;
}

bool SafetyLog::forget(const Hash& hash) {
  const auto kept = blocks_.extract(hash);
  if (kept) block_bytes_ -= kept.mapped().bytes;
  return !kept.empty();
}

std::vector<SafetyLog::BlockPointer> SafetyLog::blocks() const {
  std::vector<BlockPointer> out;
  for (const auto& [hash, kept] : blocks_) out.push_back(kept.block);
  return out;
}

std::vector<Evidence> SafetyLog::evidence() const {
  std::vector<Evidence> out;
  for (const auto& [id, one] : evidence_) out.push_back(one);
  return out;
}

void SafetyLog::add(const consensus::SafetyRecord& record) {
  put_entry(entries_, EntryKind::record, codec::encode(record));
  record_ = record;
}

void SafetyLog::add(const Hash& hash, const BlockPointer& block) {
  const Bytes bytes = codec::encode(*block);
  if (keep(hash, block, bytes.size())) put_entry(entries_, EntryKind::block, bytes);
}

void SafetyLog::drop(const Hash& block) {
  if (forget(block)) put_entry(entries_, EntryKind::dropped, block.view());
}

void SafetyLog::add(const Hash& id, const Evidence& evidence) {
  if (evidence_.emplace(id, evidence).second)
    put_entry(entries_, EntryKind::evidence, codec::encode(EvidenceEntry{id, evidence}));
}

void SafetyLog::drop_evidence(const Hash& id) {
  if (evidence_.erase(id) > 0) put_entry(entries_, EntryKind::evidence_dropped, id.view());
}

SafetyLogOutcome<void> SafetyLog::sync() {
  if (entries_.empty()) return {};
  if (file_.size() > std::max(rewrite_bytes_, 4 * block_bytes_)) return rewrite();
  AETHER_ASSERT(entries_.size() <= kEntriesBytesMax);
  const Bytes frame = frame_bytes(salt_, sequence_, entries_);
  if (const auto written = file_.append(frame); !written) return failure(written.error());
  if (const auto synced = file_.sync(); !synced) return failure(synced.error());
  ++sequence_;
  entries_.clear();
  return {};
}

SafetyLogOutcome<void> SafetyLog::rewrite() {
  Bytes entries;
  if (record_) put_entry(entries, EntryKind::record, codec::encode(*record_));
  for (const auto& [hash, kept] : blocks_) put_entry(entries, EntryKind::block, codec::encode(*kept.block));
  for (const auto& [id, one] : evidence_)
    put_entry(entries, EntryKind::evidence, codec::encode(EvidenceEntry{id, one}));
  const Salt salt = random_salt();
  Bytes content = header_bytes(genesis_, salt);
  append(content, frame_bytes(salt, 0, entries));
  if (const auto written = env::write_file_atomically(path_, content, {.mode = 0600}); !written)
    return failure(written.error());
  auto file = env::AppendFile::open(path_);
  if (!file) return failure(file.error());
  file_ = std::move(*file);
  salt_ = salt;
  sequence_ = 1;
  entries_.clear();
  return {};
}

}  // namespace aether::node

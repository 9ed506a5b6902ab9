#include "aether/storage/memory_kv.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <set>

#include "aether/codec/bcs.hpp"
#include "aether/crypto/sha256.hpp"

namespace aether::storage {
namespace {

constexpr std::size_t kAny = std::size_t{1} << 31;

// A batch in the disk's file: its checksum, its size in 8 bytes, its BCS.
struct LoggedOperation {
  std::uint8_t family = 0;
  codec::Blob<kAny> key;
  std::optional<codec::Blob<kAny>> value;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("family", self.family);
    visit("key", self.key);
    visit("value", self.value);
  }
};
using LoggedBatch = codec::List<LoggedOperation, kAny>;
constexpr std::size_t kHeader = Hash::kSize + 8;

Bytes log_record(const Batch& batch) {
  LoggedBatch logged;
  batch.visit([&](Family family, ByteView key, const ByteView* value) {
    LoggedOperation operation{static_cast<std::uint8_t>(family), Bytes(key.begin(), key.end()), std::nullopt};
    if (value != nullptr) operation.value.emplace(Bytes(value->begin(), value->end()));
    logged.push_back(std::move(operation));
  });
  const Bytes body = codec::encode(logged);
  Bytes out(Hash::kSize);
  append(out, codec::encode(std::uint64_t{body.size()}));
  append(out, body);
  const Hash checksum = crypto::sha256(ByteView(out).subspan(Hash::kSize));
  std::copy(checksum.bytes.begin(), checksum.bytes.end(), out.begin());
  return out;
}

// The batch at the front of `file`, and what it takes; none when no whole record stands there.
struct Recovered {
  LoggedBatch batch;
  std::size_t size = 0;
};
std::optional<Recovered> first_record(ByteView file) {
  if (file.size() < kHeader) return std::nullopt;
  const auto size = codec::decode<std::uint64_t>(file.subspan(Hash::kSize, 8));
  if (!size || *size > file.size() - kHeader) return std::nullopt;
  const Hash checksum = crypto::sha256(file.subspan(Hash::kSize, 8 + *size));
  if (!std::equal(checksum.bytes.begin(), checksum.bytes.end(), file.begin())) return std::nullopt;
  auto batch = codec::decode<LoggedBatch>(file.subspan(kHeader, *size));
  if (!batch) return std::nullopt;
  return Recovered{std::move(*batch), kHeader + *size};
}

struct KeyOrder {
  using is_transparent = void;
  bool operator()(ByteView a, ByteView b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }
};

// What a key was from some write on.
struct Version {
  std::uint64_t write = 0;
  std::optional<Bytes> value;
};
using Entries = std::map<Bytes, std::vector<Version>, KeyOrder>;  // versions oldest first

const std::optional<Bytes>* at_write(const std::vector<Version>& versions, std::uint64_t write) {
  for (std::size_t i = versions.size(); i-- > 0;)
    if (versions[i].write <= write) return &versions[i].value;
  return nullptr;
}

// What outlives the store as long as a snapshot lives.
struct Content {
  struct Erased {
    std::uint64_t write = 0;
    std::size_t family = 0;
    Bytes key;
  };

  mutable std::mutex mutex;
  std::array<Entries, kFamilyNames.size()> families;
  std::uint64_t writes = 0;
  std::multiset<std::uint64_t> read_at;  // by living snapshots
  std::deque<Erased> erased;             // keys to forget once no snapshot can see what they were

  std::uint64_t oldest_read() const { return read_at.empty() ? writes : *read_at.begin(); }

  // Of the write that is under way, number writes + 1.
  void set(std::size_t family, Bytes key, std::optional<Bytes> value) {
    if (!value) erased.push_back({writes + 1, family, key});
    auto& versions = families[family][std::move(key)];
    while (versions.size() > 1 && versions[1].write <= oldest_read()) versions.erase(versions.begin());
    versions.push_back({writes + 1, std::move(value)});
  }

  void end_write() {
    ++writes;
    for (; !erased.empty() && erased.front().write <= oldest_read(); erased.pop_front()) {
      Entries& entries = families[erased.front().family];
      const auto at = entries.find(erased.front().key);
      if (at != entries.end() && at->second.back().write == erased.front().write && !at->second.back().value)
        entries.erase(at);
    }
  }
};

class MemorySnapshot final : public KvSnapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<Content> content) : content_(std::move(content)) {
    const std::lock_guard lock(content_->mutex);
    write_ = content_->writes;
    content_->read_at.insert(write_);
  }
  ~MemorySnapshot() override {
    const std::lock_guard lock(content_->mutex);
    content_->read_at.erase(content_->read_at.find(write_));
  }
  MemorySnapshot(const MemorySnapshot&) = delete;
  MemorySnapshot& operator=(const MemorySnapshot&) = delete;

  std::optional<Bytes> get(Family family, ByteView key) const override {
    const std::lock_guard lock(content_->mutex);
    const Entries& entries = content_->families[static_cast<std::size_t>(family)];
    const auto at = entries.find(key);
    const auto* value = at == entries.end() ? nullptr : at_write(at->second, write_);
    return value == nullptr ? std::nullopt : *value;
  }

  void scan(Family family, ByteView from, const Visit& visit) const override {
    std::optional<Bytes> last;
    while (const auto entry = next(family, from, last)) {
      if (!visit(entry->first, entry->second)) return;
      last = entry->first;
    }
  }

 private:
  // The first entry behind `last`, or from `from` on; `visit` runs without the lock.
  std::optional<std::pair<Bytes, Bytes>> next(Family family, ByteView from, const std::optional<Bytes>& last) const {
    const std::lock_guard lock(content_->mutex);
    const Entries& entries = content_->families[static_cast<std::size_t>(family)];
    for (auto at = last ? entries.upper_bound(*last) : entries.lower_bound(from); at != entries.end(); ++at)
      if (const auto* value = at_write(at->second, write_); value != nullptr && *value)
        return std::pair(at->first, **value);
    return std::nullopt;
  }

  std::shared_ptr<Content> content_;
  std::uint64_t write_ = 0;
};

struct MemoryRun final : SortedRun {
  Outcome<void> put(ByteView key, ByteView head, ByteView tail) override {
    follow(key);
    batch.put(family, key, head, tail);
    return {};
  }
  Outcome<void> erase(ByteView key) override {
    follow(key);
    batch.erase(family, key);
    return {};
  }
  Outcome<void> finish() override { return {}; }

  void follow(ByteView key) {
    AETHER_ASSERT(!last || KeyOrder()(*last, key));
    last.emplace(key.begin(), key.end());
  }

  Family family{};
  Batch batch;
  std::optional<Bytes> last;
};

class MemoryKv final : public Kv {
 public:
  explicit MemoryKv(SimulatedDisk* disk) : disk_(disk) {
    if (disk_ == nullptr) return;
    std::size_t at = 0;
    while (auto record = first_record(ByteView(disk_->file()).subspan(at))) {
      for (auto& each : record->batch) content_->set(each.family, std::move(each.key), std::move(each.value));
      content_->end_write();
      at += record->size;
    }
    disk_->truncate(at);
  }

  Outcome<void> write(const Batch& batch, Durability durability) override {
    const std::lock_guard turn(writer_);
    if (disk_ != nullptr &&
        !(disk_->append(log_record(batch)) && (durability == Durability::buffered || disk_->sync())))
      return fail(Error{ErrorKind::environment, "the disk lost power; open it again"});
    const std::lock_guard lock(content_->mutex);
    batch.visit([&](Family family, ByteView key, const ByteView* value) {
      content_->set(static_cast<std::size_t>(family), Bytes(key.begin(), key.end()),
                    value == nullptr ? std::nullopt : std::optional(Bytes(value->begin(), value->end())));
    });
    content_->end_write();
    return {};
  }

  std::shared_ptr<const KvSnapshot> snapshot() const override { return std::make_shared<MemorySnapshot>(content_); }
  void remove_at_close() override {}

  std::unique_ptr<SortedRun> new_run(Family family) override {
    auto run = std::make_unique<MemoryRun>();
    run->family = family;
    return run;
  }
  Outcome<void> ingest(Family family, std::span<const std::unique_ptr<SortedRun>> runs) override {
    Batch all;
    for (const auto& run : runs)
      static_cast<const MemoryRun&>(*run).batch.visit([&](Family, ByteView key, const ByteView* value) {
        if (value != nullptr) {
          all.put(family, key, *value);
        } else {
          all.erase(family, key);
        }
      });
    return write(all, Durability::synced);
  }

 private:
  SimulatedDisk* disk_;
  std::mutex writer_;  // ingest() may come beside write()
  std::shared_ptr<Content> content_ = std::make_shared<Content>();
};

}  // namespace

std::unique_ptr<Kv> open_memory_kv(SimulatedDisk* disk) { return std::make_unique<MemoryKv>(disk); }

}  // namespace aether::storage

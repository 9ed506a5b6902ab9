#include "recent_changes.hpp"

#include <algorithm>
#include <bit>

namespace aether::storage {
namespace {

constexpr std::size_t kBitsPerKey = 16;  // one of some sixteen keys that are not here passes the filter
constexpr std::size_t kSizeBytes = 4;

std::uint64_t first_bits(const Hash& key) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | key.bytes[i];
  return out;
}

}  // namespace

void ChangeRun::Builder::put(const Hash& key, ByteView head, ByteView tail) {
  append(record_, key.view());
  record_.push_back(1);
  const std::size_t size = head.size() + tail.size();
  for (std::size_t i = 0; i < kSizeBytes; ++i) record_.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  append(record_, head);
  append(record_, tail);
}

void ChangeRun::Builder::erase(const Hash& key) {
  append(record_, key.view());
  record_.push_back(0);
}

std::shared_ptr<const ChangeRun> ChangeRun::parse(Bytes record) {
  auto run = std::make_shared<ChangeRun>();
  run->record_ = std::move(record);
  const ByteView bytes = run->record_;
  std::size_t at = 0;
  const auto left = [&] { return bytes.size() - at; };
  while (left() > 0) {
    Entry entry;
    if (left() < Hash::kSize + 1) return nullptr;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), Hash::kSize, entry.key.bytes.begin());
    if (!run->entries_.empty() && !(run->entries_.back().key < entry.key)) return nullptr;
    const std::uint8_t kind = bytes[at + Hash::kSize];
    at += Hash::kSize + 1;
    if (kind > 1) return nullptr;
    entry.erased = kind == 0;
    if (!entry.erased) {
      if (left() < kSizeBytes) return nullptr;
      for (std::size_t i = 0; i < kSizeBytes; ++i) entry.size |= std::size_t{bytes[at + i]} << (8 * i);
      at += kSizeBytes;
      if (left() < entry.size) return nullptr;
      entry.at = at;
      at += entry.size;
    }
    run->entries_.push_back(entry);
  }
  run->index();
  return run;
}

void ChangeRun::index() {
  const std::size_t bits = std::bit_ceil(std::max<std::size_t>(64, entries_.size() * kBitsPerKey));
  filter_.resize(bits / 64);
  filter_shift_ = 64 - static_cast<unsigned>(std::countr_zero(bits));
  for (const Entry& entry : entries_) {
    const std::uint64_t bit = first_bits(entry.key) >> filter_shift_;
    filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
  }
}

const ChangeRun::Entry* ChangeRun::find(const Hash& key) const {
  const std::uint64_t bit = first_bits(key) >> filter_shift_;
  if ((filter_[bit / 64] >> bit % 64 & 1) == 0) return nullptr;
  const auto at = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
  return at != entries_.end() && at->key == key ? &*at : nullptr;
}

void RecentChanges::add(std::shared_ptr<const ChangeRun> run) {
  changes_ += run->entries().size();
  bytes_ += run->record().size();
  runs_.push_back(std::move(run));
}

void RecentChanges::drop_oldest(std::size_t runs) {
  const auto end = runs_.begin() + static_cast<std::ptrdiff_t>(runs);
  for (auto run = runs_.begin(); run != end; ++run) {
    changes_ -= (*run)->entries().size();
    bytes_ -= (*run)->record().size();
  }
  runs_.erase(runs_.begin(), end);
}

std::optional<RecentChange> RecentChanges::find(const Hash& key) const {
  for (std::size_t i = runs_.size(); i-- > 0;)
    if (const auto* entry = runs_[i]->find(key)) return RecentChange{key, runs_[i]->value(*entry)};
  return std::nullopt;
}

RecentChanges::Cursor::Cursor(const RecentChanges& changes, const Hash& first) : runs_(changes.runs_) {
  rests_.reserve(runs_.size());
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const auto entries = runs_[run]->entries();
    const auto from = std::ranges::lower_bound(entries, first, {}, &ChangeRun::Entry::key);
    push({0, entries.subspan(static_cast<std::size_t>(from - entries.begin())), run});
  }
  pop();
}

bool RecentChanges::Cursor::after(const Rest& a, const Rest& b) {
  if (a.key_begin != b.key_begin) return b.key_begin < a.key_begin;
  const auto order = a.entries.front().key <=> b.entries.front().key;
  return order != 0 ? order > 0 : a.run < b.run;
}

void RecentChanges::Cursor::push(Rest rest) {
  if (rest.entries.empty()) return;
  rest.key_begin = first_bits(rest.entries.front().key);
  rests_.push_back(rest);
  std::push_heap(rests_.begin(), rests_.end(), after);
}

void RecentChanges::Cursor::pop() {
  front_.reset();
  while (!rests_.empty()) {
    const Rest top = rests_.front();
    const ChangeRun::Entry& entry = top.entries.front();
    if (!front_) {
      front_ = RecentChange{entry.key, runs_[top.run]->value(entry)};
    } else if (entry.key != front_->key) {
      return;
    }
    std::pop_heap(rests_.begin(), rests_.end(), after);
    rests_.pop_back();
    push({0, top.entries.subspan(1), top.run});
  }
}

}  // namespace aether::storage

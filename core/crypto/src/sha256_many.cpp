// Long messages: a lane takes one after the other, and all lanes run together for as many blocks as each still has.
// Short messages of one size run in step, padded beforehand.
#include <algorithm>

#include "aether/base/result.hpp"
#include "aether/crypto/sha256.hpp"
#include "sha256_lanes.hpp"

namespace aether::crypto {
namespace {

template <class Integer>
void put_big_endian(Integer value, std::uint8_t* to) {
  for (std::size_t i = 0; i < sizeof value; ++i) to[i] = static_cast<std::uint8_t>(value >> 8 * (sizeof value - 1 - i));
}

// std::copy as a call costs as much as a tenth of the hash.
void copy_short(ByteView from, std::uint8_t* to) {
  if (from.size() < 16) {
    std::copy(from.begin(), from.end(), to);
    return;
  }
  for (std::size_t i = 0; i + 16 < from.size(); i += 16) std::copy_n(&from[i], 16, to + i);
  std::copy_n(from.end() - 16, 16, to + from.size() - 16);
}

// How many blocks the end of a message takes: what is left after its whole blocks, and the padding.
constexpr std::size_t end_blocks(std::size_t size) { return size % kSha256Block + 9 <= kSha256Block ? 1 : 2; }

// A message on its way: in a lane, or with its state here.
class Message {
 public:
  // What `prefix` bytes, whole blocks, have made of the state is `start`.
  void begin(const Sha256Words& start, std::size_t prefix, ByteView message, Hash* out) {
    const std::size_t rest = message.size() % kSha256Block;
    out_ = out;
    state = start;
    next = message.data();
    left_ = message.size() / kSha256Block;
    end_left_ = end_blocks(message.size());
    std::copy(message.end() - static_cast<std::ptrdiff_t>(rest), message.end(), end_.begin());
    sha256_pad(prefix + message.size(), rest, end_);
    if (left_ == 0) turn_to_end();
  }

  Hash* out() const { return out_; }
  std::size_t left() const { return left_; }  // blocks at `next`

  // After `blocks` ≤ left() blocks: what comes next, or null when all is done.
  const std::uint8_t* advanced(std::size_t blocks, const std::uint8_t* at) {
    left_ -= blocks;
    if (left_ > 0) return at;
    if (end_left_ == 0) return nullptr;
    turn_to_end();
    return next;
  }

  Sha256Words state;         // where it is in no lane
  const std::uint8_t* next;  // likewise

 private:
  void turn_to_end() {
    next = end_.data();
    left_ = end_left_;
    end_left_ = 0;
  }

  Hash* out_;
  std::size_t left_;
  std::size_t end_left_;  // 0 once the end is under way
  TwoBlocks end_;
};

class ThreeLanes {
 public:
  static constexpr std::size_t kCount = kSha256Lanes;
  static constexpr std::size_t kBusyMin = 1;

  const std::uint8_t*& next(std::size_t lane) { return lanes_[lane].next; }
  void put(std::size_t lane, const Message& message) {
    lanes_[lane] = {sha256_lane_order(message.state), message.next};
  }
  void take(std::size_t lane, Message& message) const {
    message.state = sha256_fips_order(lanes_[lane].state);
    message.next = lanes_[lane].next;
  }
  void advance(std::size_t busy, std::size_t blocks) { sha256_advance_shani(lanes_.data(), busy, blocks); }
  void write(std::size_t lane, Hash& out) const { sha256_write_shani(lanes_[lane], out.bytes.data()); }
  void move(std::size_t from, std::size_t to) { lanes_[to] = lanes_[from]; }

 private:
  std::array<Sha256Lane, kCount> lanes_;
};

class WideLanes {
 public:
  static constexpr std::size_t kCount = kSha256WideLanes;
  static constexpr std::size_t kBusyMin = kSha256WideMin;

  const std::uint8_t*& next(std::size_t lane) { return lanes_.next[lane]; }
  void put(std::size_t lane, const Message& message) {
    for (std::size_t i = 0; i < message.state.size(); ++i) lanes_.word(lane, i) = message.state[i];
    lanes_.next[lane] = message.next;
  }
  void take(std::size_t lane, Message& message) {
    for (std::size_t i = 0; i < message.state.size(); ++i) message.state[i] = lanes_.word(lane, i);
    message.next = lanes_.next[lane];
  }
  void advance(std::size_t busy, std::size_t blocks) { sha256_advance_avx512(lanes_, busy, blocks); }
  void write(std::size_t lane, Hash& out) {
    for (std::size_t i = 0; i < 8; ++i) put_big_endian(lanes_.word(lane, i), &out.bytes[4 * i]);
  }
  void move(std::size_t from, std::size_t to) {
    for (std::size_t i = 0; i < 8; ++i) lanes_.word(to, i) = lanes_.word(from, i);
    lanes_.next[to] = lanes_.next[from];
  }

 private:
  Sha256Wide lanes_;
};

// Brings messages through lanes until fewer are busy than pays. `refill(message)` puts a message to begin or to go on
// with in the place of one that is done, or says that there is none. in[0 … busy) are under way; returns the new busy.
template <class Lanes, class Refill>
std::size_t hash_in(std::span<Message*> in, const Refill& refill) {
  Lanes lanes;
  std::size_t busy = 0;
  for (; busy < Lanes::kCount && refill(in[busy]); ++busy) lanes.put(busy, *in[busy]);
  while (busy >= Lanes::kBusyMin) {
    std::size_t blocks = in[0]->left();
    for (std::size_t i = 1; i < busy; ++i) blocks = std::min(blocks, in[i]->left());
    lanes.advance(busy, blocks);
    for (std::size_t i = busy; i-- > 0;) {
      if (const std::uint8_t* next = in[i]->advanced(blocks, lanes.next(i))) {
        lanes.next(i) = next;
        continue;
      }
      lanes.write(i, *in[i]->out());
      if (refill(in[i])) {
        lanes.put(i, *in[i]);
      } else {  // the last busy lane takes this one's place
        --busy;
        lanes.move(busy, i);
        std::swap(in[i], in[busy]);
      }
    }
  }
  for (std::size_t i = 0; i < busy; ++i) lanes.take(i, *in[i]);
  return busy;
}

template <class MessageAt>
void hash_in_lanes(const Sha256Words& start, std::size_t prefix, std::size_t count, const MessageAt& message_at,
                   const CpuFeatures& cpu) {
  std::array<Message, kSha256WideLanes> slots;
  std::array<Message*, kSha256WideLanes> in;
  for (std::size_t i = 0; i < slots.size(); ++i) in[i] = &slots[i];
  std::size_t begun = 0;
  const auto begin = [&](Message* message) {
    if (begun == count) return false;
    const auto [bytes, out] = message_at(begun++);
    message->begin(start, prefix, bytes, out);
    return true;
  };
  if (!cpu.avx512_wide || count < kSha256WideMin) {
    hash_in<ThreeLanes>(in, begin);
    return;
  }
  std::size_t waiting = hash_in<WideLanes>(in, begin);
  std::array<Message*, kSha256Lanes> last;
  hash_in<ThreeLanes>(last, [&](Message*& message) {
    if (waiting == 0) return false;
    message = in[--waiting];
    return true;
  });
}

}  // namespace

void sha256_pad(std::size_t size, std::size_t at, TwoBlocks& end) {
  const auto length = end.begin() + static_cast<std::ptrdiff_t>((at + 9 <= kSha256Block ? 1 : 2) * kSha256Block - 8);
  end[at] = 0x80;
  std::fill(end.begin() + static_cast<std::ptrdiff_t>(at) + 1, length, std::uint8_t{0});
  put_big_endian(std::uint64_t{size} * 8, &*length);
}

void sha256_padded(const Sha256Words& start, std::span<const TwoBlocks> messages, std::size_t blocks, Hash* out,
                   const CpuFeatures& cpu) {
  std::size_t at = 0;
  if (cpu.avx512_wide) {
    Sha256Wide lanes;
    while (messages.size() - at >= kSha256WideMin) {
      const std::size_t busy = std::min(kSha256WideLanes, messages.size() - at);
      for (auto& group : lanes.state)
        for (std::size_t i = 0; i < start.size(); ++i) group[i].fill(start[i]);
      for (std::size_t i = 0; i < busy; ++i) lanes.next[i] = messages[at + i].data();
      sha256_advance_avx512(lanes, busy, blocks);
      sha256_write_avx512(lanes, busy, out + at);
      at += busy;
    }
  }
  std::array<Sha256Lane, kSha256Lanes> lanes;
  for (; at < messages.size(); at += kSha256Lanes) {
    const std::size_t busy = std::min(kSha256Lanes, messages.size() - at);
    for (std::size_t i = 0; i < busy; ++i) lanes[i] = {sha256_lane_order(start), messages[at + i].data()};
    sha256_advance_shani(lanes.data(), busy, blocks);
    for (std::size_t i = 0; i < busy; ++i) sha256_write_shani(lanes[i], out[at + i].bytes.data());
  }
}

void sha256_many(std::span<const ByteView> messages, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(messages.size() == out.size());
  const auto message_at = [&](std::size_t i) { return std::pair(messages[i], &out[i]); };
  if (cpu.sha_ni) return hash_in_lanes(kSha256Initial, 0, out.size(), message_at, cpu);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sha256(messages[i]);
}

void sha256_many(ByteView messages, std::size_t size, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(size == 0 ? messages.empty() : messages.size() / size == out.size() && messages.size() % size == 0);
  const auto message_at = [&](std::size_t i) { return messages.subspan(i * size, size); };
  if (!cpu.sha_ni) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sha256(message_at(i));
  } else if (size > kSha256PaddedMax) {
    const auto with_out = [&](std::size_t i) { return std::pair(message_at(i), &out[i]); };
    hash_in_lanes(kSha256Initial, 0, out.size(), with_out, cpu);
  } else {
    sha256_in_step(size, out, cpu, [&](std::size_t i, std::uint8_t* to) { copy_short(message_at(i), to); });
  }
}

namespace {

// Padded messages of one number of blocks, hashed when there are as many as lanes.
class InStep {
 public:
  InStep(const Sha256Words& start, std::size_t blocks, const CpuFeatures& cpu)
      : start_(start), blocks_(blocks), cpu_(cpu) {}

  void add(std::size_t prefix, ByteView message, Hash* out) {
    TwoBlocks& to = padded_[count_];
    copy_short(message, to.data());
    sha256_pad(prefix + message.size(), message.size(), to);
    outs_[count_] = out;
    if (++count_ == padded_.size()) flush();
  }
  void flush() {
    std::array<Hash, kSha256WideLanes> hashes;
    sha256_padded(start_, std::span(padded_).first(count_), blocks_, hashes.data(), cpu_);
    for (std::size_t i = 0; i < count_; ++i) *outs_[i] = hashes[i];
    count_ = 0;
  }

 private:
  const Sha256Words& start_;
  std::size_t blocks_;
  const CpuFeatures& cpu_;
  std::size_t count_ = 0;
  alignas(64) std::array<TwoBlocks, kSha256WideLanes> padded_;
  std::array<Hash*, kSha256WideLanes> outs_;
};

}  // namespace

void tagged_many(const Tag& tag, std::span<const ByteView> messages, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(messages.size() == out.size());
  if (!cpu.sha_ni) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = tag(messages[i]);
    return;
  }
  const Sha256Words start = tag.midstate();
  InStep one(start, 1, cpu), two(start, 2, cpu);
  std::vector<std::size_t> rest;  // those that are longer
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (messages[i].size() > kSha256PaddedMax) {
      rest.push_back(i);
    } else {
      (messages[i].size() + 9 <= kSha256Block ? one : two).add(kSha256Block, messages[i], &out[i]);
    }
  }
  one.flush();
  two.flush();
  hash_in_lanes(
      start, kSha256Block, rest.size(), [&](std::size_t i) { return std::pair(messages[rest[i]], &out[rest[i]]); },
      cpu);
}

void tagged_pairs(const Tag& tag, std::span<const HashPair> pairs, const CpuFeatures& cpu) {
  if (!cpu.sha_ni) {
    for (const HashPair& pair : pairs) *pair.out = tag(pair.left->view(), pair.right->view());
    return;
  }
  const Sha256Words start = tag.midstate();
  std::array<TwoBlocks, kSha256WideLanes> padded;  // the blocks behind the tag's
  std::array<Hash, kSha256WideLanes> hashes;
  for (std::size_t i = 0; i < std::min(padded.size(), pairs.size()); ++i)
    sha256_pad(4 * Hash::kSize, 2 * Hash::kSize, padded[i]);
  while (!pairs.empty()) {
    const auto some = pairs.first(std::min(padded.size(), pairs.size()));
    pairs = pairs.subspan(some.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      std::copy_n(some[i].left->bytes.begin(), Hash::kSize, padded[i].begin());
      std::copy_n(some[i].right->bytes.begin(), Hash::kSize, padded[i].begin() + Hash::kSize);
    }
    sha256_padded(start, std::span(padded).first(some.size()), 2, hashes.data(), cpu);
    for (std::size_t i = 0; i < some.size(); ++i) *some[i].out = hashes[i];
  }
}

}  // namespace aether::crypto

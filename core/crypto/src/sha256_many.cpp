// Long messages: a lane takes one after the other, and all lanes run together for as many blocks as each still has.
// Short messages of one size run in step, padded beforehand.
#include <algorithm>

#include "aether/base/result.hpp"
#include "aether/crypto/sha256.hpp"
#include "sha256_lanes.hpp"

namespace aether::crypto {
namespace {

void put_big_endian(std::uint64_t value, std::uint8_t* to) {
  for (unsigned i = 0; i < 8; ++i) to[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
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

// A message on its way through a lane.
class Message {
 public:
  void begin(ByteView message, Hash* out, Sha256Lane& lane) {
    const std::size_t rest = message.size() % kSha256Block;
    out_ = out;
    lane = {kSha256Start, message.data()};
    left_ = message.size() / kSha256Block;
    end_left_ = end_blocks(message.size());
    std::copy(message.end() - static_cast<std::ptrdiff_t>(rest), message.end(), end_.begin());
    sha256_pad(message.size(), rest, end_);
    if (left_ == 0) turn_to_end(lane);
  }

  std::size_t left() const { return left_; }

  // After `blocks` ≤ left() blocks: true when the hash is written.
  bool advanced(std::size_t blocks, Sha256Lane& lane) {
    left_ -= blocks;
    if (left_ > 0) return false;
    if (end_left_ > 0) {
      turn_to_end(lane);
      return false;
    }
    sha256_write_shani(lane, out_->bytes.data());
    return true;
  }

 private:
  void turn_to_end(Sha256Lane& lane) {
    lane.next = end_.data();
    left_ = end_left_;
    end_left_ = 0;
  }

  Hash* out_;
  std::size_t left_;      // blocks in front of lane.next
  std::size_t end_left_;  // 0 once the end is under way
  TwoBlocks end_;
};

template <class MessageAt>
void hash_in_lanes(const MessageAt& message_at, std::span<Hash> out) {
  std::array<Sha256Lane, kSha256Lanes> lanes;
  std::array<Message, kSha256Lanes> slots;
  std::array<Message*, kSha256Lanes> in;  // in[i] is in lanes[i]
  for (std::size_t i = 0; i < kSha256Lanes; ++i) in[i] = &slots[i];
  std::size_t begun = 0, busy = 0;
  const auto begin = [&](std::size_t lane) {
    in[lane]->begin(message_at(begun), &out[begun], lanes[lane]);
    ++begun;
  };
  while (busy < kSha256Lanes && begun < out.size()) begin(busy++);
  while (busy > 0) {
    std::size_t blocks = in[0]->left();
    for (std::size_t i = 1; i < busy; ++i) blocks = std::min(blocks, in[i]->left());
    sha256_advance_shani(lanes.data(), busy, blocks);
    for (std::size_t i = busy; i-- > 0;) {
      if (!in[i]->advanced(blocks, lanes[i])) continue;
      if (begun < out.size()) {
        begin(i);
      } else {  // the last busy lane takes this one's place
        --busy;
        std::swap(lanes[i], lanes[busy]);
        std::swap(in[i], in[busy]);
      }
    }
  }
}

}  // namespace

void sha256_pad(std::size_t size, std::size_t at, TwoBlocks& end) {
  const auto length = end.begin() + static_cast<std::ptrdiff_t>((at + 9 <= kSha256Block ? 1 : 2) * kSha256Block - 8);
  end[at] = 0x80;
  std::fill(end.begin() + static_cast<std::ptrdiff_t>(at) + 1, length, std::uint8_t{0});
  put_big_endian(std::uint64_t{size} * 8, &*length);
}

void sha256_padded_shani(std::span<const TwoBlocks> messages, std::size_t blocks, Hash* out) {
  std::array<Sha256Lane, kSha256Lanes> lanes;
  for (std::size_t at = 0; at < messages.size(); at += kSha256Lanes) {
    const std::size_t busy = std::min(kSha256Lanes, messages.size() - at);
    for (std::size_t i = 0; i < busy; ++i) lanes[i] = {kSha256Start, messages[at + i].data()};
    sha256_advance_shani(lanes.data(), busy, blocks);
    for (std::size_t i = 0; i < busy; ++i) sha256_write_shani(lanes[i], out[at + i].bytes.data());
  }
}

void sha256_many(std::span<const ByteView> messages, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(messages.size() == out.size());
  if (cpu.sha_ni) return hash_in_lanes([&](std::size_t i) { return messages[i]; }, out);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = sha256(messages[i]);
}

void sha256_many(ByteView messages, std::size_t size, std::span<Hash> out, const CpuFeatures& cpu) {
  AETHER_ASSERT(size == 0 ? messages.empty() : messages.size() / size == out.size() && messages.size() % size == 0);
  const auto message_at = [&](std::size_t i) { return messages.subspan(i * size, size); };
  if (!cpu.sha_ni) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sha256(message_at(i));
  } else if (size > kSha256PaddedMax) {
    hash_in_lanes(message_at, out);
  } else {
    sha256_in_step_shani(size, out, [&](std::size_t i, std::uint8_t* to) { copy_short(message_at(i), to); });
  }
}

}  // namespace aether::crypto

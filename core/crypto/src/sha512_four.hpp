// SHA-512 of four messages, side by side on AVX2 if they are equally many blocks long, else one after the other.
#pragma once

#include <cstring>

#include "sha512.hpp"
#include "sha512_avx2.hpp"

namespace aether::crypto {

class Sha512Four {
 public:
  void add(std::size_t lane, ByteView part) { append(messages_[lane], part); }

  // Starts anew afterwards.
  std::array<Wide, 4> finish() {
    std::array<Wide, 4> out;
    std::array<const std::uint8_t*, 4> lanes;
    bool together = true;
    const std::size_t count = avx2::sha512_blocks(messages_[0].size());
    for (const Bytes& message : messages_) together = together && avx2::sha512_blocks(message.size()) == count;
    if (together) {
      for (std::size_t l = 0; l < 4; ++l) {
        const std::size_t length = messages_[l].size();
        messages_[l].resize(count * avx2::kSha512Block);
        avx2::sha512_pad(messages_[l], length);
        lanes[l] = messages_[l].data();
      }
      const auto digests = avx2::sha512_blocks_avx2(lanes, count);
      static_assert(sizeof digests == sizeof out);
      std::memcpy(out.data(), digests.data(), sizeof out);
    } else {
      for (std::size_t l = 0; l < 4; ++l) sha512({messages_[l]}, out[l]);
    }
    for (Bytes& message : messages_) message.clear();
    return out;
  }

 private:
  std::array<Bytes, 4> messages_;
};

}  // namespace aether::crypto

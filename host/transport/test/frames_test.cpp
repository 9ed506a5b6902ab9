// The decoder of frames, which reads what peers send, for every way of cutting a stream into reads.
#include <gtest/gtest.h>

#include "aether/base/bytes.hpp"
#include "aether_native/net.h"

namespace aether::transport {
namespace {

struct Cut {
  std::vector<std::string> messages;
  bool malformed = false;
};

Cut cut(std::string_view input, std::size_t piece, std::size_t max) {
  Cut result;
  const auto sink = [](void* to, const std::uint8_t* message, std::size_t size) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(as_text({message, size}));
  };
  const ByteView bytes = as_bytes(input);
  result.malformed = aether_native_net_frames(bytes.data(), bytes.size(), piece, max, sink, &result.messages) != 0;
  return result;
}

std::string frame(std::string_view message, std::uint32_t size) {
  std::string out;
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(size >> 8 * i));
  return out.append(message);
}
std::string frame(std::string_view message) { return frame(message, static_cast<std::uint32_t>(message.size())); }

TEST(Frames, AreTheSameHoweverTheyAreCut) {
  const std::vector<std::string> messages = {"a", "hello", std::string(300, 'x'), "z", std::string(70'000, 'y'), "end"};
  std::string stream;
  for (const std::string& message : messages) stream += frame(message);
  for (std::size_t piece = 1; piece <= 320; ++piece) {
    const Cut result = cut(stream, piece, 70'000);
    ASSERT_FALSE(result.malformed);
    ASSERT_EQ(result.messages, messages) << piece;
  }
  EXPECT_EQ(cut(stream, stream.size(), 70'000).messages, messages);
}

TEST(Frames, MalformedOnesEndTheStreamAfterWhatCameBefore) {
  for (const std::uint32_t size : {0U, 6U, 0x7fff'ffffU, 0xffff'ffffU}) {
    for (const std::size_t piece : {1UL, 3UL, 7UL, 100UL}) {
      const Cut result = cut(frame("hello") + frame("world!", size) + frame("more"), piece, 5);
      EXPECT_TRUE(result.malformed);
      EXPECT_EQ(result.messages, std::vector<std::string>{"hello"});
    }
  }
}

TEST(Frames, AnUnfinishedOneIsNotTold) {
  const std::string stream = frame("hello") + frame("world");
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const Cut result = cut(std::string_view(stream).substr(0, size), 2, 5);
    EXPECT_FALSE(result.malformed);
    EXPECT_EQ(result.messages.size(), size < 9 ? 0U : 1U);
  }
}

}  // namespace
}  // namespace aether::transport

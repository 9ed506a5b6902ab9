#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "aether/codec/bcs.hpp"

namespace aether::codec {
enum class Colour : std::uint8_t { red, green };
template <>
inline constexpr auto enum_names<Colour> = std::array<std::string_view, 2>{"red", "green"};

namespace {

struct Sample {
  std::uint8_t a = 0;
  std::int32_t b = 0;
  u128 c = 0;
  bool d = false;
  Hash e;
  Blob<40> f;
  List<std::uint16_t, 200> g;
  SortedSet<Hash, 4> h;
  std::optional<std::uint64_t> i;
  std::variant<std::uint8_t, Text<8>> j;
  Colour k = Colour::red;
  Slot l;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("a", self.a), visit("b", self.b), visit("c", self.c), visit("d", self.d), visit("e", self.e);
    visit("f", self.f), visit("g", self.g), visit("h", self.h), visit("i", self.i), visit("j", self.j);
    visit("k", self.k), visit("l", self.l);
  }
};

template <class T>
Error error_of(ByteView bytes) {
  const auto out = decode<T>(bytes);
  EXPECT_FALSE(out.has_value());
  return out ? Error{} : out.error();
}

// decode(encode(x)) == x is asserted through the bytes: every field takes part in them.
RC_GTEST_PROP(Bcs, decode_of_encode, ()) {
  Sample s;
  s.a = *rc::gen::arbitrary<std::uint8_t>();
  s.b = *rc::gen::arbitrary<std::int32_t>();
  s.c = u128{*rc::gen::arbitrary<std::uint64_t>()} << 64 | *rc::gen::arbitrary<std::uint64_t>();
  s.d = *rc::gen::arbitrary<bool>();
  s.e.bytes[31] = *rc::gen::arbitrary<std::uint8_t>();
  s.f = Blob<40>(*rc::gen::container<Bytes>(*rc::gen::inRange(0, 40), rc::gen::arbitrary<std::uint8_t>()));
  const auto n = *rc::gen::inRange<std::size_t>(0, 200);
  for (std::size_t i = 0; i < n; ++i) s.g.push_back(static_cast<std::uint16_t>(i * 77));
  for (int i = 0; i < *rc::gen::inRange(0, 4); ++i) {
    Hash hash;
    hash.bytes[0] = *rc::gen::arbitrary<std::uint8_t>();
    s.h.insert(hash);
  }
  if (*rc::gen::arbitrary<bool>()) s.i = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::arbitrary<bool>()) s.j = Text<8>("chain");
  s.k = *rc::gen::element(Colour::red, Colour::green);
  s.l = Slot{*rc::gen::arbitrary<std::uint64_t>()};
  const Bytes bytes = encode(s);
  const auto back = decode<Sample>(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->b == s.b && back->c == s.c && back->g == s.g && back->i == s.i && back->j == s.j && back->l == s.l);
  RC_ASSERT(encode(*back) == bytes);
  // No proper prefix and no extension decodes.
  RC_ASSERT(!decode<Sample>(ByteView(bytes).first(*rc::gen::inRange<std::size_t>(0, bytes.size()))));
  Bytes longer = bytes;
  longer.push_back(0);
  RC_ASSERT(decode<Sample>(longer).error() == Error::trailing_bytes);
}

// Whatever is accepted encodes to the same bytes.
RC_GTEST_PROP(Bcs, accepted_bytes_are_canonical, (const Bytes& noise)) {
  const auto check = [&]<class T>(std::type_identity<T>) {
    if (const auto value = decode<T>(noise)) RC_ASSERT(encode(*value) == noise);
  };
  check(std::type_identity<List<std::uint8_t, 30>>{});
  check(std::type_identity<std::optional<Blob<9>>>{});
  check(std::type_identity<SortedSet<Slot, 9>>{});
  check(std::type_identity<std::variant<bool, Colour, Text<5>>>{});
}

TEST(Bcs, refusals_have_their_own_codes) {
  EXPECT_EQ(error_of<std::uint32_t>(Bytes{1, 2, 3}), Error::truncated);
  EXPECT_EQ(error_of<std::uint8_t>(Bytes{1, 2}), Error::trailing_bytes);
  EXPECT_EQ(error_of<Blob<9>>((Bytes{0x80, 0})), Error::overlong_length);
  EXPECT_EQ(error_of<Blob<9>>((Bytes{0xff, 0xff, 0xff, 0xff, 0x7f})), Error::overlong_length);
  EXPECT_EQ(error_of<Blob<2>>((Bytes{3, 1, 2, 3})), Error::length_above_bound);
  EXPECT_EQ(error_of<bool>(Bytes{2}), Error::bad_bool);
  EXPECT_EQ(error_of<Colour>(Bytes{2}), Error::unknown_tag);
  EXPECT_EQ((error_of<std::variant<bool, bool>>(Bytes{2, 0})), Error::unknown_tag);
  EXPECT_EQ(error_of<std::optional<bool>>(Bytes{2}), Error::unknown_tag);
  EXPECT_EQ(error_of<Text<4>>((Bytes{1, 0x1f})), Error::bad_text);
  Bytes twice(17, 0);
  twice[0] = 2;
  EXPECT_EQ((error_of<SortedSet<Slot, 4>>(twice)), Error::unsorted_set);
}

TEST(Bcs, known_bytes) {
  // From the BCS specification: ULEB128 lengths and little-endian integers.
  EXPECT_EQ(encode(std::uint16_t{0x1234}), (Bytes{0x34, 0x12}));
  EXPECT_EQ(encode(std::int32_t{-1}), (Bytes{0xff, 0xff, 0xff, 0xff}));
  Blob<9999> blob(Bytes(9487, 7));
  const Bytes bytes = encode(blob);
  EXPECT_EQ(bytes[0], 0x8f);
  EXPECT_EQ(bytes[1], 0x4a);
}

}  // namespace
}  // namespace aether::codec

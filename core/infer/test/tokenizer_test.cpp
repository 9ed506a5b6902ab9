#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "aether/infer/tokenizer.hpp"
#include "support.hpp"

namespace aether::infer::testing {
namespace {

// Bytes at permuted ids, then random merges of existing pieces, a mark without text and one with text.
Vocabulary random_vocabulary(std::uint64_t seed, std::size_t merges) {
  Random random(seed);
  Vocabulary out;
  for (int byte = 0; byte < 256; ++byte) out.pieces.push_back({static_cast<std::uint8_t>(byte)});
  std::shuffle(out.pieces.begin(), out.pieces.end(), random);
  std::vector<std::uint32_t> likely;  // ids of the bytes that the tests' texts are made of
  for (std::uint32_t id = 0; id < 256; ++id) {
    if (std::string_view("ab1 \n!").find(static_cast<char>(out.pieces[id][0])) != std::string_view::npos) {
      likely.push_back(id);
    }
  }
  while (out.merges.size() < merges) {
    const std::uint32_t left = likely[below(random, likely.size())], right = likely[below(random, likely.size())];
    Bytes joined = out.pieces[left];
    append(joined, out.pieces[right]);
    if (joined.size() > 64 || std::ranges::find(out.pieces, joined) != out.pieces.end()) continue;
    const auto id = static_cast<std::uint32_t>(out.pieces.size());
    out.pieces.push_back(joined);
    out.merges.push_back({left, right, id});
    likely.push_back(id);
  }
  std::shuffle(out.merges.begin(), out.merges.end(), random);
  out.special = {static_cast<std::uint32_t>(out.pieces.size()), static_cast<std::uint32_t>(out.pieces.size() + 1)};
  out.pieces.push_back({});
  const std::string_view mark = "<|end|>";
  out.pieces.emplace_back(mark.begin(), mark.end());
  return out;
}

Tokenizer tokenizer_of(const Vocabulary& vocabulary) {
  auto made = Tokenizer::make(vocabulary);
  AETHER_ASSERT(made);
  return *std::move(made);
}

// The rule as models/aether-tiny/train.py states it.
std::vector<Bytes> naive_runs(const Bytes& text) {
  const auto kind = [](std::uint8_t b) {
    if (std::string_view(" \t\n\v\f\r").find(static_cast<char>(b)) != std::string_view::npos) return 0;
    if (48 <= b && b <= 57) return 2;
    return (65 <= b && b <= 90) || (97 <= b && b <= 122) || b >= 128 ? 1 : 3;
  };
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < text.size();) {
    Bytes run;
    const int first = kind(text[i]);
    while (i < text.size() && kind(text[i]) == first) run.push_back(text[i++]);
    if (first == 0 && i < text.size() && run.back() == ' ') {
      run.pop_back();
      if (!run.empty()) out.push_back(run);
      run = {' '};
      const int second = kind(text[i]);
      while (i < text.size() && kind(text[i]) == second) run.push_back(text[i++]);
    }
    out.push_back(run);
  }
  return out;
}

std::vector<std::uint32_t> naive_encode(const Vocabulary& vocabulary, const Bytes& text) {
  std::vector<std::uint32_t> out;
  for (const Bytes& run : naive_runs(text)) {
    std::vector<std::uint32_t> ids;
    for (const std::uint8_t byte : run) {
      ids.push_back(
          static_cast<std::uint32_t>(std::ranges::find(vocabulary.pieces, Bytes{byte}) - vocabulary.pieces.begin()));
    }
    while (true) {
      std::size_t best_rank = vocabulary.merges.size(), best = 0;
      for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
        for (std::size_t rank = 0; rank < best_rank; ++rank) {
          if (vocabulary.merges[rank].left == ids[i] && vocabulary.merges[rank].right == ids[i + 1]) {
            best_rank = rank;
            best = i;
          }
        }
      }
      if (best_rank == vocabulary.merges.size()) break;
      ids[best] = vocabulary.merges[best_rank].result;
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
    out.insert(out.end(), ids.begin(), ids.end());
  }
  return out;
}

Bytes any_text() {
  if (*rc::gen::inRange(0, 2) == 0) return *rc::gen::arbitrary<Bytes>();
  return *rc::gen::container<Bytes>(rc::gen::element<std::uint8_t>('a', 'b', 'a', 'b', '1', ' ', ' ', '\n', '!', 0xc3));
}

RC_GTEST_PROP(Tokenizer, decode_gives_back_any_bytes, (std::uint64_t seed)) {
  const Tokenizer tokenizer = tokenizer_of(random_vocabulary(seed, 40));
  const Bytes text = any_text();
  RC_ASSERT(tokenizer.decode(tokenizer.encode(text)) == text);
}

RC_GTEST_PROP(Tokenizer, merges_as_the_naive_loop_does, (std::uint64_t seed)) {
  const Vocabulary vocabulary = random_vocabulary(seed, 40);
  const Bytes text = any_text();
  RC_ASSERT(tokenizer_of(vocabulary).encode(text) == naive_encode(vocabulary, text));
}

// A quadratic loop would need hours.
TEST(Tokenizer, one_run_of_a_megabyte) {
  Vocabulary vocabulary = random_vocabulary(1, 0);
  std::uint32_t last =
      static_cast<std::uint32_t>(std::ranges::find(vocabulary.pieces, Bytes{'a'}) - vocabulary.pieces.begin());
  for (std::size_t size = 2; size <= 64; size *= 2) {
    const auto id = static_cast<std::uint32_t>(vocabulary.pieces.size());
    vocabulary.pieces.emplace_back(size, std::uint8_t{'a'});
    vocabulary.merges.push_back({last, last, id});
    last = id;
  }
  const Bytes text((1 << 20) + 1, 'a');
  const auto tokens = tokenizer_of(vocabulary).encode(text);
  EXPECT_EQ(tokens.size(), (1u << 14) + 1);
  EXPECT_EQ(tokenizer_of(vocabulary).decode(tokens), text);
}

TEST(Tokenizer, runs_and_the_space_before_them) {
  // A merge of any two neighbours shows where runs end: none crosses.
  Vocabulary vocabulary = random_vocabulary(2, 0);
  const auto id = [&](std::uint8_t byte) {
    return static_cast<std::uint32_t>(std::ranges::find(vocabulary.pieces, Bytes{byte}) - vocabulary.pieces.begin());
  };
  for (const std::uint8_t left : {'a', '1', '!', ' ', '\n'}) {
    for (const std::uint8_t right : {'a', '1', '!', ' ', '\n'}) {
      vocabulary.merges.push_back({id(left), id(right), static_cast<std::uint32_t>(vocabulary.pieces.size())});
      vocabulary.pieces.push_back({left, right});
    }
  }
  const Tokenizer tokenizer = tokenizer_of(vocabulary);
  const auto pieces = [&](std::string_view text) {
    std::vector<std::string> out;
    for (const std::uint32_t token : tokenizer.encode(as_bytes(text))) {
      out.emplace_back(as_text(vocabulary.pieces[token]));
    }
    return out;
  };
  using Pieces = std::vector<std::string>;
  EXPECT_EQ(pieces("a1!"), (Pieces{"a", "1", "!"}));
  EXPECT_EQ(pieces(" a"), (Pieces{" a"}));
  EXPECT_EQ(pieces("  a"), (Pieces{" ", " a"}));
  EXPECT_EQ(pieces("\na"), (Pieces{"\n", "a"}));
  EXPECT_EQ(pieces("\n a"), (Pieces{"\n", " a"}));
  EXPECT_EQ(pieces(" \na"), (Pieces{" \n", "a"}));
  EXPECT_EQ(pieces("a "), (Pieces{"a", " "}));
  EXPECT_EQ(pieces("aa  "), (Pieces{"aa", "  "}));
}

TEST(Tokenizer, marks_and_unknown_ids_have_no_text) {
  const Vocabulary vocabulary = random_vocabulary(3, 10);
  const Tokenizer tokenizer = tokenizer_of(vocabulary);
  std::vector<std::uint32_t> tokens = vocabulary.special;
  tokens.push_back(static_cast<std::uint32_t>(vocabulary.pieces.size()));
  tokens.push_back(UINT32_MAX);
  EXPECT_TRUE(tokenizer.decode(tokens).empty());
}

TEST(Tokenizer, each_rule_of_a_vocabulary_has_its_error) {
  const Vocabulary good = random_vocabulary(4, 10);
  const auto expect = [&](VocabularyError error, auto&& change) {
    Vocabulary bad = good;
    change(bad);
    const auto made = Tokenizer::make(bad);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error(), error) << to_string(made.error());
  };
  const auto size = static_cast<std::uint32_t>(good.pieces.size());
  expect(VocabularyError::too_large, [](Vocabulary& v) { v.pieces.resize(kVocabularyMax + 1); });
  expect(VocabularyError::too_large, [](Vocabulary& v) { v.merges.resize(kMergesMax + 1); });
  expect(VocabularyError::too_large, [](Vocabulary& v) { v.pieces.emplace_back(kPieceBytesMax + 1, std::uint8_t{1}); });
  expect(VocabularyError::missing_byte, [](Vocabulary& v) { v.pieces[17].clear(); });
  expect(VocabularyError::repeated_piece, [](Vocabulary& v) { v.pieces.push_back(v.pieces[0]); });
  expect(VocabularyError::bad_merge, [&](Vocabulary& v) { v.merges.push_back({0, 1, size}); });
  expect(VocabularyError::bad_merge, [](Vocabulary& v) { v.merges[0].result = v.merges[1].result; });
  expect(VocabularyError::bad_merge, [&](Vocabulary& v) { v.merges.push_back({v.special[0], 1, 1}); });
  expect(VocabularyError::repeated_merge, [](Vocabulary& v) { v.merges.push_back(v.merges[0]); });
  expect(VocabularyError::bad_special, [&](Vocabulary& v) { v.special.push_back(size); });
  expect(VocabularyError::bad_special, [](Vocabulary& v) { v.special.push_back(0); });
  expect(VocabularyError::bad_special, [](Vocabulary& v) { v.special.push_back(v.merges[0].result); });
}

TEST(Tokenizer, the_hash_names_every_part) {
  const Vocabulary good = random_vocabulary(5, 10);
  const Hash hash = tokenizer_of(good).hash();
  Vocabulary changed = good;
  std::swap(changed.merges[0], changed.merges[1]);
  EXPECT_NE(tokenizer_of(changed).hash(), hash);
  changed = random_vocabulary(5, 0);
  const Hash bytes_hash = tokenizer_of(changed).hash();
  std::swap(changed.pieces[0], changed.pieces[1]);
  EXPECT_NE(tokenizer_of(changed).hash(), bytes_hash);
  changed = good;
  changed.special.pop_back();
  EXPECT_NE(tokenizer_of(changed).hash(), hash);
}

}  // namespace
}  // namespace aether::infer::testing

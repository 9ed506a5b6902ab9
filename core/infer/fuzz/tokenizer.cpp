// A vocabulary from bytes, and text: an accepted tokenizer gives every text back.
#include "aether/infer/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aether;
  if (size == 0) return 0;
  // The byte pieces, then a merge for each three bytes; its text follows unless the third byte says otherwise.
  infer::Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) vocabulary.pieces.push_back({static_cast<std::uint8_t>(byte)});
  std::size_t at = 1;
  for (unsigned i = 0; i < data[0] && at + 3 <= size; ++i, at += 3) {
    const std::size_t known = vocabulary.pieces.size();
    const auto left = static_cast<std::uint32_t>(data[at] * known / 256);
    const auto right = static_cast<std::uint32_t>(data[at + 1] * known / 256);
    if (data[at + 2] % 64 == 0) vocabulary.special.push_back(right);
    Bytes joined = vocabulary.pieces[left];
    append(joined, vocabulary.pieces[right]);
    if (data[at + 2] % 64 == 1) joined.push_back(0);
    vocabulary.merges.push_back({left, right, static_cast<std::uint32_t>(known)});
    vocabulary.pieces.push_back(std::move(joined));
  }
  const auto tokenizer = infer::Tokenizer::make(vocabulary);
  if (!tokenizer) return 0;
  const ByteView text{data + at, size - at};
  const auto tokens = tokenizer->encode(text);
  for (const std::uint32_t token : tokens) AETHER_ASSERT(token < vocabulary.pieces.size());
  AETHER_ASSERT(std::ranges::equal(tokenizer->decode(tokens), text));
  return 0;
}

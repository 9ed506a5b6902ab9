#include <algorithm>

#include "aether/codec/bech32m.hpp"
#include "aether/crypto/ed25519.hpp"
#include "aether/keystore/mnemonic.hpp"
#include "aether/keystore/slip10.hpp"
#include "op.hpp"

namespace aether::vectors {
namespace {

namespace json = boost::json;

// The error of a library as this program's.
template <class T, class E>
Result<T, std::string> described(Result<T, E> result) {
  if (result) return std::move(*result);
  return fail(std::string(to_string(result.error())));
}

Result<void, std::string> data_or_words(const Fields& in) {
  if (in.has("data") == in.has("words")) return fail(std::string("data or words wanted, one of them"));
  return {};
}

Result<codec::Bech32mSymbols, std::string> symbols_in(const Fields& in) {
  if (in.has("data")) return codec::symbols_from_bytes(in.bytes("data"));
  codec::Bech32mSymbols out;
  for (const Value& word : in.list("words"))
    out.push_back(static_cast<std::uint8_t>(std::min<std::uint64_t>(word.number, 32)));
  return out;
}

Output run_bech32m_encode(const Fields& in, Machine&) {
  AETHER_TRY(const auto symbols, symbols_in(in));
  AETHER_TRY(const std::string text, described(codec::bech32m_encode(in.text("hrp"), symbols)));
  return json::object{{"text", text}};
}

Output run_bech32m_decode(const Fields& in, Machine&) {
  AETHER_TRY(const codec::Bech32m decoded, described(codec::bech32m_decode(in.text("text"))));
  const auto data = codec::bytes_from_symbols(decoded.symbols);
  return json::object{{"hrp", decoded.prefix},
                      {"data", data ? json::value(hex(*data)) : json::value(nullptr)},
                      {"words", json::array(decoded.symbols.begin(), decoded.symbols.end())}};
}

Output run_mnemonic_to_seed(const Fields& in, Machine&) {
  const auto passphrase = in.has("passphrase") ? in.text("passphrase") : std::string_view();
  AETHER_TRY(const Secret<64> seed, described(keystore::mnemonic_to_seed(in.text("mnemonic"), passphrase)));
  return json::object{{"seed", hex(seed.view())}};
}

Output run_slip10_derive(const Fields& in, Machine&) {
  std::string path(in.text("path"));
  for (char& c : path)
    if (c == 'H' || c == 'h') c = '\'';
  AETHER_TRY(const keystore::ExtendedKey key, described(keystore::slip10_derive(in.bytes("seed"), path)));
  return json::object{{"secret_key", hex(key.key.view())},
                      {"chain_code", hex(key.chain_code.view())},
                      {"public_key", hex(crypto::ed25519_public_key(key.key))}};
}

}  // namespace

std::vector<Op> key_ops() {
  return {
      {.name = "bech32m_encode",
       .summary = "BIP-350; data are bytes, words are numbers from 0 to 31, one of the two is given",
       .takes = {text("hrp"), optional(bytes("data")), optional(list(number("words")))},
       .gives = {text("text")},
       .check = data_or_words,
       .run = run_bech32m_encode},
      {.name = "bech32m_decode",
       .summary = "BIP-350; data is null where the words are no whole number of bytes with zeros as padding",
       .takes = {text("text")},
       .gives = {text("hrp"), optional(bytes("data")), list(number("words"))},
       .run = run_bech32m_decode},
      {.name = "mnemonic_to_seed",
       .summary = "BIP-39, of any words in any language; no passphrase is the empty one",
       .takes = {text("mnemonic"), optional(text("passphrase"))},
       .gives = {bytes("seed", 64)},
       .run = run_mnemonic_to_seed},
      {.name = "slip10_derive",
       .summary = "SLIP-0010 for ed25519; the path is m or m/0'/1', hardened throughout, with ', h or H",
       .takes = {bytes("seed"), text("path")},
       .gives = {bytes("secret_key", 32), bytes("chain_code", 32), bytes("public_key", 32)},
       .run = run_slip10_derive},
  };
}

}  // namespace aether::vectors

#include "kes_file.hpp"

#include "aether/env/rename.hpp"
#include "aether/types/asset.hpp"

namespace aether::keystore {
namespace {

constexpr std::string_view kFirstLine = "aether-kes 1\n";

std::optional<KesHead> head_from_text(std::string_view text) {
  const std::string_view all = text;
  text.remove_prefix(std::min(text.size(), kFirstLine.size()));
  KesHead head;
  if (!take_hex(text, "node_key", head.node_key) || !take_hex(text, "public_key", head.public_key)) return std::nullopt;
  const auto line = take_line(text, "period");
  const auto period = line ? from_decimal(*line) : std::nullopt;
  if (!period || *period >= crypto::kKesPeriods) return std::nullopt;
  head.period = static_cast<unsigned>(*period);
  if (kes_head_text(head) != all) return std::nullopt;
  return head;
}

}  // namespace

std::string kes_head_text(const KesHead& head) {
  return std::string(kFirstLine) + "node_key " + to_hex(head.node_key) + "\npublic_key " + to_hex(head.public_key) +
         "\nperiod " + std::to_string(head.period) + "\n";
}

std::optional<SealedKes> sealed_kes_from_text(std::string_view text) {
  auto sealed = sealed_file_from_text(text);
  if (!sealed || sealed->ciphertext.size() != crypto::KesSecretKey::kBytes + kSealedTagBytes) return std::nullopt;
  const auto head = head_from_text(sealed->head);
  if (!head) return std::nullopt;
  return SealedKes{*head, std::move(*sealed)};
}

Outcome<SealedKes> read_kes_file(const env::Path& path) {
  AETHER_TRY(const std::string text,
             read_private_file(path, "there is no KES key at " + path.string() +
                                         ": make a new one with `aetherctl keys validator rotate-kes --lost`"));
  auto file = sealed_kes_from_text(text);
  if (!file) return damaged(path, "KES key file");
  return std::move(*file);
}

Outcome<void> take_place(const env::Path& from, const env::Path& to) {
  std::error_code ignored;
  const bool was_renamed = !std::filesystem::exists(from, ignored);  // by a call that failed after
  auto done = was_renamed ? env::Outcome<void>() : env::erase_file(to);
  if (done) done = env::rename_durably(from, to);
  if (!done) return fail(Error{ErrorKind::environment, done.error().message});
  return {};
}

Outcome<KesFile> KesFile::create(const env::Path& path, const crypto::PublicKey& node_key, crypto::KesSecretKey&& key,
                                 SealingKey&& sealing) {
  const KesHead head{node_key, key.public_key(), key.period()};
  KesFile out(path, head, std::move(key), std::move(sealing));
  AETHER_CHECK(out.store());
  return out;
}

Outcome<KesFile> KesFile::create_beside(const env::Path& path, crypto::KesSecretKey&& key) const {
  return create(path, head_.node_key, std::move(key), {sealing_.cost, sealing_.salt, sealing_.key.clone()});
}

Outcome<void> KesFile::move_to(const env::Path& path) {
  if (path == path_) return {};
  AETHER_CHECK(take_place(path_, path));
  path_ = path;
  return {};
}

Outcome<KesFile> KesFile::open(const env::Path& path, const SealedKes& file, const SecretBytes& password) {
  AETHER_TRY(SealingKey sealing, sealing_key(password, file.sealed));
  AETHER_TRY(const SecretBytes bytes, unseal(file.sealed, sealing, path));
  auto key = crypto::KesSecretKey::from_bytes(bytes.view().first<crypto::KesSecretKey::kBytes>());
  if (!key || KesHead{file.head.node_key, key->public_key(), key->period()} != file.head)
    return fail(Error{ErrorKind::damaged, path.string() + " holds another key than it says"});
  return KesFile(path, file.head, std::move(*key), std::move(sealing));
}

Outcome<crypto::KesSignature> KesFile::sign(unsigned period, ByteView message) {
  if (period >= crypto::kKesPeriods)
    return fail(Error{ErrorKind::expired, "the KES key has no period " + std::to_string(period) + ": its last is " +
                                              std::to_string(crypto::kKesPeriods - 1)});
  if (period < key_.period())
    return fail(Error{ErrorKind::past_period, "the KES key of period " + std::to_string(period) +
                                                  " is erased: it has evolved to period " +
                                                  std::to_string(key_.period())});
  while (key_.period() < period) AETHER_ASSERT(key_.evolve());
  if (head_.period != period) AETHER_CHECK(store());
  return key_.sign(message);
}

Outcome<void> KesFile::store() {
  KesHead head = head_;
  head.period = key_.period();
  const SealedFile file = seal(kes_head_text(head), key_.to_bytes().view(), sealing_);
  const auto written = env::write_file_atomically(path_, as_bytes(sealed_file_text(file)),
                                                  {.mode = 0600, .overwrite = true, .erase_replaced = true});
  if (!written) return fail(Error{ErrorKind::environment, written.error().message});
  head_ = head;
  return {};
}

}  // namespace aether::keystore

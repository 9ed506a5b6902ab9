#include "code_store.hpp"

#include "aether/crypto/sha256.hpp"

namespace aether::wasm {

namespace {

// Far above what a module that fits a block is compiled to.
constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;
constexpr std::size_t kHexDigits = 2 * Hash::kSize;

void remove_file(const env::Path& path) {
  std::error_code ignored;  // it stays, and is found again at the next start
  std::filesystem::remove(path, ignored);
}

struct Name {
  Hash code, checksum;
};

std::optional<Name> read_name(std::string_view name) {
  if (name.size() != 2 * kHexDigits + 1 || name[kHexDigits] != '-') return std::nullopt;
  const auto code = hash_from_hex(name.substr(0, kHexDigits)), checksum = hash_from_hex(name.substr(kHexDigits + 1));
  if (!code || !checksum) return std::nullopt;
  return Name{*code, *checksum};
}

}  // namespace

CodeStore::CodeStore(env::Path directory) : directory_(std::move(directory)) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    const auto name = read_name(at->path().filename().string());
    const std::uint64_t bytes = at->file_size(error);
    if (name && !error && files_.try_emplace(name->code, File{name->checksum, bytes, false}).second) {
      bytes_ += bytes;
    } else {
      remove_file(at->path());
    }
  }
}

env::Path CodeStore::path_of(const Hash& code, const Hash& checksum) const {
  return directory_ / (to_hex(code.bytes) + "-" + to_hex(checksum.bytes));
}

std::optional<CodeStore::File> CodeStore::find(const Hash& code) const {
  const std::lock_guard lock(mutex_);
  const auto at = files_.find(code);
  return at == files_.end() ? std::nullopt : std::optional(at->second);
}

void CodeStore::mark_checked(const Hash& code) {
  const std::lock_guard lock(mutex_);
  if (const auto at = files_.find(code); at != files_.end()) at->second.checked = true;
}

void CodeStore::remove(const Hash& code) {
  const std::lock_guard lock(mutex_);
  const auto at = files_.find(code);
  if (at == files_.end()) return;
  bytes_ -= at->second.bytes;
  remove_file(path_of(code, at->second.checksum));
  files_.erase(at);
}

Owned<wasmtime_module_t> CodeStore::load(wasm_engine_t* engine, const Hash& code) {
  const auto file = find(code);
  if (!file) return nullptr;
  const env::Path path = path_of(code, file->checksum);
  if (!file->checked) {
    const auto bytes = env::read_file(path, kFileBytesMax);
    if (!bytes || crypto::sha256(*bytes) != file->checksum) return remove(code), nullptr;
  }
  wasmtime_module_t* module = nullptr;
  if (Owned<wasmtime_error_t>(wasmtime_module_deserialize_file(engine, path.c_str(), &module)))
    return remove(code), nullptr;
  if (!file->checked) mark_checked(code);
  return Owned<wasmtime_module_t>(module);
}

void CodeStore::keep(const Hash& code, const wasmtime_module_t* module) {
  wasm_byte_vec_t made{};
  if (Owned<wasmtime_error_t>(wasmtime_module_serialize(module, &made))) return;
  const ByteView bytes(reinterpret_cast<const std::uint8_t*>(made.data), made.size);
  const Hash checksum = crypto::sha256(bytes);
  const bool written = env::write_file_atomically(path_of(code, checksum), bytes, {.durable = false}).has_value();
  wasm_byte_vec_delete(&made);
  if (!written) return;
  const std::lock_guard lock(mutex_);
  File& file = files_[code];
  if (file.checksum != checksum && file.bytes != 0) remove_file(path_of(code, file.checksum));
  bytes_ += bytes.size() - file.bytes;
  file = {checksum, bytes.size(), false};
}

void CodeStore::retain(const std::function<bool(const Hash&)>& is_live) {
  std::vector<Hash> dead;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [code, file] : files_) dead.push_back(code);
  }
  std::erase_if(dead, is_live);
  for (const Hash& code : dead) remove(code);
}

std::uint64_t CodeStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace aether::wasm

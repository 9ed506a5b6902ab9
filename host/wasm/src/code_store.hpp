// Machine code on disk, a file for each module: what the cache forgets, or a process before this one compiled, is
// mapped instead of compiled again.
//
// A file is named by the code hash and the SHA-256 of its bytes, which are checked when it is first used: Wasmtime
// trusts them, once their version and its settings are its own. It is written under another name and renamed, and never
// synced: what a failure of power leaves fails the check and is compiled again. The checksum finds accidents; who may
// write to the directory may do what the process may.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "aether/env/file.hpp"
#include "engine.hpp"

namespace aether::wasm {

// Safe from any thread. A directory that cannot be read or written is an empty one.
class CodeStore {
 public:
  // Takes what it finds; removes what no write finished.
  explicit CodeStore(env::Path directory);

  // Null where there is none that this engine can use; what it cannot use is removed.
  [[nodiscard]] Owned<wasmtime_module_t> load(wasm_engine_t* engine, const Hash& code);
  void keep(const Hash& code, const wasmtime_module_t* module);
  // Removes the others.
  void retain(const std::function<bool(const Hash&)>& is_live);
  [[nodiscard]] std::uint64_t bytes() const;

 private:
  struct File {
    Hash checksum;
    std::uint64_t bytes = 0;
    bool checked = false;
  };

  env::Path path_of(const Hash& code, const Hash& checksum) const;
  std::optional<File> find(const Hash& code) const;
  void mark_checked(const Hash& code);
  void remove(const Hash& code);

  const env::Path directory_;
  mutable std::mutex mutex_;
  std::map<Hash, File> files_;
  std::uint64_t bytes_ = 0;
};

}  // namespace aether::wasm

// Compiled modules by code hash. One thread compiles a hash, others who ask for it wait. Beyond the bound of bytes the
// least recently used leave; who still runs one keeps it alive.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "aether/base/bytes.hpp"

namespace aether::wasm {

struct CompiledModule;

class ModuleCache {
 public:
  struct Made {
    std::shared_ptr<const CompiledModule> module;  // null: it cannot be compiled
    std::size_t bytes = 0;
  };
  using Make = std::function<Made()>;

  explicit ModuleCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The module at hand, else what `make` gives.
  [[nodiscard]] std::shared_ptr<const CompiledModule> get(const Hash& code, const Make& make);
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Slot {
    std::mutex making;
    Made made;                      // written under `making`
    std::list<Hash>::iterator age;  // under the cache's mutex, as all below
    bool counted = false;
  };

  void settle(const Hash& code, const std::shared_ptr<Slot>& slot);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::map<Hash, std::shared_ptr<Slot>> slots_;
  std::list<Hash> ages_;  // the most recently used first
  std::size_t bytes_ = 0;
};

}  // namespace aether::wasm

#include "aether/chain/restore.hpp"

#include "aether/env/cpu.hpp"
#include "aether/storage/rocks_kv.hpp"
#include "database.hpp"
#include "snapshot_work.hpp"

namespace aether::chain {
namespace {

// All databases of the directory but the chain's.
std::vector<std::uint64_t> others(const env::Path& directory, const std::string& current) {
  std::vector<std::uint64_t> out;
  std::error_code code;
  for (std::filesystem::directory_iterator at(directory, code), end; !code && at != end; at.increment(code))
    if (const auto number = database_number(at->path().filename().string()); number && at->path().filename() != current)
      out.push_back(*number);
  return out;
}

void discard(const env::Path& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace

storage::Outcome<Restore> Restore::begin(const Chain& chain, ByteView plan) {
  AETHER_ASSERT(chain.lock_ != nullptr);
  AETHER_TRY(const std::string current, current_database(chain.directory_));
  std::uint64_t last = *database_number(current);
  for (const std::uint64_t number : others(chain.directory_, current)) {
    last = std::max(last, number);
    discard(chain.directory_ / database_name(number));
  }
  const std::string name = database_name(last + 1);
  AETHER_TRY(auto kv, storage::open_rocks_kv({chain.directory_, nullptr, name, chain.lock_}));
  AETHER_TRY(auto partial, storage::PartialState::begin(std::move(kv), plan));
  return Restore(chain.directory_, name, std::move(partial));
}

std::optional<Restore> Restore::resume(const Chain& chain) {
  AETHER_ASSERT(chain.lock_ != nullptr);
  const auto current = current_database(chain.directory_);
  if (!current) return std::nullopt;
  std::optional<Restore> out;
  for (const std::uint64_t number : others(chain.directory_, *current)) {
    const std::string name = database_name(number);
    // Below: what the chain was before. One that cannot be opened is the rest of a removal, or of a begin.
    if (number > *database_number(*current) && !out)
      if (auto kv = storage::open_rocks_kv({chain.directory_, nullptr, name, chain.lock_}))
        if (auto partial = storage::PartialState::resume(std::move(*kv)))
          out = Restore(chain.directory_, name, std::move(partial));
    if (!out || out->name() != name) discard(chain.directory_ / name);
  }
  return out;
}

storage::Outcome<void> Restore::store(std::uint32_t index, const snapshot::Chunk& chunk) {
  storage::PartialState::Chunk objects;
  chunk.visit([&](const snapshot::Chunk::Object& object) { objects.add(object.state_key, object.id, object.value); });
  return partial_->keep(index, std::move(objects));
}

storage::Outcome<void> Restore::finish(const Chain& chain, const snapshot::Manifest& manifest,
                                       const PrecommitCertificate& certificate) {
  AETHER_TRY(auto kv, std::move(*partial_).finish(chain.genesis_hash_, record_of(manifest), certificate));
  partial_.reset();
  AETHER_TRY(finished_, storage::Store::open(std::move(kv),
                                             {.genesis = chain.genesis_hash_, .name = (directory_ / name_).string()},
                                             chain.pool_, env::cpu_features()));
  chain.prepare_code(*finished_->snapshot());
  return {};
}

std::unique_ptr<storage::Store> Restore::take() && {
  AETHER_ASSERT(finished_ != nullptr);
  return std::move(finished_);
}

void Restore::remove() && {
  partial_.reset();
  finished_.reset();
  discard(directory_ / name_);
}

}  // namespace aether::chain

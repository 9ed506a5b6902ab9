#include "aether/chain/directory.hpp"

#include "aether/config/genesis.hpp"

namespace aether::chain {
namespace {

template <class T, class E>
DirectoryOutcome<T> said(Result<T, E> result) {
  if (!result) return fail(std::move(result.error().message));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(*result);
  }
}

bool is_there(const env::Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// Nothing but what an interrupted write of the genesis left.
DirectoryOutcome<void> check_unused(const env::Path& directory) {
  std::error_code code;
  for (std::filesystem::directory_iterator at(directory, code), end; !code && at != end; at.increment(code))
    if (!at->path().filename().string().starts_with(kGenesisFile))
      return fail(directory.string() + " holds files but no chain: name an empty or a new directory");
  return {};
}

}  // namespace

DirectoryOutcome<Genesis> genesis_of_directory(const env::Path& directory, const Genesis& wanted, bool must) {
  const env::Path file = directory / kGenesisFile;
  if (is_there(file)) {
    AETHER_TRY(auto kept, said(config::genesis_from_file(file)));
    if (!must || genesis_hash(wanted) == genesis_hash(kept)) return kept;
    return fail(directory.string() + " keeps a chain with another genesis, " + file.string() +
                ": start it without one, or name a new directory");
  }
  AETHER_CHECK(check_unused(directory));
  AETHER_CHECK(said(env::make_directories(directory, 0700)));
  AETHER_CHECK(keep_genesis(directory, wanted));
  return wanted;
}

DirectoryOutcome<Genesis> kept_genesis(const env::Path& directory) {
  const env::Path file = directory / kGenesisFile;
  if (!is_there(file)) return fail(directory.string() + " keeps no chain: there is no " + file.string());
  return said(config::genesis_from_file(file));
}

DirectoryOutcome<void> keep_genesis(const env::Path& directory, const Genesis& genesis) {
  return said(env::write_file_atomically(directory / kGenesisFile, as_bytes(config::genesis_to_toml(genesis)),
                                         {.overwrite = false}));
}

}  // namespace aether::chain

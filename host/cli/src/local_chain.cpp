#include "local_chain.hpp"

#include "aether/chain/directory.hpp"
#include "aether/config/node.hpp"

namespace aether::cli {

std::string hex(const Hash& hash) { return to_hex0x(hash.bytes); }

Failure directory_failure(std::string message) {
  return {kBadFile, "no_chain", std::move(message),
          "name the directory of a chain, or make one: aetherctl ledger init, aetherctl snapshot restore"};
}

Failure failure_of(const storage::Error& error) {
  using enum storage::ErrorKind;
  switch (error.kind) {
    case locked:
      return {kBadFile, "locked", error.message, "stop the aetherd or aetherctl that has the directory open"};
    case foreign: return {kBadFile, "other_genesis", error.message, "put back the genesis.toml that it was made with"};
    case schema:
      return {
          kBadFile, "other_schema", error.message,
          "aetherctl snapshot create with the version that wrote it, then aetherctl snapshot restore with this one"};
    case not_a_database: return directory_failure(error.message);
    case corrupt:
      return {kBadFile, "chain_damaged", error.message, "aetherctl snapshot restore FILE --data DIR --force"};
    case bad_genesis: return {kBadFile, "bad_genesis", error.message, "aetherd genesis prints one to start from"};
    case environment: break;
  }
  return {kBadFile, "directory", error.message, "check the path, its permissions and the disk"};
}

Failure failure_of(const chain::SnapshotError& error) {
  using enum chain::SnapshotErrorKind;
  switch (error.kind) {
    case unreadable: return {kBadFile, "snapshot_file", error.message, "name a snapshot's file"};
    case damaged:
      return {kDiffers, "snapshot_damaged", error.message,
              "fetch the file again, or make one: aetherctl snapshot create"};
    case unexpected:
      return {kDiffers, "snapshot_unexpected", error.message, "take a snapshot of the chain and block that you expect"};
    case exists: return {kBadFile, "exists", error.message, "name another one, or replace what is there with --force"};
    case not_a_chain:
      return {kBadFile, "not_a_chain", error.message, "name another directory; --force replaces chains only"};
    case locked:
      return {kBadFile, "locked", error.message, "stop the aetherd or aetherctl that has the directory open"};
    case stopped:  // by a node that ends
    case environment: break;
  }
  return {kBadFile, "file_system", error.message, "check the path, its permissions and the disk"};
}

Failure failure_of(const admin::Error& error) {
  using enum admin::ErrorKind;
  switch (error.kind) {
    case absent:
      return {kUnreachable, "no_node", error.message, "name its directory, or start it: aetherd run --home NODE"};
    case not_permitted: return {kFailed, "not_permitted", error.message, "run this as the user that the node runs as"};
    case broken:
      return {kUnreachable, "unreachable", error.message, "look into the node's log, and use aetherctl of its version"};
    case refused: break;
  }
  const api::ErrorInfo& info = api::info(error.error.code);
  if (error.error.reason == "exists")
    return {kBadFile, "exists", error.message, "name another one, or replace what is there with --force"};
  if (error.error.reason == "file_system")
    return {kBadFile, "file_system", error.message, "check the path, its permissions and the disk"};
  return {kFailed, error.error.reason.empty() ? std::string(info.name) : error.error.reason, error.message,
          std::string(info.remedy)};
}

ChainPlace place_of_chain(const env::Path& data) {
  std::error_code ignored;
  const auto is_home = [&](const env::Path& path) {
    return std::filesystem::is_regular_file(path / config::kNodeConfigFile, ignored);
  };
  if (is_home(data)) return {data / "chain", data};
  const env::Path named = data.has_filename() ? data : data.parent_path();
  const env::Path above = named.has_parent_path() ? named.parent_path() : env::Path(".");
  if (named.filename() == "chain" && is_home(above)) return {data, above};
  return {data, {}};
}

Result<std::unique_ptr<chain::Chain>, Failure> open_local_chain(const std::string& directory, TaskPool& pool) {
  auto genesis = chain::kept_genesis(directory);
  if (!genesis) return fail(directory_failure(genesis.error()));
  auto opened = chain::Chain::open({.directory = directory, .ephemeral = false, .genesis = std::move(*genesis)}, pool);
  if (!opened) return fail(failure_of(opened.error()));
  return std::move(*opened);
}

}  // namespace aether::cli

#include <condition_variable>
#include <mutex>
#include <thread>

#include "aether/env/thread_pool.hpp"
#include "local_chain.hpp"
#include "progress_bar.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

Result<std::optional<Hash>, Failure> read_expected(std::string_view what, const std::string& text) {
  if (text.empty()) return std::nullopt;
  AETHER_TRY(const Hash hash, read_id(what, text));
  return hash;
}

Result<chain::Expected, Failure> read_expected(const Arguments& arguments) {
  chain::Expected out;
  AETHER_TRY(out.genesis, read_expected("genesis hash", arguments.genesis_hash));
  AETHER_TRY(out.block, read_expected("block hash", arguments.block_hash));
  AETHER_TRY(out.state_root, read_expected("state root", arguments.state_root));
  return out;
}

Output show(const chain::SnapshotFacts& facts, std::string done) {
  const snapshot::Manifest& manifest = facts.manifest;
  const snapshot::Totals totals = snapshot::totals(manifest);
  const Hash genesis = genesis_hash(manifest.genesis);
  json::object out{{"snapshot", hex(facts.digest)},
                   {"chain_id", std::to_string(manifest.genesis.chain_id.raw())},
                   {"genesis_hash", hex(genesis)},
                   {"slot", std::to_string(manifest.slot.raw())},
                   {"block", hex(manifest.hash)},
                   {"time_ms", std::to_string(manifest.time_ms)},
                   {"state_root", hex(manifest.state_root)},
                   {"objects", totals.objects},
                   {"bytes", totals.bytes},
                   {"chunks", manifest.chunks.size()},
                   {"file_bytes", facts.file_bytes}};
  std::string text = "snapshot    " + hex(facts.digest) + "\nchain       " +
                     std::to_string(manifest.genesis.chain_id.raw()) + "\ngenesis     " + hex(genesis) +
                     "\nslot        " + std::to_string(manifest.slot.raw()) + "\nblock       " + hex(manifest.hash) +
                     "\nstate root  " + hex(manifest.state_root) + "\nobjects     " + std::to_string(totals.objects) +
                     "\nbytes       " + std::to_string(totals.bytes) + " in " + std::to_string(manifest.chunks.size()) +
                     " chunks\nfile        " + std::to_string(facts.file_bytes) + " bytes\n";
  if (!done.empty()) text += "done        " + done + "\n";
  return {std::move(text), std::move(out)};
}

// What `operation` does with a pool, under a bar.
template <class Operation>
auto worked(const char* what, const Operation& operation) {
  env::ThreadPool pool;
  ProgressBar bar(what);
  return operation(
      chain::Work{.pool = pool, .progress = [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); }});
}

// What the node says of the snapshot that it packs, under a bar, until it is asked to stop.
void watch_packing(const std::stop_token& stop, const env::Path& home) {
  ProgressBar bar("packing");
  bar.show(0, 1);
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  auto node = admin::Client::connect(home);
  while (node && !stop.stop_requested()) {
    const auto status = node->call(admin::GetStatus{});
    if (!status) return;
    if (status->packing) bar.show(status->packing->done, status->packing->total);
    wake.wait_for(lock, stop, std::chrono::milliseconds(200), [] { return false; });
  }
}

// By the node that runs in the directory.
CommandResult create_by(admin::Client& node, const env::Path& home, const Arguments& arguments) {
  std::error_code error;
  const env::Path file = std::filesystem::absolute(arguments.out, error);
  if (error)
    return fail(Failure{kBadFile, "file_system", arguments.out + ": " + error.message(), "name an absolute path"});
  note("aetherctl: the node that runs there packs it");
  std::jthread watch([&home](const std::stop_token& stop) { watch_packing(stop, home); });
  auto answer = node.call(admin::CreateSnapshot{file.string(), arguments.force});
  watch.request_stop();
  watch.join();
  CLI_TRY(const auto made, std::move(answer));
  CLI_TRY(const auto facts, chain::read_snapshot(file));
  if (facts.digest != made.snapshot)
    return fail(Failure{kDiffers, "snapshot_damaged", file.string() + " is not the snapshot that the node wrote",
                        "does another program write this file? Name another one"});
  return show(facts, "written to " + arguments.out);
}

}  // namespace

CommandResult snapshot_create(const Arguments& arguments) {
  const ChainPlace place = place_of_chain(arguments.data);
  if (!place.home.empty()) {
    auto running = admin::Client::connect(place.home);
    if (running) return create_by(*running, place.home, arguments);
    if (running.error().kind != admin::ErrorKind::absent) return fail(failure_of(running.error()));
  }
  env::ThreadPool opening;
  AETHER_TRY(const auto chain, open_local_chain(place.chain.string(), opening));
  CLI_TRY(const auto facts, worked("packing", [&](const chain::Work& work) {
            return chain::create_snapshot(*chain->snapshot(), chain->genesis(),
                                          {.file = arguments.out, .replace = arguments.force}, work);
          }));
  return show(facts, "written to " + arguments.out);
}

CommandResult snapshot_verify(const Arguments& arguments) {
  AETHER_TRY(const auto expected, read_expected(arguments));
  CLI_TRY(const auto facts, worked("verifying", [&](const chain::Work& work) {
            return chain::verify_snapshot(arguments.file, expected, work);
          }));
  return show(facts, "every chunk holds under the state root");
}

CommandResult snapshot_restore(const Arguments& arguments) {
  AETHER_TRY(const auto expected, read_expected(arguments));
  CLI_TRY(const auto facts, worked("restoring", [&](const chain::Work& work) {
            return chain::restore_snapshot(arguments.file, expected,
                                           {.directory = arguments.data, .replace = arguments.force}, work);
          }));
  return show(facts, "restored into " + arguments.data + ", which goes on from this block");
}

CommandResult snapshot_info(const Arguments& arguments) {
  CLI_TRY(const auto facts, chain::read_snapshot(arguments.file));
  return show(facts, {});
}

}  // namespace aether::cli

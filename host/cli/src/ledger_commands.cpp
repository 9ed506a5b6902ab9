// A chain's directory without a network: made, extended by blocks from files, looked at, proved, executed again.
#include "aether/chain/directory.hpp"
#include "aether/chain/replay.hpp"
#include "aether/config/genesis.hpp"
#include "aether/env/thread_pool.hpp"
#include "local_chain.hpp"
#include "progress_bar.hpp"
#include "support.hpp"

namespace aether::cli {
namespace {

namespace json = boost::json;

// A block's transactions and its header, with what BCS puts around them.
constexpr std::size_t kBlockFileBytesMax = limits::kBlockBytesMax + limits::kHeaderBytesMax + 1024;

std::string slot_text(const storage::BlockRecord& record) { return std::to_string(record.slot.raw()); }

json::object describe(const storage::BlockRecord& record) {
  return {{"slot", slot_text(record)},
          {"block", hex(record.hash)},
          {"state_root", hex(record.state_root)},
          {"receipts_root", hex(record.receipts_root)}};
}

std::string text_of(const storage::BlockRecord& record) {
  return "slot        " + slot_text(record) + "\nblock       " + hex(record.hash) + "\nstate root  " +
         hex(record.state_root) + "\n";
}

Result<Block, Failure> read_block(const std::string& file) {
  AETHER_TRY(const Bytes bytes, read_input(file, kBlockFileBytesMax));
  auto block = codec::decode<Block>(bytes);
  if (block) return std::move(*block);
  return fail(Failure{kBadFile, "bad_block", file + " is no block: " + std::string(codec::to_string(block.error())),
                      "aetherctl ledger block SLOT --out FILE writes one"});
}

// Applies the block of a file; the error names file, slot and rule.
Result<void, Failure> apply(chain::Chain& chain, const std::string& file) {
  AETHER_TRY(const Block block, read_block(file));
  std::optional<chain::BlockRule> refused;
  CLI_CHECK(chain.apply(block, refused));
  if (!refused) return {};
  const std::string tip = std::to_string(chain.snapshot()->tip()->slot.raw());
  return fail(Failure{
      kFailed, "block_refused",
      file + ", block " + std::to_string(block.header.body.slot.raw()) + ": " + std::string(to_string(*refused)),
      "the chain stays at block " + tip + "; aetherctl ledger state shows it"});
}

// Objects of each domain.
json::object counts(const storage::Snapshot& snapshot, std::string& text, std::uint64_t& bytes) {
  std::array<std::uint64_t, codec::enum_names<Domain>.size()> objects{};
  snapshot.visit_objects({}, [&](const Hash&, const ObjectId& id, ByteView value) {
    ++objects[static_cast<std::size_t>(id.domain)];
    bytes += value.size();
    return true;
  });
  json::object out;
  const std::size_t width = std::ranges::max(codec::enum_names<Domain>, {}, &std::string_view::size).size() + 2;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string name(codec::enum_names<Domain>[i]);
    out.emplace(name, objects[i]);
    name.resize(width, ' ');
    if (objects[i] > 0) text += name + std::to_string(objects[i]) + "\n";
  }
  return out;
}

}  // namespace

CommandResult ledger_init(const Arguments& arguments) {
  const auto genesis = config::genesis_from_file(arguments.genesis_file);
  if (!genesis)
    return fail(Failure{kBadFile, "bad_genesis", genesis.error().message, "aetherd genesis prints one to start from"});
  std::error_code ignored;
  if (std::filesystem::exists(env::Path(arguments.data) / chain::kGenesisFile, ignored))
    return fail(Failure{kBadFile, "exists", arguments.data + " keeps a chain already",
                        "aetherctl ledger state --data DIR shows it; name a new directory for another"});
  const auto kept = chain::genesis_of_directory(arguments.data, *genesis, true);
  if (!kept) return fail(Failure{kBadFile, "directory", kept.error(), "name an empty or a new directory"});
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  const auto tip = *chain->snapshot()->tip();
  json::object out = describe(tip);
  out.emplace("chain_id", std::to_string(chain->genesis().chain_id.raw()));
  return Output{text_of(tip), std::move(out)};
}

CommandResult ledger_apply(const Arguments& arguments) {
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  json::array blocks;
  std::string text;
  for (const std::string& file : arguments.files) {
    AETHER_CHECK(apply(*chain, file));
    const auto tip = *chain->snapshot()->tip();
    blocks.push_back(describe(tip));
    text += "applied " + file + "\n" + text_of(tip);
  }
  return Output{std::move(text), json::object{{"applied", std::move(blocks)}}};
}

CommandResult ledger_state(const Arguments& arguments) {
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  const auto snapshot = chain->snapshot();
  std::string text = "chain       " + std::to_string(chain->genesis().chain_id.raw()) + "\ngenesis     " +
                     hex(chain->hash_of_genesis()) + "\n" + text_of(*snapshot->tip());
  json::object out = describe(*snapshot->tip());
  out.emplace("chain_id", std::to_string(chain->genesis().chain_id.raw()));
  out.emplace("genesis_hash", hex(chain->hash_of_genesis()));
  out.emplace("time_ms", std::to_string(snapshot->tip()->time_ms));
  out.emplace("objects", snapshot->tree().size());
  text += "objects     " + std::to_string(snapshot->tree().size()) + "\n";
  std::uint64_t bytes = 0;
  out.emplace("domains", counts(*snapshot, text, bytes));
  out.emplace("bytes", bytes);
  text += "bytes       " + std::to_string(bytes) + "\n";
  return Output{std::move(text), std::move(out)};
}

CommandResult ledger_block(const Arguments& arguments) {
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  const auto snapshot = chain->snapshot();
  const Slot slot{arguments.slot};
  const auto block = snapshot->block(slot);
  if (!block)
    return fail(Failure{kFailed, "no_block",
                        "block " + std::to_string(slot.raw()) + " is not kept in " + arguments.data +
                            (slot == Slot{0} ? ": block 0 is the genesis" : ""),
                        "the newest is " + slot_text(*snapshot->tip()) +
                            "; a restored chain keeps the blocks after the one it was restored at"});
  const Bytes bytes = codec::encode(*block);
  const auto written = env::write_file_atomically(arguments.out, bytes, {.overwrite = arguments.force});
  if (!written)
    return fail(Failure{kBadFile, written.error().kind == env::ErrorKind::exists ? "exists" : "file_system",
                        written.error().message, "name another file, or replace it with --force"});
  const auto record = *snapshot->record(slot);
  json::object out = describe(record);
  out.emplace("file", arguments.out);
  out.emplace("bytes", bytes.size());
  return Output{text_of(record) + "file        " + arguments.out + ", " + std::to_string(bytes.size()) + " bytes\n",
                std::move(out)};
}

CommandResult ledger_replay(const Arguments& arguments) {
  env::ThreadPool pool;
  AETHER_TRY(const auto chain, open_local_chain(arguments.data, pool));
  const auto snapshot = chain->snapshot();
  ProgressBar bar("replaying");
  const auto done =
      chain::replay(*snapshot, chain->genesis(), pool, [&](Slot slot, Slot last) { bar.show(slot.raw(), last.raw()); });
  if (!done) {
    const chain::ReplayError& error = done.error();
    std::string what = "block " + std::to_string(error.slot.raw()) + ": " + std::string(to_string(error.difference));
    if (error.rule) what += ": " + std::string(to_string(*error.rule));
    if (error.difference == chain::Difference::missing)
      return fail(Failure{kFailed, "block_missing", what + ": the directory was restored from a snapshot",
                          "replay a directory that keeps all blocks"});
    return fail(Failure{kDiffers, "replay_differs", what,
                        "restore the directory from a snapshot: aetherctl snapshot restore FILE --data DIR --force"});
  }
  const auto tip = *snapshot->tip();
  json::object out = describe(tip);
  out.emplace("blocks", tip.slot.raw() + 1);
  return Output{text_of(tip) + "replayed    " + std::to_string(tip.slot.raw() + 1) +
                    " blocks, each with the roots that were recorded\n",
                std::move(out)};
}

}  // namespace aether::cli

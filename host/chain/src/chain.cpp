#include "aether/chain/chain.hpp"

#include <cstring>

#include "aether/chain/restore.hpp"
#include "aether/env/cpu.hpp"
#include "aether/env/entropy.hpp"
#include "aether/storage/memory_kv.hpp"
#include "aether/storage/rocks_kv.hpp"
#include "database.hpp"
#include "recent_accounts.hpp"

namespace aether::chain {

namespace {

// Of machine code of modules that were pruned, or of blocks that were given up.
constexpr std::uint64_t kDeadCodeBytesMax = std::uint64_t{1} << 30;

env::Path code_directory(const Options& options) { return options.directory / "code"; }

exec::ObjectIndex::Seed random_seed() {
  exec::ObjectIndex::Seed seed;
  std::array<std::uint8_t, sizeof seed> bytes;
  env::fill_random(bytes);
  std::memcpy(seed.data(), bytes.data(), sizeof seed);
  return seed;
}

}  // namespace

Chain::Chain(const Options& options, TaskPool& pool, std::shared_ptr<const env::FileLock> lock,
             std::unique_ptr<storage::Store> store)
    : genesis_(options.genesis),
      genesis_hash_(genesis_hash(genesis_)),
      directory_(options.ephemeral ? env::Path{} : options.directory),
      lock_(std::move(lock)),
      vm_({.directory = options.ephemeral ? env::Path{} : code_directory(options)}),
      pool_(pool),
      store_(std::move(store)),
      recent_(std::make_unique<RecentAccounts>(random_seed())) {}
Chain::~Chain() = default;

storage::Outcome<std::unique_ptr<Chain>> Chain::open(const Options& options, TaskPool& pool) {
  if (const auto sound = ledger::check_genesis(options.genesis); !sound)
    return fail(
        storage::Error{storage::ErrorKind::bad_genesis,
                       "this genesis makes no chain: " + std::string(to_string(sound.error())) + "; correct it"});
  std::unique_ptr<storage::Kv> kv = storage::open_memory_kv();
  std::shared_ptr<const env::FileLock> lock;
  if (!options.ephemeral) {
    AETHER_TRY(lock, storage::lock_directory(options.directory));
    AETHER_TRY(const std::string name, current_database(options.directory));
    AETHER_TRY(kv, storage::open_rocks_kv({options.directory, nullptr, name, lock}));
    if (const auto made = env::make_directories(code_directory(options), 0700); !made)
      return fail(storage::Error{storage::ErrorKind::environment, made.error().message});
  }
  AETHER_TRY(auto store,
             storage::Store::open(std::move(kv),
                                  {.genesis = genesis_hash(options.genesis), .name = options.directory.string()}, pool,
                                  env::cpu_features()));
  AETHER_CHECK(store->forget_plan());
  std::unique_ptr<Chain> out(new Chain(options, pool, std::move(lock), std::move(store)));
  if (!out->snapshot()->tip()) AETHER_CHECK(out->commit_genesis());
  out->prepare_code(*out->snapshot());
  out->drop_dead_code();
  return out;
}

void Chain::prepare_code(const storage::Snapshot& state) const {
  state.scan(Domain::code, {}, [&](const Hash& code, ByteView value) {
    AETHER_ASSERT(vm_.publish(code, ledger::decode_object<Code>(value).module).has_value());
    return true;
  });
}

void Chain::drop_dead_code() {
  const auto now = snapshot();
  vm_.retain([&](const Hash& code) { return now->contains(code_object(code)); });
  code_bytes_max_ = 2 * vm_.stored_bytes() + kDeadCodeBytesMax;
}

storage::Outcome<void> Chain::commit_genesis() {
  const exec::Executed first = exec::execute_genesis(genesis_, pool_, env::cpu_features());
  storage::BlockCommit commit;
  commit.record.hash = genesis_hash_;
  commit.record.time_ms = genesis_.time_ms;
  commit.record.state_root = first.tree.tree.root();
  commit.record.receipts_root = first.receipts_root;
  commit.tree = &first.tree;
  commit.objects = first.tree.objects;
  return store_->commit(commit);
}

ledger::BlockFacts Chain::next_facts(const storage::Snapshot& snapshot) const {
  AETHER_ASSERT(snapshot.tip().has_value());
  return {genesis_.chain_id, next(snapshot.tip()->slot), genesis_.params};
}

Result<exec::Executed, ledger::BlockError> Chain::execute(const storage::Snapshot& tip,
                                                          std::span<const VerifiedTransaction> transactions) const {
  return exec::execute_block(RecentState(tip, *recent_), tip.tree(), programs(),
                             {next_facts(tip), proposer_of(genesis_), transactions}, pool_, env::cpu_features());
}

storage::Outcome<void> Chain::commit(std::span<const FinalBlock> blocks,
                                     const std::optional<PrecommitCertificate>& certificate) {
  std::vector<std::vector<Hash>> ids(blocks.size());
  std::vector<storage::BlockCommit> commits(blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto& [hash, block, transactions, executed] = blocks[i];
    ids[i].reserve(transactions.size());
    for (const VerifiedTransaction& tx : transactions) ids[i].push_back(tx.id());
    commits[i].record = {block.header.body.slot,
                         hash,
                         block.header.body.time_ms,
                         executed.tree.tree.root(),
                         executed.receipts_root,
                         executed.gas_used,
                         block.header};
    commits[i].block = &block;
    commits[i].transaction_ids = ids[i];
    commits[i].receipts = executed.receipts;
    commits[i].tree = &executed.tree;
    commits[i].objects = executed.tree.objects;
  }
  const auto began = std::chrono::steady_clock::now();
  AETHER_CHECK(store_->commit(commits, certificate));
  counts_.commits.add(std::chrono::steady_clock::now() - began);
  counts_.blocks += blocks.size();
  for (const FinalBlock& block : blocks) counts_.transactions += block.transactions.size();
  changes_.add();
  for (const FinalBlock& block : blocks) recent_->update(block.executed.diff);
  if (vm_.stored_bytes() > code_bytes_max_) drop_dead_code();
  return {};
}

storage::Outcome<void> Chain::commit(std::span<const FinalBlock> blocks, const PrecommitCertificate& certificate) {
  AETHER_ASSERT(certificate.block == blocks.back().hash || blocks.back().block.header.body.slot < certificate.slot);
  const std::lock_guard turn(writer_);
  return commit(blocks, std::optional(certificate));
}

storage::Outcome<void> Chain::prune(Slot below, const storage::PruneLimits& limits) {
  const std::lock_guard turn(writer_);
  return store_->prune(below, limits);
}

storage::Outcome<void> Chain::go_on_from(Restore restored) {
  const std::lock_guard turn(writer_);
  AETHER_CHECK(name_database(directory_, restored.name()));
  AETHER_CHECK(store_->become(std::move(restored).take()));
  changes_.add();
  recent_ = std::make_unique<RecentAccounts>(random_seed());
  drop_dead_code();
  return {};
}

storage::Outcome<void> Chain::apply(const Block& block, std::optional<BlockRule>& refused) {
  const std::lock_guard turn(writer_);
  const auto parent = snapshot();
  if (const auto header = check_header(*parent->tip(), block, genesis_); !header) {
    refused = header.error();
    return {};
  }
  const auto transactions = check_signatures(block, pool_);
  if (!transactions) {
    refused = transactions.error();
    return {};
  }
  const auto executed = execute(*parent, *transactions);
  if (!executed) {
    refused = rule_of(executed.error());
    return {};
  }
  const FinalBlock made{block_hash(block.header.body), block, *transactions, *executed};
  return commit({&made, 1}, std::nullopt);
}

storage::Outcome<Sealed> Chain::seal_next(std::span<const VerifiedTransaction> candidates, std::uint64_t time_ms,
                                          const crypto::Seed& seed) {
  AETHER_ASSERT(genesis_.sealer == GenesisSealer{DevSealer{crypto::ed25519_public_key(seed)}});
  const std::lock_guard turn(writer_);
  const auto parent = snapshot();
  exec::Selection selection =
      exec::select_transactions(RecentState(*parent, *recent_), programs(), next_facts(*parent), candidates);
  std::vector<VerifiedTransaction> transactions;
  Block block;
  for (const std::size_t i : selection.accepted) {
    transactions.push_back(candidates[i]);
    block.transactions.push_back(candidates[i].transaction());
  }
  HeaderBody header = header_after(*parent->tip(), genesis_);
  header.time_ms = std::max(time_ms, parent->tip()->time_ms + 1);
  header.transactions_root = transactions_root(block.transactions, env::cpu_features());
  block.header = seal(std::move(header), seed);
  const auto executed = execute(*parent, transactions);
  AETHER_ASSERT(executed.has_value());  // the selection obeys the rules that the executor checks
  const FinalBlock made{block_hash(block.header.body), block, transactions, *executed};
  AETHER_CHECK(commit({&made, 1}, std::nullopt));
  return Sealed{*snapshot()->tip(), std::move(selection)};
}

Proven Chain::prove(const storage::Snapshot& snapshot, const ObjectId& id) {
  AETHER_ASSERT(snapshot.tip().has_value());
  return {*snapshot.tip(), snapshot.get(id), snapshot.tree().prove(state_key(id))};
}

}  // namespace aether::chain

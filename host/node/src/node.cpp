#include "aether/node/node.hpp"

#include "aether/query/transactions.hpp"
#include "engine.hpp"

namespace aether::node {

namespace {

using api::ErrorCode;
using query::error;

// Whether a transaction that is in a block would be refused so.
bool may_be_executed(ledger::Reject reject) {
  return reject == ledger::Reject::nonce_used || reject == ledger::Reject::nonce_too_old;
}

api::Error refused(const storage::Snapshot& chain, const Hash& transaction, const mempool::Refusal& refusal) {
  if (const auto* reject = std::get_if<ledger::Reject>(&refusal)) {
    if (may_be_executed(*reject) && chain.transaction(transaction))
      return {ErrorCode::known_transaction, "the transaction is in a block", {}};
    return query::rejected(*reject);
  }
  switch (std::get<mempool::Limit>(refusal)) {
    case mempool::Limit::known: return {ErrorCode::known_transaction, "the transaction waits already", {}};
    case mempool::Limit::peer:
    case mempool::Limit::unverified:
      return {ErrorCode::queue_full, "too many transactions are being verified: send it again later", {}};
    case mempool::Limit::sender:
      return {ErrorCode::queue_full, "too many transactions of this sender wait: send it again later", {}};
    case mempool::Limit::replacement:
      return {ErrorCode::rejected_transaction,
              "a waiting transaction of the sender has this nonce: pay more to replace it, or use another nonce",
              "replacement"};
    case mempool::Limit::object:
      return {
          ErrorCode::queue_full,
          "too many dearer transactions wait for an object that this one declares: pay more, or send it again later",
          "object"};
    case mempool::Limit::pool:
      return {ErrorCode::queue_full, "too many dearer transactions wait: pay more, or send it again later", {}};
  }
  return {};
}

}  // namespace

Node::Node(chain::Chain& chain, std::unique_ptr<Engine> engine, const env::Clock& clock)
    : query::ChainQueries(chain), chain_(chain), clock_(clock), engine_(std::move(engine)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>, std::string> Node::start(chain::Chain& chain, Options options, TaskPool& pool,
                                                       const env::Clock& clock) {
  AETHER_TRY(auto kept, KeptSnapshots::open(options.home, chain.hash_of_genesis()));
  auto engine = std::make_unique<Engine>(chain, std::move(kept), std::move(options), pool, clock);
  AETHER_CHECK(engine->start());
  return std::unique_ptr<Node>(new Node(chain, std::move(engine), clock));
}

std::string clock_text(std::int64_t offset_ms) {
  return "a right clock: it is " + std::to_string(std::abs(offset_ms)) + " ms " +
         (offset_ms < 0 ? "ahead of" : "behind") + " the validators'; set it, as by NTP";
}

light::Checkpoint checkpoint_of(const chain::Chain& chain) {
  const auto snapshot = chain.snapshot();
  const storage::BlockRecord& tip = *snapshot->tip();
  return replica::checkpoint_at({chain.genesis().chain_id, chain.genesis().params, chain.programs()}, *snapshot,
                                tip.hash, tip.slot, tip.time_ms);
}

void Node::stop() { engine_->stop(); }

Status Node::status() const { return engine_->status(); }

api::Answer<Registration> Node::prepare_kes(const crypto::KesPublicKey& registered) {
  const auto prepared = engine_->prepare_kes(registered);
  if (!prepared) return error(ErrorCode::shutting_down, "the node is stopping");
  if (!*prepared) return fail(api::Error{ErrorCode::operation_failed, prepared->error().message, "file_system"});
  return **prepared;
}

const telemetry::DurationHistogram& Node::log_syncs() const { return engine_->log_syncs(); }

const transport::Network& Node::network() const { return engine_->network(); }

query::Running Node::running() const {
  const Status status = engine_->status();
  query::Running out{.pending = status.pending, .unfinal = status.head};
  if (status.has_stopped) {
    out.status = api::HealthStatus::stopping;
    return out;
  }
  const std::uint64_t newest = chain_.snapshot()->tip()->time_ms;
  const std::uint64_t fresh = std::max(kFreshMs, kFreshSlots * chain_.genesis().params.block.slot_ms);
  if (newest + fresh < clock_.wall_ms())
    out.missing.push_back("a final block younger than " + std::to_string(fresh / 1'000) + " s; it is connected to " +
                          std::to_string(status.peers) + " peers");
  if (status.clock_offset_ms && std::abs(*status.clock_offset_ms) > kClockOffsetMaxMs)
    out.missing.push_back(clock_text(*status.clock_offset_ms));
  if (status.kes)
    if (auto obstacle = kes_obstacle(*status.kes)) out.missing.push_back(std::move(*obstacle));
  if (status.needs_checkpoint) out.missing.emplace_back(kCheckpointNeeded);
  if (status.chunks > 0)
    out.missing.push_back("a snapshot, of which it has " + std::to_string(status.chunks_stored) + " of " +
                          std::to_string(status.chunks) + " chunks");
  else if (status.is_behind)
    out.missing.push_back("blocks, which it fetches from peers");
  out.status = out.missing.empty() ? api::HealthStatus::ready : api::HealthStatus::starting;
  return out;
}

std::optional<Transaction> Node::waiting(const Hash& transaction) const {
  std::optional<Transaction> out;
  const bool answered = engine_->ask([&](const replica::Replica& replica) {
    if (const VerifiedTransaction* found = replica.mempool().find(transaction)) out = found->transaction();
  });
  return answered ? out : std::nullopt;
}

query::RecentTransactions::Behind Node::taken(const std::optional<std::uint64_t>& count) const {
  return engine_->taken().behind(count);
}

api::Answer<api::SendRawTransactionAnswer> Node::handle(const api::SendRawTransaction& request) {
  const std::array one{request.transaction};
  AETHER_TRY(auto sent, send(one));
  AETHER_TRY(const Hash id, std::move(sent.front()));
  return api::SendRawTransactionAnswer{query::tip_of(*chain_.snapshot()), id};
}

api::Answer<api::SendRawTransactionsAnswer> Node::handle(const api::SendRawTransactions& request) {
  AETHER_TRY(const auto sent, send(request.transactions));
  return api::SendRawTransactionsAnswer{query::tip_of(*chain_.snapshot()), api::send_outcomes(sent)};
}

api::Answer<std::vector<api::Answer<Hash>>> Node::send(std::span<const api::TransactionBytes> transactions) {
  std::vector<api::Answer<Hash>> out;
  std::vector<IdentifiedTransaction> well_formed;
  for (const api::TransactionBytes& bytes : transactions) {
    auto transaction = query::read_transaction(bytes);
    if (!transaction) {
      out.push_back(fail(std::move(transaction.error())));
      continue;
    }
    well_formed.emplace_back(std::move(*transaction));
    out.push_back(well_formed.back().id());
  }
  const auto verdicts = engine_->submit(std::move(well_formed));
  if (!verdicts) return error(ErrorCode::shutting_down, "the node is stopping, or has too much to do");
  const auto snapshot = chain_.snapshot();
  auto verdict = verdicts->begin();
  for (auto& each : out) {
    if (!each) continue;
    if (const auto& judged = *verdict++; !judged) each = fail(refused(*snapshot, *each, judged.error()));
  }
  return out;
}

api::Answer<api::GetPeersAnswer> Node::handle(const api::GetPeers&) {
  auto peers = engine_->peers();
  if (!peers) return error(ErrorCode::shutting_down, "the node is stopping");
  peers->at = query::tip_of(*chain_.snapshot());
  return std::move(*peers);
}

}  // namespace aether::node

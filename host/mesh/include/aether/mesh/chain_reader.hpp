// What worker and watchtower read of the chain, over JSON-RPC. Every answer is the chain's word about its newest block;
// the
// tokens of a job come from the transactions that it names, and must hash to its roots.
#pragma once

#include <map>

#include "aether/api/methods_jobs.hpp"
#include "aether/client/rpc.hpp"
#include "aether/programs/instructions.hpp"

namespace aether::mesh {

class ChainReader {
 public:
  explicit ChainReader(client::Rpc rpc) : rpc_(std::move(rpc)) {}
  [[nodiscard]] const client::Rpc& rpc() const { return rpc_; }

  // Every job that is not closed, by id. Pages may be of different blocks.
  [[nodiscard]] client::Outcome<std::map<Hash, programs::Job>> living_jobs() const;
  // None: there is no such job.
  [[nodiscard]] client::Outcome<std::optional<programs::JobObject>> job(const Hash& id) const;

  // The prompt that a post transaction carries.
  [[nodiscard]] client::Outcome<std::vector<std::uint32_t>> prompt(const Hash& post_transaction,
                                                                   const Hash& request_root) const;
  // Receipt and output that a submit_vcr transaction carries.
  [[nodiscard]] client::Outcome<programs::SubmitVcr> handed_in(const Hash& submit_transaction,
                                                               const Hash& output_root) const;
  // The job's responds and descends that had success in this block, in their order.
  using Move = std::variant<programs::Respond, programs::Descend>;
  [[nodiscard]] client::Outcome<std::vector<Move>> moves(const Hash& job, Slot slot) const;
  // The escrow's instruction in a transaction; none: it calls something else, or nothing.
  [[nodiscard]] client::Outcome<std::optional<programs::EscrowInstruction>> instruction(const Hash& transaction) const;

 private:
  client::Rpc rpc_;
};

}  // namespace aether::mesh

// What a node answers to its owner (host/admin).
#pragma once

#include <mutex>
#include <stop_token>

#include "aether/admin/service.hpp"
#include "aether/node/node.hpp"

namespace aether::node {

class Administration final : public admin::Service {
 public:
  // Both outlive it.
  Administration(Node& node, const chain::Chain& chain) : node_(node), chain_(chain) {}
  // Ends what takes long. More than once is fine.
  void stop() { stop_.request_stop(); }

  api::Answer<admin::StatusAnswer> handle(const admin::GetStatus& request) override;
  api::Answer<admin::CheckpointAnswer> handle(const admin::GetCheckpoint& request) override;
  api::Answer<admin::SnapshotAnswer> handle(const admin::CreateSnapshot& request) override;
  api::Answer<admin::KesPreparedAnswer> handle(const admin::PrepareKes& request) override;

 private:
  Node& node_;
  const chain::Chain& chain_;
  std::stop_source stop_;
  std::mutex packing_;  // one snapshot at a time
  std::mutex progress_mutex_;
  std::optional<admin::PackingAnswer> progress_;  // by progress_mutex_
};

}  // namespace aether::node

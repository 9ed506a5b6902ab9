// What a node answers to its owner, and JSON-RPC over it.
#pragma once

#include "aether/admin/methods.hpp"

namespace aether::admin {

// Called from several threads at once.
class Service {
 public:
  virtual ~Service() = default;
  virtual api::Answer<StatusAnswer> handle(const GetStatus& request) = 0;
  virtual api::Answer<CheckpointAnswer> handle(const GetCheckpoint& request) = 0;
  virtual api::Answer<SnapshotAnswer> handle(const CreateSnapshot& request) = 0;
  virtual api::Answer<KesPreparedAnswer> handle(const PrepareKes& request) = 0;
};

// The answer to one JSON-RPC 2.0 request; empty for a notification. Total: any bytes give one. `rpc.discover` gives the
// OpenRPC document of the methods.
[[nodiscard]] std::string dispatch(Service& service, std::string_view line);

}  // namespace aether::admin

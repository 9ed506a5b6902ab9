// A node that answers what it was told to.
#pragma once

#include <functional>

#include "aether/admin/service.hpp"

namespace aether::admin::testing {

struct ScriptedNode final : Service {
  api::Answer<StatusAnswer> handle(const GetStatus&) override { return status; }
  api::Answer<CheckpointAnswer> handle(const GetCheckpoint&) override { return CheckpointAnswer{}; }
  api::Answer<SnapshotAnswer> handle(const CreateSnapshot& request) override { return on_snapshot(request); }
  api::Answer<KesPreparedAnswer> handle(const PrepareKes&) override { return KesPreparedAnswer{}; }

  StatusAnswer status;
  std::function<api::Answer<SnapshotAnswer>(const CreateSnapshot&)> on_snapshot = [](const CreateSnapshot&) {
    return SnapshotAnswer{};
  };
};

}  // namespace aether::admin::testing

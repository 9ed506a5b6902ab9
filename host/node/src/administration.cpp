#include "aether/node/administration.hpp"

#include <unistd.h>

#include "aether/chain/snapshot.hpp"

namespace aether::node {

namespace {

using api::ErrorCode;

std::unexpected<api::Error> cannot(std::string message, std::string reason) {
  return fail(api::Error{ErrorCode::operation_failed, std::move(message), std::move(reason)});
}

}  // namespace

api::Answer<admin::StatusAnswer> Administration::handle(const admin::GetStatus&) {
  AETHER_TRY(const auto health, static_cast<query::ChainQueries&>(node_).handle(api::GetHealth{}));
  AETHER_TRY(const auto final, static_cast<query::ChainQueries&>(node_).handle(api::GetFinalizedSlot{}));
  const Status status = node_.status();
  admin::StatusAnswer out;
  out.at = final.at;
  out.slot = status.slot;
  out.status = health.status;
  out.missing = health.missing;
  out.peers = status.peers;
  out.pending = status.pending;
  out.validator = status.validator;
  out.silent = status.is_silent;
  out.process = static_cast<std::uint32_t>(::getpid());
  out.version = health.version;
  return out;
}

api::Answer<admin::CheckpointAnswer> Administration::handle(const admin::GetCheckpoint&) {
  return admin::CheckpointAnswer{checkpoint_of(chain_)};
}

api::Answer<admin::SnapshotAnswer> Administration::handle(const admin::CreateSnapshot& request) {
  const env::Path file(request.file);
  if (!file.is_absolute()) return cannot("\"" + request.file + "\" is no absolute path", "relative_path");
  const std::unique_lock packing(packing_, std::try_to_lock);
  if (!packing) return cannot("the node is packing another snapshot", "busy");
  SerialPool pool;  // the other cores are the node's
  const auto made = chain::create_snapshot(*chain_.snapshot(), chain_.genesis(), {file, request.replace},
                                           {.pool = pool, .progress = {}, .stop = stop_.get_token()});
  if (!made) {
    using enum chain::SnapshotErrorKind;
    switch (made.error().kind) {
      case stopped: return fail(api::Error{ErrorCode::shutting_down, made.error().message, {}});
      case exists: return cannot(made.error().message, "exists");
      default: return cannot(made.error().message, "file_system");
    }
  }
  return admin::SnapshotAnswer{{made->manifest.slot, made->manifest.hash, true}, made->digest, made->file_bytes};
}

}  // namespace aether::node

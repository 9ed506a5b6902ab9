#include "aether/node/administration.hpp"

#include <unistd.h>

#include "aether/chain/snapshot.hpp"
#include "aether/ledger/rent.hpp"
#include "aether/types/stake.hpp"

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
  if (status.kes) {
    const KesStatus& kes = *status.kes;
    out.kes = admin::KesAnswer{kes.epoch, kes.last_epoch, kes.is_held, {}, kes.next_epoch};
    if (kes.next) out.kes->next = to_hex0x(*kes.next);
  }
  {
    const std::lock_guard lock(progress_mutex_);
    out.packing = progress_;
  }
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
  const auto packed = [this](std::optional<admin::PackingAnswer> progress) {
    const std::lock_guard progressing(progress_mutex_);
    progress_ = progress;
  };
  const auto made = chain::create_snapshot(
      *chain_.snapshot(), chain_.genesis(), {file, request.replace},
      {.pool = pool,
       .progress = [&](std::uint64_t done, std::uint64_t total) { packed(admin::PackingAnswer{done, total}); },
       .stop = stop_.get_token()});
  packed(std::nullopt);
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

api::Answer<admin::KesPreparedAnswer> Administration::handle(const admin::PrepareKes&) {
  const auto validator = node_.status().validator;
  if (!validator) return cannot("this node only follows: it has no KES key", "no_validator");
  const auto keys = ledger::load<ValidatorKeys>(*chain_.snapshot(), validator_keys_object(*validator));
  if (!keys) return cannot(to_text(*validator) + " is no validator of this chain", "no_validator");
  AETHER_TRY(auto registration, node_.prepare_kes(keys->kes_key));
  const bool is_registered = keys->kes_key == registration.kes_key;
  return admin::KesPreparedAnswer{std::move(registration), is_registered};
}

}  // namespace aether::node

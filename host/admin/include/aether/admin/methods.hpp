// What the owner of a node may ask of it while it runs.
#pragma once

#include "aether/api/methods_chain.hpp"
#include "aether/light/light_client.hpp"

namespace aether::admin {

struct StatusAnswer {
  api::BlockRef at;  // the newest final block
  Slot slot;         // in which the node is
  api::HealthStatus status = api::HealthStatus::starting;
  std::vector<std::string> missing;  // what it waits for until it is ready
  std::uint32_t peers = 0;
  std::uint32_t pending = 0;         // transactions that wait for a block
  std::optional<Address> validator;  // none: it follows
  bool silent = false;               // a validator that may not vote yet
  std::uint32_t process = 0;         // its id
  std::string version;               // of the program

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("slot", self.slot);
    visit("status", self.status);
    visit("missing", self.missing);
    visit("peers", self.peers);
    visit("pending", self.pending);
    visit("validator", self.validator);
    visit("silent", self.silent);
    visit("process", self.process);
    visit("version", self.version);
  }
};
struct GetStatus {
  using Answer = StatusAnswer;
  static constexpr std::string_view kMethod = "admin_getStatus";
  static constexpr std::string_view kSummary = "How far the node is, and what it waits for";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct CheckpointAnswer {
  light::Checkpoint checkpoint;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("checkpoint", self.checkpoint);
  }
};
struct GetCheckpoint {
  using Answer = CheckpointAnswer;
  static constexpr std::string_view kMethod = "admin_getCheckpoint";
  static constexpr std::string_view kSummary = "Where the chain stands, for the owner of another node";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct SnapshotAnswer {
  api::BlockRef at;  // the block whose state it is
  Hash snapshot;     // its name
  std::uint64_t file_bytes = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("snapshot", self.snapshot);
    visit("file_bytes", self.file_bytes);
  }
};
struct CreateSnapshot {
  using Answer = SnapshotAnswer;
  static constexpr std::string_view kMethod = "admin_createSnapshot";
  static constexpr std::string_view kSummary =
      "Packs the state after the newest final block into a file, which the node writes; it goes on meanwhile. "
      "operation_failed with a reason: busy, relative_path, exists or file_system";
  std::string file;      // an absolute path
  bool replace = false;  // a file that is there

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("file", self.file);
    visit("replace", self.replace);
  }
};

template <class... Request>
struct RequestList {};
using Requests = RequestList<GetStatus, GetCheckpoint, CreateSnapshot>;

}  // namespace aether::admin

// What the owner of a node may ask of it while it runs.
#pragma once

#include "aether/api/methods_chain.hpp"
#include "aether/light/light_client.hpp"
#include "aether/types/registration.hpp"

namespace aether::admin {

struct KesAnswer {
  std::uint64_t epoch = 0;                  // of the newest final block
  std::optional<std::uint64_t> last_epoch;  // in which the key signs that this epoch's set names; none: it names none
  bool held = true;                         // the validator's folder has that key
  std::optional<std::string> next;          // the folder's next key, as hex
  std::optional<std::uint64_t> next_epoch;  // from which a newer key counts; none: none is registered

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("epoch", self.epoch);
    visit("last_epoch", self.last_epoch);
    visit("held", self.held);
    visit("next", self.next);
    visit("next_epoch", self.next_epoch);
  }
};
// The objects of the state that are in the snapshot file so far.
struct PackingAnswer {
  std::uint64_t done = 0;
  std::uint64_t total = 0;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("done", self.done);
    visit("total", self.total);
  }
};
struct StatusAnswer {
  api::BlockRef at;  // the newest final block
  Slot slot;         // in which the node is
  api::HealthStatus status = api::HealthStatus::starting;
  std::vector<std::string> missing;  // what it waits for until it is ready
  std::uint32_t peers = 0;
  std::uint32_t pending = 0;             // transactions that wait for a block
  std::optional<Address> validator;      // none: it follows
  bool silent = false;                   // a validator that may not vote yet
  std::optional<KesAnswer> kes;          // of a validator
  std::optional<PackingAnswer> packing;  // while it carries out admin_createSnapshot
  std::uint32_t process = 0;             // its id
  std::string version;                   // of the program

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
    visit("kes", self.kes);
    visit("packing", self.packing);
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
      "Packs the state after the newest final block into a file, which the node writes; it goes on meanwhile, and "
      "admin_getStatus tells how far the file is. "
      "operation_failed with a reason: busy, relative_path, exists or file_system";
  std::string file;      // an absolute path
  bool replace = false;  // a file that is there

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("file", self.file);
    visit("replace", self.replace);
  }
};

struct KesPreparedAnswer {
  Registration registration;  // with the next key, and the proof that registers it
  bool registered = false;    // the newest final state has it

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("registration", self.registration);
    visit("registered", self.registered);
  }
};
struct PrepareKes {
  using Answer = KesPreparedAnswer;
  static constexpr std::string_view kMethod = "admin_prepareKes";
  static constexpr std::string_view kSummary =
      "Makes the validator's next KES key, unless it is there, and tells what registers it; where the chain does not "
      "count the current one, that. The node signs with it from the epoch on from which the chain counts it, and then "
      "erases the old one. operation_failed with a reason: no_validator or file_system";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

template <class... Request>
struct RequestList {};
using Requests = RequestList<GetStatus, GetCheckpoint, CreateSnapshot, PrepareKes>;

}  // namespace aether::admin

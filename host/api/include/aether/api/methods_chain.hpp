// The chain itself and the node that answers: requests and answers. Epochs, sets and stakes are those of spec/stake.md.
#pragma once

#include "aether/api/methods.hpp"
#include "aether/types/validator_set.hpp"

namespace aether::api {

// --- Which chain ---------------------------------------------------------------------------------------------------

// Who seals its blocks.
enum class ChainKind : std::uint8_t {
  dev,         // one key, which genesis names
  validators,  // those with stake, by certificates
};

struct GetChainIdAnswer {
  BlockRef at;
  ChainId chain_id;
  Hash genesis_hash;
  ChainKind kind = ChainKind::dev;
  ChainParams params;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("chain_id", self.chain_id);
    visit("genesis_hash", self.genesis_hash);
    visit("kind", self.kind);
    visit("params", self.params);
  }
};
struct GetChainId {
  using Answer = GetChainIdAnswer;
  static constexpr std::string_view kMethod = "aeth_chainId";
  static constexpr std::string_view kSummary = "Which chain this is, and its parameters";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct GetGenesisAnswer {
  BlockRef at;
  std::uint32_t size = 0;                    // bytes of the whole
  codec::Blob<kGenesisChunkBytesMax> bytes;  // from `offset` on
  std::optional<std::uint32_t> next;         // the next chunk's offset; none: that was the last

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("size", self.size);
    visit("bytes", self.bytes);
    visit("next", self.next);
  }
};
struct GetGenesis {
  using Answer = GetGenesisAnswer;
  static constexpr std::string_view kMethod = "aeth_getGenesis";
  static constexpr std::string_view kSummary =
      "The genesis in BCS, in chunks of 262144 bytes; `offset` is the `next` of the chunk before";
  std::optional<std::uint32_t> offset;  // 0 when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("offset", self.offset);
  }
};

// --- How far it is -------------------------------------------------------------------------------------------------

struct SlotAnswer {
  BlockRef at;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
  }
};
struct GetSlotNumber {
  using Answer = SlotAnswer;
  static constexpr std::string_view kMethod = "aeth_getSlotNumber";
  static constexpr std::string_view kSummary = "The newest block that this node holds, final or not";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};
struct GetFinalizedSlot {
  using Answer = SlotAnswer;
  static constexpr std::string_view kMethod = "aeth_getFinalizedSlot";
  static constexpr std::string_view kSummary = "The newest block that is final: no other can take its place";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

enum class HealthStatus : std::uint8_t { ready, starting, stopping };

struct GetHealthAnswer {
  BlockRef at;
  HealthStatus status = HealthStatus::starting;
  std::vector<std::string> missing;  // what it waits for until it is ready
  std::uint32_t pending = 0;         // transactions that wait for a block
  std::uint64_t time_ms = 0;         // of the newest block
  std::string version;               // of the program

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("status", self.status);
    visit("missing", self.missing);
    visit("pending", self.pending);
    visit("time_ms", self.time_ms);
    visit("version", self.version);
  }
};
struct GetHealth {
  using Answer = GetHealthAnswer;
  static constexpr std::string_view kMethod = "aeth_health";
  static constexpr std::string_view kSummary = "Whether the chain is ready, and how many transactions wait";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

// --- Epochs and validators -----------------------------------------------------------------------------------------

struct GetEpochAnswer {
  BlockRef at;
  std::uint64_t epoch = 0;
  Slot first;  // of its slots
  Slot last;
  std::optional<Hash> randomness;  // η; none on a dev chain
  std::uint32_t validators = 0;    // in its set; none on a dev chain
  u128 weight = 0;                 // of all of them

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("epoch", self.epoch);
    visit("first", self.first);
    visit("last", self.last);
    visit("randomness", self.randomness);
    visit("validators", self.validators);
    visit("weight", self.weight);
  }
};
struct GetEpoch {
  using Answer = GetEpochAnswer;
  static constexpr std::string_view kMethod = "aeth_getEpoch";
  static constexpr std::string_view kSummary =
      "An epoch by its number, the newest block's when none is given. The state keeps the one before and, once it is "
      "settled, the next; not_kept for others";
  std::optional<std::uint64_t> epoch;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("epoch", self.epoch);
  }
};

struct ValidatorEntry {
  std::uint32_t index = 0;  // in the set, which votes and certificates name
  Validator validator;
  Amount bonded = 0;  // SWR, now
  bool tombstoned = false;
  std::uint32_t missed = 0;  // slots of the window

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("index", self.index);
    visit("validator", self.validator);
    visit("bonded", self.bonded);
    visit("tombstoned", self.tombstoned);
    visit("missed", self.missed);
  }
};
struct GetValidatorsAnswer {
  BlockRef at;
  std::uint64_t epoch = 0;
  std::vector<ValidatorEntry> validators;
  std::optional<Address> next;  // none: that was the last page

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("epoch", self.epoch);
    visit("validators", self.validators);
    visit("next", self.next);
  }
};
struct GetValidators {
  using Answer = GetValidatorsAnswer;
  static constexpr std::string_view kMethod = "aeth_getValidators";
  static constexpr std::string_view kSummary =
      "A page of the set of an epoch, in the order of their addresses, at most 100, with what each has at stake now; "
      "`after` is the `next` of the page before. not_available on a dev chain";
  std::optional<std::uint64_t> epoch;  // the newest block's when none is given
  std::optional<Address> after;        // from the first when none is given
  std::optional<std::uint32_t> limit;  // 1 to kPageMax; kPageMax when none is given

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("epoch", self.epoch);
    visit("after", self.after);
    visit("limit", self.limit);
  }
};

// --- The node ------------------------------------------------------------------------------------------------------

enum class Direction : std::uint8_t { inbound, outbound };  // who dialled: the peer, this node

struct PeerEntry {
  std::string peer;     // its id
  std::string address;  // where it is, as the network writes addresses
  Direction direction = Direction::inbound;
  std::optional<Address> validator;  // whose node it has proven to be
  std::uint64_t connected_ms = 0;    // for how long

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("peer", self.peer);
    visit("address", self.address);
    visit("direction", self.direction);
    visit("validator", self.validator);
    visit("connected_ms", self.connected_ms);
  }
};
struct GetPeersAnswer {
  BlockRef at;
  std::string peer;                    // this node's id
  std::vector<std::string> listening;  // its addresses
  std::vector<PeerEntry> peers;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("at", self.at);
    visit("peer", self.peer);
    visit("listening", self.listening);
    visit("peers", self.peers);
  }
};
struct GetPeers {
  using Answer = GetPeersAnswer;
  static constexpr std::string_view kMethod = "aeth_getPeers";
  static constexpr std::string_view kSummary = "Whom this node is connected to; not_available on a dev chain";

  template <class Self, class V>
  static void fields(Self&, V&) {}
};

struct DevSeal {
  using Answer = SlotAnswer;  // the last block sealed
  static constexpr std::string_view kMethod = "dev_seal";
  static constexpr std::string_view kSummary =
      "Seals that many blocks now, 1 to 10000; not_available on a chain of validators";
  std::uint32_t slots = 1;

  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("slots", self.slots);
  }
};

}  // namespace aether::api

namespace aether::codec {
template <>
inline constexpr auto enum_names<api::ChainKind> = std::array<std::string_view, 2>{"dev", "validators"};
template <>
inline constexpr auto enum_names<api::HealthStatus> = std::array<std::string_view, 3>{"ready", "starting", "stopping"};
template <>
inline constexpr auto enum_names<api::Direction> = std::array<std::string_view, 2>{"inbound", "outbound"};
}  // namespace aether::codec

// State objects of a chain of validators (spec/stake.md). The ledger writes all but the keys, which are the program
// `stake`'s; so what a block does to them follows from the state before it, whatever its transactions do.
//
//   Domain::stake           address        Stake
//   Domain::validator_keys  address        ValidatorKeys
//   Domain::consensus       kind ‖ number  Roster; Randomness; Attendance; Seats of an epoch; Offences and Missed of a
//                                          slot
//   Domain::validators      epoch          ValidatorList (validator_set.hpp)
#pragma once

#include "aether/types/certificate.hpp"

namespace aether {

// A place in bitmaps and counters that a validator keeps while sets, and so indices in them, change.
using Seat = std::uint16_t;
// A bit for each seat: i is bit i % 8 of byte i / 8; as many bytes as the roster needs.
using SeatBits = codec::Blob<limits::kSignersBytesMax>;

struct Stake {
  std::uint8_t version = 1;
  Amount bonded = 0;  // SWR, held by this object
  Seat seat = 0;
  bool tombstoned = false;  // convicted: in no later set

  bool operator==(const Stake&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("bonded", self.bonded);
    visit("seat", self.seat);
    visit("tombstoned", self.tombstoned);
  }
};

// With which a validator signs; their possession was proven (registration.hpp).
struct ValidatorKeys {
  std::uint8_t version = 1;
  crypto::PublicKey node_key{};
  crypto::BlsPublicKeyBytes bls_key{};
  crypto::VrfPublicKey vrf_key{};
  crypto::KesPublicKey kes_key{};
  std::uint64_t kes_epoch = 0;  // the first epoch whose set may hold the KES key

  bool operator==(const ValidatorKeys&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("node_key", self.node_key);
    visit("bls_key", self.bls_key);
    visit("vrf_key", self.vrf_key);
    visit("kes_key", self.kes_key);
    visit("kes_epoch", self.kes_epoch);
  }
};

// All validators, by seat.
struct Roster {
  std::uint8_t version = 1;
  codec::List<Address, limits::kValidatorsMax> addresses;

  bool operator==(const Roster&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("addresses", self.addresses);
  }
};

// Of the epoch of the newest block, and around it.
struct Randomness {
  std::uint8_t version = 1;
  std::uint64_t epoch = 0;
  Hash previous;         // η of the epoch before; zero in epoch 0
  Hash current;          // η of the epoch
  Hash mix;              // what becomes η of the next epoch; changed by blocks of the first two thirds
  bool settled = false;  // the last third has begun

  bool operator==(const Randomness&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("epoch", self.epoch);
    visit("previous", self.previous);
    visit("current", self.current);
    visit("mix", self.mix);
    visit("settled", self.settled);
  }
};

// η of the newest block's epoch, of the one before, and, once it is settled, of the next; none of others.
[[nodiscard]] constexpr std::optional<Hash> randomness_of(const Randomness& now, std::uint64_t epoch) {
  if (epoch == now.epoch) return now.current;
  if (epoch < now.epoch && now.epoch - epoch == 1) return now.previous;
  if (epoch > now.epoch && epoch - now.epoch == 1 && now.settled) return now.mix;
  return std::nullopt;
}

// Of the validators of an epoch's set, in its order.
struct Seats {
  std::uint8_t version = 1;
  codec::List<Seat, limits::kValidatorsMax> seats;

  bool operator==(const Seats&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("seats", self.seats);
  }
};

// Who voted, as far as blocks have said.
struct Attendance {
  // A slot of which coming blocks may still name voters.
  struct Open {
    Slot slot;
    Hash block;
    SeatBits absent;  // of the slot's set, whom nothing has named

    bool operator==(const Open&) const = default;
    template <class Self, class V>
    static void fields(Self& self, V& visit) {
      visit("slot", self.slot);
      visit("block", self.block);
      visit("absent", self.absent);
    }
  };

  std::uint8_t version = 1;
  codec::List<Open, limits::kAttendanceSlots> open;            // ascending
  codec::List<std::uint16_t, limits::kValidatorsMax> missed;   // by seat: slots of the window
  codec::List<std::uint32_t, limits::kValidatorsMax> leaking;  // by seat: slots of the epoch in which the stake leaks

  bool operator==(const Attendance&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("open", self.open);
    visit("missed", self.missed);
    visit("leaking", self.leaking);
  }
};

// Who missed a slot of the window; not there where nobody did.
struct Missed {
  std::uint8_t version = 1;
  SeatBits seats;

  bool operator==(const Missed&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("seats", self.seats);
  }
};

// Who was convicted for a slot, by index in its set; an empty bitmap where nobody was.
struct Offences {
  std::uint8_t version = 1;
  Signers headers;
  Signers votes;

  bool operator==(const Offences&) const = default;
  template <class Self, class V>
  static void fields(Self& self, V& visit) {
    visit("version", self.version);
    visit("headers", self.headers);
    visit("votes", self.votes);
  }
};

inline ObjectId stake_object(const Address& address) { return {Domain::stake, address.hash}; }
inline ObjectId validator_keys_object(const Address& address) { return {Domain::validator_keys, address.hash}; }

enum class ConsensusObject : std::uint8_t { roster, randomness, attendance, seats, missed, offences };
// The key is the kind, the number of an epoch or slot, little-endian, and zero bytes.
[[nodiscard]] constexpr ObjectId consensus_object(ConsensusObject kind, std::uint64_t number = 0) {
  ObjectId id{Domain::consensus, {}};
  id.key.bytes[0] = static_cast<std::uint8_t>(kind);
  for (std::size_t i = 0; i < 8; ++i) id.key.bytes[1 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

}  // namespace aether

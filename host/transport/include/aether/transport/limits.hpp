// The bounds of everything that is sent, received or waits in this library: one table (spec/network.md shows it).
#pragma once

#include <array>
#include <chrono>

#include "aether/params/limits.hpp"

namespace aether::transport {

// Direct messages: ordered for each peer and lane; no lane waits for another.
enum class Lane : std::uint8_t { consensus, shreds, sync };
inline constexpr std::size_t kLanes = 3;

// What everybody hears of, by gossipsub.
enum class Topic : std::uint8_t { transactions, headers, votes };
inline constexpr std::size_t kTopics = 3;

// What a peer did that costs it points; they halve every Limits::points_half_life.
enum class Offence : std::uint8_t {
  malformed,  // bytes that no honest node sends: banned at once
  invalid,    // a signature, proof or rule that does not hold
  useless,    // what was not asked for, or does not help
};
inline constexpr std::size_t kOffences = 3;

// Of one lane, for each peer.
struct LaneLimits {
  std::uint32_t message_bytes_max = 0;
  // To the peer, while its lane is slower than what is sent: beyond either, send() drops.
  std::uint32_t queue_messages_max = 0;
  std::uint32_t queue_bytes_max = 0;
  // From the peer, handed over and not yet handled (Credit): beyond it, the lane is not read.
  std::uint32_t unhandled_bytes_max = 0;
};

// An answer of sync: the largest block, or a chunk of a snapshot with its proof, and their frames.
inline constexpr std::uint32_t kSyncMessageBytesMax = limits::kBlockBytesMax + 128 * 1024;
// Transactions in one message of gossip: what a sender collects in some milliseconds under full load, or one of the
// largest.
inline constexpr std::uint32_t kTransactionsMessageBytesMax = 4 * limits::kTransactionBytesMax;

struct Limits {
  std::array<LaneLimits, kLanes> lanes = {{
      // consensus: a vote of each validator, several times over
      {limits::kVoteMessageBytesMax, 8 * 1024, 4 * 1024 * 1024, 2 * 1024 * 1024},
      // shreds: those of two of the largest blocks
      {limits::kShredWireBytesMax, 8 * 1024, 12 * 1024 * 1024, 8 * 1024 * 1024},
      // sync: as many answers as sync asks one peer for at once
      {kSyncMessageBytesMax, 1024, 4 * kSyncMessageBytesMax, 4 * kSyncMessageBytesMax},
  }};
  std::array<std::uint32_t, kTopics> topic_message_bytes_max = {
      kTransactionsMessageBytesMax, limits::kVoteMessageBytesMax, limits::kVoteMessageBytesMax};
  // Gossip that was published and not taken by the network's thread, or received and without a verdict.
  std::uint32_t publish_messages_max = 1024;
  std::uint32_t publish_bytes_max = 16 * 1024 * 1024;
  std::uint32_t unjudged_messages_max = 8 * 1024;
  std::uint32_t unjudged_bytes_max = 32 * 1024 * 1024;

  // Connections; those with configured peers always have a place.
  std::uint32_t connections_max = 128;
  std::uint32_t connections_per_ip_max = 32;
  std::uint32_t pending_inbound_max = 32;

  std::array<std::uint32_t, kOffences> points = {100, 25, 2};
  std::uint32_t ban_points = 100;  // so many at once: disconnected and banned
  std::chrono::seconds points_half_life{600};
  std::chrono::milliseconds ban_time{600'000};
  std::chrono::milliseconds foreign_time{60'000};  // a peer of another chain is not talked to for so long
  std::uint32_t bans_max = 4096;                   // the ones that end first are forgotten

  // Configured peers are dialled again after `redial_min`, which doubles up to `redial_max` while that fails.
  std::chrono::milliseconds redial_min{100};
  std::chrono::milliseconds redial_max{10'000};
};

}  // namespace aether::transport

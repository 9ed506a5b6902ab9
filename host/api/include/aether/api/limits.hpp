// The bounds of the interface: what one client, or one message of it, may take.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aether::api {

// --- Requests and answers ------------------------------------------------------------------------------------------
inline constexpr std::size_t kRequestBytesMax = 1024 * 1024;  // a body, or a message of a WebSocket
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kBatchMax = 50;              // requests
inline constexpr std::size_t kSendTransactionsMax = 512;  // of one aeth_sendRawTransactions
inline constexpr std::size_t kResponseBytesMax = 16 * 1024 * 1024;

// --- What one answer holds -----------------------------------------------------------------------------------------
inline constexpr std::uint32_t kPageMax = 100;                      // entries of a list
inline constexpr std::uint64_t kLogBlocksMax = 1'000;               // that one aeth_getLogs looks at
inline constexpr std::uint32_t kSealSlotsMax = 10'000;              // of one dev_seal
inline constexpr std::uint32_t kGenesisChunkBytesMax = 256 * 1024;  // of one aeth_getGenesis

// --- Connections ---------------------------------------------------------------------------------------------------
inline constexpr std::size_t kConnectionsMax = 128;          // of all clients; above: 503 and closed
inline constexpr std::size_t kConnectionsPerClientMax = 64;  // of one address, or one IPv6 /64; above: the same
inline constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;
inline constexpr std::uint32_t kRequestMsMax = 10'000;  // from a request's first byte to its last; to take an answer
inline constexpr std::uint32_t kFirstMsMax = 10'000;    // until the first byte of a connection
// Where a bound of connections is reached, one of which nothing was heard for so long gives its place to the new one.
inline constexpr std::uint32_t kSilentMsMin = 500;
inline constexpr std::uint32_t kIdleMsMax = 60'000;  // between requests; a WebSocket is pinged at half of it

// --- The socket of a node's owner (host/admin); its answers, request time and idle time are those above
// ---------------
inline constexpr std::size_t kAdminRequestBytesMax = 64 * 1024;  // a line
inline constexpr std::size_t kAdminConnectionsMax = 8;           // further ones wait

// --- Subscriptions -------------------------------------------------------------------------------------------------
inline constexpr std::size_t kSubscriptionsMax = 32;         // of one connection
inline constexpr std::size_t kSubscriptionsAllMax = 16'384;  // of all connections
inline constexpr std::uint64_t kResumeBlocksMax = 10'000;    // that one may begin before the newest block
// Notifications that wait for a client to take them; one that lets more wait is dropped. Blocks of the past are given
// only while no more than a quarter of it waits.
inline constexpr std::size_t kNotificationBytesMax = 4 * 1024 * 1024;
inline constexpr std::uint32_t kPingsMax = 60;  // of one connection in a minute, and as many at once

}  // namespace aether::api

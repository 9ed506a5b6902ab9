/* C interface to libp2p: connections with peers of one network, ordered lanes of framed messages beside gossipsub.
   It moves bytes; names, bounds and points come from the caller. A panic ends the process (panic = "abort"). */
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#else
#include <stdbool.h>
#endif

typedef struct aether_native_net aether_native_net;

typedef struct aether_native_text { /* UTF-8, not terminated */
  const char* data;
  size_t len;
} aether_native_text;

typedef struct aether_native_net_lane {
  aether_native_text protocol; /* begins with '/' */
  uint32_t message_bytes_max;
  uint32_t queue_messages_max;
  uint32_t queue_bytes_max;
  uint32_t unhandled_bytes_max;
} aether_native_net_lane;

typedef struct aether_native_net_topic {
  aether_native_text name;
  uint32_t message_bytes_max;
  bool subscribe;
} aether_native_net_topic;

typedef struct aether_native_net_config {
  const uint8_t* seed; /* 32 bytes, RFC 8032 */
  aether_native_text protocol_version; /* of identify: peers with another one are refused */
  aether_native_text agent;
  const aether_native_text* listen;
  size_t listen_len;
  const aether_native_text* peers;
  size_t peers_len;
  const aether_native_net_lane* lanes;
  size_t lanes_len;
  const aether_native_net_topic* topics;
  size_t topics_len;
  uint32_t publish_messages_max;
  uint32_t publish_bytes_max;
  uint32_t unjudged_messages_max;
  uint32_t unjudged_bytes_max;
  uint32_t connections_max;
  uint32_t connections_per_ip_max;
  uint32_t pending_inbound_max;
  uint32_t malformed_points; /* for a frame that breaks its lane's bound */
  uint32_t reject_points;
  uint32_t ban_points;
  uint32_t bans_max;
  uint64_t points_half_life_ms;
  uint64_t ban_ms;
  uint64_t foreign_ms;
  uint64_t redial_min_ms;
  uint64_t redial_max_ms;
} aether_native_net_config;

enum { AETHER_NATIVE_NET_REFUSED_FOREIGN = 0, AETHER_NATIVE_NET_REFUSED_BANNED = 1, AETHER_NATIVE_NET_REFUSED_IDENTITY = 2 };
enum { AETHER_NATIVE_NET_LOG_DEBUG = 0, AETHER_NATIVE_NET_LOG_INFO = 1, AETHER_NATIVE_NET_LOG_WARN = 2 };

/* Called on the network's thread, but for release, which is called on any. Must neither block nor throw. */
typedef struct aether_native_net_callbacks {
  void* context;
  void (*connected)(void* context, uint64_t peer, const uint8_t* public_key, aether_native_text address);
  void (*gone)(void* context, uint64_t peer);
  /* The bytes live until the call returns; the credit is given back with aether_native_net_handled, once, with len. */
  void (*received)(void* context, uint64_t peer, uint32_t lane, const uint8_t* message, size_t len, void* credit);
  void (*gossip)(void* context, uint64_t peer, uint32_t topic, uint64_t id, const uint8_t* message, size_t len);
  void (*refused)(void* context, uint32_t why, aether_native_text peer_id, aether_native_text text);
  void (*log)(void* context, uint32_t level, aether_native_text text);
  void (*release)(void* owner); /* of a message that was sent or dropped */
} aether_native_net_callbacks;

enum {
  AETHER_NATIVE_NET_BAD_LISTEN = 0,
  AETHER_NATIVE_NET_BAD_PEER = 1,
  AETHER_NATIVE_NET_IN_USE = 2,
  AETHER_NATIVE_NET_CANNOT_LISTEN = 3,
  AETHER_NATIVE_NET_SYSTEM = 4
};
typedef void (*aether_native_net_sink)(void* context, aether_native_text text);

/* NULL on failure, with *error set and its text told to the sink. What config points to may go after the call. */
aether_native_net* aether_native_net_start(const aether_native_net_config* config,
                                           const aether_native_net_callbacks* callbacks, uint32_t* error,
                                           aether_native_net_sink sink, void* sink_context);
/* Returns when the thread has ended; not on that thread. */
void aether_native_net_stop(aether_native_net* net);

/* True: taken, leaves with the next flush at the latest, and `owner` is released later; the bytes must live until then.
   False: dropped, `owner` stays the caller's. */
bool aether_native_net_send(aether_native_net* net, uint64_t peer, uint32_t lane, const uint8_t* message, size_t len,
                            void* owner);
void aether_native_net_flush(aether_native_net* net);
bool aether_native_net_publish(aether_native_net* net, uint32_t topic, const uint8_t* message, size_t len);
/* verdict: 0 accept, 1 reject, 2 ignore */
void aether_native_net_verdict(aether_native_net* net, uint64_t id, uint32_t verdict);
void aether_native_net_penalize(aether_native_net* net, uint64_t peer, uint32_t points);
/* On any thread, also after stop. */
void aether_native_net_handled(void* credit, size_t len);

typedef struct aether_native_net_lane_counts {
  uint64_t messages_in;
  uint64_t bytes_in;
  uint64_t messages_out;
  uint64_t bytes_out;
  uint64_t dropped;
} aether_native_net_lane_counts;

typedef struct aether_native_net_peer {
  uint64_t id;
  aether_native_text peer_id;
  const uint8_t* public_key;
  aether_native_text address;
  bool quic;
  bool dialled;
  aether_native_text agent;
  uint32_t points;
  uint64_t round_trip_us;
  uint64_t hears; /* bit i: the peer subscribed to topic i */
  const aether_native_net_lane_counts* lanes; /* as many as the config had */
} aether_native_net_peer;

void aether_native_net_peers(aether_native_net* net, void (*visit)(void* context, const aether_native_net_peer* peer),
                             void* context);
void aether_native_net_listen_addresses(aether_native_net* net, aether_native_net_sink sink, void* context);
/* The peer id of an ed25519 public key (32 bytes); the sink is not called where it is no point. */
void aether_native_net_peer_id(const uint8_t* public_key, aether_native_net_sink sink, void* context);

/* The decoder of lanes over `input` in pieces of `piece` ≥ 1 bytes: each message to the sink, then 0, or 1 where a
   frame is empty or above `message_bytes_max`. */
uint32_t aether_native_net_frames(const uint8_t* input, size_t len, size_t piece, size_t message_bytes_max,
                                  void (*sink)(void* context, const uint8_t* message, size_t len), void* context);

#ifdef __cplusplus
}
#endif

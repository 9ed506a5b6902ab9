//! A swarm of this network: its transports, its behaviour, and the sockets that it listens on.

use crate::net_gate::{Gate, GateLimits};
use crate::net_io::LaneLimits;
use crate::net_lanes::Lanes;
use libp2p::core::Multiaddr;
use libp2p::gossipsub::{self, TopicHash};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{DialError, NetworkBehaviour, StreamProtocol, Swarm};
use libp2p::{identify, identity, noise, ping, tcp, yamux};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::time::Duration;

pub struct Topic {
    pub name: String,
    pub message_bytes_max: usize,
    pub subscribe: bool,
}

pub struct Config {
    pub keypair: identity::Keypair,
    pub protocol_version: String,
    pub agent: String,
    pub listen: Vec<Multiaddr>,
    pub peers: Vec<Multiaddr>,
    pub lanes: Vec<(StreamProtocol, LaneLimits)>,
    pub topics: Vec<Topic>,
    pub unjudged_messages_max: usize,
    pub unjudged_bytes_max: usize,
    pub gate: GateLimits,
    pub malformed_points: u32,
    pub reject_points: u32,
    pub ban_points: u32,
    pub points_half_life: Duration,
    pub ban: Duration,
    pub foreign: Duration,
    pub redial_min: Duration,
    pub redial_max: Duration,
}

pub enum StartError {
    InUse(Multiaddr),
    Listen(Multiaddr, String),
    System(String),
}

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    pub lanes: Lanes,  // first: it turns connections away
    pub identify: identify::Behaviour,
    pub ping: ping::Behaviour,
    pub gossip: gossipsub::Behaviour<gossipsub::IdentityTransform, gossipsub::WhitelistSubscriptionFilter>,
}

fn message_id(message: &gossipsub::Message) -> gossipsub::MessageId {
    let mut hash = Sha256::new();
    hash.update((message.topic.as_str().len() as u64).to_le_bytes());
    hash.update(message.topic.as_str());
    hash.update(&message.data);
    gossipsub::MessageId::from(&hash.finalize()[..20])
}

/// Points of gossipsub's own, by which it prefers peers. They are light: long before it would no longer listen to a
/// peer, the caller's points have banned it.
fn gossip_scores(topics: &[TopicHash]) -> (gossipsub::PeerScoreParams, gossipsub::PeerScoreThresholds) {
    let of_topic = gossipsub::TopicScoreParams {
        mesh_message_deliveries_weight: 0.0,
        mesh_failure_penalty_weight: 0.0,
        invalid_message_deliveries_weight: -1.0,
        invalid_message_deliveries_decay: 0.9,
        ..Default::default()
    };
    let params = gossipsub::PeerScoreParams {
        topics: topics.iter().map(|topic| (topic.clone(), of_topic.clone())).collect(),
        ip_colocation_factor_weight: 0.0,  // the gate counts them
        app_specific_weight: 0.1,
        ..Default::default()
    };
    (params, gossipsub::PeerScoreThresholds::default())
}

fn behaviour(config: &Config) -> Result<(Behaviour, Vec<TopicHash>), String> {
    let topics: Vec<TopicHash> = config.topics.iter().map(|topic| TopicHash::from_raw(&topic.name)).collect();
    let largest = config.topics.iter().map(|topic| topic.message_bytes_max).max().unwrap_or(0);
    let mut builder = gossipsub::ConfigBuilder::default();
    builder
        .validation_mode(gossipsub::ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(message_id)
        .max_transmit_size(largest + 256)
        .heartbeat_initial_delay(Duration::from_millis(200))
        .connection_handler_queue_len(256);
    let mut whitelist = HashSet::new();
    for (topic, hash) in config.topics.iter().zip(&topics) {
        builder.max_transmit_size_for_topic(topic.message_bytes_max + 256, hash.clone());
        whitelist.insert(hash.clone());
    }
    let gossip_config = builder.build().map_err(|error| error.to_string())?;
    let mut gossip = gossipsub::Behaviour::new_with_subscription_filter(
        gossipsub::MessageAuthenticity::Anonymous,
        gossip_config,
        gossipsub::WhitelistSubscriptionFilter(whitelist),
    )?;
    let (params, thresholds) = gossip_scores(&topics);
    gossip.with_peer_score(params, thresholds)?;
    for topic in config.topics.iter().filter(|topic| topic.subscribe) {
        gossip.subscribe(&gossipsub::IdentTopic::new(&topic.name)).map_err(|error| error.to_string())?;
    }
    let identify = identify::Config::new(config.protocol_version.clone(), config.keypair.public())
        .with_agent_version(config.agent.clone())
        .with_cache_size(0);
    let ping = ping::Config::new().with_interval(Duration::from_secs(2)).with_timeout(Duration::from_secs(3));
    let lanes = config.lanes.iter().map(|(name, _)| name.clone()).collect();
    let lanes = Lanes::new(lanes, Gate::new(config.gate));
    Ok((Behaviour { lanes, identify: identify::Behaviour::new(identify), ping: ping::Behaviour::new(ping), gossip }, topics))
}

pub fn is_quic(address: &Multiaddr) -> bool {
    address.iter().any(|part| matches!(part, Protocol::QuicV1))
}

pub fn new(config: &Config) -> Result<(Swarm<Behaviour>, Vec<TopicHash>), String> {
    let (behaviour, topics) = behaviour(config)?;
    let swarm = libp2p::SwarmBuilder::with_existing_identity(config.keypair.clone())
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, || {
            let mut config = yamux::Config::default();
            config.set_max_num_streams(64);
            config
        })
        .map_err(|error| error.to_string())?
        .with_quic_config(|mut config| {
            config.handshake_timeout = Duration::from_secs(3);
            config.max_idle_timeout = 6_000;
            config.keep_alive_interval = Duration::from_millis(1_500);
            config.max_concurrent_stream_limit = 64;
            // A lane that is not read leaves the connection's window open to the others.
            config.max_stream_data = 2 * 1024 * 1024;
            config.max_connection_data = 16 * 1024 * 1024;
            config
        })
        .with_behaviour(|_| behaviour)
        .map_err(|error| error.to_string())?
        .with_swarm_config(|config| {
            config.with_idle_connection_timeout(Duration::from_secs(60)).with_max_negotiating_inbound_streams(16)
        })
        .build();
    Ok((swarm, topics))
}

/// Which error of the system it was is hidden below libp2p's own, whose text shows it.
fn is_in_use(error: &std::io::Error) -> bool {
    const EADDRINUSE: &str = "(os error 98)";
    error.kind() == std::io::ErrorKind::AddrInUse || error.to_string().contains(EADDRINUSE)
}

pub fn listen_error(address: Multiaddr, error: &std::io::Error) -> StartError {
    if is_in_use(error) { StartError::InUse(address) } else { StartError::Listen(address, error.to_string()) }
}

/// Sockets of libp2p share ports with others that do, so that two nodes would each get some connections.
pub fn check_port(address: &Multiaddr) -> Result<(), StartError> {
    let mut parts = address.iter();
    let ip: std::net::IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()),
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => std::net::TcpListener::bind((ip, port))
            .map(drop)
            .map_err(|error| listen_error(address.clone(), &error)),
        _ => Ok(()),
    }
}

pub fn dial_text(error: &DialError) -> String {
    match error {
        DialError::Transport(errors) => errors.last().map(|(_, error)| error.to_string()).unwrap_or_default(),
        other => other.to_string(),
    }
}

const AGENT_CHARS: usize = 128;

/// A peer's words, safe for a log.
pub fn printable(words: &str) -> String {
    words.chars().take(AGENT_CHARS).map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect()
}


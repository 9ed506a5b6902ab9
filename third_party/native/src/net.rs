//! The C interface of net.h.

use crate::bytes;
use crate::net_frames::Frames;
use crate::net_gate::GateLimits;
use crate::net_io::{lock, text, Lane, LaneLimits, Message};
use crate::net_node::Node;
use crate::net_shared::{Command, Shared};
use crate::net_swarm::{Config, StartError, Topic};
use core::ffi::{c_char, c_void};
use core::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};
use libp2p::core::Multiaddr;
use libp2p::gossipsub::MessageAcceptance;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::StreamProtocol;
use libp2p::identity;
use std::sync::{mpsc, Arc};
use std::thread::JoinHandle;
use std::time::Duration;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub data: *const u8,
    pub len: usize,
}

impl Text {
    unsafe fn string(&self) -> String {
        String::from_utf8_lossy(unsafe { bytes(self.data, self.len) }).into_owned()
    }
}

const _: () = assert!(size_of::<c_char>() == size_of::<u8>());

#[repr(C)]
pub struct LaneConfig {
    protocol: Text,
    message_bytes_max: u32,
    queue_messages_max: u32,
    queue_bytes_max: u32,
    unhandled_bytes_max: u32,
}

#[repr(C)]
pub struct TopicConfig {
    name: Text,
    message_bytes_max: u32,
    subscribe: bool,
}

#[repr(C)]
pub struct NetConfig {
    seed: *const u8,
    protocol_version: Text,
    agent: Text,
    listen: *const Text,
    listen_len: usize,
    peers: *const Text,
    peers_len: usize,
    lanes: *const LaneConfig,
    lanes_len: usize,
    topics: *const TopicConfig,
    topics_len: usize,
    publish_messages_max: u32,
    publish_bytes_max: u32,
    unjudged_messages_max: u32,
    unjudged_bytes_max: u32,
    connections_max: u32,
    connections_per_ip_max: u32,
    pending_inbound_max: u32,
    malformed_points: u32,
    reject_points: u32,
    ban_points: u32,
    bans_max: u32,
    points_half_life_ms: u64,
    ban_ms: u64,
    foreign_ms: u64,
    redial_min_ms: u64,
    redial_max_ms: u64,
}

pub const REFUSED_FOREIGN: u32 = 0;
pub const REFUSED_BANNED: u32 = 1;
pub const REFUSED_IDENTITY: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Callbacks {
    pub context: *mut c_void,
    pub connected: unsafe extern "C" fn(*mut c_void, u64, *const u8, Text),
    pub gone: unsafe extern "C" fn(*mut c_void, u64),
    pub received: unsafe extern "C" fn(*mut c_void, u64, u32, *const u8, usize, *mut c_void),
    pub gossip: unsafe extern "C" fn(*mut c_void, u64, u32, u64, *const u8, usize),
    pub refused: unsafe extern "C" fn(*mut c_void, u32, Text, Text),
    pub log: unsafe extern "C" fn(*mut c_void, u32, Text),
    pub release: unsafe extern "C" fn(*mut c_void),
}

// The context is the caller's, who takes calls on the network's thread.
unsafe impl Send for Callbacks {}
unsafe impl Sync for Callbacks {}

const BAD_LISTEN: u32 = 0;
const BAD_PEER: u32 = 1;
const IN_USE: u32 = 2;
const CANNOT_LISTEN: u32 = 3;
const SYSTEM: u32 = 4;

type Sink = unsafe extern "C" fn(*mut c_void, Text);

pub struct Net {
    shared: Arc<Shared>,
    commands: tokio::sync::mpsc::UnboundedSender<Command>,
    release: unsafe extern "C" fn(*mut c_void),
    topic_bytes_max: Vec<usize>,
    publish_messages_max: usize,
    publish_bytes_max: usize,
    thread: Option<JoinHandle<()>>,
    peer_id: libp2p::PeerId,
}

unsafe fn slice<'a, T>(p: *const T, n: usize) -> &'a [T] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } }
}

/// An address of QUIC or TCP over IP, maybe with a peer id.
fn address(from: &str) -> Result<Multiaddr, String> {
    let address: Multiaddr = from.parse().map_err(|error| format!("'{from}' is not a multiaddr: {error}"))?;
    let mut parts = address.iter();
    let is_ip = matches!(parts.next(), Some(Protocol::Ip4(_) | Protocol::Ip6(_)));
    let is_ours = match parts.next() {
        Some(Protocol::Tcp(_)) => true,
        Some(Protocol::Udp(_)) => matches!(parts.next(), Some(Protocol::QuicV1)),
        _ => false,
    };
    let rest = [parts.next(), parts.next()];
    if is_ip && is_ours && matches!(rest, [None | Some(Protocol::P2p(_)), None]) {
        return Ok(address);
    }
    Err(format!("'{from}' is none of /ip4/ADDRESS/udp/PORT/quic-v1, /ip4/ADDRESS/tcp/PORT and the same of ip6"))
}

fn addresses(from: &[Text], code: u32) -> Result<Vec<Multiaddr>, (u32, String)> {
    from.iter().map(|each| address(&unsafe { each.string() }).map_err(|error| (code, error))).collect()
}

unsafe fn config(from: &NetConfig) -> Result<Config, (u32, String)> {
    let mut seed = *unsafe { crate::array::<32>(from.seed) };
    let keypair = identity::Keypair::ed25519_from_bytes(&mut seed).map_err(|error| (SYSTEM, error.to_string()))?;
    let lanes = unsafe { slice(from.lanes, from.lanes_len) };
    let lanes = lanes.iter().map(|lane| {
        let name = StreamProtocol::try_from_owned(unsafe { lane.protocol.string() });
        let limits = LaneLimits {
            message_bytes_max: lane.message_bytes_max as usize,
            queue_messages_max: lane.queue_messages_max as usize,
            queue_bytes_max: lane.queue_bytes_max as usize,
            unhandled_bytes_max: lane.unhandled_bytes_max as usize,
        };
        name.map(|name| (name, limits)).map_err(|error| (SYSTEM, error.to_string()))
    });
    let topics = unsafe { slice(from.topics, from.topics_len) }.iter().map(|topic| Topic {
        name: unsafe { topic.name.string() },
        message_bytes_max: topic.message_bytes_max as usize,
        subscribe: topic.subscribe,
    });
    Ok(Config {
        keypair,
        protocol_version: unsafe { from.protocol_version.string() },
        agent: unsafe { from.agent.string() },
        listen: addresses(unsafe { slice(from.listen, from.listen_len) }, BAD_LISTEN)?,
        peers: addresses(unsafe { slice(from.peers, from.peers_len) }, BAD_PEER)?,
        lanes: lanes.collect::<Result<_, _>>()?,
        topics: topics.collect(),
        unjudged_messages_max: from.unjudged_messages_max as usize,
        unjudged_bytes_max: from.unjudged_bytes_max as usize,
        gate: GateLimits {
            connections_max: from.connections_max as usize,
            connections_per_ip_max: from.connections_per_ip_max as usize,
            pending_inbound_max: from.pending_inbound_max as usize,
            bans_max: from.bans_max as usize,
        },
        malformed_points: from.malformed_points,
        reject_points: from.reject_points,
        ban_points: from.ban_points,
        points_half_life: Duration::from_millis(from.points_half_life_ms),
        ban: Duration::from_millis(from.ban_ms),
        foreign: Duration::from_millis(from.foreign_ms),
        redial_min: Duration::from_millis(from.redial_min_ms),
        redial_max: Duration::from_millis(from.redial_max_ms),
    })
}

fn told(error: StartError) -> (u32, String) {
    match error {
        StartError::InUse(address) => (IN_USE, format!("{address} is in use by another process; choose another port")),
        StartError::Listen(address, why) => (CANNOT_LISTEN, format!("cannot listen on {address}: {why}")),
        StartError::System(why) => (SYSTEM, why),
    }
}

unsafe fn start(from: &NetConfig, callbacks: Callbacks) -> Result<Net, (u32, String)> {
    let config = unsafe { config(from) }?;
    let topic_bytes_max = config.topics.iter().map(|topic| topic.message_bytes_max).collect();
    let peer_id = config.keypair.public().to_peer_id();
    let shared = Arc::new(Shared::default());
    let (commands, receiver) = tokio::sync::mpsc::unbounded_channel();
    let (ready, is_ready) = mpsc::channel();
    let seen = shared.clone();
    let work = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err((SYSTEM, error.to_string())))),
        };
        runtime.block_on(async move {
            let node = match Node::new(config, callbacks, seen, receiver) {
                Ok(mut node) => node.listen().await.map(|()| node),
                Err(error) => Err(error),
            };
            match node {
                Ok(node) => {
                    let _ = ready.send(Ok(()));
                    node.run().await;
                }
                Err(error) => drop(ready.send(Err(told(error)))),
            }
        });
    };
    let thread = std::thread::Builder::new().name("aether-net".into()).spawn(work);
    let thread = thread.map_err(|error| (SYSTEM, error.to_string()))?;
    match is_ready.recv() {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let _ = thread.join();
            return Err(error);
        }
        Err(_) => return Err((SYSTEM, "the network's thread ended".into())),
    }
    Ok(Net {
        shared,
        commands,
        release: callbacks.release,
        topic_bytes_max,
        publish_messages_max: from.publish_messages_max as usize,
        publish_bytes_max: from.publish_bytes_max as usize,
        thread: Some(thread),
        peer_id,
    })
}

/// # Safety
/// As net.h states, like all that follows.
#[no_mangle]
pub unsafe extern "C" fn aether_native_net_start(
    config: *const NetConfig,
    callbacks: *const Callbacks,
    error: *mut u32,
    sink: Sink,
    sink_context: *mut c_void,
) -> *mut Net {
    match unsafe { start(&*config, *callbacks) } {
        Ok(net) => Box::into_raw(Box::new(net)),
        Err((code, why)) => {
            unsafe { *error = code };
            unsafe { sink(sink_context, text(&why)) };
            core::ptr::null_mut()
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_stop(net: *mut Net) {
    let mut net = unsafe { Box::from_raw(net) };
    let _ = net.commands.send(Command::Stop);
    if let Some(thread) = net.thread.take() {
        let _ = thread.join();
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_send(
    net: *const Net,
    peer: u64,
    lane: u32,
    message: *const u8,
    len: usize,
    owner: *mut c_void,
) -> bool {
    let net = unsafe { &*net };
    let peer = net.shared.peers.read().unwrap_or_else(|e| e.into_inner()).get(&peer).cloned();
    let Some(lane) = peer.as_ref().and_then(|peer| peer.lanes.get(lane as usize)) else { return false };
    match lane.push(Message { data: message, len, owner, release: net.release }, &net.shared.bell) {
        Ok(()) => true,
        Err(message) => {
            core::mem::forget(message);  // the owner stays the caller's
            false
        }
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_flush(net: *const Net) {
    unsafe { &*net }.shared.bell.ring();
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_publish(net: *const Net, topic: u32, message: *const u8, len: usize) -> bool {
    let net = unsafe { &*net };
    let topic = topic as usize;
    if len == 0 || net.topic_bytes_max.get(topic).is_none_or(|max| len > *max) {
        return false;
    }
    let (messages, waiting) = (&net.shared.publishing_messages, &net.shared.publishing_bytes);
    let has_room = messages.fetch_add(1, SeqCst) < net.publish_messages_max;
    if waiting.fetch_add(len, SeqCst) + len > net.publish_bytes_max || !has_room {
        messages.fetch_sub(1, SeqCst);
        waiting.fetch_sub(len, SeqCst);
        return false;
    }
    net.commands.send(Command::Publish(topic, unsafe { bytes(message, len) }.to_vec())).is_ok()
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_verdict(net: *const Net, id: u64, verdict: u32) {
    let verdict = match verdict {
        0 => MessageAcceptance::Accept,
        1 => MessageAcceptance::Reject,
        _ => MessageAcceptance::Ignore,
    };
    let _ = unsafe { &*net }.commands.send(Command::Verdict(id, verdict));
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_penalize(net: *const Net, peer: u64, points: u32) {
    let _ = unsafe { &*net }.commands.send(Command::Penalize(peer, points));
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_handled(credit: *mut c_void, len: usize) {
    unsafe { Arc::from_raw(credit as *const Lane) }.handled(len);
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct LaneCounts {
    messages_in: u64,
    bytes_in: u64,
    messages_out: u64,
    bytes_out: u64,
    dropped: u64,
}

#[repr(C)]
pub struct PeerInfo {
    id: u64,
    peer_id: Text,
    public_key: *const u8,
    address: Text,
    quic: bool,
    dialled: bool,
    agent: Text,
    points: u32,
    round_trip_us: u64,
    hears: u64,
    lanes: *const LaneCounts,
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_peers(
    net: *const Net,
    visit: unsafe extern "C" fn(*mut c_void, *const PeerInfo),
    context: *mut c_void,
) {
    let peers = unsafe { &*net }.shared.peers.read().unwrap_or_else(|e| e.into_inner()).clone();
    let mut peers: Vec<_> = peers.into_values().collect();
    peers.sort_by_key(|peer| peer.id);
    for peer in peers {
        let counts = |lane: &Arc<Lane>| LaneCounts {
            messages_in: lane.counts.messages_in.load(Relaxed),
            bytes_in: lane.counts.bytes_in.load(Relaxed),
            messages_out: lane.counts.messages_out.load(Relaxed),
            bytes_out: lane.counts.bytes_out.load(Relaxed),
            dropped: lane.counts.dropped.load(Relaxed),
        };
        let lanes: Vec<LaneCounts> = peer.lanes.iter().map(counts).collect();
        let info = PeerInfo {
            id: peer.id,
            peer_id: text(&peer.peer_id),
            public_key: peer.public_key.as_ptr(),
            address: text(&peer.address),
            quic: peer.quic,
            dialled: peer.dialled,
            agent: text(&peer.agent),
            points: lock(&peer.points).now() as u32,
            round_trip_us: peer.round_trip_us.load(Relaxed),
            hears: peer.hears.load(Relaxed),
            lanes: lanes.as_ptr(),
        };
        unsafe { visit(context, &info) };
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_listen_addresses(net: *const Net, sink: Sink, context: *mut c_void) {
    let net = unsafe { &*net };
    let addresses = lock(&net.shared.listen).clone();
    for address in addresses {
        let with_id = address.with_p2p(net.peer_id).unwrap_or_else(|same| same).to_string();
        unsafe { sink(context, text(&with_id)) };
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_peer_id(public_key: *const u8, sink: Sink, context: *mut c_void) {
    let key = identity::ed25519::PublicKey::try_from_bytes(unsafe { bytes(public_key, 32) });
    if let Ok(key) = key {
        unsafe { sink(context, text(&identity::PublicKey::from(key).to_peer_id().to_string())) };
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_net_frames(
    input: *const u8,
    len: usize,
    piece: usize,
    message_bytes_max: usize,
    sink: unsafe extern "C" fn(*mut c_void, *const u8, usize),
    context: *mut c_void,
) -> u32 {
    let mut frames = Frames::new(message_bytes_max);
    for piece in unsafe { bytes(input, len) }.chunks(piece) {
        let fed = frames.feed(piece, |message| unsafe { sink(context, message.as_ptr(), message.len()) });
        if fed.is_err() {
            return 1;
        }
    }
    0
}

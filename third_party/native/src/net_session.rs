//! What the network's thread keeps of connections, of the peers behind them, and of their gossip.

use crate::net_shared::{Peer, Points};
use libp2p::core::Multiaddr;
use libp2p::gossipsub;
use libp2p::swarm::{ConnectionId, Stream};
use libp2p::PeerId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What a task says when its lane has ended.
pub struct LaneEnd {
    pub peer: u64,
    pub malformed: bool,
}

pub struct Connection {
    pub peer: PeerId,
    pub dialled: bool,
    pub since: Instant,
    pub address: Multiaddr,
    pub closing: bool,
    pub close_at: Option<Instant>,
    pub number: Option<u64>,
    pub waiting: Waiting,
}

/// What comes before its peer is identified.
#[derive(Default)]
pub struct Waiting {
    pub streams: Vec<(usize, Stream)>,
    pub gossip: Vec<(gossipsub::MessageId, gossipsub::Message)>,
}

pub struct Session {
    pub connection: ConnectionId,
    pub peer: PeerId,
    pub seen: Arc<Peer>,
    pub inbound: Vec<Option<JoinHandle<()>>>,
    pub outbound: Vec<Option<JoinHandle<()>>>,
}

/// Gossip that waits for its verdict, by this process's numbers.
pub struct Unjudged {
    messages_max: usize,
    bytes_max: usize,
    bytes: usize,
    next: u64,
    waiting: HashMap<u64, (gossipsub::MessageId, PeerId, usize)>,
}

impl Unjudged {
    pub fn new(messages_max: usize, bytes_max: usize) -> Self {
        Self { messages_max, bytes_max, bytes: 0, next: 1, waiting: HashMap::new() }
    }

    pub fn has_room(&self, bytes: usize) -> bool {
        self.waiting.len() < self.messages_max && self.bytes + bytes <= self.bytes_max
    }

    pub fn add(&mut self, id: gossipsub::MessageId, from: PeerId, bytes: usize) -> u64 {
        let number = self.next;
        self.next += 1;
        self.bytes += bytes;
        self.waiting.insert(number, (id, from, bytes));
        number
    }

    pub fn take(&mut self, number: u64) -> Option<(gossipsub::MessageId, PeerId)> {
        let (id, from, bytes) = self.waiting.remove(&number)?;
        self.bytes -= bytes;
        Some((id, from))
    }
}

/// Points of peers that are gone: coming again does not clear them, and going does not spare the last ones.
pub struct Records {
    max: usize,
    half_life: Duration,
    points: HashMap<PeerId, Points>,
    gone: VecDeque<(u64, PeerId)>,
}

const GONE_MAX: usize = 256;

impl Records {
    pub fn new(max: usize, half_life: Duration) -> Self {
        Self { max, half_life, points: HashMap::new(), gone: VecDeque::new() }
    }

    pub fn recall(&mut self, peer: &PeerId) -> Points {
        self.points.remove(peer).unwrap_or_else(|| Points::new(self.half_life))
    }

    pub fn ended(&mut self, number: u64, peer: PeerId, points: Points) {
        if self.gone.len() == GONE_MAX {
            self.gone.pop_front();
        }
        self.gone.push_back((number, peer));
        self.keep(peer, points);
    }

    /// Of those that went last.
    pub fn who_was(&self, number: u64) -> Option<PeerId> {
        self.gone.iter().find(|(each, _)| *each == number).map(|(_, peer)| *peer)
    }

    /// The sum.
    pub fn add(&mut self, peer: PeerId, points: u32) -> f64 {
        let mut all = self.recall(&peer);
        let sum = all.add(points);
        self.keep(peer, all);
        sum
    }

    fn keep(&mut self, peer: PeerId, points: Points) {
        const FADED: f64 = 1.0;
        if points.now() < FADED {
            return;
        }
        if self.points.len() >= self.max {
            self.points.retain(|_, each| each.now() >= FADED);
        }
        if self.points.len() >= self.max {
            let least = self.points.iter().min_by(|(_, a), (_, b)| a.now().total_cmp(&b.now())).map(|(peer, _)| *peer);
            least.and_then(|peer| self.points.remove(&peer));
        }
        self.points.insert(peer, points);
    }
}

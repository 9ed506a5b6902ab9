//! Whom to dial, and when: configured peers, each with its addresses, again and again with a back-off.

use libp2p::core::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::PeerId;
use std::time::{Duration, Instant};

struct Target {
    peer: Option<PeerId>,
    addresses: Vec<Multiaddr>,  // QUIC first
    next: usize,
    backoff: Duration,
    due: Option<Instant>,
    dialling: Option<ConnectionId>,
    is_told: bool,
}

pub struct Dialer {
    local: PeerId,
    backoff_min: Duration,
    backoff_max: Duration,
    targets: Vec<Target>,
    chance: u64,
}

/// The address without its peer id, and that.
pub fn split_peer(mut address: Multiaddr) -> (Multiaddr, Option<PeerId>) {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => {
            address.pop();
            (address, Some(peer))
        }
        _ => (address, None),
    }
}

fn is_tcp(address: &Multiaddr) -> bool {
    address.iter().any(|part| matches!(part, Protocol::Tcp(_)))
}

impl Dialer {
    pub fn new(local: PeerId, backoff_min: Duration, backoff_max: Duration) -> Self {
        let bytes = local.to_bytes();
        let chance = bytes.iter().fold(1, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))) | 1;
        Self { local, backoff_min, backoff_max, targets: Vec::new(), chance }
    }

    pub fn add(&mut self, address: Multiaddr) {
        let (address, peer) = split_peer(address);
        if peer == Some(self.local) {
            return;
        }
        let known = peer.and_then(|peer| self.targets.iter_mut().find(|each| each.peer == Some(peer)));
        if let Some(target) = known {
            target.addresses.push(address);
            target.addresses.sort_by_key(is_tcp);
            return;
        }
        self.targets.push(Target {
            peer,
            addresses: vec![address],
            next: 0,
            backoff: self.backoff_min,
            due: Some(Instant::now()),
            dialling: None,
            is_told: false,
        });
    }

    pub fn peers(&self) -> Vec<PeerId> {
        self.targets.iter().filter_map(|each| each.peer).collect()
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.targets.iter().filter_map(|each| each.due).min()
    }

    /// A target that is to be dialled now; it is not due any more.
    pub fn take_due(&mut self, now: Instant) -> Option<(usize, Option<PeerId>, Multiaddr)> {
        let index = self.targets.iter().position(|each| each.due.is_some_and(|due| due <= now))?;
        let target = &mut self.targets[index];
        target.due = None;
        Some((index, target.peer, target.addresses[target.next].clone()))
    }

    pub fn dialling(&mut self, target: usize, id: ConnectionId) {
        self.targets[target].dialling = Some(id);
    }

    pub fn wait_until(&mut self, target: usize, due: Instant) {
        self.targets[target].due = Some(due);
    }

    /// The peer is connected by another way.
    pub fn connected(&mut self, target: usize, peer: PeerId) {
        self.targets[target].peer = Some(peer);
        self.targets[target].next = 0;
    }

    pub fn established(&mut self, id: ConnectionId, peer: PeerId) {
        if let Some(index) = self.targets.iter().position(|each| each.dialling == Some(id)) {
            self.targets[index].dialling = None;
            self.connected(index, peer);
        }
    }

    pub fn identified(&mut self, peer: &PeerId) {
        for target in self.targets.iter_mut().filter(|each| each.peer == Some(*peer)) {
            target.backoff = self.backoff_min;
            target.is_told = false;
        }
    }

    /// Between a half and the whole of the back-off, which doubles.
    fn back_off(&mut self, index: usize) {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let target = &mut self.targets[index];
        let half = target.backoff / 2;
        target.due = Some(Instant::now() + half + half * (self.chance % 1024) as u32 / 1024);
        target.backoff = (target.backoff * 2).min(self.backoff_max);
    }

    /// No connection with the peer is left.
    pub fn lost(&mut self, peer: &PeerId) {
        for index in 0..self.targets.len() {
            let target = &self.targets[index];
            if target.peer == Some(*peer) && target.dialling.is_none() {
                self.back_off(index);
            }
        }
    }

    /// The address that failed, and whether that is news. The next one is tried at once, the first one after a while.
    pub fn failed(&mut self, id: ConnectionId, is_local: bool) -> Option<(Multiaddr, bool)> {
        let index = self.targets.iter().position(|each| each.dialling == Some(id))?;
        let target = &mut self.targets[index];
        let address = target.addresses[target.next].clone();
        let is_news = !core::mem::replace(&mut target.is_told, true);
        target.dialling = None;
        target.next = (target.next + 1) % target.addresses.len();
        if is_local {
            target.due = None;
        } else if target.next == 0 {
            self.back_off(index);
        } else {
            target.due = Some(Instant::now());
        }
        Some((address, is_news))
    }
}

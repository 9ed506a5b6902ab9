//! What the network's thread and others share: the caller's commands, and what there is to see.

use crate::net_io::{Bell, Lane};
use core::sync::atomic::{AtomicU64, AtomicUsize};
use libp2p::core::Multiaddr;
use libp2p::gossipsub::MessageAcceptance;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

pub enum Command {
    Publish(usize, Vec<u8>),
    Verdict(u64, MessageAcceptance),
    Penalize(u64, u32),
    Stop,
}

/// What other threads see.
#[derive(Default)]
pub struct Shared {
    pub peers: RwLock<HashMap<u64, Arc<Peer>>>,
    pub listen: Mutex<Vec<Multiaddr>>,
    pub bell: Bell,
    pub publishing_messages: AtomicUsize,
    pub publishing_bytes: AtomicUsize,
}

/// What all threads may know of a peer.
pub struct Peer {
    pub id: u64,
    pub peer_id: String,
    pub public_key: [u8; 32],
    pub address: String,
    pub quic: bool,
    pub dialled: bool,
    pub agent: String,
    pub lanes: Vec<Arc<Lane>>,
    pub points: Mutex<Points>,
    pub round_trip_us: AtomicU64,
    pub hears: AtomicU64,
}

/// Points that halve in a set time.
#[derive(Clone)]
pub struct Points {
    points: f64,
    at: Instant,
    half_life: f64,
}

impl Points {
    pub fn new(half_life: Duration) -> Self {
        Self { points: 0.0, at: Instant::now(), half_life: half_life.as_secs_f64().max(1e-3) }
    }

    pub fn now(&self) -> f64 {
        self.points * (-self.at.elapsed().as_secs_f64() / self.half_life).exp2()
    }

    pub fn add(&mut self, points: u32) -> f64 {
        self.points = self.now() + f64::from(points);
        self.at = Instant::now();
        self.points
    }
}

//! Who may connect: bounds of connections, and bans that end.

use libp2p::core::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::PeerId;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

#[derive(Clone, Copy)]
pub struct GateLimits {
    pub connections_max: usize,
    pub connections_per_ip_max: usize,
    pub pending_inbound_max: usize,
    pub bans_max: usize,
}

#[derive(Debug)]
pub enum Denied {
    Banned,
    TooMany,
    TooManyOfIp,
    TooManyPending,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Denied::Banned => "the peer is banned",
            Denied::TooMany => "no place for another connection",
            Denied::TooManyOfIp => "no place for another connection of that IP address",
            Denied::TooManyPending => "too many connections are being set up",
        })
    }
}

impl std::error::Error for Denied {}

pub struct Gate {
    limits: GateLimits,
    configured: HashSet<PeerId>,
    bans: HashMap<PeerId, Instant>,
    pending: HashMap<ConnectionId, Option<IpAddr>>,
    inbound: HashMap<ConnectionId, Option<IpAddr>>,
    of_ip: HashMap<IpAddr, usize>,
}

fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        // A host's addresses of one network of 64 bits are one host's.
        Protocol::Ip6(ip) => Some(IpAddr::V6((u128::from(ip) >> 64 << 64).into())),
        _ => None,
    })
}

impl Gate {
    pub fn new(limits: GateLimits) -> Self {
        Self {
            limits,
            configured: HashSet::new(),
            bans: HashMap::new(),
            pending: HashMap::new(),
            inbound: HashMap::new(),
            of_ip: HashMap::new(),
        }
    }

    /// Has a place whatever the number of connections.
    pub fn configure(&mut self, peer: PeerId) {
        self.configured.insert(peer);
    }

    pub fn ban(&mut self, peer: PeerId, until: Instant) {
        self.bans.retain(|_, end| *end > Instant::now());
        if self.bans.len() >= self.limits.bans_max {
            if let Some(first) = self.bans.iter().min_by_key(|(_, end)| **end).map(|(peer, _)| *peer) {
                self.bans.remove(&first);
            }
        }
        self.bans.insert(peer, until);
    }

    pub fn banned_until(&self, peer: &PeerId) -> Option<Instant> {
        self.bans.get(peer).copied().filter(|end| *end > Instant::now())
    }

    pub fn pending_inbound(&mut self, id: ConnectionId, remote: &Multiaddr) -> Result<(), Denied> {
        let ip = ip(remote);
        if self.pending.len() >= self.limits.pending_inbound_max {
            return Err(Denied::TooManyPending);
        }
        if ip.is_some_and(|ip| self.of_ip.get(&ip).is_some_and(|n| *n >= self.limits.connections_per_ip_max)) {
            return Err(Denied::TooManyOfIp);
        }
        if let Some(ip) = ip {
            *self.of_ip.entry(ip).or_default() += 1;
        }
        self.pending.insert(id, ip);
        Ok(())
    }

    pub fn established_inbound(&mut self, id: ConnectionId, peer: &PeerId) -> Result<(), Denied> {
        self.check_ban(peer)?;
        if self.inbound.len() >= self.limits.connections_max && !self.configured.contains(peer) {
            return Err(Denied::TooMany);
        }
        if let Some(ip) = self.pending.remove(&id) {
            self.inbound.insert(id, ip);
        }
        Ok(())
    }

    pub fn check_ban(&self, peer: &PeerId) -> Result<(), Denied> {
        if self.banned_until(peer).is_some() { Err(Denied::Banned) } else { Ok(()) }
    }

    /// A connection that failed or ended.
    pub fn gone(&mut self, id: ConnectionId) {
        let Some(Some(ip)) = self.pending.remove(&id).or_else(|| self.inbound.remove(&id)) else { return };
        if let Some(n) = self.of_ip.get_mut(&ip) {
            *n -= 1;
            if *n == 0 {
                self.of_ip.remove(&ip);
            }
        }
    }
}

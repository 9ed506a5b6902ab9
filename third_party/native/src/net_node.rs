//! The network's one thread: a swarm, what is told to the caller, and what the caller asks.

use crate::net::{Callbacks, REFUSED_BANNED, REFUSED_FOREIGN, REFUSED_IDENTITY};
use crate::net_dial::Dialer;
use crate::net_io::{lock, text, Lane, ReadEnd};
use crate::net_lanes::{LaneEvent, LanesEvent};
use crate::net_session::{Connection, LaneEnd, Records, Session, Unjudged, Waiting};
use crate::net_shared::{Command, Peer, Shared};
use crate::net_swarm::{
    self, check_port, dial_text, is_quic, listen_error, printable, Behaviour, BehaviourEvent, Config, StartError,
};
use core::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};
use futures::StreamExt;
use libp2p::core::{ConnectedPoint, Multiaddr};
use libp2p::gossipsub::{self, MessageAcceptance, TopicHash};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{ConnectionId, DialError, Stream, Swarm, SwarmEvent};
use libp2p::{identify, ping, PeerId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

pub struct Node {
    swarm: Swarm<Behaviour>,
    config: Config,
    topics: Vec<TopicHash>,
    callbacks: Callbacks,
    shared: Arc<Shared>,
    commands: mpsc::UnboundedReceiver<Command>,
    ends: (mpsc::UnboundedSender<LaneEnd>, mpsc::UnboundedReceiver<LaneEnd>),
    dialer: Dialer,
    connections: HashMap<ConnectionId, Connection>,
    of_peer: HashMap<PeerId, Vec<ConnectionId>>,
    sessions: HashMap<u64, Session>,
    next_number: u64,
    records: Records,
    unjudged: Unjudged,
    told_foreign: VecDeque<PeerId>,
    told_identity: HashSet<Multiaddr>,
}

/// Two connections that both ends began within this time are taken for one encounter, of which one stays.
const ENCOUNTER: Duration = Duration::from_secs(3);
const IDENTIFY_TIMEOUT: Duration = Duration::from_secs(10);
const FAREWELL: Duration = Duration::from_millis(500);
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSING_TIME: Duration = Duration::from_millis(300);
const EARLY_GOSSIP_MAX: usize = 16;
const TOLD_MAX: usize = 1024;


impl Node {
    /// Within a runtime.
    pub fn new(
        config: Config,
        callbacks: Callbacks,
        shared: Arc<Shared>,
        commands: mpsc::UnboundedReceiver<Command>,
    ) -> Result<Self, StartError> {
        let (swarm, topics) = net_swarm::new(&config).map_err(StartError::System)?;
        let local = config.keypair.public().to_peer_id();
        let mut dialer = Dialer::new(local, config.redial_min, config.redial_max);
        for address in &config.peers {
            dialer.add(address.clone());
        }
        let mut node = Self {
            swarm,
            topics,
            callbacks,
            shared,
            commands,
            ends: mpsc::unbounded_channel(),
            dialer,
            connections: HashMap::new(),
            of_peer: HashMap::new(),
            sessions: HashMap::new(),
            next_number: 1,
            records: Records::new(config.gate.bans_max, config.points_half_life),
            unjudged: Unjudged::new(config.unjudged_messages_max, config.unjudged_bytes_max),
            told_foreign: VecDeque::new(),
            told_identity: HashSet::new(),
            config,
        };
        for peer in node.dialer.peers() {
            node.swarm.behaviour_mut().lanes.gate.configure(peer);
        }
        Ok(node)
    }

    pub async fn listen(&mut self) -> Result<(), StartError> {
        let mut waiting = HashMap::new();
        for address in self.config.listen.clone() {
            check_port(&address)?;
            match self.swarm.listen_on(address.clone()) {
                Ok(id) => waiting.insert(id, address),
                Err(libp2p::TransportError::MultiaddrNotSupported(_)) => {
                    return Err(StartError::Listen(address, "not an address of QUIC or TCP".into()));
                }
                Err(libp2p::TransportError::Other(error)) => return Err(listen_error(address, &error)),
            };
        }
        let deadline = tokio::time::sleep(LISTEN_TIMEOUT);
        tokio::pin!(deadline);
        while !waiting.is_empty() {
            let event = tokio::select! {
                event = self.swarm.select_next_some() => event,
                _ = &mut deadline => {
                    let (_, address) = waiting.into_iter().next().expect("not empty");
                    return Err(StartError::Listen(address, "the system names no address".into()));
                }
            };
            match &event {
                SwarmEvent::NewListenAddr { listener_id, .. } => {
                    waiting.remove(listener_id);
                }
                SwarmEvent::ListenerClosed { listener_id, reason: Err(error), .. }
                | SwarmEvent::ListenerError { listener_id, error } => {
                    if let Some(address) = waiting.remove(listener_id) {
                        return Err(listen_error(address, error));
                    }
                }
                _ => {}
            }
            self.on_event(event);
        }
        Ok(())
    }

    pub async fn run(mut self) {
        let shared = self.shared.clone();
        tokio::spawn(async move { shared.bell.answer().await });
        loop {
            let due = self.next_due();
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.commands.recv() => match command {
                    Some(Command::Stop) | None => break,
                    Some(command) => self.on_command(command),
                },
                Some(end) = self.ends.1.recv() => self.on_lane_end(end),
                _ = tokio::time::sleep_until(due.into()) => {}
            }
            if due <= Instant::now() {
                self.on_time();
            }
        }
        self.close().await;
    }

    async fn close(mut self) {
        let numbers: Vec<u64> = self.sessions.keys().copied().collect();
        for number in numbers {
            self.end_session(number);
        }
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let closing = async {
            while self.swarm.connected_peers().next().is_some() {
                self.swarm.select_next_some().await;
            }
            // Lets the sockets send what the connections left.
            tokio::task::yield_now().await;
        };
        let _ = tokio::time::timeout(CLOSING_TIME, closing).await;
    }

    fn next_due(&self) -> Instant {
        let closing = self.connections.values().filter_map(|each| each.close_at);
        let far = Instant::now() + Duration::from_secs(60);
        closing.chain(self.dialer.next_due()).min().unwrap_or(far).min(far)
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        let is_due = |each: &Connection| each.close_at.is_some_and(|at| at <= now);
        let due: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, each)| is_due(each)).map(|(id, _)| *id).collect();
        for id in due {
            self.close_connection(id);
        }
        while let Some((target, peer, address)) = self.dialer.take_due(now) {
            if let Some(peer) = peer {
                if self.of_peer.contains_key(&peer) {
                    self.dialer.connected(target, peer);
                    continue;
                }
                if let Some(end) = self.swarm.behaviour().lanes.gate.banned_until(&peer) {
                    self.dialer.wait_until(target, end);
                    continue;
                }
            }
            // Of a listener's port, other connections to the same peer may be left in the system's tables.
            let options = match (peer, is_quic(&address)) {
                (Some(peer), true) => DialOpts::peer_id(peer).addresses(vec![address]).build(),
                (Some(peer), false) => DialOpts::peer_id(peer).addresses(vec![address]).allocate_new_port().build(),
                (None, true) => DialOpts::unknown_peer_id().address(address).build(),
                (None, false) => DialOpts::unknown_peer_id().address(address).allocate_new_port().build(),
            };
            let id = options.connection_id();
            self.dialer.dialling(target, id);
            if let Err(error) = self.swarm.dial(options) {
                self.dial_failed(id, &error);
            }
        }
    }

    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Lanes(LanesEvent { connection, event })) => {
                self.on_lane(connection, event);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Received { connection_id, info, .. })) => {
                self.identified(connection_id, info);
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(identify::Event::Error { connection_id, .. })) => {
                if self.connections.get(&connection_id).is_some_and(|each| each.number.is_none()) {
                    self.close_connection(connection_id);
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(event)) => self.on_ping(event),
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(event)) => self.on_gossip(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.connected(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { connection_id, .. } => self.closed(connection_id),
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => self.dial_failed(connection_id, &error),
            SwarmEvent::IncomingConnectionError { send_back_addr, error, .. } => {
                self.log(0, &format!("{send_back_addr} did not connect: {error}"));
            }
            SwarmEvent::NewListenAddr { address, .. } => lock(&self.shared.listen).push(address),
            SwarmEvent::ExpiredListenAddr { address, .. } => lock(&self.shared.listen).retain(|each| *each != address),
            SwarmEvent::ListenerError { error, .. } => self.log(2, &format!("a listening socket fails: {error}")),
            SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } => {
                self.log(2, &format!("no longer listening on {addresses:?}: {error}"));
            }
            _ => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Publish(topic, message) => {
                self.shared.publishing_messages.fetch_sub(1, SeqCst);
                self.shared.publishing_bytes.fetch_sub(message.len(), SeqCst);
                let topic = self.topics[topic].clone();
                if let Err(error) = self.swarm.behaviour_mut().gossip.publish(topic, message) {
                    self.log(0, &format!("not published: {error}"));
                }
            }
            Command::Verdict(id, verdict) => self.judged(id, verdict),
            Command::Penalize(number, points) => self.penalize(number, points),
            Command::Stop => {}
        }
    }

    // --- Connections

    fn connected(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let dialled = endpoint.is_dialer();
        let since = Instant::now();
        let address = endpoint.get_remote_address().clone();
        if dialled {
            self.dialer.established(id, peer);
            self.swarm.behaviour_mut().lanes.gate.configure(peer);
        }
        let others = self.of_peer.entry(peer).or_default();
        let other = others.iter().copied().find(|each| !self.connections[each].closing);
        others.push(id);
        let close_at = Some(since + IDENTIFY_TIMEOUT);
        let waiting = Waiting::default();
        let connection =
            Connection { peer, dialled, since, address, closing: false, close_at, number: None, waiting };
        self.connections.insert(id, connection);
        // One stays. Of two that crossed each other it is the one that is in use, else the one that the smaller peer id
        // dialled, at both ends. Otherwise it is the new one: the other one's end was not seen yet.
        if let Some(other) = other {
            let old = &self.connections[&other];
            let is_crossed = old.dialled != dialled && since.duration_since(old.since) < ENCOUNTER;
            let ours_stays = self.swarm.local_peer_id().to_bytes() < peer.to_bytes();
            let new_stays = !is_crossed || (old.number.is_none() && ours_stays == dialled);
            let loser = if new_stays { other } else { id };
            self.close_connection(loser);
        }
    }

    fn close_connection(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.closing = true;
        connection.close_at = None;
        connection.waiting = Waiting::default();
        let number = connection.number;
        if let Some(number) = number {
            self.end_session(number);
        }
        self.swarm.close_connection(id);
    }

    fn closed(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else { return };
        if let Some(number) = connection.number {
            self.end_session(number);
        }
        if let Some(others) = self.of_peer.get_mut(&connection.peer) {
            others.retain(|each| *each != id);
            if others.is_empty() {
                self.of_peer.remove(&connection.peer);
                self.dialer.lost(&connection.peer);
            }
        }
    }

    fn identified(&mut self, id: ConnectionId, info: identify::Info) {
        let Some(connection) = self.connections.get(&id) else { return };
        if connection.closing || connection.number.is_some() {
            return;
        }
        let (peer, address, dialled) = (connection.peer, connection.address.to_string(), connection.dialled);
        let quic = is_quic(&connection.address);
        let key = info.public_key.try_into_ed25519().ok().map(|key| key.to_bytes());
        let (true, Some(public_key)) = (info.protocol_version == self.config.protocol_version, key) else {
            return self.refuse_foreign(id, &info.protocol_version);
        };
        let number = self.next_number;
        self.next_number += 1;
        let lanes: Vec<Arc<Lane>> =
            self.config.lanes.iter().map(|(_, limits)| Arc::new(Lane::new(*limits))).collect();
        let seen = Arc::new(Peer {
            id: number,
            peer_id: peer.to_string(),
            public_key,
            address,
            quic,
            dialled,
            agent: printable(&info.agent_version),
            points: Mutex::new(self.records.recall(&peer)),
            round_trip_us: 0.into(),
            hears: self.subscriptions(&peer).into(),
            lanes,
        });
        let tasks = || (0..self.config.lanes.len()).map(|_| None).collect();
        let session = Session { connection: id, peer, seen: seen.clone(), inbound: tasks(), outbound: tasks() };
        self.sessions.insert(number, session);
        self.shared.peers.write().unwrap_or_else(|e| e.into_inner()).insert(number, seen.clone());
        self.dialer.identified(&peer);
        unsafe {
            (self.callbacks.connected)(self.callbacks.context, number, public_key.as_ptr(), text(&seen.address));
        }
        self.swarm.behaviour_mut().lanes.open(peer, id);
        let waiting = match self.connections.get_mut(&id) {
            Some(connection) => {
                connection.number = Some(number);
                connection.close_at = None;
                core::mem::take(&mut connection.waiting)
            }
            None => Waiting::default(),
        };
        for (lane, stream) in waiting.streams {
            self.open_inbound(number, lane, stream);
        }
        for (id, message) in waiting.gossip {
            self.on_message(peer, id, message);
        }
    }

    fn subscriptions(&self, peer: &PeerId) -> u64 {
        let all = self.swarm.behaviour().gossip.all_peers();
        let of_peer = all.filter(|(each, _)| *each == peer).flat_map(|(_, topics)| topics);
        of_peer.filter_map(|topic| self.topics.iter().position(|each| each == topic)).fold(0, |bits, i| bits | 1 << i)
    }

    /// The connection stays a little longer, so that the peer hears too with whom it speaks.
    fn refuse_foreign(&mut self, id: ConnectionId, version: &str) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.closing = true;
        connection.close_at = Some(Instant::now() + FAREWELL);
        let (peer, address) = (connection.peer, connection.address.to_string());
        let until = Instant::now() + self.config.foreign;
        self.swarm.behaviour_mut().lanes.gate.ban(peer, until);
        if self.told_foreign.contains(&peer) {
            return;
        }
        if self.told_foreign.len() == TOLD_MAX {
            self.told_foreign.pop_front();
        }
        self.told_foreign.push_back(peer);
        let version = printable(version);
        self.refused(REFUSED_FOREIGN, &peer, &format!("{address} is of another network: it says '{version}'"));
    }

    /// Nothing of this peer is told after `gone`: its tasks run on this thread, and end here.
    fn end_session(&mut self, number: u64) {
        let Some(session) = self.sessions.remove(&number) else { return };
        for task in session.inbound.iter().chain(&session.outbound).flatten() {
            task.abort();
        }
        for lane in &session.seen.lanes {
            lane.close();
        }
        self.records.ended(number, session.peer, lock(&session.seen.points).clone());
        self.shared.peers.write().unwrap_or_else(|e| e.into_inner()).remove(&number);
        unsafe { (self.callbacks.gone)(self.callbacks.context, number) };
    }

    fn dial_failed(&mut self, id: ConnectionId, error: &DialError) {
        let Some((address, first)) = self.dialer.failed(id, matches!(error, DialError::LocalPeerId { .. })) else {
            return;
        };
        if let DialError::WrongPeerId { obtained, .. } = error {
            if self.told_identity.insert(address.clone()) {
                self.refused(REFUSED_IDENTITY, obtained, &format!("answered at {address} with another key"));
            }
        }
        self.log(if first { 1 } else { 0 }, &format!("cannot reach {address}, trying again: {}", dial_text(error)));
    }

    fn on_lane(&mut self, id: ConnectionId, event: LaneEvent) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.closing {
            return;
        }
        match (event, connection.number) {
            (LaneEvent::Inbound(lane, stream), Some(number)) => self.open_inbound(number, lane, stream),
            (LaneEvent::Inbound(lane, stream), None) => {
                if connection.waiting.streams.iter().any(|(each, _)| *each == lane) {
                    return self.close_connection(id);
                }
                connection.waiting.streams.push((lane, stream));
            }
            (LaneEvent::Outbound(lane, stream), Some(number)) => self.open_outbound(number, lane, stream),
            // Somebody who only listens to gossip.
            (LaneEvent::Unsupported(lane), Some(number)) => {
                if let Some(session) = self.sessions.get(&number) {
                    session.seen.lanes[lane].close();
                }
            }
            (LaneEvent::Failed, Some(_)) => self.close_connection(id),
            _ => {}
        }
    }

    fn open_inbound(&mut self, number: u64, lane: usize, stream: Stream) {
        let (callbacks, ends) = (self.callbacks, self.ends.0.clone());
        let Some(session) = self.sessions.get_mut(&number) else { return };
        if session.inbound[lane].is_some() {
            return self.penalize(number, self.config.malformed_points);
        }
        let reader = session.seen.lanes[lane].clone().read(stream, callbacks, number, lane as u32);
        session.inbound[lane] = Some(tokio::spawn(async move {
            let malformed = matches!(reader.await, ReadEnd::Malformed);
            let _ = ends.send(LaneEnd { peer: number, malformed });
        }));
    }

    fn open_outbound(&mut self, number: u64, lane: usize, stream: Stream) {
        let ends = self.ends.0.clone();
        let Some(session) = self.sessions.get_mut(&number) else { return };
        let writer = session.seen.lanes[lane].clone().write(stream);
        session.outbound[lane] = Some(tokio::spawn(async move {
            writer.await;
            let _ = ends.send(LaneEnd { peer: number, malformed: false });
        }));
    }

    fn on_lane_end(&mut self, end: LaneEnd) {
        let Some(session) = self.sessions.get(&end.peer) else { return };
        let connection = session.connection;
        if end.malformed {
            self.penalize(end.peer, self.config.malformed_points);
        }
        self.close_connection(connection);
    }

    fn penalize(&mut self, number: u64, points: u32) {
        let (peer, connection, sum) = match self.sessions.get(&number) {
            Some(session) => {
                let sum = lock(&session.seen.points).add(points);
                self.swarm.behaviour_mut().gossip.set_application_score(&session.peer, -sum);
                (session.peer, Some(session.connection), sum)
            }
            None => {
                let Some(peer) = self.records.who_was(number) else { return };
                if let Some(again) = self.session_of(&peer).map(|session| session.seen.id) {
                    return self.penalize(again, points);
                }
                (peer, None, self.records.add(peer, points))
            }
        };
        if sum < f64::from(self.config.ban_points) {
            return;
        }
        let until = Instant::now() + self.config.ban;
        self.swarm.behaviour_mut().lanes.gate.ban(peer, until);
        let why = format!("banned for {} s", self.config.ban.as_secs());
        self.refused(REFUSED_BANNED, &peer, &why);
        if let Some(connection) = connection {
            self.close_connection(connection);
        }
    }

    fn on_ping(&mut self, event: ping::Event) {
        let number = self.connections.get(&event.connection).and_then(|each| each.number);
        match event.result {
            Ok(round_trip) => {
                if let Some(session) = number.and_then(|number| self.sessions.get(&number)) {
                    session.seen.round_trip_us.store(round_trip.as_micros() as u64, Relaxed);
                }
            }
            Err(ping::Failure::Unsupported) => {}
            Err(_) => self.close_connection(event.connection),
        }
    }

    // --- Gossip

    fn session_of(&self, peer: &PeerId) -> Option<&Session> {
        let connections = self.of_peer.get(peer)?;
        let number = connections.iter().find_map(|each| self.connections.get(each)?.number)?;
        self.sessions.get(&number)
    }

    fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                self.on_message(propagation_source, message_id, message);
            }
            gossipsub::Event::Subscribed { peer_id, topic, .. } => self.hears(&peer_id, &topic, true),
            gossipsub::Event::Unsubscribed { peer_id, topic } => self.hears(&peer_id, &topic, false),
            _ => {}
        }
    }

    fn hears(&self, peer: &PeerId, topic: &TopicHash, does: bool) {
        let Some(topic) = self.topics.iter().position(|each| each == topic) else { return };
        let Some(session) = self.session_of(peer) else { return };
        if does {
            session.seen.hears.fetch_or(1 << topic, Relaxed);
        } else {
            session.seen.hears.fetch_and(!(1 << topic), Relaxed);
        }
    }

    fn on_message(&mut self, from: PeerId, id: gossipsub::MessageId, message: gossipsub::Message) {
        let Some(topic) = self.topics.iter().position(|each| *each == message.topic) else { return };
        let bytes = message.data.len();
        let number = self.session_of(&from).map(|session| session.seen.id);
        if number.is_none() {
            return self.keep_early(from, id, message);
        }
        let is_sane = bytes > 0 && bytes <= self.config.topics[topic].message_bytes_max;
        let (true, true, Some(number)) = (is_sane, self.unjudged.has_room(bytes), number) else {
            let verdict = if is_sane { MessageAcceptance::Ignore } else { MessageAcceptance::Reject };
            self.swarm.behaviour_mut().gossip.report_message_validation_result(&id, &from, verdict);
            if let (false, Some(number)) = (is_sane, number) {
                self.penalize(number, self.config.reject_points);
            }
            return;
        };
        let mine = self.unjudged.add(id, from, bytes);
        unsafe {
            (self.callbacks.gossip)(self.callbacks.context, number, topic as u32, mine, message.data.as_ptr(), bytes);
        }
    }

    fn keep_early(&mut self, from: PeerId, id: gossipsub::MessageId, message: gossipsub::Message) {
        let Some(connections) = self.of_peer.get(&from) else { return };
        let Some(first) = connections.iter().find(|each| !self.connections[each].closing).copied() else { return };
        if let Some(connection) = self.connections.get_mut(&first) {
            if connection.waiting.gossip.len() < EARLY_GOSSIP_MAX {
                connection.waiting.gossip.push((id, message));
            }
        }
    }

    fn judged(&mut self, mine: u64, verdict: MessageAcceptance) {
        let Some((id, from)) = self.unjudged.take(mine) else { return };
        let is_rejected = matches!(verdict, MessageAcceptance::Reject);
        self.swarm.behaviour_mut().gossip.report_message_validation_result(&id, &from, verdict);
        if is_rejected {
            if let Some(number) = self.session_of(&from).map(|session| session.seen.id) {
                self.penalize(number, self.config.reject_points);
            }
        }
    }

    fn refused(&self, why: u32, peer: &PeerId, what: &str) {
        unsafe { (self.callbacks.refused)(self.callbacks.context, why, text(&peer.to_string()), text(what)) };
    }

    fn log(&self, level: u32, what: &str) {
        unsafe { (self.callbacks.log)(self.callbacks.context, level, text(what)) };
    }
}

//! The part of a swarm that opens one stream of each lane to a peer, takes the peer's, and keeps the gate.

use crate::net_gate::Gate;
use core::convert::Infallible;
use core::task::{Context, Poll};
use futures::future::{ready, Ready};
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo};
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{
    ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    ListenFailure, NetworkBehaviour, NotifyHandler, Stream, StreamProtocol, StreamUpgradeError, SubstreamProtocol,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::PeerId;
use std::collections::VecDeque;
use std::sync::Arc;

type Names = Arc<[StreamProtocol]>;

/// Offers the protocols from `first` to `end`; says which one it was.
pub struct Offer {
    names: Names,
    first: usize,
    end: usize,
}

impl UpgradeInfo for Offer {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.names[self.first..self.end].to_vec().into_iter()
    }
}

impl Offer {
    fn opened(&self, stream: Stream, name: &StreamProtocol) -> Ready<Result<(usize, Stream), Infallible>> {
        let lane = self.names.iter().position(|each| each == name).unwrap_or(self.first);
        ready(Ok((lane, stream)))
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (usize, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, name: Self::Info) -> Self::Future {
        self.opened(stream, &name)
    }
}

impl OutboundUpgrade<Stream> for Offer {
    type Output = (usize, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_outbound(self, stream: Stream, name: Self::Info) -> Self::Future {
        self.opened(stream, &name)
    }
}

#[derive(Debug)]
pub enum LaneEvent {
    Inbound(usize, Stream),
    Outbound(usize, Stream),
    /// The peer has no such lane.
    Unsupported(usize),
    Failed,
}

#[derive(Debug)]
pub struct OpenLanes;

pub struct LaneHandler {
    names: Names,
    to_open: VecDeque<usize>,
    events: VecDeque<LaneEvent>,
}

impl LaneHandler {
    fn offer(&self, first: usize, end: usize) -> Offer {
        Offer { names: self.names.clone(), first, end }
    }
}

impl ConnectionHandler for LaneHandler {
    type FromBehaviour = OpenLanes;
    type ToBehaviour = LaneEvent;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = usize;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        SubstreamProtocol::new(self.offer(0, self.names.len()), ())
    }

    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn on_behaviour_event(&mut self, _: OpenLanes) {
        self.to_open = (0..self.names.len()).collect();
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Offer, usize, LaneEvent>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(event));
        }
        if let Some(lane) = self.to_open.pop_front() {
            let protocol = SubstreamProtocol::new(self.offer(lane, lane + 1), lane);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Offer, Offer, (), usize>) {
        self.events.push_back(match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: (lane, stream), .. }) => {
                LaneEvent::Inbound(lane, stream)
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: (lane, stream), .. }) => {
                LaneEvent::Outbound(lane, stream)
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info: lane, error }) => match error {
                StreamUpgradeError::NegotiationFailed => LaneEvent::Unsupported(lane),
                _ => LaneEvent::Failed,
            },
            _ => return,
        });
    }
}

#[derive(Debug)]
pub struct LanesEvent {
    pub connection: ConnectionId,
    pub event: LaneEvent,
}

pub struct Lanes {
    names: Names,
    pub gate: Gate,
    actions: VecDeque<ToSwarm<LanesEvent, OpenLanes>>,
}

impl Lanes {
    pub fn new(names: Vec<StreamProtocol>, gate: Gate) -> Self {
        Self { names: names.into(), gate, actions: VecDeque::new() }
    }

    pub fn open(&mut self, peer_id: PeerId, connection: ConnectionId) {
        let handler = NotifyHandler::One(connection);
        self.actions.push_back(ToSwarm::NotifyHandler { peer_id, handler, event: OpenLanes });
    }

    fn handler(&self) -> LaneHandler {
        LaneHandler { names: self.names.clone(), to_open: VecDeque::new(), events: VecDeque::new() }
    }
}

impl NetworkBehaviour for Lanes {
    type ConnectionHandler = LaneHandler;
    type ToSwarm = LanesEvent;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.gate.pending_inbound(id, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gate.established_inbound(id, &peer).map_err(ConnectionDenied::new)?;
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.gate.check_ban(&peer).map_err(ConnectionDenied::new)?;
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        match event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. })
            | FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => self.gate.gone(connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        self.actions.push_back(ToSwarm::GenerateEvent(LanesEvent { connection, event }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<LanesEvent, THandlerInEvent<Self>>> {
        match self.actions.pop_front() {
            Some(action) => Poll::Ready(action),
            None => Poll::Pending,
        }
    }
}

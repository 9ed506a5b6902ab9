//! commonware-consensus's simplex in its simulated network, behind the C interface of include/aether_consensus_peers.h.
use commonware_actor::Feedback;
use commonware_consensus::{
    Reporter, Viewable,
    simplex::{
        Engine, ForwardPolicy, SkipBudget, SkipPolicy,
        config::{Config, Floor},
        elector::RoundRobin,
        max_payload_size,
        mocks::{application, relay::Relay, scheme as ideal},
        scheme::{Scheme, bls12381_multisig},
        types::Activity,
    },
    types::{Epoch, ViewDelta},
};
use commonware_cryptography::{
    Sha256, bls12381::primitives::variant::MinPk, certificate::mocks::Fixture, ed25519::PublicKey, sha256::Digest,
};
use commonware_p2p::{
    max_message_size,
    simulated::{self, Link, Network},
};
use commonware_parallel::Sequential;
use commonware_runtime::{Clock, Quota, Runner, Supervisor as _, buffer::paged::CacheRef, deterministic};
use commonware_utils::{NZDuration, NZU16, NZU32, NZUsize, probability};
use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How often a run is looked at, in virtual time.
const POLL: Duration = Duration::from_millis(10);

#[repr(C)]
#[derive(Default)]
pub struct Run {
    blocks: u64,
    cpu_s: f64,
    simulated_s: f64,
}

/// Counts the finalizations of a validator. The crate's mock verifies every vote once more, which a node does not.
struct Finalized<S>(Arc<AtomicU64>, PhantomData<fn() -> S>);

impl<S> Clone for Finalized<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<S: Scheme<Digest>> Reporter for Finalized<S> {
    type Activity = Activity<S, Digest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        if let Activity::Finalization(certificate) = activity {
            self.0.fetch_max(certificate.view().get(), Ordering::Relaxed);
        }
        Feedback::Ok
    }
}

fn run<S, F>(n: u32, warm_up: u64, blocks: u64, link: Link, fixture: F, cpu_s: extern "C" fn() -> f64) -> Run
where
    S: Scheme<Digest, PublicKey = PublicKey>,
    F: FnOnce(&mut deterministic::Context, &[u8], u32) -> Fixture<S> + Send + 'static,
{
    deterministic::Runner::timed(Duration::from_secs(3600)).start(|mut context| async move {
        let Fixture { participants, schemes, .. } = fixture(&mut context, b"bench", n);
        let size = max_message_size(&[max_payload_size::<S, Digest>(n)]);
        let (network, oracle) = Network::new_with_peers(
            context.child("network"),
            simulated::Config {
                max_size: size,
                max_peers_per_set: NZUsize!(n as usize),
                disconnect_on_block: true,
                tracked_peer_sets: NZUsize!(1),
            },
            participants.clone(),
        )
        .await;
        network.start();
        // To each peer; some 40 are sent. The network sets aside memory for as many of all peers.
        let quota = Quota::per_second(NZU32!(256));
        let mut channels = Vec::new();
        for one in &participants {
            let control = oracle.control(one.clone());
            channels.push((
                control.register(0, quota).await.unwrap(),
                control.register(1, quota).await.unwrap(),
                control.register(2, quota).await.unwrap(),
            ));
        }
        for from in &participants {
            for to in participants.iter().filter(|to| *to != from) {
                oracle.add_link(from.clone(), to.clone(), link.clone()).await.unwrap();
            }
        }

        let epoch = Epoch::new(1);
        let relay = Arc::new(Relay::<Digest, _>::new());
        let mut finalized = Vec::new();
        let mut engines = Vec::new();
        for ((me, scheme), (votes, certificates, resolver)) in participants.iter().zip(schemes).zip(channels) {
            let context = context.child("validator").with_attribute("public_key", me);
            let (actor, application) = application::Application::new(
                context.child("application"),
                application::Config::<Sha256, _> {
                    relay: relay.clone(),
                    me: me.clone(),
                    propose_latency: (0.0, 0.0),
                    verify_latency: (0.0, 0.0),
                    certify_latency: (0.0, 0.0),
                    should_certify: application::Certifier::Always,
                },
            );
            actor.start();
            let count = Arc::new(AtomicU64::new(0));
            finalized.push(count.clone());
            let engine = Engine::new(
                context.child("engine"),
                Config {
                    scheme,
                    elector: RoundRobin::<Sha256>::default(),
                    blocker: oracle.control(me.clone()),
                    automaton: application.clone(),
                    relay: application,
                    reporter: Finalized(count, PhantomData),
                    strategy: Sequential,
                    partition: me.to_string(),
                    mailbox_size: NZUsize!(1024),
                    epoch,
                    floor: Floor::Genesis(application::genesis::<Sha256>(epoch)),
                    leader_timeout: Duration::from_secs(2),
                    certification_timeout: Duration::from_secs(3),
                    timeout_retry: Duration::from_secs(10),
                    fetch_timeout: NZDuration!(Duration::from_secs(1)),
                    fetch_retry_delay: Duration::from_millis(100),
                    view_retention: ViewDelta::new(10),
                    skip: SkipPolicy::Enabled { timeout: Duration::from_secs(12), budget: SkipBudget::Participants },
                    replay_buffer: NZUsize!(1024 * 1024),
                    write_buffer: NZUsize!(1024 * 1024),
                    page_cache: CacheRef::new(NZU16!(1024), NZUsize!(10)),
                    forward: ForwardPolicy::Disabled,
                    track_historical_votes: false,
                },
            );
            engines.push(engine.start(votes, certificates, resolver));
        }
        let lowest = || finalized.iter().map(|count| count.load(Ordering::Relaxed)).min().unwrap_or(0);
        while lowest() < warm_up {
            context.sleep(POLL).await;
        }
        let (first, cpu, began) = (lowest(), cpu_s(), context.current());
        while lowest() < first + blocks {
            context.sleep(POLL).await;
        }
        let simulated = context.current().duration_since(began).unwrap_or_default();
        Run { blocks: lowest() - first, cpu_s: cpu_s() - cpu, simulated_s: simulated.as_secs_f64() }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn aether_simplex(
    validators: u32,
    warm_up: u64,
    blocks: u64,
    latency_ms: u64,
    jitter_ms: u64,
    real: i32,
    cpu_s: extern "C" fn() -> f64,
) -> Run {
    let link = Link {
        latency: Duration::from_millis(latency_ms),
        jitter: Duration::from_millis(jitter_ms),
        success_rate: probability!(1.0),
    };
    if real != 0 {
        run(validators, warm_up, blocks, link, |rng, namespace, n| bls12381_multisig::fixture::<MinPk, _>(rng, namespace, n), cpu_s)
    } else {
        run(validators, warm_up, blocks, link, |rng, namespace, n| ideal::fixture(rng, namespace, n), cpu_s)
    }
}

//! For each line on stdin what the crate kes-summed-ed25519 says, as aether-kes-probe does it for ours.

use crate::{hex, unhex};
use kes_summed_ed25519::kes::{Sum6Kes, Sum6KesSig};
use kes_summed_ed25519::traits::{KesSig, KesSk};
use kes_summed_ed25519::PublicKey;

const BYTES: usize = Sum6Kes::SIZE + 4;

fn signed(key: &Sum6Kes, message: &[u8]) -> String {
    format!("{} {}", hex(key.to_pk().as_bytes()), hex(&key.sign(message).to_bytes()))
}

fn sign(seed: &str, period: &str, message: &str) -> String {
    let (mut buffer, mut seed) = ([0; BYTES], unhex(seed));
    let (mut key, _) = Sum6Kes::keygen(&mut buffer, &mut seed);
    for _ in 0..period.parse().expect("period") {
        key.update().expect("a period below 64");
    }
    format!("{} {}", signed(&key, &unhex(message)), hex(key.as_bytes()))
}

fn resume(key: &str, message: &str) -> String {
    let mut bytes = unhex(key);
    let mut key = Sum6Kes::from_bytes(&mut bytes).expect("a key's length");
    let before = signed(&key, &unhex(message));
    match key.update() {
        Ok(()) => format!("{before} {}", hex(key.as_bytes())),
        Err(_) => format!("{before} expired"),
    }
}

fn verify(public: &str, period: &str, message: &str, signature: &str) -> String {
    let public = PublicKey::from_bytes(&unhex(public)).expect("32 bytes");
    let period = period.parse().expect("period");
    let holds = Sum6KesSig::from_bytes(&unhex(signature))
        .is_ok_and(|signature| signature.verify(period, &public, &unhex(message)).is_ok());
    if holds { "ok" } else { "refused" }.into()
}

pub fn answer(line: &str) -> String {
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["sign", seed, period, message] => sign(seed, period, message),
        ["resume", key, message] => resume(key, message),
        ["verify", public, period, message, signature] => verify(public, period, message, signature),
        _ => panic!("a line that aether-kes-probe does not know either: {line}"),
    }
}

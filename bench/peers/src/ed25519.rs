//! ed25519-zebra, ed25519-consensus and commonware-cryptography-curve25519, all by the ZIP-215 rule.

use crate::{array, arrays, bytes};
use commonware_codec::DecodeExt;
use commonware_cryptography::{BatchEntry, BatchVerifier};
use commonware_cryptography_curve25519::signing as commonware;
use commonware_parallel::Sequential;
use core::convert::{Infallible, TryFrom};
use rand_core::{TryCryptoRng, TryRng, UnwrapErr};

/// Coefficients at almost no cost, in the peers' favour. Unpredictable they are not: for benchmarks only.
struct Fast(u64);

impl Fast {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn fill(&mut self, to: &mut [u8]) {
        for part in to.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            part.copy_from_slice(&word[..part.len()]);
        }
    }
}

impl TryRng for Fast {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        self.fill(to);
        Ok(())
    }
}

impl TryCryptoRng for Fast {}

/// The same for the traits of rand_core 0.6.
struct Fast06(Fast);

impl rand_core_06::RngCore for Fast06 {
    fn next_u32(&mut self) -> u32 {
        self.0.next() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next()
    }

    fn fill_bytes(&mut self, to: &mut [u8]) {
        self.0.fill(to);
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.0.fill(to);
        Ok(())
    }
}

impl rand_core_06::CryptoRng for Fast06 {}

const SEED: u64 = 1;

#[no_mangle]
pub unsafe extern "C" fn aether_peers_zebra_verify(
    key: *const u8,
    message: *const u8,
    length: usize,
    signature: *const u8,
) -> bool {
    let key = ed25519_zebra::VerificationKeyBytes::from(*unsafe { array::<32>(key) });
    let signature = ed25519_zebra::Signature::from(*unsafe { array::<64>(signature) });
    ed25519_zebra::VerificationKey::try_from(key)
        .is_ok_and(|key| key.verify(&signature, unsafe { bytes(message, length) }).is_ok())
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_zebra_batch(
    keys: *const u8,
    signatures: *const u8,
    messages: *const u8,
    length: usize,
    n: usize,
) -> bool {
    let (keys, signatures) = unsafe { (arrays::<32>(keys, n), arrays::<64>(signatures, n)) };
    let messages = unsafe { bytes(messages, n * length) };
    let mut batch = ed25519_zebra::batch::Verifier::new();
    for i in 0..n {
        let key = ed25519_zebra::VerificationKeyBytes::from(keys[i]);
        let signature = ed25519_zebra::Signature::from(signatures[i]);
        batch.queue((key, signature, &messages[i * length..(i + 1) * length]));
    }
    batch.verify(UnwrapErr(Fast(SEED))).is_ok()
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_consensus_batch(
    keys: *const u8,
    signatures: *const u8,
    messages: *const u8,
    length: usize,
    n: usize,
) -> bool {
    let (keys, signatures) = unsafe { (arrays::<32>(keys, n), arrays::<64>(signatures, n)) };
    let messages = unsafe { bytes(messages, n * length) };
    let mut batch = ed25519_consensus::batch::Verifier::new();
    for i in 0..n {
        let key = ed25519_consensus::VerificationKeyBytes::from(keys[i]);
        let signature = ed25519_consensus::Signature::from(signatures[i]);
        batch.queue((key, signature, &messages[i * length..(i + 1) * length]));
    }
    batch.verify(Fast06(Fast(SEED))).is_ok()
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_commonware_batch(
    keys: *const u8,
    signatures: *const u8,
    ids: *const u8,
    n: usize,
    tag: *const u8,
    tag_length: usize,
) -> bool {
    let (keys, signatures) = unsafe { (arrays::<32>(keys, n), arrays::<64>(signatures, n)) };
    let (ids, tag) = unsafe { (arrays::<32>(ids, n), bytes(tag, tag_length)) };
    let mut items = Vec::with_capacity(n);
    for i in 0..n {
        let key = commonware::VerifyingKey::decode(commonware_codec::Copying(&keys[i]));
        let signature = commonware::Signature::decode(commonware_codec::Copying(&signatures[i]));
        match (key, signature) {
            (Ok(key), Ok(signature)) => items.push((key, signature)),
            _ => return false,
        }
    }
    commonware::VerifyingKey::verify_batch(
        &mut UnwrapErr(Fast(SEED)),
        &items,
        |i, (key, signature)| BatchEntry { namespace: tag, message: &ids[i], public_key: key, signature },
        &Sequential,
    )
}

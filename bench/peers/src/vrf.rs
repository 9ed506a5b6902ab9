//! amaru-vrf-dalek: ECVRF as Cardano uses it (draft 03 with Elligator), and draft 10 (try and increment), one by one and
//! in its batches of longer proofs. The drafts' challenges differ from RFC 9381's, so their proofs are their own; the
//! outputs of draft 10 are those of RFC 9381's TAI suite.

use crate::{array, arrays, bytes, put};
use vrf_dalek::vrf03::{PublicKey03, SecretKey03, VrfProof03};
use vrf_dalek::vrf10::{PublicKey10, SecretKey10, VrfProof10};
use vrf_dalek::vrf10_batchcompat::{BatchItem, BatchVerifier, VrfProof10BatchCompat};

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf03_prove(seed: *const u8, alpha: *const u8, length: usize, proof: *mut u8) {
    let secret = SecretKey03::from_bytes(unsafe { array::<32>(seed) });
    let made = VrfProof03::generate(&PublicKey03::from(&secret), &secret, unsafe { bytes(alpha, length) });
    unsafe { put(&made.to_bytes(), proof) };
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf03_verify(
    key: *const u8,
    alpha: *const u8,
    length: usize,
    proof: *const u8,
    output: *mut u8,
) -> bool {
    let key = PublicKey03::from_bytes(unsafe { array::<32>(key) });
    let verified = VrfProof03::from_bytes(unsafe { array::<80>(proof) })
        .and_then(|proof| proof.verify(&key, unsafe { bytes(alpha, length) }));
    match verified {
        Ok(beta) => {
            unsafe { put(&beta, output) };
            true
        }
        Err(_) => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf10_prove(seed: *const u8, alpha: *const u8, length: usize, proof: *mut u8) {
    let secret = SecretKey10::from_bytes(unsafe { array::<32>(seed) });
    let made = VrfProof10::generate(&PublicKey10::from(&secret), &secret, unsafe { bytes(alpha, length) });
    unsafe { put(&made.to_bytes(), proof) };
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf10_verify(
    key: *const u8,
    alpha: *const u8,
    length: usize,
    proof: *const u8,
    output: *mut u8,
) -> bool {
    let key = PublicKey10::from_bytes(unsafe { array::<32>(key) });
    let verified = VrfProof10::from_bytes(unsafe { array::<80>(proof) })
        .and_then(|proof| proof.verify(&key, unsafe { bytes(alpha, length) }));
    match verified {
        Ok(beta) => {
            unsafe { put(&beta, output) };
            true
        }
        Err(_) => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf10_prove_long(
    seed: *const u8,
    alpha: *const u8,
    length: usize,
    proof: *mut u8,
    output: *mut u8,
) {
    let secret = SecretKey10::from_bytes(unsafe { array::<32>(seed) });
    let key = PublicKey10::from(&secret);
    let made = VrfProof10BatchCompat::generate(&key, &secret, unsafe { bytes(alpha, length) });
    unsafe {
        put(&made.to_bytes(), proof);
        put(&made.proof_to_hash(), output);
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_vrf10_batch(
    keys: *const u8,
    alphas: *const u8,
    length: usize,
    proofs: *const u8,
    outputs: *const u8,
    n: usize,
) -> bool {
    let (keys, alphas) = unsafe { (arrays::<32>(keys, n), bytes(alphas, n * length)) };
    let (proofs, outputs) = unsafe { (arrays::<128>(proofs, n), arrays::<64>(outputs, n)) };
    let mut batch = BatchVerifier::new(n);
    for i in 0..n {
        let Ok(proof) = VrfProof10BatchCompat::from_bytes(&proofs[i]) else { return false };
        let item = BatchItem {
            proof,
            key: PublicKey10::from_bytes(&keys[i]),
            msg: alphas[i * length..(i + 1) * length].to_vec(),
            output: outputs[i],
        };
        if batch.insert(item).is_err() {
            return false;
        }
    }
    batch.verify().is_ok()
}

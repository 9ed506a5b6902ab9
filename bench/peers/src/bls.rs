//! blst by its C functions, which cost less than its Rust types: the proof-of-possession suite with keys in G1.

use crate::{array, arrays, bytes};
use blst::*;

const SUITE: &[u8] = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

/// Keys, decoded and checked.
pub struct Keys(Vec<blst_p1_affine>);

#[no_mangle]
pub unsafe extern "C" fn aether_peers_bls_keys(keys: *const u8, n: usize) -> *mut Keys {
    let mut out = Vec::with_capacity(n);
    for key in unsafe { arrays::<48>(keys, n) } {
        let mut point = blst_p1_affine::default();
        let good = unsafe {
            blst_p1_uncompress(&mut point, key.as_ptr()) == BLST_ERROR::BLST_SUCCESS
                && !blst_p1_affine_is_inf(&point)
                && blst_p1_affine_in_g1(&point)
        };
        if !good {
            return core::ptr::null_mut();
        }
        out.push(point);
    }
    Box::into_raw(Box::new(Keys(out)))
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_bls_keys_free(keys: *mut Keys) {
    drop(unsafe { Box::from_raw(keys) });
}

fn decode(signature: &[u8; 96]) -> Option<blst_p2_affine> {
    let mut point = blst_p2_affine::default();
    let good = unsafe {
        blst_p2_uncompress(&mut point, signature.as_ptr()) == BLST_ERROR::BLST_SUCCESS
            && !blst_p2_affine_is_inf(&point)
            && blst_p2_affine_in_g2(&point)
    };
    good.then_some(point)
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_bls_decodes(signature: *const u8) -> bool {
    decode(unsafe { array::<96>(signature) }).is_some()
}

fn verify(key: &blst_p1_affine, message: &[u8], signature: &[u8; 96]) -> bool {
    let Some(point) = decode(signature) else { return false };
    let verdict = unsafe {
        blst_core_verify_pk_in_g1(
            key,
            &point,
            true,
            message.as_ptr(),
            message.len(),
            SUITE.as_ptr(),
            SUITE.len(),
            core::ptr::null(),
            0,
        )
    };
    verdict == BLST_ERROR::BLST_SUCCESS
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_bls_votes(
    keys: *const Keys,
    signers: *const u32,
    signatures: *const u8,
    n: usize,
    message: *const u8,
    length: usize,
    verdicts: *mut u8,
) {
    let (keys, message) = unsafe { (&*keys, bytes(message, length)) };
    let signers = unsafe { core::slice::from_raw_parts(signers, n) };
    let signatures = unsafe { arrays::<96>(signatures, n) };
    let verdicts = unsafe { core::slice::from_raw_parts_mut(verdicts, n) };
    for i in 0..n {
        verdicts[i] = verify(&keys.0[signers[i] as usize], message, &signatures[i]).into();
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_bls_certificate(
    keys: *const Keys,
    bitmap: *const u8,
    signature: *const u8,
    message: *const u8,
    length: usize,
) -> bool {
    let (keys, message) = unsafe { (&*keys, bytes(message, length)) };
    let bitmap = unsafe { bytes(bitmap, keys.0.len().div_ceil(8)) };
    let chosen: Vec<*const blst_p1_affine> = (0..keys.0.len())
        .filter(|i| bitmap[i / 8] >> (i % 8) & 1 != 0)
        .map(|i| &keys.0[i] as *const _)
        .collect();
    if chosen.is_empty() {
        return false;
    }
    let (mut sum, mut key) = (blst_p1::default(), blst_p1_affine::default());
    unsafe {
        blst_p1s_add(&mut sum, chosen.as_ptr(), chosen.len());
        blst_p1_to_affine(&mut key, &sum);
        verify(&key, message, array::<96>(signature))
    }
}

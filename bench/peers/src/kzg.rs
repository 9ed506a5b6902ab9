//! c-kzg with the ceremony that its crate brings.

use crate::{array, bytes, put};
use c_kzg::{ethereum_kzg_settings, Blob, Bytes32, Bytes48, KzgSettings};

fn settings() -> &'static KzgSettings {
    ethereum_kzg_settings(0)
}

/// The bytes of the caller as c-kzg's blob, without a copy.
unsafe fn blob_at<'a>(from: *const u8) -> &'a Blob {
    unsafe { &*from.cast() }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_kzg_commit(blob: *const u8, commitment: *mut u8) -> bool {
    match settings().blob_to_kzg_commitment(unsafe { blob_at(blob) }) {
        Ok(out) => {
            unsafe { put(&out.to_bytes().into_inner(), commitment) };
            true
        }
        Err(_) => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_kzg_open(blob: *const u8, z: *const u8, proof: *mut u8, y: *mut u8) -> bool {
    let z = Bytes32::new(*unsafe { array::<32>(z) });
    match settings().compute_kzg_proof(unsafe { blob_at(blob) }, &z) {
        Ok((point, value)) => {
            unsafe {
                put(&point.to_bytes().into_inner(), proof);
                put(array::<32>(value.as_ptr()), y);
            }
            true
        }
        Err(_) => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_peers_kzg_verify(
    commitment: *const u8,
    z: *const u8,
    y: *const u8,
    proof: *const u8,
) -> bool {
    let point = |from| Bytes48::from_bytes(unsafe { bytes(from, 48) });
    let scalar = |from| Bytes32::new(*unsafe { array::<32>(from) });
    match (point(commitment), point(proof)) {
        (Ok(commitment), Ok(proof)) => {
            settings().verify_kzg_proof(&commitment, &scalar(z), &scalar(y), &proof).unwrap_or(false)
        }
        _ => false,
    }
}

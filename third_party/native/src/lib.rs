//! Glue between Aether's C++ and Rust crates: a C interface, no protocol logic.
//! Every function trusts its caller for pointer validity and lengths, as the header states.

use core::convert::TryFrom;
use ed25519_zebra::{Signature, SigningKey, VerificationKey, VerificationKeyBytes};

unsafe fn array<'a, const N: usize>(p: *const u8) -> &'a [u8; N] {
    unsafe { &*(p as *const [u8; N]) }
}

unsafe fn bytes<'a>(p: *const u8, n: usize) -> &'a [u8] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } }
}

/// # Safety
/// `public_key` 32 bytes, `signature` 64 bytes, `message` `message_len` bytes.
#[no_mangle]
pub unsafe extern "C" fn aether_native_ed25519_verify(
    public_key: *const u8,
    message: *const u8,
    message_len: usize,
    signature: *const u8,
) -> bool {
    let key = VerificationKeyBytes::from(*unsafe { array::<32>(public_key) });
    let signature = Signature::from(*unsafe { array::<64>(signature) });
    match VerificationKey::try_from(key) {
        Ok(key) => key.verify(&signature, unsafe { bytes(message, message_len) }).is_ok(),
        Err(_) => false,
    }
}

/// # Safety
/// `seed` 32 bytes, `public_key` room for 32 bytes.
#[no_mangle]
pub unsafe extern "C" fn aether_native_ed25519_public_key(seed: *const u8, public_key: *mut u8) {
    let key = SigningKey::from(*unsafe { array::<32>(seed) });
    let out: [u8; 32] = VerificationKey::from(&key).into();
    unsafe { core::ptr::copy_nonoverlapping(out.as_ptr(), public_key, 32) };
}

/// # Safety
/// `seed` 32 bytes, `message` `message_len` bytes, `signature` room for 64 bytes.
#[no_mangle]
pub unsafe extern "C" fn aether_native_ed25519_sign(
    seed: *const u8,
    message: *const u8,
    message_len: usize,
    signature: *mut u8,
) {
    let key = SigningKey::from(*unsafe { array::<32>(seed) });
    let out: [u8; 64] = key.sign(unsafe { bytes(message, message_len) }).into();
    unsafe { core::ptr::copy_nonoverlapping(out.as_ptr(), signature, 64) };
}

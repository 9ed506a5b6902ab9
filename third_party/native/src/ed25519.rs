//! ed25519 by the ZIP-215 rule: ed25519-zebra for one signature and for batches; commonware's batches.

use crate::{array, arrays, bytes, put};
use commonware_codec::DecodeExt;
use commonware_cryptography::{BatchEntry, BatchVerifier};
use commonware_cryptography_curve25519::signing as commonware;
use commonware_parallel::Sequential;
use core::convert::{Infallible, TryFrom};
use ed25519_zebra::{batch, Signature, SigningKey, VerificationKey, VerificationKeyBytes};
use rand_core::{TryCryptoRng, TryRng, UnwrapErr};
use sha2::{Digest, Sha512};

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
    unsafe { put(&out, public_key) };
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
    unsafe { put(&out, signature) };
}

/// Batch coefficients: SHA-512(seed ‖ counter), a function of the caller's seed alone.
struct Expander {
    seed: [u8; 32],
    counter: u64,
    block: [u8; 64],
    used: usize,
}

impl Expander {
    fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0, block: [0; 64], used: 64 }
    }
}

impl TryRng for Expander {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut out = [0; 4];
        self.try_fill_bytes(&mut out)?;
        Ok(u32::from_le_bytes(out))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut out = [0; 8];
        self.try_fill_bytes(&mut out)?;
        Ok(u64::from_le_bytes(out))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        for byte in to {
            if self.used == self.block.len() {
                self.block = Sha512::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes()).finalize().into();
                self.counter += 1;
                self.used = 0;
            }
            *byte = self.block[self.used];
            self.used += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Expander {}

/// # Safety
/// `keys` 32 n bytes, `signatures` 64 n bytes, `messages` n message pointers with `lengths`, `seed` 32 bytes.
#[no_mangle]
pub unsafe extern "C" fn aether_native_ed25519_batch_zebra(
    keys: *const u8,
    signatures: *const u8,
    messages: *const *const u8,
    lengths: *const usize,
    n: usize,
    seed: *const u8,
) -> bool {
    let (keys, signatures) = unsafe { (arrays::<32>(keys, n), arrays::<64>(signatures, n)) };
    let mut verifier = batch::Verifier::new();
    for i in 0..n {
        let message = unsafe { bytes(*messages.add(i), *lengths.add(i)) };
        verifier.queue((VerificationKeyBytes::from(keys[i]), Signature::from(signatures[i]), message));
    }
    verifier.verify(UnwrapErr(Expander::new(*unsafe { array::<32>(seed) }))).is_ok()
}

/// # Safety
/// `keys` 32 n bytes, `signatures` 64 n bytes, `ids` 32 n bytes, `tag` `tag_len` bytes, `seed` 32 bytes.
#[no_mangle]
pub unsafe extern "C" fn aether_native_ed25519_batch_commonware(
    keys: *const u8,
    signatures: *const u8,
    ids: *const u8,
    n: usize,
    tag: *const u8,
    tag_len: usize,
    seed: *const u8,
) -> bool {
    let (keys, signatures) = unsafe { (arrays::<32>(keys, n), arrays::<64>(signatures, n)) };
    let (ids, tag) = unsafe { (arrays::<32>(ids, n), bytes(tag, tag_len)) };
    let mut items = Vec::with_capacity(n);
    for i in 0..n {
        let key = commonware::VerifyingKey::decode(commonware_codec::Copying(&keys[i]));
        let signature = commonware::Signature::decode(commonware_codec::Copying(&signatures[i]));
        match (key, signature) {
            (Ok(key), Ok(signature)) => items.push((key, signature)),
            _ => return false,
        }
    }
    let mut random = UnwrapErr(Expander::new(*unsafe { array::<32>(seed) }));
    commonware::VerifyingKey::verify_batch(
        &mut random,
        &items,
        |i, (key, signature)| BatchEntry { namespace: tag, message: &ids[i], public_key: key, signature },
        &Sequential,
    )
}

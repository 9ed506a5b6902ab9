//! C interface to the libraries that `./aether bench crypto` runs beside our own (see include/aether_peers.h). Each
//! function does what a user of the library would do with bytes from outside, and keeps nothing between calls but what
//! the header calls an object.
#![deny(unsafe_op_in_unsafe_fn)]
// What pointers must point to is said in the header, once for all functions.
#![allow(clippy::missing_safety_doc)]

mod bls;
mod ed25519;
mod kzg;
mod vrf;

unsafe fn bytes<'a>(from: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        &[]
    } else {
        unsafe { core::slice::from_raw_parts(from, length) }
    }
}

unsafe fn array<'a, const N: usize>(from: *const u8) -> &'a [u8; N] {
    unsafe { &*from.cast() }
}

unsafe fn arrays<'a, const N: usize>(from: *const u8, n: usize) -> &'a [[u8; N]] {
    unsafe { core::slice::from_raw_parts(from.cast(), n) }
}

unsafe fn put<const N: usize>(value: &[u8; N], to: *mut u8) {
    unsafe { *to.cast() = *value }
}

//! Glue between Aether's C++ and Rust crates: a C interface, no protocol logic.
//! Every function trusts its caller for pointer validity and lengths, as native.h states.

mod ed25519;
mod edwards;
mod net;
mod net_dial;
mod net_frames;
mod net_gate;
mod net_io;
mod net_lanes;
mod net_node;
mod net_session;
mod net_shared;
mod net_swarm;
mod wasm;

// Used from C++ through their own C headers; naming them here puts their objects into the archive.
extern crate blst as _;
extern crate c_kzg as _;
extern crate wasmtime_c_api as _;

unsafe fn array<'a, const N: usize>(p: *const u8) -> &'a [u8; N] {
    unsafe { &*(p as *const [u8; N]) }
}

unsafe fn arrays<'a, const N: usize>(p: *const u8, n: usize) -> &'a [[u8; N]] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p as *const [u8; N], n) } }
}

unsafe fn bytes<'a>(p: *const u8, n: usize) -> &'a [u8] {
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(p, n) } }
}

unsafe fn put<const N: usize>(from: &[u8; N], to: *mut u8) {
    unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), to, N) };
}

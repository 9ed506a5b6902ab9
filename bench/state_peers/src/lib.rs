//! C interface to the state trees that `./aether bench state` runs beside our own (see include/aether_state_peers.h).
#![deny(unsafe_op_in_unsafe_fn)]
// What pointers must point to is said in the header, once for all functions.
#![allow(clippy::missing_safety_doc)]

use std::ffi::c_void;

use borsh::BorshDeserialize;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, Version};
use nomt::hasher::Sha2Hasher;
use nomt::{KeyReadWrite, Nomt, Options, SessionParams};

unsafe fn key_at(keys: *const u8, i: usize) -> [u8; 32] {
    unsafe { *keys.add(32 * i).cast::<[u8; 32]>() }
}

unsafe fn value_at(values: *const u8, size: usize, i: usize) -> Vec<u8> {
    unsafe { core::slice::from_raw_parts(values.add(size * i), size) }.to_vec()
}

// --- nomt ---

#[no_mangle]
pub unsafe extern "C" fn aether_nomt_open(
    path: *const u8,
    path_length: usize,
    threads: usize,
    buckets: u32,
    cache_mib: usize,
) -> *mut c_void {
    let path = unsafe { core::slice::from_raw_parts(path, path_length) };
    let mut options = Options::new();
    options.path(core::str::from_utf8(path).expect("a path in UTF-8"));
    options.commit_concurrency(threads);
    options.hashtable_buckets(buckets);
    options.page_cache_size(cache_mib);
    options.leaf_cache_size(cache_mib);
    let nomt = Nomt::<Sha2Hasher>::open(options).expect("nomt opens");
    Box::into_raw(Box::new(nomt)).cast()
}

#[no_mangle]
pub unsafe extern "C" fn aether_nomt_close(nomt: *mut c_void) {
    drop(unsafe { Box::from_raw(nomt.cast::<Nomt<Sha2Hasher>>()) });
}

#[no_mangle]
pub unsafe extern "C" fn aether_nomt_commit(
    nomt: *mut c_void,
    n: usize,
    keys: *const u8,
    values: *const u8,
    value_size: usize,
    root: *mut u8,
) {
    let nomt = unsafe { &*nomt.cast::<Nomt<Sha2Hasher>>() };
    let session = nomt.begin_session(SessionParams::default());
    let writes = (0..n)
        .map(|i| unsafe {
            (
                key_at(keys, i),
                KeyReadWrite::Write(Some(value_at(values, value_size, i))),
            )
        })
        .collect();
    let finished = session.finish(writes).expect("nomt finishes");
    unsafe { *root.cast() = finished.root().into_inner() };
    finished.commit(nomt).expect("nomt commits");
}

#[no_mangle]
pub unsafe extern "C" fn aether_nomt_get(
    nomt: *mut c_void,
    key: *const u8,
    value: *mut u8,
    value_size: usize,
) -> bool {
    let nomt = unsafe { &*nomt.cast::<Nomt<Sha2Hasher>>() };
    match nomt.read(unsafe { key_at(key, 0) }).expect("nomt reads") {
        Some(held) if held.len() == value_size => {
            unsafe { core::slice::from_raw_parts_mut(value, value_size) }.copy_from_slice(&held);
            true
        }
        _ => false,
    }
}

// --- jmt, on the caller's database ---

type Got = unsafe extern "C" fn(out: *mut c_void, bytes: *const u8, size: usize);

#[repr(C)]
pub struct Database {
    context: *mut c_void,
    /// Calls got(out, …) with what stands at the key, if anything does.
    get: unsafe extern "C" fn(
        context: *mut c_void,
        key: *const u8,
        key_size: usize,
        got: Got,
        out: *mut c_void,
    ),
    put: unsafe extern "C" fn(
        context: *mut c_void,
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
    ),
}

unsafe extern "C" fn decode_node(out: *mut c_void, bytes: *const u8, size: usize) {
    let bytes = unsafe { core::slice::from_raw_parts(bytes, size) };
    unsafe { *out.cast::<Option<Node>>() = Some(Node::try_from_slice(bytes).expect("a node of jmt")) };
}

impl TreeReader for Database {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        let key = borsh::to_vec(key)?;
        let mut out: Option<Node> = None;
        unsafe {
            (self.get)(
                self.context,
                key.as_ptr(),
                key.len(),
                decode_node,
                (&raw mut out).cast(),
            )
        };
        Ok(out)
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        anyhow::bail!("an update of jmt reads no value")
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_jmt_update(
    database: *const Database,
    version: u64,
    n: usize,
    keys: *const u8,
    values: *const u8,
    value_size: usize,
    root: *mut u8,
) {
    let database = unsafe { &*database };
    let writes = (0..n).map(|i| unsafe { (KeyHash(key_at(keys, i)), Some(value_at(values, value_size, i))) });
    let (made, batch) = Sha256Jmt::new(database)
        .put_value_set(writes, version)
        .expect("jmt updates");
    let put = |key: &[u8], value: &[u8]| unsafe {
        (database.put)(
            database.context,
            key.as_ptr(),
            key.len(),
            value.as_ptr(),
            value.len(),
        )
    };
    for (key, node) in batch.node_batch.nodes() {
        put(
            &borsh::to_vec(key).expect("a key"),
            &borsh::to_vec(node).expect("a node"),
        );
    }
    for ((_, key), value) in batch.node_batch.values() {
        // The newest value only, as ours keeps it.
        put(
            &[b"value".as_slice(), &key.0].concat(),
            value.as_ref().expect("nothing is removed"),
        );
    }
    unsafe { *root.cast() = made.0 };
}

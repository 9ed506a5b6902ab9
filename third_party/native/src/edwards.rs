//! Group operations of edwards25519 (curve25519-dalek). A point crosses the border as the opaque bytes of the crate's
//! own value; a scalar as 32 little-endian bytes below the group's order.

use crate::{array, bytes, put};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use sha2::Sha512;
use zeroize::Zeroize;

const POINT_BYTES: usize = 160;
const _: () = assert!(core::mem::size_of::<EdwardsPoint>() == POINT_BYTES);
const _: () = assert!(core::mem::align_of::<EdwardsPoint>() == 8);

type Point = *const EdwardsPoint;

unsafe fn scalar(p: *const u8) -> Scalar {
    // Callers give reduced scalars; a larger one is reduced, so every input has one meaning.
    Scalar::from_bytes_mod_order(*unsafe { array::<32>(p) })
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_decompress(from: *const u8, point: *mut EdwardsPoint) -> bool {
    match CompressedEdwardsY(*unsafe { array::<32>(from) }).decompress() {
        Some(p) => {
            unsafe { *point = p };
            true
        }
        None => false,
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_compress(points: Point, n: usize, to: *mut u8) {
    let points = unsafe { core::slice::from_raw_parts(points, n) };
    for (i, compressed) in EdwardsPoint::compress_batch_alloc(points).iter().enumerate() {
        unsafe { put(compressed.as_bytes(), to.add(32 * i)) };
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_add(a: Point, b: Point, to: *mut EdwardsPoint) {
    unsafe { *to = *a + *b };
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_sub(a: Point, b: Point, to: *mut EdwardsPoint) {
    unsafe { *to = *a - *b };
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_mul_by_cofactor(a: Point, to: *mut EdwardsPoint) {
    unsafe { *to = (*a).mul_by_cofactor() };
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_is_identity(a: Point) -> bool {
    unsafe { (*a).is_identity() }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_mul(s: *const u8, a: Point, to: *mut EdwardsPoint) {
    let mut s = unsafe { scalar(s) };
    unsafe { *to = s * *a };
    s.zeroize();
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_mul_base(s: *const u8, to: *mut EdwardsPoint) {
    let mut s = unsafe { scalar(s) };
    unsafe { *to = EdwardsPoint::mul_base(&s) };
    s.zeroize();
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_vartime_double_mul_base(
    a: *const u8,
    point: Point,
    b: *const u8,
    to: *mut EdwardsPoint,
) {
    unsafe { *to = EdwardsPoint::vartime_double_scalar_mul_basepoint(&scalar(a), &*point, &scalar(b)) };
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_vartime_msm(
    scalars: *const u8,
    points: Point,
    n: usize,
    to: *mut EdwardsPoint,
) {
    let points = unsafe { core::slice::from_raw_parts(points, n) };
    let scalars = (0..n).map(|i| unsafe { scalar(scalars.add(32 * i)) });
    unsafe { *to = EdwardsPoint::vartime_multiscalar_mul(scalars, points) };
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_edwards_encode_to_curve(
    message: *const u8,
    message_len: usize,
    dst: *const u8,
    dst_len: usize,
    to: *mut EdwardsPoint,
) {
    unsafe {
        *to = EdwardsPoint::encode_to_curve::<Sha512>(&[bytes(message, message_len)], &[bytes(dst, dst_len)]);
    }
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_scalar_reduce_wide(wide: *const u8, to: *mut u8) {
    let mut s = Scalar::from_bytes_mod_order_wide(unsafe { array::<64>(wide) });
    unsafe { put(s.as_bytes(), to) };
    s.zeroize();
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_scalar_is_canonical(s: *const u8) -> bool {
    Scalar::from_canonical_bytes(*unsafe { array::<32>(s) }).is_some().into()
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_scalar_mul_add(a: *const u8, b: *const u8, c: *const u8, to: *mut u8) {
    let (mut a, mut b, mut c) = unsafe { (scalar(a), scalar(b), scalar(c)) };
    let mut s = a * b + c;
    unsafe { put(s.as_bytes(), to) };
    a.zeroize();
    b.zeroize();
    c.zeroize();
    s.zeroize();
}

#[no_mangle]
pub unsafe extern "C" fn aether_native_scalar_negate(a: *const u8, to: *mut u8) {
    let s = -unsafe { scalar(a) };
    unsafe { put(s.as_bytes(), to) };
}

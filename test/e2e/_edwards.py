"""edwards25519 and the rule of ZIP-215, from their definitions and slowly: what vectors.py compares with."""
import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1)


def add(a, b):
    """Of points (X : Y : Z); complete, so also for a = b and points of small order."""
    (x1, y1, z1), (x2, y2, z2) = a, b
    z, x, y = z1 * z2 % P, x1 * x2 % P, y1 * y2 % P
    e, zz = D * x * y % P, z * z % P
    f, g = zz - e, zz + e
    return (z * f * ((x1 + y1) * (x2 + y2) - x - y) % P, z * g * (y + x) % P, f * g % P)


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def times(scalar, point):
    out = ZERO
    for bit in bin(scalar)[2:]:
        out = add(out, out)
        if bit == "1":
            out = add(out, point)
    return out


def decode(encoding):
    """The point of any encoding, canonical or not; None where there is none."""
    number = int.from_bytes(encoding, "little")
    y, sign = number % 2**255 % P, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square:
        return None
    return (x if x % 2 == sign else -x % P, y, 1)


def encode(point):
    x, y = (part * pow(point[2], -1, P) % P for part in point[:2])
    return (y | (x % 2) << 255).to_bytes(32, "little")


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def challenge(big_r, key, message):
    return int.from_bytes(hashlib.sha512(big_r + key + message).digest(), "little") % L


def holds(key, message, signature):
    """8(sB - R - kA) = 0, for a key and an R of any order and in any encoding, and s below the order."""
    a, r, s = decode(key), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    right = add(r, times(challenge(signature[:32], key, message), a))
    return equal(times(8, times(s, BASE)), times(8, right))


def small_order():
    """The eight points of small order, and their fourteen encodings, canonical and not."""
    by_order = (times(L, decode(bytes([y]) + bytes(31)) or ZERO) for y in range(256))
    eighth = next(point for point in by_order if not equal(times(4, point), ZERO))
    points = [times(i, eighth) for i in range(8)]
    candidates = [encode(point) for point in points] + not_canonical()
    candidates += [(y | 1 << 255).to_bytes(32, "little") for y in (1, P - 1)]  # x = 0 with a sign
    return points, [encoding for encoding in sorted(set(candidates))
                    if (point := decode(encoding)) and equal(times(8, point), ZERO)]


def not_canonical():
    """The encodings with y at or above p, of some point or of none."""
    return [(y | sign << 255).to_bytes(32, "little") for y in range(P, 2**255) for sign in (0, 1)]

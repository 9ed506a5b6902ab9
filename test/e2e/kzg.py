"""KZG against an independent implementation, the crate kzg-rs, which has no code of blst or c-kzg. Commitments, proofs and values
are compared byte by byte, for random and for edge blobs and points; then both judge the same claims, true ones and
changed ones."""
import os
import sys

from _oracle import Differs, main

RANDOM = 24 if os.environ.get("AETHER_LONG") else 1 if os.environ.get("AETHER_QUICK") else 3
R = 52435875175126190479447740508185965837690552500527637822603658699938581184513
ROOT = pow(7, (R - 1) // 4096, R)
INFINITY = "c0" + "00" * 47


def scalar(value):
    return value.to_bytes(32, "big").hex()


def blobs(rng):
    """Pairs of a blob and a point; the last two are refused."""
    def any_blob():
        return "".join(scalar(rng.randrange(R)) for _ in range(4096))

    zeros, twos, last = scalar(0) * 4096, scalar(2) * 4096, scalar(0) * 4095 + scalar(R - 1)
    root = pow(ROOT, rng.randrange(4096), R)
    out = [(zeros, 5), (twos, root), (last, 0), (last, R - 1)]
    for _ in range(RANDOM):
        blob = any_blob()
        out += [(blob, rng.randrange(R)), (blob, pow(ROOT, rng.randrange(4096), R))]
    return out + [(zeros, R), (scalar(0) * 4095 + scalar(R), 5)]


def changed(rng, claim, other):
    """A claim with one part changed."""
    at = rng.randrange(4)
    kind = rng.randrange(4)
    part = bytearray.fromhex(claim[at])
    if kind == 0:
        part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        part = bytearray.fromhex(other[at])
    elif kind == 2:
        part = bytearray.fromhex(INFINITY if len(part) == 48 else scalar(rng.choice((0, 1, R - 1, R))))
    else:  # another canonical point's x, most likely outside the subgroup
        part = bytearray(bytes([0x80] + [0] * 46 + [rng.randrange(256)]) if len(part) == 48 else rng.randbytes(32))
    return claim[:at] + [part.hex()] + claim[at + 1:]


def compare(rng, pair):
    """What was compared."""
    cases = blobs(rng)
    opened = pair.agree("openings", [f"open {blob} {scalar(z)}" for blob, z in cases])
    if opened[-2:] != ["refused"] * 2 or "refused" in opened[:-2]:
        raise Differs("both sides are wrong about what is refused")
    claims = []
    for (_, z), line in zip(cases, opened[:-2]):
        commitment, proof, y = line.split(" ")
        claims.append([commitment, scalar(z), y, proof])
    bad = [changed(rng, claim, rng.choice(claims)) for claim in claims for _ in range(20)]
    verdicts = pair.agree("verdicts", [f"verify {' '.join(claim)}" for claim in claims + bad])
    if verdicts[:len(claims)] != ["true"] * len(claims) or not {"false", "refused"} <= set(verdicts):
        raise Differs("both sides agree on a wrong verdict")
    return f"{len(claims)} openings and {len(verdicts)} verdicts"


sys.exit(main("kzg", compare))

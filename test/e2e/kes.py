"""Sum6KES against an independent implementation, the crate kes-summed-ed25519. Public keys, signatures and serialized keys of
every period are compared byte by byte; each side goes on from the other's serialized key; and both judge the same signatures,
right ones, of other periods, and damaged."""
import os
import sys

from _oracle import Differs, main

KEYS = 8 if os.environ.get("AETHER_LONG") else 1 if os.environ.get("AETHER_QUICK") else 2
DAMAGED = 40 if os.environ.get("AETHER_LONG") else 4
PERIODS = 64


def damaged(rng, signature):
    data = bytearray.fromhex(signature)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data.hex()


def compare(rng, pair):
    """What was compared."""
    keys = [(rng.randbytes(32).hex(), rng.randbytes(rng.randrange(1, 100)).hex()) for _ in range(KEYS)]
    cases = [(secret, period, message) for secret, message in keys for period in range(PERIODS)]
    signed = [line.split(" ") for line in pair.agree("signatures", [f"sign {s} {p} {m}" for s, p, m in cases])]
    resumed = pair.agree("evolutions", [f"resume {key} {message}" for (_, _, message), (_, _, key) in zip(cases, signed)])
    for (_, period, _), (public, signature, _), line, following in zip(cases, signed, resumed, signed[1:] + [None]):
        if line != f"{public} {signature} " + ("expired" if period == PERIODS - 1 else following[2]):
            raise Differs(f"a key resumed at period {period} is not the key that evolved there")

    requests, expected = [], []
    for (_, period, message), (public, signature, _) in zip(cases, signed):
        for at in (period, (period + 1) % PERIODS, period ^ 32):
            requests.append(f"verify {public} {at} {message} {signature}")
            expected.append("ok" if at == period else "refused")
        for _ in range(DAMAGED):
            requests.append(f"verify {public} {period} {message} {damaged(rng, signature)}")
            expected.append("refused")
    if pair.agree("verdicts", requests) != expected:
        raise Differs("both sides agree on a wrong verdict")
    return f"{len(cases)} periods and {len(requests)} verdicts"


sys.exit(main("kes", compare))

"""The encoding of transactions against an independent implementation: the crate `bcs`, over types written a second time.
Both judge the same bytes, valid and mutated; verdicts and re-encodings must be equal, and both verdicts must occur."""
import os
import random
import sys

from _oracle import BIN, lines, oracle

COUNT = 200_000 if os.environ.get("AETHER_LONG") else 2_000 if os.environ.get("AETHER_QUICK") else 20_000


def mutated(rng, data):
    data = bytearray(data)
    at = rng.randrange(len(data))
    kind = rng.randrange(6)
    if kind == 0:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        data[at] = rng.choice((0, 1, 2, 0x7f, 0x80, 0xff))
    elif kind == 2:
        del data[at]
    elif kind == 3:
        data.insert(at, rng.choice((0, 1, 0x80, rng.randrange(256))))
    elif kind == 4:
        del data[at:]
    else:  # a length in a longer form
        data[at:at + 1] = bytes((data[at] | 0x80, 0))
    return bytes(data)


def main():
    seed = int(os.environ.get("AETHER_SEED", "1"))
    rng = random.Random(seed)
    program = oracle()
    valid = lines([program, "generate", str(seed), str(max(COUNT // 10, 100))])
    cases = valid + [mutated(rng, bytes.fromhex(rng.choice(valid))).hex() for _ in range(COUNT)]
    text = "\n".join(cases) + "\n"
    ours, theirs = lines([str(BIN / "aether-bcs-probe")], text), lines([program, "judge"], text)
    wrong = [(case, a, b) for case, a, b in zip(cases, ours, theirs, strict=True) if a != b]
    accepted = sum(line != "refused" for line in ours)
    refused = len(ours) - accepted
    if wrong:
        case, a, b = wrong[0]
        print(f"FAIL bcs: {len(wrong)} of {len(cases)} differ (seed {seed}); of {case}: ours {a}, theirs {b}")
        return 1
    if ours[:len(valid)] != [f"ok {case}" for case in valid] or accepted < len(valid) or refused < COUNT // 10:
        print(f"FAIL bcs: {accepted} accepted and {refused} refused show nothing")
        return 1
    print(f"PASS bcs: {accepted} accepted, {refused} refused, equal to the crate's verdicts")
    return 0


sys.exit(main())

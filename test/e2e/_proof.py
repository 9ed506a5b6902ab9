"""State proofs by protocol section 5, from its definitions: what a state root commits to, without any code of ours."""
import hashlib

DOMAINS = ("account", "supply", "treasury", "model", "job", "commit", "utxo", "validators", "upload", "code", "contract", "storage",
           "congestion", "rent", "stake", "validator_keys", "consensus")


def tagged(tag, *parts):
    start = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(start * 2 + b"".join(parts)).digest()


def unhex(text):
    return bytes.fromhex(text.removeprefix("0x"))


def proves(root, domain, object_key, value, proof):
    """Whether the root commits to the value at the object, or for None to nothing."""
    key = tagged("aether/state", bytes([DOMAINS.index(domain)]), object_key)
    count, at = 0, 0
    while True:
        count |= (proof[at] & 127) << (7 * at)
        at += 1
        if proof[at - 1] < 128:
            break
    siblings = [proof[at + 32 * i:at + 32 * (i + 1)] for i in range(count)]
    rest = proof[at + 32 * count:]
    bit = lambda k, i: k[i // 8] >> (7 - i % 8) & 1  # noqa: E731
    if value is not None:
        found = tagged("aether/leaf", key, tagged("aether/value", value))
    elif rest[0] == 0:
        found = bytes(32)
    else:
        other = rest[1:33]
        if other == key or any(bit(key, i) != bit(other, i) for i in range(count)):
            return False
        found = tagged("aether/leaf", other, rest[33:65])
    for depth, sibling in zip(reversed(range(count)), siblings):
        found = tagged("aether/node", sibling, found) if bit(key, depth) else tagged("aether/node", found, sibling)
    return found == root


def shown(call, domain, object_key):
    """What the newest state has at an object, by `call` of aeth_getProof: (value or None, whether its proof holds, the answer)."""
    answer = call("aeth_getProof", object={"domain": domain, "key": object_key})
    value = answer["value"] and unhex(answer["value"])
    holds = proves(unhex(answer["state_root"]), domain, unhex(object_key), value, unhex(answer["proof"]))
    return value, holds, answer

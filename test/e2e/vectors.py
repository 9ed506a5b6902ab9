"""aether-vectors from outside: the official vectors of test/vectors through the program, kept open as a coprocess; random and
edge cases against Python; its lines, errors and exit statuses."""
import hashlib
import hmac
import json
import os
import random
import subprocess
import sys

import _aether
import _edwards

R = 52435875175126190479447740508185965837690552500527637822603658699938581184513  # of BLS12-381


class Vectors:
    def __enter__(self):
        self.process = subprocess.Popen([_aether.BIN / "aether-vectors"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def line(self, data):
        """The answer to a line of bytes, read before anything else is written."""
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __call__(self, **request):
        return self.line(json.dumps(request).encode())

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def blob(rule):
    """eip4844_blob_proofs.json says how its blobs are described."""
    out = ""
    for what, times in rule:
        if what.startswith("powers of "):
            base = int(what.split()[-1])
            out += "".join(f"{pow(base, 256 + i, R):064x}" for i in range(4096))[:2 * times]
        else:
            out += what * times
    return out


def with_blobs(request, blobs):
    if isinstance(request, dict):
        return {key: with_blobs(part, blobs) for key, part in request.items()}
    if isinstance(request, list):
        return [with_blobs(part, blobs) for part in request]
    return blobs.get(request, request) if isinstance(request, str) else request


def official(report, vectors):
    for file in sorted((_aether.ROOT / "test" / "vectors").glob("*.json")):
        content = json.loads(file.read_text())
        if "cases" not in content:
            continue
        blobs = {f"<{name}>": blob(rule) for name, rule in content.get("blobs", {}).items()}
        wrong = [case["request"] for case in content["cases"]
                 if not case["answer"].items() <= vectors(**with_blobs(case["request"], blobs)).items()]
        report.check(f"vectors: {file.stem}", not wrong, f"{len(wrong)} of {len(content['cases'])} differ, first {wrong[:1]}")


def tagged(tag, message):
    digest = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(digest + digest + message).digest()


def tree(leaves):
    """RFC 6962's, by its recursive definition."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def hashes(report, vectors, rng):
    messages = [rng.randbytes(size) for size in (*range(130), 1000, 4096, 100_000)]
    wrong = [len(message) for message in messages
             if vectors(op="sha256", message=message.hex())["hash"] != hashlib.sha256(message).hexdigest()
             or vectors(op="tagged_hash", tag="aether/e2e", message=message.hex())["hash"] != tagged("aether/e2e", message).hex()]
    report.check("vectors: sha256 and tagged_hash are hashlib's", not wrong, wrong)
    wrong = []
    for count in (*range(20), 255, 256, 257):
        leaves = [rng.randbytes(rng.randrange(40)) for _ in range(count)]
        listed = [leaf.hex() for leaf in leaves]
        inner = tree(leaves) if leaves else bytes(32)
        if (vectors(op="merkle_root", leaves=listed)["root"] != tree(leaves).hex() or
                vectors(op="merkle_root", leaves=listed, tag="aether/e2e")["root"] !=
                tagged("aether/e2e", count.to_bytes(8, "little") + inner).hex()):
            wrong.append(count)
    report.check("vectors: merkle_root by RFC 6962's definition", not wrong, wrong)


def derivations(report, vectors, rng):
    def child(key, index):
        return hmac.digest(key[32:], b"\0" + key[:32] + (index | 1 << 31).to_bytes(4, "big"), "sha512")

    wrong = []
    for _ in range(20):
        words, extra = rng.randbytes(24).hex(), rng.randbytes(8).hex()
        seed = hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic" + extra.encode(), 2048)
        path = [rng.randrange(2**31) for _ in range(rng.randrange(6))]
        key = hmac.digest(b"ed25519 seed", seed, "sha512")
        for index in path:
            key = child(key, index)
        made = vectors(op="slip10_derive", seed=seed.hex(), path="/".join(["m"] + [f"{index}'" for index in path]))
        if (vectors(op="mnemonic_to_seed", mnemonic=words, passphrase=extra)["seed"] != seed.hex() or
                (made["secret_key"], made["chain_code"]) != (key[:32].hex(), key[32:].hex())):
            wrong.append((words, path))
    report.check("vectors: mnemonic_to_seed and slip10_derive by PBKDF2 and HMAC", not wrong, wrong)


def edge_signatures(rng, frame):
    """(key, message, signature) of every kind that ZIP-215 judges: each pair of keys and R that are of small order or not
    canonical, with s = 0; keys and R that are a multiple of the base and a point of small order, with the s of the multiple;
    and some of the latter with one part changed. `frame` is in front of what is signed."""
    points, small = _edwards.small_order()
    edges = sorted(set(small + _edwards.not_canonical()))
    out = [(a, rng.randbytes(9), r + bytes(32)) for a in edges for r in edges]
    for a_part in points:
        for r_part in points:
            a, r, message = rng.randrange(_edwards.L), rng.randrange(_edwards.L), rng.randbytes(32)
            key = _edwards.encode(_edwards.add(_edwards.times(a, _edwards.BASE), a_part))
            big_r = _edwards.encode(_edwards.add(_edwards.times(r, _edwards.BASE), r_part))
            s = (r + _edwards.challenge(big_r, key, frame + message) * a) % _edwards.L
            out.append((key, message, big_r + s.to_bytes(32, "little")))
            out.append((key, message, big_r + (s + _edwards.L).to_bytes(32, "little")))
            out.append((key, message + b"!", big_r + s.to_bytes(32, "little")))
    return out


def edges(report, vectors, rng):
    for tag in ("aether/e2e",) if os.environ.get("AETHER_QUICK") else (None, "aether/e2e"):
        with_tag = {"tag": tag} if tag else {}
        frame = bytes([len(tag)]) + tag.encode() if tag else b""
        every = edge_signatures(rng, frame)
        wanted = [_edwards.holds(key, frame + message, signature) for key, message, signature in every]
        items = [{"public_key": key.hex(), "message": message.hex(), "signature": signature.hex()}
                 for key, message, signature in every]
        single = [vectors(op="ed25519_verify", **item, **with_tag)["valid"] for item in items]
        batch = vectors(op="ed25519_verify_batch", items=items, **with_tag)["valid"]
        good = vectors(op="ed25519_verify_batch", items=[item for item, holds in zip(items, wanted) if holds], **with_tag)["valid"]
        what = f"of {sum(wanted)} good and {len(wanted) - sum(wanted)} bad edge signatures, {'framed' if tag else 'raw'}"
        report.check(f"vectors: the single verdicts {what}", single == wanted, "")
        report.check(f"vectors: the batch's verdicts {what}", batch == wanted and good == [True] * sum(wanted), "")


def described(report, vectors):
    ops = vectors(op="describe")["ops"]
    wrong = [op["op"] for op in ops if vectors(**op["example"]) != op["answer"]]
    report.check("vectors: the examples of describe", ops and not wrong, wrong)


def lines(report, vectors):
    good = vectors(op="sha256", message="")
    for name, line in (("no JSON", b"{"), ("an empty line", b""), ("not UTF-8", b"\xff"), ("an unknown op", b'{"op":"x"}'),
                       ("a line above the bound", b" " * (64 * 2**20 + 1))):
        answer = vectors.line(line)
        report.check(f"vectors: {name} is an error, and it goes on",
                     answer["ok"] is False and answer["error"] and vectors(op="sha256", message="") == good, answer)
    process = vectors.process
    process.stdin.close()
    report.equal("vectors: exit status at the end of the input", 0, process.wait(_aether.DEADLINE_S))


def words(report):
    done = _aether.run("aether-vectors", "--help")
    report.check("vectors: --help", done.returncode == 0 and "describe" in done.stdout and "sha256" in done.stdout, done.stdout)
    done = _aether.run("aether-vectors", "--no-such-word")
    report.check("vectors: wrong usage", done.returncode == 2 and "usage" in done.stderr and not done.stdout, done.stderr)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([_aether.BIN / "aether-vectors"], input=b"{}\n", stdout=full, stderr=subprocess.PIPE,
                              timeout=_aether.DEADLINE_S, check=False)
    report.check("vectors: stdout that cannot be written", done.returncode == 1 and done.stderr, done)


def main():
    report = _aether.Report()
    with Vectors() as vectors:
        official(report, vectors)
        rng = random.Random(int(os.environ.get("AETHER_SEED", "1")))
        hashes(report, vectors, rng)
        derivations(report, vectors, rng)
        edges(report, vectors, rng)
        described(report, vectors)
        lines(report, vectors)
    words(report)
    return report.end()


sys.exit(main())

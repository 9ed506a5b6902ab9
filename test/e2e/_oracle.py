"""test/oracle, built once into the cache, and comparisons of a program that answers a line for a line with it."""
import os
import pathlib
import random
import subprocess

ROOT = pathlib.Path(os.environ["AETHER_ROOT"])
BIN = pathlib.Path(os.environ["AETHER_BIN"])
CACHE = pathlib.Path(os.environ.get("AETHER_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "aether")


def oracle():
    """Its path. Unchanged, the build does nothing."""
    target = CACHE / "oracle"
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path",
                    str(ROOT / "test" / "oracle" / "Cargo.toml"), "--target-dir", str(target)], check=True)
    return str(target / "release" / "aether-oracle")


def lines(command, text=""):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.splitlines()


class Differs(Exception):
    pass


class Pair:
    """A probe of ours and the oracle's command of the same name."""

    def __init__(self, name):
        self.ours, self.theirs = [str(BIN / f"aether-{name}-probe")], [oracle(), name]

    def agree(self, what, requests):
        """The answers, equal on both sides."""
        text = "".join(request + "\n" for request in requests)
        answers = lines(self.ours, text)
        wrong = [(request, a, b) for request, a, b in zip(requests, answers, lines(self.theirs, text), strict=True) if a != b]
        if wrong:
            request, a, b = wrong[0]
            raise Differs(f"{len(wrong)} of {len(requests)} {what}, the first …{request[-500:]}: ours {a}, theirs {b}")
        return answers


def main(name, compare):
    """Runs compare(rng, pair), which says what it compared; the exit status."""
    seed = int(os.environ.get("AETHER_SEED", "1"))
    try:
        print(f"PASS {name}: {compare(random.Random(seed), Pair(name))}, equal to the crate's")
    except Differs as difference:
        print(f"FAIL {name}: not the crate's (seed {seed}): {difference}")
        return 1
    return 0

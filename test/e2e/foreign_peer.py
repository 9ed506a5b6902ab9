"""A peer of another implementation, go-libp2p (test/foreign_peer), in our network: over each transport it connects, we identify
each other, and each reads the other's gossip; one of another chain is refused."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

from _aether import QUICK, ROOT, Report
from _network import LISTEN, Probe, Talker

SOURCE = ROOT / "test" / "foreign_peer"
CACHE = pathlib.Path(os.environ.get("AETHER_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "aether")
GENESIS, OTHER_GENESIS = "5a" * 32, "5b" * 32


class Unavailable(Exception):
    pass


def go():
    """The Go of this machine, if it is new enough for go-libp2p and would download no other one."""
    path = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if not path:
        raise Unavailable("there is no Go on this machine")
    needed = tuple(map(int, re.search(r"^go (\S+)$", (SOURCE / "go.mod").read_text(), re.M)[1].split(".")))
    version = subprocess.run([path, "env", "GOVERSION"], capture_output=True, text=True,
                             env=os.environ | {"GOTOOLCHAIN": "local"}).stdout
    found = re.match(r"go([\d.]+)", version)
    if not found or tuple(map(int, found[1].split("."))) < needed:
        raise Unavailable(f"go-libp2p needs Go {'.'.join(map(str, needed))}, here is {version.strip() or 'none that says'}")
    return path


def foreign_peer():
    """Its path; built once for its sources."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir()))).hexdigest()[:16]
    program = CACHE / "foreign_peer" / key
    if program.exists():
        return program
    if QUICK:
        raise Unavailable("not built yet, which --quick does not do")
    command = [go(), "build", "-mod=readonly", "-o", program, "."]
    built = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True,
                           env=os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0"})
    if built.returncode:
        downloads = re.search(r"^.*(dial tcp|proxy|lookup|connection refused|timeout).*$", built.stderr, re.M)
        if downloads:
            raise Unavailable(f"its modules cannot be downloaded: {downloads[0].strip()}")
        raise RuntimeError(f"test/foreign_peer does not build: {built.stderr[-500:]}")
    return program


def converse(report, program, transport):
    with Probe(GENESIS, "--listen", LISTEN[transport]) as ours:
        with Talker(program, GENESIS, ours.address) as theirs:
            report.equal(f"foreign_peer {transport}: identifies us", f"protocol /aether/{GENESIS}/1", theirs.until("protocol"))
            report.equal(f"foreign_peer {transport}: our lanes", "lanes 3", theirs.until("lanes"))
            report.check(f"foreign_peer {transport}: connected", ours.until("connected 12D3KooW"), "nobody of an ed25519 key")
            theirs.until("hears")
            theirs.say("c0ffee")
            report.equal(f"foreign_peer {transport}: we read its gossip", "gossip 1 c0ffee", ours.until("gossip"))
            ours.say("publish 0123456789")
            report.equal(f"foreign_peer {transport}: it reads our gossip", "gossip 0123456789", theirs.until("gossip"))
        report.equal(f"foreign_peer {transport}: gone", "gone", ours.until("gone"))
        with Talker(program, OTHER_GENESIS, ours.address) as foreign:
            report.equal(f"foreign_peer {transport}: another chain's is refused", "refused foreign chain", ours.until("refused"))
            report.equal(f"foreign_peer {transport}: and disconnected", "disconnected", foreign.until("disconnected"))


def main():
    try:
        program = foreign_peer()
    except Unavailable as why:
        print(f"SKIP foreign_peer: {why}")
        return 0
    report = Report()
    for transport in LISTEN:
        converse(report, program, transport)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""What stops a node before it starts is said on stderr with the cause, and nothing is changed: ports in use, another genesis, data of
another version, a torn end of the safety log (which is cut off), a full disk."""
import pathlib
import resource
import subprocess
import sys
import tempfile

import _aether
from _ctl import Ctl

CHAIN = 7
TORN = b"\xae\x7e\x4f\x52 torn"


class Node(_aether.Program):
    def __init__(self, home, *settings, **popen):
        super().__init__("aetherd", "run", "--home", home, "--output", "json", *(word for each in settings for word in ("--set", each)),
                         **{"stderr": subprocess.DEVNULL, **popen})

    def slot(self):
        return int(_aether.call(self.ready["rpc"], "aeth_getFinalizedSlot")["at"]["slot"])


def made(program, *words):
    done = _aether.run(program, *words)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def refuses(report, name, home, says, *settings):
    done = _aether.run("aetherd", "run", "--home", home, *(word for each in settings for word in ("--set", each)))
    report.check(name, done.returncode == 1 and says in done.stderr and not done.stdout, f"{done.returncode}: {done.stderr}{done.stdout}")


def changed(report, name, home, file, change, says):
    """With that file changed it is refused, and runs again when it is as before."""
    path, before = home / file, (home / file).read_bytes()
    path.write_bytes(change(before))
    refuses(report, name, home, says, "rpc.port=0")
    report.equal(f"{name}: the file stays", change(before), path.read_bytes())
    path.write_bytes(before)


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        made("aetherd", "dev-keys", folder / "keys")
        password = folder / "keys" / "dev-password"
        Ctl(folder / "keys", password).json("keys", "validator", "new", folder / "validator", "--account", "dev-alice", "--chain-id", CHAIN)
        registration = folder / "validator" / "registration.json"
        for title in ("genesis", "other"):  # each has randomness of its own
            (folder / f"{title}.toml").write_text(made("aetherd", "genesis", "--chain-id", CHAIN, "--slot-ms", 20, "--validator",
                                                       f"{registration}:1000"))
        home = folder / "node"
        made("aetherd", "init", "--home", home, "--genesis", folder / "genesis.toml", "--set", f"validator.keys={folder / 'validator'}",
             "--set", f"validator.password_file={password}", "--set", "network.listen=/ip4/127.0.0.1/udp/0/quic-v1")
        made("aetherd", "init", "--home", folder / "second", "--genesis", folder / "genesis.toml", "--set",
             "network.listen=/ip4/127.0.0.1/udp/0/quic-v1")
        with Node(home, "rpc.port=0") as node:
            _aether.wait_for(lambda: node.slot() > 3, "blocks")
            port = node.ready["rpc"].rsplit(":", 1)[1]
            refuses(report, "a port of JSON-RPC in use is named", folder / "second", f"127.0.0.1:{port}", f"rpc.port={port}")
            udp = node.ready["listen"][0].split("/")[4]
            refuses(report, "a port of the network in use is named", folder / "second", udp, "rpc.port=0",
                    f"network.listen=/ip4/127.0.0.1/udp/{udp}/quic-v1")
            refuses(report, "a home in use is named", home, "in use by another aetherd", "rpc.port=0")
            reached = node.slot()
            node.stop()
        changed(report, "another genesis is refused", home, "chain/genesis.toml", lambda _: (folder / "other.toml").read_bytes(),
                "genesis")
        title = b"aether safety log\n"
        changed(report, "a safety log of another version is refused by name", home, "safety.log",
                lambda log: log[:len(title)] + bytes([log[len(title)] + 1]) + log[len(title) + 1:], "version")
        changed(report, "settings of another version are refused by name", home, "aetherd.toml",
                lambda text: text.replace(b"version = 1", b"version = 2"), "version")
        with (home / "safety.log").open("ab") as log:
            log.write(TORN)
        with Node(home, "rpc.port=0") as node:
            _aether.wait_for(lambda: node.slot() > reached, "blocks after a torn end of the log")
            report.check("a torn end of the safety log is cut off, and the node goes on", (home / "safety.log").read_bytes().find(TORN) < 0)
            reached = node.slot()
            node.kill()
        # No file may grow: writes fail as on a full disk, where Python's way with SIGXFSZ, to ignore it, is passed on.
        size = max((home / "safety.log").stat().st_size, 1 << 20)
        with (folder / "full.log").open("w") as log, Node(home, "rpc.port=0", stderr=log, restore_signals=False) as node:
            resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, (size, size))
            status = node.process.wait(_aether.DEADLINE_S)
        said = (folder / "full.log").read_text()
        report.check("a full disk ends the node, which says why", status == 1 and "File too large" in said and "cannot go on" in said,
                     f"exit status {status}: {said}")
        with Node(home, "rpc.port=0") as node:
            _aether.wait_for(lambda: node.slot() > reached, "blocks after the disk has room")
            report.check("and with room it goes on", node.slot() > reached)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

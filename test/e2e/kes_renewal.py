"""A validator renews its KES key while it runs: the next key is made and registered, it is killed with kill -9 at random moments, signs
with the old key until the chain counts the next one, and then has erased the old one. One whose key expires says so, and is mended."""
import json
import os
import pathlib
import random
import socket
import sys
import tempfile

import _aether
from _ctl import DIFFERS, DONE, Ctl, error_of

CHAIN, EPOCH_SLOTS = 7, 9
OWNERS = ("dev-alice", "dev-bob", "dev-carol", "dev-dave")
PERIOD_EPOCHS, PERIODS = 2, 64


class Node(_aether.Program):
    """`aetherd run`, whose lives write one log."""

    def __init__(self, home):
        super().__init__("aetherd", "run", "--home", home, "--output", "json", "--set", "rpc.port=0")
        self.home, self.log_path = home, pathlib.Path(f"{home}.log")

    def __enter__(self):
        with self.log_path.open("a") as log:
            self.popen = {"stderr": log}
            return super().__enter__()

    @property
    def rpc(self):
        return self.ready["rpc"]

    def epoch(self):
        return int(_aether.call(self.rpc, "aeth_getEpoch")["epoch"])

    def said(self, text):
        return text in self.log_path.read_text()


class Network:
    """Validators of one weight, each with the account of a development key."""

    def __init__(self, folder, count, slot_ms):
        self.folder, self.password = folder, folder / "keys" / "dev-password"
        self.made("aetherd", "dev-keys", folder / "keys")
        owners = OWNERS[:count]
        for owner in owners:
            self.ctl().json("keys", "validator", "new", self.validator(owner), "--account", owner, "--chain-id", CHAIN)
        registrations = [word for owner in owners for word in ("--validator", f"{self.validator(owner)}/registration.json:1000")]
        (folder / "genesis.toml").write_text(self.made("aetherd", "genesis", "--chain-id", CHAIN, "--slot-ms", slot_ms, "--epoch-slots",
                                                       EPOCH_SLOTS, *registrations))
        held = []
        for _ in owners:  # free ports, no two alike
            held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            held[-1].bind(("127.0.0.1", 0))
        addresses = [f"/ip4/127.0.0.1/udp/{one.getsockname()[1]}/quic-v1" for one in held]
        for one in held:
            one.close()
        self.nodes = {}
        for index, owner in enumerate(owners):
            home = folder / owner
            others = ",".join(addresses[:index] + addresses[index + 1:])
            settings = [f"validator.keys={self.validator(owner)}", f"validator.password_file={self.password}", "consensus.delta_ms=20",
                        f"network.listen={addresses[index]}", *([f"network.peers={others}"] if others else [])]
            self.made("aetherd", "init", "--home", home, "--genesis", folder / "genesis.toml",
                      *(word for each in settings for word in ("--set", each)))
            self.nodes[owner] = Node(home)

    def __enter__(self):
        for node in self.nodes.values():
            node.__enter__()
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.kill()

    @staticmethod
    def made(program, *words):
        done = _aether.run(program, *words)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def validator(self, owner):
        return self.folder / f"keys-of-{owner}"

    def ctl(self, node=None):
        return Ctl(self.folder / "keys", self.password, node.rpc if node else None)

    def status(self, owner):
        return json.loads(self.ctl().run("node", "status", "--home", self.nodes[owner].home, "--output", "json").stdout)

    def renew(self, owner, by=None, key=None):
        return self.ctl(self.nodes[by or owner]).run("node", "renew-kes", "--home", self.nodes[owner].home, "--from", key or owner,
                                                     "--output", "json")

    def show(self, owner):
        return self.ctl().json("keys", "validator", "show", self.validator(owner))

    def proposed_with(self, owner, first):
        """Whether a block of epoch `first` or later has this owner as its proposer."""
        node = self.nodes[owner]
        address = self.show(owner)["registration"]["address"]
        newest = int(_aether.call(node.rpc, "aeth_getFinalizedSlot")["at"]["slot"])
        for slot in range(max(first * EPOCH_SLOTS, newest - 60), newest + 1):
            block = _aether.call(node.rpc, "aeth_getBlockByNumber", slot=str(slot))
            proposer = block["header"]["sealer"]["bft"]["proposer"]
            entries = _aether.call(node.rpc, "aeth_getValidators")["validators"]  # the set is the same in all epochs but for its keys
            if entries[proposer]["validator"]["address"] == address:
                return True
        return False


def in_order(report, folder, chance):
    with Network(folder, 4, 20) as net:
        owner = OWNERS[0]
        node = net.nodes[owner]
        _aether.wait_for(lambda: net.status(owner)["kes"] and net.status(owner)["kes"]["last_epoch"] and node.epoch() >= 1, "an epoch")
        old = net.show(owner)["registration"]["kes_key"]
        report.equal("a key that does not stake is refused", (DIFFERS, "other_account"), error_of(net.renew(owner, key=OWNERS[1])))
        prepared = net.show(owner)["next_kes_key"]
        report.check("the next key is kept all the same", prepared and prepared != old, prepared)
        node.kill()
        node.__enter__()
        done = net.renew(owner)
        report.check("renew-kes registers it", done.returncode == DONE, done.stderr)
        answer = json.loads(done.stdout)
        report.equal("the key that was prepared before kill -9", (prepared, False), (answer["kes_key"], answer["already_registered"]))
        again = json.loads(net.renew(owner).stdout)
        report.equal("repeated, nothing is sent", (prepared, True, False),
                     (again["kes_key"], again["already_registered"], "transaction" in again))
        begins = int(_aether.wait_for(lambda: (net.status(owner)["kes"] or {}).get("next_epoch") or
                                      net.show(owner)["registration"]["kes_key"] == prepared and "0", "a registered key"))
        for _ in range(3):
            node.kill()
            held = {net.show(owner)["registration"]["kes_key"], net.show(owner)["next_kes_key"]}
            report.check("killed at any time it has the key that is wanted", prepared in held, held)
            node.__enter__()
            wanted = node.epoch() + chance.choice((0, 1))
            _aether.wait_for(lambda: node.epoch() >= wanted, "epochs")  # noqa: B023
        _aether.wait_for(lambda: net.show(owner)["registration"]["kes_key"] == prepared, "the next key in the old one's place")
        report.equal("then the old one is erased", (None, False),
                     (net.show(owner)["next_kes_key"], (net.validator(owner) / "kes.next.key").exists()))
        report.check("and the node says so", node.said("the old one is erased"), node.log_path)
        first = max(begins, node.epoch())
        report.check("blocks of it are signed by the new key", _aether.wait_for(lambda: net.proposed_with(owner, first), "a block"))
        report.check("no header was refused to be signed", not any(each.said("can be signed") for each in net.nodes.values()))
        report.check("nothing is missing", _aether.wait_for(lambda: net.status(owner)["status"] == "ready", "ready"))


def expired(report, folder):
    """Two validators, of whom one renews in time."""
    with Network(folder, 2, 10) as net:
        careful, careless = OWNERS[:2]
        node = net.nodes[careless]
        last = PERIOD_EPOCHS * PERIODS - 1
        rows = net.ctl(node).json("validators")["validators"]
        report.equal("validators tells until which epoch a KES key signs", {last}, {row["kes_last_epoch"] for row in rows})
        _aether.wait_for(lambda: node.epoch() >= 40, "a while")
        report.check("a careful one renews", net.renew(careful).returncode == DONE)
        _aether.wait_for(lambda: node.epoch() > last - 8, "the key's last epochs")
        _aether.wait_for(lambda: node.said("the KES key signs until epoch"), "a warning")
        report.check("a key that ends soon is told in the log", node.said("node renew-kes"))
        missing = _aether.wait_for(lambda: [each for each in net.status(careless)["missing"] if "KES" in each], "an expired key")
        report.check("an expired one makes the node not ready, which says what to do",
                     f"until epoch {last}" in missing[0] and "renew-kes" in missing[0], missing)
        report.check("and stands in its log", node.said("waits for a KES key"))
        at = node.epoch()
        _aether.wait_for(lambda: node.epoch() > at + 1, "the chain goes on by the other's blocks")
        done = net.renew(careless)
        report.check("renewed it is mended", done.returncode == DONE, done.stderr)
        _aether.wait_for(lambda: not [each for each in net.status(careless)["missing"] if "KES" in each], "a key that signs")
        report.check("and proposes again", _aether.wait_for(lambda: net.proposed_with(careless, node.epoch() - 1), "a block"))


def main():
    report = _aether.Report()
    seed = int(os.environ.get("AETHER_SEED", random.SystemRandom().randrange(10**9)))
    print(f"again with AETHER_SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        for title, scenario in (("order", lambda folder: in_order(report, folder, random.Random(seed))),
                                ("expired", lambda folder: expired(report, folder))):
            folder = pathlib.Path(name) / title
            folder.mkdir()
            scenario(folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""A node comes to a network whose older blocks are gone, and is killed with kill -9 at random moments while it restores a snapshot: in
the end it stands on the same chain, without the older blocks, and what it had stored before it was killed was not fetched again."""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

import _aether
from _ctl import Ctl

KILLS = 30 if _aether.LONG else 3 if _aether.QUICK else 8
CHAIN = 7


class Node(_aether.Program):
    """`aetherd run`, whose lives write one log."""

    def __init__(self, home):
        super().__init__("aetherd", "run", "--home", home, "--output", "json", "--set", "rpc.port=0")
        self.log_path = pathlib.Path(f"{home}.log")
        self.log_path.touch()

    def __enter__(self):
        with self.log_path.open("a") as log:
            self.popen = {"stderr": log}
            return super().__enter__()

    def call(self, method, **params):
        return _aether.call(self.ready["rpc"], method, **params)

    def final_slot(self):
        return int(self.call("aeth_getFinalizedSlot")["at"]["slot"])

    def root(self, slot):
        """The state root after that slot; none where the block is not kept."""
        try:
            return self.call("aeth_getStateRoot", slot=str(slot))["state_root"]
        except _aether.RpcError:
            return None

    def address(self):
        return self.ready["listen"][0]


def made(program, *words):
    done = _aether.run(program, *words)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def init(folder, name, genesis, *settings):
    common = ["network.listen=/ip4/127.0.0.1/udp/0/quic-v1", "consensus.delta_ms=20"]
    made("aetherd", "init", "--home", folder / name, "--genesis", genesis,
         *(word for setting in [*common, *settings] for word in ("--set", setting)))
    return Node(folder / name)


def kept_by_both(one, other):
    slot = min(one.final_slot(), other.final_slot())
    roots = one.root(slot), other.root(slot)
    return None if None in roots else (slot, *roots)


def killed_while_it_restores(node, chance):
    """Starts it and kills it at a random moment after it began. Whether it was restoring then."""
    seen = len(node.log_path.read_text())
    with node.log_path.open("a") as log:
        process = subprocess.Popen(node.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
    try:
        # It restores, unless it did before.
        _aether.wait_for(lambda: re.search("restores a snapshot|goes on to restore|begins behind slot [1-9]",
                                           node.log_path.read_text()[seen:]), "a start")
        time.sleep(chance.uniform(0, 0.15))  # the moment is drawn
        return "restore" in node.log_path.read_text()[seen:]
    finally:
        process.kill()
        process.wait()


def main():
    report = _aether.Report()
    seed = int(os.environ.get("AETHER_SEED", random.SystemRandom().randrange(10**9)))
    chance = random.Random(seed)
    print(f"again with AETHER_SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        made("aetherd", "dev-keys", folder / "keys")
        password = folder / "keys" / "dev-password"
        ctl = Ctl(folder / "keys", password)
        ctl.json("keys", "validator", "new", folder / "validator", "--account", "dev-alice", "--chain-id", CHAIN)
        genesis = folder / "genesis.toml"
        genesis.write_text(made("aetherd", "genesis", "--chain-id", CHAIN, "--slot-ms", 20, "--epoch-slots", 200,
                                "--validator",
                                f"{folder / 'validator' / 'registration.json'}:1000"))
        validator = init(folder, "first", genesis, f"validator.keys={folder / 'validator'}", f"validator.password_file={password}",
                         "chain.keep_blocks=1")
        with validator:
            _aether.wait_for(lambda: validator.root(1) is None and validator.final_slot() > 1, "older blocks to be pruned")
            try:
                validator.call("aeth_getBlockByNumber", slot="1")
                report.check("a pruned block is named as not kept", False, "it was answered")
            except _aether.RpcError as error:
                report.check("a pruned block is named as not kept", "not kept" in str(error), error)
            # It keeps all its blocks, and asks for a snapshot as soon as it sees how far it is behind, but not when it starves a little.
            late = init(folder, "late", genesis, f"network.peers={validator.address()}", "chain.keep_blocks=0", "sync.snapshot_slots=150")
            while_restoring = sum(killed_while_it_restores(late, chance) for _ in range(KILLS))
            print(f"{while_restoring} of {KILLS} kills came after it began to restore")
            with late:
                _aether.wait_for(lambda: late.final_slot() > 1 and late.call("aeth_health")["status"] == "ready", "the late node")
                report.check("it begins at a snapshot, without the blocks before", late.root(1) is None)
                # It may go on from a newer snapshot meanwhile, and forget what was before.
                slot, of_late, of_validator = _aether.wait_for(lambda: kept_by_both(late, validator), "a block that both keep")
                report.equal(f"it has the state of the others, after slot {slot}", of_validator, of_late)
                databases = lambda: sum(entry.name.startswith("db") for entry in (folder / "late" / "chain").iterdir())
                _aether.wait_for(lambda: databases() == 1, "what it was before to be removed")
                report.equal("it ends cleanly", 0, late.stop())
            with late:
                _aether.wait_for(lambda: late.final_slot() > slot, "the late node after a restart")
                slot, of_late, of_validator = _aether.wait_for(lambda: kept_by_both(late, validator), "a block that both keep")
                report.equal(f"and the same after a restart, after slot {slot}", of_validator, of_late)
            report.check("no node said an error", " error " not in late.log_path.read_text() + validator.log_path.read_text())
            checkpoint = folder / "checkpoint.json"
            checkpoint.write_text(made("aetherd", "checkpoint", "--home", folder / "late"))
            done = _aether.run("aetherd", "run", "--home", folder / "first", "--checkpoint", checkpoint)
            report.check("a second process on a home is refused", done.returncode == 1 and "in use by another aetherd" in done.stderr,
                         done.stderr)
            checkpoint.write_text("{}")
            done = _aether.run("aetherd", "run", "--home", folder / "late", "--checkpoint", checkpoint)
            report.check("what is no checkpoint is refused", done.returncode == 1 and "is no checkpoint" in done.stderr, done.stderr)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

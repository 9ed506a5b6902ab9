"""`aetherctl devnet` as scripts use it."""
import json
import os
import pathlib
import subprocess

import _aether
from _aether import DEADLINE_S
from _ctl import DONE, Ctl


def is_gone(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


class Devnet:
    """`aetherctl devnet` on a directory, erased at the end of the block."""

    def __init__(self, directory):
        self.directory, self.made, self.nonce = directory, None, 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("down", "--erase")

    def run(self, *words, env=None):
        command = [_aether.BIN / "aetherctl", "devnet", *map(str, words), "--dir", self.directory, "--output", "json"]
        # Anywhere but in the tree; and a started node must not hold the pipes.
        return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, stdin=subprocess.DEVNULL, cwd="/",
                              env={**os.environ, **(env or {})})

    def __call__(self, *words, **options):
        done = self.run(*words, **options)
        if done.returncode != DONE:
            raise AssertionError(f"devnet {' '.join(map(str, words))}: exit {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def up(self, *words, **options):
        self.made = self("up", *words, **options)
        return self.made

    def states(self):
        return [node["state"] for node in self("status")["nodes"]]

    def pids(self):
        return [node["pid"] for node in self("status")["nodes"]]

    def connected(self):
        """Waits until each node has all others as peers: a network is up before that."""
        def is_whole():
            nodes = self("status")["nodes"]
            return all(node["peers"] == len(nodes) - 1 for node in nodes)
        _aether.wait_for(is_whole, "each node to be connected to all others")

    def ctl(self, node):
        return Ctl(self.made["keys"], self.made["password_file"], self.made["nodes"][node]["rpc"])

    def transfer(self, node, nonce=None):
        """The slot in which one more AIC from dev-alice to dev-bob is final. A node that is a slot behind would choose a nonce that is
        used, so they are numbered here: from the one that is given on, where dev-alice paid otherwise."""
        self.nonce = nonce or self.nonce + 1
        done = self.ctl(node).json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1", "--asset", "AIC",
                                   "--nonce", self.nonce)
        if done["outcome"] != "success":
            raise AssertionError(f"a transfer ended as {done}")
        return int(done["place"]["slot"])

    def balance(self, node):
        return int(self.ctl(node).json("account", "dev-bob")["account"]["balance"]["aic"]) // 1_000_000

    def agree_after(self, slot):
        """Waits until every node has a final block of this slot or later, and all the same root after the same block."""
        def agree():
            status = self("status")  # a difference of roots is an error
            slots = {node["root_slot"] for node in status["nodes"]}
            return None not in slots and len(slots) == 1 and int(slots.pop()) >= slot and status
        return _aether.wait_for(agree, f"all nodes at slot {slot}")

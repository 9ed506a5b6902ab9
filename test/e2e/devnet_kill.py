"""Validators of a network are killed with kill -9 at random moments, one or all at once, while transfers are under way: no final
one is lost, none is counted twice, and no validator votes against what it signed before."""
import os
import pathlib
import random
import sys
import tempfile

import _aether
from _devnet import Devnet

NODES = 4
ROUNDS = 50 if _aether.LONG else 2 if _aether.QUICK else 5


def send(net, node):
    """A transfer that nobody waits for: sent, or refused because its node went."""
    return net.ctl(node).run("transfer", "--from", "dev-carol", "--to", "dev-dave", "--amount", "1", "--asset", "AIC", "--no-wait",
                             "--output", "json").returncode == 0


def main():
    report = _aether.Report()
    seed = int(os.environ.get("AETHER_SEED", random.SystemRandom().randrange(10**9)))
    chance = random.Random(seed)
    print(f"again with AETHER_SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name, Devnet(pathlib.Path(name) / "net") as net:
        net.up("-n", NODES, "--slot-ms", 50, "--delta-ms", 50)
        before, paid, slot, sent = net.balance(0), 0, 0, 0
        for _ in range(ROUNDS):
            killed = list(range(NODES)) if chance.random() < 0.2 else [chance.randrange(NODES)]
            for _ in range(chance.randrange(3)):
                sent += send(net, chance.randrange(NODES))
            net("kill", *killed)
            alive = [node for node in range(NODES) if node not in killed]
            if alive:
                paid += 1
                slot = net.transfer(chance.choice(alive))
            net("restart", *killed)
            net.agree_after(slot)
            report.equal(f"after killing {killed} what was final is final on all", {before + paid},
                         {net.balance(node) for node in range(NODES)})
            # A transfer of the one who is restarted: it votes and proposes again.
            paid += 1
            slot = net.transfer(killed[0])
        net.agree_after(slot)
        received = {int(net.ctl(node).json("account", "dev-dave")["account"]["balance"]["aic"]) // 1_000_000 - 1_000_000
                    for node in range(NODES)}
        report.check("what was sent while nodes were killed is paid at most once, and the same on all",
                     len(received) == 1 and 0 <= min(received) <= sent, f"{received} of {sent}")
        logs = "".join(path.read_text() for path in (pathlib.Path(name) / "net" / "nodes").glob("*.log"))
        report.check("no validator met a vote of its own that its safety log does not hold", " error " not in logs,
                     "\n".join(line for line in logs.splitlines() if " error " in line))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

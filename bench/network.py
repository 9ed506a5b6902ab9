"""./aether bench network [--seconds N] [--only NAME] [--output json]: finality between real processes with the fault proxy between
them (`aetherctl devnet up --delay-ms ...`), as a table, or as one JSON object with the machine and all results. Beside the network
without pace: the simulator's figures for the same delays."""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(os.environ.get("AETHER_ROOT", pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(ROOT / "test" / "e2e"))
os.environ["AETHER_BIN"] = str((ROOT / os.environ.get("AETHER_BIN", "build/bin")).resolve())
import _aether  # noqa: E402
from _devnet import Devnet  # noqa: E402
from _websocket import Closed, Socket  # noqa: E402

NODES = 4
# Delays are one way. Delta is what a proposer waits for the one before it: twice the delay, as in the simulator's scenarios.
NETWORKS = {
    "local": {"delay_ms": 0, "jitter_ms": 0, "loss": "0%", "slot_ms": 0, "delta_ms": 10},
    "unpaced": {"delay_ms": 50, "jitter_ms": 10, "loss": "0%", "slot_ms": 0, "delta_ms": 100, "simulated": "n4-in-order",
                "goal": "p95 3.5 delays"},
    "world": {"delay_ms": 150, "jitter_ms": 50, "loss": "1%", "slot_ms": 500, "delta_ms": 300, "goal": "p95 2000 ms"},
}
PERCENTILES = ("p50", "p95", "p99")
TRANSFERS_S = 0.5  # between the end of a client's transfer and its next
HEAD = """\
4 validators, each pair through the proxy. Block: from its proposal, by the proposer's clock, until a node tells that it is final, over all
nodes. Transfer: from the client's send to the same node's word that it is final, one at a time. ms. Simulated: consensus alone, in a
network that keeps the order as the proxy does"""


def percentile(values, share):
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1) if values else None


def summary(values):
    return {"count": len(values), **{f"p{share}": percentile(values, share / 100) for share in (50, 95, 99)}}


class Watch(threading.Thread):
    """The blocks that a node calls final, from when they were proposed to when it said so."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.socket, self.ms, self.slots = Socket(url), [], []
        self.heads, _ = self.socket.subscribe("finalizedHeads")
        self.start()

    def run(self):
        try:
            while True:
                head = self.socket.notification(self.heads)
                self.ms.append(time.time() * 1000 - int(head["header"]["time_ms"]))
                self.slots.append(int(head["at"]["slot"]))
        except (Closed, OSError, ValueError):
            pass


def transfer(net, node, file, nonce):
    """ms from the send to the node's word that it is final."""
    net.ctl(node).json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1 AIC", "--nonce", nonce,
                       "--valid-slots", 100_000, "--out", file)
    raw, url = file.read_text().strip(), net.made["nodes"][node]["rpc"]
    with Socket(url) as client:
        began = time.monotonic()
        transaction = client.call("aeth_sendRawTransaction", transaction=raw)["transaction"]
        ended, _ = client.subscribe("transaction", {"transaction": transaction})
        client.notification(ended)
        return (time.monotonic() - began) * 1000


def simulated(scenario):
    said = subprocess.run([_aether.BIN / "aether-sim", "--scenario", scenario], capture_output=True, text=True, check=True).stdout
    p50, p95, p99 = map(float, re.search(r"p50/p95/p99 ([\d.]+) / ([\d.]+) / ([\d.]+) ms", said).groups())
    return {"p50": p50, "p95": p95, "p99": p99}


def measure(name, network, seconds, folder):
    with Devnet(folder / name) as net:
        net.up("-n", NODES, *(word for key in ("delay_ms", "jitter_ms", "loss", "slot_ms", "delta_ms")
                              for word in ("--" + key.replace("_", "-"), network[key])))
        watches = [Watch(node["rpc"]) for node in net.made["nodes"]]
        end, transfers, load = time.monotonic() + seconds, [], os.getloadavg()[0]
        while time.monotonic() < end:
            transfers.append(transfer(net, len(transfers) % NODES, folder / f"{name}.tx", len(transfers) + 1))
            time.sleep(random.random() * TRANSFERS_S)
        blocks = [ms for watch in watches for ms in list(watch.ms)]
        slots = watches[0].slots
        result = {"network": name, **network, "load": round(load, 1), "block": summary(blocks), "transfer": summary(transfers),
                  "slots_without_block": slots[-1] - slots[0] + 1 - len(slots) if slots else None}
        if network["delay_ms"]:
            result["block_in_delays"] = {key: round(result["block"][key] / network["delay_ms"], 2) for key in PERCENTILES}
        if "simulated" in network:
            result["simulated"] = simulated(network["simulated"])
        return result


def line(result):
    def three(values):
        return " / ".join(str(values[key]) for key in PERCENTILES)
    out = (f"{result['network']:8} {result['delay_ms']} ± {result['jitter_ms']} ms, {result['loss']} lost, slots of "
           f"{result['slot_ms']} ms: "
           f"block {three(result['block'])}, transfer {three(result['transfer'])}")
    if "block_in_delays" in result:
        out += f"; block in delays {three(result['block_in_delays'])}"
    if "simulated" in result:
        out += f"; simulated {three(result['simulated'])}"
    return out + f" ({result['block']['count']} blocks, {result['transfer']['count']} transfers, load {result['load']})"


def main():
    parser = argparse.ArgumentParser(prog="./aether bench network", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each network (default 60)")
    parser.add_argument("--only", choices=NETWORKS, help="one network")
    parser.add_argument("--output", choices=["text", "json"], default="text")
    options = parser.parse_args()
    results = []
    if options.output == "text":
        print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="aether-bench-") as folder:
        for name in [options.only] if options.only else NETWORKS:
            results.append(measure(name, NETWORKS[name], options.seconds, pathlib.Path(folder)))
            if options.output == "text":
                print(line(results[-1]), flush=True)
    if options.output == "json":
        print(json.dumps({"machine": os.environ.get("AETHER_MACHINE", ""), "results": results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

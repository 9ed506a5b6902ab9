"""Networks whose nodes do not all speak QUIC: two listen on QUIC and two on TCP, and all on TCP, with the fault proxy between each two:
what is sent to one is final on all, in trouble too, and nothing is lost where one is cut off or killed."""
import pathlib
import sys
import tempfile

import _aether
from _devnet import Devnet

QUIC, TCP = "/udp/{}/quic-v1", "/tcp/{}"


def ports_of(net):
    """By node: its own port of the network, and the gates by which others reach it."""
    rules = (net.directory / "faults.rules").read_text().splitlines()
    gates = [tuple(map(int, line.split()[1:])) for line in rules if line.startswith("gate ")]
    out = {}
    for _, to, port, target in gates:
        out.setdefault(to, {target}).add(port)
    return out


def listen_on_tcp(net, nodes):
    """Has these nodes listen on TCP instead of QUIC, and the others know it."""
    ports = [port for node in nodes for port in ports_of(net)[node]]
    for config in net.directory.glob("nodes/*/aetherd.toml"):
        text = config.read_text()
        for port in ports:
            text = text.replace(QUIC.format(port), TCP.format(port))
        config.write_text(text)


def carriers(net, node):
    """How many of a node's connections are over QUIC and over TCP."""
    addresses = [peer["address"] for peer in net.ctl(node).json("peers")["peers"]]
    return sum("/quic-v1" in each for each in addresses), sum("/tcp/" in each for each in addresses)


def network(report, title, directory, on_tcp):
    with Devnet(directory) as net:
        net.up("--nodes", 4, "--slot-ms", 50, "--faults")
        net("down")
        listen_on_tcp(net, on_tcp)
        net("restart", 0, 1, 2, 3)
        before, sent = net.balance(0), 0

        def pays(name, through):
            nonlocal sent
            sent += 1
            slot = net.transfer(through)
            status = net.agree_after(slot)
            report.check(f"{title}: {name}", status["roots_agree"] and {net.balance(node) for node in range(4)} == {before + sent}, status)

        pays("a transfer to one node is final on all", 0)
        net.connected()
        found = [carriers(net, node) for node in range(4)]
        # Both of a pair dial what the other listens on: only pairs that listen alike are bound to one of the two.
        wrong = [(node, each) for node, each in enumerate(found) if each[node in on_tcp] == 0 or (len(on_tcp) == 4 and each[0] > 0)]
        report.equal(f"{title}: each node speaks what is meant", [], wrong)
        net("faults", "--delay-ms", 20, "--jitter-ms", 10, "--loss", "1%", "--seed", 5)
        pays("with delay and loss too", 2)
        net("partition", "0,1,2", "3")
        sent += 1
        slot = net.transfer(1)
        net("heal")
        pays("a node that was cut off catches up", 3)
        net("kill", 2)
        sent += 1
        net.transfer(0)
        net("restart", 2)
        pays("a node that was killed comes back", 2)
        report.check(f"{title}: what was final before is final", int(net("status")["nodes"][3]["finalized_slot"]) >= slot)


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        network(report, "QUIC and TCP", pathlib.Path(name) / "mixed", [2, 3])
        network(report, "TCP", pathlib.Path(name) / "tcp", [0, 1, 2, 3])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""Networks with the fault proxy between each two nodes: cut in halves nothing is final and nothing is lost; who is cut off alone
catches up; a restart of one node after the other stops nothing; with delay, loss, reordering and doubling as without."""
import json
import os
import pathlib
import sys
import tempfile

import _aether
from _ctl import FAILED, USAGE, error_of
from _devnet import Devnet, is_gone

TROUBLE = ["--delay-ms", 20, "--jitter-ms", 10, "--loss", "1%", "--reorder", "1%", "--duplicate", "1%", "--seed", 3]


def refuses(report, name, net, exit_code, code, *words):
    report.equal(name, (exit_code, code), error_of(net.run(*words)))


def finals(net):
    return [int(node["finalized_slot"]) for node in net("status")["nodes"]]


def none_is_ready(net):
    """They say so when they had no new final block for seconds."""
    return not any(node["ready"] for node in net("status")["nodes"])


def sign(net, node, file, nonce):
    made = net.ctl(node).json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1 AIC", "--nonce", nonce,
                              "--valid-slots", 5000, "--out", file)
    return made["transaction"]


def halves(report, net, folder):
    before = net.balance(0)
    slot = net.transfer(0)
    net.agree_after(slot)
    file = folder / "halved.tx"
    transaction = sign(net, 0, file, 20)
    said = net("partition", "0,1", "2,3")["faults"]
    report.equal("a partition cuts both directions of each pair", 8, len(said["cuts"]))
    net.ctl(0).json("tx", "send", file, "--no-wait")
    _aether.wait_for(lambda: none_is_ready(net), "no node is ready in a network that is cut in halves")
    stood = finals(net)
    report.equal("in halves a transaction waits", "pending", net.ctl(1).json("tx", "status", transaction)["status"])
    report.equal("and nothing of it happened", {before + 1}, {net.balance(node) for node in range(4)})
    report.equal("in halves nothing is final", stood, finals(net))
    report.equal("status shows the cuts", said["cuts"], net("status")["faults"]["cuts"])
    net("heal")
    ended = net.ctl(2).json("tx", "wait", file)
    status = net.agree_after(int(ended["place"]["slot"]))
    report.check("healed, it is final everywhere with one root", status["roots_agree"], status)
    report.equal("and happened once", {before + 2}, {net.balance(node) for node in range(4)})


def alone(report, net, folder):
    before = net.balance(0)
    one, other = folder / "one.tx", folder / "other.tx"
    first = sign(net, 0, one, 30)
    net.ctl(0).json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "7 AIC", "--nonce", 30, "--out", other)
    net("partition", 3)
    net.ctl(0).json("tx", "send", one)
    slots = [net.transfer(0, nonce=31), net.transfer(1), net.transfer(2)]
    report.check("three of four go on, the one that is cut off does not", finals(net)[0] >= slots[-1] and finals(net)[3] < slots[0],
                 finals(net))
    sent = net.ctl(3).run("tx", "send", other, "--no-wait", "--output", "json")
    report.equal("the one that is cut off takes a nonce that is used, which it cannot know", 0, sent.returncode)
    net("heal")
    ended = net.ctl(3).run("tx", "wait", other, "--output", "json")
    report.equal("it says so when it knows: not after the validity, and by whom",
                 (FAILED, "nonce_used", first), (ended.returncode, json.loads(ended.stdout)["outcome"],
                                                 json.loads(ended.stdout)["why"]["used_by"]))
    net.agree_after(slots[-1])
    report.equal("the one catches up", {before + 4}, {net.balance(node) for node in range(4)})


def rolling_restart(report, net, nodes):
    before = net.balance(0)
    for node in range(nodes):
        net("restart", node)
        slot = net.transfer((node + 1) % nodes)
    net.agree_after(slot)
    report.equal(f"a rolling restart of {nodes} stops nothing and loses nothing", {before + nodes},
                 {net.balance(node) for node in range(nodes)})


def changes(report, net):
    one_way = net("faults", "--from", 0, "--to", 1, "--loss", "100%")["faults"]
    report.equal("faults of one direction", [(0, 1, 1_000_000)],
                 [(link["from"], link["to"], link["loss_ppm"]) for link in one_way["links"]])
    net.agree_after(net.transfer(0))
    everywhere = net("faults", "--loss", "0.25%", "--delay-ms", 5, "--jitter-ms", 0)["faults"]
    report.equal("faults of all directions", (2_500, 5_000, []),
                 (everywhere["all"]["loss_ppm"], everywhere["all"]["delay_us"], everywhere["links"]))
    for name, code, words in (("more jitter than delay", "bad_jitter", ["--jitter-ms", 6]), ("half a node", "usage", ["--from", 0]),
                              ("a node that is not there", "unknown_node", ["--from", 0, "--to", 4, "--loss", "1%"]),
                              ("no share", "bad_share", ["--loss", "101%"]), ("a share of nothing", "bad_share", ["--loss", "x"])):
        refuses(report, f"faults: {name}", net, USAGE, code, "faults", *words)
    for name, code, groups in (("no numbers", "bad_group", ["a"]), ("twice", "bad_group", ["0,1", "1,2"]),
                               ("not there", "unknown_node", ["9"]), ("nobody", "usage", [])):
        refuses(report, f"partition: {name}", net, USAGE, code, "partition", *groups)
    report.equal("what was refused changed nothing", everywhere, net("faults")["faults"])


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        with Devnet(folder / "net") as net:
            made = net.up("-n", 4, *TROUBLE)
            print(f"ready in {made['ready_ms']} ms, load {os.getloadavg()[0]:.1f}")
            halves(report, net, folder)
            alone(report, net, folder)
            rolling_restart(report, net, 4)
            changes(report, net)
            proxy = int((folder / "net" / "faults.pid").read_text().split()[0])
            net("down")
            report.check("down ends the proxy too", is_gone(proxy), proxy)
            net.up()
            report.equal("up again has the same faults", 5_000, net("status")["faults"]["all"]["delay_us"])
        with Devnet(folder / "plain") as plain:
            plain.up("-n", 1)
            for words in (["faults"], ["heal"], ["partition", 0], ["up", "--faults"]):
                refuses(report, f"without the proxy: {words[0]}", plain, USAGE, "other_plan" if words[0] == "up" else "no_faults", *words)
        if not _aether.QUICK:
            with Devnet(folder / "seven") as net:
                net.up("-n", 7, *TROUBLE)
                net("partition", "0,1", "2,3,4,5,6")
                slot = net.transfer(4)
                net("heal")
                net.agree_after(slot)
                report.equal("five of seven go on, and two catch up", {1_000_001}, {net.balance(node) for node in range(7)})
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""Nodes that are killed, not stopped: whoever comes again with its key and address and dials is connected at once, although
the other end still has the old connection; who does not dial, and who is silent, when the old connection is given up."""
import signal
import sys

from _aether import QUICK, Report
from _network import LISTEN, Probe

GENESIS = "5c" * 32


def come_again(report, transport, dials):
    """`dials`: which one dials the other, the one that stays or the one that is killed."""
    name = f"network_kill {transport}, {dials} dials"
    with Probe(GENESIS, "--seed", "killed", "--listen", LISTEN[transport]) as first:
        address = first.address
        first.process.kill()
        first.process.wait()
    fixed = address[:address.index("/p2p/")]
    with Probe(GENESIS, "--seed", "stays", "--listen", LISTEN[transport], *(["--peer", address] if dials == "stays" else [])) as stays:
        options = ["--seed", "killed", "--listen", fixed, *(["--peer", stays.address] if dials == "killed" else [])]
        for life in range(1 if dials == "stays" else 3):
            with Probe(GENESIS, *options) as killed:
                there = killed.until("connected") and stays.until("connected")
                killed.say(f"send {life:02x}aa")
                heard = stays.until(f"received {life:02x}aa")
                stays.say(f"send {life:02x}bb")
                report.check(f"{name}: life {life}", there and heard and killed.until(f"received {life:02x}bb"),
                             "not connected both ways")
                killed.process.kill()
                killed.process.wait()


def falls_silent(report, transport):
    with Probe(GENESIS, "--listen", LISTEN[transport]) as stays:
        with Probe(GENESIS, "--seed", "silent", "--peer", stays.address, "--listen", LISTEN[transport]) as silent:
            silent.until("connected")
            stays.until("connected")
            silent.process.send_signal(signal.SIGSTOP)
            report.equal(f"network_kill {transport}: a silent one is given up", "gone", stays.until("gone"))
            silent.process.send_signal(signal.SIGCONT)


def main():
    report = Report()
    for transport in LISTEN:
        come_again(report, transport, "killed")
        if not QUICK:  # some seconds each
            come_again(report, transport, "stays")
            falls_silent(report, transport)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

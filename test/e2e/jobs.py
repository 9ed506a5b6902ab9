"""Jobs on a chain with real processes: an honest worker is paid to the unit, and each way to cheat or fail loses by the
mechanism that is meant for it."""
import json
import sys

from _aether import QUICK, Report, run, wait_for
from _market import MODEL, UNIT, Market, Refused

BOND = 50
HONEST = 6  # exit status of `job prove` when nothing differs

# fault of the worker → what else it does, how the job ends, and which instruction must have done it
FAULTS = {
    "flip:6:5:40:2": ((), "convicted", "prove"),         # one bit, served: one step proof
    "flip:2:9:3:7": (("withhold",), "convicted", "prove"),  # one bit, not served: a descent on chain, then a proof
    "wrong-token:3": ((), "convicted", "prove"),         # a consistent trace over a wrong token
    "garbage-root": ((), "defaulted", "expire"),         # a root without a trace: nobody can answer the descent
    "flip:7:4:8:1": (("withhold", "mute"), "defaulted", "expire"),
    "flip:8:7:11:0": (("wrong-tile",), "defaulted", "expire"),
    "silent": ((), "silent", "expire"),
    "copy-receipt": ((), "silent", "expire"),            # the chain refuses another job's receipt
}


class Scene:
    def __init__(self, market, report):
        self.market, self.report = market, report
        self.prompt = market.folder / "prompt.txt"
        self.prompt.write_text("And God said unto Moses, ")

    def post(self, worker, **terms):
        words = [word for name, value in terms.items() for word in (f"--{name.replace('_', '-')}", value)]
        return self.market.ctl("job", "post", "--model", MODEL, "--input", self.prompt, "--max-new", 24, "--price", 20,
                               "--bond", BOND, "--worker", self.market.people[worker]["public_key"],
                               "--accept-uncovered", "--from", "buyer", *words)["job"]

    def ended(self, job, *words):
        """Watches a job to its end; the buyer's key moves it on when its time is over."""
        try:
            return self.market.ctl("job", "watch", job, "--model", MODEL, "--from", "buyer", *words)
        except Refused as ended:
            if ended.stdout:
                return None
            raise

    def honest(self):
        market, report = self.market, self.report
        before = {name: market.balance(name)[1] for name in ("buyer", "honest")}
        burned = market.burned()[1]
        receipt = market.folder / "receipt.json"
        job = self.post("honest")
        done = self.ended(job, "--receipt", receipt)
        closed = market.wait_closed(job)
        report.equal("an honest job settles", "settled", closed["status"])
        paid, burn = int(closed["paid"]), int(closed["burned"])
        cost = self.full_cost = paid + burn
        report.check("its cost follows from its units", cost == -(-20 * UNIT * self.units(receipt) // 2**30), f"cost {cost}")
        report.equal("a tenth of the cost burns, rounded up", -(-cost // 10), burn)
        report.equal("the worker has its pay and its bond", before["honest"] + paid, market.balance("honest")[1])
        report.equal("the buyer has the rest of the escrow", before["buyer"] - cost, market.balance("buyer")[1])
        report.equal("the burn is in the supply", burned + burn, market.burned()[1])
        report.check("the output reads as text", bool(done and done["text"].strip()), done)
        verified = run("aetherctl", "job", "verify", receipt, "--model", MODEL, "--full")
        report.equal("the receipt of the chain verifies offline", 0, verified.returncode)
        proved = self.refusal("job", "prove", job, "--model", MODEL, "--from", "buyer")
        report.check("a settled job cannot be accused", proved is not None, "job prove succeeded")

    def units(self, receipt):
        text = json.loads(receipt.read_text())
        found = [int(value) for key, value in walk(text) if key == "units"]
        return found[0]

    def refusal(self, *words):
        try:
            self.market.ctl(*words)
        except Refused as refused:
            return refused
        return None

    def late(self):
        market = self.market
        market.start_member("aether-worker-faulty", "late", "--fault", "late:4")
        before = market.balance("late")[1]
        job = self.post("late", sla_slots=10, max_slots=200, sla_bps=10000)
        self.ended(job)
        closed = market.wait_closed(job)
        self.report.equal("late work settles", "settled", closed["status"])
        paid, full = int(closed["paid"]), self.full_cost - int(closed["burned"])
        self.report.check("a late worker is paid less, and loses no bond",
                          0 < paid < full and market.balance("late")[1] == before + paid, f"{paid} of {full}")
        market.stop("late")

    def fault(self, number, fault):
        market, report = self.market, self.report
        more, status, by = FAULTS[fault]
        name = f"faulty{number}"
        words = [word for each in (fault, *more) for word in ("--fault", each)]
        buyer, worker = market.balance("buyer")[1], market.balance(name)[1]
        first = market.slot()
        if fault == "copy-receipt":
            other = self.post("honest")
        market.start_member("aether-worker-faulty", name, *words)
        slow = status == "silent"
        job = self.post(name, **({"sla_slots": 20, "max_slots": 40} if slow else {}))
        self.ended(job)
        closed = market.wait_closed(job)
        label = " ".join((fault, *more))
        report.equal(f"{label}: ends as", status, closed["status"])
        ended_by = [entry["what"] for entry in market.timeline(first)
                    if entry["slot"] == int(closed["slot"]) and entry["code"] == "success"]
        report.check(f"{label}: ended by {by}", by in ended_by, ended_by)
        report.check(f"{label}: the worker loses", market.balance(name)[1] < worker, "it lost nothing")
        if fault == "copy-receipt":
            self.ended(other)
            market.wait_closed(other)
        else:
            report.check(f"{label}: the buyer has escrow and damages", market.balance("buyer")[1] > buyer,
                         f"{buyer} became {market.balance('buyer')[1]}")
        market.stop(name)

    def accuse_the_honest(self):
        job = self.post("honest")
        wait_for(lambda: self.market.job(job)[1]["submission"], "the honest worker hands in")
        refused = self.refusal("job", "prove", job, "--model", MODEL, "--from", "buyer")
        self.report.equal("job prove finds nothing in an honest job, and says so by its exit code", HONEST,
                          refused and refused.status)
        self.ended(job)
        self.report.equal("which then settles", "settled", self.market.wait_closed(job)["status"])


def walk(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def main():
    report = Report()
    faults = list(FAULTS)
    if QUICK:
        faults = ["flip:6:5:40:2", "garbage-root", "silent"]
    people = ["buyer", "honest", "late", "watchtower"] + [f"faulty{i}" for i in range(len(faults))]
    with Market(people) as market:
        market.ctl("model", "register", "--model", MODEL, "--from", "buyer")
        scene = Scene(market, report)
        market.start_member("aether-worker", "honest")
        market.start_member("aether-watchtower", "watchtower")
        scene.honest()
        scene.accuse_the_honest()
        scene.late()
        for number, fault in enumerate(faults):
            scene.fault(number, fault)
    return report.end()


sys.exit(main())

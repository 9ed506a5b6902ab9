"""kill -9 of the chain at random moments during jobs: after each restart the root equals the last acknowledged block's, and
every job reaches its right end."""
import os
import random
import signal
import sys
import time

from _aether import LONG, QUICK, Report
from _market import MODEL, UNIT, Market

KILLS = 50 if LONG else 3 if QUICK else 10
BOND = 10  # the faulty worker loses one for each of its jobs, and must be able to pay for all
SEED = int(os.environ.get("AETHER_SEED", "1"))


class Scene:
    def __init__(self, market):
        self.market, self.jobs = market, {}
        self.prompt = market.folder / "prompt.txt"
        self.prompt.write_text("The LORD is my shepherd")

    def post(self, worker):
        job = self.market.ctl("job", "post", "--model", MODEL, "--input", self.prompt, "--max-new", 16, "--price", 20,
                              "--bond", BOND, "--worker", self.market.people[worker]["public_key"], "--accept-uncovered",
                              "--accept-slots", 2000, "--sla-slots", 2000, "--max-slots", 4000, "--from", "buyer")["job"]
        self.jobs[job] = "settled" if worker == "honest" else "convicted"

    def living(self):
        return [job for job in self.jobs if self.market.job(job)[0] == "living"]

    def acknowledged(self, moment):
        """Asks for roots until `moment`; the newest that the chain told."""
        newest = self.market.call("aeth_getStateRoot")
        while time.monotonic() < moment:
            newest = self.market.call("aeth_getStateRoot")
        return newest


def main():
    report, rng = Report(), random.Random(SEED)
    with Market(("buyer", "honest", "faulty", "watchtower"), keep_data=True) as market:
        market.ctl("model", "register", "--model", MODEL, "--from", "buyer")
        market.start_member("aether-worker", "honest")
        market.start_member("aether-worker-faulty", "faulty", "--fault", "flip:3:2:1:0")
        market.start_member("aether-watchtower", "watchtower")
        scene, wrong = Scene(market), []
        for kill in range(KILLS):
            if len(scene.living()) < 3:
                scene.post("honest")
                scene.post("faulty")
            told = scene.acknowledged(time.monotonic() + rng.uniform(0, 1.5))
            market.stop("chain", signal.SIGKILL)
            market.start_chain()
            again = market.call("aeth_getStateRoot", slot=told["at"]["slot"])
            if (again["state_root"], again["at"]["hash"]) != (told["state_root"], told["at"]["hash"]):
                wrong.append((kill, told, again))
        report.check(f"after {KILLS} kills the root is the last acknowledged block's", not wrong, f"seed {SEED}: {wrong[:1]}")
        ends = {}
        for job, wanted in scene.jobs.items():
            ends[job] = (wanted, market.wait_closed(job)["status"])
        bad = {job: pair for job, pair in ends.items() if pair[0] != pair[1]}
        report.check(f"each of {len(ends)} jobs reaches its right end", not bad, f"seed {SEED}: {bad}")
        total = sum(market.balance(name)[1] for name in market.people) + market.burned()[1]
        report.equal("no AIC is lost or made", len(market.people) * market.FUNDS * UNIT, total)
    return report.end()


sys.exit(main())

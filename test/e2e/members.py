"""aether-worker and aether-watchtower from outside: bad input, each with its own error; a chain that is away; kill -9 at
random moments during jobs, after which they go on from what the chain says."""
import json
import os
import random
import signal
import sys

from _aether import LONG, QUICK, Report, run, wait_for
from _market import MODEL, Market

KILLS = 40 if LONG else 4 if QUICK else 10
SEED = int(os.environ.get("AETHER_SEED", "1"))
FAILED, USAGE, BAD_FILE = 1, 2, 4


def bad_input(market, report):
    key, password = market.people["honest"]["file"], market.password_file
    other = market.folder / "other-password"
    other.touch(mode=0o600)
    other.write_text("wrong\n")
    good = {"--rpc": market.rpc, "--key": key, "--password-file": password, "--model": MODEL}
    both = {
        "no key": ({"--key": None}, USAGE, "--key"),
        "no model": ({"--model": None}, USAGE, "--model"),
        "an unknown flag": ({"--fast": "1"}, USAGE, "--fast"),
        "a key that is not there": ({"--key": market.folder / "none.key"}, BAD_FILE, "none.key"),
        "a name that is none": ({"--key": "No Name", "--keys": market.folder}, USAGE, "No Name"),
        "a wrong password": ({"--password-file": other}, BAD_FILE, "password"),
        "a model that is not there": ({"--model": market.folder / "none"}, BAD_FILE, "none"),
        "a model that is none": ({"--model": market.folder}, BAD_FILE, str(market.folder)),
        "a URL that is none": ({"--rpc": "ftp://a"}, USAGE, "http://"),
        "a log level that is none": ({"--log-level": "loud"}, USAGE, "--log-level"),
    }
    worker = {
        "an address that is none": ({"--listen": "here"}, USAGE, "--listen"),
        "an address of the whole world": ({"--listen": "0.0.0.0:0"}, FAILED, "loopback"),
        "a port in use": ({"--listen": f"127.0.0.1:{market.port}"}, FAILED, str(market.port)),
        "an endpoint that is none": ({"--endpoint": "here"}, USAGE, "--endpoint"),
        "an endpoint that is too long": ({"--endpoint": "http://a:1/" + "a" * 128}, USAGE, "128"),
        "a price that is none": ({"--price-min": "-1"}, USAGE, "--price-min"),
        "no job at a time": ({"--jobs-max": 0}, USAGE, "--jobs-max"),
    }
    watchtower = {
        "a buyer that is none": ({"--only-buyer": "aeth1x"}, USAGE, "--only-buyer"),
        "a bond that is none": ({"--session-bond-max": "much"}, USAGE, "--session-bond-max"),
    }
    for program, cases in (("aether-worker", both | worker), ("aether-watchtower", both | watchtower)):
        for name, (change, status, names) in cases.items():
            words = [word for option, value in (good | change).items() if value is not None for word in (option, value)]
            done = run(program, *words)
            report.check(f"{program} refuses {name}", done.returncode == status and names in done.stderr,
                         f"exit status {done.returncode}: {done.stderr}")
    done = run("aether-worker-faulty", "--fault", "flip:1")
    report.check("a fault that is none is refused", done.returncode == USAGE and "flip:1" in done.stderr, done.stderr)


def events(market, name):
    return [json.loads(line) for line in (market.folder / f"{name}.out").read_text().splitlines(keepends=True)
            if line.endswith("\n")]


def wait_event(market, name, wanted, count=1):
    return wait_for(lambda: sum(event["event"] == wanted for event in events(market, name)) >= count,
                    f"{name} says {wanted}")


def chain_away(market, report):
    """The chain goes while a watchtower follows it, and comes back."""
    market.start_member("aether-watchtower", "watchtower", "--events")
    wait_event(market, "watchtower", "ready")
    market.stop("chain", signal.SIGKILL)
    wait_event(market, "watchtower", "unreachable")
    market.start_chain()
    wait_event(market, "watchtower", "reached")
    said = [event["event"] for event in events(market, "watchtower")]
    report.equal("a chain that is away is told once", ["ready", "unreachable", "reached"], said)
    report.equal("SIGTERM ends a watchtower with 0", 0, market.stop("watchtower"))
    market.stop("chain")
    market.start_member("aether-worker", "honest", "--events")
    wait_event(market, "honest", "unreachable")
    report.equal("SIGTERM ends a worker with 0 that never saw a chain", 0, market.stop("honest"))
    market.start_chain()


class Killing:
    def __init__(self, market):
        self.market, self.rng, self.jobs = market, random.Random(SEED), {}
        self.prompt = market.folder / "prompt.txt"
        self.prompt.write_text("In the beginning")

    def start(self, name):
        self.market.start_member("aether-worker" if name == "honest" else "aether-watchtower", name)

    def post(self, worker):
        job = self.market.ctl("job", "post", "--model", MODEL, "--input", self.prompt, "--max-new", 200, "--price", 20,
                              "--bond", 50, "--worker", self.market.people[worker]["public_key"], "--accept-uncovered",
                              "--accept-slots", 2000, "--sla-slots", 2000, "--max-slots", 4000, "--from", "buyer")["job"]
        self.jobs[job] = "settled" if worker == "honest" else "convicted"

    def living(self):
        return sum(self.market.job(job)[0] == "living" for job in self.jobs)

    def run(self):
        for kill in range(KILLS):
            if self.living() < 4:
                for worker in ("honest", "faulty", "hiding"):
                    self.post(worker)
            name = ("honest", "watchtower")[kill % 2]
            # A few slots on, so that it dies before, during and after its part.
            slot = self.market.slot() + self.rng.randrange(0, 5)
            wait_for(lambda until=slot: self.market.slot() >= until, f"slot {slot}")
            self.market.stop(name, signal.SIGKILL)
            self.start(name)
        return {job: (wanted, self.market.wait_closed(job)["status"]) for job, wanted in self.jobs.items()}


def kill_at_random_moments(market, report):
    market.ctl("model", "register", "--model", MODEL, "--from", "buyer")
    # One that serves is convicted by commit and proof, one that withholds by a descent.
    market.start_member("aether-worker-faulty", "faulty", "--fault", "flip:3:2:1:0")
    market.start_member("aether-worker-faulty", "hiding", "--fault", "flip:7:9:1:0", "--fault", "withhold")
    killing = Killing(market)
    for name in ("honest", "watchtower"):
        killing.start(name)
    ends = killing.run()
    bad = {job: pair for job, pair in ends.items() if pair[0] != pair[1]}
    report.check(f"after {KILLS} kills of worker and watchtower each of {len(ends)} jobs reaches its right end", not bad,
                 f"seed {SEED}: {bad}")


def main():
    report = Report()
    with Market(("buyer", "honest", "faulty", "hiding", "watchtower"), interval_ms=200, keep_data=True) as market:
        bad_input(market, report)
        chain_away(market, report)
        kill_at_random_moments(market, report)
    return report.end()


sys.exit(main())

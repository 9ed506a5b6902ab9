"""./aether demo: on four validators a contract called, a UTxO spent, a state proof verified; an AI job paid, while one validator is
killed and comes back; and a job whose worker flipped a bit convicted by one step proof."""
import argparse
import json
import pathlib
import signal
import sys
import textwrap
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test" / "e2e"))
from _aether import ROOT  # noqa: E402
from _market import MODEL, UNIT, Refused, ValidatorMarket, checked  # noqa: E402
import _proof  # noqa: E402

PROMPT = "And it came to pass in those days, that "
BOND = 50
PEOPLE = ("buyer", "honest", "faulty", "watchtower")
NODES = {"buyer": 0, "honest": 1, "faulty": 2, "watchtower": 3}  # to which validator each of them speaks
KILLED = 2  # while the honest worker's job runs
# Operator 6 is attn_out of layer 0. With one bit of that row wrong, all other rows are as they should be.
FAULT = "flip:6:5:40:2"


def say(text=""):
    print(text, flush=True)


def title(text):
    say(f"\n{text}\n{'-' * len(text)}")


def amount(base):
    sign = "-" if base < 0 else ""
    return f"{sign}{abs(base) // UNIT}.{abs(base) % UNIT:06d}"


def paragraph(text):
    say(textwrap.indent(textwrap.fill(text.strip(), 96), "    "))


def progress(text):
    print(f"aether: {text}", file=sys.stderr, flush=True)


def post(market, prompt, worker, max_new):
    file = market.folder / "prompt.txt"
    file.write_text(prompt)
    return market.ctl("job", "post", "--model", MODEL, "--input", file, "--max-new", max_new, "--price", "20", "--bond", BOND,
                      "--worker", market.people[worker]["public_key"], "--accept-uncovered", "--from", "buyer")


def watch(market, job, receipt):
    """The end of a job; a job that did not settle is no failure of the demo."""
    try:
        return market.ctl("job", "watch", job, "--model", MODEL, "--receipt", receipt)
    except Refused as ended:
        if not ended.stdout:
            raise
        return json.loads(ended.stdout)


def contract(market):
    title("A contract: the token of contracts/, compiled, deployed and called")
    module = market.folder / "token.wasm"
    built = json.loads(checked("aetherctl", "--output", "json", "contract", "build", ROOT / "contracts" / "token.cpp", "-o", module))
    say(f"module    {built['bytes']} bytes of WebAssembly, methods {', '.join(built['methods'])}")
    deployed = market.ctl("contract", "deploy", module, "--arg", "u128:1000000", "--from", "buyer")
    say(f"contract  {deployed['contract']}")
    token = deployed["contract"]
    to = market.people["honest"]["address"]
    called = market.ctl("contract", "call", token, "--method", "transfer", "--arg", f"address:{to}", "--arg", "u128:250", "--from",
                        "buyer")
    say(f"call      transfer of 250: {called['outcome']}, gas {called['receipt']['gas_used']}, "
        f"fee {amount(int(called['receipt']['fee']))} SWR, log {called['logs'][0]['topic']}")
    held = market.ctl("contract", "query", token, "--method", "balance_of", "--arg", f"address:{to}", "--returns", "u128")
    say(f"query     balance_of: {held['returned'][0]}")
    # A map's key is its number and the BCS of the key (sdk/contract-cpp, storage.hpp); balances are map 2.
    reads = market.ctl("contract", "query", token, "--method", "balance_of", "--arg", f"address:{to}")["reads"]
    entry = next(read["key"] for read in reads if read["domain"] == "storage")
    value, holds, proof = _proof.shown(market.call, "storage", entry)
    amount_proven = int.from_bytes(value[-16:], "little")
    say(f"proof     of that entry under state root {proof['state_root']}\n"
        f"          {len(proof['proof']) // 2 - 1} bytes, checked from the protocol's definition: "
        f"{'holds' if holds else 'DOES NOT HOLD'}, for {amount_proven}")
    return holds and amount_proven == 250 and held["returned"] == ["250"]


def utxo(market):
    title("A UTxO: made, proven, spent, proven absent")
    made = market.ctl("transfer", "--from", "buyer", "--to", "honest", "--amount", "12.5", "--asset", "AIC", "--utxo")["utxos"][0]
    value, there, _ = _proof.shown(market.call, "utxo", made)
    say(f"made      {made}, 12.5 AIC, proof of presence {'holds' if there else 'DOES NOT HOLD'}")
    spent = market.ctl("utxo", "spend", made, "--from", "honest", "--to", "buyer", "--amount", "12.5")
    absent, gone, _ = _proof.shown(market.call, "utxo", made)
    say(f"spent     in slot {spent['place']['slot']}, proof of absence {'holds' if gone else 'DOES NOT HOLD'}")
    return there and gone and value is not None and absent is None


def network():
    title("A simulated network that is cut in halves and heals")
    story = json.loads(checked("aether-sim", "--scenario", "network", "--output", "json"))
    say(f"before    {story['validators']} validators under load: whole nodes with the ledger, in virtual time; final slot {story['final_at_cut']}")
    say(f"cut       for {story['cut_ms'] // 1000} s, with {story['sent_cut']} transactions sent and a node that loses its memory; "
        f"final slot {story['final_at_heal']}")
    say(f"healed    the next final block after {story['first_final_ms']} ms; "
        f"all {story['transactions']} transactions final at every node after {story['all_final_ms']} ms")
    roots = set(story["state_roots"])
    say(f"end       slot {story['final_slot']}, state root {' and '.join(sorted(roots))} at "
        f"{'every node' if len(roots) == 1 else 'THE NODES, WHICH DIFFER'}")
    return len(roots) == 1 and story["violation"] is None


def honest_job(market, options):
    title("A job whose worker is honest")
    posted = post(market, options.prompt, "honest", options.max_new)
    say(f"job       {posted['job']}")
    say(f"escrow    {posted['escrow']} AIC for at most {options.max_new} tokens after {posted['prompt_tokens']} of prompt")
    say("prompt")
    paragraph(options.prompt)
    progress("the worker runs the job while a validator is killed; then the window for disputes passes")
    market.net("kill", KILLED)
    say(f"kill -9   validator {KILLED}, at slot {market.slot()}: the other three go on")
    receipt = market.folder / "receipt.json"
    done = watch(market, posted["job"], receipt)
    progress(f"validator {KILLED} is started again and fetches what it missed")
    market.net("restart", KILLED)
    status = market.net.agree_after(market.slot())
    say(f"restart   validator {KILLED}: slot {status['nodes'][KILLED]['root_slot']} as the others, with their state root")
    say("output, as the chain holds it")
    paragraph(done["text"])
    say("receipt, checked offline by running the model again")
    for line in checked("aetherctl", "job", "verify", receipt, "--model", MODEL, "--full").splitlines():
        say("    " + line)
    return posted["job"]


def faulty_job(market, options):
    title("A job whose worker cheats")
    say("aether-worker-faulty is a program of the tests: the worker with a hook that flips one bit of one row that the trace\n"
        f"commits to ({FAULT}: operator, position, byte, bit). No product has such a switch.")
    market.start_member("aether-worker-faulty", "faulty", "--fault", FAULT)
    market.start_member("aether-watchtower", "watchtower")
    before = market.balance("buyer")[1]
    posted = post(market, options.prompt, "faulty", options.max_new)
    say(f"job       {posted['job']}")
    say(f"escrow    {posted['escrow']} AIC; the worker locks a bond of {BOND} AIC")
    progress("the worker hands in; the watchtower runs the job again and shows the chain the wrong bit")
    watch(market, posted["job"], market.folder / "faulty.json")
    closed = market.wait_closed(posted["job"])
    say(f"verdict   {closed['status']} in slot {closed['slot']}, by one step proof")
    say(f"buyer     has the escrow back, and {amount(market.balance('buyer')[1] - before)} AIC of the bond as damages")
    return posted["job"]


def report(market, before, jobs):
    title("Timeline: every transaction of the chain, with the state root after its block")
    say(f"{'slot':>5}  {'instruction':<15} {'sent by':<11} {'fee, SWR':>10}  {'result':<9} state root")
    for entry in market.timeline():
        say(f"{entry['slot']:>5}  {entry['what']:<15} {entry['who']:<11} {amount(entry['fee']):>10}  {entry['code']:<9} {entry['root']}")
    title("Jobs")
    right = market.net.agree_after(market.slot())["roots_agree"]
    for (name, job), wanted in zip(jobs.items(), ("settled", "convicted")):
        closed = market.wait_closed(job)
        right = right and closed["status"] == wanted
        say(f"{name:<8}  {closed['status']:<10} worker paid {amount(int(closed['paid']))} AIC, "
            f"burned {amount(int(closed['burned']))} AIC")
    title("Balances, and what changed")
    for name in PEOPLE:
        swr, aic = market.balance(name)
        say(f"{name:<11} {amount(swr):>14} SWR ({amount(swr - before[name][0])})  {amount(aic):>14} AIC ({amount(aic - before[name][1])})")
    swr, aic = market.burned()
    say(f"{'burned':<11} {amount(swr):>14} SWR {'':>12} {amount(aic):>18} AIC")
    return right


def main():
    parser = argparse.ArgumentParser(prog="./aether demo", description=__doc__,
                                     epilog="Example: ./aether demo --prompt 'And God said' --max-new 64")
    parser.add_argument("--prompt", default=PROMPT, help="text that the model goes on with")
    parser.add_argument("--max-new", type=int, default=48, help="tokens wanted at most (default 48)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped then, too
    began = time.monotonic()
    progress("makes keys and a genesis with short windows, and starts four validators")
    with ValidatorMarket(PEOPLE, NODES) as market:
        before = {name: market.balance(name) for name in PEOPLE}
        title("Four validators, each a process of its own")
        say(f"genesis   {market.call('aeth_chainId')['genesis_hash']}")
        say(f"running   {market.net.made['ready_ms']} ms after the command, with a slot every {market.interval_ms} ms")
        for node in market.net.made["nodes"]:
            user = next(name for name, spoken_to in NODES.items() if spoken_to == node["node"])
            title_of_user = user if user in ("buyer", "watchtower") else f"{user} worker"
            say(f"node {node['node']}    {node['rpc']}, to which the {title_of_user} speaks")
        sound = contract(market)
        sound = utxo(market) and sound
        title("A model for AI jobs")
        model = market.ctl("model", "register", "--model", MODEL, "--from", "buyer")
        say(f"model     {model['model']}")
        market.start_member("aether-worker", "honest")
        jobs = {"honest": honest_job(market, options), "faulty": faulty_job(market, options)}
        right = report(market, before, jobs) and sound
    right = network() and right
    say(f"\nEverything that was started is stopped; {time.monotonic() - began:.0f} s.")
    if not right:
        progress("something did not end as it should: the lines under Jobs, or of a proof, say what")
    return 0 if right else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Refused, RuntimeError, TimeoutError) as error:
        print(f"aether: the demo stopped: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)

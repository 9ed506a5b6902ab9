"""aetherd, killed with signal 9 at random moments while transfers are under way: what it acknowledged is there after the next
start, whole, under the same roots; and a disk that refuses a block loses nothing that was acknowledged."""
import pathlib
import random
import resource
import signal
import sys
import tempfile
import threading

import _aether

ROUNDS = 50 if _aether.LONG else 3 if _aether.QUICK else 10
SENDERS = ("dev-alice", "dev-bob", "dev-carol", "dev-dave")


class Known:
    """The blocks that the chain has acknowledged: by slot the hash, which covers the transactions, and the root after it."""

    def __init__(self):
        self.blocks, self.transfers = {}, 0

    def add(self, state):
        self.blocks[int(state["at"]["slot"])] = (state["at"]["hash"], state["state_root"])

    def newest(self):
        return max(self.blocks, default=-1)


def send_transfers(chain, name, taken):
    """One transfer after the other until the chain is gone; some are refused because the last one still waits."""
    to = SENDERS[(SENDERS.index(name) + 1) % len(SENDERS)]
    while chain.process.poll() is None:
        status, _ = chain.ctl("transfer", "--from", name, "--to", to, "--amount", "1.5", "--asset", "AIC", "--no-wait")
        taken += [name] if status == 0 else []


def watch(chain, known):
    while True:
        try:
            known.add(chain.call("aeth_getStateRoot"))
        except (OSError, ValueError):
            return


def run_until_killed(chain, known, moments):
    """Lets transfers run until some were taken, then some milliseconds, then signal 9."""
    taken = []
    threads = [threading.Thread(target=send_transfers, args=(chain, name, taken)) for name in SENDERS]
    threads.append(threading.Thread(target=watch, args=(chain, known)))
    for thread in threads:
        thread.start()
    enough = moments.randrange(1, 12)
    _aether.wait_for(lambda: len(taken) >= enough or chain.process.poll() is not None, "transfers taken")
    killer = threading.Timer(moments.uniform(0, 0.02), chain.kill)
    killer.start()
    for thread in [killer, *threads]:
        thread.join()
    return chain.process.returncode


def addresses(chain):
    """Address of each development key, by its public key."""
    return {key["public_key"]: key["address"] for key in chain.ctl("keys", "list")[1]}


def differences(chain, known):
    """What of the chain is not as acknowledged, or not whole. Empty when all is well."""
    tip = int(chain.call("aeth_getStateRoot")["at"]["slot"])
    if tip < known.newest():
        return f"the newest block is {tip}, after {known.newest()} was acknowledged"
    owner = addresses(chain)
    genesis = 1_000_000_000_000
    balance = {address: {"swr": genesis, "aic": genesis} for address in owner.values()}
    slots = [{"slot": str(slot)} for slot in range(tip + 1)]
    blocks = chain.call_all([("aeth_getBlockByNumber", slot) for slot in slots])
    roots = [state["state_root"] for state in chain.call_all([("aeth_getStateRoot", slot) for slot in slots])]
    for slot in range(1, tip + 1):
        header, block = blocks[slot]["header"], blocks[slot]["at"]["hash"]
        if (header["parent_hash"], header["parent_state_root"]) != (blocks[slot - 1]["at"]["hash"], roots[slot - 1]):
            return f"block {slot} does not follow from its parent"
        if known.blocks.get(slot, (block, roots[slot])) != (block, roots[slot]):
            return f"block {slot} is another than was acknowledged"
    receipts = [(receipt, {"slot": str(slot), "block": blocks[slot]["at"]["hash"], "index": index})
                for slot in range(1, tip + 1) for index, receipt in enumerate(blocks[slot]["receipts"])]
    known.transfers = len(receipts)
    found = chain.call_all([("aeth_getTransaction", {"transaction": receipt["transaction"]}) for receipt, _ in receipts])
    for (receipt, place), transaction in zip(receipts, found):
        if transaction["place"] != place:
            return f"the index does not lead to the transaction at {place}"
        body = transaction["transaction"]
        sender = balance[owner[body["sender"]["ed25519"]]]
        sender["swr"] -= int(receipt["fee"])
        for output in body["outputs"]:
            sender["aic"] -= int(output["amount"])
            balance[output["owner"]]["aic"] += int(output["amount"])
    for address, expected in balance.items():
        answer = chain.call("aeth_getAccount", address=address)["account"]["balance"]
        if {asset: int(amount) for asset, amount in answer.items()} != expected:
            return f"{address} has {answer}, where the receipts give {expected}"
    return ""


def kill_at_random_moments(report, folder, seed):
    moments, known = random.Random(seed), Known()
    chain = _aether.DevChain(folder, "--data", folder / "chain", "--interval-ms", 5)
    found = ""
    for number in range(ROUNDS):
        with chain:
            found = found or differences(chain, known)
            if run_until_killed(chain, known, moments) != -signal.SIGKILL:
                found = found or "the chain ended by itself"
        if found:
            found = f"{found} (seed {seed}, round {number})"
            break
    with chain:
        found = found or differences(chain, known)
        sealed = chain.call("dev_seal", slots=1)["at"]["slot"]
        report.check("after_kill_9_everything_acknowledged_is_there_and_whole", not found, found)
        report.check("transfers_were_under_way", known.transfers > 0, "none is in a block")
        report.check("after_kill_9_the_chain_goes_on", int(sealed) > known.newest(), f"sealed {sealed}")
        report.equal("a_chain_ends_cleanly_with_sigterm", 0, chain.stop())
    print(f"{ROUNDS} kills, {known.newest()} blocks, {known.transfers} transfers")


def limit_files():
    """No file above 1 MiB: the log of the database reaches that soon, and its write is refused."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))


def refusing_disk(report, folder):
    known, words = Known(), ("--data", folder / "full", "--interval-ms", 3_600_000)
    with open(folder / "log", "w+") as log, _aether.DevChain(folder, *words, preexec_fn=limit_files, stderr=log) as chain:
        try:
            while True:
                known.add(chain.call("aeth_getStateRoot"))
                chain.call("dev_seal", slots=20)
        except (_aether.RpcError, OSError) as error:
            refusal = str(error)
        status = chain.process.wait(_aether.DEADLINE_S)
        log.seek(0)
        said = log.read()
    report.check("a_chain_whose_disk_refuses_stops_and_says_so", status == 1 and "cannot commit block" in said,
                 f"exit status {status}, {refusal}, {said}")
    with _aether.DevChain(folder, *words) as chain:
        found = differences(chain, known)
        report.check("after_the_disk_refused_everything_acknowledged_is_there", not found, found)


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        kill_at_random_moments(report, pathlib.Path(name), random.randrange(1 << 32))
        refusing_disk(report, pathlib.Path(name))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""A chain with its people as processes of this machine: buyer, workers, watchtower. The demo and the scripts about jobs use
it. Everything lies in a folder of its own, listens on ports that the system gives, and ends with the block."""
import json
import pathlib
import secrets
import signal
import subprocess
import tempfile
from hashlib import sha256

from _aether import BIN, DEADLINE_S, ROOT, RpcError, call, run, wait_for
from _devnet import Devnet

MODEL = ROOT / "models" / "aether-tiny"
UNIT = 1_000_000  # base units in one SWR or AIC

# The escrow's instructions in the order of their tags (aether/programs/instructions.hpp).
ESCROW = ("post", "accept", "submit_vcr", "commit_fraud", "prove", "open_descent", "descend", "respond", "settle",
          "cancel", "expire")


# Those of the program `contracts` (aether/programs/contract_instructions.hpp).
CONTRACTS = ("upload", "publish", "deploy", "upgrade", "set_authority")


def program_id(name):
    tag = sha256(b"aether/program").digest()
    return "0x" + sha256(tag + tag + name.encode()).hexdigest()


class Refused(Exception):
    """A command that ended with another exit status than 0."""

    def __init__(self, words, done):
        super().__init__(f"{' '.join(map(str, words))}: exit status {done.returncode}\n{done.stderr}")
        self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr


def checked(program, *words):
    done = run(program, *words)
    if done.returncode != 0:
        raise Refused((program, *words), done)
    return done.stdout


class Market:
    """`people` get a key each and 1 000 SWR and AIC in genesis."""

    FUNDS = 1_000

    def __init__(self, people, interval_ms=100, keep_data=False):
        self.names, self.interval_ms, self.keep_data = list(people), interval_ms, keep_data
        self.running, self.people = {}, {}
        self.rpc, self.port = None, 0

    def __enter__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="aether-market-")
        self.folder = pathlib.Path(self.holder.name)
        try:
            self.password_file = self.folder / "password"
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_hex(16) + "\n")
            for name in self.names:
                self.people[name] = self.ctl("keys", "new", name)
            self.funds = [word for person in self.people.values()
                          for word in ("--fund", f"{person['address']}:{self.FUNDS}:{self.FUNDS}")]
            self.start_chain()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.end_chain()
        self.holder.cleanup()

    def end_chain(self):
        """What is no process of `running`."""

    # --- Programs ---------------------------------------------------------------------------------------------------

    def ctl(self, *words):
        """aetherctl with this market's keys and chain; its JSON."""
        chain = ("--rpc", self.rpc) if self.rpc else ()
        return json.loads(checked("aetherctl", "--output", "json", "--keys", self.folder / "keys", "--password-file",
                                  self.password_file, *chain, *words))

    def start(self, name, program, *words):
        """A process that goes on; its stdout and stderr are the files NAME.out and NAME.err."""
        with open(self.folder / f"{name}.out", "w") as out, open(self.folder / f"{name}.err", "a") as err:
            self.running[name] = subprocess.Popen([BIN / program, *map(str, words)], stdout=out, stderr=err,
                                                  stdin=subprocess.DEVNULL, start_new_session=True)

    def stop(self, name, how=signal.SIGTERM):
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait(timeout=DEADLINE_S)

    def start_chain(self):
        """A restarted chain listens where it did, so that those who follow it find it again."""
        if not self.port:
            self.genesis = self.folder / "genesis.toml"
            self.genesis.write_text(checked("aetherd", "genesis", "--preset", "demo", *self.funds))
        data = ("--data", self.folder / "chain") if self.keep_data else ()
        self.start("chain", "aetherd", "dev", "--genesis", self.genesis, "--port", self.port, "--interval-ms",
                   self.interval_ms, "--output", "json", *data)

        def ready():
            if self.running["chain"].poll() is not None:
                raise RuntimeError(f"aetherd ended: {(self.folder / 'chain.err').read_text()}")
            text = (self.folder / "chain.out").read_text()
            return json.loads(text.splitlines()[0]) if "\n" in text else None

        self.ready = wait_for(ready, "aetherd is ready")
        self.rpc = self.ready["rpc"]
        self.port = int(self.rpc.rsplit(":", 1)[1])

    def start_member(self, program, name, *words):
        """A worker or watchtower with the key of its name."""
        self.start(name, program, "--rpc", self.rpc_of(name), "--key", self.people[name]["file"], "--password-file",
                   self.password_file, "--model", MODEL, *words)

    def rpc_of(self, _name):
        """Where a member asks and sends."""
        return self.rpc

    # --- The chain --------------------------------------------------------------------------------------------------

    def call(self, method, **params):
        return call(self.rpc, method, **params)

    def slot(self):
        return int(self.call("aeth_health")["at"]["slot"])

    def balance(self, name):
        """(SWR, AIC) in base units."""
        held = self.call("aeth_getAccount", address=self.people[name]["address"])["account"]["balance"]
        return int(held["swr"]), int(held["aic"])

    def burned(self):
        """(SWR, AIC) burned since genesis. The supply object is BCS: version u8, total and burned of two u128 each."""
        value = self.call("aeth_getProof", object={"domain": "supply", "key": "0x" + "00" * 32})["value"]
        data = bytes.fromhex(value[2:])
        return tuple(int.from_bytes(data[at:at + 16], "little") for at in (33, 49))

    def job(self, job_id):
        """("living", fields) or ("closed", fields)."""
        return next(iter(self.call("aeth_getJob", job=job_id)["job"]["state"].items()))

    def wait_closed(self, job_id):
        def closed():
            kind, fields = self.job(job_id)
            return fields if kind == "closed" else None

        return wait_for(closed, f"the end of job {job_id}")

    def timeline(self, first=1):
        """Every transaction from slot `first` on: slot, what, who, code, fee, state root after its block."""
        who = {person["public_key"]: name for name, person in self.people.items()}
        for slot in range(first, self.slot() + 1):
            try:
                block = self.call("aeth_getBlockByNumber", slot=str(slot))
            except RpcError as error:
                if error.name != "not_found":
                    raise
                continue  # a slot without a block
            if not block["transactions"]:
                continue
            root = self.call("aeth_getStateRoot", slot=str(slot))["state_root"]
            for receipt in block["receipts"]:
                place = {"transaction": receipt["transaction"]}
                body = self.call("aeth_getTransaction", **place)["transaction"]
                code = self.call("aeth_getTransactionReceipt", **place)["code_name"]
                yield {"slot": slot, "what": instruction(body), "who": who.get(body["sender"]["ed25519"], "?"), "code": code,
                       "fee": int(receipt["fee"]), "root": root}


class ValidatorMarket(Market):
    """The same on four validators. Members speak to the nodes that `nodes` names; everybody else to node 0."""

    def __init__(self, people, nodes, slot_ms=100):
        super().__init__(people, slot_ms)
        self.nodes, self.net = nodes, None

    def end_chain(self):
        if self.net:
            self.net.__exit__()

    def start_chain(self):
        self.net = Devnet(self.folder / "net")
        self.net.up("-n", 4, "--slot-ms", self.interval_ms, "--preset", "demo", *self.funds)
        self.rpc = self.net.made["nodes"][0]["rpc"]

    def rpc_of(self, name):
        return self.net.made["nodes"][self.nodes.get(name, 0)]["rpc"]


def instruction(transaction):
    call_of = transaction.get("call")
    if call_of is None:
        made = any(output["kind"] == "utxo" for output in transaction["outputs"])
        return "utxo spend" if transaction["inputs"] else "utxo make" if made else "transfer"
    for name, instructions in (("escrow", ESCROW), ("contracts", CONTRACTS), ("models", ("register_model",))):
        if call_of["program"] == program_id(name):
            return instructions[int(call_of["data"][2:4], 16)]
    return "contract call"

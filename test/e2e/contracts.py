"""Contracts from source to chain: built twice to the same bytes, uploaded, deployed, called and queried by aetherctl on aetherd;
every refusal has its code, and storage outlives the process."""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
import _proof  # noqa: E402
from _ctl import BAD_FILE, DONE, FAILED, USAGE, Ctl, refuses  # noqa: E402

CONTRACTS = _aether.ROOT / "contracts"
NAMES = ("counter", "token", "escrow", "hash_lock")
NEVER = "0x" + "11" * 32
UNIT = 1_000_000
FLOATING = '#include "aether/contract.hpp"\nstatic double half(double x) { return x / 2; }\nAETHER_CALL(half)\n'
# Only through memory does the value stay one of floating point.
FLOATING_HIDDEN = """#include "aether/contract.hpp"
volatile float kept;
static aether::u64 half(aether::u64 x) { kept = static_cast<float>(x) / 2; return static_cast<aether::u64>(kept); }
AETHER_CALL(half)
"""


# What the examples do not use of the SDK.
RELAY = """#include "aether/contract.hpp"
namespace {
using namespace aether;
u64 add_twice(Hash counter, u64 by) {
  (void)call<u64>(counter, {}, 0, by);
  return call<u64>(counter, {}, 0, by);
}
Hash me() { return self(); }
bool verify(PublicKey key, Signature signature, ByteView message) { return ed25519_verify(key, signature, message); }
Amount divide(Amount a, Amount b) { return a / b; }
Amount multiply(Amount a, Amount b) { return a * b; }
ByteView echo(ByteView bytes) { return bytes; }
u64 chain() { return chain_id(); }
void pay(Hash other, u8 method) { call(other, {attached(Asset::swr), attached(Asset::aic)}, method); }
void take() { require(attached(Asset::swr) > 0 && balance(Asset::swr) >= attached(Asset::swr), 1); }
Optional<u16> maybe(bool some) { return some ? Optional<u16>(u16{7}) : Optional<u16>(); }
}  // namespace
AETHER_CALL(add_twice, me, verify, divide, multiply, echo, chain, pay, take, maybe)
"""
# RFC 8032, section 7.1, test 1: the empty message.
RFC8032_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
RFC8032_SIGNATURE = ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                     "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")


def build(report, ctl, scratch):
    """Where each module lies."""
    modules = {}
    for name in NAMES:
        modules[name] = scratch / f"{name}.wasm"
        facts = ctl.json("contract", "build", CONTRACTS / f"{name}.cpp", "-o", modules[name])
        again = scratch / "elsewhere" / f"{name}.cpp"
        again.parent.mkdir(exist_ok=True)
        again.write_bytes((CONTRACTS / f"{name}.cpp").read_bytes())
        ctl.json("contract", "build", again, "-o", scratch / "again.wasm")
        report.check(f"build {name}: the same bytes from elsewhere",
                     modules[name].read_bytes() == (scratch / "again.wasm").read_bytes())
        report.equal(f"build {name}: what it says", (len(modules[name].read_bytes()), True),
                     (facts["bytes"], all(name.startswith("aether.") for name in facts["imports"])))
        report.equal(f"inspect {name}: a file", facts, ctl.json("contract", "inspect", modules[name]))
    report.equal("build: methods by name", ["add", "count"], ctl.json("contract", "inspect", modules["counter"])["methods"])
    bad = scratch / "bad.cpp"
    for name, text, code in (("floats", FLOATING_HIDDEN, "module_floating_point"), ("no code", "int main() {", "does_not_compile"),
                             ("float arguments", FLOATING, "does_not_compile"), ("no entry", "\n", "module_no_entry")):
        bad.write_text(text)
        refuses(report, f"build: {name}", ctl, BAD_FILE, code, "contract", "build", bad, "-o", scratch / "bad.wasm")
    report.check("build: what is refused is not written", not (scratch / "bad.wasm").exists())
    refuses(report, "build: no SDK", ctl, BAD_FILE, "no_sdk", "contract", "build", bad, "-o", "x", "--sdk", scratch)
    refuses(report, "build: no compiler", ctl, BAD_FILE, "no_compiler", "contract", "build", bad, "-o", "x",
            env={"PATH": str(scratch)})
    refuses(report, "inspect: no module", ctl, BAD_FILE, "no_module", "contract", "inspect", bad)
    return modules


def balance(ctl, name):
    held = ctl.json("account", name)["account"]["balance"]
    return int(held["swr"]), int(held["aic"])


def address(ctl, name):
    return ctl.json("account", name)["address"]


def address_bytes(ctl, name):
    """What an address is in storage, inputs and data: 52 letters of five bits each."""
    number = 0
    for letter in address(ctl, name).removeprefix("aeth1")[:52]:
        number = number << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter)
    return (number >> 4).to_bytes(32, "big")


def deploy(ctl, module, *words):
    return ctl.json("contract", "deploy", module, "--from", "dev-alice", *words)["contract"]


def call(ctl, contract, method, *values, who="dev-alice", attach=()):
    words = [word for value in values for word in ("--arg", value)] + [word for value in attach for word in ("--attach", value)]
    return ["contract", "call", contract, "--method", method, "--from", who, *words]


def query(ctl, contract, method, returns, *values):
    words = [word for value in values for word in ("--arg", value)]
    return ctl.json("contract", "query", contract, "--method", method, "--returns", returns, *words)["returned"]


def dear_module(path):
    """8 000 functions of 1 024 locals: sound, small, and more steps to compile than a block has."""
    def number(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + number(n >> 7)

    def section(kind, items):
        content = number(len(items)) + b"".join(items)
        return bytes([kind]) + number(len(content)) + content

    function = b"\x01" + number(1024) + b"\x7f\x0b"
    path.write_bytes(b"\0asm\1\0\0\0" + section(1, [b"\x60\0\0"]) + section(3, [b"\0"] * 8000) + section(5, [b"\1\1\1"])
                     + section(7, [b"\x06memory\2\0", b"\x04call\0\0"])
                     + section(10, [number(len(function)) + function] * 8000))
    return path


def upload(report, ctl, modules):
    done = ctl.run("contract", "upload", modules["counter"], "--from", "dev-alice", "--output", "json")
    first = json.loads(done.stdout)
    said = re.search(r"compiling costs (\d+) steps, publishing about ([0-9.]+) SWR", done.stderr)
    report.equal("upload: says before what compiling costs", ctl.json("contract", "inspect", modules["counter"])["compile_steps"],
                 int(said[1]) if said else None)
    report.check("upload: says before what it will cost", said and abs(float(said[2]) * 10**6 / int(first["fee"]) - 1) < 0.02,
                 f"said {said and said[2]}, paid {first['fee']}")
    refuses(report, "upload: a module that no block has room to compile", ctl, BAD_FILE, "module_too_dear", "contract", "upload",
            dear_module(modules["counter"].with_name("dear.wasm")), "--from", "dev-alice")
    report.equal("upload: a chunk, then published", (1, 0, True),
                 (first["chunks_sent"], first["chunks_skipped"], first["published_now"]))
    again = ctl.json("contract", "upload", modules["counter"], "--from", "dev-bob")
    report.equal("upload: by anyone, once", (first["code"], 0, False, "0"),
                 (again["code"], again["chunks_sent"], again["published_now"], again["fee"]))
    report.equal("inspect: a published module", ["add", "count"], ctl.json("contract", "inspect", first["code"])["methods"])
    refuses(report, "inspect: nothing there", ctl, FAILED, "not_found", "contract", "inspect", NEVER)
    refuses(report, "deploy: code that nobody published", ctl, FAILED, "no_such_code", "contract", "deploy", NEVER, "--from",
            "dev-alice")


def counter(report, ctl, chain, modules):
    contract = deploy(ctl, modules["counter"])
    shown = ctl.json("contract", "inspect", contract)
    report.equal("inspect: a contract", (address(ctl, "dev-alice"), None, {"swr": "0", "aic": "0"}),
                 (shown["deployer"], shown["authority"], shown["balance"]))
    report.equal("counter: from nothing", ["0"], query(ctl, contract, "count", "u64"))
    done = ctl.json(*call(ctl, contract, "add", "u64:5"), "--returns", "u64")
    report.equal("counter: adds", ("success", ["5"], ["counter.advanced"]),
                 (done["outcome"], done["returned"], [log["topic"] for log in done["logs"]]))
    ctl.json(*call(ctl, contract, "0", "u64:7", who="dev-bob"))
    report.equal("counter: a method by its number, by anyone", ["12"], query(ctl, contract, "count", "u64"))
    logs = ctl.json("contract", "logs", contract, "--returns", "address,u64")
    report.equal("logs: all, in order", [[address(ctl, "dev-alice"), "5"], [address(ctl, "dev-bob"), "12"]],
                 [log["values"] for log in logs])
    report.equal("logs: by a topic", (2, 0), tuple(len(ctl.json("contract", "logs", contract, "--topic", topic))
                                                   for topic in ("counter.advanced", "other")))
    report.equal("logs: from a slot", logs[1:], ctl.json("contract", "logs", contract, "--returns", "address,u64", "--first",
                                                         logs[1]["slot"]))
    receipt = chain.call("aeth_getTransactionReceipt", transaction=logs[0]["transaction"])["receipt"]
    report.equal("getTransactionReceipt: has the log", [logs[0]["data"]], [log["data"] for log in receipt["logs"]])
    page = chain.call("aeth_getLogs", first={"slot": "0", "transaction": 0, "log": 0}, contract=contract, limit=1)
    rest = chain.call("aeth_getLogs", first=page["next"], contract=contract, limit=1)
    report.equal("getLogs: page by page", [log["data"] for log in logs],
                 [entry["log"]["data"] for entry in page["logs"] + rest["logs"]])
    report.equal("getStorage: the SDK's cell 1", "0x" + (12).to_bytes(8, "little").hex(),
                 chain.call("aeth_getStorage", contract=contract, key="0x01")["value"])
    report.equal("getStorage: none", None, chain.call("aeth_getStorage", contract=contract, key="0x02")["value"])
    entry = _proof.tagged("aether/storage", _proof.unhex(contract), b"\x01")
    value, holds, _ = _proof.shown(chain.call, "storage", "0x" + entry.hex())
    report.equal("getProof: an entry of its storage", (bytes([1, 8]) + (12).to_bytes(8, "little"), True), (value, holds))
    before = balance(ctl, "dev-alice")
    for name, code, words in (
            ("its own code", "contract_1", call(ctl, contract, "add", "u64:0")),
            ("overflow", "contract_9003", call(ctl, contract, "add", f"u64:{2**64 - 1}")),
            ("another type", "contract_9001", call(ctl, contract, "add", "u32:1")),
            ("too many arguments", "contract_9001", call(ctl, contract, "add", "u64:1", "u8:1")),
            ("no such method", "contract_9002", call(ctl, contract, "9")),
            ("no contract", "not_found", call(ctl, NEVER, "0"))):
        refuses(report, f"counter: {name}", ctl, FAILED, code, *words)
    refuses(report, "counter: a method without such a name", ctl, USAGE, "no_such_method", *call(ctl, contract, "subtract"))
    refuses(report, "counter: it returns another type", ctl, FAILED, "other_type", "contract", "query", contract, "--method",
            "count", "--returns", "address")
    report.equal("counter: what is refused costs nothing", before, balance(ctl, "dev-alice"))
    return contract


def authority(report, ctl, modules):
    code = ctl.json("contract", "inspect", modules["token"])["code"]
    contract = deploy(ctl, modules["counter"], "--authority", "dev-bob")
    ctl.json(*call(ctl, contract, "add", "u64:3"))
    upgrade = ["contract", "upgrade", contract, modules["token"], "--from"]
    refuses(report, "upgrade: not by the deployer", ctl, FAILED, "not_the_authority", *upgrade, "dev-alice")
    ctl.json(*upgrade, "dev-bob")
    shown = ctl.json("contract", "inspect", contract)
    report.equal("upgrade: by the authority", (code, address(ctl, "dev-bob")), (shown["code"], shown["authority"]))
    report.equal("upgrade: other methods", ["0"], query(ctl, contract, "balance_of", "u128", "address:dev-bob"))
    ctl.json("contract", "upgrade", contract, ctl.json("contract", "inspect", modules["counter"])["code"], "--from", "dev-bob")
    report.equal("upgrade: back, the storage is what it was", ["3"], query(ctl, contract, "count", "u64"))
    hand_on = ["contract", "authority", contract, "--from"]
    refuses(report, "authority: to whom", ctl, USAGE, "usage", *hand_on, "dev-bob")
    refuses(report, "authority: to one and to nobody", ctl, USAGE, "usage", *hand_on, "dev-bob", "--to", "dev-bob", "--nobody")
    ctl.json(*hand_on, "dev-bob", "--to", "dev-carol")
    refuses(report, "authority: handed on", ctl, FAILED, "not_the_authority", *upgrade, "dev-bob")
    ctl.json(*hand_on, "dev-carol", "--nobody")
    report.equal("authority: given up", None, ctl.json("contract", "inspect", contract)["authority"])
    refuses(report, "authority: never again", ctl, FAILED, "no_authority", *upgrade, "dev-carol")


def token(report, ctl, modules):
    supply = 10**24
    contract = deploy(ctl, modules["token"], "--arg", f"u128:{supply}")
    held = lambda name: int(query(ctl, contract, "balance_of", "u128", f"address:{name}")[0])  # noqa: E731
    report.equal("token: the deployer has the supply", (supply, supply),
                 (held("dev-alice"), int(query(ctl, contract, "total_supply", "u128")[0])))
    moved = ctl.json(*call(ctl, contract, "transfer", "address:dev-bob", "u128:300"))
    report.equal("token: transfer", (supply - 300, 300, ["token.transferred"]),
                 (held("dev-alice"), held("dev-bob"), [log["topic"] for log in moved["logs"]]))
    ctl.json(*call(ctl, contract, "approve", "address:dev-carol", "u128:200", who="dev-bob"))
    ctl.json(*call(ctl, contract, "transfer_from", "address:dev-bob", "address:dev-dave", "u128:150", who="dev-carol"))
    left = query(ctl, contract, "allowance", "u128", "address:dev-bob", "address:dev-carol")
    report.equal("token: transfer_from", (150, 150, ["50"]), (held("dev-bob"), held("dev-dave"), left))
    refuses(report, "token: more than it has", ctl, FAILED, "contract_1",
            *call(ctl, contract, "transfer", "address:dev-bob", "u128:1", who="dev-carol"))
    refuses(report, "token: more than is allowed", ctl, FAILED, "contract_2",
            *call(ctl, contract, "transfer_from", "address:dev-bob", "address:dev-dave", "u128:51", who="dev-carol"))
    refuses(report, "token: assets to a method that takes them keep", ctl, FAILED, "insufficient_funds",
            *call(ctl, contract, "transfer", "address:dev-bob", "u128:1", attach=["1000000000SWR"]))
    report.equal("token: all that there is", supply, sum(map(held, ("dev-alice", "dev-bob", "dev-carol", "dev-dave"))))


def escrow(report, ctl, chain, modules):
    contract = deploy(ctl, modules["escrow"])
    slot = int(chain.call("aeth_health")["at"]["slot"])
    open_it = lambda number, deadline: call(  # noqa: E731
        ctl, contract, "open", f"u64:{number}", "address:dev-bob", "address:dev-carol", f"u64:{deadline}",
        attach=["3SWR", "2.5AIC"])
    deal = ("address:dev-alice", "u64:1")
    ctl.json(*open_it(1, slot + 1000))
    report.equal("escrow: the contract holds the deposit", {"swr": str(3 * UNIT), "aic": str(5 * UNIT // 2)},
                 ctl.json("contract", "inspect", contract)["balance"])
    report.equal("escrow: the deal", [address(ctl, "dev-bob"), str(slot + 1000), "3", "2.5"],
                 [query(ctl, contract, "deal", "address,address,address,u64,amount,amount", *deal)[i] for i in (1, 3, 4, 5)])
    for name, code, words in (
            ("the same number again", "contract_2", open_it(1, slot + 1000)),
            ("a deadline that is past", "contract_5", open_it(2, 0)),
            ("release by a stranger", "contract_4", call(ctl, contract, "release", *deal, who="dev-dave")),
            ("release by the seller", "contract_4", call(ctl, contract, "release", *deal, who="dev-bob")),
            ("refund by the buyer, early", "contract_4", call(ctl, contract, "refund", *deal)),
            ("no such deal", "contract_3", call(ctl, contract, "release", "address:dev-bob", "u64:1")),
            ("nothing attached", "contract_1", open_it(3, slot + 1000)[:-4])):
        refuses(report, f"escrow: {name}", ctl, FAILED, code, *words)
    before = balance(ctl, "dev-bob")
    ctl.json(*call(ctl, contract, "release", *deal, who="dev-carol"))
    after = balance(ctl, "dev-bob")
    report.equal("escrow: the arbiter releases to the seller", (3 * UNIT, 5 * UNIT // 2), (after[0] - before[0], after[1] - before[1]))
    slot = int(chain.call("aeth_health")["at"]["slot"])
    ctl.json(*open_it(1, slot + 2))
    chain.call("dev_seal", slots=5)
    before = balance(ctl, "dev-alice")[1]
    ctl.json(*call(ctl, contract, "refund", *deal))
    report.equal("escrow: after the deadline the buyer takes back", 5 * UNIT // 2, balance(ctl, "dev-alice")[1] - before)
    report.equal("escrow: nothing is left in it", {"swr": "0", "aic": "0"}, ctl.json("contract", "inspect", contract)["balance"])


def hash_lock(report, ctl, chain, modules):
    contract = deploy(ctl, modules["hash_lock"])
    secret = b"a secret of the test"

    def lock(deadline):
        datum = (hashlib.sha256(secret).digest() + address_bytes(ctl, "dev-bob") + address_bytes(ctl, "dev-alice") +
                 deadline.to_bytes(8, "little"))
        made = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-alice", "--amount", "4", "--asset", "AIC", "--utxo",
                        "--script", contract, "--datum", "0x" + datum.hex())
        return made["utxos"][0]

    def spend(utxo, who, redeemer=None):
        return ["utxo", "spend", utxo, "--from", who, *(["--redeemer", "0x" + redeemer.hex()] if redeemer is not None else [])]

    slot = int(chain.call("aeth_health")["at"]["slot"])
    first = lock(slot + 1000)
    for name, code, words in (("another secret", "contract_1", spend(first, "dev-bob", b"no")),
                              ("no secret", "contract_1", spend(first, "dev-bob")),
                              ("by another with the secret", "contract_2", spend(first, "dev-carol", secret)),
                              ("by the locker, early", "contract_4", spend(first, "dev-alice", secret))):
        refuses(report, f"hash lock: {name}", ctl, FAILED, code, *words)
    before = balance(ctl, "dev-bob")[1]
    ctl.json(*spend(first, "dev-bob", secret))
    report.equal("hash lock: the recipient shows the secret", 4 * UNIT, balance(ctl, "dev-bob")[1] - before)
    refuses(report, "hash lock: only once", ctl, FAILED, "missing_input", *spend(first, "dev-bob", secret))
    second = lock(int(chain.call("aeth_health")["at"]["slot"]) + 2)
    chain.call("dev_seal", slots=5)
    refuses(report, "hash lock: by the recipient, late", ctl, FAILED, "contract_3", *spend(second, "dev-bob", secret))
    before = balance(ctl, "dev-alice")[1]
    ctl.json(*spend(second, "dev-alice"))
    report.equal("hash lock: after the deadline the locker", 4 * UNIT, balance(ctl, "dev-alice")[1] - before)
    plain = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-alice", "--amount", "1", "--utxo")["utxos"][0]
    report.equal("utxo spend --redeemer: only for scripts", "success",
                 ctl.json("utxo", "spend", plain, "--from", "dev-alice", "--redeemer", "0x00")["outcome"])


def relay(report, ctl, scratch, counter_contract):
    source, module = scratch / "relay.cpp", scratch / "relay.wasm"
    source.write_text(RELAY)
    ctl.json("contract", "build", source, "-o", module)
    contract, other = deploy(ctl, module), deploy(ctl, module)
    before = int(query(ctl, counter_contract, "count", "u64")[0])
    done = ctl.json(*call(ctl, contract, "add_twice", f"hash:{counter_contract}", "u64:3"), "--returns", "u64")
    report.equal("a contract calls another: result and logs", ([str(before + 6)], [counter_contract] * 2),
                 (done["returned"], [log["contract"] for log in done["logs"]]))
    report.equal("a contract calls another: the caller is the contract", ctl.json("contract", "inspect", contract)["address"],
                 ctl.json("contract", "logs", counter_contract, "--returns", "address,u64")[-1]["values"][0])
    refuses(report, "a contract calls another: its refusal is all", ctl, FAILED, "contract_1",
            *call(ctl, contract, "add_twice", f"hash:{counter_contract}", "u64:0"))
    refuses(report, "a contract calls itself", ctl, FAILED, "reentrant_call", *call(ctl, contract, "pay", f"hash:{contract}", "u8:8"))
    ctl.json(*call(ctl, contract, "pay", f"hash:{other}", "u8:8", attach=["2SWR", "1AIC"]))
    report.equal("a contract pays another by a call", [{"swr": "0", "aic": "0"}, {"swr": str(2 * UNIT), "aic": str(UNIT)}],
                 [ctl.json("contract", "inspect", one)["balance"] for one in (contract, other)])
    report.equal("self", [contract], query(ctl, contract, "me", "hash"))
    report.equal("chain_id", ["31337"], query(ctl, contract, "chain", "u64"))
    halves = (f"hash:0x{RFC8032_SIGNATURE[:64]}", f"hash:0x{RFC8032_SIGNATURE[64:]}")
    report.equal("ed25519_verify", [[True], [False]],
                 [query(ctl, contract, "verify", "bool", f"hash:0x{RFC8032_KEY}", *halves, f"bytes:0x{message}") for message in ("", "00")])
    most = 2**128 - 1
    for a, b in ((most, 3), (most, 2**64 + 1), (2**100 + 7, 2**70), (5, 2**127), (12345, 1)):
        report.equal(f"128 bits: {a} / {b}", [str(a // b)], query(ctl, contract, "divide", "u128", f"u128:{a}", f"u128:{b}"))
    report.equal("128 bits: a product", [str((2**64 - 1)**2)],
                 query(ctl, contract, "multiply", "u128", f"u128:{2**64 - 1}", f"u128:{2**64 - 1}"))
    refuses(report, "128 bits: a product beyond", ctl, FAILED, "contract_9003",
            *call(ctl, contract, "multiply", f"u128:{2**127}", "u128:2"))
    refuses(report, "128 bits: by zero", ctl, FAILED, "contract_9003", *call(ctl, contract, "divide", "u128:1", "u128:0"))
    report.equal("an optional", [["true", "7"], ["false"]],
                 [[str(v).lower() for v in query(ctl, contract, "maybe", types, f"bool:{some}")]
                  for some, types in (("true", "bool,u16"), ("false", "bool"))])
    echoed = ctl.json("contract", "query", contract, "--method", "echo", "--arg", "bytes:0x" + "ab" * 16_000)["output"]
    report.equal("an output of many bytes", "0x" + "ab" * 16_000, echoed)
    refuses(report, "an output above 16 KiB", ctl, FAILED, "output_too_large",
            *call(ctl, contract, "echo", "bytes:0x" + "ab" * 16_385))


def resumes(report, folder):
    """An upload that is killed when its chunks are sent: the next one sends none of them again."""
    source = folder / "large.cpp"
    source.write_text('#include "aether/contract.hpp"\nstatic constexpr aether::u8 kTable[120000] = {1, 2, 3};\n'
                      "static aether::u8 at(aether::u32 place) { return kTable[place % 120000]; }\nAETHER_CALL(at)\n")
    module = folder / "large.wasm"
    with _aether.DevChain(folder, "--interval-ms", 3_600_000) as chain:
        ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
        size = ctl.json("contract", "build", source, "-o", module)["bytes"]
        chunks = -(-size // (48 * 1024))
        command = [_aether.BIN / "aetherctl", "contract", "upload", module, "--from", "dev-alice", "--output", "json", *ctl.common]
        pending = lambda: chain.call("aeth_health")["pending"]  # noqa: E731
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as first:
            _aether.wait_for(lambda: pending() == chunks, "all chunks are sent")
            first.kill()
        chain.call("dev_seal", slots=1)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as second:
            _aether.wait_for(lambda: pending() == 1, "it is published")
            chain.call("dev_seal", slots=1)
            done = json.loads(second.communicate(timeout=_aether.DEADLINE_S)[0])
        value, holds, _ = _proof.shown(chain.call, "code", done["code"])
        report.check("getProof: a module of many chunks", holds and value.endswith(module.read_bytes()))
        report.equal("upload: goes on where it was killed", (True, 0, chunks, True),
                     (chunks > 2, done["chunks_sent"], done["chunks_skipped"], done["published_now"]))


def survives(report, folder, counter_module):
    """Storage in a chain that is killed and started again."""
    chain = _aether.DevChain(folder, "--data", folder / "chain", "--on-demand")
    with chain:
        ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
        contract = deploy(ctl, counter_module)
        ctl.json(*call(ctl, contract, "add", "u64:41"))
        logs = ctl.json("contract", "logs", contract)
        chain.kill()
    with chain:
        ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
        report.equal("after a kill: storage", ["41"], query(ctl, contract, "count", "u64"))
        report.equal("after a kill: logs", logs, ctl.json("contract", "logs", contract))
        ctl.json(*call(ctl, contract, "add", "u64:1"))
        report.equal("after a kill: it goes on", ["42"], query(ctl, contract, "count", "u64"))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-contracts-") as folder:
        scratch = pathlib.Path(folder)
        with _aether.DevChain(scratch, "--on-demand") as chain:
            ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
            modules = build(report, ctl, scratch)
            upload(report, ctl, modules)
            relay(report, ctl, scratch, counter(report, ctl, chain, modules))
            token(report, ctl, modules)
            authority(report, ctl, modules)
            escrow(report, ctl, chain, modules)
            hash_lock(report, ctl, chain, modules)
        resumes(report, scratch)
        survives(report, scratch, modules["counter"])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

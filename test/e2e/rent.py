"""Rent from outside: on a chain of short epochs and small deposits an object runs out, is pruned by another's key, missed by
those who use it, restored from its bytes, and works again; one that is funded stays. Value is conserved throughout."""
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
import _proof  # noqa: E402
from _ctl import BAD_FILE, DIFFERS, FAILED, USAGE, Ctl, refuses  # noqa: E402

EPOCH, DEPOSIT, EXEMPT, RATE = 10, 2, 6, 50  # slots; epochs; epochs; units a byte
KEYS = ("dev-alice", "dev-bob", "dev-carol", "dev-dave")


def write_genesis(path):
    text = _aether.run("aetherd", "genesis").stdout
    for name, value in (("epoch_slots", EPOCH), ("deposit_epochs", DEPOSIT), ("exempt_epochs", EXEMPT), ("per_byte_epoch", RATE)):
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.M)
        assert found == 1, name
    path.write_text(text)


def number(data, at, size):
    return int.from_bytes(data[at:at + size], "little")


def key_of(name):
    """(domain, key in hex) of an object."""
    domain, key = name.split(":")
    if "/" in key:
        contract, own = (_proof.unhex(part) for part in key.split("/"))
        key = "0x" + _proof.tagged("aether/storage", contract, own).hex()
    return domain, key


def record_of(chain, name):
    """The object's record of rent, after its proof: (is it a deposit, SWR in it, AIC in it, value hash)."""
    domain, key = key_of(name)
    at = _proof.tagged("aether/state", bytes([_proof.DOMAINS.index(domain)]), _proof.unhex(key))
    value, holds, _ = _proof.shown(chain.call, "rent", "0x" + at.hex())
    assert holds
    if value is None:
        return None
    if value[1] == 0:
        return True, number(value, 34, 16), 0, None
    return False, number(value, 38, 16), number(value, 54, 16), value[2:34]


def conserved(report, step, chain, ctl, objects):
    """Supply = accounts + UTxOs + deposits + what was pruned; the treasury gets nothing without priority fees."""
    held = [0, 0]
    for name in KEYS:
        balance = ctl.json("account", name)["account"]["balance"]
        held = [held[0] + int(balance["swr"]), held[1] + int(balance["aic"])]
    for name in objects:
        record = record_of(chain, name)
        if record is not None:
            held = [held[0] + record[1], held[1] + record[2]]
        value, holds, _ = _proof.shown(chain.call, *key_of(name))
        assert holds
        if name.startswith("utxo:") and value is not None:
            held[value[33]] += number(value, 34, 16)
    supply, _, _ = _proof.shown(chain.call, "supply", "0x" + "00" * 32)
    report.equal(f"value is conserved: {step}", [number(supply, 1, 16), number(supply, 17, 16)], held)


def swr(ctl, name):
    return int(ctl.json("account", name)["account"]["balance"]["swr"])


def pays_utxo(ctl, amount):
    done = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", amount, "--asset", "AIC", "--utxo")
    return "utxo:" + done["utxos"][0], done["transaction"]


def runs_out(chain, ctl, name):
    """Seals until the object's deposit is used up."""
    slot = int(ctl.json("rent", "show", name)["exhausted_from"])
    tip = int(chain.call("aeth_getStateRoot")["at"]["slot"])
    if slot > tip + 1:
        chain.call("dev_seal", slots=slot - tip - 1)


def before_it_runs_out(report, ctl, utxo, kept):
    shown = ctl.json("rent", "show", utxo)
    rent = (51 + 192) * RATE
    report.equal("rent show: a deposit that is drawn from", ("paid", DEPOSIT * rent, rent, 51),
                 (shown["status"], int(shown["deposit"]["amount"]), int(shown["per_epoch"]), shown["deposit"]["bytes"]))
    report.equal("rent show: two epochs after the one it was made in", (int(shown["epoch"]) + DEPOSIT) * EPOCH,
                 int(shown["exhausted_from"]))
    refuses(report, "prune: it still pays", ctl, FAILED, "not_exhausted", "rent", "prune", utxo, "--from", "dev-carol")
    refuses(report, "restore: it is there", ctl, FAILED, "not_pruned", "rent", "restore", utxo, "--proof", kept, "--from",
            "dev-carol")
    refuses(report, "fund: no more than there is", ctl, FAILED, "deposit_too_low", "rent", "fund", utxo, "--epochs", DEPOSIT,
            "--from", "dev-carol")
    for name, words in (("no object", ["show", "utxo"]), ("no such kind", ["show", "coin:0x" + "11" * 32]),
                        ("a short key", ["show", "utxo:0x12"]), ("no deposit given", ["fund", utxo, "--from", "dev-carol"]),
                        ("no bytes given", ["restore", utxo, "--from", "dev-carol"])):
        code = {"no object": "bad_object", "no such kind": "bad_object", "a short key": "bad_id"}.get(name, "usage")
        refuses(report, f"rent: {name}", ctl, USAGE, code, "rent", *words)
    report.equal("rent show: accounts pay none", "unrented",
                 ctl.json("rent", "show", "account:" + ctl.json("account", "dev-bob")["address"])["status"])
    never = "utxo:0x" + "11" * 32
    report.equal("rent show: nothing there", "absent", ctl.json("rent", "show", never)["status"])
    for command in (["fund", never, "--epochs", 5], ["prune", never]):
        refuses(report, f"{command[0]}: nothing there", ctl, FAILED, "not_rented", "rent", *command, "--from", "dev-carol")
    refuses(report, "keep: nothing there", ctl, FAILED, "not_rented", "rent", "keep", never, "--out", kept.parent / "none.json")


def prunes(report, chain, ctl, name):
    report.equal(f"{name.split(':')[0]}: it runs out", "exhausted", ctl.json("rent", "show", name)["status"])
    value, _, _ = _proof.shown(chain.call, *key_of(name))
    rent = int(ctl.json("rent", "show", name)["per_epoch"])
    before = swr(ctl, "dev-carol")
    done = ctl.json("rent", "prune", name, "--from", "dev-carol")
    report.equal(f"{name.split(':')[0]}: who prunes it gets an epoch's rent", rent,
                 swr(ctl, "dev-carol") - before + int(done["receipt"]["fee"]))
    gone, holds, _ = _proof.shown(chain.call, *key_of(name))
    record = record_of(chain, name)
    report.equal(f"{name.split(':')[0]}: its hash stays, proven under the state root",
                 (None, True, False, _proof.tagged("aether/value", value)), (gone, holds, record[0], record[3]))
    report.equal(f"{name.split(':')[0]}: rent show", ("pruned", len(value)),
                 (ctl.json("rent", "show", name)["status"], ctl.json("rent", "show", name)["pruned"]["bytes"]))


def is_missed(report, chain, ctl, utxo, contract, entry):
    spend = ["utxo", "spend", utxo.split(":")[1], "--from", "dev-bob"]
    refuses(report, "utxo spend: it was pruned", ctl, FAILED, "object_pruned", *spend)
    refuses(report, "utxo spend --to: it was pruned", ctl, FAILED, "object_pruned", *spend, "--to", "dev-alice", "--amount", 1)
    report.equal("utxo list: it is not there", False,
                 utxo.split(":")[1] in [each["id"] for each in ctl.json("utxo", "list", "dev-bob")])
    count = ["contract", "query", contract, "--method", "count", "--returns", "u64"]
    refuses(report, "contract query: its storage was pruned", ctl, FAILED, "object_pruned", *count)
    refuses(report, "contract call: its storage was pruned", ctl, FAILED, "object_pruned", "contract", "call", contract, "--method",
            "add", "--arg", "u64:1", "--from", "dev-bob")
    try:
        reason = chain.call("aeth_getStorage", contract=contract, key="0x01")["value"]
    except _aether.RpcError as error:
        reason = error.reason
    report.equal("getStorage: pruned is not absent", "object_pruned", reason)
    for command in (["fund", entry, "--epochs", 5], ["prune", entry]):
        refuses(report, f"{command[0]}: it was pruned", ctl, FAILED, "object_pruned", "rent", *command, "--from", "dev-carol")


def come_back(report, chain, ctl, folder, utxo, contract, entry):
    restore = ["rent", "restore", utxo, "--from", "dev-dave"]
    (folder / "other").write_bytes(b"\x01" * 51)
    refuses(report, "restore: other bytes", ctl, FAILED, "other_value", *restore, "--value", folder / "other")
    refuses(report, "restore: the proof of another", ctl, BAD_FILE, "other_object", *restore, "--proof", folder / "entry.json")
    refuses(report, "restore: no proof", ctl, BAD_FILE, "bad_proof_file", *restore, "--proof", folder / "other")
    forged = json.loads((folder / "utxo.json").read_text())
    forged["value"] = forged["value"][:-2] + "ff"
    (folder / "forged.json").write_text(json.dumps(forged))
    refuses(report, "restore: a proof that does not hold", ctl, DIFFERS, "proof_differs", *restore, "--proof", folder / "forged.json")

    before = swr(ctl, "dev-dave")
    done = ctl.json(*restore, "--proof", folder / "utxo.json")
    report.equal("restore: a state proof of before brings the UTxO back, for a deposit", (51 + 192) * RATE * DEPOSIT,
                 before - swr(ctl, "dev-dave") - int(done["receipt"]["fee"]))
    spent = ctl.json("utxo", "spend", utxo.split(":")[1], "--from", "dev-bob")
    report.equal("restore: its owner spends it", "success", spent["outcome"])
    value = _proof.unhex(json.loads((folder / "entry.json").read_text())["value"])
    (folder / "entry").write_bytes(value)
    ctl.json("rent", "restore", entry, "--value", folder / "entry", "--from", "dev-dave")
    report.equal("restore: bytes bring the entry back", ["5"],
                 ctl.json("contract", "query", contract, "--method", "count", "--returns", "u64")["returned"])
    ctl.json("contract", "call", contract, "--method", "add", "--arg", "u64:2", "--from", "dev-bob")
    report.equal("restore: the contract goes on from it", ["7"],
                 ctl.json("contract", "query", contract, "--method", "count", "--returns", "u64")["returned"])


def by_its_transaction(report, chain, ctl):
    utxo, transaction = pays_utxo(ctl, 3)
    other = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", 1)["transaction"]
    runs_out(chain, ctl, utxo)
    ctl.json("rent", "prune", utxo, "--from", "dev-carol")
    restore = ["rent", "restore", utxo, "--from", "dev-bob", "--transaction"]
    refuses(report, "restore: another transaction", ctl, FAILED, "other_transaction", *restore, other)
    report.equal("restore: the transaction that made a UTxO has its bytes", "success", ctl.json(*restore, transaction)["outcome"])
    return utxo


def is_funded(report, chain, ctl, utxo):
    rent = (51 + 192) * RATE
    before = swr(ctl, "dev-bob"), swr(ctl, "dev-carol")
    done = ctl.json("rent", "fund", utxo, "--epochs", EXEMPT, "--from", "dev-carol")
    report.equal("fund: who funds leaves the whole deposit", EXEMPT * rent,
                 before[1] - swr(ctl, "dev-carol") - int(done["receipt"]["fee"]))
    report.equal("fund: and the payer before gets back what is left", DEPOSIT * rent, swr(ctl, "dev-bob") - before[0])
    chain.call("dev_seal", slots=20 * EPOCH)
    report.equal("fund: so much exempts", ("exempt", None),
                 tuple(ctl.json("rent", "show", utxo)[part] for part in ("status", "exhausted_from")))
    refuses(report, "prune: it never runs out", ctl, FAILED, "not_exhausted", "rent", "prune", utxo, "--from", "dev-alice")


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-rent-") as name:
        folder = pathlib.Path(name)
        write_genesis(folder / "genesis.toml")
        options = ("--genesis", folder / "genesis.toml", "--data", folder / "chain", "--on-demand")
        with _aether.DevChain(folder, *options) as chain:
            ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
            ctl.json("contract", "build", _aether.ROOT / "contracts" / "counter.cpp", "-o", folder / "counter.wasm")
            made = ctl.json("contract", "deploy", folder / "counter.wasm", "--from", "dev-alice")
            contract, code = made["contract"], made["code"]
            for kept in (f"contract:{contract}", f"code:{code}"):  # the entry alone shall run out
                ctl.json("rent", "fund", kept, "--epochs", EXEMPT, "--from", "dev-alice")
            ctl.json("contract", "call", contract, "--method", "add", "--arg", "u64:5", "--from", "dev-alice")
            utxo, _ = pays_utxo(ctl, 12.5)
            entry = f"storage:{contract}/0x01"
            objects = [utxo, entry, f"contract:{contract}", f"code:{code}"]
            for name, file in ((utxo, "utxo.json"), (entry, "entry.json")):
                ctl.json("rent", "keep", name, "--out", folder / file)
            before_it_runs_out(report, ctl, utxo, folder / "utxo.json")
            conserved(report, "deposits", chain, ctl, objects)
            for each in (utxo, entry):
                runs_out(chain, ctl, each)
                prunes(report, chain, ctl, each)
            conserved(report, "pruned", chain, ctl, objects)
            report.equal("it stops", 0, chain.stop())
        with _aether.DevChain(folder, *options) as chain:  # again, from the disk
            ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
            is_missed(report, chain, ctl, utxo, contract, entry)
            come_back(report, chain, ctl, folder, utxo, contract, entry)
            conserved(report, "restored", chain, ctl, objects)
            other = by_its_transaction(report, chain, ctl)
            is_funded(report, chain, ctl, other)
            conserved(report, "funded", chain, ctl, [*objects, other])
            root = chain.call("aeth_getStateRoot")["state_root"]
            report.equal("it stops again", 0, chain.stop())
        replayed = Ctl(folder, folder).json("ledger", "replay", "--verify", "--data", folder / "chain", common=[])
        report.equal("ledger replay: every block again, with the same roots", root, replayed["state_root"])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

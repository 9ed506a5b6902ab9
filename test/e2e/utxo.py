"""UTxOs from outside: signed transactions make and spend them on aetherd, state proofs show each present and then absent, and
every wrong spend has its own code."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
import _proof  # noqa: E402
from _ctl import DONE, FAILED, USAGE, Ctl, refuses  # noqa: E402

NEVER = "0x" + "11" * 32
DEPOSIT = 24 * (51 + 192)  # for a UTxO without a script


def shown(chain, utxo):
    """(what the newest state has at the UTxO, whether its proof holds)."""
    return _proof.shown(chain.call, "utxo", utxo)[:2]


def root_of(chain):
    return chain.call("aeth_getStateRoot")["state_root"]


def balance(ctl, name):
    held = ctl.json("account", name)["account"]["balance"]
    return int(held["swr"]), int(held["aic"])


def nonce_of(ctl, name):
    return int(ctl.json("account", name)["account"]["nonce_top"])


def makes_and_spends(report, ctl, chain):
    alice, bob = balance(ctl, "dev-alice"), balance(ctl, "dev-bob")
    before = root_of(chain)
    made = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "12.5", "--asset", "AIC", "--utxo")
    utxo = made["utxos"][0]
    listed = ctl.json("utxo", "list", "dev-bob")
    report.equal("utxo list: what a transfer made", [(utxo, "12500000", "AIC", None)],
                 [(u["id"], u["utxo"]["amount"], u["utxo"]["asset"], u["utxo"]["script"]) for u in listed])
    report.equal("utxo list: as text", f"{utxo}  12.5 AIC\n", ctl.run("utxo", "list", "dev-bob").stdout)
    report.equal("utxo list: nothing of others", [], ctl.json("utxo", "list", "dev-alice"))
    value, holds = shown(chain, utxo)
    report.check("getProof: it is there", value is not None and holds)
    report.equal("its value left the account of the sender", (alice[1] - 12_500_000, bob[1]),
                 (balance(ctl, "dev-alice")[1], balance(ctl, "dev-bob")[1]))
    report.equal("the sender paid a deposit besides the fee", alice[0] - int(made["receipt"]["fee"]) - DEPOSIT,
                 balance(ctl, "dev-alice")[0])
    between = root_of(chain)

    spent = ctl.json("utxo", "spend", utxo, "--from", "dev-bob", "--to", "dev-alice", "--amount", "10")
    report.equal("utxo spend: its asset, the rest to the owner", (alice[1] - 2_500_000, bob[1] + 2_500_000),
                 (balance(ctl, "dev-alice")[1], balance(ctl, "dev-bob")[1]))
    report.equal("utxo spend: the fee comes from the account", bob[0] - int(spent["receipt"]["fee"]),
                 balance(ctl, "dev-bob")[0])
    report.equal("utxo spend: the deposit returns to who made it", alice[0] - int(made["receipt"]["fee"]),
                 balance(ctl, "dev-alice")[0])
    value, holds = shown(chain, utxo)
    report.check("getProof: it is gone", value is None and holds)
    report.equal("the state root changes each time", 3, len({before, between, root_of(chain)}))
    report.equal("utxo list: it is gone", [], ctl.json("utxo", "list", "dev-bob"))
    refuses(report, "utxo spend: spent before", ctl, FAILED, "missing_input", "utxo", "spend", utxo, "--from", "dev-bob")


def split(report, ctl):
    """Two into one and the account, over both assets."""
    pay = ["transfer", "--from", "dev-alice", "--to", "dev-alice", "--utxo", "--amount"]
    swr, aic = ctl.json(*pay, "3")["utxos"][0], ctl.json(*pay, "5", "--asset", "AIC")["utxos"][0]
    before = balance(ctl, "dev-alice")
    spend = ["utxo", "spend", swr, aic, "--from", "dev-alice", "--to", "dev-alice"]
    refuses(report, "utxo spend: which asset", ctl, USAGE, "asset_needed", *spend, "--amount", "7")
    done = ctl.json(*spend, "--amount", "7", "--asset", "AIC", "--utxo")
    report.equal("utxo spend: the account pays what inputs lack, and two deposits return for one",
                 (before[0] + 3_000_000 + DEPOSIT - int(done["receipt"]["fee"]), before[1] - 2_000_000), balance(ctl, "dev-alice"))
    again = done["utxos"]
    report.equal("utxo spend --utxo: makes one", again, [u["id"] for u in ctl.json("utxo", "list", "dev-alice")])
    whole = ctl.json("utxo", "spend", again[0], "--from", "dev-alice")
    report.equal("utxo spend without --to: all to the account", ("success", before[1] + 5_000_000),
                 (whole["outcome"], balance(ctl, "dev-alice")[1]))


def refusals(report, ctl):
    made = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "1", "--utxo")["utxos"][0]
    spend = ["utxo", "spend", made, "--from"]
    for to in ([], ["--to", "dev-alice", "--amount", "1"]):
        name = "to an account" if to else "whole"
        refuses(report, f"utxo spend: foreign, {name}", ctl, FAILED, "foreign_input", *spend, "dev-alice", *to)
        refuses(report, f"utxo spend: never made, {name}", ctl, FAILED, "missing_input", "utxo", "spend", NEVER, "--from",
                "dev-bob", *to)
    refuses(report, "utxo spend: twice the same", ctl, FAILED, "duplicate_input", "utxo", "spend", made, made, "--from", "dev-bob")
    refuses(report, "utxo spend: no id", ctl, USAGE, "bad_id", "utxo", "spend", "0x12", "--from", "dev-bob")
    refuses(report, "utxo spend: 65", ctl, FAILED, "out_of_range", "utxo", "spend", *[NEVER] * 65, "--from", "dev-bob")
    refuses(report, "utxo spend: amount 0", ctl, USAGE, "bad_amount", *spend, "dev-bob", "--to", "dev-bob", "--amount", "0")
    for words in (["--to", "dev-alice"], ["--amount", "1"], ["--utxo"], ["--asset", "AIC"]):
        refuses(report, f"utxo spend: only {words[0]}", ctl, USAGE, "usage", *spend, "dev-bob", *words)
    refuses(report, "utxo spend: more than there is", ctl, FAILED, "insufficient_funds", *spend, "dev-bob", "--to", "dev-alice",
            "--amount", "900000000")
    refuses(report, "utxo list: bad address", ctl, USAGE, "bad_address", "utxo", "list", "aeth1qqqq")
    report.equal("utxo spend: the refused ones leave it", [made], [u["id"] for u in ctl.json("utxo", "list", "dev-bob")])


def in_one_block(report, ctl, chain):
    """Two transactions of one block that spend the same UTxO."""
    nonce = nonce_of(ctl, "dev-alice")

    def sends(number, *words):
        return ctl.json(*words, "--from", "dev-alice", "--no-wait", "--nonce", nonce + number)

    first = sends(1, "transfer", "--to", "dev-alice", "--amount", "2", "--utxo")
    chain.call("dev_seal", slots=1)
    utxo = first["utxos"][0]
    spends = [sends(number, "utxo", "spend", utxo)["transaction"] for number in (2, 3)]
    chain.call("dev_seal", slots=1)
    receipts = [chain.call("aeth_getTransactionReceipt", transaction=id) for id in spends]
    report.equal("a double spend in a block: the second fails", ["missing_input", "success"],
                 sorted(r["code_name"] for r in receipts))
    report.equal("a double spend in a block: it is one block", 1, len({r["place"]["block"] for r in receipts}))
    report.check("a double spend in a block: both pay", all(int(r["receipt"]["fee"]) > 10_000 for r in receipts))
    report.equal("a double spend in a block: it is spent", (None, True), shown(chain, utxo))
    codes = [ctl.run("tx", "wait", id).returncode for id in spends]
    report.equal("tx wait tells which failed", [DONE, FAILED], sorted(codes))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-utxo-") as folder:
        with _aether.DevChain(folder, "--on-demand") as chain:
            ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
            makes_and_spends(report, ctl, chain)
            split(report, ctl)
            refusals(report, ctl)
        with _aether.DevChain(folder, "--interval-ms", 3_600_000) as chain:
            in_one_block(report, Ctl(chain.keys, chain.password_file, chain.rpc), chain)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

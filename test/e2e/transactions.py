"""Signed transactions in files: sent, waited for, simulated, and why one is in no block; amounts with their asset; a block as
aetherctl shows it."""
import json
import pathlib
import re
import sys
import tempfile
import urllib.request

import _aether
from _ctl import BAD_FILE, DONE, FAILED, UNREACHABLE, USAGE, Ctl, error_of, refuses


def shown(ctl, *words):
    """(exit status, data) of a command that shows something even when it ends with a failure."""
    done = ctl.run(*words, "--output", "json")
    return done.returncode, json.loads(done.stdout)


def status_of(ctl, named, *words):
    exit_code, data = shown(ctl, "tx", "status", named, *words)
    return exit_code, data["status"], data.get("why", {}).get("reason")


def pay(ctl, amount, *words):
    return ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", amount, *words)


def aic_of(ctl, name):
    return int(ctl.json("account", name)["account"]["balance"]["aic"])


def amounts(report, ctl, chain):
    before = aic_of(ctl, "dev-bob")
    for text in ("1.5 AIC", "1.5AIC"):
        pay(ctl, text)
    pay(ctl, "2 AIC", "--asset", "AIC")
    report.equal("an amount may name its asset", before + 5_000_000, aic_of(ctl, "dev-bob"))
    words = ["transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount"]
    refuses(report, "an amount of another asset than --asset is refused", ctl, USAGE, "wrong_asset", *words, "1 SWR", "--asset", "AIC")
    refuses(report, "a fee in AIC is refused", ctl, USAGE, "wrong_asset", *words, "1", "--priority-fee", "1 AIC")
    for text in ("1 BTC", "SWR", "1  SWR", "1 swr", "1 SWR AIC"):
        refuses(report, f"no amount: {text}", ctl, USAGE, "bad_amount", *words, text)


def files(report, ctl, chain, scratch):
    file, other = scratch / "pay.tx", scratch / "other.tx"
    before = aic_of(ctl, "dev-bob")
    made = pay(ctl, "1 AIC", "--out", file)
    rival = pay(ctl, "7 AIC", "--out", other)
    report.equal("--out sends nothing", (before, str(file)), (aic_of(ctl, "dev-bob"), made["file"]))
    report.equal("what nobody sent is unknown", (FAILED, "unknown", None), status_of(ctl, file))
    simulated = ctl.json("tx", "simulate", file)
    report.equal("simulate tells the outcome and sends nothing", ("success", before), (simulated["outcome"], aic_of(ctl, "dev-bob")))

    sent = ctl.json("tx", "send", file)
    report.equal("send waits until it is final", ("success", made["transaction"], before + 1_000_000),
                 (sent["outcome"], sent["transaction"], aic_of(ctl, "dev-bob")))
    report.equal("simulate told the fee", simulated["receipt"]["fee"], sent["receipt"]["fee"])
    report.check("send says how long it took", 0 <= sent["waited_ms"] < 1000 * _aether.DEADLINE_S, sent)
    for named in (file, file.read_text().strip(), made["transaction"]):
        report.equal(f"status: final, by {str(named)[:8]}", (DONE, "final", None), status_of(ctl, named))
    report.equal("status has the receipt", sent["receipt"], ctl.json("tx", "status", file)["receipt"])
    report.equal("sent again it is the same", sent["receipt"], ctl.json("tx", "send", file)["receipt"])
    report.equal("wait takes the file too", sent["receipt"], ctl.json("tx", "wait", file)["receipt"])

    block = ctl.json("block", sent["place"]["slot"])
    report.equal("block by slot and by hash", block, ctl.json("block", block["at"]["hash"]))
    report.equal("block has its transactions with their outcomes", [(made["transaction"], "success")],
                 [(receipt["transaction"], receipt["outcome"]) for receipt in block["receipts"]])
    report.equal("block has the root", chain.call("aeth_getStateRoot", slot=sent["place"]["slot"])["state_root"], block["state_root"])

    exit_code, why = shown(ctl, "tx", "status", other)
    report.equal("a used nonce is refused, and who used it named", (FAILED, "refused", "nonce_used", made["transaction"]),
                 (exit_code, why["status"], why["why"]["reason"], why["why"]["used_by"]))
    exit_code, ended = shown(ctl, "tx", "wait", other)
    report.equal("wait ends at once where a nonce is used", (FAILED, "nonce_used", made["transaction"]),
                 (exit_code, ended["outcome"], ended["why"]["used_by"]))
    exit_code, simulated = shown(ctl, "tx", "simulate", other)
    report.equal("simulate tells that no block may hold it", (FAILED, "nonce_used"), (exit_code, simulated["why"]["reason"]))
    done = ctl.run("tx", "send", other, "--output", "json")
    report.check("send is refused by it, and names who used it",
                 error_of(done) == (FAILED, "nonce_used") and made["transaction"] in done.stderr, done.stderr)
    report.equal("nothing of the refused one happened", (before + 1_000_000, "unknown"),
                 (aic_of(ctl, "dev-bob"), chain.call("aeth_getTransaction", transaction=rival["transaction"])["status"]))


def expired(report, ctl, chain, scratch):
    file = scratch / "late.tx"
    late = pay(ctl, "1 AIC", "--valid-slots", "2", "--out", file)
    chain.call("dev_seal", slots=3)
    report.equal("expired, by its file", (FAILED, "expired", "none"), status_of(ctl, file))
    report.equal("unknown, by its id alone", (FAILED, "unknown", None), status_of(ctl, late["transaction"]))
    report.equal("expired, by its id and last slot", (FAILED, "expired", None),
                 status_of(ctl, late["transaction"], "--valid-until", late["valid_until"]))
    exit_code, ended = shown(ctl, "tx", "wait", file)
    report.equal("wait says expired", (FAILED, "expired", "none"), (exit_code, ended["outcome"], ended["why"]["reason"]))
    report.equal("send is refused", (FAILED, "expired"), error_of(ctl.run("tx", "send", file, "--output", "json")))
    poor = scratch / "poor.tx"
    account = ctl.json("account", "dev-alice")["account"]
    half = int(account["balance"]["swr"]) // 2_000_000
    pay(ctl, "1 AIC", "--priority-fee", half + 2, "--nonce", int(account["nonce_top"]) + 9, "--out", poor)
    pay(ctl, f"{half} SWR")
    report.equal("who cannot pay any more is told so", (FAILED, "refused", "cannot_pay"), status_of(ctl, poor))


def bad_input(report, ctl, scratch):
    for name in ("send", "simulate", "status", "wait"):
        refuses(report, f"tx {name}: no such file", ctl, BAD_FILE, "input_file", "tx", name, scratch / "none")
    refuses(report, "no hex", ctl, USAGE, "bad_hex", "tx", "send", "0xgg")
    refuses(report, "no transaction", ctl, BAD_FILE, "malformed_transaction", "tx", "send", "0x" + "12" * 40)
    refuses(report, "an id is no transaction", ctl, BAD_FILE, "malformed_transaction", "tx", "simulate", "0x" + "12" * 32)
    refuses(report, "no id", ctl, USAGE, "bad_id", "tx", "status", "0x12")
    refuses(report, "too large", ctl, BAD_FILE, "input_too_large", "tx", "send", "-", stdin="0x" + "00" * 70_000)
    refuses(report, "no block", ctl, USAGE, "bad_block", "block", "newest")
    refuses(report, "no hash", ctl, USAGE, "bad_id", "block", "0x12")
    refuses(report, "a block that is not there", ctl, FAILED, "not_found", "block", "99999999")
    for name in ("peers", "validators"):
        refuses(report, f"{name} of a dev chain", ctl, FAILED, "not_available", name)
    home = scratch / "home"
    home.mkdir()
    nobody = ["--rpc", "http://127.0.0.1:1"]
    refuses(report, "nobody answers", ctl, UNREACHABLE, "unreachable", "block", common=nobody, env={"HOME": str(home)})
    net = home / ".aether" / "devnet"
    net.mkdir(parents=True)
    (net / "devnet.plan").write_text("aether-devnet 1\nnodes 4\nslot_ms 200\ndelta_ms 50\n")
    done = ctl.run("status", common=nobody, env={"HOME": str(home)})
    report.check("where a devnet is, that is named", "aetherctl devnet status" in done.stderr and str(net) in done.stderr, done.stderr)


def told(report, scratch):
    """Who waits subscribes, and asks when there is something new: with a block in 3 s hardly ever."""
    def asked(method):
        with urllib.request.urlopen(chain.rpc + "/metrics", timeout=_aether.DEADLINE_S) as page:
            found = re.search(rf'aether_rpc_requests_total\{{[^}}]*method="{method}"[^}}]*\}} (\d+)', page.read().decode())
        return int(found.group(1)) if found else 0

    with _aether.DevChain(scratch, "--interval-ms", 3000) as chain:
        ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
        sent = pay(ctl, "1 AIC", "--no-wait")
        report.equal("a transaction that is waited for is final", "success", ctl.json("tx", "wait", sent["transaction"])["outcome"])
        report.equal("who waits subscribes to its end and to final blocks", 2, asked("aeth_subscribe"))
        report.check("and does not ask again and again", asked("aeth_getTransactionReceipt") <= 10, asked("aeth_getTransactionReceipt"))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        scratch = pathlib.Path(name)
        with _aether.DevChain(scratch, "--on-demand") as chain:
            ctl = Ctl(chain.keys, chain.password_file, chain.rpc)
            amounts(report, ctl, chain)
            files(report, ctl, chain, scratch)
            expired(report, ctl, chain, scratch)
            bad_input(report, ctl, scratch)
        told(report, scratch)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""Ledgers and snapshots in directories: blocks written to files and applied elsewhere, proofs checked with a root alone, blocks
executed again; a snapshot made, verified, restored, gone on from; every wrong input with its own error; and restores killed with
signal 9 at random moments, after which the old chain or the new one is there, whole."""
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
from _ctl import BAD_FILE, DIFFERS, DONE, FAILED, USAGE, Ctl, error_of, refuses  # noqa: E402

KILLS = 400 if _aether.LONG else 10 if _aether.QUICK else 60
BLOCKS = 4
ROOT_OF_NOTHING = "0x" + "00" * 32


def make_chain(folder):
    """A chain of some blocks in folder/chain, and its addresses."""
    with _aether.DevChain(folder, "--data", folder / "chain", "--on-demand") as chain:
        _, keys = chain.ctl("keys", "list")
        for number in range(BLOCKS):
            words = ["transfer", "--from", "dev-alice", "--to", keys[1]["address"], "--amount", str(1 + number)]
            status, _ = chain.ctl(*words, *(["--utxo"] if number % 2 else []))
            assert status == DONE
        chain.stop()
    return {key["name"]: key["address"] for key in keys}


def state(ctl, directory):
    return ctl.json("ledger", "state", "--data", directory)


def ledgers(report, ctl, folder, addresses):
    chain, copy = folder / "chain", folder / "copy"
    tip = state(ctl, chain)
    report.equal("ledger: state counts the domains", (str(BLOCKS), 4, BLOCKS // 2),
                 (tip["slot"], tip["domains"]["account"], tip["domains"]["utxo"]))
    report.equal("ledger: replay", BLOCKS + 1, ctl.json("ledger", "replay", "--verify", "--data", chain)["blocks"])
    files = [folder / f"{slot}.block" for slot in range(1, BLOCKS + 1)]
    for slot, file in enumerate(files, 1):
        ctl.json("ledger", "block", slot, "--data", chain, "--out", file)
    refuses(report, "ledger: block: nothing is replaced", ctl, BAD_FILE, "exists", "ledger", "block", 1, "--data", chain,
            "--out", files[0])
    refuses(report, "ledger: block 0", ctl, FAILED, "no_block", "ledger", "block", 0, "--data", chain, "--out", folder / "0")
    refuses(report, "ledger: block ahead", ctl, FAILED, "no_block", "ledger", "block", 99, "--data", chain, "--out", folder / "0")

    made = ctl.json("ledger", "init", "--genesis", chain / "genesis.toml", "--data", copy)
    report.equal("ledger: init is at block 0", "0", made["slot"])
    refuses(report, "ledger: init twice", ctl, BAD_FILE, "exists", "ledger", "init", "--genesis", chain / "genesis.toml",
            "--data", copy)
    refuses(report, "ledger: init: no genesis", ctl, BAD_FILE, "bad_genesis", "ledger", "init", "--genesis", files[0],
            "--data", folder / "none")
    refuses(report, "ledger: apply out of order", ctl, FAILED, "block_refused", "ledger", "apply", files[1], "--data", copy)
    applied = ctl.json("ledger", "apply", *files[:2], "--data", copy)["applied"]
    report.equal("ledger: apply says each block", ["1", "2"], [block["slot"] for block in applied])
    bad = folder / "bad.block"
    content = bytearray(files[2].read_bytes())
    content[-1] ^= 1
    bad.write_bytes(content)
    refuses(report, "ledger: apply: a changed block", ctl, FAILED, "block_refused", "ledger", "apply", bad, "--data", copy)
    bad.write_bytes(content[:-1])
    refuses(report, "ledger: apply: no block", ctl, BAD_FILE, "bad_block", "ledger", "apply", bad, "--data", copy)
    refuses(report, "ledger: apply: no file", ctl, BAD_FILE, "input_file", "ledger", "apply", folder / "none", "--data", copy)
    ctl.json("ledger", "apply", *files[2:], "--data", copy)
    report.equal("ledger: applied blocks lead to the same state", tip, state(ctl, copy))
    report.equal("ledger: replay of applied blocks", tip["state_root"],
                 ctl.json("ledger", "replay", "--verify", "--data", copy)["state_root"])
    refuses(report, "ledger: no chain", ctl, BAD_FILE, "no_chain", "ledger", "state", "--data", folder / "none")
    with _aether.DevChain(folder, "--data", copy, "--on-demand"):
        refuses(report, "ledger: a directory that is open", ctl, BAD_FILE, "locked", "ledger", "state", "--data", copy)

    for name, wanted in {f"account:{addresses['dev-bob']}": True, "utxo:0x" + "11" * 32: False}.items():
        proof = ctl.json("ledger", "proof", name, "--data", chain)
        file = folder / "proof.json"
        file.write_text(json.dumps(proof))
        shown = ctl.json("ledger", "verify-proof", file, "--root", tip["state_root"])
        report.equal(f"ledger: proof of {name[:8]}", (wanted, tip["state_root"]), (shown["exists"], proof["state_root"]))
        refuses(report, f"ledger: proof of {name[:8]} under another root", ctl, DIFFERS, "proof_differs", "ledger",
                "verify-proof", file, "--root", ROOT_OF_NOTHING)
        file.write_text(json.dumps({**proof, "value": "0x01"}))
        refuses(report, f"ledger: proof of {name[:8]} for another value", ctl, DIFFERS, "proof_differs", "ledger",
                "verify-proof", file, "--root", tip["state_root"])
        file.write_text("{}")
        refuses(report, f"ledger: no proof, {name[:8]}", ctl, BAD_FILE, "bad_proof_file", "ledger", "verify-proof", file,
                "--root", tip["state_root"])
    for name in ("account", "thing:0x" + "11" * 32, "utxo:0x11", "account:aeth1x"):
        code = "bad_id" if name == "utxo:0x11" else "bad_object"
        refuses(report, f"ledger: proof of {name[:10]}", ctl, USAGE, code, "ledger", "proof", name, "--data", chain)


def snapshots(report, ctl, folder):
    chain, file, restored = folder / "chain", folder / "snapshot", folder / "restored"
    tip = state(ctl, chain)
    made = ctl.json("snapshot", "create", "--data", chain, "-o", file)
    report.equal("snapshot: create says what it is of", (tip["slot"], tip["block"], tip["state_root"], tip["objects"]),
                 (made["slot"], made["block"], made["state_root"], made["objects"]))
    refuses(report, "snapshot: create replaces nothing", ctl, BAD_FILE, "exists", "snapshot", "create", "--data", chain, "-o", file)
    report.equal("snapshot: made again it is the same", made,
                 ctl.json("snapshot", "create", "--data", chain, "-o", file, "--force"))
    report.equal("snapshot: info", made, ctl.json("snapshot", "info", file))
    report.equal("snapshot: verify", made, ctl.json("snapshot", "verify", file, "--state-root", tip["state_root"], "--block",
                                                    tip["block"], "--genesis-hash", tip["genesis_hash"]))
    for option in ("--state-root", "--block", "--genesis-hash"):
        refuses(report, f"snapshot: verify another {option}", ctl, DIFFERS, "snapshot_unexpected", "snapshot", "verify", file,
                option, ROOT_OF_NOTHING)
    report.equal("snapshot: restore", made, ctl.json("snapshot", "restore", file, "--data", restored))
    report.equal("snapshot: a restored chain has the same state", tip, state(ctl, restored))
    refuses(report, "snapshot: restore replaces nothing", ctl, BAD_FILE, "exists", "snapshot", "restore", file, "--data", restored)
    refuses(report, "snapshot: blocks before are absent", ctl, FAILED, "block_missing", "ledger", "replay", "--data", restored)
    refuses(report, "snapshot: the block itself is absent", ctl, FAILED, "no_block", "ledger", "block", tip["slot"], "--data",
            restored, "--out", folder / "x.block")
    with _aether.DevChain(folder, "--data", restored, "--on-demand") as dev:
        sealed = dev.call("dev_seal", slots=2)["at"]["slot"]
        report.equal("snapshot: a restored chain goes on", str(BLOCKS + 2), sealed)
        for slot in (0, BLOCKS):
            try:
                found = dev.call("aeth_getBlockByNumber", slot=str(slot))
            except _aether.RpcError as error:
                found = str(error)
            report.check(f"snapshot: RPC says that block {slot} is not kept", "restored from a snapshot" in str(found), found)
        refuses(report, "snapshot: restore into a directory that is open", ctl, BAD_FILE, "locked", "snapshot", "restore", file,
                "--data", restored, "--force")
    ctl.json("snapshot", "restore", file, "--data", restored, "--force")
    report.equal("snapshot: restore over a chain", tip, state(ctl, restored))

    bad = folder / "bad.snapshot"
    content = bytearray(file.read_bytes())
    for name, change in {"a changed chunk": lambda: content[:40] + bytes([content[40] ^ 1]) + content[41:],
                         "cut off": lambda: content[:-1], "something else": lambda: b"aether\n" * 9, "empty": lambda: b""}.items():
        bad.write_bytes(change())
        refuses(report, f"snapshot: verify: {name}", ctl, DIFFERS, "snapshot_damaged", "snapshot", "verify", bad)
        refuses(report, f"snapshot: restore: {name}", ctl, DIFFERS, "snapshot_damaged", "snapshot", "restore", bad, "--data",
                restored, "--force")
    report.equal("snapshot: a refused restore leaves the chain", tip, state(ctl, restored))
    refuses(report, "snapshot: no file", ctl, BAD_FILE, "snapshot_file", "snapshot", "info", folder / "none")
    refuses(report, "snapshot: no chain", ctl, BAD_FILE, "no_chain", "snapshot", "create", "--data", folder / "none", "-o", bad)
    (folder / "letters").mkdir()
    (folder / "letters" / "letter").write_text("dear")
    refuses(report, "snapshot: a directory that is no chain", ctl, BAD_FILE, "not_a_chain", "snapshot", "restore", file, "--data",
            folder / "letters", "--force")


def full_disk(report, ctl, folder):
    chain, file = folder / "chain", folder / "room.snapshot"
    ctl.json("snapshot", "create", "--data", chain, "-o", file)
    with _aether.small_disk(folder / "small", 64) as disk:
        if disk is None:
            report.skip("snapshot: a full disk", "only root can mount one")
            return
        filler = disk / "filler"
        filler.write_bytes(bytes(64 << 10))
        done = ctl.run("snapshot", "create", "--data", chain, "-o", disk / "s", "--output", "json")
        report.equal("snapshot: create: a full disk", (BAD_FILE, "file_system"), error_of(done))
        report.check("snapshot: create: which is named", "No space left" in done.stderr, done.stderr)
        report.equal("snapshot: create: and nothing is left there", [filler], list(disk.iterdir()))
        filler.unlink()
        done = ctl.run("snapshot", "restore", file, "--data", disk / "chain", "--output", "json")
        report.equal("snapshot: restore: a full disk", (BAD_FILE, "file_system"), error_of(done))
        report.check("snapshot: restore: which is named", "No space left" in done.stderr, done.stderr)
        report.check("snapshot: restore: and no chain is there", not (disk / "chain").exists(), list(disk.iterdir()))
        ctl.json("snapshot", "create", "--data", chain, "-o", disk / "s", "--force")
        report.equal("snapshot: create: with room it does", DONE, ctl.run("snapshot", "verify", disk / "s").returncode)


def killed_restores(report, ctl, folder, seed):
    """The directory holds the snapshot of one block; a restore of another's is killed, and the other way round."""
    moments, target = random.Random(seed), folder / "target"
    ctl.json("ledger", "init", "--genesis", folder / "chain" / "genesis.toml", "--data", folder / "young")
    files, roots = [], []
    for directory in (folder / "chain", folder / "young"):
        files.append(folder / f"{directory.name}.snapshot")
        roots.append(ctl.json("snapshot", "create", "--data", directory, "-o", files[-1])["state_root"])
    ctl.json("snapshot", "restore", files[1], "--data", target)
    begin = time.monotonic()
    ctl.json("snapshot", "restore", files[0], "--data", target, "--force")
    usual, old, outcomes, found = time.monotonic() - begin, 0, [0, 0], ""
    for number in range(KILLS):
        new = 1 - old
        words = [str(_aether.BIN / "aetherctl"), "snapshot", "restore", str(files[new]), "--data", str(target), "--force"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as restore:
            try:
                restore.wait(moments.uniform(0, 2 * usual))
            except subprocess.TimeoutExpired:
                restore.send_signal(signal.SIGKILL)
        root = state(ctl, target)["state_root"]
        if root not in roots or (restore.returncode == 0 and root != roots[new]):
            found = f"root {root} after restore {number} of seed {seed}"
            break
        outcomes[root == roots[new]] += 1
        old = roots.index(root)
    report.check("snapshot: a killed restore leaves the old chain or the new one, whole", not found, found)
    report.check("snapshot: restores were killed before and after", min(outcomes) > 0 or KILLS < 20, outcomes)
    ctl.json("snapshot", "restore", files[0], "--data", target, "--force")
    report.equal("snapshot: nothing is left beside", [], list(folder.glob("*.partial")))
    print(f"{KILLS} restores, {outcomes[0]} left the old chain, {outcomes[1]} the new one")


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name)
        addresses = make_chain(folder)
        ctl = Ctl(folder / "dev-keys", folder / "dev-keys" / "dev-password")
        ledgers(report, ctl, folder, addresses)
        snapshots(report, ctl, folder)
        full_disk(report, ctl, folder)
        killed_restores(report, ctl, folder, random.randrange(1 << 32))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

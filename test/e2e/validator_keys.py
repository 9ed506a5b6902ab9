"""A validator's folder, with the real aetherctl: made, shown, its KES key renewed, its registration verified; and each mistake and
each thing that does not hold with an error of its own."""
import fcntl
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
from _ctl import BAD_FILE, DIFFERS, DONE, USAGE, WORDS, Ctl, has_words, mode_of, refuses  # noqa: E402


def making(report, ctl, scratch):
    folder = scratch / "validator"
    made = ctl.json("keys", "validator", "new", folder, "--account", "alice", "--chain-id", 7)
    words = made.pop("mnemonic")
    registration = made["registration"]
    report.equal("validator new: 24 words, for the account and chain", (24, ctl.json("keys", "show", "alice")["address"], "7"),
                 (len(words.split()), registration["address"], registration["chain_id"]))
    report.equal("validator new: a folder and files that only the user reads", (0o700, {0o600}),
                 (mode_of(folder), {mode_of(file) for file in folder.iterdir()}))
    report.equal("validator new: files", {"validator.key", "kes.key", "registration.json"}, {file.name for file in folder.iterdir()})
    report.check("validator new: no word in clear", not any(has_words(folder / name, words) for name in ("validator.key", "kes.key")))
    report.equal("validator new: the public file is what it showed", {"version": 1, "registration": registration},
                 json.loads(pathlib.Path(made["file"]).read_text()))
    no_password = ["--keys", str(scratch / "keys")]
    report.equal("validator show: needs no password", made, ctl.json("keys", "validator", "show", folder, common=no_password))
    report.equal("validator show: periods", (0, 64), (made["kes_period"], made["kes_periods_left"]))
    text = ctl.run("keys", "validator", "show", folder).stdout
    report.check("validator show: as text", all(registration[key] in text for key in ("node_key", "bls_key", "vrf_key", "kes_key")))

    done = ctl.run("keys", "validator", "new", scratch / "text", "--account", registration["address"], "--chain-id", 7)
    report.check("validator new: as text, the words last, after a warning on stderr", done.returncode == DONE and
                 done.stdout.splitlines()[-1].startswith("mnemonic ") and "show them to nobody" in done.stderr, done.stderr)
    file = scratch / "validator.words"
    kept = ctl.json("keys", "validator", "new", scratch / "kept", "--account", "alice", "--chain-id", 7, "--mnemonic-file", file)
    report.equal("validator new: words into a file", (0o600, False), (mode_of(file), "mnemonic" in kept))
    back = ctl.json("keys", "validator", "new", scratch / "back", "--account", "bob", "--chain-id", 8, "--restore", file)
    same = [key for key in registration if back["registration"][key] == kept["registration"][key]]
    report.equal("validator new: words bring back all but the KES key", ["node_key", "bls_key", "vrf_key"], same)
    report.check("validator new: words that were given are not shown", "mnemonic" not in back)
    home = ctl.json("keys", "validator", "new", "--account", "alice", "--chain-id", 7, env={"HOME": str(scratch)})
    report.equal("validator new: without a folder", str(scratch / ".aether" / "validator"), home["folder"])


def renewing(report, ctl, scratch):
    folder = scratch / "validator"
    before, old = ctl.json("keys", "validator", "show", folder), (folder / "kes.key").read_bytes()
    (scratch / "second name").hardlink_to(folder / "kes.key")
    renewed = ctl.json("keys", "validator", "rotate-kes", folder, "--lost")
    changed = [key for key in before["registration"] if renewed["registration"][key] != before["registration"][key]]
    report.equal("validator rotate-kes: a fresh KES key, and nothing else", ["kes_key", "kes_proof"], changed)
    report.equal("validator rotate-kes: the public file is new too", renewed["registration"],
                 json.loads((folder / "registration.json").read_text())["registration"])
    report.equal("validator rotate-kes: the old file is overwritten", bytes(len(old)), (scratch / "second name").read_bytes())
    report.equal("validator verify: holds, secrets too", (True, True),
                 tuple(ctl.json("keys", "validator", "verify", folder, "--secrets")[key] for key in ("valid", "secrets")))
    report.equal("validator verify: the public file alone", (True, False), tuple(ctl.json(
        "keys", "validator", "verify", folder / "registration.json", "--chain-id", 7, "--account", "alice")[key]
        for key in ("valid", "secrets")))
    refuses(report, "validator show: an old KES key put back", ctl, BAD_FILE, "other_registration",
            *replaced(folder, "kes.key", old, "show"))
    (folder / "kes.key").unlink()
    refuses(report, "validator show: no KES key", ctl, BAD_FILE, "validator_not_found", "keys", "validator", "show", folder)
    report.equal("validator rotate-kes: replaces a lost one", 0,
                 ctl.json("keys", "validator", "rotate-kes", folder, "--lost")["kes_period"])


def at_period(file, period):
    """kes.key as if it had evolved; without the password this shows only when it is opened."""
    lines = file.read_bytes().replace(b"\nperiod 0\n", b"\nperiod %d\n" % period).split(b"checksum")[0]
    tag = hashlib.sha256(b"aether/key-file").digest()
    return lines + b"checksum %s\n" % hashlib.sha256(tag + tag + lines).hexdigest()[:16].encode()


def ending(report, ctl, scratch):
    folder = scratch / "validator"
    for period, warns in ((59, False), (60, True), (63, True)):
        words = replaced(folder, "kes.key", at_period(folder / "kes.key", period), "show")
        shown = ctl.run(*words)
        report.equal(f"validator show: warns in period {period}", (DONE, warns, 64 - period),
                     (shown.returncode, "renew-kes" in shown.stderr, ctl.json(*words)["kes_periods_left"]))
    refuses(report, "validator verify: a head that was not sealed", ctl, BAD_FILE, "wrong_password",
            *replaced(folder, "kes.key", at_period(folder / "kes.key", 1), "verify"))
    refuses(report, "validator show: no such period", ctl, BAD_FILE, "key_damaged",
            *replaced(folder, "kes.key", at_period(folder / "kes.key", 64), "show"))


def replaced(folder, name, content, command):
    """The words of a command on a copy of the folder with another file in it."""
    copy = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    for file in folder.iterdir():
        shutil.copy2(file, copy)
    (copy / name).write_bytes(content)
    return ["keys", "validator", command, copy]


def mistakes(report, ctl, scratch):
    folder = scratch / "validator"
    new, needed = ["keys", "validator", "new"], ["--account", "alice", "--chain-id", 7]
    refuses(report, "validator new: a folder that is there", ctl, BAD_FILE, "validator_exists", *new, folder, *needed)
    refuses(report, "validator new: a file that is there", ctl, BAD_FILE, "validator_exists", *new, folder / "kes.key", *needed)
    refuses(report, "validator new: no account", ctl, USAGE, "usage", *new, scratch / "x", "--chain-id", 7)
    refuses(report, "validator new: no chain", ctl, USAGE, "usage", *new, scratch / "x", "--account", "alice")
    refuses(report, "validator new: no such account", ctl, BAD_FILE, "key_not_found", *new, scratch / "x", "--account", "nobody",
            "--chain-id", 7)
    refuses(report, "validator new: no address", ctl, USAGE, "bad_address", *new, scratch / "x", "--account", "aeth1qqqq",
            "--chain-id", 7)
    for name, code, text in (("12 words", "mnemonic_length", "abandon " * 11 + "about"), ("a typo", "unknown_word", WORDS[1:]),
                             ("a wrong last word", "mnemonic_checksum", WORDS.replace("art", "zoo"))):
        refuses(report, f"validator new: {name}", ctl, BAD_FILE, code, *new, scratch / "x", *needed, "--restore", "-", stdin=text)
    refuses(report, "validator new: words in and out", ctl, USAGE, "usage", *new, scratch / "x", *needed, "--restore", "-",
            "--mnemonic-file", scratch / "y")
    refuses(report, "validator new: no folder at all", ctl, USAGE, "no_validator_folder", *new, *needed, env={"HOME": ""})
    refuses(report, "validator new: below a file", ctl, BAD_FILE, "key_file", *new, folder / "kes.key" / "x", *needed,
            "--mnemonic-file", scratch / "y")
    report.check("validator new: mistakes leave nothing", not (scratch / "x").exists() and not (scratch / "y").exists()
                 and not list(scratch.glob("*.new-*")))

    wrong = scratch / "wrong"
    wrong.write_text("not it\n")
    for command, *option in (("rotate-kes", "--lost"), ("verify",)):
        refuses(report, f"validator {command}: wrong password", Ctl(scratch / "keys", wrong), BAD_FILE, "wrong_password", "keys",
                "validator", command, folder, *option)
    for command, *option in (("show",), ("rotate-kes", "--lost"), ("verify",)):
        refuses(report, f"validator {command}: no such folder", ctl, BAD_FILE, "validator_not_found", "keys", "validator", command,
                scratch / "none", *option)
    kept = (folder / "kes.key").read_bytes()
    refuses(report, "validator rotate-kes: a KES key that is there is renewed in order", ctl, USAGE, "kes_key_in_use", "keys", "validator",
            "rotate-kes", folder)
    report.equal("validator rotate-kes: and kept", kept, (folder / "kes.key").read_bytes())
    for name in ("validator.key", "kes.key"):
        damaged = bytearray((folder / name).read_bytes())
        damaged[len(damaged) // 2] ^= 1
        refuses(report, f"validator show: {name} is damaged", ctl, BAD_FILE, "key_damaged", *replaced(folder, name, damaged, "show"))
        refuses(report, f"validator show: {name} of another", ctl, BAD_FILE, "other_validator",
                *replaced(folder, name, (scratch / "kept" / name).read_bytes(), "show"))
    (folder / "kes.key").chmod(0o640)
    refuses(report, "validator show: others may read", ctl, BAD_FILE, "key_too_open", "keys", "validator", "show", folder)
    (folder / "kes.key").chmod(0o600)
    with (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refuses(report, "validator rotate-kes: in use", ctl, BAD_FILE, "validator_locked", "keys", "validator", "rotate-kes", folder,
                "--lost")
        report.check("validator show: in use", ctl.run("keys", "validator", "show", folder).returncode == DONE)


def refusals(report, ctl, scratch):
    folder = scratch / "validator"
    file, other = folder / "registration.json", scratch / "back" / "registration.json"
    verify = ["keys", "validator", "verify"]
    refuses(report, "validator verify: another chain", ctl, DIFFERS, "other_chain", *verify, file, "--chain-id", 8)
    refuses(report, "validator verify: another account", ctl, DIFFERS, "other_account", *verify, file, "--account", "bob")
    refuses(report, "validator verify: secrets of a file", ctl, USAGE, "no_secrets", *verify, file, "--secrets")
    mine, others = (json.loads(path.read_text()) for path in (file, other))
    infinity = "0xc0" + "00" * 47
    for key, content, code in (
            ("node_proof", None, "bad_node_proof"), ("bls_proof", None, "bad_bls_proof"), ("vrf_proof", None, "bad_vrf_proof"),
            ("kes_proof", None, "bad_kes_path"), ("bls_key", infinity, "bls_infinity"),
            ("bls_key", "0x" + "00" * 48, "bad_bls_encoding"), ("bls_key", "0x9f" + "ff" * 47, "bls_not_canonical"),
            ("vrf_key", "0x01" + "00" * 31, "vrf_small_order"), ("vrf_key", "0x" + "ff" * 32, "bad_vrf_key"),
            ("vrf_proof", "0x" + "ff" * 80, "bad_vrf_proof_encoding"), ("address", None, "bad_node_proof")):
        changed = json.loads(json.dumps(mine))
        changed["registration"][key] = content or others["registration"][key]
        refuses(report, f"validator verify: {key}, {code}", ctl, DIFFERS, code,
                *replaced(folder, "registration.json", json.dumps(changed).encode(), "verify"))
    changed = json.loads(json.dumps(mine))
    proof = bytearray.fromhex(changed["registration"]["kes_proof"][2:])
    proof[40] ^= 1
    changed["registration"]["kes_proof"] = "0x" + proof.hex()
    refuses(report, "validator verify: kes_proof, bad_kes_proof", ctl, DIFFERS, "bad_kes_proof",
            *replaced(folder, "registration.json", json.dumps(changed).encode(), "verify"))
    refuses(report, "validator show: a registration that does not hold", ctl, BAD_FILE, "bad_registration",
            *replaced(folder, "registration.json", json.dumps(changed).encode(), "show"))
    refuses(report, "validator verify: another's registration", ctl, BAD_FILE, "other_validator",
            *replaced(folder, "registration.json", other.read_bytes(), "verify"))
    for name, content in (("no JSON", b"{"), ("another version", file.read_bytes().replace(b'"version":1', b'"version":2')),
                          ("a field too many", file.read_bytes().replace(b'{"chain_id"', b'{"x":1,"chain_id"')), ("nothing", b"")):
        refuses(report, f"validator verify: {name}", ctl, BAD_FILE, "key_damaged",
                *replaced(folder, "registration.json", content, "verify"))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-validator-") as folder:
        scratch = pathlib.Path(folder)
        password = scratch / "password"
        password.write_text("correct horse\n")
        ctl = Ctl(scratch / "keys", password)
        for name in ("alice", "bob"):
            ctl.json("keys", "new", name)
        for part in (making, renewing, ending, mistakes, refusals):
            part(report, ctl, scratch)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

"""Keys that people keep, with the real aetherctl: words shown once, imported, exported; messages signed and verified; and each
mistake with an error of its own, nothing overwritten and nothing half-written."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
from _ctl import BAD_FILE, DIFFERS, DONE, USAGE, WORDS, Ctl, has_words, mode_of, refuses  # noqa: E402

# The accounts 0 and 1 of WORDS: at m/44'/1095062600'/0' and /1'; computed with bip-utils 2.12.3 (PyPI).
SEEDS = ["e5c8d9f8568ca70c56394d2847945591631613cb08823388c2ea3d9e0e497eb0",
         "078c8f407064963c5955397ae7f62de1dd15c590324766ba72ba35ee9691a242"]


def made_and_kept(report, ctl, scratch):
    made = ctl.run("keys", "new", "alice")
    last = made.stdout.splitlines()[-1].split()
    report.equal("new: the words are the last line, after a warning on stderr", (DONE, "mnemonic", 24, True),
                 (made.returncode, last[0], len(last) - 1, "show them to nobody" in made.stderr))
    words = " ".join(last[1:])
    alice = ctl.json("keys", "show", "alice")
    report.check("show: never shows a secret", "mnemonic" not in alice and words not in ctl.run("keys", "show", "alice").stdout)
    report.equal("show: says where the key is", "m/44'/1095062600'/0'", alice["path"])
    report.check("key file: has no word in clear", not has_words(pathlib.Path(alice["file"]), words))
    report.equal("import: the words on stdin give the same address", alice["address"],
                 ctl.json("keys", "import", "again", "--mnemonic-file", "-", stdin=words.replace(" ", "\n"))["address"])
    report.check("import: another account is another address", alice["address"]
                 != ctl.json("keys", "import", "second", "--mnemonic-file", "-", "--account", 1, stdin=words)["address"])
    for count in (12, 15, 18, 21, 24):
        short = ctl.json("keys", "new", f"w{count}", "--words", count)
        report.equal(f"new: {count} words come back", short["address"],
                     ctl.json("keys", "import", f"i{count}", "--mnemonic-file", "-", stdin=short["mnemonic"])["address"])

    file = scratch / "bob.words"
    bob = ctl.json("keys", "new", "bob", "--account", 7, "--mnemonic-file", file)
    report.equal("new: words into a file that only the user reads", (0o600, str(file), False),
                 (mode_of(file), bob["mnemonic_file"], "mnemonic" in bob))
    report.equal("import: from that file", bob["address"],
                 ctl.json("keys", "import", "bob2", "--mnemonic-file", file, "--account", 7)["address"])
    before = file.read_bytes()
    refuses(report, "new: a file of words is never overwritten", ctl, BAD_FILE, "file_exists", "keys", "new", "dave",
            "--mnemonic-file", file)
    refuses(report, "new: a taken name", ctl, BAD_FILE, "key_exists", "keys", "new", "bob", "--mnemonic-file", scratch / "x")
    report.equal("new: and nothing was written for it", (before, False, False),
                 (file.read_bytes(), (scratch / "x").exists(), (scratch / "keys" / "dave.key").exists()))

    for index, seed in enumerate(SEEDS):
        kept = ctl.json("keys", "import", f"vector{index}", "--mnemonic-file", "-", "--account", index, stdin=WORDS)
        exported = ctl.json("keys", "export", f"vector{index}", "--format", "seed", "--stdout")["seed"]
        report.equal(f"import: account {index} of known words", seed, exported)
        report.equal(f"import: its seed is the same key ({index})", kept["address"],
                     ctl.json("keys", "import", f"seed{index}", "--seed-file", "-", stdin=seed + "\n")["address"])


def exported(report, ctl, scratch):
    for form in ("mnemonic", "seed"):
        file = scratch / f"alice.{form}"
        ctl.json("keys", "export", "alice", "--format", form, "--out", file)
        shown = ctl.json("keys", "export", "alice", "--format", form, "--stdout")
        report.equal(f"export: {form} in a file and on stdout", (shown[form] + "\n", 0o600), (file.read_text(), mode_of(file)))
        back = ctl.json("keys", "import", f"from-{form}", f"--{form}-file", file)
        report.equal(f"export: {form} comes back as the same key", shown["address"], back["address"])
        refuses(report, f"export: {form} overwrites nothing", ctl, BAD_FILE, "file_exists", "keys", "export", "alice",
                "--format", form, "--out", file)
    refuses(report, "export: no words of a seed", ctl, BAD_FILE, "no_mnemonic", "keys", "export", "from-seed", "--format",
            "mnemonic", "--stdout")
    refuses(report, "export: nowhere", ctl, USAGE, "no_target", "keys", "export", "alice", "--format", "seed")
    refuses(report, "export: both ways", ctl, USAGE, "usage", "keys", "export", "alice", "--format", "seed", "--stdout",
            "--out", scratch / "y")
    refuses(report, "export: no format", ctl, USAGE, "usage", "keys", "export", "alice", "--stdout")
    refuses(report, "export: no such folder", ctl, BAD_FILE, "secret_file", "keys", "export", "alice", "--format", "seed",
            "--out", scratch / "none" / "y")
    wrong = scratch / "wrong"
    wrong.write_text("not it\n")
    refuses(report, "export: needs the password", Ctl(scratch / "keys", wrong), BAD_FILE, "wrong_password", "keys", "export",
            "alice", "--format", "seed", "--out", scratch / "y")
    with open("/dev/full", "w") as full:
        done = ctl.run("keys", "export", "alice", "--format", "seed", "--stdout", stdout=full)
    report.check("export: stdout is full", done.returncode == BAD_FILE and "aetherctl: stdout:" in done.stderr, done.stderr)
    report.check("export: nothing half-written", not (scratch / "y").exists())


def mistaken(report, ctl, scratch):
    words = WORDS.split()
    for name, code, text in (
            ("a typo", "unknown_word", " ".join([*words[:4], "abandom", *words[5:]])),
            ("an upper-case word", "unknown_word", WORDS.replace("art", "Art")),
            ("a word too few", "mnemonic_length", " ".join(words[1:])), ("no word", "mnemonic_length", ""),
            ("a wrong last word", "mnemonic_checksum", WORDS.replace("art", "zoo")),
            ("not text", "mnemonic_length", "\0\1"), ("too much", "input_too_large", "abandon " * 1000)):
        refuses(report, f"import: {name}", ctl, BAD_FILE, code, "keys", "import", "x", "--mnemonic-file", "-", stdin=text)
    done = ctl.run("keys", "import", "x", "--mnemonic-file", "-", stdin=" ".join([*words[:4], "abandom", *words[5:]]))
    report.check("import: a typo is named by its place and the nearest word", 'word 5 ' in done.stderr
                 and '"abandon"' in done.stderr and "abandom" not in done.stderr, done.stderr)
    for name, text in (("too short", "00" * 31), ("too long", "00" * 33), ("no hex", "z" * 64), ("empty", ""), ("words", WORDS)):
        refuses(report, f"import: a seed that is {name}", ctl, BAD_FILE, "bad_seed", "keys", "import", "x", "--seed-file", "-",
                stdin=text)
    refuses(report, "import: nothing", ctl, USAGE, "no_secret", "keys", "import", "x")
    refuses(report, "import: both", ctl, USAGE, "usage", "keys", "import", "x", "--seed-file", "-", "--mnemonic-file", "-")
    refuses(report, "import: an account of a seed", ctl, USAGE, "usage", "keys", "import", "x", "--seed-file", "-", "--account", 1)
    refuses(report, "import: no such account", ctl, USAGE, "usage", "keys", "import", "x", "--mnemonic-file", "-", "--account",
            2**31, stdin=WORDS)
    refuses(report, "import: no such file", ctl, BAD_FILE, "input_file", "keys", "import", "x", "--mnemonic-file", scratch / "none")
    refuses(report, "new: an odd number of words", ctl, USAGE, "usage", "keys", "new", "x", "--words", 13)
    report.check("mistakes leave no key", not (scratch / "keys" / "x.key").exists())


def messages(report, ctl, scratch):
    message = scratch / "message"
    message.write_bytes(bytes(range(256)) * 10)
    signed = ctl.json("keys", "sign", "alice", "--input", message)
    signature = signed["signature"]
    verify = ["keys", "verify", "--input", message, "--signature"]
    for name, signer in (("an address", signed["signer"]), ("a public key", signed["public_key"]), ("a name", "alice")):
        report.equal(f"verify: by {name}", True, ctl.json(*verify, signature, "--signer", signer)["valid"])

    def invalid(name, reason, *words, **options):
        done = ctl.run(*words, "--output", "json", **options)
        report.check(f"verify: {name}", done.returncode == DIFFERS and '"valid":false' in done.stdout and reason in done.stdout,
                     f"{done.returncode} {done.stdout} {done.stderr}")

    for at in (4, 36, 68, 100, 132, 193):
        digit = "1" if signature[at] == "0" else "0"
        invalid(f"digit {at} of the signature changed", "another_", *verify, signature[:at] + digit + signature[at + 1:], "--signer",
                signed["signer"])
    invalid("another signer", "another_signer", *verify, signature, "--signer", "bob")
    invalid("another message", "another_message", "keys", "verify", "--input", "-", "--signature", signature, "--signer", "alice",
            stdin="hello")
    for name, text in (("too short", signature[:-2]), ("too long", signature + "00"), ("no hex", "0x" + "z" * 194),
                       ("another scheme", "0x01" + signature[4:]), ("without 0x", signature[2:])):
        refuses(report, f"verify: a signature {name}", ctl, USAGE, "bad_signature", *verify, text, "--signer", "alice")
    refuses(report, "verify: no address", ctl, USAGE, "bad_address", *verify, signature, "--signer", "aeth1qqqq")
    refuses(report, "verify: no such key", ctl, BAD_FILE, "key_not_found", *verify, signature, "--signer", "nobody")
    refuses(report, "sign: no such file", ctl, BAD_FILE, "input_file", "keys", "sign", "alice", "--input", scratch / "none")
    refuses(report, "sign: no such key", ctl, BAD_FILE, "key_not_found", "keys", "sign", "nobody", "--input", message)


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-keys-") as folder:
        scratch = pathlib.Path(folder)
        password = scratch / "password"
        password.write_text("correct horse\n")
        ctl = Ctl(scratch / "keys", password)
        made_and_kept(report, ctl, scratch)
        exported(report, ctl, scratch)
        mistaken(report, ctl, scratch)
        messages(report, ctl, scratch)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

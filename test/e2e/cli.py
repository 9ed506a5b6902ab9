"""aetherctl from outside: keys, transfers, models, jobs, runs and receipts; and bad input to every command, each with its own
error and exit code, nothing lost and nothing half-written."""
import copy
import json
import pathlib
import socket
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
from _ctl import BAD_FILE, DIFFERS, DONE, FAILED, HONEST, UNREACHABLE, USAGE, Ctl, error_of, refuses  # noqa: E402

COMMANDS = ["keys new", "keys import", "keys export", "keys sign", "keys verify", "keys list", "keys show",
            "keys validator new", "keys validator show", "keys validator rotate-kes", "keys validator verify", "status",
            "account", "transfer", "utxo list", "utxo spend",
            "block", "validators", "peers", "tx send", "tx status", "tx wait", "tx simulate",
            "model convert", "model register", "model list", "job post", "job watch", "job list", "job show",
            "job cancel", "job prove", "job run", "job verify", "completion",
            *(f"contract {name}" for name in ("build", "upload", "deploy", "call", "query", "logs", "upgrade", "authority",
                                              "inspect")),
            *(f"ledger {name}" for name in ("init", "apply", "state", "proof", "verify-proof", "replay", "block")),
            *(f"snapshot {name}" for name in ("create", "verify", "restore", "info")),
            "node status", "node renew-kes",
            *(f"devnet {name}" for name in ("up", "down", "status", "logs", "kill", "restart", "pause", "resume", "faults",
                                            "partition", "heal"))]
MODEL = _aether.ROOT / "models" / "aether-tiny"
PROMPT = "And it came to pass"


def with_option(words, **values):
    """The words with the values of some options replaced or added: max_new is --max-new."""
    words = list(words)
    for name, value in values.items():
        option = "--" + name.replace("_", "-")
        if option in words:
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return words


def arguments(report, ctl):
    for name, words in {
        "no command": [], "unknown command": ["pay"], "unknown option": ["status", "--fast"],
        "unknown output": ["status", "--output", "xml"], "missing argument": ["account"],
        "job without a command": ["job"], "unknown filter": ["job", "list", "--filter", "mine"],
        "an option twice": ["job", "list", "--filter", "open", "--filter", "all"],
        "bad count": ["job", "run", "--model", "m", "--input", "-", "--receipt", "r", "--max-new", "-1"],
        "no number": ["job", "run", "--model", "m", "--input", "-", "--receipt", "r", "--threads", "two"],
    }.items():
        done = ctl.run(*words)
        report.equal(f"arguments: {name}", (USAGE, ""), (done.returncode, done.stdout))
    refuses(report, "arguments: as json", ctl, USAGE, "usage", "transfer")
    refuses(report, "arguments: threads", ctl, USAGE, "bad_threads", "job", "run", "--model", MODEL, "--input", "-",
            "--receipt", "r.json", "--threads", "257", stdin=PROMPT)
    report.check("arguments: help names the exit codes", "Exit codes: 0 done; 1 " in ctl.run("--help").stdout)
    for command in COMMANDS:
        done = ctl.run(*command.split(), "--help")
        report.check(f"arguments: help of {command}", done.returncode == DONE and "Example: " in done.stdout, done.stderr)


def keys(report, ctl, scratch):
    made = ctl.json("keys", "new", "carol")
    report.equal("keys: new shows 24 words", 24, len(made.pop("mnemonic").split()))
    report.equal("keys: show is what new said", made, ctl.json("keys", "show", "carol"))
    report.equal("keys: list", [made], ctl.json("keys", "list"))
    file = pathlib.Path(made["file"])
    before = file.read_bytes()
    refuses(report, "keys: a second of one name", ctl, BAD_FILE, "key_exists", "keys", "new", "carol")
    report.equal("keys: the first stays", before, file.read_bytes())
    refuses(report, "keys: bad name", ctl, USAGE, "bad_key_name", "keys", "new", "../carol")
    refuses(report, "keys: not there", ctl, BAD_FILE, "key_not_found", "keys", "show", "dora")
    refuses(report, "keys: no terminal", ctl, BAD_FILE, "no_password", "keys", "new", "dora",
            common=["--keys", str(file.parent)])
    empty = scratch / "empty"
    empty.write_text("\n")
    refuses(report, "keys: empty password", ctl, BAD_FILE, "empty_password", "keys", "new", "dora",
            common=["--keys", str(file.parent), "--password-file", str(empty)])
    report.check("keys: nothing half-written", [p.name for p in file.parent.iterdir()] == ["carol.key"],
                 str(list(file.parent.iterdir())))
    wrong = scratch / "wrong"
    wrong.write_text("not it\n")
    run = ["job", "run", "--model", MODEL, "--input", "-", "--receipt", scratch / "r.json", "--key", "carol"]
    refuses(report, "keys: wrong password", ctl, BAD_FILE, "wrong_password", *run, stdin=PROMPT,
            common=["--keys", str(file.parent), "--password-file", str(wrong)])
    file.chmod(0o644)
    refuses(report, "keys: readable by others", ctl, BAD_FILE, "key_too_open", *run, stdin=PROMPT)
    file.chmod(0o600)
    file.write_bytes(before[:-5])
    refuses(report, "keys: damaged", ctl, BAD_FILE, "key_damaged", *run, stdin=PROMPT)
    file.write_bytes(before)


def other_programs(report, ctl):
    """No chain, or something else, behind --rpc."""
    refuses(report, "rpc: no URL", ctl, USAGE, "bad_url", "status", "--rpc", "localhost")
    refuses(report, "rpc: credentials", ctl, USAGE, "bad_url", "status", "--rpc", "http://me@127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"garbage\r\n\r\n",
                   b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"]

        def serve():
            for answer in answers:
                peer = server.accept()[0]
                with peer:
                    peer.recv(65536)
                    peer.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        refuses(report, "rpc: no JSON", ctl, UNREACHABLE, "bad_answer", "status", "--rpc", url)
        for name in ("no HTTP", "an endless answer"):
            got = error_of(ctl.run("status", "--rpc", url, "--output", "json"))
            report.check(f"rpc: {name}", got[0] == UNREACHABLE and got[1] in ("unreachable", "bad_answer"), str(got))
        thread.join()
    refuses(report, "rpc: nobody", ctl, UNREACHABLE, "unreachable", "status", "--rpc", url)
    for words in (["account", "carol"], ["model", "list"], ["job", "list"], ["job", "show", "0x" + "00" * 32]):
        refuses(report, f"rpc: nobody, {' '.join(words[:2])}", ctl, UNREACHABLE, "unreachable", *words, "--rpc", url)


def transfers(report, ctl):
    status = ctl.json("status")
    report.equal("status: json", "ready", status["status"])
    before = {name: int(ctl.json("account", name)["account"]["balance"]["swr"]) for name in ("dev-alice", "dev-bob")}
    paid = ctl.json("transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount", "12.5")
    after = {name: int(ctl.json("account", name)["account"]["balance"]["swr"]) for name in ("dev-alice", "dev-bob")}
    report.equal("transfer: arrives, and the payer pays the fee", (12_500_000, -12_500_000 - int(paid["receipt"]["fee"])),
                 (after["dev-bob"] - before["dev-bob"], after["dev-alice"] - before["dev-alice"]))
    report.equal("tx wait: says the same", paid["receipt"], ctl.json("tx", "wait", paid["transaction"])["receipt"])
    pay = ["transfer", "--from", "dev-alice", "--to", "dev-bob", "--amount"]
    for amount in ("0", "-1", "1e3", "1.0000001", "", "x"):
        refuses(report, f"transfer: amount '{amount}'", ctl, USAGE, "bad_amount", *pay, f"{amount}")
    refuses(report, "transfer: more than there is", ctl, FAILED, "insufficient_funds", *pay, "900000000", "--asset", "AIC")
    refuses(report, "transfer: bad asset", ctl, USAGE, "usage", *pay, "1", "--asset", "BTC")
    refuses(report, "transfer: bad address", ctl, USAGE, "bad_address", "transfer", "--from", "dev-alice", "--to", "aeth1qqqq",
            "--amount", "1")
    refuses(report, "transfer: unknown name", ctl, BAD_FILE, "key_not_found", "transfer", "--from", "dev-alice", "--to",
            "nobody", "--amount", "1")
    refuses(report, "transfer: valid too long", ctl, FAILED, "valid_until_too_far", *pay, "1", "--valid-slots", "999999999")
    refuses(report, "tx wait: no id", ctl, USAGE, "bad_id", "tx", "wait", "0x12")
    refuses(report, "tx wait: unknown", ctl, FAILED, "unknown_transaction", "tx", "wait", "0x" + "11" * 32)
    report.equal("transfer: the refused ones cost nothing", after["dev-bob"],
                 int(ctl.json("account", "dev-bob")["account"]["balance"]["swr"]))


def jobs(report, ctl, scratch):
    refuses(report, "model register: no directory", ctl, BAD_FILE, "model_directory", "model", "register", "--model",
            scratch / "none", "--from", "dev-alice")
    post = ["job", "post", "--model", MODEL, "--input", "-", "--max-new", "16", "--price", "2", "--from", "dev-alice"]
    covered = [*post, "--accept-uncovered"]
    refuses(report, "job post: unknown model", ctl, FAILED, "unknown_model", *covered, stdin=PROMPT)
    model = ctl.json("model", "register", "--model", MODEL, "--from", "dev-alice")["model"]
    report.equal("model list: has it", [model], [entry["model"] for entry in ctl.json("model", "list")])
    refuses(report, "model register: twice", ctl, FAILED, "model_exists", "model", "register", "--model", MODEL, "--from",
            "dev-bob")
    refuses(report, "job post: not accepted as uncovered", ctl, USAGE, "uncovered", *post, stdin=PROMPT)
    refuses(report, "job post: empty prompt", ctl, BAD_FILE, "empty_prompt", *covered)
    refuses(report, "job post: no such file", ctl, BAD_FILE, "input_file", *with_option(covered, input=scratch / "none"))
    refuses(report, "job post: over the context", ctl, BAD_FILE, "over_context", *covered, stdin="word " * 3000)
    refuses(report, "job post: no price", ctl, USAGE, "bad_amount", *with_option(covered, price="cheap"), stdin=PROMPT)
    refuses(report, "job post: bond too low", ctl, FAILED, "bond_too_low", *covered, "--bond", "0.1", stdin=PROMPT)
    refuses(report, "job post: attempts", ctl, FAILED, "attempts_range", *covered, "--attempts", "9", stdin=PROMPT)
    refuses(report, "job post: slots", ctl, FAILED, "slots_range", *covered, "--sla-slots", "9", "--max-slots", "8",
            stdin=PROMPT)
    refuses(report, "job post: more than there is", ctl, FAILED, "insufficient_funds", *with_option(covered, price="1000000000"),
            stdin=PROMPT)
    by_id = ["job", "post", "--model", model, "--input", "-", "--max-new", "4", "--price", "1", "--from", "dev-alice",
             "--accept-uncovered"]
    refuses(report, "job post: an id without a tokenizer", ctl, USAGE, "no_tokenizer", *by_id, stdin=PROMPT)

    before = int(ctl.json("account", "dev-alice")["account"]["balance"]["aic"])
    job = ctl.json(*covered, stdin=PROMPT)
    report.equal("job post: says that it is public", True, job["public"])
    shown = ctl.json("job", "show", job["job"])
    escrow = int(shown["object"]["state"]["living"]["escrow"])
    report.equal("job post: locks the escrow that it names", (escrow, f"{escrow / 1e6:g}"),
                 (before - int(ctl.json("account", "dev-alice")["account"]["balance"]["aic"]), f"{float(job['escrow']):g}"))
    other = ctl.json(*by_id, "--tokenizer", MODEL, stdin=PROMPT)
    report.equal("job list: both are open", {job["job"], other["job"]},
                 {entry["job"] for entry in ctl.json("job", "list", "--filter", "open")})
    receipt = scratch / "no-receipt.json"
    refuses(report, "job show: no receipt yet", ctl, FAILED, "no_receipt", "job", "show", job["job"], "--receipt", receipt)
    report.check("job show: and no file", not receipt.exists(), "there is one")
    for command in (["job", "show"], ["job", "watch"], ["job", "cancel", "--from", "dev-alice"],
                    ["job", "prove", "--from", "dev-alice", "--model", MODEL]):
        name = " ".join(command[:2])
        refuses(report, f"{name}: no id", ctl, USAGE, "bad_id", *command, "12")
        refuses(report, f"{name}: unknown job", ctl, FAILED,
                "no_such_job" if name == "job cancel" else "not_found", *command, "0x" + "22" * 32)
    refuses(report, "job prove: nothing submitted", ctl, FAILED, "not_submitted", "job", "prove", job["job"], "--from",
            "dev-alice", "--model", MODEL)
    refuses(report, "job cancel: by another", ctl, FAILED, "not_the_buyer", "job", "cancel", job["job"], "--from", "dev-bob")
    for entry in (job, other):
        ctl.json("job", "cancel", entry["job"], "--from", "dev-alice")
    report.equal("job cancel: the escrow is back", before, int(ctl.json("account", "dev-alice")["account"]["balance"]["aic"]))
    done = ctl.run("job", "watch", job["job"], "--output", "json")
    report.equal("job watch: a cancelled job ends with 1", (FAILED, "cancelled"),
                 (done.returncode, json.loads(done.stdout)["status"]))
    report.equal("job list: none is left", [], ctl.json("job", "list"))


def tampered(receipt):
    """(name, what was changed, codes of `job verify` and of `job verify --full`)."""
    def change(name, code, edit, full=None):
        changed = copy.deepcopy(receipt)
        edit(changed)
        return name, changed, code, full or code

    def edit_vcr(key, value):
        return lambda r: r["vcr"].__setitem__(key, value)

    zeros = "0x" + "00" * 32
    last = len(receipt["output"]) - 1
    return [
        change("prompt token", "request_root", lambda r: r["prompt"].__setitem__(0, r["prompt"][0] ^ 1)),
        change("output token", "output_root", lambda r: r["output"].__setitem__(last, r["output"][last] ^ 1)),
        change("missing token", "output_length", lambda r: r["output"].pop()),
        change("units", "units", edit_vcr("units", str(int(receipt["vcr"]["units"]) + 1))),
        change("model_id", "model_id", edit_vcr("model_id", zeros)),
        change("request_root", "request_root", edit_vcr("request_root", zeros)),
        change("output_root", "output_root", edit_vcr("output_root", zeros)),
        change("n_out", "output_length", edit_vcr("n_out", [last])),
        change("max_new", "above_max_new", lambda r: r.__setitem__("max_new", last)),
        change("model root", "model_root", lambda r: r["model"].__setitem__("model_root", zeros)),
        change("engine", "engine_hash", lambda r: r["model"].__setitem__("engine_hash", zeros)),
        change("tokenizer", "tokenizer_hash", lambda r: r["model"].__setitem__("tokenizer_hash", zeros)),
        change("config", "model_config", lambda r: r["model"]["config"].__setitem__("eps", "1")),
        change("signature", "signature", lambda r: r.__setitem__("signature", "0x" + "00" * 64)),
        change("trace root", None, lambda r: (r["vcr"].__setitem__("trace_root", zeros), r.__setitem__("signature", None)),
               "trace_root"),
    ]


def malformed(text):
    whole = json.loads(text)
    yield "empty", "", "receipt_format"
    yield "cut", text[:-20], "receipt_format"
    yield "no JSON", "hello", "receipt_format"
    yield "two values", text + "{}", "receipt_format"
    yield "another version", json.dumps({**whole, "version": 2}), "receipt_version"
    yield "unknown key", json.dumps({**whole, "more": 1}), "receipt_format"
    yield "missing key", json.dumps({k: v for k, v in whole.items() if k != "output"}), "receipt_format"
    yield "negative token", json.dumps({**whole, "prompt": [-1]}), "receipt_format"
    bad = copy.deepcopy(whole)
    bad["model"]["config"]["heads"] = 0
    yield "impossible model", json.dumps(bad), "receipt_model_config"
    yield "too large", text + " " * 300_000, "receipt_file"


def runs(report, ctl, scratch):
    receipt = scratch / "receipt.json"
    prompt = scratch / "prompt.txt"
    prompt.write_text(PROMPT)
    run = ["job", "run", "--model", MODEL, "--input", prompt, "--receipt", receipt, "--max-new", "24"]
    shown = ctl.run(*run)
    data = ctl.json(*run, "--key", "carol", "--threads", "1")
    report.equal("job run: the text on stdout is the text of the JSON", data["text"] + "\n", shown.stdout)
    verify = ["job", "verify", receipt, "--model", MODEL]
    for words, full in ((verify, False), ([*verify, "--full"], True)):
        held = ctl.json(*words)
        report.equal(f"job verify{' --full' * full}: holds", (True, full, True, data["trace_root"], data["text"]),
                     tuple(held[key] for key in ("valid", "full", "signed", "trace_root", "text")))

    text = receipt.read_text()
    signed = json.loads(text)
    for name, changed, code, full in tampered(signed):
        receipt.write_text(json.dumps(changed))
        for words, wanted in ((verify, code), ([*verify, "--full"], full)):
            got = error_of(ctl.run(*words, "--output", "json"))
            report.equal(f"job verify{' --full' * (words is not verify)}: changed {name}",
                         (DIFFERS, wanted) if wanted else (DONE, None), got)
    for name, bad, code in malformed(text):
        receipt.write_text(bad)
        refuses(report, f"job verify: {name}", ctl, BAD_FILE, code, *verify)
    receipt.write_text(text)
    refuses(report, "job verify: no such file", ctl, BAD_FILE, "receipt_file", "job", "verify", scratch / "none", "--model",
            MODEL)
    refuses(report, "job verify: no model", ctl, BAD_FILE, "model_directory", "job", "verify", receipt, "--model", scratch)

    refuses(report, "job run: over the context", ctl, BAD_FILE, "over_context", *with_option(run, max_new=1024))
    numbers = ctl.run(*with_option(run, max_new=1024)).stderr
    report.check("job run: and the error says the numbers", f"{data['prompt_tokens']} tokens" in numbers
                 and "1024" in numbers, numbers)
    refuses(report, "job run: a prompt over the context", ctl, BAD_FILE, "over_context", *with_option(run, input="-"),
            stdin="word " * 5000)
    refuses(report, "job run: too much text", ctl, BAD_FILE, "input_too_large", *with_option(run, input="-"), stdin="x" * 2_000_000)
    refuses(report, "job run: a folder as text", ctl, BAD_FILE, "input_file", *with_option(run, input=scratch))
    refuses(report, "job run: empty text", ctl, BAD_FILE, "empty_prompt", *with_option(run, input="-"))
    refuses(report, "job run: no token wanted", ctl, USAGE, "max_new", *with_option(run, max_new=0))
    refuses(report, "job run: no model", ctl, BAD_FILE, "model_directory", *with_option(run, model=scratch))
    refuses(report, "job run: nowhere to write", ctl, BAD_FILE, "receipt_file", *with_option(run, receipt=scratch / "no" / "r.json"))
    with open("/dev/full", "w") as full:
        done = ctl.run(*run, stdout=full)
    report.check("job run: stdout is full", done.returncode == BAD_FILE and "aetherctl: stdout:" in done.stderr, done.stderr)
    report.equal("job run: the receipt of the last good run stays", text, receipt.read_text())
    binary = ctl.json(*with_option(run, input="-", receipt=scratch / "any.json"), stdin="\x00\x01 caf\u00e9 \u20ac")
    report.check("job run: any text", binary["output_tokens"] >= 1, str(binary))
    report.equal("job run: nothing half-written", [], [p.name for p in scratch.iterdir() if "tmp" in p.name])


def converts(report, ctl, scratch):
    convert = ["model", "convert", "--source", MODEL, "--calibration", MODEL / "calibration.txt", "--out", scratch / "made"]
    refuses(report, "model convert: no source", ctl, BAD_FILE, "model_directory", *with_option(convert, source=scratch / "none"))
    refuses(report, "model convert: no calibration", ctl, BAD_FILE, "model_directory", *with_option(convert, calibration=scratch / "none"))
    report.check("model convert: nothing half-written", not (scratch / "made").exists(), "there is something")


def worked(report, ctl, chain, scratch):
    """Jobs that a worker takes, on a chain that makes a block only when something is pending: nothing here races a clock."""
    ctl.json("model", "register", "--model", MODEL, "--from", "dev-alice")
    post = ["job", "post", "--model", MODEL, "--input", "-", "--max-new", "24", "--price", "2", "--from", "dev-alice",
            "--accept-uncovered"]

    def submitted(*words):
        """The id of a job that the program's worker has handed in, while it goes on serving its trace."""
        job = ctl.json(*post, stdin=PROMPT)["job"]
        _aether.wait_for(lambda: ctl.json("job", "show", job)["status"] == "submitted", f"{words} hands in")
        return job

    def worker(program, *words):
        return _aether.Program(program, *words, "--rpc", chain.rpc, "--keys", chain.keys, "--key", "dev-bob",
                               "--password-file", chain.password_file, "--model", MODEL, "--events", "--log-level", "off")

    def prove(job):
        return ctl.run("job", "prove", job, "--model", MODEL, "--from", "dev-carol", "--output", "json")

    with worker("aether-worker") as honest:
        job = submitted("aether-worker")
        done = prove(job)
        report.equal("job prove: an honest worker has an exit code of its own", (HONEST, "honest"),
                     (done.returncode, json.loads(done.stdout)["verdict"]))
        refuses(report, "job prove: another model", ctl, BAD_FILE, "model_directory", "job", "prove", job, "--model", scratch,
                "--from", "dev-carol")
        receipt = scratch / "job.json"
        chain.call("dev_seal", slots=60)
        watched = ctl.json("job", "watch", job, "--model", MODEL, "--receipt", receipt, "--from", "dev-alice")
        honest.stop()
    run = ctl.json("job", "run", "--model", MODEL, "--input", "-", "--max-new", "24", "--receipt", scratch / "run.json",
                   stdin=PROMPT)
    report.equal("job watch: a paid job ends with its text", ("settled", run["text"]), (watched["status"], watched["text"]))
    held = ctl.json("job", "verify", receipt, "--model", MODEL, "--full")
    report.equal("job verify --full: the receipt of a job", (job, run["trace_root"]), (held["job"], held["trace_root"]))
    again = scratch / "again.json"
    ctl.json("job", "show", job, "--receipt", again)
    report.equal("job show: the receipt of a closed job is the same", receipt.read_bytes(), again.read_bytes())
    refuses(report, "job prove: of a closed job", ctl, FAILED, "not_submitted", "job", "prove", job, "--model", MODEL, "--from",
            "dev-carol")
    for name, at in (("job show", ["job", "show", job]), ("job watch", ["job", "watch", job])):
        refuses(report, f"{name}: nowhere to write", ctl, BAD_FILE, "receipt_file", *at, "--receipt", scratch / "no" / "r.json")

    for fault, code, kind in ((["flip:9:5:100:3"], "trace_root", "element"), (["wrong-token:3"], "sampled_token", "sample")):
        with worker("aether-worker-faulty", *(word for name in fault for word in ("--fault", name))) as faulty:
            job = submitted(*fault)
            done = prove(job)
            report.check(f"job prove: {fault[0]} is convicted", done.returncode == DONE
                         and json.loads(done.stdout)["verdict"] == "convicted" and json.loads(done.stdout)["kind"] == kind,
                         done.stdout + done.stderr)
            faulty.stop()
        ended = ctl.run("job", "watch", job, "--receipt", receipt, "--output", "json")
        report.check(f"job watch: {fault[0]} ends with 1", ended.returncode == FAILED
                     and json.loads(ended.stdout)["status"] == "convicted", ended.stdout + ended.stderr)
        refuses(report, f"job verify --full: {fault[0]}", ctl, DIFFERS, code, "job", "verify", receipt, "--model", MODEL,
                "--full")
    if not _aether.QUICK:  # it is asked for as long as a worker may take
        with worker("aether-worker-faulty", "--fault", "flip:9:5:100:3", "--fault", "withhold") as faulty:
            job = submitted("withhold")
            report.equal("job prove: nothing is served", (UNREACHABLE, "not_served"), error_of(prove(job)))
            faulty.stop()

    before = int(ctl.json("account", "dev-alice")["account"]["balance"]["aic"])
    job = ctl.json(*post, "--accept-slots", "3", stdin=PROMPT)["job"]
    chain.call("dev_seal", slots=20)
    ended = ctl.run("job", "watch", job, "--from", "dev-alice", "--output", "json")
    report.equal("job watch --from: takes back a job that nobody took", (FAILED, "unaccepted", before),
                 (ended.returncode, json.loads(ended.stdout)["status"],
                  int(ctl.json("account", "dev-alice")["account"]["balance"]["aic"])))


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-cli-") as folder:
        scratch = pathlib.Path(folder)
        password = scratch / "password"
        password.write_text("correct horse\n")
        ctl = Ctl(scratch / "keys", password)
        arguments(report, ctl)
        keys(report, ctl, scratch)
        other_programs(report, ctl)
        runs(report, ctl, scratch)
        converts(report, ctl, scratch)
        with _aether.DevChain(scratch) as chain:
            funded = Ctl(chain.keys, chain.password_file, chain.rpc)
            transfers(report, funded)
            jobs(report, funded, scratch)
        with _aether.DevChain(scratch / "second", "--preset", "demo", "--on-demand") as chain:
            worked(report, Ctl(chain.keys, chain.password_file, chain.rpc), chain, scratch)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

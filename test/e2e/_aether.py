"""What the end-to-end scripts share: where things are, the lines of the protocol, JSON-RPC, waiting for a condition, programs
that run until they are ended, and a chain of one's own."""
import contextlib
import json
import os
import pathlib
import selectors
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(os.environ.get("AETHER_ROOT", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("AETHER_BIN", ROOT / "build" / "bin"))
QUICK = os.environ.get("AETHER_QUICK") == "1"
LONG = os.environ.get("AETHER_LONG") == "1"
DEADLINE_S = 120  # only ends a hang


class Report:
    """Prints PASS, FAIL and SKIP lines; end() is the exit status."""

    def __init__(self):
        self.failed = 0

    def check(self, name, holds, found=""):
        self.failed += not holds
        print(f"PASS {name}" if holds else f"FAIL {name}: {found}".replace("\n", " "), flush=True)

    def equal(self, name, wanted, found):
        self.check(name, wanted == found, f"expected {wanted!r}, there was {found!r}")

    def skip(self, name, why):
        print(f"SKIP {name}: {why}", flush=True)

    def end(self):
        return 1 if self.failed else 0


@contextlib.contextmanager
def small_disk(directory, kibibytes):
    """A file system of that size at a new directory; None where this user may mount none."""
    directory.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "none", directory], capture_output=True).returncode == 0
    try:
        yield directory if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", directory], check=True)


def wait_for(condition, what):
    """The first value of condition() that is true."""
    end = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {DEADLINE_S} s")
        time.sleep(0.01)
    return value


class RpcError(Exception):
    """The chain refused; `name` and `reason` say why."""

    def __init__(self, error):
        super().__init__(f"{error['data']['name']}: {error['message']}")
        self.name, self.reason = error["data"]["name"], error["data"].get("reason", "")


def post(url, value):
    """The JSON that a server answers to JSON. OSError when nobody answers."""
    request = urllib.request.Request(url, json.dumps(value).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
        return json.load(answer)


def call_all(url, calls):
    """The results of JSON-RPC calls, each (method, params), in their order."""
    out, at_once = [], 50
    for first in range(0, len(calls), at_once):
        part = calls[first:first + at_once]
        out += post(url, [{"jsonrpc": "2.0", "id": 1, "method": method, "params": params} for method, params in part])
    for answer in out:
        if "error" in answer:
            raise RpcError(answer["error"])
    return [answer["result"] for answer in out]


def call(url, method, **params):
    return call_all(url, [(method, params)])[0]


def run(program, *words):
    """A program to its end; its exit status, stdout and stderr are the result's."""
    return subprocess.run([BIN / program, *map(str, words)], capture_output=True, text=True, timeout=DEADLINE_S,
                          stdin=subprocess.DEVNULL, start_new_session=True)


class Program:
    """A program that says on its first line, a JSON object, that it is ready, and runs until it is ended: killed at the end
    of the block, if by nothing else before."""

    def __init__(self, program, *words, **popen):
        self.command, self.popen = [BIN / program, *map(str, words)], popen
        self.ready = self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                        **self.popen)
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(DEADLINE_S) else ""
        if not line:
            self.kill()
            raise RuntimeError(f"{' '.join(map(str, self.command))} did not become ready")
        self.ready = json.loads(line)
        return self

    def __exit__(self, *_):
        self.kill()

    def end(self, number):
        """Sends a signal, unless it has ended. The exit status; that of a signal is negative."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        return status

    def stop(self):
        return self.end(signal.SIGTERM)

    def kill(self):
        return self.end(signal.SIGKILL)


class DevChain(Program):
    """aetherd dev on a free port, with its development keys in `folder`. A block may be entered again: with --data it is the
    same chain."""

    def __init__(self, folder, *options, **popen):
        super().__init__("aetherd", "dev", "--port", 0, "--output", "json", *options, **popen)
        self.keys = pathlib.Path(folder) / "dev-keys"
        self.password_file = self.keys / "dev-password"
        self.rpc = None

    def __enter__(self):
        subprocess.run([BIN / "aetherd", "dev-keys", self.keys], check=True, capture_output=True)
        super().__enter__()
        self.rpc = self.ready["rpc"]
        return self

    def call(self, method, **params):
        return call(self.rpc, method, **params)

    def call_all(self, calls):
        return call_all(self.rpc, calls)

    def ctl(self, *words):
        """aetherctl with the development keys and --output json: its exit status and what it printed."""
        done = run("aetherctl", "--rpc", self.rpc, "--keys", self.keys, "--password-file", self.password_file,
                   "--output", "json", *words)
        text = done.stdout or done.stderr.splitlines()[-1]
        return done.returncode, json.loads(text)

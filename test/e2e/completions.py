"""What aetherctl's completions offer in bash, zsh and fish themselves, where those are installed."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import _aether  # noqa: E402
from _ctl import USAGE, Ctl, refuses  # noqa: E402

HANG_S = 60  # ends a hang
WANTED = {
    "": ["keys", "status", "block", "validators", "peers", "account", "transfer", "utxo", "tx", "model", "job", "node", "devnet",
         "completion"],
    "keys": ["new", "import", "export", "sign", "verify", "list", "show", "validator"], "tx": ["send", "status", "wait", "simulate"],
    "tx send pay.tx": ["--no-wait", "--rpc", "--output"], "tx status 0x00": ["--valid-until"], "validators": ["--epoch"],
    "utxo": ["list", "spend"], "utxo spend 0x00": ["--from", "--to", "--amount", "--asset", "--utxo", "--no-wait"],
    "keys export": ["--format", "--out", "--stdout", "--password-file"],
    "keys validator": ["new", "show", "rotate-kes", "verify"],
    "keys validator new": ["--account", "--chain-id", "--mnemonic-file", "--restore", "--output"],
    "keys validator verify folder": ["--secrets", "--chain-id", "--account"],
    "devnet": ["up", "down", "status", "logs", "kill", "restart", "pause", "resume", "faults", "partition", "heal"],
    "devnet faults": ["--delay-ms", "--jitter-ms", "--loss", "--reorder", "--duplicate", "--from", "--to", "--dir"],
    "devnet up": ["--nodes", "--dir", "--slot-ms", "--delta-ms", "--preset", "--fund", "--faults", "--output"],
    "node": ["status", "renew-kes"], "node renew-kes": ["--home", "--from", "--rpc"], "node status": ["--home", "--output"],
    "model": ["convert", "register", "list"],
    "job": ["post", "watch", "list", "show", "cancel", "prove", "run", "verify"],
    "job show 0x00": ["--receipt", "--output", "--rpc"], "job run": ["--model", "--threads", "--key"]}


def typed(path):
    """The command line up to where TAB is pressed; options are offered after a dash, which fish wants to see."""
    return " ".join(["aetherctl", *path.split(), "-" * 2 if WANTED[path][0].startswith("-") else ""])


def bash(script, path, home):
    words = typed(path).split(" ")
    asked = f"source {script}; COMP_WORDS=({' '.join(word or chr(39) * 2 for word in words)}); COMP_CWORD={len(words) - 1}\n" \
            "_aetherctl; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    return subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True, cwd=home).stdout.split()


def fish(script, path, home):
    asked = ["fish", "--no-config", "-c", f"source {script}; complete -C '{typed(path)}'"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=home, env={**os.environ, "HOME": str(home)})
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def zsh(script, path, home):
    """Typed into a terminal of its own, since zsh completes nowhere else."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "HOME": str(home), "TERM": "dumb", "COLUMNS": "200"})
    seen, end = "", time.monotonic() + HANG_S

    def until(done):
        nonlocal seen
        while not done(seen) and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            try:
                more = os.read(terminal, 65536)
            except OSError:
                break
            seen += more.decode(errors="replace")

    try:
        # The quotes keep the echo of the command from being taken for its output.
        os.write(terminal, f"autoload -U compinit; compinit -u -D; source {script}; echo rea''dy\n".encode())
        until(lambda text: "ready" in text)
        seen = ""
        os.write(terminal, f"{typed(path)}\t".encode())
        until(lambda text: set(WANTED[path]) <= set(text.split()))
    finally:
        os.close(terminal)
        os.waitpid(child, 0)
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", " ", seen).split()


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-completions-") as folder:
        home = pathlib.Path(folder)
        ctl = Ctl(home / "keys", home / "password")
        for shell, ask in (("bash", bash), ("zsh", zsh), ("fish", fish)):
            if not shutil.which(shell):
                print(f"SKIP completion: {shell}: it is not installed")
                continue
            script = home / f"aetherctl.{shell}"
            script.write_text(ctl.run("completion", shell).stdout)
            for path, wanted in WANTED.items():
                offered = ask(script, path, home)
                report.equal(f"completion: {shell} after '{path}'", [], [word for word in wanted if word not in offered])
        refuses(report, "completion: unknown shell", ctl, USAGE, "usage", "completion", "tcsh")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

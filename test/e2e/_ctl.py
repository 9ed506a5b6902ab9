"""aetherctl as scripts see it: exit codes, and what it printed as JSON."""
import json
import os
import stat
import subprocess

import _aether

WORDS = "abandon " * 23 + "art"  # BIP-39's vector of 32 bytes 0x00
DONE, FAILED, USAGE, UNREACHABLE, BAD_FILE, DIFFERS, HONEST = range(7)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def has_words(file, words):
    """Beside the names of its lines, some of which are words of the list."""
    return bool(set(words.split()) & {word for line in file.read_text().splitlines() for word in line.split()[1:]})


class Ctl:
    """aetherctl with a folder of keys, without a terminal to ask for a password."""

    def __init__(self, keys, password_file, rpc=None):
        self.common = ["--keys", str(keys), "--password-file", str(password_file)]
        if rpc:
            self.common += ["--rpc", rpc]

    def run(self, *words, stdin="", stdout=subprocess.PIPE, stderr=subprocess.PIPE, common=None, env=None):
        return subprocess.run([str(_aether.BIN / "aetherctl"), *map(str, words),
                               *(self.common if common is None else common)],
                              input=stdin, stdout=stdout, stderr=stderr, text=True, start_new_session=True,
                              timeout=600, env={**os.environ, **(env or {})})

    def json(self, *words, **options):
        """The data of a command that must succeed."""
        done = self.run(*words, "--output", "json", **options)
        if done.returncode != DONE:
            raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)


def error_of(done):
    """(exit code, code of the error) of a command run with --output json; progress may come before the error."""
    lines = [line for line in done.stderr.splitlines() if line.startswith('{"error"')]
    if done.returncode == DONE or not lines:
        return done.returncode, None
    error = json.loads(lines[-1])["error"]
    for part in ("message", "next"):
        if not error[part]:
            return done.returncode, f"an error without {part}"
    return done.returncode, error["code"]


def refuses(report, name, ctl, exit_code, code, *words, **options):
    got = error_of(ctl.run(*words, "--output", "json", **options))
    report.equal(name, (exit_code, code), got)

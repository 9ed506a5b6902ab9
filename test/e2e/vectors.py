"""aether-vectors from outside: the official vectors of test/vectors through the program, kept open as a coprocess; its lines,
errors and exit statuses."""
import json
import subprocess
import sys

import _aether


class Vectors:
    def __enter__(self):
        self.process = subprocess.Popen([_aether.BIN / "aether-vectors"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def line(self, data):
        """The answer to a line of bytes, read before anything else is written."""
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __call__(self, **request):
        return self.line(json.dumps(request).encode())

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def official(report, vectors):
    for file in sorted((_aether.ROOT / "test" / "vectors").glob("*.json")):
        content = json.loads(file.read_text())
        if "cases" not in content:
            continue
        wrong = [case["request"] for case in content["cases"]
                 if not case["answer"].items() <= vectors(**case["request"]).items()]
        report.check(f"vectors: {file.stem}", not wrong, f"{len(wrong)} of {len(content['cases'])} differ, first {wrong[:1]}")


def described(report, vectors):
    ops = vectors(op="describe")["ops"]
    wrong = [op["op"] for op in ops if vectors(**op["example"]) != op["answer"]]
    report.check("vectors: the examples of describe", ops and not wrong, wrong)


def lines(report, vectors):
    good = vectors(op="sha256", message="")
    for name, line in (("no JSON", b"{"), ("an empty line", b""), ("not UTF-8", b"\xff"), ("an unknown op", b'{"op":"x"}'),
                       ("a line above the bound", b" " * (64 * 2**20 + 1))):
        answer = vectors.line(line)
        report.check(f"vectors: {name} is an error, and it goes on",
                     answer["ok"] is False and answer["error"] and vectors(op="sha256", message="") == good, answer)
    process = vectors.process
    process.stdin.close()
    report.equal("vectors: exit status at the end of the input", 0, process.wait(_aether.DEADLINE_S))


def words(report):
    done = _aether.run("aether-vectors", "--help")
    report.check("vectors: --help", done.returncode == 0 and "describe" in done.stdout and "sha256" in done.stdout, done.stdout)
    done = _aether.run("aether-vectors", "--no-such-word")
    report.check("vectors: wrong usage", done.returncode == 2 and "usage" in done.stderr and not done.stdout, done.stderr)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([_aether.BIN / "aether-vectors"], input=b"{}\n", stdout=full, stderr=subprocess.PIPE,
                              timeout=_aether.DEADLINE_S, check=False)
    report.check("vectors: stdout that cannot be written", done.returncode == 1 and done.stderr, done)


def main():
    report = _aether.Report()
    with Vectors() as vectors:
        official(report, vectors)
        described(report, vectors)
        lines(report, vectors)
    words(report)
    return report.end()


sys.exit(main())

"""What the stages of ./aether test run, and how their results are counted: one count per test case, never per program."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = int(os.environ.get("AETHER_JOBS", os.cpu_count() or 1))
PROGRAM_SECONDS_MAX = 1800  # of wall time: whoever takes longer hangs
LONG_PROGRAM_SECONDS_MAX = 4 * 3600  # … with the counts of --long, on a machine that does other things too
SHOWN_LINES_MAX = 60
FUZZ_MEMORY_MB_MAX = 1024  # some 500 of it are ASan's quarantine


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def executed(self):
        return self.passed + self.failed

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def fail(tally, name, detail=""):
    """Counts one failure and shows it at once."""
    tally.failed += 1
    lines = detail.rstrip().splitlines()
    if len(lines) > SHOWN_LINES_MAX:
        lines = [f"... {len(lines) - SHOWN_LINES_MAX} lines above these ..."] + lines[-SHOWN_LINES_MAX:]
    print("\n    ".join([f"FAIL {name}"] + lines), flush=True)


def parallel(function, items):
    total = Tally()
    with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
        for tally in pool.map(function, items):
            total.add(tally)
    return total


def run_logged(command, log, env=None, seconds=PROGRAM_SECONDS_MAX):
    """Runs a command with its output in a file; returns the exit status, or a sentence when it had to be stopped."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT,
                                  env={**os.environ, **(env or {})}, timeout=seconds).returncode
        except subprocess.TimeoutExpired:
            return f"stopped after {seconds} s"
        except OSError as error:
            return str(error)


def count_gtest(report):
    """(passed, [(name, messages)], skipped) of a GoogleTest JSON report."""
    passed, failures, skipped = 0, [], 0
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("failures"):
                failures.append((f"{suite['name']}.{case['name']}", "\n".join(f["failure"] for f in case["failures"])))
            elif case.get("result") == "SKIPPED" or case.get("status") == "NOTRUN":
                skipped += 1
            else:
                passed += 1
    return passed, failures, skipped


def gtest(program, env=None, seconds=PROGRAM_SECONDS_MAX):
    """Runs one GoogleTest program. A crash, a stop or a program without tests is a failure."""
    tally, name = Tally(), program.name
    log = program.parent.parent / "test-logs" / f"{name}.log"
    report = log.with_suffix(".json")
    report.unlink(missing_ok=True)
    status = run_logged([str(program), f"--gtest_output=json:{report}"], log, env, seconds)
    output = log.read_text(errors="replace")
    if report.exists():
        tally.passed, failures, tally.skipped = count_gtest(json.loads(report.read_text()))
        for case, messages in failures:
            fail(tally, f"{name}: {case}", messages)
        if status != 0 and not failures:
            fail(tally, f"{name}: exit {status} after its tests", output)
    else:
        tally.passed = len(re.findall(r"^\[       OK \] ", output, re.M))
        started = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
        fail(tally, f"{name}: ended with {status} in {started[-1] if started else 'start-up'}", output)
    if tally.executed() + tally.skipped == 0:
        fail(tally, f"{name}: contains no test")
    return tally


def gtests(build, names, env=None, seconds=PROGRAM_SECONDS_MAX):
    programs = [build / "bin" / f"aether_{name}_test" for name in names]
    return parallel(lambda program: gtest(program, env, seconds), programs)


def count_lines(output):
    """The protocol of end-to-end scripts: lines PASS name, FAIL name: why, SKIP name: why; see test/e2e/README.md."""
    counts = {word: len(re.findall(rf"^{word} \S", output, re.M)) for word in ("PASS", "FAIL", "SKIP")}
    return counts["PASS"], counts["FAIL"], counts["SKIP"]


def script(path, env=None, seconds=PROGRAM_SECONDS_MAX, shown=False):
    """One script of that protocol; `shown` prints what it passed too, where figures stand beside the names."""
    tally, began = Tally(), time.monotonic()
    log = ROOT / "build" / "test-logs" / f"e2e-{path.stem}.log"
    command = ["python3", str(path)] if path.suffix == ".py" else ["bash", str(path)]
    status = run_logged(command, log, env, seconds)
    output = log.read_text(errors="replace")
    tally.passed, failed, tally.skipped = count_lines(output)
    if failed:
        fail(tally, f"{path.name}: {failed} of its checks", output)
        tally.failed = failed
    elif status != 0:
        fail(tally, f"{path.name}: ended with {status}", output)
    elif tally.executed() + tally.skipped == 0:
        fail(tally, f"{path.name}: printed no PASS, FAIL or SKIP line", output)
    if shown:
        print("\n".join(f"    {line}" for line in output.splitlines() if re.match(r"(PASS|SKIP) \S", line)))
    print(f"  {path.name}: {tally.line()}, {time.monotonic() - began:.1f} s", flush=True)
    return tally


def e2e(env):
    """End-to-end scripts, one after the other: each starts processes of its own."""
    total = Tally()
    for path in sorted((ROOT / "test" / "e2e").glob("*")):
        if path.suffix in (".py", ".sh") and not path.name.startswith("_"):
            total.add(script(path, {"AETHER_BIN": str(ROOT / "build" / "bin"), "AETHER_ROOT": str(ROOT), **env}))
    return total


def python_tests(folder):
    """The unittest modules of one tools/ folder, in this process."""
    tally = Tally()
    suite = unittest.defaultTestLoader.discover(str(ROOT / "tools" / folder), pattern="test_*.py",
                                                top_level_dir=str(ROOT / "tools" / folder))
    result = unittest.TestResult()
    suite.run(result)
    for case, detail in result.failures + result.errors:
        fail(tally, str(case), detail)
    tally.skipped = len(result.skipped)
    tally.passed = result.testsRun - tally.failed - tally.skipped
    return tally


def check(name, command, env=None):
    """A command that is one test: it passes when it exits with 0."""
    tally = Tally()
    log = ROOT / "build" / "test-logs" / f"{name}.log"
    status = run_logged(command, log, env)
    if status == 0:
        tally.passed = 1
    else:
        fail(tally, name, log.read_text(errors="replace"))
    return tally


def fuzz(program, seconds):
    """One target under ASan and UBSan. -len_control lets slow targets reach long inputs within the minute."""
    corpus = program.parent.parent / "corpus" / program.name
    corpus.mkdir(parents=True, exist_ok=True)
    return check(program.name, [str(program), f"-max_total_time={seconds}", "-timeout=20", f"-rss_limit_mb={FUZZ_MEMORY_MB_MAX}",
                                "-len_control=10", f"-artifact_prefix={corpus}/../{program.name}-", str(corpus)])


def build(preset, targets=()):
    """Configures and builds a preset; a failure is one failed test, shown in full."""
    tally = Tally()
    folder = ROOT / "build" if preset == "release" else ROOT / "build" / preset
    for what, command in (("configure", ["cmake", "--preset", preset]),
                          ("build", ["ninja", "-C", str(folder), "-j", str(JOBS), *targets])):
        log = ROOT / "build" / "test-logs" / f"{preset}-{what}.log"
        status = run_logged(command, log, seconds=5400)
        if status != 0:
            text = log.read_text(errors="replace")
            at = text.find("FAILED:")
            fail(tally, f"{what} of preset {preset}: {status}", text[max(at, 0):])
            break
    return tally, folder

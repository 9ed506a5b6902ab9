"""./aether test: runs the stages in order, prints each one's time, and closes with `N passed, N failed, N skipped`.

Environment for the tests: AETHER_QUICK=1 in --quick and under sanitizers, AETHER_LONG=1 in --long; RC_PARAMS sets
rapidcheck's number of cases accordingly.
"""
import os
import pathlib
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]
import stages  # noqa: E402
from layers import layer_table  # noqa: E402

# Libraries that include RocksDB or Beast, and those above them, are never built with a sanitizer: it doubles the
# slowest compilations and finds nothing in headers that are not ours.
UNSANITIZED = {"storage", "chain", "rpc", "client", "query", "devchain", "mesh", "cli"}
THREADED = {"exec", "env", "infer", "models", "smt"}
FUZZ_SECONDS = 60
SIMULATION_MINUTES = 120

QUICK = {"AETHER_QUICK": "1", "RC_PARAMS": "max_success=25"}
LONG = {"AETHER_LONG": "1", "RC_PARAMS": "max_success=1000"}


class Run:
    def __init__(self, mode, minutes=SIMULATION_MINUTES):
        self.minutes = minutes
        self.mode, self.total, self.began = mode, stages.Tally(), time.monotonic()
        self.env = {"quick": QUICK, "long": LONG}.get(mode, {})
        table = layer_table.read(stages.ROOT / "layers.cmake")
        self.tested = [name for name in reversed(table) if layer_table.sources(stages.ROOT, table[name], "test")]

    def stage(self, name, function):
        began = time.monotonic()
        print(f"== {name}", flush=True)
        tally = function()
        print(f"   {name}: {tally.line()}, {time.monotonic() - began:.1f} s", flush=True)
        self.total.add(tally)
        return tally.failed == 0

    def build(self, preset, targets=()):
        return self.stage(f"build {preset}", lambda: stages.build(preset, targets)[0])

    def built_and_run(self, preset, names, env):
        """The tests of the named libraries, and nothing else, built under a preset and run."""
        if names and self.build(preset, [f"aether_{name}_test" for name in names]):
            self.stage(f"tests {preset}", lambda: stages.gtests(stages.ROOT / "build" / preset, names, env))

    def bits(self, preset):
        """The committed outputs and trace roots of real prompts, by the program that another preset builds."""
        if self.build(preset, ["aether-trace-roots"]):
            self.stage(f"bits {preset}", lambda: stages.script(
                stages.ROOT / "test" / "e2e" / "bits.py",
                {"AETHER_ROOT": str(stages.ROOT), "AETHER_BIN": str(stages.ROOT / "build" / preset / "bin")}))

    def simulation(self):
        """Seed after seed, printed with all that was met; a kind of fault or a situation that was not is a failure."""
        log = stages.ROOT / "build" / "test-logs" / "simulation.log"
        command = ["build/bin/aether-sim", "--minutes", str(self.minutes), "--threads", str(stages.JOBS), "--complete"]
        status = stages.run_logged(command, log, seconds=60 * self.minutes + 1800)
        output = log.read_text(errors="replace")
        print("".join(f"    {line}\n" for line in output.splitlines()), end="")
        tally = stages.Tally()
        tally.passed = 1
        if status != 0:
            tally.passed = 0
            stages.fail(tally, "simulation", f"ended with {status}")
        return tally

    def all(self):
        self.stage("tools", lambda: stages.python_tests("tidy").add(stages.python_tests("layers"))
                   .add(stages.python_tests("testing")))
        self.stage("style", lambda: stages.check("tidy", ["python3", "tools/tidy/tidy.py"]))
        if self.build("release"):
            self.stage("architecture", lambda: stages.check("headers", ["ninja", "-C", "build", "headers"])
                       .add(stages.check("layers-sources", ["python3", "tools/layers/scan_sources.py"]))
                       .add(stages.check("layers-archives", ["python3", "tools/layers/scan_archives.py", "build"])))
            seconds = stages.LONG_PROGRAM_SECONDS_MAX if self.mode == "long" else stages.PROGRAM_SECONDS_MAX
            self.stage("tests", lambda: stages.gtests(stages.ROOT / "build", self.tested, self.env, seconds))
            self.stage("end to end", lambda: stages.e2e(self.env))
        sanitized = [name for name in self.tested if name not in UNSANITIZED]
        if self.mode != "quick":
            self.built_and_run("asan-ubsan", sanitized, QUICK)
        if self.mode == "long":
            self.stage("reproducible",
                       lambda: stages.check("reproducible", ["python3", "tools/testing/reproducible.py"]))
            self.built_and_run("clang", self.tested, QUICK)
            self.bits("clang")
            self.built_and_run("o0", [name for name in sanitized if name in ("infer", "vcr", "models")], QUICK)
            self.bits("o0")
            if self.build("release", ["aether-bench-consensus", "aether-bench-crypto", "aether-bench-exec", "aether-bench-mempool",
                                      "aether-bench-node", "aether-bench-snapshot", "aether-bench-state", "aether-bench-wasm"]):
                for area in ("consensus", "crypto", "exec", "mempool", "node", "snapshot", "state", "wasm"):
                    self.stage(f"benchmarks of {area} beside their peers", lambda area=area: stages.check(
                        f"bench-{area}", ["python3", f"bench/{area}.py", "--check"], {"AETHER_BIN": "build/bin"}))
            self.stage("specification", lambda: stages.script(stages.ROOT / "spec" / "tla" / "model_check.py", shown=True))
            self.stage("simulation", self.simulation)
            self.built_and_run("tsan", [name for name in sanitized if name in THREADED], QUICK)
            fuzzers = [f"fuzz_{path.parents[1].name}_{path.stem}" for group in ("core", "host")
                       for path in sorted((stages.ROOT / group).glob("*/fuzz/*.cpp"))]
            if fuzzers and self.build("fuzz", fuzzers):
                programs = [stages.ROOT / "build" / "fuzz" / "bin" / name for name in fuzzers]
                self.stage("fuzz", lambda: stages.parallel(lambda p: stages.fuzz(p, FUZZ_SECONDS), programs))
        if self.total.executed() == 0:
            stages.fail(self.total, "no test was executed")
        print(f"all stages: {time.monotonic() - self.began:.1f} s")
        print(self.total.line(), flush=True)
        return 1 if self.total.failed else 0


if __name__ == "__main__":
    os.chdir(stages.ROOT)
    chosen = "quick" if "--quick" in sys.argv else "long" if "--long" in sys.argv else "normal"
    at = sys.argv.index("--minutes") + 1 if "--minutes" in sys.argv else 0
    sys.exit(Run(chosen, int(sys.argv[at]) if at else SIMULATION_MINUTES).all())

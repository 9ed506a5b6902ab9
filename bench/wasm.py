"""./aether bench wasm [--check] [--output json]: row 17, contracts with and without fuel beside Wasmtime as it comes, as a table, or as
one JSON object with the machine and all results."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
CPU time. Each run is a fresh instance and one call; host functions are the same for all. Unmetered is the same Wasmtime and code
without fuel, plain is Wasmtime with its own settings (optimizations, this processor) and our pool of instances, without fuel"""
SOURCES = [*sorted((ROOT / "contracts").glob("*.cpp")), ROOT / "bench" / "wasm" / "work.cpp"]
# What must come out at last.
OF_UNMETERED, FRESH_US = 1.3, 4


def goal(got, of):
    return f"  goal {of} {'reached' if got <= of else 'MISSED'}"


def line(result):
    if result["what"] == "run":
        return (f"{result['work']:30} {result['metered_us']:9.2f} µs, unmetered {result['unmetered_us']:9.2f}, plain "
                f"{result['plain_us']:9.2f}: {result['of_unmetered']:.2f}x, {result['of_plain']:.2f}x of plain; {result['gas']} steps"
                + goal(round(result["of_unmetered"], 2), OF_UNMETERED))
    if result["what"] == "call":
        return (f"a call through the machine, {result['work']:18} {result['us']:6.2f} µs, {result['gas']} steps"
                + (goal(result["us"], FRESH_US) if result["work"] == "counter: add" else ""))
    return (f"{result['module']:10} {result['bytes']} bytes: judged in {result['judge_ns_per_byte']:.0f} ns a byte, compiled in "
            f"{result['compile_ms']:.2f} ms ({result['ns_per_step']:.2f} ns a step of {result['compile_steps']}), loaded from disk in "
            f"{result['load_us']:.0f} µs")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            subprocess.run([os.path.join(os.environ["AETHER_BIN"], "aetherctl"), "contract", "build", source, "-o",
                            pathlib.Path(folder) / f"{source.stem}.wasm"], check=True, stdout=subprocess.DEVNULL)
        sys.argv.insert(1, folder)
        return driver.run("wasm", HEAD, lambda results: map(line, results))


if __name__ == "__main__":
    sys.exit(main())

"""The bits of real prompts: outputs and trace roots of 240 prompts are the committed ones, whatever the instruction set, the
number of threads, the length of chunks and the compiler (AETHER_BIN names the build), generated and in a prefill."""
import subprocess
import sys

from _aether import BIN, LONG, QUICK, ROOT, Report

MODEL = ROOT / "models" / "aether-tiny"
COMMITTED = MODEL / "trace_roots.txt"
MAX_NEW = 16
WHOLE = 1024  # the context: the prompt in one piece


def ways():
    """(instruction set, threads, chunk, every n-th prompt). The scalar kernels are slow, and they are the definition."""
    if QUICK:
        return [("avx2", 2, 64, 20), ("scalar", 1, WHOLE, 60)]
    if not LONG:
        return [("avx2", 2, 64, 1), ("avx2", 3, 7, 12), ("scalar", 1, WHOLE, 24)]
    return [(isa, threads, chunk, 1) for isa in ("avx2", "scalar") for threads, chunk in
            ((1, WHOLE), (2, 64), (3, 7), (4, 257))]


def main():
    report = Report()
    committed = COMMITTED.read_text().splitlines()
    wide = "avx2" in next(line for line in open("/proc/cpuinfo") if line.startswith("flags")).split()
    for isa, threads, chunk, stride in ways():
        name = f"{isa}, {threads} threads, chunks of {chunk}: {len(committed[::stride])} prompts"
        if isa == "avx2" and not wide:
            print(f"SKIP {name}: this processor has no AVX2")
            continue
        done = subprocess.run([BIN / "aether-trace-roots", MODEL, MODEL / "prompts.txt", isa, str(threads), str(chunk),
                               str(MAX_NEW), str(stride)], capture_output=True, text=True)
        wrong = [pair for pair in zip(committed[::stride], done.stdout.splitlines()) if pair[0] != pair[1]]
        report.check(name, done.returncode == 0 and done.stdout.splitlines() == committed[::stride],
                     f"exit status {done.returncode}, {done.stderr} first difference {wrong[:1]}")
    return report.end()


sys.exit(main())

"""./aether bench [AREA]: builds and runs the benchmarks: Google Benchmark programs of core/*/bench and host/*/bench, and
the drivers bench/*.py, which print their own figures. AREA is a library's or a driver's name."""
import os
import pathlib
import platform
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]
import stages  # noqa: E402
from layers import layer_table  # noqa: E402


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "").split()
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1])
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    wide = [flag for flag in ("avx2", "avx512f", "sha_ni") if flag in flags]
    return (f"machine: {cpu}, {os.cpu_count()} cores, {memory / 2**20:.0f} GiB, {' '.join(wide) or 'no avx2'}; "
            f"{platform.system()} {platform.release()}; {compiler}")


def main():
    os.chdir(stages.ROOT)
    area = sys.argv[1] if len(sys.argv) > 1 else None
    table = layer_table.read(stages.ROOT / "layers.cmake")
    libraries = [name for name, layer in table.items() if layer_table.sources(stages.ROOT, layer, "bench")]
    drivers = {path.stem: path for path in sorted((stages.ROOT / "bench").glob("*.py"))}
    areas = libraries + [name for name in drivers if name not in libraries]
    if area and area not in areas:
        print(f"aether: no benchmark area '{area}'; there are: {' '.join(areas) or 'none'}", file=sys.stderr)
        return 64
    chosen = [area] if area else areas
    targets = [f"aether_{name}_bench" for name in chosen if name in libraries]
    if any(name in drivers for name in chosen):
        targets.append("programs")
    if targets and subprocess.run(["ninja", "-C", "build", "-j", str(stages.JOBS), *targets], stdout=sys.stderr).returncode:
        print("aether: the benchmarks did not build, as shown above", file=sys.stderr)
        return 70
    print(machine(), flush=True)
    failed = 0
    for name in chosen:
        print(f"\n== {name}", flush=True)
        if name in libraries:
            failed |= subprocess.run([f"build/bin/aether_{name}_bench", "--benchmark_counters_tabular=true"]).returncode
        if name in drivers:
            failed |= subprocess.run(["python3", str(drivers[name])], env={**os.environ, "AETHER_BIN": "build/bin",
                                                                         "AETHER_ROOT": str(stages.ROOT)}).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

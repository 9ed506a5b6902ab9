"""./aether bench [AREA [ARGUMENT...]]: builds and runs the benchmarks: the drivers bench/*.py, which run this code beside its peers
and print a table, and the Google Benchmark programs of core/*/bench and host/*/bench. AREA is a driver's or a library's
name; the arguments are the driver's."""
import os
import pathlib
import platform
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1])]
import stages  # noqa: E402
from layers import layer_table  # noqa: E402

WIDE = ("avx2", "avx512f", "avx512ifma", "avx512_vnni", "gfni", "sha_ni")


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    family = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith(("cpu family", "model\t"))][:2]
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "").split()
    memory = int(next(line for line in open("/proc/meminfo") if line.startswith("MemTotal")).split()[1])
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    wide = [flag for flag in WIDE if flag in flags]
    return (f"{cpu} (family {' model '.join(family)}), {os.cpu_count()} cores, {memory / 2**20:.0f} GiB, "
            f"{' '.join(wide) or 'no avx2'}; {platform.system()} {platform.release()}; {compiler}")


def has_program(driver):
    """Whether bench/ has a program of its own for this driver; a driver without one uses those that people run."""
    return (stages.ROOT / "bench" / driver).is_dir()


def main():
    os.chdir(stages.ROOT)
    area, arguments = (sys.argv[1] if len(sys.argv) > 1 else None), sys.argv[2:]
    table = layer_table.read(stages.ROOT / "layers.cmake")
    drivers = {path.stem: path for path in sorted((stages.ROOT / "bench").glob("*.py"))}
    libraries = [name for name, layer in table.items() if layer_table.sources(stages.ROOT, layer, "bench")]
    areas = [*drivers, *(name for name in libraries if name not in drivers)]
    if area and area not in areas:
        print(f"aether: no benchmark area '{area}'; there are: {' '.join(areas) or 'none'}", file=sys.stderr)
        return 64
    if arguments and area not in drivers:
        print(f"aether: the benchmarks of the library {area} take no arguments; run build/bin/aether_{area}_bench",
              file=sys.stderr)
        return 64
    chosen = [area] if area else areas
    targets = [f"aether-bench-{name}" if has_program(name) else "programs" for name in chosen if name in drivers]
    if not arguments:  # which a library's benchmarks do not know
        targets += [f"aether_{name}_bench" for name in chosen if name in libraries]
    if targets and subprocess.run(["ninja", "-C", "build", "-j", str(stages.JOBS), *targets], stdout=sys.stderr).returncode:
        print("aether: the benchmarks did not build, as shown above", file=sys.stderr)
        return 70
    # A driver that writes JSON has stdout to itself.
    text = sys.stderr if "--output" in arguments else sys.stdout
    print(f"machine: {machine()}", file=text, flush=True)
    environment = {**os.environ, "AETHER_BIN": "build/bin", "AETHER_ROOT": str(stages.ROOT), "AETHER_MACHINE": machine()}
    failed = 0
    for name in chosen:
        print(f"\n== {name}", file=text, flush=True)
        if name in drivers:
            failed |= subprocess.run(["python3", str(drivers[name]), *arguments], env=environment).returncode
        if name in libraries and not arguments:
            failed |= subprocess.run([f"build/bin/aether_{name}_bench", "--benchmark_counters_tabular=true"]).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

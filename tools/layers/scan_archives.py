"""Scans the release archives of core/: scan_archives.py BUILD [ROOT].

Refuses (a) an undefined symbol that no allowed core library defines, that no SYMBOLS prefix of layers.cmake names and
that is not in runtime_symbols.txt; (b) data that could change or needs a start-up function; (c) floating-point
instructions, and those that read a clock, entropy, the processor's kind or enter the kernel.
"""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from layers import layer_table  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
MUTABLE_SECTION = re.compile(r"^\.(?:data|bss|tdata|tbss|init_array|ctors)(?:\.|$)")
RELOCATED_CONSTANT = re.compile(r"^\.data\.rel\.ro(?:\.|$)")
FLOATING = re.compile(
    r"^(?:f\w+"  # x87: no other instruction starts with f
    r"|v?(?:add|sub|mul|div|sqrt|min|max|rcp|rsqrt|cmp\w*|u?comi|hadd|hsub|addsub|dp|round|range|reduce|scalef|getexp|getmant)"
    r"(?:14|28)?[sp][sdh]"
    r"|v?cvt\w+"
    r"|vfn?m(?:add|sub|addsub|subadd)\w+)$")
WORLD = re.compile(r"^(?:rdtscp?|rdrand|rdseed|rdpmc|syscall|sysenter|cpuid|xgetbv|int)$")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(archive):
    """(defined, {undefined: object}) over all objects of an archive."""
    defined, undefined, member = set(), {}, "?"
    for line in run("nm", "--format=posix", str(archive)).splitlines():
        if line.endswith("]:") or line.endswith(".o:"):
            member = re.sub(r".*\[|\]?:$", "", line)
            continue
        words = line.split()
        if len(words) < 2:
            continue
        if words[1] in "Uwv":
            undefined.setdefault(words[0], member)
        elif words[1] != "N":
            defined.add(words[0])
    return defined, undefined


def runtime_pattern():
    lines = (HERE / "runtime_symbols.txt").read_text().splitlines()
    return re.compile("|".join(f"(?:{line.strip()})" for line in lines if line.strip() and not line.startswith("#")))


def check_symbols(layer, undefined, defined_by):
    allowed = set().union(*(defined_by.get(name, set()) for name in layer.closure))
    runtime = runtime_pattern()
    for symbol, member in sorted(undefined.items()):
        if symbol in allowed or runtime.fullmatch(symbol) or symbol.startswith(tuple(layer.symbols) or ("\0",)):
            continue
        yield f"{member}: undefined symbol {symbol}, which layers.cmake allows {layer.name} no library or prefix for"


def check_sections(archive):
    member = "?"
    for line in run("objdump", "-h", str(archive)).splitlines():
        if ":     file format" in line:
            member = line.split(":")[0]
        words = line.split()
        if len(words) >= 7 and words[0].isdigit():
            name, size = words[1], int(words[2], 16)
            if size and MUTABLE_SECTION.match(name) and not RELOCATED_CONSTANT.match(name):
                yield f"{member}: {size} bytes in {name}; a global that changes, or that is made at start-up"
    for line in run("nm", "--format=posix", str(archive)).splitlines():
        if re.match(r"\S+ C ", line):
            yield f"common symbol {line.split()[0]}; a global that changes"


def check_instructions(archive):
    member, function, seen = "?", "?", set()
    for line in run("objdump", "-d", "--no-show-raw-insn", str(archive)).splitlines():
        if ":     file format" in line:
            member = line.split(":")[0]
        elif line.endswith(">:"):
            function = line.split("<", 1)[1][:-2]
        elif "\t" in line:
            words = line.split("\t", 1)[1].split()
            while words and words[0] in ("rep", "repz", "repnz", "lock", "bnd", "notrack", "data16", "cs"):
                words.pop(0)
            mnemonic = words[0] if words else ""
            kind = ("floating point" if FLOATING.match(mnemonic)
                    else "reads or enters the world outside" if WORLD.match(mnemonic) else None)
            if kind and (function, mnemonic) not in seen:
                seen.add((function, mnemonic))
                yield f"{member}: {mnemonic} in {function}: {kind}"


def scan(build, table):
    archives = {name: build / layer.group / name / f"libaether_{name}.a" for name, layer in table.items()
                if layer.group == "core"}
    archives = {name: path for name, path in archives.items() if path.exists()}
    tables = {name: symbols(path) for name, path in archives.items()}
    defined_by = {name: defined for name, (defined, _) in tables.items()}
    found = []
    for name, archive in archives.items():
        found += [f"core/{name}: {why}" for check in (check_symbols(table[name], tables[name][1], defined_by),
                                                      check_sections(archive), check_instructions(archive))
                  for why in check]
    return archives, found


def main():
    build = pathlib.Path(sys.argv[1])
    root = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parents[1]
    archives, found = scan(build, layer_table.read(root / "layers.cmake"))
    if not archives:
        found = [f"no archive of core in {build}; build first"]
    print("\n".join(found) if found else f"{len(archives)} archives are pure: {' '.join(archives)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

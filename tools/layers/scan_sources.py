"""Refuses in the sources what would make core/ impure or cross a layer: scan_sources.py [ROOT]."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from layers import layer_table, source_text  # noqa: E402

FLOATING_LITERAL = r"(?<![\w.'])(?!0[xX])(?:\d[\d']*\.[\d']*|\.\d[\d']*|\d[\d']*(?=[eE][+-]?\d))(?:[eE][+-]?\d+)?[fFlL]?(?![\w.])"

# In core/*/{include,src}: pattern of the code without comments and literals, and what to say.
CORE = [(re.compile(pattern), why) for pattern, why in (
    (r"\b(?:float|double|_Float\w+|__float128)\b", "floating-point type; core computes on integers"),
    (FLOATING_LITERAL, "floating-point literal; core computes on integers"),
    (r"\bunordered_\w+", "unordered container; its order differs between nodes"),
    (r"<(?:thread|jthread|mutex|shared_mutex|condition_variable|future|semaphore|barrier|latch|stop_token)>",
     "threads and locks; take a TaskPool"),
    (r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock)\b|<(?:ctime|time\.h)>",
     "a clock; time is an argument"),
    (r"<random>|\brandom_device\b|\b(?:s?rand|getrandom|getentropy)\s*\(", "entropy; randomness is an argument"),
    (r"<(?:iostream|fstream|filesystem|sys/[a-z]+\.h|unistd\.h)>", "files or streams; they belong in host"),
    (r"\b(?:getenv|secure_getenv)\b", "the environment; it is an argument"),
    (r"\bstd::(?:hash\b|shuffle\b|\w+_distribution\b)", "its results differ between standard libraries"),
    (r"\b(?:throw|try|catch)\b", "exceptions; an expected failure is a Result"),
    (r"\b(?:dynamic_cast|typeid)\b", "run-time type information"),
)]
# What may include intrinsics: the files with their own compiler flags, and headers that only those include.
KERNEL = re.compile(r"_(?:avx2|avx512|ifma|shani)\.[ch]pp$")
INTRINSICS = re.compile(r"<\w*intrin\.h>")
ATOMIC = re.compile(r"\bstd::atomic|<atomic>")
VALUE_CALL = re.compile(r"(?P<receiver>\w*)\)*(?:\.|->)value\(\)")
# In host, the names for a key-value pair of Boost.JSON and an iterator of RocksDB, whose value() is no check.
OTHER_VALUES = {"entry", "property", "iterator", "at"}


def value_calls(text, group):
    for match in VALUE_CALL.finditer(text):
        if not (group == "host" and match.group("receiver") in OTHER_VALUES):
            yield text.count("\n", 0, match.start()) + 1, "value() of optional or expected; test it, then dereference"


def check_core(layer, text):
    for pattern, why in CORE:
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, f"'{match.group().strip()}': {why}"
    if layer.name not in ("exec", "smt"):
        for match in ATOMIC.finditer(text):
            yield text.count("\n", 0, match.start()) + 1, "std::atomic is for core/exec and core/smt alone"


def check_includes(layer, text, product):
    """A file sees its own library and those below it. A test may also use what their tests share."""
    for line, name in source_text.includes(text):
        match = re.match(r'"aether/(\w+)/', name)
        if match and match.group(1) not in layer.closure:
            yield line, f"{name}: {layer.name} has no edge to {match.group(1)} in layers.cmake"
        shared = re.match(r'"\.\./\.\./(?:\.\./(?:core|host)/)?(\w+)/test/', name)
        if name.startswith('"../..') and (product or not shared or shared.group(1) not in layer.closure):
            yield line, f"{name}: a path out of the library; include what a library exports"


def check_intrinsics(path, text):
    if not KERNEL.search(path.name):
        for line, name in source_text.includes(text):
            if INTRINSICS.fullmatch(name):
                yield line, f"{name}: intrinsics are for *_avx2, *_avx512, *_ifma and *_shani files, which have their own flags"


def scan(root):
    """Every refusal as (path, line, why)."""
    table, root = layer_table.read(root / "layers.cmake"), pathlib.Path(root)
    found = []
    for layer in table.values():
        for path in layer_table.sources(root, layer, "include", "src", "test", "fuzz", "bench"):
            raw = path.read_text()
            text = source_text.code(raw)
            product = path.relative_to(root).parts[2] in ("include", "src")
            problems = list(check_includes(layer, raw, product))
            if product:
                problems += check_intrinsics(path, raw)
            if layer.group == "core" and product:
                problems += check_core(layer, text)
            found += [(path, line, why) for line, why in problems]
    for folder in ("core", "host", "app", "sim", "test", "bench"):
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            text = source_text.code(path.read_text())
            found += [(path, line, why) for line, why in value_calls(text, folder)]
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = scan(root)
    for path, line, why in found:
        print(f"{path.relative_to(root)}:{line}: {why}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

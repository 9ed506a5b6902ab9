"""./aether bench crypto [ROW...] [--rounds N] [--output json]: cryptography and erasure coding beside their peers, as a
table, or as one JSON object with the machine and all results. ROW is 1 to 9."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
ours and the peer in turn, A B A B; rate of the fastest round, least and median time of one unit; ratio: the peer's time by
ours, pair by pair, median (least–most); on one core: CPU time of this process, bound to it; on two: wall time"""
PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))
TIMES = ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def scaled(value, scales):
    """Three digits and the scale's name."""
    scale, name = next(((s, n) for s, n in scales if value >= s), scales[-1])
    digits = value / scale
    return f"{digits:.{2 if digits < 9.995 else 1 if digits < 99.95 else 0}f} {name}".rstrip()


def side(of, unit):
    rate = f"{1 / of['min_s']:.1f} GB/s" if unit.startswith("GB") else scaled(1 / of["min_s"], PREFIXES).replace(" ", "") + "/s"
    return f"{of['name']:32} {rate:>9} {scaled(of['min_s'], TIMES):>8} {scaled(of['median_s'], TIMES):>8}"


def goals(result, got):
    """Each goal and whether `got` reaches it."""
    texts = []
    for name in ("first", "final"):
        at_least = result.get(f"{name}_goal")
        if at_least is None:
            texts.append("")
        else:  # what the eye sees decides
            shown = round(got, 5 if "value" in result else 2)
            texts.append(f"{name} {at_least:g} {'reached' if shown >= at_least else 'MISSED'}")
    return "  ".join(f"{text:19}" for text in texts)


def lines(result, last_heading):
    """The result's line, after a heading where another case begins."""
    cores = {1: ", one core", 2: ", two cores"}.get(result.get("cores"), "")
    heading = f"{result['row']}  {result['case']}{cores}"
    if "value" in result:
        return [f"{heading:120}   {result['value']:.5f} {'':12} {goals(result, result['value'])}".rstrip()]
    if "peer" in result:
        got = result["ratio"]
        shown = f"{got:.2f} ({result['ratio_min']:.2f}–{result['ratio_max']:.2f})"
    else:
        got = result["rate"]
        shown = f"{got:.1f} GB/s"
    sides = "  ".join(side(result[name], result["unit"]) for name in ("ours", "peer") if name in result)
    out = [] if heading == last_heading else [f"{heading}; times are of one {result['unit']}"]
    return [*out, f"   {sides:118}  {shown:19} {goals(result, got)}".rstrip()]


def table(results):
    heading = None
    for result in results:
        shown = lines(result, heading)
        heading = shown[0].split(";")[0] if len(shown) > 1 else heading
        yield from shown


if __name__ == "__main__":
    sys.exit(driver.run("crypto", HEAD, table))

"""./aether bench state [--accounts N]... [--rounds N] [--check] [--resident N] [--output json]: row 10, the state tree
beside nomt, jmt and RocksDB, as a table, or as one JSON object with the machine and all results."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
blocks of random updates, each to a root and durable; all four in turn, block by block; updates a second of the fastest and
the median block; ratio: the peer's time by ours, block by block, median (least–most); CPU: of all threads, of an update;
alone: 40 blocks of one side after another, updates a second over all of them, and the ratio"""
# What the lesser of both ratios must reach: (first goal, final goal).
GOALS = {"nomt": (1.5, 3), "jmt": (10, 10)}


def line(result):
    if "resident_max_bytes" in result:
        return (f"ours alone, {result['accounts']} accounts: at most {result['resident_max_bytes'] / 2**30:.2f} GiB resident "
                f"(goal 2), opened in {result['open_s']:.1f} s")
    name = result["side"]
    text = (f"   {name:24} {1 / result['min_s']:>10.0f}/s {1 / result['median_s']:>10.0f}/s  "
            f"CPU {1e6 * result['cpu_median_s']:>6.1f} µs  alone {1 / result['sustained_s']:>8.0f}/s")
    if name == "aether":
        return f"{result['accounts']} accounts, {result['block']} updates a block\n{text}"
    text += (f"  {result['ratio']:.2f} ({result['ratio_min']:.2f}–{result['ratio_max']:.2f}), CPU {result['cpu_ratio']:.2f}, "
             f"alone {result['sustained_ratio']:.2f}")
    first, final = GOALS.get(name.split()[0], (None, None))
    if first is None or result["accounts"] < 1_000_000:
        return text
    got = round(min(result["ratio"], result["sustained_ratio"]), 2)
    return text + "".join(f"  {which} {goal} {'reached' if got >= goal else 'MISSED'}"
                          for which, goal in (("first", first), ("final", final)))


if __name__ == "__main__":
    sys.exit(driver.run("state", HEAD, lambda results: map(line, results)))

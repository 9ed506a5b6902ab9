"""./aether bench snapshot [--objects N]... [--rounds N] [--check] [--output json]: row 19, a snapshot of accounts made, verified
and restored, beside zstd and SHA-256 over the same bytes, as a table, or as one JSON object with the machine and all results."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
accounts in a database; MB/s of what the snapshot holds uncompressed, median and fastest, on all cores; CPU: of all threads.
A restore proves every chunk under the root and ends with a durable directory. zstd unpacks, SHA-256 hashes the same bytes in memory"""
GOALS = ("first", 400), ("final", 600)


def lines(results):
    at = None
    for result in results:
        if at != (at := result["objects"]):
            yield (f"{result['objects']} objects, {result['bytes'] / 1e6:.0f} MB, a file of {result['file_bytes'] / 1e6:.0f} MB")
        speed = result["bytes"] / 1e6 / result["median_s"]
        text = (f"   {result['what']:14} {speed:>7.0f} MB/s  {result['bytes'] / 1e6 / result['min_s']:>7.0f}  "
                f"CPU {1e9 * result['cpu_median_s'] / result['bytes']:>5.2f} ns a byte")
        if result["what"] == "restore" and result["objects"] >= 1_000_000:
            text += "".join(f"  {which} {goal} {'reached' if round(speed) >= goal else 'MISSED'}" for which, goal in GOALS)
        yield text


if __name__ == "__main__":
    sys.exit(driver.run("snapshot", HEAD, lines))

"""./aether bench mempool [--pending N]... [--check] [--output json]: admission, the choice of blocks and the wait of honest
transactions while a hot object is spammed, as a table, or as one JSON object with the machine and all results."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
of those pending, 19 of 20 are spam on one object, which pays 500 times the priority fee of the others; honest ones write objects of
their own. Times are of the CPU, on one core. Alone: from received to admitted in the machine. With signatures: the rate when saturated,
and the time to be admitted at half of it. Blocks: of 2 MiB, final at once; waits in blocks, 1 being the next"""


def line(result):
    if result["what"] == "blocks":
        return (f"{result['pending']:>7} pending, spam: {result['spam']:32} honest wait {result['honest_wait_p50']} p50, "
                f"{result['honest_wait_p95']} p95, {result['honest_wait_max']} max, {100 * result['honest_included']:.1f} % included; "
                f"{result['spam_per_block']} spam a block; select {result['select_p50_ms']} ms p50, {result['select_max_ms']} max; "
                f"block, head and final {result['follow_p50_ms']} ms")
    return (f"{result['pending']:>7} pending, admission {result['what']:16} {result['rate_per_s']:>7.0f}/s   p50 {result['p50_us']} µs, "
            f"p95 {result['p95_us']}, p99 {result['p99_us']}")


if __name__ == "__main__":
    sys.exit(driver.run("mempool", HEAD, lambda results: map(line, results)))

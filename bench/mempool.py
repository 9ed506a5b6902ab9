"""./aether bench mempool [--pending N]... [--check] [--output json]: admission, the choice of blocks and the wait of honest
transactions while a hot object is spammed, as a table, or as one JSON object with the machine and all results."""
import json
import os
import subprocess
import sys

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


def main():
    arguments, as_json = sys.argv[1:], False
    if "--output" in arguments:
        at = arguments.index("--output")
        if arguments[at + 1:at + 2] != ["json"]:
            print("aether: --output knows json", file=sys.stderr)
            return 64
        as_json, arguments = True, arguments[:at] + arguments[at + 2:]
    if not as_json:
        print(HEAD, flush=True)
    results = []
    command = [os.path.join(os.environ["AETHER_BIN"], "aether-bench-mempool"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        for each in program.stdout:
            results.append(json.loads(each))
            if not as_json:
                print(line(results[-1]), flush=True)
    if as_json:
        print(json.dumps({"machine": os.environ.get("AETHER_MACHINE", ""), "results": results}, indent=1))
    return program.returncode


if __name__ == "__main__":
    sys.exit(main())

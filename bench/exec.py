"""./aether bench exec [--rounds N] [--check] [--output json]: row 11, parallel execution, and the pipeline of a single node,
as a table, or as one JSON object with the machine and all results."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
transfers of different senders to different receivers, all of which were used lately, unless said otherwise; serial and
parallel in turn on one block, by the clock, so that two threads need two free processors; the pipeline
decodes, verifies, executes, computes the root and commits durably, block by block"""
# What must come out: (first goal, final goal).
SPEED_UP, OF_BOUND, TRANSFERS = (1.8, 1.9), (1.1, 1.05), (60_000, 150_000)


def goals(got, of, at_least=True):
    return "".join(f"  {which} {goal} {'reached' if (got >= goal if at_least else got <= goal) else 'MISSED'}"
                   for which, goal in zip(("first", "final"), of))


def line(result):
    if result["what"] == "makespan":
        return (f"16 virtual workers, {result['block']:20} {result['costs']:8} costs: {result['of_bound']:.3f} of the bound"
                + goals(round(result["of_bound"], 2), OF_BOUND, at_least=False))
    if result["what"] == "pipeline":
        stages = ", ".join(f"{name[:-3].replace('_', ' ')} {took:.2f} (CPU {result.get(name[:-3] + '_cpu_us', 0):.2f})"
                           for name, took in result.items() if name.endswith("_us") and not name.endswith("_cpu_us"))
        return (f"pipeline on {result['cores']} cores, {result['block']} transfers a block, {result['accounts']} accounts: "
                f"{result['transfers_per_s']:.0f}/s (best {result['transfers_per_s_best']:.0f}/s)"
                + goals(result["transfers_per_s"], TRANSFERS) + f"\n   µs a transfer, and CPU of all threads: {stages}")
    if result["what"] == "serial share":
        return (f"   {100 * result['share']:.1f} % of the transition is outside of the pool: two free cores could make it "
                f"{result['speed_up_at_most']:.2f} times as fast")
    per = 1e6 / result["transactions"]
    text = (f"{result['what']:40} {result['serial_s'] * per:.2f} → {result['parallel_s'] * per:.2f} µs a transfer: "
            f"{result['speed_up']:.2f} ({result['speed_up_min']:.2f}–{result['speed_up_max']:.2f}), of the best rounds "
            f"{result['speed_up_of_best']:.2f}; {result['cpu_growth']:.2f} times the CPU of one thread, "
            f"{100 * result['waited']:.0f} % of two processors taken by others")
    return text + (goals(round(result["speed_up"], 2), SPEED_UP) if result["what"] == "two threads, transition" else "")


if __name__ == "__main__":
    sys.exit(driver.run("exec", HEAD, lambda results: map(line, results)))

"""./aether bench consensus [--check] [--output json]: the consensus machine's events, a slot's cost beside commonware-consensus,
and certificates, as a table, or as one JSON object with the machine and all results."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "testing"))
import driver  # noqa: E402

HEAD = """\
CPU time of one thread, best round (median). Machine: the first validator's alone, fed with what it was asked in a run of all; an event
is one call: a message received, data held, an answer (validated, executed, built, persisted) or a timer. Network: all validators in one
thread and virtual time, 50 ± 10 ms one way, a final block by the number of validators, network included; the peer is
commonware-consensus's simplex in its own, in turn; ratio: the peer's time by ours, pair by pair, median (least–most). Ideal
signatures cost nothing; real ones are BLS votes on both sides, and here also KES seals and VRF claims"""


def line(result):
    n, keys = result["validators"], result.get("keys")
    if result["what"] == "machine":
        return (f"{n:>4} validators, {keys:5} keys, machine: {result['events_per_s']:>8.0f} events/s "
                f"({result['events_per_s_median']:.0f}), {result['events_per_slot']:.1f} events "
                f"and {result['slot_us']:.1f} µs ({result['slot_us_median']:.1f}) a slot")
    if result["what"] == "network":
        return (f"{n:>4} validators, {keys:5} keys, network: {result['block_us']:.1f} µs ({result['block_us_median']:.1f}) a block and "
                f"validator, a block every {result['interval_ms']:.0f} ms; simplex {result['peer_block_us']:.1f} "
                f"({result['peer_block_us_median']:.1f}), every {result['peer_interval_ms']:.0f} ms; "
                f"ratio {result['ratio']:.2f} ({result['ratio_min']:.2f}–{result['ratio_max']:.2f})")
    if result["what"] == "signatures":
        return f"{'':22}{result['operation']:24} {result['per_slot']:>6.2f} a slot, {result['slot_us']:>7.1f} µs of it"
    return (f"{n:>4} validators, certificate: of all votes at once {result['build_us']:.0f} µs ({result['build_us_median']:.0f}), "
            f"{result['votes_per_s']:.0f} votes/s; verified {result['verify_us']:.0f} µs ({result['verify_us_median']:.0f}), "
            f"{result['verify_first_us']:.0f} where its signers are new")


if __name__ == "__main__":
    sys.exit(driver.run("consensus", HEAD, lambda results: map(line, results)))

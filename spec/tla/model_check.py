"""Model-checks the specifications of this folder: model_check.py [NAME...], all of them unless named.

The right protocol must have no error in any configuration; each planted error must break the invariant that it is listed
with. Prints PASS or FAIL for each, with the number of states. The configurations are written to build/tla, so that TLC
can read them too.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHECKER = "0.24.11"  # of tla-checker
STATES_MAX = 2_000_000

SAFETY = {"Alike": "{a, b, c}", "Other": "{}", "Faulty": "{x}", "Heavy": "{}", "Twins": 2, "Own": "FALSE", "Slots": 2,
          "Interrupted": "FALSE"}
THIRD = {**SAFETY, "Alike": "{a, b}"}  # one faulty validator of three: exactly a third
CONFIGURATIONS = {  # name: module, constants
    "equal": ("Consensus", SAFETY),
    "weighted": ("Consensus", {**SAFETY, "Alike": "{b, c}", "Other": "{a}", "Heavy": "{a, x}"}),
    "third": ("Consensus", THIRD),
    "three_slots": ("Consensus", {**THIRD, "Slots": 3}),
    "proposer": ("Consensus", {**SAFETY, "Twins": 1, "Own": "TRUE"}),
    "interrupted": ("Consensus", {**THIRD, "Interrupted": "TRUE"}),
    "breach": ("Consensus", {**SAFETY, "Alike": "{a, b}", "Faulty": "{x, y}"}),  # half of the weight is faulty
    "progress": ("Progress", {"Proposer": "a", "Others": "{b, c}", "Faulty": "{x}"}),
    "epochs": ("Epochs", {"Slots": 7, "Early": 1, "Late": 2}),
    "early_slots": ("Epochs", {"Slots": 6, "Early": 2, "Late": 1}),
}
ALWAYS = ["TypeOK", "CertificateValidity", "NoHonestDoubleVote", "EvidenceSound", "EvidenceComplete", "SafetyStateMonotone"]
SAFE = [*ALWAYS, "Agreement", "FinalIsAlone"]
OF_EPOCHS = ["Agreement", "BranchesAgree"]
PROMISES = {name: SAFE for name in CONFIGURATIONS} | {
    "breach": ALWAYS, "progress": ["Unstuck", "Direct"], "epochs": OF_EPOCHS, "early_slots": OF_EPOCHS}
SYMMETRY = {"Consensus", "Progress"}  # modules with validators that are alike
PROPERTIES = {"SafetyStateMonotone"}  # of steps, not of states

# The planted error, the configuration that shows it, what it breaks.
PLANTED = [
    ("quorum_off_by_one", "third", "Agreement"),
    ("quorum_of_one_half", "equal", "Agreement"),
    ("duplicate_signer", "equal", "Agreement"),
    ("foreign_certificate", "equal", "Agreement"),
    ("parent_without_certificate", "equal", "Agreement"),
    ("skip_persist", "third", "Agreement"),
    ("speak_before_persist", "third", "Agreement"),
    ("forget_prevotes", "third", "Agreement"),
    ("forget_precommit", "third", "Agreement"),
    ("restore_backup", "third", "SafetyStateMonotone"),
    ("prevote_after_precommit", "third", "Agreement"),
    ("precommit_despite_prevote", "third", "Agreement"),
    ("precommit_twice", "equal", "NoHonestDoubleVote"),
    ("precommit_old_slot", "third", "Agreement"),
    ("forget_proposal", "proposer", "EvidenceSound"),
    ("c1_is_final", "third", "Agreement"),
    ("stale_final", "epochs", "Agreement"),
    ("set_of_last_epoch", "epochs", "Agreement"),
    ("randomness_of_whole_epoch", "epochs", "BranchesAgree"),
    ("final_too_early", "early_slots", "BranchesAgree"),
    ("prevotes_are_offence", "third", "EvidenceSound"),
    ("evidence_without_prevotes", "breach", "EvidenceComplete"),
    ("keep_certificate", "progress", "Unstuck"),
    ("keep_prevoted_header", "progress", "Unstuck"),
    ("drop_second_header", "progress", "Unstuck"),
    ("wait_for_caught", "progress", "Unstuck"),
    ("one_prevote_a_slot", "progress", "Unstuck"),
    ("keep_newest_prevote", "progress", "Unstuck"),
    ("certificate_not_persisted", "progress", "Unstuck"),
    # No errors: with half of the weight faulty conflicts do happen, and slots do become final, so that no promise holds
    # for want of behaviours.
    ("none", "breach", "Agreement"),
    ("none", "three_slots", "NothingFinal"),
]


def installed():
    """The checker's program, built once into the cache at its pinned version; None where it may not be installed."""
    cache = os.environ.get("AETHER_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "aether")
    folder = pathlib.Path(cache) / f"tla-checker-{CHECKER}"
    program = folder / "bin" / "tla"
    if not program.exists() and os.environ.get("AETHER_NO_INSTALL"):
        print(f"SKIP models: tla-checker {CHECKER} is not in {folder}, and AETHER_NO_INSTALL is set")
        return None
    if not program.exists():
        print(f"building tla-checker {CHECKER} once into {folder}", file=sys.stderr, flush=True)
        subprocess.run(["nice", "cargo", "install", "tla-checker", "--version", f"={CHECKER}", "--locked", "--bin", "tla",
                        "--root", str(folder)], check=True)
    return program


def write_configuration(name, where, bug, promises):
    module, constants = CONFIGURATIONS[where]
    lines = ["SPECIFICATION Spec", *(f"CONSTANT {key} = {value}" for key, value in constants.items()),
             f'CONSTANT Bug = "{bug}"', *(["SYMMETRY Symmetry"] if module in SYMMETRY else []),
             *(f"{'PROPERTY' if promise in PROPERTIES else 'INVARIANT'} {promise}" for promise in promises)]
    path = ROOT / "build" / "tla" / f"{name}.cfg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def run(program, module, configuration):
    """The checker's verdict, as it writes it in JSON; the text of an error that it could not put into words."""
    done = subprocess.run(["nice", "-n", "19", str(program), str(HERE / f"{module}.tla"), "--config", str(configuration),
                           "--max-states", str(STATES_MAX), "--allow-deadlock", "--json"], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            return json.loads(line)
    return {"status": "none", "error": done.stdout[-2000:] + done.stderr[-2000:]}


def check(program, name, where, bug, promises, breaks):
    """One run: `breaks` names what must be found broken, None that nothing may be."""
    began = time.monotonic()
    verdict = run(program, CONFIGURATIONS[where][0], write_configuration(name, where, bug, promises))
    stats = verdict.get("stats") or {}
    counts = f"{stats.get('states_explored', '?')} states, {stats.get('transitions', '?')} steps, {time.monotonic() - began:.0f} s"
    found = verdict.get("invariant_name") or verdict.get("property")
    if breaks is None and verdict["status"] == "ok":
        print(f"PASS {name}: no error in {counts}", flush=True)
        return True
    if breaks is not None and found == breaks:
        print(f"PASS {name}: {breaks} broken after {len(verdict['trace']) - 1} steps; {counts}", flush=True)
        return True
    print(f"FAIL {name}: expected {breaks or 'no error'}, found {found or verdict['status']}; {counts}", flush=True)
    for step in verdict.get("trace") or [{"state": verdict.get("error") or verdict.get("message")}]:
        print(f"  {json.dumps(step['state'])}")
    return False


def main():
    wanted, passed = set(sys.argv[1:]), True
    program = installed()
    if program is None:
        return 0
    for name in CONFIGURATIONS:
        if not wanted or name in wanted:
            passed &= check(program, name, name, "none", PROMISES[name], None)
    for bug, where, breaks in PLANTED:
        name = bug if bug != "none" else f"{where}-{breaks}"
        if not wanted or name in wanted:
            passed &= check(program, name, where, bug, [breaks], breaks)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

"""What the drivers bench/*.py share: a benchmark program that prints a JSON object a line, shown as a table while it runs, or with
`--output json` as one object with the machine and all results."""
import json
import os
import subprocess
import sys


def parsed(arguments):
    """The program's own arguments, and whether JSON is asked for; none where --output is given something else."""
    if "--output" not in arguments:
        return list(arguments), False
    at = arguments.index("--output")
    if arguments[at + 1:at + 2] != ["json"]:
        return None
    return arguments[:at] + arguments[at + 2:], True


def run(area, head, lines):
    """Runs aether-bench-AREA. `lines` takes an iterator of results and yields the lines of the table. Returns the exit status."""
    asked = parsed(sys.argv[1:])
    if asked is None:
        print("aether: --output knows json", file=sys.stderr)
        return 64
    arguments, as_json = asked
    command = [os.path.join(os.environ["AETHER_BIN"], f"aether-bench-{area}"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        results = (json.loads(line) for line in program.stdout)
        if as_json:
            print(json.dumps({"machine": os.environ.get("AETHER_MACHINE", ""), "results": list(results)}, indent=1))
        else:
            print(head, flush=True)
            for line in lines(results):
                print(line, flush=True)
    return program.returncode

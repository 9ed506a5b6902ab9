"""docs/first_steps.sh does what it says: keygen, a funded account, a transfer, a contract, on four validators."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import _aether


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-e2e-") as name:
        folder = pathlib.Path(name) / "first steps"
        done = subprocess.run([_aether.ROOT / "docs" / "first_steps.sh", folder], capture_output=True, text=True, cwd="/",
                              timeout=_aether.DEADLINE_S, stdin=subprocess.DEVNULL,
                              env={**os.environ, "AETHER_BIN": str(_aether.BIN), "HOME": name})
        report.check("every step works", done.returncode == 0, done.stderr[-2000:])
        said = done.stdout
        for what, pattern in {"the account is funded by genesis": r"^SWR +1000$",
                              "the transfer is final": r"^waited .* until it was final$",
                              "a call succeeded": r"^outcome +success$", "the contract counted": r"^returned +5$"}.items():
            report.check(what, re.search(pattern, said, re.M), said[-2000:])
        down = subprocess.run([_aether.BIN / "aetherctl", "devnet", "status", "--dir", folder / "net"], capture_output=True, text=True)
        report.equal("the network is ended", 4, down.stdout.count(" down "))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

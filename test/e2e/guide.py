"""docs/guide.md, "A contract": its lines do what it says."""
import re
import subprocess
import sys
import tempfile

import _aether


def block(title):
    """The commands under a heading."""
    text = (_aether.ROOT / "docs" / "guide.md").read_text()
    return re.search(rf"^## {re.escape(title)}$.*?^```\n(.*?)^```$", text, re.S | re.M).group(1)


def main():
    report = _aether.Report()
    with tempfile.TemporaryDirectory(prefix="aether-guide-") as folder:
        with _aether.DevChain(folder, "--on-demand") as chain:
            dev = f'dev() {{ "{_aether.BIN}/aetherctl" --rpc {chain.rpc} --keys {chain.keys} --password-file {chain.password_file} "$@"; }}'
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{dev}\n{block('A contract')}"], cwd=folder, text=True,
                                  capture_output=True, timeout=_aether.DEADLINE_S, stdin=subprocess.DEVNULL)
            report.check("A contract: every line works", done.returncode == 0, done.stderr)
            report.check("A contract: the query shows the sum", re.search(r"^returned +5$", done.stdout, re.M), done.stdout)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

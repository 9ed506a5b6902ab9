"""test/oracle, built once into the cache, and programs that answer a line for a line."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(os.environ["AETHER_ROOT"])
BIN = pathlib.Path(os.environ["AETHER_BIN"])
CACHE = pathlib.Path(os.environ.get("AETHER_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "aether")


def oracle():
    """Its path. Unchanged, the build does nothing."""
    target = CACHE / "oracle"
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path",
                    str(ROOT / "test" / "oracle" / "Cargo.toml"), "--target-dir", str(target)], check=True)
    return str(target / "release" / "aether-oracle")


def lines(command, text=""):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.splitlines()

"""Two builds of one commit in different folders give equal bytes: builds HEAD again in another folder, without ccache, and
compares the programs with those in build/bin."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    if subprocess.run(["git", "status", "--porcelain", "--", "*.cpp", "*.hpp", "*CMakeLists.txt", "*.cmake"], cwd=ROOT,
                      capture_output=True, text=True, check=True).stdout:
        print("there are uncommitted changes; the comparison is with HEAD, so commit them first")
        return 1
    programs = [path for path in sorted((ROOT / "build" / "bin").iterdir())
                if not path.stem.endswith(("_test", "_bench"))]
    archives = sorted(path for group in ("core", "host") for path in (ROOT / "build" / group).glob("*/*.a"))
    with tempfile.TemporaryDirectory(prefix="aether-elsewhere-") as folder:
        clone = pathlib.Path(folder) / "a" / "tree"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        env = {**os.environ, "CCACHE_DISABLE": "1"}
        targets = [path.name for path in programs] + [f"aether_{path.parent.name}" for path in archives]
        for command in (["cmake", "--preset", "release"], ["ninja", "-C", "build", *targets]):
            subprocess.run(command, cwd=clone, env=env, check=True, stdout=subprocess.DEVNULL)
        different = [path for path in programs + archives
                     if path.read_bytes() != (clone / path.relative_to(ROOT)).read_bytes()]
    for path in different:
        print(f"{path.relative_to(ROOT)}: the bytes depend on the folder")
    print(f"{len(programs)} programs and {len(archives)} archives compared")
    return 1 if different or not archives else 0


if __name__ == "__main__":
    sys.exit(main())

"""The style check: tidy.py [ROOT]. Prints `path:line: why` for each finding, exits with 1 if there is one."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import rules  # noqa: E402


def files_of(root):
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root,
                            capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def check(root):
    files = files_of(root)
    found = list(rules.tree(files))
    for name in files:
        path = pathlib.PurePosixPath(name)
        if rules.applies(path):
            try:
                text = (root / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                found.append((name, 1, "not UTF-8"))
                continue
            found += [(name, line, why) for rule in rules.RULES for line, why in rule(path, text)]
    return found


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = check(root)
    for name, line, why in found:
        print(f"{name}:{line}: {why}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

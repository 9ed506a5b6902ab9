"""The rules of the style check. A rule looks at one file (path relative to the root, text) and yields (line, why).

STYLE.md says why each is there; test_rules.py breaks each one.
"""
import re

CODE = (".cpp", ".hpp")
TEXT = CODE + (".py", ".sh", ".cmake", ".md", ".rs", ".toml", ".bash", "")
WIDTH_MAX = 140  # the formatter breaks at 120; what it cannot break, or a sentence that would suffer, may go on
LINES_MAX = 600
# Written in two pieces, so that this file does not name what it refuses.
LEFTOVERS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"
                       r"|(?i:\bnot imple" r"mented\b|\bplace" r"holder\b|\bfor n" r"ow\b)")
LONG_LITERAL = re.compile(r"[\"'][^\"']{60,}[\"']")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot)/|\.\./sha" r"red/design")
GENERATED = ("LICENSE", "third_party/native/Cargo.lock")


def numbered(text):
    return enumerate(text.split("\n"), 1)


def line_width(path, text):
    for number, line in numbered(text):
        # A Markdown table row, a link and a test vector cannot be broken.
        if len(line) > WIDTH_MAX and not (path.suffix == ".md" and (line.startswith("|") or "http" in line)
                                          or LONG_LITERAL.search(line)):
            yield number, f"{len(line)} columns; at most {WIDTH_MAX}"


def white_space(path, text):
    for number, line in numbered(text):
        if "\t" in line:
            yield number, "a tab; indent with spaces"
        if line != line.rstrip():
            yield number, "white space at the end of the line"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def leftovers(path, text):
    for number, line in numbered(text):
        match = LEFTOVERS.search(line)
        if match:
            yield number, f"'{match.group()}': finish it, or list it in docs/status.md"


def machine_paths(path, text):
    for number, line in numbered(text):
        match = MACHINE_PATHS.search(line)
        if match:
            yield number, f"'{match.group()}': a path of one machine; the project stands alone"


def header_form(path, text):
    if path.suffix != ".hpp":
        return
    if not text.startswith("//"):
        yield 1, "a header opens with a comment that says what it is"
    if len(re.findall(r"^#pragma once$", text, re.M)) != 1:
        yield 1, "a header has #pragma once, once"
    for number, line in numbered(text):
        if re.match(r"\s*using namespace\b", line):
            yield number, "'using namespace' in a header reaches everyone who includes it"


def file_length(path, text):
    if path.suffix in CODE + (".py", ".rs") and text.count("\n") > LINES_MAX:
        yield LINES_MAX + 1, f"{text.count(chr(10))} lines; a file over {LINES_MAX} wants splitting"


def file_name(path, text):
    if path.suffix in CODE + (".py", ".sh") and not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9]+)+", path.name):
        yield 1, "file names are snake_case"


def include_form(path, text):
    if path.suffix not in CODE:
        return
    names = re.findall(r'^#include [<"]([^>"]+)[>"]', text, re.M)
    for number, line in numbered(text):
        if re.match(r"#include <(?:bits/|aether/)", line):
            yield number, 'include standard headers by their names, and our own as "aether/..."'
    if any(name.startswith("rapidcheck") for name in names):
        first = next(name for name in names if name.startswith(("rapidcheck", "gtest/")))
        if not first.startswith("gtest/"):
            yield 1, "include gtest/gtest.h before rapidcheck, whose gtest glue needs it"


RULES = (line_width, white_space, leftovers, machine_paths, header_form, file_length, file_name, include_form)


def tree(files):
    """Rules about the tree as a whole: (path, line, why). `files` are paths relative to the root, as strings."""
    files = set(files)
    for needed in ("LICENSE", "README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md", "SECURITY.md",
                   "docs/dependencies.md", "docs/status.md"):
        if needed not in files:
            yield needed, 1, "missing"
    for file in sorted(files):
        match = re.fullmatch(r"((?:core|host)/\w+)/CMakeLists\.txt", file)
        if match and f"{match.group(1)}/README.md" not in files:
            yield f"{match.group(1)}/README.md", 1, "missing: purpose, invariants, what it must never do, its tests"


def applies(path):
    return path.suffix in TEXT and path.as_posix() not in GENERATED

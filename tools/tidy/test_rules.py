"""Breaks each rule of the style check, and shows what it accepts."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import rules  # noqa: E402
import tidy  # noqa: E402

HEADER = "// What it is.\n#pragma once\n\nint f();\n"


def found(rule, text, name="core/base/src/a.cpp"):
    return list(rule(pathlib.PurePosixPath(name), text))


class Rules(unittest.TestCase):
    def refused(self, rule, text, line, name="core/base/src/a.cpp"):
        self.assertEqual([number for number, _ in found(rule, text, name)], [line], text)

    def accepted(self, rule, text, name="core/base/src/a.cpp"):
        self.assertEqual(found(rule, text, name), [], text)

    def test_line_width(self):
        self.refused(rules.line_width, "a\n" + "x" * 141 + "\n", 2)
        self.accepted(rules.line_width, "‖" * 140 + "\n")
        self.accepted(rules.line_width, 'f("' + "00" * 70 + '");\n')
        self.accepted(rules.line_width, "|" + "x" * 150 + "|\n", "README.md")
        self.refused(rules.line_width, "x" * 150 + "\n", 1, "README.md")

    def test_white_space(self):
        self.refused(rules.white_space, "int a;\n\tint b;\n", 2)
        self.refused(rules.white_space, "int a; \n", 1)
        self.refused(rules.white_space, "int a;\nint b;", 2)
        self.accepted(rules.white_space, "int a;\n")

    def test_leftovers(self):
        for word in ("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK", "not imple" "mented", "for n" "ow", "a place" "holder"):
            self.refused(rules.leftovers, f"a\n// {word}\n", 2)
        self.accepted(rules.leftovers, "// before nowadays, hacksaw, a list named todo\n")

    def test_machine_paths(self):
        self.refused(rules.machine_paths, "open(\"/wo" "rk/x\")\n", 1)
        self.refused(rules.machine_paths, "cd /ro" "ot/aether\n", 1)
        self.refused(rules.machine_paths, "see ../sha" "red/design/x.md\n", 1)
        self.accepted(rules.machine_paths, "build/wo" "rk/x and a trace_/ro" "ot\n")

    def test_header_form(self):
        self.accepted(rules.header_form, HEADER, "a.hpp")
        self.refused(rules.header_form, HEADER.split("\n", 1)[1], 1, "a.hpp")
        self.refused(rules.header_form, HEADER.replace("#pragma once\n", ""), 1, "a.hpp")
        self.refused(rules.header_form, HEADER + "using namespace std;\n", 5, "a.hpp")
        self.accepted(rules.header_form, "using namespace std;\n", "a.cpp")

    def test_file_length(self):
        self.refused(rules.file_length, "\n" * 601, 601)
        self.accepted(rules.file_length, "\n" * 600)

    def test_file_name(self):
        self.refused(rules.file_name, "", 1, "core/base/src/BaseThing.cpp")
        self.refused(rules.file_name, "", 1, "tools/some-thing.py")
        self.accepted(rules.file_name, "", "core/base/src/base_thing_avx2.cpp")

    def test_include_form(self):
        self.refused(rules.include_form, "#include <bits/stdc++.h>\n", 1)
        self.refused(rules.include_form, "#include <aether/base/bytes.hpp>\n", 1)
        self.refused(rules.include_form, "#include <rapidcheck.h>\n#include <gtest/gtest.h>\n", 1)
        self.refused(rules.include_form, "#include <rapidcheck.h>\n#include <rapidcheck/gtest.h>\n#include <gtest/gtest.h>\n", 1)
        self.accepted(rules.include_form, "#include <gtest/gtest.h>\n#include <rapidcheck.h>\n")

    def test_tree(self):
        whole = ["LICENSE", "README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md", "SECURITY.md",
                 "docs/dependencies.md", "docs/status.md", "core/base/CMakeLists.txt", "core/base/README.md"]
        self.assertEqual(list(rules.tree(whole)), [])
        for missing in whole:
            if missing != "core/base/CMakeLists.txt":
                self.assertEqual([path for path, _, _ in rules.tree(set(whole) - {missing})], [missing])


class Tidy(unittest.TestCase):
    def test_finds_in_a_tree_what_git_does_not_ignore(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "-q"], cwd=root, check=True)
            (root / ".gitignore").write_text("build/\n")
            (root / "build").mkdir()
            (root / "build" / "a.cpp").write_text("\t")
            (root / "a.cpp").write_text("int a;\t\n")
            (root / "b.py").write_bytes(b"\xff\n")
            places = {(name, why) for name, _, why in tidy.check(root) if why != "missing"}
            self.assertIn(("a.cpp", "a tab; indent with spaces"), places)
            self.assertIn(("b.py", "not UTF-8"), places)
            self.assertFalse(any(name.startswith("build") for name, _ in places))


if __name__ == "__main__":
    unittest.main()

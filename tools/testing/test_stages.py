"""The counting of ./aether test: what passes, fails, crashes, hangs, or runs nothing."""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import driver  # noqa: E402
import stages  # noqa: E402

GTEST = """#!/usr/bin/env python3
import json, os, sys
report = [a.split(":", 1)[1] for a in sys.argv if a.startswith("--gtest_output=json:")][0]
{body}
"""
REPORT = """json.dump({"testsuites": [{"name": "S", "testsuite": [
  {"name": "a", "status": "RUN", "result": "COMPLETED"},
  {"name": "b", "status": "RUN", "result": "SKIPPED"},
  {"name": "c", "status": "NOTRUN", "result": "SUPPRESSED"}%s]}]}, open(report, "w"))
"""
FAILED = ', {"name": "d", "status": "RUN", "result": "COMPLETED", "failures": [{"failure": "1 is not 2"}]}'


class Driver(unittest.TestCase):
    def test_output_is_json_or_refused_and_the_rest_is_the_programs(self):
        self.assertEqual(driver.parsed(["1", "--rounds", "3"]), (["1", "--rounds", "3"], False))
        self.assertEqual(driver.parsed(["1", "--output", "json", "--check"]), (["1", "--check"], True))
        self.assertIsNone(driver.parsed(["--output", "xml"]))
        self.assertIsNone(driver.parsed(["--output"]))


class Counting(unittest.TestCase):
    def quietly(self, function, *arguments, **named):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            tally = function(*arguments, **named)
        return (tally.passed, tally.failed, tally.skipped), out.getvalue()

    def gtest(self, body):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "bin" / "aether_planted_test"
            program.parent.mkdir()
            program.write_text(GTEST.replace("{body}", body))
            program.chmod(0o755)
            return self.quietly(stages.gtest, program)

    def test_each_case_counts(self):
        self.assertEqual(self.gtest(REPORT % "")[0], (1, 0, 2))

    def test_a_failed_case_is_shown(self):
        counts, shown = self.gtest(REPORT % FAILED + "sys.exit(1)")
        self.assertEqual(counts, (1, 1, 2))
        self.assertIn("aether_planted_test: S.d", shown)
        self.assertIn("1 is not 2", shown)

    def test_a_crash_is_a_failure_and_names_the_case(self):
        counts, shown = self.gtest('print("[ RUN      ] S.a\\n[       OK ] S.a (0 ms)\\n[ RUN      ] S.b", flush=True)\nos.abort()')
        self.assertEqual(counts, (1, 1, 0))
        self.assertIn("S.b", shown)

    def test_a_bad_exit_after_all_passed_is_a_failure(self):
        self.assertEqual(self.gtest(REPORT % "" + "sys.exit(3)")[0], (1, 1, 2))

    def test_no_test_is_a_failure(self):
        self.assertEqual(self.gtest('json.dump({"testsuites": []}, open(report, "w"))')[0], (0, 1, 0))

    def test_a_missing_program_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.quietly(stages.gtest, pathlib.Path(folder) / "bin" / "none")[0], (0, 1, 0))

    def script(self, text, seconds=30):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "planted_scenario.sh"
            path.write_text(text)
            return self.quietly(stages.script, path, {"AETHER_QUICK": "1"}, seconds)[0]

    def test_script_protocol(self):
        self.assertEqual(self.script("echo PASS one; echo 'SKIP two: why'; echo PASS three; echo chatter PASS"), (2, 0, 1))
        self.assertEqual(self.script("echo PASS one; echo 'FAIL two: why'; exit 1"), (1, 1, 0))
        self.assertEqual(self.script("echo PASS one; echo FAIL two"), (1, 1, 0))
        self.assertEqual(self.script("echo PASS one; exit 2"), (1, 1, 0))
        self.assertEqual(self.script("echo PASS $AETHER_QUICK"), (1, 0, 0))

    def test_what_a_script_passed_is_shown_where_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "planted_scenario.sh"
            path.write_text("echo PASS one: 7 states; echo chatter")
            self.assertIn("PASS one: 7 states", self.quietly(stages.script, path, shown=True)[1])
            self.assertNotIn("PASS one", self.quietly(stages.script, path)[1])

    def test_a_silent_script_is_a_failure(self):
        self.assertEqual(self.script("true"), (0, 1, 0))

    def test_a_script_that_hangs_is_stopped_and_fails(self):
        self.assertEqual(self.script("echo PASS one; exec sleep 30", seconds=1), (1, 1, 0))

    def test_check(self):
        self.assertEqual(self.quietly(stages.check, "planted-check", ["true"])[0], (1, 0, 0))
        self.assertEqual(self.quietly(stages.check, "planted-check", ["false"])[0], (0, 1, 0))

    def test_a_fuzz_target_is_bounded_and_its_finding_is_a_failure(self):
        for status, counts in ((0, (1, 0, 0)), (77, (0, 1, 0))):
            with tempfile.TemporaryDirectory() as folder:
                program = pathlib.Path(folder) / "bin" / "fuzz_planted"
                program.parent.mkdir()
                program.write_text(f'#!/bin/sh\necho "$@" > "{folder}/arguments"\nexit {status}\n')
                program.chmod(0o755)
                self.assertEqual(self.quietly(stages.fuzz, program, 60)[0], counts)
                given = (pathlib.Path(folder) / "arguments").read_text().split()
                self.assertTrue({"-max_total_time=60", "-rss_limit_mb=1024"} <= set(given), given)
                self.assertTrue(pathlib.Path(given[-1]).is_dir())

    def test_line(self):
        tally = stages.Tally()
        tally.passed, tally.skipped = 2, 1
        self.assertEqual(tally.line(), "2 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()

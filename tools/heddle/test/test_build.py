#!/usr/bin/python3
"""Parts of the heddle command by themselves: what run_ninja says (nothing when there is nothing to do, one line when there is, the
end of the log when it fails), and heddle test without a matching test."""

import argparse
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import build
import command_test


class RunNinja(unittest.TestCase):
    def run_as(self, text, status=0):
        """Runs a stand-in for Ninja that prints `text`; gives what is said and written to the log, and the error."""
        error, said = None, io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "sub" / "build.log"
            with contextlib.redirect_stderr(said):
                try:
                    build.run_ninja("building it", ["/bin/sh", "-c", f"printf '{text}'; exit {status}"], log)
                except build.BuildError as raised:
                    error = str(raised)
            return said.getvalue(), log.read_text(), error

    def test_nothing_to_do(self):
        said, _, error = self.run_as(r"[0/2] Re-checking globbed directories...\nninja: no work to do.\n")
        self.assertEqual((said, error), ("", None))

    def test_steps(self):
        said, log, error = self.run_as(r"[0/2] Re-checking globbed directories...\n[1/2] one\n[2/2] two\n")
        self.assertEqual((said, error), ("heddle: building it\n", None))
        self.assertIn("[2/2] two\n", log)

    def test_failure(self):
        said, _, error = self.run_as(r"[1/2] one\nFAILED: two\nno such thing\n", 1)
        self.assertIn("FAILED: two\nno such thing\n", said)
        self.assertIn("building it failed (exit status 1); the whole output is in", error)


class Tests(unittest.TestCase):
    def run_with(self, regex):
        """heddle test -R in a tree with one test; gives the exit status and what is said."""
        said = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "CTestTestfile.cmake").write_text('add_test(only "true")\n')
            arguments = argparse.Namespace(regex=regex, label=None, list=False, jobs=1, json=None)
            with contextlib.redirect_stderr(said), unittest.mock.patch.multiple(
                build, build=unittest.mock.DEFAULT, configure_opencl=unittest.mock.DEFAULT, BUILD=pathlib.Path(folder)
            ):
                return command_test.run(arguments), said.getvalue()

    def test_match(self):
        self.assertEqual(self.run_with("only"), (0, ""))

    def test_no_match(self):
        self.assertEqual(self.run_with("nothing"), (2, "heddle test: no test matches 'nothing'; heddle test -N lists them all\n"))

    def test_no_regular_expression(self):
        status, said = self.run_with("(")
        self.assertEqual(status, 2)
        self.assertIn("parenthes", said)


if __name__ == "__main__":
    unittest.main()

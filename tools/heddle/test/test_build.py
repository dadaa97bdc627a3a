#!/usr/bin/python3
"""What run_ninja says: nothing when there is nothing to do, one line when there is, the end of the log when it fails."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import build


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


if __name__ == "__main__":
    unittest.main()

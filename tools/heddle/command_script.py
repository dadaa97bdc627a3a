"""heddle cover, formal, inject, mutants, synth: jobs of which a script of their folder knows every option."""

import argparse
import os
import sys

import build

SCRIPTS = (
    ("formal", "prove properties of the RTL", "verif/formal/formal.py"),
    ("cover", "measure what the tests reach", "verif/coverage/cover.py"),
    ("inject", "let things go wrong, and say what becomes of it", "verif/inject/inject.py"),
    ("mutants", "score the tests by small errors in the RTL", "verif/mutants/mutants.py"),
    ("synth", "synthesise the RTL and report its area", "tools/synth/synth.py"),
)


def add(jobs):
    for name, text, script in SCRIPTS:
        parser = jobs.add_parser(name, help=text, add_help=False, prefix_chars="\0", allow_abbrev=False)
        parser.add_argument("arguments", nargs=argparse.REMAINDER)
        parser.set_defaults(action=run, script=script)


def run(arguments):
    command = ["/usr/bin/python3", "-B", str(build.ROOT / arguments.script), *arguments.arguments]
    sys.stdout.flush()
    os.execv(command[0], command)

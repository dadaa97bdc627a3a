"""heddle mutants: what the tests are worth, by small errors in the RTL."""

import argparse
import os
import sys

import build


def add(jobs):
    parser = jobs.add_parser("mutants", help="score the tests by small errors in the RTL", add_help=False, prefix_chars="\0", allow_abbrev=False)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    parser.set_defaults(action=run)


def run(arguments):
    command = ["/usr/bin/python3", "-B", str(build.ROOT / "verif" / "mutants" / "mutants.py"), *arguments.arguments]
    sys.stdout.flush()
    os.execv(command[0], command)

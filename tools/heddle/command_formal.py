"""heddle formal: proofs of properties of the RTL."""

import argparse
import os
import sys

import build


def add(jobs):
    parser = jobs.add_parser("formal", help="prove properties of the RTL", add_help=False, prefix_chars="\0", allow_abbrev=False)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    parser.set_defaults(action=run)


def run(arguments):
    command = ["/usr/bin/python3", "-B", str(build.ROOT / "verif" / "formal" / "formal.py"), *arguments.arguments]
    sys.stdout.flush()
    os.execv(command[0], command)

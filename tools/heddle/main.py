#!/usr/bin/python3
"""The heddle command: finds the job, builds what it needs, does it. Each job is a module beside this file."""

import argparse
import difflib
import sys

from build import BuildError
from shape import ShapeError
import command_bench
import command_cl
import command_daemon
import command_exec
import command_fuzz
import command_kernel
import command_run
import command_script
import command_test

COMMANDS = (
    command_run, command_exec, command_test, command_bench, command_fuzz, command_kernel, command_script,
    command_cl, command_daemon
)  # fmt: skip


class Parser(argparse.ArgumentParser):
    """argparse, with the nearest name for a misspelt one."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}\n  see {self.prog} --help\n")

    def _check_value(self, action, value):
        if action.choices is not None and value not in action.choices:
            near = difflib.get_close_matches(str(value), [str(c) for c in action.choices], 1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            known = ", ".join(str(c) for c in action.choices)
            raise argparse.ArgumentError(None, f"unknown {action.metavar or action.dest} '{value}'{hint} (known: {known})")


def main():
    parser = Parser(prog="heddle", description="Heddle: an open GPGPU, from RTL to runtime.", allow_abbrev=False)
    jobs = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for module in COMMANDS:
        module.add(jobs)
    arguments = parser.parse_args()
    try:
        return arguments.action(arguments)
    except (BuildError, ShapeError) as error:
        print(f"heddle: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("heddle: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

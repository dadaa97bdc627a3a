"""heddle cc, as, dis: the kernel tool chain."""

import argparse
import os
import sys

import build


def add(jobs):
    for name, text in (
        ("cc", "compile and link a kernel program (options as for clang)"),
        ("as", "assemble, with the Xheddle instructions"),
        ("dis", "disassemble an ELF file"),
    ):
        parser = jobs.add_parser(name, help=text, add_help=False, prefix_chars="\0", allow_abbrev=False)
        parser.add_argument("arguments", nargs=argparse.REMAINDER)
        parser.set_defaults(action=run, tool=name)


def run(arguments):
    python = ["/usr/bin/python3", "-B"]
    if arguments.tool == "dis":
        build.build(["heddle-dis"], title="building the disassembler")
        command = [str(build.BUILD / "tools" / "disassembler" / "heddle-dis")]
    else:
        build.build(["heddle_kernel_sdk"], title="building the kernel tool chain")
        command = [*python, str(build.ROOT / "tools" / "cc" / f"heddle_{arguments.tool}.py"), "--build-dir", str(build.BUILD)]
    sys.stdout.flush()
    os.execv(command[0], [*command, *arguments.arguments])

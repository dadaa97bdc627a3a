"""heddle exec: a bare-metal RISC-V program on the lanes. Builds heddle-exec and the RTL library of the configuration, then becomes
heddle-exec (tools/exec), which knows every option."""

import argparse
import os
import subprocess
import sys

import build
import rtl
import shape
from command_run import option


def add(jobs):
    parser = jobs.add_parser("exec", help="run a bare-metal RISC-V program on the lanes", add_help=False, prefix_chars="\0", allow_abbrev=False)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    parser.set_defaults(action=run)


def run(arguments):
    words = arguments.arguments
    command = [str(build.BUILD / "tools" / "exec" / "heddle-exec")]
    title = "building heddle-exec"
    build.build(["heddle-exec"], title=title)
    if option(words, "--backend", "rtl") == "rtl" and not {"--help", "-h"} & set(words):
        # Nobody should wait minutes for the RTL to be told of a misspelt option or of an ELF file that cannot run.
        checked = subprocess.run([*command, "--check-options", *words], check=False, stdout=subprocess.DEVNULL)
        if checked.returncode:
            return checked.returncode
        config = shape.canonical(option(words, "--config", "edge"))
        tracing = option(words, "--trace", None) is not None
        command += ["--rtl-library", str(rtl.directory(config, tracing))]
        build.build(["heddle-exec", rtl.target(config, tracing)], rtl_config=config, title=f"{title} and the RTL as '{config}'")
    sys.stdout.flush()
    os.execv(command[0], [*command, *words])

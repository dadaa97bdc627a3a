"""heddle daemon, heddle smi: a device that several processes share, and what goes on in it (tools/daemon)."""

import argparse
import os
import subprocess
import sys

import build
import rtl
import shape
from command_run import option


def add(jobs):
    for name, text in (
        ("daemon", "serve a device to other processes"),
        ("smi", "show what goes on in a daemon's device, or the shape of a configuration"),
    ):
        parser = jobs.add_parser(name, help=text, add_help=False, prefix_chars="\0", allow_abbrev=False)
        parser.add_argument("arguments", nargs=argparse.REMAINDER)
        parser.set_defaults(action=run, tool=name)


def run(arguments):
    words = arguments.arguments
    program = f"heddle-{arguments.tool}"
    command = [str(build.BUILD / "tools" / "daemon" / program)]
    build.build([program], title=f"building {program}")
    if arguments.tool == "daemon" and not {"--help", "-h"} & set(words):
        checked = subprocess.run([*command, "--check-options", *words], check=False, stdout=subprocess.DEVNULL)
        if checked.returncode:
            return checked.returncode
        targets, config = ["firmware_image"], None
        command += ["--firmware", str(build.BUILD / "firmware" / "heddle_firmware.bin")]
        if option(words, "--backend", os.environ.get("HEDDLE_BACKEND", "rtl")) == "rtl":
            config = shape.canonical(option(words, "--config", "nano:management=1"))
            tracing = option(words, "--trace", None) is not None
            targets.append(rtl.target(config, tracing))
            command += ["--rtl-library", str(rtl.directory(config, tracing))]
        build.build(targets, rtl_config=config, title="building firmware" + (f" and the RTL as '{config}'" if config else ""))
    sys.stdout.flush()
    os.execv(command[0], [*command, *words])

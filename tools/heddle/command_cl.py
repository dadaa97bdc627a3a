"""heddle cl: runs an OpenCL program with Heddle as the only platform, and says at the end what ran on the device."""

import argparse
import os
import shutil
import sys

import build
import rtl
import shape

OPENCL = build.BUILD / "runtime" / "opencl"


def add(jobs):
    parser = jobs.add_parser("cl", help="run an OpenCL program on the device", allow_abbrev=False)
    parser.add_argument("--config", default="base", help="NAME or NAME:key=value,... (default: %(default)s)")
    parser.add_argument("--backend", choices=("model", "rtl"), default="model", help="what the device is (default: %(default)s)")
    parser.add_argument("--lockstep", choices=("on", "off"), default="on", help="RTL: check against the model (default: %(default)s)")
    parser.add_argument("--cache", metavar="DIR", help="where compiled programs are kept; 'off': nowhere (default: the user's cache)")
    parser.add_argument("--no-summary", action="store_true", help="do not say at the end what ran")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="PROGRAM [ARGS...]", help="a program that uses OpenCL")
    parser.set_defaults(action=run)


def environment(arguments, config):
    """What makes a program find this platform, and the platform its device."""
    variables = dict(os.environ)
    variables |= {
        "OCL_ICD_VENDORS": str(OPENCL / "vendors"),
        "HEDDLE_CL_CONFIG": config,
        "HEDDLE_CL_DEVICES": arguments.backend,
        "HEDDLE_CL_LOCKSTEP": arguments.lockstep,
        # A program of pyopencl's would keep what it compiled in a cache of its own, which does not know our compiler.
        "PYOPENCL_NO_CACHE": "1",
    }
    if arguments.backend == "rtl":
        variables["HEDDLE_CL_RTL_LIBRARY"] = str(rtl.directory(config, False))
    if arguments.cache:
        variables["HEDDLE_CL_CACHE"] = "off" if arguments.cache == "off" else os.path.abspath(arguments.cache)
    if not arguments.no_summary:
        variables["HEDDLE_CL_SUMMARY"] = "1"
    return variables


def run(arguments):
    words = arguments.program[1:] if arguments.program[:1] == ["--"] else arguments.program
    if not words:
        print("heddle cl: which program?\n  heddle cl [--config C] [--backend model|rtl] PROGRAM [ARGS...]", file=sys.stderr)
        return 2
    path = shutil.which(words[0])
    if path is None:
        print(f"heddle cl: {words[0]}: no such program", file=sys.stderr)
        return 127
    config = shape.canonical(arguments.config)
    build.configure_opencl()
    targets = ["heddle-opencl"]
    if arguments.backend == "rtl":
        build.build([*targets, rtl.target(config, False)], rtl_config=config, title=f"building OpenCL and the RTL as '{config}'")
    else:
        build.build(targets, title="building OpenCL")
    sys.stdout.flush()
    os.execve(path, words, environment(arguments, config))

"""heddle cl: runs an OpenCL program with Heddle as the only platform, and says at the end what ran on the device."""

import argparse
import fnmatch
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import build
import cl_summary
import rtl
import shape

OPENCL = build.BUILD / "runtime" / "opencl"
# Debian's packages of programs that people try, for whom they are not there yet.
PACKAGES = (("piglit", "piglit"), ("clFFT-client*", "clfft-client"), ("clblast_test_*", "clblast-tests"), ("clpeak", "clpeak"))
NOT_EXECUTABLE, NOT_FOUND = 126, 127  # as in a shell


class ProgramError(Exception):
    """There is no such program; says what to do, and has the exit status."""

    def __init__(self, text, status=NOT_FOUND):
        super().__init__(text)
        self.status = status


def add(jobs):
    parser = jobs.add_parser("cl", help="run an OpenCL program on the device", allow_abbrev=False)
    parser.add_argument("--config", default="base", help="NAME or NAME:key=value,... (default: %(default)s)")
    parser.add_argument("--backend", choices=("model", "rtl"), default="model", help="what the device is (default: %(default)s)")
    parser.add_argument("--lockstep", choices=("on", "off"), default="on", help="RTL: check against the model (default: %(default)s)")
    parser.add_argument("--cache", metavar="DIR", help="where compiled programs are kept; 'off': nowhere (default: the user's cache)")
    parser.add_argument("--no-summary", action="store_true", help="do not say at the end what ran")
    parser.add_argument("program", nargs=argparse.REMAINDER, metavar="PROGRAM [ARGS...]", help="a program that uses OpenCL")
    parser.set_defaults(action=run)


def environment(arguments, config, summary):
    """What makes a program find this platform, and the platform its device and the file for its summary."""
    variables = dict(os.environ)
    variables |= {
        "OCL_ICD_VENDORS": str(OPENCL / "vendors"),
        "HEDDLE_CL_CONFIG": config,
        "HEDDLE_CL_DEVICES": arguments.backend,
        "HEDDLE_CL_LOCKSTEP": arguments.lockstep,
        "HEDDLE_CL_SUMMARY": str(summary),
        # A program of pyopencl's would keep what it compiled in a cache of its own, which does not know our compiler.
        "PYOPENCL_NO_CACHE": "1",
    }
    if arguments.backend == "rtl":
        variables["HEDDLE_CL_RTL_LIBRARY"] = str(rtl.directory(config, False))
    if arguments.cache:
        variables["HEDDLE_CL_CACHE"] = "off" if arguments.cache == "off" else os.path.abspath(arguments.cache)
    return variables


def install(name, package):
    """Installs the Debian package of a program, or says how."""
    if os.geteuid() != 0:
        raise ProgramError(f"{name} is in the Debian package {package}:\n  sudo apt-get install --no-install-recommends {package}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "-q", "update"], ["apt-get", "-q", "-y", "install", "--no-install-recommends", package])
    for step in steps:
        log = build.ROOT / "build" / "apt.log"
        log.parent.mkdir(exist_ok=True)
        if step is steps[-1]:
            print(f"heddle: installing {package}", file=sys.stderr, flush=True)
        with log.open("w") as out:
            status = subprocess.run(step, env=quiet, stdout=out, stderr=subprocess.STDOUT).returncode
        if status:
            raise ProgramError(f"{' '.join(step)} failed (exit status {status}); its output is in build/apt.log")


def built_here(name):
    """The target that makes the program, where that is a file in the build folder (./heddle cl build/release/examples/opencl/vecadd)."""
    path = pathlib.Path(os.path.abspath(name))
    if "/" not in name or not path.is_relative_to(build.BUILD):
        return None
    target = str(path.relative_to(build.BUILD))
    known = subprocess.run(["ninja", "-C", str(build.BUILD), "-t", "query", target], capture_output=True).returncode == 0
    return target if known else None


def find(name):
    """The path of a program."""
    path = shutil.which(name)
    if path:
        return path
    if os.path.isdir(name):
        raise ProgramError(f"{name} is a folder, not a program", NOT_EXECUTABLE)
    if os.path.exists(name):
        raise ProgramError(f"{name} is not executable\n  a script runs with its interpreter: heddle cl /usr/bin/python3 {name}", NOT_EXECUTABLE)
    for pattern, package in PACKAGES:
        if fnmatch.fnmatchcase(name, pattern):
            install(name, package)
            path = shutil.which(name)
            if path:
                return path
    raise ProgramError(f"{name}: no such program")


def execute(path, words, variables):
    """Runs the program; its exit status, or 128 + the signal that ended it."""
    child = subprocess.Popen(words, executable=path, env=variables)
    # What the terminal sends goes to the program, too; it decides, and this process stays for the summary.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    if status >= 0:
        return status
    print(f"heddle cl: {words[0]} was ended by signal {-status} ({signal.strsignal(-status)})", file=sys.stderr)
    return 128 - status


def start(arguments, words):
    """Builds what the program needs, runs it and prints the summary. Returns its exit status; 1 where that is 0 but RTL and model differed."""
    config = shape.canonical(arguments.config)
    build.configure_opencl()
    program = built_here(words[0])
    targets = ["heddle-opencl"] + ([program] if program else [])
    path = None if program else find(words[0])
    if arguments.backend == "rtl":
        build.build([*targets, rtl.target(config, False)], rtl_config=config, title=f"building OpenCL and the RTL as '{config}'")
    else:
        build.build(targets, title="building OpenCL")
    path = path or find(words[0])
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="heddle-cl-") as folder:
        file = pathlib.Path(folder) / "summary"
        status = execute(path, words, environment(arguments, config, file))
        summary = cl_summary.read(file)
    if not arguments.no_summary and (summary or status < 128):  # a signal leaves no summary
        cl_summary.show(summary, words[0])
    return status or int(any(device.differs for device in summary.values()))


def run(arguments):
    words = arguments.program[1:] if arguments.program[:1] == ["--"] else arguments.program
    if not words:
        print("heddle cl: which program?\n  heddle cl [--config C] [--backend model|rtl] PROGRAM [ARGS...]", file=sys.stderr)
        return 2
    try:
        return start(arguments, words)
    except ProgramError as error:
        print(f"heddle cl: {error}", file=sys.stderr)
        return error.status
    except OSError as error:  # an executable file in no known format, say
        print(f"heddle cl: {words[0]}: {error.strerror}", file=sys.stderr)
        return NOT_EXECUTABLE

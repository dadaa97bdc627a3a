"""heddle fuzz: random programs on the verilated RTL, in lock-step with the golden model. What fails is made small, written to a file that
runs it again, and shown as a waveform. The work is heddle-fuzz's (verif/random); this builds what it needs. With --packets, random packets
through queues and firmware instead (fuzz_packets.py)."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import build
import fuzz_packets
import rtl
import shape

PROGRAM = build.BUILD / "verif" / "random" / "heddle-fuzz"
# The shapes that runs draw from, and how often each.
CHOICES = (("nano", 6), ("base:cores=1,warps=4,lanes=4", 4), ("edge", 4), ("base", 1))


def number(least, most):
    def parse(text):
        try:
            value = int(text, 0)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {least} to {most}")
        return value

    return parse


def add(jobs):
    parser = jobs.add_parser("fuzz", help="random programs, RTL against golden model", allow_abbrev=False)
    parser.add_argument("--seed", type=number(0, 2**64 - 1), metavar="N", help="first seed (default: 1); every run has its own, one after the other")
    parser.add_argument("--count", type=number(1, 2**32), metavar="N", help="runs, each of up to three programs (default: 1000, without --minutes)")
    parser.add_argument("--minutes", type=number(1, 100000), metavar="N", help="time")
    parser.add_argument("--config", metavar="C", help="configuration (default: " + ", ".join(c for c, _ in CHOICES) + "; drawn)")
    parser.add_argument("--jobs", type=number(1, 256), default=os.cpu_count(), metavar="N", help="processes (default: processors)")
    parser.add_argument("--max-failures", type=number(1, 1000), default=1, metavar="N", help="different failures to look for (default: 1)")
    parser.add_argument("--planted-bug", type=number(0, 99), default=0, metavar="N", help="of --config C:planted_bug=31 (verif/README.md)")
    parser.add_argument("--out", default=".", metavar="DIR", help="where replay files and waveforms go (default: here)")
    parser.add_argument("--no-shrink", action="store_true", help="leave what fails as it is")
    parser.add_argument("--no-wave", action="store_true", help="no waveform of what fails")
    parser.add_argument("--replay", metavar="FILE", help="run what such a file says, with a waveform of its last cycles")
    parser.add_argument("--planted", action="store_true", help="measure how soon each planted bug is found, and how small it gets")
    parser.add_argument("--packets", action="store_true", help="packets of queues, a third malformed, instead of programs: --count of them (default: 10000), "
                        f"on a --config with the management core (default: {fuzz_packets.CONFIG})")  # fmt: skip
    parser.add_argument("--backend", choices=("rtl", "model"), help="of --packets: the RTL in lock-step (default), or the golden model")
    parser.add_argument("--json", metavar="FILE", help="write the outcome as JSON")
    parser.set_defaults(action=run)


def refuse(problem):
    print(f"heddle fuzz: {problem}", file=sys.stderr)
    return 2


def libraries(choices):
    words = []
    for config, share in choices:
        words += ["--library", rtl.directory(config, False) / "libheddle_rtl.so", "--share", str(share)]
    return words


def replay(path, no_wave, out):
    """Runs a replay file; the waveform lies beside it in `out`. The exit status of heddle-fuzz, and the waveform if there is one."""
    build.build(["heddle-fuzz"], title="building the fuzzer")
    told = subprocess.run([PROGRAM, "--replay", path], capture_output=True, text=True, check=False)
    if told.returncode:
        sys.stderr.write(told.stderr)
        return told.returncode, None
    config = told.stdout.strip()
    tracing = not no_wave
    build.build([rtl.target(config, tracing)], rtl_config=config, title=f"building the RTL as '{config}'{', with waveforms' if tracing else ''}")
    command = [PROGRAM, "--replay", path, "--replay-library", rtl.directory(config, tracing) / "libheddle_rtl.so"]
    wave = Path(out) / (Path(path).stem + ".fst")
    if tracing:
        wave.unlink(missing_ok=True)
        command += ["--wave", wave]
    sys.stdout.flush()
    status = subprocess.run(command, check=False).returncode
    return status, str(wave) if tracing and wave.exists() else None


def run(arguments):
    if not Path(arguments.out).is_dir():
        return refuse(f"--out: there is no directory '{arguments.out}'")
    if arguments.packets:
        wrong = [f"--{name}" for name in ("minutes", "replay", "planted") if getattr(arguments, name)]
        if wrong:
            return refuse(f"{wrong[0]} has no meaning with --packets")
        if shape.parameters(arguments.config or fuzz_packets.CONFIG)["management"] == 0:
            return refuse(f"--packets: '{arguments.config}' has no management core, which takes packets")
        return fuzz_packets.run(arguments)
    if arguments.backend is not None:
        return refuse("--backend goes with --packets")
    if arguments.replay is not None:
        wrong = [f"--{name.replace('_', '-')}" for name in ("seed", "count", "minutes", "config", "json") if getattr(arguments, name) is not None]
        if wrong:
            return refuse(f"{wrong[0]} has no meaning with --replay: the file says everything")
        if not Path(arguments.replay).is_file():
            return refuse(f"--replay: there is no file '{arguments.replay}'")
        return replay(arguments.replay, arguments.no_wave, arguments.out)[0]
    if arguments.planted:
        return planted(arguments)
    choices = CHOICES if arguments.config is None else ((shape.canonical(arguments.config), 1),)
    for config, _ in choices:
        build.build(["heddle-fuzz", rtl.target(config, False)], rtl_config=config, title=f"building the fuzzer and the RTL as '{config}'")
    command = [PROGRAM, *libraries(choices), "--jobs", str(arguments.jobs), "--max-failures", str(arguments.max_failures)]
    command += ["--planted-bug", str(arguments.planted_bug), "--out", arguments.out]
    for name in ("seed", "count", "minutes"):
        if getattr(arguments, name) is not None:
            command += [f"--{name}", str(getattr(arguments, name))]
    if arguments.no_shrink:
        command.append("--no-shrink")
    with tempfile.TemporaryDirectory() as folder:
        outcome = Path(folder) / "fuzz.json"
        sys.stdout.flush()
        status = subprocess.run([*command, "--json", outcome], check=False).returncode
        if not outcome.exists():
            return status or 1
        result = json.loads(outcome.read_text())
    for failure in result["failures"]:
        failure["waveform"] = None
        if not arguments.no_wave:
            _, failure["waveform"] = replay(failure["file"], False, arguments.out)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(result, indent=2) + "\n")
    return status


def planted(arguments):
    config = shape.canonical("nano:management=1,planted_bug=31")
    build.build(["heddle-fuzz", rtl.target(config, False)], rtl_config=config, title="building the fuzzer and the RTL with planted bugs")
    script = build.ROOT / "verif" / "random" / "planted.py"
    command = ["/usr/bin/python3", "-B", script, PROGRAM, rtl.directory(config, False) / "libheddle_rtl.so"]
    command += ["--out", arguments.out, "--jobs", str(arguments.jobs)]
    for name in ("seed", "minutes"):
        if getattr(arguments, name) is not None:
            command += [f"--{name}", str(getattr(arguments, name))]
    if arguments.json:
        command += ["--json", arguments.json]
    sys.stdout.flush()
    return subprocess.run([str(word) for word in command], check=False).returncode

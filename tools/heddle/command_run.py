"""heddle run: an example, end to end. Builds its host program, its kernel and the RTL library of the configuration, then becomes
the host program, which knows every option (heddle run EXAMPLE --help)."""

import argparse
import difflib
import os
import sys

import build
import rtl
import shape


def examples():
    """Names of the examples: the folders with a kernel and a host program."""
    return sorted(path.parent.name for path in (build.ROOT / "examples").glob("*/host.cpp"))


def add(jobs):
    parser = jobs.add_parser(
        "run",
        help="run an example",
        allow_abbrev=False,
        usage="heddle run EXAMPLE [--config C] [--backend rtl|model] [--lockstep on|off] [--seed N] [--trace fst] [--json FILE] [-- ARGS]",
        description="Runs an example on the verilated RTL in lock-step with the golden model, or on the model alone.",
        epilog="Examples: " + ", ".join(examples()) + ". All options: heddle run EXAMPLE --help; an example's own: heddle run EXAMPLE -- --help",
    )
    parser.add_argument("example", metavar="EXAMPLE", help="name of a folder in examples/")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.set_defaults(action=run)


def option(arguments, name, default):
    """Value of an option of the host program that also decides what is built; the host program checks it."""
    value = default
    for index, word in enumerate(arguments):
        if word == "--":
            break
        if word == name and index + 1 < len(arguments):
            value = arguments[index + 1]
        elif word.startswith(name + "="):
            value = word[len(name) + 1 :]
    return value


def run(arguments):
    known = examples()
    if arguments.example not in known:
        near = difflib.get_close_matches(arguments.example, known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        print(f"heddle run: no example '{arguments.example}'{hint}\n  examples: {', '.join(known)}", file=sys.stderr)
        return 2
    rest = arguments.arguments
    own = rest[: rest.index("--")] if "--" in rest else rest
    targets = [f"example_{arguments.example}"]
    command = [str(build.BUILD / "examples" / arguments.example / arguments.example)]
    config = None
    if option(own, "--backend", "rtl") == "rtl" and "--help" not in own and "-h" not in own:
        config = shape.canonical(option(own, "--config", "edge"))
        tracing = option(own, "--trace", None) is not None
        targets.append(rtl.target(config, tracing))
        command += ["--rtl-library", str(rtl.directory(config, tracing))]
    build.build(targets, rtl_config=config, title=f"building {arguments.example}" + (f" and the RTL as '{config}'" if config else ""))
    sys.stdout.flush()
    os.execv(command[0], [*command, *rest])

"""heddle run: an example, end to end. Builds its host program, its kernel and the RTL library of the configuration, then becomes
the host program, which knows every option (heddle run EXAMPLE --help)."""

import argparse
import difflib
import os
import subprocess
import sys

import build
import report
import rtl
import shape


def examples():
    """Names of the examples: the folders with a kernel and a host program."""
    return sorted(path.parent.name for path in (build.ROOT / "examples").glob("*/host.cpp"))


USAGE = "heddle run EXAMPLE [--config C] [--backend rtl|model|remote] [--lockstep on|off] [--seed N] [--trace fst] [--memory M] [--json FILE] [-- ARGS]"


def add(jobs):
    parser = jobs.add_parser("run", help="run an example", add_help=False, prefix_chars="\0", allow_abbrev=False)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    parser.set_defaults(action=run)


def print_help():
    print(f"usage: {USAGE}\n")
    print("Runs an example on the verilated RTL in lock-step with the golden model, or on the model alone.\n")
    print(f"examples: {', '.join(examples())}\n")
    print("All options: heddle run EXAMPLE --help; an example's own: heddle run EXAMPLE -- --help")


def name_of_example(words):
    """The example that is meant, or None after an error message."""
    known = examples()
    listed = f"\n  examples: {', '.join(known)}"
    if not words:
        problem = f"which example?\n  usage: {USAGE}{listed}"
    elif words[0] in known:
        return words[0]
    elif words[0].startswith("-"):
        problem = f"the name of an example comes first, not '{words[0]}'\n  usage: {USAGE}{listed}"
    else:
        near = difflib.get_close_matches(words[0], known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        problem = f"no example '{words[0]}'{hint}{listed}"
    print(f"heddle run: {problem}", file=sys.stderr)
    return None


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


def canonical_config(example, text, json_file):
    """The canonical text; a run that ends here, before there is a host program, leaves its object in `json_file` all the same."""
    try:
        return shape.canonical(text)
    except shape.ShapeError as error:
        if json_file is not None:
            report.write_run_failure(json_file, example, text, str(error))
        raise


def needs_firmware(own, rest):
    """Whether the device that is opened here has a management core, whose firmware launches the kernels. (A comparison with the stack
    begins with a launch that the driver starts itself.)"""
    if option(own, "--backend", os.environ.get("HEDDLE_BACKEND", "rtl")) == "remote" or {"--help", "-h", "--stack-reference"} & set(rest):
        return False
    try:
        return shape.parameters(option(own, "--config", "edge"))["management"] == 1
    except shape.ShapeError:
        return False  # the host program says what is wrong with it


def run(arguments):
    words = arguments.arguments
    if words and words[0] in ("-h", "--help"):
        print_help()
        return 0
    example = name_of_example(words)
    if example is None:
        return 2
    rest = words[1:]
    own = rest[: rest.index("--")] if "--" in rest else rest
    targets = [f"example_{example}"]
    command = [str(build.BUILD / "examples" / example / example)]
    config = None
    # Without the RTL library: where the golden model is asked for, and where the host program will only speak of options.
    if option(own, "--backend", os.environ.get("HEDDLE_BACKEND", "rtl")) == "rtl" and not {"--help", "-h"} & set(rest):
        config = canonical_config(example, option(own, "--config", "edge"), option(own, "--json", None))
        tracing = option(own, "--trace", None) is not None
        targets.append(rtl.target(config, tracing))
        command += ["--rtl-library", str(rtl.directory(config, tracing))]
    if needs_firmware(own, rest):
        targets.append("firmware_image")
        command += ["--firmware", str(build.BUILD / "firmware" / "heddle_firmware.bin")]
    title = f"building {example}"
    if config:
        # Nobody should wait minutes for the RTL to be told of a misspelt option.
        build.build(targets[:1], title=title)
        checked = subprocess.run([*command, "--check-options", *rest], check=False, stdout=subprocess.DEVNULL)
        if checked.returncode:
            return checked.returncode
        title += f" and the RTL as '{config}'"
    build.build(targets, rtl_config=config, title=title)
    sys.stdout.flush()
    os.execv(command[0], [*command, *rest])

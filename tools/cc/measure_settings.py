#!/usr/bin/python3
"""What compiler settings do to the examples: issue slots (golden model) or cycles (RTL) of each with each setting, as Markdown.

The examples must have been built (`heddle run EXAMPLE` once each); their kernels are compiled anew with the setting's flags.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import toolchain

# After the standard flags, so that they win over them.
SETTINGS = {
    "as they are": [],
    "`-enable-post-misched=false`": ["-mllvm", "-enable-post-misched=false"],
    "registers as clang names them": ["--no-register-banks"],
    "not unrolled": ["-mllvm", "-unroll-runtime=false"],
    "four times": ["-mllvm", "-unroll-count=4"],
    "scheduled for `rocket`": ["-mtune=rocket"],
    "scheduled for `sifive-7-series`": ["-mtune=sifive-7-series"],
    "`-misched=ilpmax`": ["-mllvm", "-misched=ilpmax"],
    "not scheduled": ["-mllvm", "-enable-misched=false"],
    "`-Os`": ["-Os"],
}
EXAMPLES = {
    "sgemm": ["--n", "32"],
    "conv3x3": ["--n", "32"],
    "sgemm_tiled": ["--n", "32"],
    "spmv": ["--n", "512"],
    "reduction": ["--n", "2500"],
}


def measured(options, example, flags, folder):
    elf, result = folder / f"{example}.elf", folder / "run.json"
    source = toolchain.ROOT / "examples" / example / f"{example}.c"
    compiler = [sys.executable, "-B", pathlib.Path(__file__).parent / "heddle_cc.py", "--build-dir", options.build]
    subprocess.run([*compiler, *flags, "-o", elf, source], check=True)
    command = [options.build / "examples" / example / example, "--config", options.config, "--elf", elf, "--json", result]
    if options.rtl_library:
        command += ["--rtl-library", options.rtl_library, "--lockstep", "off", "--mem-latency", str(options.mem_latency)]
    else:
        command += ["--backend", "model"]
    subprocess.run([*command, "--", *EXAMPLES[example]], check=True, stdout=subprocess.DEVNULL)
    report = json.loads(result.read_text())
    return report["cycles"] if options.rtl_library else report["warp_instrs"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=toolchain.ROOT / "build" / "release", help="build directory")
    parser.add_argument("--config", default="edge")
    parser.add_argument("--rtl-library", metavar="DIR", help="measure cycles, with this RTL library of the configuration")
    parser.add_argument("--mem-latency", type=int, default=100)
    options = parser.parse_args()
    what = "cycles" if options.rtl_library else "issue slots"
    print(f"| {what} on {options.config} | {' | '.join(EXAMPLES)} |")
    print("|---|" + "---|" * len(EXAMPLES))
    with tempfile.TemporaryDirectory() as folder:
        for name, flags in SETTINGS.items():
            values = [f"{measured(options, example, flags, pathlib.Path(folder)):,}" for example in EXAMPLES]
            print(f"| {name} | {' | '.join(values)} |", flush=True)


if __name__ == "__main__":
    main()

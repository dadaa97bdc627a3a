#!/usr/bin/python3
"""Builds libheddle_rtl.so for one configuration: generated packages, Verilator, C++ compilation, link.

Everything goes to the output directory. Steps whose inputs did not change are not repeated: specgen keeps time stamps,
Verilator writes into a scratch directory from which only changed files are taken over, and ninja (with ccache) compiles.
Called by CMake (verif/harness/CMakeLists.txt) with the libraries to link.
"""

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import merge_instances
import signals

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "verif" / "harness"
# In the order of what leans on what.
RTL_FOLDERS = ["common", "core/fpu", "core/lsu", "core", "mem", "matrix", "copy", "cluster", "host", "mgmt", "die"]
GENERATED_PACKAGES = ["heddle_isa_pkg.sv", "heddle_config_pkg.sv", "heddle_special_pkg.sv", "mgmt_spec_pkg.sv"]
GENERATED_REGISTERS = ["heddle_regs_pkg.sv", "heddle_regs.sv", "host_dma_regs_pkg.sv", "host_dma_regs.sv"]

VERILATOR_OPTIONS = [
    "--cc", "--top-module", "tb_top", "--prefix", "Vtb_top",
    "-Wall", "--assert", "--x-assign", "fast", "--x-initial", "unique", "-O3",
    # Verilator 5.006 forgets to declare the loop variable where assertions sample wide values.
    "-fno-reloop",
    "--no-timing", "--output-split", "20000", "--output-split-cfuncs", "2000",
]  # fmt: skip
# Big modules with several instances: compiled once, which is how they are made small, and changes nothing of what they do (README.md).
SHARED_MODULES = [
    "decoder", "dot_elements", "dot_unit", "fpu_divide_lane", "fpu_pipe", "instruction_buffer", "l2_bank", "matrix_operand", "simt_core",
    "special_evaluator",
]  # fmt: skip
# The hot part (evaluation) and the cold one (set-up, tracing tables) want different options.
CXX_FLAGS = "-std=c++20 -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -w"
FAST_FLAGS = "-O2 -fno-stack-protector -fno-plt"
SLOW_FLAGS = "-O0"


def run(command, **options):
    if subprocess.run([str(part) for part in command], **options).returncode != 0:
        sys.exit(f"build_rtl: failed: {' '.join(str(part) for part in command)}")


def choose_planted_bug_at_run_time(generated):
    """planted_bug=31: one library for all planted bugs, of which HEDDLE_PLANTED_BUG chooses one when a device is opened. The
    constant becomes a variable, which no tool but Verilator gets to see. The L2 cache corrects errors there, since some are planted."""
    path = generated / "rtl" / "heddle_config_pkg.sv"
    text, found = re.subn(r"localparam int unsigned PlantedBug +=.*",
                          'import "DPI-C" function int unsigned heddle_planted_bug();\n'
                          "  int unsigned PlantedBug = heddle_planted_bug();", path.read_text())  # fmt: skip
    text, ecc = re.subn(r"(localparam int unsigned L2Ecc +=) 0;", r"\1 1;", text)
    assert found == 1 and ecc == 1, "heddle_config_pkg.sv has changed its form"
    path.write_text(text)


def sources(generated, instead=None):
    """All SystemVerilog files of the design and the harness, in compilation order. Files in the folder `instead` stand for
    those of the same name, or come besides (verif/mutants)."""
    files = [generated / "rtl" / name for name in GENERATED_PACKAGES]
    files.append(ROOT / "rtl" / "pkg" / "heddle_pkg.sv")
    files += [generated / "rtl" / name for name in GENERATED_REGISTERS]
    lists = [ROOT / "rtl" / folder / "files.f" for folder in RTL_FOLDERS] + [HARNESS / "rtl" / "files.f"]
    for file_list in lists:
        for line in file_list.read_text().splitlines():
            name = line.split("#")[0].strip()
            if name and ROOT / name not in files:
                files.append(ROOT / name)
    if instead:
        others = {path.name: path for path in sorted(instead.iterdir())}
        files = [others.pop(path.name, path) for path in files] + list(others.values())
    # Packages first: a folder's package may be used by one that comes before it.
    return sorted(files, key=lambda path: not path.name.endswith("_pkg.sv"))


def share_modules(out, files):
    """Settings that have Verilator compile the functions of SHARED_MODULES once for all instances. It merges functions that are equal to the
    letter. What drives an input it would put in the place of the input, which differs from instance to instance; `public_flat_rd` keeps it
    from that. Not so for clock and reset: they are the same everywhere, and a clock that is kept apart is another clock to Verilator, on
    which all logic between two instances waits besides. (Functions that it inlines, whose variables it numbers, are not equal either,
    but for those with no_inline_task, nor are concurrent assertions, which sample under the instance's name.)"""
    lines = ["`verilator_config"]
    for path in (path for path in files if path.stem in SHARED_MODULES):
        # A netlist declares its ports in the body.
        header = re.search(rf"^module {path.stem}\b.*?^(?:\);|endmodule)", re.sub(r"//.*", "", path.read_text()), re.MULTILINE | re.DOTALL)
        inputs = re.findall(r"\binput\b[^,;]*?(\w+)\s*(?=[,;]|\n\);)", header.group(0)) if header else []
        lines.append(f'no_inline -module "{path.stem}"')
        lines += [f'public_flat_rd -module "{path.stem}" -var "{name}"' for name in inputs if name not in ("clk_i", "rst_ni")]
    settings = out / "shared_modules.vlt"
    settings.write_text("\n".join(lines) + "\n")
    return settings


def take_over(fresh, kept):
    """Makes `kept` a copy of `fresh` without touching files that are the same."""
    kept.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in fresh.iterdir()}
    for path in kept.iterdir():
        if path.suffix in (".cpp", ".h") and path.name not in names:
            path.unlink()
    for name in sorted(names):
        if not (kept / name).exists() or not filecmp.cmp(fresh / name, kept / name, shallow=False):
            shutil.copyfile(fresh / name, kept / name)
    shutil.rmtree(fresh)


def verilate(out, generated, trace, coverage, instead):
    fresh = out / "verilated.new"
    shutil.rmtree(fresh, ignore_errors=True)
    options = list(VERILATOR_OPTIONS)
    if trace:
        options += ["--trace-fst", "--trace-structs"]
    if coverage:
        # All signals in one struct (signals.py).
        options += ["--coverage-line", "--coverage-user", "--flatten"]
    elif instead:
        options += ["-Wno-fatal"]  # netlists are not in our style
    files = sources(generated, instead)
    settings = ROOT / "verif/coverage/coverage.vlt" if coverage else share_modules(out, files)
    run([
        "verilator", *options, "--Mdir", fresh,
        ROOT / "tools" / "lint" / "waivers.vlt", settings, *files,
    ], cwd=ROOT)  # fmt: skip
    if not coverage:
        merge_instances.merge(fresh)
    take_over(fresh, out / "verilated")


def compile_and_link(out, config, trace, coverage, includes, libraries):
    verilated = out / "verilated"
    root = Path(subprocess.run(["verilator", "--getenv", "VERILATOR_ROOT"], check=True, capture_output=True, text=True)
                .stdout.strip())  # fmt: skip
    makefile = (verilated / "Vtb_top_classes.mk").read_text()

    def module_list(name):
        match = re.search(rf"^{name} \+= \\\n((?:\t.*\n)*)", makefile, re.MULTILINE)
        names = match.group(1).replace("\\", " ").split() if match else []
        return [part for part in names if name.startswith("VM_GLOBAL") or (verilated / f"{part}.cpp").exists()]

    # Relative paths, so that ccache finds what another configuration's directory compiled already.
    relative = Path("verilated")
    fast = [relative / f"{name}.cpp" for name in module_list("VM_CLASSES_FAST") + module_list("VM_SUPPORT_FAST")]
    slow = [relative / f"{name}.cpp" for name in module_list("VM_CLASSES_SLOW") + module_list("VM_SUPPORT_SLOW")]
    runtime = [root / "include" / f"{name}.cpp" for name in module_list("VM_GLOBAL_FAST") + module_list("VM_GLOBAL_SLOW")]
    assert fast and runtime, "Verilator's list of classes has changed its form"

    include_flags = " ".join(
        [f"-I{path}" for path in (relative, HARNESS / "src", HARNESS / "include", *includes)]
        + [f"-isystem {root / 'include'}", f"-isystem {root / 'include' / 'vltstd'}"])  # fmt: skip
    defines = (f"-DVL_USER_STOP -DVL_USER_FATAL -DVL_USER_FINISH -DVM_COVERAGE={int(coverage)} -DVM_SC=0 -DVM_TRACE_VCD=0 "
               f"-DVM_TRACE={int(trace)} -DVM_TRACE_FST={int(trace)} -DVL_TIME_CONTEXT")  # fmt: skip
    compiler = "g++" if shutil.which("ccache") is None else "ccache g++"
    lines = [
        "ninja_required_version = 1.5",
        "rule cxx",
        f"  command = {compiler} {CXX_FLAGS} {defines} {include_flags} $flags -MD -MF $out.d -c $in -o $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "rule link",
        "  command = g++ -shared -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -Wl,-z,defs -o $out $in $libraries",
    ]
    objects = []

    def add(path, flags):
        target = f"objects/{path.stem}.o"
        objects.append(target)
        lines.extend([f"build {target}: cxx {path}", f"  flags = {flags}"])

    for path in [*fast, *runtime]:
        add(path, FAST_FLAGS)
    for path in slow:
        add(path, SLOW_FLAGS)
    add(HARNESS / "src" / "verilated_top.cpp",
        f"{FAST_FLAGS} -Wall -Wextra '-DHEDDLE_CONFIGURATION=\"{config}\"' -DHEDDLE_TRACE={int(trace)}")  # fmt: skip
    if coverage:
        add(Path("signals.cpp"), FAST_FLAGS)
    system = "-lfmt -lpthread" + (" -lz" if trace else "")
    archives = " ".join(str(path) for path in libraries)
    lines.extend([
        f"build libheddle_rtl.so: link {' '.join(objects)} | {archives}",
        f"  libraries = -Wl,--start-group {archives} -Wl,--end-group {system}",
        "default libheddle_rtl.so", "",
    ])  # fmt: skip
    (out / "build.ninja").write_text("\n".join(lines))
    run(["ninja", "-C", out, *(["-j", os.environ["HEDDLE_JOBS"]] if os.environ.get("HEDDLE_JOBS") else [])])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, help="configuration text, e.g. edge or base:cores=1")
    parser.add_argument("--out", required=True, type=Path, help="output directory")
    parser.add_argument("--trace", action="store_true", help="with waveforms (FST)")
    parser.add_argument("--coverage", action="store_true", help="counts lines, what the signals do, and cover points (verif/coverage)")
    parser.add_argument("--instead", type=Path, help="folder of files that stand for those of the same name, or come besides")
    parser.add_argument("--include", action="append", type=Path, default=[], help="further include directory")
    parser.add_argument("--libraries", nargs="*", type=Path, default=[], help="archives to link, users first")
    arguments = parser.parse_args()

    out = arguments.out.resolve()
    generated = out / "generated"
    run(["/usr/bin/python3", "-B", ROOT / "tools" / "specgen" / "specgen.py",
         "--out", generated, "--config", arguments.config, "--only", "rtl"])  # fmt: skip
    if re.search(r"\bplanted_bug=31\b", arguments.config):
        choose_planted_bug_at_run_time(generated)
    verilate(out, generated, arguments.trace, arguments.coverage, arguments.instead and arguments.instead.resolve())
    if arguments.coverage:
        signals.write(out, signals.read(out / "verilated" / "Vtb_top___024root.h", sources(generated)))
    compile_and_link(out, arguments.config, arguments.trace, arguments.coverage, [path.resolve() for path in arguments.include],
                     [path.resolve() for path in arguments.libraries])  # fmt: skip
    (out / "libheddle_rtl.so").touch()  # newer than everything it was made from, relinked or not


if __name__ == "__main__":
    main()

"""One source file to one object: stock clang to assembly, the layout pass, stock clang's assembler.

The flags are by measurement: clang's own block placement puts loop latches first, so that lanes which reach them run
ahead; it is off, and the layout pass (layout.py) orders blocks instead. `-fconvergent-functions` keeps the optimiser
from making votes and shuffles depend on more control flow than the source has. `-ffp-contract=on` (a * b + c within one
expression becomes one fused operation) is clang's default, said because results depend on it. `-fno-math-errno` makes
sqrtf an instruction instead of a call.
"""

import dataclasses
import os
import pathlib
import tempfile

import layout
import register_banks
import toolchain

C_SUFFIXES = {".c"}
CXX_SUFFIXES = {".cc", ".cpp", ".cxx", ".C", ".c++"}
ASSEMBLY_SUFFIXES = {".s", ".S", ".sx"}
OBJECT_SUFFIXES = {".o", ".a"}

TARGET_FLAGS = [f"--target={toolchain.TARGET}", f"-mabi={toolchain.ABI}"]
CODE_FLAGS = [
    "-mcmodel=medlow",
    "-fno-pic",
    "-ffunction-sections",
    "-fdata-sections",
    "-ftls-model=local-exec",
    "-fno-asynchronous-unwind-tables",
    "-fno-stack-protector",
    "-fno-common",
    "-fconvergent-functions",
    "-ffp-contract=on",
    "-fno-math-errno",
    # Loops of unknown length: eight iterations at a time, the rest one by one.
    "-mllvm",
    "-unroll-runtime",
    # Scheduled once more when registers are known: loads move in between the links of a chain of multiply-adds.
    "-mllvm",
    "-enable-post-misched=true",
]
CXX_FLAGS = ["-std=c++20", "-fno-exceptions", "-fno-rtti", "-fno-use-cxa-atexit", "-nostdinc++"]
# minimize-addr-in-v5=Ranges: inlined scopes are described by range lists, which the layout pass can rewrite.
# trap-unreachable: a call that does not return is followed by `unimp`, so that the pass knows where control ends.
LAYOUT_FLAGS = [
    "-mllvm",
    "-disable-block-placement",
    "-mllvm",
    "-minimize-addr-in-v5=Ranges",
    "-mllvm",
    "-trap-unreachable",
]
# use-unknown-locations=Disable: no line 0; every instruction belongs to some line, which a fault can name.
DEBUG_FLAGS = ["-gdwarf-5", "-gline-tables-only", "-mllvm", "-use-unknown-locations=Disable"]


@dataclasses.dataclass
class Job:
    """What to compile, and how. `flags` come after the standard ones and win over them."""

    source: pathlib.Path
    output: pathlib.Path
    includes: list
    xheddle: pathlib.Path
    march: str = toolchain.MARCH
    flags: list = dataclasses.field(default_factory=list)
    layout: bool = True
    register_banks: bool = True  # spread floating-point registers; only where the layout pass has been
    verbose: bool = False
    save_temps: pathlib.Path | None = None  # keep intermediate files in this directory
    library: bool = False  # part of the device library: compiled without assuming that a C library is there


def kind(path):
    """'c', 'c++', 'assembly', 'object' or None for a file we do not know what to do with."""
    suffix = pathlib.Path(path).suffix
    if suffix in C_SUFFIXES:
        return "c"
    if suffix in CXX_SUFFIXES:
        return "c++"
    if suffix in ASSEMBLY_SUFFIXES:
        return "assembly"
    if suffix in OBJECT_SUFFIXES:
        return "object"
    return None


def _target(job):
    return [toolchain.clang()] + TARGET_FLAGS + [f"-march={job.march}"]


def _include_flags(job):
    return ["-nostdlibinc"] + [part for path in job.includes for part in ("-isystem", path)]


def to_assembly(job, output):
    """C or C++ to re-laid assembly in `output`."""
    command = _target(job) + CODE_FLAGS + ["-O2"] + DEBUG_FLAGS + _include_flags(job)
    if job.layout:
        command += LAYOUT_FLAGS
    if kind(job.source) == "c++":
        command += CXX_FLAGS
    else:
        command += ["-std=gnu17"]
    if job.library:
        command += ["-ffreestanding", "-fno-builtin"]
    command += job.flags + ["-S", job.source, "-o", output]
    toolchain.run(command, job.verbose)
    if job.layout:
        text = pathlib.Path(output).read_text(encoding="utf-8", errors="surrogateescape")
        if job.save_temps:
            (job.save_temps / (job.source.stem + ".clang.s")).write_text(
                text, encoding="utf-8", errors="surrogateescape"
            )
        result, report = layout.relayout(text)
        if job.register_banks:
            result = register_banks.spread(result)
        pathlib.Path(output).write_text(result, encoding="utf-8", errors="surrogateescape")
        if job.verbose:
            report.print()


def assemble(job, source, output, raw):
    """Assembly to an object. `raw`: written by a user, so Xheddle mnemonics are made known to the assembler first."""
    command = _target(job) + ["-c", "-x", "assembler"]
    if not raw:
        toolchain.run(command + [source, "-o", output], job.verbose)
        return
    text = pathlib.Path(source).read_text(encoding="utf-8", errors="surrogateescape")
    with tempfile.TemporaryDirectory(prefix="heddle-as-") as directory:
        wrapped = pathlib.Path(directory) / (pathlib.Path(source).stem + ".s")
        # The line marker makes messages and debug information name the user's file and line.
        wrapped.write_text(
            f'.include "{job.xheddle}"\n# 1 "{job.source}"\n{text}', encoding="utf-8", errors="surrogateescape"
        )
        toolchain.run(
            command
            + ["-g"]
            + [flag for flag in job.flags if flag.startswith(("-Wa,", "-I"))]
            + [wrapped, "-o", output],
            job.verbose,
        )


def to_object(job):
    """Any kind of source to job.output."""
    with tempfile.TemporaryDirectory(prefix="heddle-cc-") as directory:
        temporary = job.save_temps or pathlib.Path(directory)
        output = pathlib.Path(directory) / "out.o"
        assembly = temporary / (job.source.stem + ".s")
        if kind(job.source) == "assembly":
            if job.source.suffix == ".s":
                assemble(job, job.source, output, raw=True)
            else:
                preprocessed = temporary / (job.source.stem + ".i.s")
                toolchain.run(
                    _target(job)
                    + _include_flags(job)
                    + job.flags
                    + ["-E", "-x", "assembler-with-cpp", job.source, "-o", preprocessed],
                    job.verbose,
                )
                assemble(job, preprocessed, output, raw=True)
        else:
            to_assembly(job, assembly)
            assemble(job, assembly, output, raw=False)
        # Whole or not at all: a failed or interrupted run leaves no half-written object.
        staged = job.output.with_name(job.output.name + f".{os.getpid()}")
        staged.write_bytes(output.read_bytes())
        staged.replace(job.output)

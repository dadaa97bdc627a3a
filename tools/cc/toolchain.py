"""The stock tools and libraries that kernels are built with: where they are, how they are run, what is said when they
are missing.

Nothing here knows about kernels; heddle_cc.py, heddle_as.py and device_runtime.py do.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = "riscv32-unknown-elf"
MARCH = "rv32imaf_zicsr_zifencei_zfh_zba_zbb_zicond_zihintpause"
ABI = "ilp32f"
MULTILIB = "rv32imf/ilp32f"
PICOLIBC = pathlib.Path("/usr/lib/picolibc/riscv64-unknown-elf")
LIBGCC = pathlib.Path("/usr/lib/gcc/riscv64-unknown-elf")


class ToolError(Exception):
    """Something the user has to know: the text is the whole message. `status` becomes the exit status."""

    def __init__(self, text, status=1):
        super().__init__(text)
        self.status = status


def find_tool(name, package):
    """Path of a stock tool; ToolError naming the Debian package where it is missing."""
    path = shutil.which(name)
    if path is None:
        raise ToolError(f"{name} is not installed; install the Debian package {package}")
    return path


def clang():
    return find_tool("clang-19", "clang-19")


def picolibc_include():
    path = PICOLIBC / "include"
    if not (path / "stdio.h").is_file():
        raise ToolError(f"{path}/stdio.h is missing; install the Debian package picolibc-riscv64-unknown-elf")
    return path


def library_dirs(multilib=MULTILIB):
    """[picolibc's directory, libgcc's directory] for a multilib such as rv32imf/ilp32f."""
    picolibc = PICOLIBC / "lib" / multilib
    if not (picolibc / "libc.a").is_file():
        raise ToolError(f"{picolibc}/libc.a is missing; install the Debian package picolibc-riscv64-unknown-elf")
    versions = [path for path in LIBGCC.glob("*") if (path / multilib / "libgcc.a").is_file()]
    if not versions:
        raise ToolError(
            f"no libgcc.a for {multilib} below {LIBGCC}; install the Debian package gcc-riscv64-unknown-elf"
        )
    newest = max(versions, key=lambda path: [int(part) for part in path.name.split(".") if part.isdigit()])
    return [picolibc, newest / multilib]


def run(command, verbose=False, filter_error=None):
    """Runs a tool. Its messages go to our stderr (through filter_error(text) -> text). ToolError with its status where
    it fails."""
    command = [str(part) for part in command]
    if verbose:
        print(" ".join(command), file=sys.stderr)
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    text = filter_error(result.stderr) if filter_error else result.stderr
    if text:
        sys.stderr.write(text)
    if result.returncode != 0:
        name = os.path.basename(command[0])
        if result.returncode < 0:
            raise ToolError(f"{name} was ended by signal {-result.returncode}")
        raise ToolError("", status=1 if text else result.returncode)

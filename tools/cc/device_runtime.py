"""The device runtime (runtime/device): crt0, linker script and device library, built once per state of its sources.

A runtime directory holds
    generated/      what specgen wrote (heddle_isa.h, asm/xheddle.inc)
    crt0.o, libheddle.a, heddle.ld
    stamp           digest of everything those were made from
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import subprocess
import sys

import compile_source
import toolchain

SOURCES = toolchain.ROOT / "runtime" / "device"
SPEC = toolchain.ROOT / "docs" / "spec"
SPECGEN = toolchain.ROOT / "tools" / "specgen"


def add_options(parser):
    """Options that say where the runtime is; directory_of reads them."""
    parser.add_argument(
        "--runtime-dir",
        metavar="DIR",
        type=pathlib.Path,
        help="where the device runtime is built (default: build/device of the project)",
    )
    parser.add_argument(
        "--build-dir",
        metavar="DIR",
        type=pathlib.Path,
        help="CMake's build directory: stands for --runtime-dir DIR/device",
    )


def directory_of(options):
    if options.runtime_dir:
        return options.runtime_dir
    return (options.build_dir or toolchain.ROOT / "build") / "device"


def include_dirs(directory):
    return [SOURCES / "include", directory / "generated" / "include" / "heddle", toolchain.picolibc_include()]


def xheddle_include(directory):
    return directory / "generated" / "asm" / "xheddle.inc"


def _digest():
    """Digest of the sources, of the tools that turn them into the runtime, and of the compiler's identity."""
    digest = hashlib.sha256()
    files = [
        path
        for folder in (SOURCES, SPEC, SPECGEN)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    files += pathlib.Path(__file__).parent.glob("*.py")
    for path in sorted(files):
        digest.update(str(path.relative_to(toolchain.ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    compiler = pathlib.Path(toolchain.clang()).resolve()
    digest.update(f"{compiler} {compiler.stat().st_size} {compiler.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _locked(directory):
    directory.mkdir(parents=True, exist_ok=True)
    with open(directory / ".lock", "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure(directory, verbose=False):
    """Makes `directory` an up-to-date runtime directory. Safe against concurrent callers."""
    digest = _digest()
    stamp = directory / "stamp"

    def current():
        return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest

    if current():
        return
    try:
        with _locked(directory):
            if not current():
                _build(directory, verbose)
                stamp.write_text(digest, encoding="utf-8")
    except PermissionError as error:
        raise toolchain.ToolError(
            f"cannot write the device runtime to {directory}: {error.strerror}; "
            "name another directory with --runtime-dir"
        ) from error


def _linker_script(directory, verbose):
    """heddle.ld from its template and the generated memory map. C's unsigned suffix means nothing to a linker."""
    output = directory / "heddle.ld"
    toolchain.run(
        [
            toolchain.clang(),
            "-E",
            "-P",
            "-undef",
            "-x",
            "c",
            "-I",
            directory / "generated" / "include" / "heddle",
            SOURCES / "heddle.ld.in",
            "-o",
            output,
        ],
        verbose,
    )
    output.write_text(re.sub(r"\b(0x[0-9a-fA-F]+)u\b", r"\1", output.read_text(encoding="utf-8")), encoding="utf-8")


def _build(directory, verbose):
    stamp = directory / "stamp"
    stamp.unlink(missing_ok=True)
    command = ["/usr/bin/python3", "-B", SPECGEN / "specgen.py", "--out", directory / "generated"]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise toolchain.ToolError(f"specgen failed:\n{result.stderr}")
    _linker_script(directory, verbose)
    objects = []
    for source in [SOURCES / "crt0.S"] + sorted(SOURCES.glob("lib/*.[cS]")) + sorted(SOURCES.glob("lib/*.cpp")):
        target = directory / (source.stem + ".o")
        job = compile_source.Job(
            source=source,
            output=target,
            includes=include_dirs(directory),
            xheddle=xheddle_include(directory),
            flags=["-Wall", "-Wextra", "-Werror"],
            verbose=verbose,
            library=True,
        )
        compile_source.to_object(job)
        if source.name != "crt0.S":
            objects.append(target)
    archive = directory / "libheddle.a"
    archive.unlink(missing_ok=True)
    toolchain.run([toolchain.find_tool("llvm-ar-19", "llvm-19"), "rcsD", archive] + objects, verbose)
    if verbose:
        print(f"device runtime built in {directory}", file=sys.stderr)
    os.utime(archive)

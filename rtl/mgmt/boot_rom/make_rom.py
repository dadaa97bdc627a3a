#!/usr/bin/python3
"""Assembles boot.S and writes boot_rom_pkg.sv next to it, or with --check compares. See README.md."""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PACKAGE = HERE / "boot_rom_pkg.sv"
WORDS_PER_LINE = 8


class Failure(Exception):
    """A tool refused; the text is what it said."""


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode:
        raise Failure(f"{command[0]}: {result.stderr.strip()}")


def assemble(work):
    """The program's words."""
    run("/usr/bin/python3", "-B", ROOT / "tools/specgen/specgen.py", "--out", work, "--only", "include/heddle/heddle_mgmt.h")
    header = (work / "include/heddle/heddle_mgmt.h").read_text()
    base = re.search(r"HEDDLE_MGMT_BOOT_ROM_BASE\s+(0x[0-9a-f]+)", header)[1]
    size = int(re.search(r"HEDDLE_MGMT_BOOT_ROM_SIZE\s+(0x[0-9a-f]+)", header)[1], 16)
    run("clang-19", "--target=riscv32", "-march=rv32imc_zicsr", "-I", work / "include", "-c", HERE / "boot.S", "-o", work / "boot.o")
    run("ld.lld-19", f"-Ttext={base}", "-e", "_start", work / "boot.o", "-o", work / "boot.elf")
    run("llvm-objcopy-19", "-O", "binary", "--only-section=.text", work / "boot.elf", work / "boot.bin")
    data = (work / "boot.bin").read_bytes()
    if len(data) > size:
        raise Failure(f"boot.S has {len(data)} bytes, its window {size}")
    data += bytes(-len(data) % 4)
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def package(words):
    """Padded to a power of two, so that no index misses."""
    size = 1 << (len(words) - 1).bit_length()
    words = words + [0] * (size - len(words))
    lines = [
        "// Assembled from boot.S by make_rom.py; do not edit.",
        "package boot_rom_pkg;",
        "",
        f"  localparam int unsigned BootRomWords = {size};",
        f"  localparam int unsigned BootRomBits  = {(size - 1).bit_length()};  // of a word's index",
        "",
        "  // The last word first.",
        f"  localparam logic [{size - 1}:0][31:0] BootRom = {{",
    ]
    words.reverse()
    for start in range(0, size, WORDS_PER_LINE):
        row = ", ".join(f"32'h{word:08x}" for word in words[start : start + WORDS_PER_LINE])
        lines.append(f"    {row}{',' if start + WORDS_PER_LINE < size else ''}")
    return "\n".join(lines + ["  };", "", "endpackage"]) + "\n"


def cpp(words):
    """The same for C++: firmware/include/heddle_boot_rom.h."""
    data = b"".join(word.to_bytes(4, "little") for word in words)
    rows = [", ".join(str(byte) for byte in data[start : start + 32]) for start in range(0, len(data), 32)]
    body = ",\n".join(f"      {row}" for row in rows)
    return (
        '// Assembled from boot.S by make_rom.py.\n#include "heddle_boot_rom.h"\n\n'
        f"std::vector<uint8_t> heddle::boot_rom() {{\n  return {{\n{body}}};\n}}\n"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with boot_rom_pkg.sv instead of writing it")
    parser.add_argument("--cpp", type=pathlib.Path, metavar="FILE", help="write C++ there instead")
    args = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as work:
            words = assemble(pathlib.Path(work))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    text = package(words)
    if args.cpp:
        args.cpp.parent.mkdir(parents=True, exist_ok=True)
        args.cpp.write_text(cpp(words))
    elif not args.check:
        PACKAGE.write_text(text)
    elif not PACKAGE.exists() or PACKAGE.read_text() != text:
        print(f"{PACKAGE} is not what boot.S assembles to; run {HERE / 'make_rom.py'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

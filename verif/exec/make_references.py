#!/usr/bin/python3
"""Writes NAME.reference_output beside every NAME.elf under FOLDER that has none: what the program leaves on qemu-system-riscv32.

    make_references.py FOLDER [--copy-to FOLDER ...] [--only REGEX] [--jobs N]

The programs have to end as env/end.h says (build_suite.py arch-test). --copy-to: folders with the same programs whose data lie
elsewhere, where QEMU has no memory; they get the references as well."""

import argparse
import concurrent.futures
import re
import shutil
import sys
from pathlib import Path

import qemu


def make(elf, timeout):
    """Returns what went wrong, or nothing."""
    try:
        elf.with_suffix(".reference_output").write_text(qemu.text(qemu.signature(elf, timeout=timeout)))
    except qemu.QemuError as error:
        return str(error)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copy-to", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--only", metavar="REGEX", default="", help="only programs whose GROUP/NAME matches")
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="for one program (default: 60)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="programs at once (default: 1)")
    arguments = parser.parse_args()
    elfs = [elf for elf in sorted(arguments.folder.rglob("*.elf")) if re.search(arguments.only, str(elf.relative_to(arguments.folder)))]
    wanted = [elf for elf in elfs if not elf.with_suffix(".reference_output").exists()]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for problem in pool.map(lambda elf: make(elf, arguments.timeout), wanted):
            if problem:
                failed += 1
                print(problem, file=sys.stderr)
    for folder in arguments.copy_to:
        for elf in elfs:
            reference = elf.with_suffix(".reference_output")
            target = folder / reference.relative_to(arguments.folder)
            if reference.exists() and target.with_suffix(".elf").exists():
                shutil.copy(reference, target)
    print(f"{len(wanted) - failed} references made, {failed} could not be; {len(elfs) - len(wanted)} were there")
    return 1 if failed or not elfs else 0


if __name__ == "__main__":
    sys.exit(main())

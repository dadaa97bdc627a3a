#!/usr/bin/python3
"""Builds a public RISC-V test suite, which lies anywhere outside this repository, for `heddle exec`.

    build_suite.py riscv-tests SUITE OUT     SUITE: a clone of riscv-tests with its submodule `env`
    build_suite.py arch-test   SUITE OUT     SUITE: a clone of riscv-arch-test (3.x, or 2.x with its reference signatures)

OUT gets GROUP/NAME.elf and, where the suite has one, GROUP/NAME.reference_output, for run_suite.py. --data says where the
programs' data lie: `shared`, in device memory, the same for all lanes; `private`, in the private window, where every lane has
its own copy of everything that is written, tohost and signature included. `lane`: in device memory, a copy for each lane,
addressed through a redefined `la`; for the tests of atomics alone, which private memory does not have."""

import argparse
import concurrent.futures
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRIVATE_WINDOW = 0x4000_0000


class Core:
    """What programs are built for: `isa` as the architecture tests' conditions want it, and the groups of the suites that apply."""

    def __init__(self, isa, march, riscv_tests, arch_test):
        self.isa, self.riscv_tests, self.arch_test = isa, riscv_tests, arch_test
        self.gcc = ["riscv64-unknown-elf-gcc", f"-march={march}", "-mabi=ilp32", "-mcmodel=medany"]
        # Signatures of the architecture tests hold code addresses: only group C is of 16-bit instructions.
        self.without_c = f"-march={march.replace('rv32imc', 'rv32im')}"
        # Zicond came to GNU as after Debian 12.
        self.clang = ["clang-19", "--target=riscv32", f"-march={march}_zicond", "-mabi=ilp32", "-fuse-ld=lld-19"]


CORES = {
    "simt": Core(
        "RV32IMAFZicsr_Zifencei_Zihintpause_Zfh_Zba_Zbb_Zicond", "rv32imaf_zicsr_zifencei_zfh_zba_zbb",
        ("rv32ui", "rv32um", "rv32ua", "rv32uf", "rv32uzfh", "rv32uzba", "rv32uzbb", "rv32uzicond", "rv32mi"),
        ("I", "M", "A", "F", "Zfh", "B", "Zicond", "Zifencei", "privilege"),
    ),
    "mgmt": Core(
        "RV32IMCZicsr_Zifencei_Zihintpause", "rv32imc_zicsr_zifencei",
        ("rv32ui", "rv32um", "rv32uc", "rv32mi"), ("I", "M", "C", "Zifencei", "privilege"),
    ),
}  # fmt: skip


class Program:
    """One program to build."""

    def __init__(self, group, source, includes, defines=(), reference=None):
        self.group, self.source, self.includes, self.defines, self.reference = group, source, includes, defines, reference

    @property
    def name(self):
        return self.source.stem


def riscv_tests(suite, core, data):
    environment = suite / "env"
    if not (environment / "p" / "riscv_test.h").exists():
        raise SystemExit(f"build_suite.py: {suite} has no env/p/riscv_test.h: is it riscv-tests, with its submodule?")
    includes = [HERE / "env" / "riscv_tests", HERE / "env", environment, suite / "isa" / "macros" / "scalar"]
    defines = ["HEDDLE_LANE_DATA"] if data == "lane" else []
    for group in core.riscv_tests:
        for source in sorted((suite / "isa" / group).glob("*.S")):
            yield Program(group, source, includes, defines)


def arch_test_case(text, isa):
    """Macros that the first applicable RVTEST_CASE of a test asks for, or None: not for this machine."""
    found = None
    for case in re.findall(r'RVTEST_CASE\(\s*\d+\s*,\s*"//(.*?)"', text, re.DOTALL):
        defines, applies = [], True
        for clause in (part.strip() for part in case.split(";") if part.strip()):
            if check := re.match(r"check\s+ISA:=regex\((.*)\)$", clause):
                applies &= re.match(check[1], isa) is not None
            elif check := re.match(r"check\s+hw_data_misaligned_support:=(\w+)$", clause):
                applies &= check[1] == "False"
            elif define := re.match(r"def\s+(\w+)\s*=\s*(\w+)$", clause):
                defines.append(f"{define[1]}={define[2]}")
            else:
                raise SystemExit(f"build_suite.py: condition '{clause}' is not understood")
        if applies:
            found = sorted({*(found or ()), *defines})
    return found


def arch_test(suite, core, data):
    tests = suite / "riscv-test-suite"
    if not (tests / "env" / "arch_test.h").exists():
        raise SystemExit(f"build_suite.py: {suite} has no riscv-test-suite/env/arch_test.h: is it riscv-arch-test?")
    includes = [HERE / "env" / "arch_test", HERE / "env", tests / "env"]
    lane = ["HEDDLE_LANE_DATA"] if data == "lane" else []
    for group in core.arch_test:
        for source in sorted((tests / "rv32i_m" / group / "src").rglob("*.S")):
            defines = arch_test_case(source.read_text(), core.isa)
            if defines is None:
                print(f"{group}/{source.stem}: not for {core.isa}")
                continue
            reference = tests / "rv32i_m" / group / "references" / (source.stem + ".reference_output")
            yield Program(group, source, includes, ["XLEN=32", "FLEN=32", *lane, *defines], reference if reference.exists() else None)


def compile_program(program, out, core, data):
    """Builds one program; returns the compiler's complaint, or nothing."""
    elf = out / program.group / (program.name + ".elf")
    elf.parent.mkdir(parents=True, exist_ok=True)
    command = [*(core.clang if "zicond" in program.group.lower() else core.gcc), "-static", "-nostdlib", "-nostartfiles", "-Wl,--no-relax"]
    command += ["-w", "-Wl,--no-warn-mismatch" if command[0] == core.gcc[0] else "-Wl,-z,norelro"]
    command += [option for include in program.includes for option in ("-I", str(include))]
    command += [f"-D{define}" for define in program.defines]
    if program.group in core.arch_test and program.group not in ("C", "Zicond"):
        command.append(core.without_c)
    if data == "private":
        command.append(f"-Wl,--defsym=__data_base={PRIVATE_WINDOW:#x}")
    entry = "_start" if "rv32" in program.group else "rvtest_entry_point"
    command += [f"-Wl,-T,{HERE / 'env' / 'program.ld'}", f"-Wl,-e,{entry}", str(program.source), "-o", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0 and program.reference:
        shutil.copy(program.reference, elf.with_suffix(".reference_output"))
    return done.stderr if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("kind", choices=("riscv-tests", "arch-test"))
    parser.add_argument("suite", type=Path, help="folder of the suite")
    parser.add_argument("out", type=Path, help="folder for the programs")
    parser.add_argument("--core", choices=CORES, default="simt", help="what runs them: the lanes, or the management core (default: simt)")
    parser.add_argument("--data", choices=("shared", "private", "lane"), default="shared", help="where data lie (default: shared)")
    parser.add_argument("--only", metavar="REGEX", default="", help="only programs whose GROUP/NAME matches")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="compilers at once (default: 1)")
    arguments = parser.parse_args()
    core = CORES[arguments.core]
    if arguments.core == "mgmt" and arguments.data != "shared":
        parser.error(f"--data {arguments.data} is for lanes: the management core has no memory of that kind")
    programs = (riscv_tests if arguments.kind == "riscv-tests" else arch_test)(arguments.suite.resolve(), core, arguments.data)
    programs = [p for p in programs if re.search(arguments.only, f"{p.group}/{p.name}")]
    if arguments.data == "lane":
        programs = [p for p in programs if p.group == "A" or re.match("rv32ua/amo", f"{p.group}/{p.name}")]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        complaints = pool.map(lambda program: compile_program(program, arguments.out, core, arguments.data), programs)
        for program, complaint in zip(programs, complaints):
            if complaint:
                failed += 1
                print(f"{program.group}/{program.name}: cannot be built:\n{complaint[:2000]}", file=sys.stderr)
    print(f"{len(programs) - failed} programs built, {failed} could not be")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())

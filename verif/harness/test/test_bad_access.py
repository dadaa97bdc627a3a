#!/usr/bin/python3
"""Bad accesses, each kind alone: refused by memory (SLVERR, DECERR), outside every region, misaligned, to windows that have no such
access, and never answered; with lock-step and without. What is reported names the instruction, the address, the work-item and the
lane."""

import argparse
import re
import subprocess
import sys
import unittest

from elftools.elf.elffile import ELFFile

KINDS = ("load", "store", "amo", "lr", "sc", "fetch", "load_float", "store_float")
DATA = 0x80100000
STRIDE = 128
LOCAL, GROUPS = 5, 3
# The work-item whose access goes wrong.
GROUP, ITEM = 1, 3
# Offset of the access in the work-item's 128 bytes.
OFFSETS = {"load": 4, "store": 4, "load_float": 8, "store_float": 8}
READS = ("load", "load_float", "lr")
settings = argparse.Namespace()


def symbols():
    with open(settings.elf, "rb") as file:
        return {s.name: s["st_value"] for s in ELFFile(file).get_section_by_name(".symtab").iter_symbols()}


def address_of(kind):
    return DATA + STRIDE * (GROUP * LOCAL + ITEM) + OFFSETS.get(kind, 0)


class BadAccess(unittest.TestCase):
    def run_kind(self, kind, lockstep, *options, base=DATA, groups=GROUPS, local=LOCAL):
        command = [settings.runner, settings.library, settings.elf, "--kernel", KINDS.index(kind), "--args", base]
        command += ["--local", f"{local},1,1", "--groups", f"{groups},1,1", "--latency", 20, "--scratch", 64, *options]
        command += [] if lockstep else ["--no-lockstep"]
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=300)

    def expect_fault(self, kind, cause, address, *options, precise=True, **launch):
        """The launch ends in this fault, of the one work-item, with lock-step and without."""
        for lockstep in (True, False):
            with self.subTest(kind=kind, options=options, lockstep=lockstep, **launch):
                result = self.run_kind(kind, lockstep, *options, **launch)
                said = result.stdout + result.stderr
                self.assertEqual(result.returncode, 2, said)
                found = re.search(r"fault: cause (\d+) pc (\w+) value (\w+) group (\d+) 0 0 local (\d+) lane (\d+)", said)
                self.assertTrue(found, said)
                self.assertEqual(int(found[1]), cause, said)
                self.assertEqual(int(found[3], 16), address, said)
                if precise:
                    self.assertEqual(int(found[2], 16), symbols()[kind], said)
                    where = [int(found[i]) for i in (4, 5, 6)]
                    self.assertEqual(where, [GROUP, ITEM, ITEM % settings.lanes], said)

    def test_refused_by_memory(self):
        for code in ("slverr", "decerr"):
            for kind in (*READS, "amo"):
                at = address_of(kind)
                self.expect_fault(kind, 5 if kind in READS else 7, at, "--bus-error", f"{at},{at}", "--bus-error-code", code)

    def test_refused_write_back(self):
        # Stores are complete when the caches have them: what memory refuses later has no instruction any more.
        for code in ("slverr", "decerr"):
            for kind in ("store", "store_float"):
                at = address_of(kind)
                line = at // settings.line_bytes * settings.line_bytes
                options = ("--bus-error", f"{at},{at}", "--bus-error-code", code)
                self.expect_fault(kind, 25, line, *options, precise=False)

    def test_refused_fetch(self):
        at = symbols()["fetch"]
        for code in ("slverr", "decerr"):
            for lockstep in (True, False):
                result = self.run_kind("fetch", lockstep, "--bus-error", f"{at},{at}", "--bus-error-code", code)
                self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
                self.assertRegex(result.stdout, rf"fault: cause 1 pc {at:#010x} value {at:#010x} group \d+ 0 0 local \d+ lane 0")

    def test_outside_every_region(self):
        # The region of the runner ends with 0x9FFFFFFF: of two workgroups all but the last work-item are within.
        base, local = 0xA0000000 - STRIDE * (GROUP * (ITEM + 1) + ITEM), ITEM + 1
        for kind in ("load", "store", "amo", "lr", "sc", "load_float", "store_float"):
            at = 0xA0000000 + OFFSETS.get(kind, 0)
            self.expect_fault(kind, 5 if kind in READS else 7, at, base=base, groups=GROUP + 1, local=local)

    def expect_all(self, result, kind, cause, base):
        """Every work-item's access is wrong. Which warp comes first depends on timing; of that one it is the lowest lane."""
        said = result.stdout + result.stderr
        self.assertEqual(result.returncode, 2, said)
        found = re.search(r"fault: cause (\d+) pc (\w+) value (\w+) group 0 0 0 local (\d+) lane 0", said)
        self.assertTrue(found, said)
        item = int(found[4])
        self.assertTrue(item < LOCAL and item % settings.lanes == 0, said)
        at = (base + STRIDE * item + OFFSETS.get(kind, 0)) % 2**32
        self.assertEqual([int(found[1]), int(found[2], 16), int(found[3], 16)], [cause, symbols()[kind], at], said)

    def test_misaligned(self):
        for kind in ("amo", "lr", "sc", "load", "store"):
            cause = 4 if kind in READS else 6
            for lockstep in (True, False):
                with self.subTest(kind=kind, lockstep=lockstep):
                    result = self.run_kind(kind, lockstep, groups=1, base=DATA + 2)
                    self.expect_all(result, kind, cause, DATA + 2)

    def test_windows_without_such_an_access(self):
        """Addresses at which there is no memory; private memory has no atomics."""
        everywhere = (0x0, 0x0FFFF000, 0x10001000, 0x20000000, 0x30000000, 0x50000000, 0x7FFFF000, 0xFFFFF000)
        for base in everywhere:
            for kind in ("load", "store", "amo", "lr", "sc"):
                self.expect_refusal(kind, base)
        for kind in ("amo", "lr", "sc"):
            self.expect_refusal(kind, 0x40000000)

    def expect_refusal(self, kind, base):
        with self.subTest(kind=kind, base=hex(base)):
            result = self.run_kind(kind, True, groups=1, base=base)
            self.expect_all(result, kind, 5 if kind in READS else 7, base)

    def expect_silence(self, kind, at, *texts):
        for lockstep in (True, False):
            with self.subTest(kind=kind, lockstep=lockstep):
                result = self.run_kind(kind, lockstep, "--bus-silence", f"{at},{at}", "--max-idle", 3000)
                self.assertEqual(result.returncode, 4, result.stdout + result.stderr)
                self.assertIn("oldest outstanding request: ", result.stderr)
                for text in texts:
                    self.assertRegex(result.stderr, text)
                # It was asked before nothing moved any more.
                ages = [int(age) for age in re.findall(r"(\d+) cycles ago", result.stderr)]
                self.assertTrue(ages and min(ages) >= 3000, result.stderr)

    def test_never_answered(self):
        names = {"load": "read", "load_float": "read", "amo": "AMO", "lr": "LR"}
        for kind, name in names.items():
            at = address_of(kind)
            line = at // settings.line_bytes * settings.line_bytes
            word = at if kind in ("amo", "lr") else line
            # A load's line may have been fetched ahead, for a warp that is gone.
            place = f" at pc {symbols()[kind]:#010x}"
            self.expect_silence(
                kind, at,
                rf"{name} of {word:#010x} by warp \d+ of core \d+{f'({place})?' if name == 'read' else place}, id \d+ of its port",
                rf"on the AXI4 port a read of {line:#010x}, id \d+, accepted",
            )  # fmt: skip

    def test_store_never_answered(self):
        at = address_of("store")
        line = at // settings.line_bytes * settings.line_bytes
        self.expect_silence("store", at, rf"no core waits; on the AXI4 port a write of {line:#010x}, id \d+, accepted")

    def test_fetch_never_answered(self):
        at = symbols()["fetch"]
        self.expect_silence("fetch", at, rf"instruction fetch of core \d+ at {at:#010x}", rf"a read of {at:#010x}, id \d+, accepted")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("runner", "library", "elf"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--lanes", type=int, required=True)
    parser.add_argument("--line-bytes", type=int, required=True)
    settings, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])

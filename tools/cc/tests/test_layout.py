#!/usr/bin/python3
"""The layout pass: same behaviour, right order, right debug information."""

import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import asm_debug  # noqa: E402
import asm_function  # noqa: E402
import flow_interpreter  # noqa: E402
import layout  # noqa: E402
import toolchain  # noqa: E402

PROGRAMS = sorted((HERE / "programs").glob("*.c"))


def assembly(body, name="f"):
    head = f"\t.text\n\t.type\t{name},@function\n{name}:\n.Lfunc_begin0:\n\t.cfi_startproc\n# %bb.0:\n"
    return f"{head}{body}.Lfunc_end0:\n\t.cfi_endproc\n"


def instructions(text):
    lines = [asm_function.strip_comment(line) for line in text.split("\n")]
    return [re.sub(r"\s+", " ", line) for line in lines if line and not line.startswith(".") and not line.endswith(":")]


def random_function(rng):
    """Blocks that end in every way there is, in clang's style."""
    count = rng.randint(1, 14)
    lines = []
    for block in range(count):
        if block:
            lines.append(f".LBB0_{block}:")
        for number in range(rng.randint(0, 2)):
            lines.append(f"\taddi\ta{number}, a{number}, {block}")

        def target():
            return f".LBB0_{rng.randint(1, count - 1)}"

        kind = rng.choice(["fall", "branch", "branch", "branch", "both", "jump", "ret"]) if block + 1 < count else "ret"
        if kind in ("branch", "both") and count > 1:
            op = rng.choice(sorted(asm_function.INVERSE))
            # Names that no register has, so that no two blocks ask the same question.
            operands = f"x{block}" if op.endswith("z") else f"x{block}, y{block}"
            lines.append(f"\t{op}\t{operands}, {target()}")
            if kind == "branch":
                lines.append(f"# %bb.{block + 1}:")
        if kind in ("jump", "both") and count > 1:
            lines.append(f"\tj\t{target()}")
        elif kind == "ret":
            lines.append("\tret")
    return assembly("".join(line + "\n" for line in lines))


def compile_to_assembly(source, flags=()):
    with tempfile.TemporaryDirectory() as directory:
        output = pathlib.Path(directory) / "out.s"
        subprocess.run(
            [
                toolchain.clang(),
                "--target=riscv32-unknown-elf",
                f"-march={toolchain.MARCH}",
                f"-mabi={toolchain.ABI}",
                "-w",
                "-nostdlibinc",
                "-isystem",
                toolchain.picolibc_include(),
                "-gdwarf-5",
                "-gline-tables-only",
                "-mllvm",
                "-disable-block-placement",
                "-mllvm",
                "-minimize-addr-in-v5=Ranges",
                "-mllvm",
                "-trap-unreachable",
                *flags,
                "-S",
                source,
                "-o",
                output,
            ],
            check=True,
        )
        return output.read_text(encoding="utf-8")


class Order(unittest.TestCase):
    def laid_out(self, body):
        return instructions(layout.relayout(assembly(body))[0])

    def test_arm_behind_its_join_moves_before_it(self):
        out = self.laid_out(
            "\tbeqz\ta0, .LBB0_3\n# %bb.1:\n\tli\ta1, 1\n.LBB0_2:\n\tli\ta2, 2\n\tret\n"
            ".LBB0_3:\n\tli\ta1, 3\n\tj\t.LBB0_2\n"
        )
        self.assertLess(out.index("li a1, 3"), out.index("li a2, 2"))
        self.assertLess(out.index("li a1, 1"), out.index("li a2, 2"))

    def test_latch_at_the_top_of_a_loop_moves_to_its_end(self):
        # what block placement makes of a loop: the latch first, so that lanes that reach it run ahead
        out = self.laid_out(
            "\tj\t.LBB0_2\n.LBB0_1:\n\taddi\ta0, a0, -1\n\tbeqz\ta0, .LBB0_4\n.LBB0_2:\n\tandi\ta1, a0, 1\n"
            "\tbeqz\ta1, .LBB0_1\n# %bb.3:\n\tadd\ta2, a2, a0\n\tj\t.LBB0_1\n.LBB0_4:\n\tret\n"
        )
        self.assertEqual(
            out, ["andi a1, a0, 1", "beqz a1, .LBB0_1", "add a2, a2, a0", "addi a0, a0, -1", "bnez a0, .LBB0_2", "ret"]
        )

    def test_several_jumps_back_become_one(self):
        # `continue` from the middle must not let its lanes run ahead of the others
        text, report = layout.relayout(
            assembly(
                ".LBB0_1:\n\taddi\ta0, a0, -1\n\tbltz\ta1, .LBB0_3\n# %bb.2:\n\tbnez\ta3, .LBB0_1\n.LBB0_3:\n\tadd\ta2, a2, a0\n"
                "\tbnez\ta2, .LBB0_1\n# %bb.4:\n\tret\n"
            )
        )
        self.assertEqual((report.latches, report.rotated), (1, 0))
        out = instructions(text)
        back = [line for line in out if line.endswith(".LBB0_1")]
        self.assertEqual(back, ["j .LBB0_1"])
        self.assertEqual(out[out.index("j .LBB0_1") - 1].split()[0], "beqz")

    def test_loop_ends_with_a_header_that_decides(self):
        # a spin lock: the test is at the top, and every round would pay for a jump back to it
        text, report = layout.relayout(
            assembly(
                "\tli\ta1, 1\n.LBB0_1:\n\tamoswap.w\ta2, a1, (a0)\n\tbeqz\ta2, .LBB0_3\n"
                "# %bb.2:\n\tpause\n\tj\t.LBB0_1\n.LBB0_3:\n\tret\n"
            )
        )
        self.assertEqual((report.latches, report.rotated), (0, 1))
        self.assertRegex(
            "; ".join(instructions(text)),
            r"^li a1, 1; j \.LBB0_1; pause; amoswap\.w a2, a1, \(a0\); bnez a2, \S+; ret$",
        )

    def test_jumps_back_from_many_places_go_forward_to_a_header_at_the_end(self):
        text, report = layout.relayout(
            assembly(
                "\tli\ta5, 1\n.LBB0_1:\n\taddi\ta0, a0, -1\n\tbeqz\ta0, .LBB0_4\n# %bb.2:\n\tbltz\ta1, .LBB0_1\n# %bb.3:\n"
                "\tadd\ta2, a2, a0\n\tj\t.LBB0_1\n.LBB0_4:\n\tret\n"
            )
        )
        self.assertEqual((report.latches, report.rotated), (0, 1))
        self.assertRegex(
            "; ".join(instructions(text)),
            r"^li a5, 1; j \.LBB0_1; bltz a1, \.LBB0_1; add a2, a2, a0; addi a0, a0, -1; bnez a0, \S+; ret$",
        )

    def test_way_back_is_the_branch(self):
        # the exit is not next: one jump on the way out, none in the loop
        out = self.laid_out(
            "\tli\ta5, 9\n.LBB0_1:\n\tlw\ta0, 0(a0)\n\tbeq\ta0, a1, .LBB0_4\n# %bb.2:\n\tlw\ta3, 8(a0)\n"
            "\tbeq\ta3, a5, .LBB0_5\n\tj\t.LBB0_1\n.LBB0_4:\n\tli\ta0, 1\n\tj\t.LBB0_6\n.LBB0_5:\n\tli\ta0, 2\n"
            ".LBB0_6:\n\tret\n"
        )
        self.assertIn("bne a3, a5, .LBB0_1", out)

    def test_loop_with_a_jump_at_its_end_pays_nothing_for_one_latch(self):
        body = (
            ".LBB0_1:\n\taddi\ta0, a0, -1\n\tbltz\ta1, .LBB0_1\n# %bb.2:\n\tbeqz\ta0, .LBB0_4\n# %bb.3:\n\tadd\ta2, a2, a0\n"
            "\tj\t.LBB0_1\n.LBB0_4:\n\tret\n"
        )
        self.assertEqual(len(self.laid_out(body)), len(instructions(assembly(body))))

    def test_jumps_to_jumps_are_left_out(self):
        out = self.laid_out(
            "\tbeqz\ta0, .LBB0_2\n# %bb.1:\n\tli\ta0, 1\n\tret\n.LBB0_2:\n\tj\t.LBB0_3\n.LBB0_3:\n\tli\ta0, 2\n\tret\n"
        )
        self.assertFalse([line for line in out if line.startswith("j ")])

    def test_endless_loop(self):
        self.assertEqual(self.laid_out(".LBB0_1:\n\tj\t.LBB0_1\n"), ["j .LBB0_1"])

    def test_switch_keeps_its_cases_before_the_join(self):
        body = (
            "\tlui\ta1, %hi(.LJTI0_0)\n\taddi\ta1, a1, %lo(.LJTI0_0)\n\tjr\ta1\n.LBB0_1:\n\tli\ta0, 1\n\tj\t.LBB0_4\n"
            ".LBB0_4:\n\tret\n.LBB0_2:\n\tli\ta0, 2\n\tj\t.LBB0_4\n"
        )
        text = assembly(body) + "\t.section\t.rodata\n.LJTI0_0:\n\t.word\t.LBB0_1\n\t.word\t.LBB0_2\n"
        out = instructions(layout.relayout(text)[0])
        self.assertEqual(out[-1], "ret")


class LeftAlone(unittest.TestCase):
    """What the pass does not understand it does not touch, and says so."""

    def unchanged(self, body, why):
        text = assembly(body)
        result, report = layout.relayout(text)
        self.assertEqual(result, text)
        self.assertEqual([name for name, _ in report.left_alone], ["f"])
        self.assertIn(why, report.left_alone[0][1])

    def test_asm_goto(self):
        self.unchanged("\t#APP\n\tbnez a0, .LBB0_1\n\t#NO_APP\n# %bb.2:\n\tret\n.LBB0_1:\n\tret\n", "inline assembly")

    def test_sections_in_inline_assembly(self):
        self.unchanged("\t#APP\n\t.pushsection .note\n\t.popsection\n\t#NO_APP\n\tret\n", ".pushsection")

    def test_long_jump(self):
        self.unchanged("\tjump\t.LBB0_1, t1\n.LBB0_1:\n\tret\n", "jump")

    def test_branch_to_another_function(self):
        self.unchanged("\tbeqz\ta0, other\n\tret\n", "other")

    def test_unknown_directive(self):
        self.unchanged("\t.zero\t4\n\tret\n", ".zero")

    def test_local_labels_in_inline_assembly_are_no_blocks(self):
        text = assembly("\t#APP\n1:\tlr.w a1, (a0)\n\tbnez a1, 1b\n\t#NO_APP\n\tret\n")
        result, report = layout.relayout(text)
        self.assertEqual(report.laid_out, 1)
        self.assertLess(result.index("1:"), result.index("1b"))


class SameBehaviour(unittest.TestCase):
    def check(self, before, seeds):
        after, report = layout.relayout(before)
        old, tables = flow_interpreter.functions(before)
        new, new_tables = flow_interpreter.functions(after)
        self.assertEqual(old.keys(), new.keys())
        for name in old:
            for seed in seeds:
                self.assertEqual(
                    flow_interpreter.walk(old[name], tables, seed),
                    flow_interpreter.walk(new[name], new_tables, seed),
                    name,
                )
        return report

    def test_random_functions(self):
        rng = random.Random(7)
        for _ in range(1500):
            self.check(random_function(rng), range(4))

    def test_a_wrong_layout_is_noticed(self):
        before = assembly("\tbeqz\ta0, .LBB0_2\n# %bb.1:\n\tli\ta0, 1\n\tret\n.LBB0_2:\n\tli\ta0, 2\n\tret\n")
        old, _ = flow_interpreter.functions(before)
        new, _ = flow_interpreter.functions(before.replace("beqz", "bnez"))
        self.assertTrue(
            any(
                flow_interpreter.walk(old["f"], {}, seed) != flow_interpreter.walk(new["f"], {}, seed)
                for seed in range(8)
            )
        )

    def test_compiled_programs(self):
        self.assertTrue(PROGRAMS)
        for program in PROGRAMS:
            for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
                with self.subTest(program=program.name, level=level):
                    report = self.check(compile_to_assembly(program, [level]), range(6))
                    self.assertGreater(report.laid_out, 0)
                    left = [why for _, why in report.left_alone]
                    self.assertEqual(left, ["inline assembly that jumps to a block"] * len(left))


class DebugInformation(unittest.TestCase):
    def test_ranges_hold_the_same_instructions(self):
        """Each range list, before and after, holds the same instructions (jumps aside)."""
        for program in PROGRAMS:
            before = compile_to_assembly(program, ["-O2"])
            after, _ = layout.relayout(before)
            self.assertEqual(self.range_contents(before), self.range_contents(after), program.name)

    def range_contents(self, text):
        lines = text.split("\n")
        place = {line.split(":")[0]: number for number, line in enumerate(lines) if re.match(r"\.L\w+:", line)}
        lists, current = {}, None
        for number, line in enumerate(lines):
            label = re.match(r"(\.Ldebug_ranges\d+):", line)
            if label:
                current = lists.setdefault(label[1], [])
            elif current is not None and "DW_RLE_offset_pair" in line:
                first, last = (re.match(r"\s+\.uleb128\s+(\.L\w+)-", lines[number + more])[1] for more in (1, 2))
                self.assertLessEqual(place[first], place[last])
                current += [
                    part
                    for part in instructions("\n".join(lines[place[first] : place[last]]))
                    if part.split()[0] not in asm_function.INVERSE and part.split()[0] != "j"
                ]
            elif "DW_RLE_end_of_list" in line:
                current = None
        return {name: sorted(content) for name, content in lists.items()}

    def lines_of(self, text):
        """[(instruction, file and line)] in the order of the text, jumps aside."""
        found, location = [], None
        for line in text.split("\n"):
            statement = asm_function.strip_comment(line)
            if statement.startswith(".loc"):
                location = tuple(statement.split()[1:3])
            elif instructions(line) and not re.match(r"(j|b\w+)\s", statement):
                found.append((instructions(line)[0], location))
        return found

    def test_every_instruction_keeps_its_line(self):
        for program in PROGRAMS:
            before = compile_to_assembly(program, ["-O2", "-mllvm", "-use-unknown-locations=Disable"])
            after, _ = layout.relayout(before)
            self.assertEqual(
                sorted(self.lines_of(before), key=repr), sorted(self.lines_of(after), key=repr), program.name
            )

    def test_frame_rules_follow_their_blocks(self):
        # The early return comes before the frame is set up; moved behind, it must say so.
        body = (
            "\tbeqz\ta0, .LBB0_2\n# %bb.1:\n\taddi\tsp, sp, -16\n\t.cfi_def_cfa_offset 16\n\tsw\tra, 12(sp)\n\t.cfi_offset ra, -4\n"
            "\tcall\tg\n\tlw\tra, 12(sp)\n\taddi\tsp, sp, 16\n\tret\n.LBB0_2:\n\t.cfi_def_cfa_offset 0\n\t.cfi_restore ra\n\tret\n"
        )
        function = asm_function.parse("f", assembly(body).split("f:\n")[1].split(".Lfunc_end0")[0].split("\n"), {})
        debug = asm_debug.FunctionDebug(function)
        self.assertTrue(debug.frames_known)
        self.assertEqual(debug.frame_out[1].cfa, "sp, 16")
        self.assertEqual(debug.frame_out[1].saved, {"ra": "-4"})
        self.assertEqual(debug.frame_out[2].saved, {})
        lines = []
        debug.begin_block(2, debug.frame_out[0], lines)
        self.assertIn("\t.cfi_def_cfa sp, 16", lines)
        self.assertIn("\t.cfi_offset ra, -4", lines)


class Range(unittest.TestCase):
    def test_branches_over_four_kilobytes(self):
        """Where the new order puts a branch out of reach, the assembler turns it into an inverted branch over a
        jump."""
        filler = "\taddi\ta2, a2, 1\n" * 3000
        text = assembly(f"\tbeqz\ta0, .LBB0_2\n# %bb.1:\n{filler}.LBB0_2:\n\tli\ta3, 9\n\tret\n")
        result, _ = layout.relayout(text)
        with tempfile.TemporaryDirectory() as directory:
            source, output = pathlib.Path(directory) / "f.s", pathlib.Path(directory) / "f.o"
            source.write_text(result, encoding="utf-8")
            subprocess.run(
                [
                    toolchain.clang(),
                    "--target=riscv32-unknown-elf",
                    f"-march={toolchain.MARCH}",
                    "-c",
                    source,
                    "-o",
                    output,
                ],
                check=True,
            )
            listing = subprocess.run(
                ["llvm-objdump-19", "-dr", "--no-show-raw-insn", output], capture_output=True, text=True, check=True
            ).stdout
        head = [
            re.sub(r"\s+", " ", line).strip()
            for line in listing.split("\n")
            if re.match(r"\s+(0|4|8):|\s+0000000[048]:", line)
        ]
        self.assertRegex(head[0], "0: bnez a0, 0x8")
        self.assertRegex(head[1], "4: j 0x")
        self.assertTrue(any("R_RISCV_JAL .LBB0_2" in line for line in head), head)


if __name__ == "__main__":
    unittest.main()

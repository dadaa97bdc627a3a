#!/usr/bin/python3
"""The parts of the OpenCL compiler that work on text: LLVM IR to a module for the device, descriptions of kernels, what is read from assembly."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compiler"))
sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "tools" / "cc"))
import assembly
import ir_text
import kernels
import printing

MODULE = """target datalayout = "e-p:32:32-i64:64"
target triple = "spir-unknown-unknown"
%struct.pair = type { i8, <3 x float>, [3 x i16] }
@k.shared = internal addrspace(3) global [4 x i32] undef, align 4
define dso_local spir_kernel void @k(i8 noundef signext %0, ptr addrspace(1) nocapture align 8 %1, ptr addrspace(3) align 4 %2, \
ptr byval(%struct.pair) align 16 %3, <3 x i16> %4) #0 !dbg !9 !kernel_arg_addr_space !1 !kernel_arg_type !2 !kernel_arg_type_qual !3 \
!kernel_arg_name !4 !reqd_work_group_size !5 {
  %6 = addrspacecast ptr addrspace(3) @k.shared to ptr
  call spir_func void @helper(ptr addrspace(1) %1)
  %7 = call spir_func i32 (ptr addrspace(2), ...) @printf(ptr addrspace(2) @.str, i64 %8, <2 x float> %9) #4, !dbg !10
  ret void
}
declare spir_func void @helper(ptr addrspace(1))
declare spir_func i32 @printf(ptr addrspace(2), ...)
declare void @llvm.memcpy.p1.p3.i32(ptr addrspace(1), ptr addrspace(3), i32, i1)
declare void @llvm.memcpy.p3.p1.i32(ptr addrspace(3), ptr addrspace(1), i32, i1)
!1 = !{i32 0, i32 1, i32 3, i32 0, i32 0}
!2 = !{!"char", !"long*", !"int*", !"struct pair", !"short3"}
!3 = !{!"", !"const restrict", !"", !"", !""}
!4 = !{!"a", !"b", !"c", !"d", !"e"}
!5 = !{i32 8, i32 4, i32 1}
!9 = distinct !DISubprogram(name: "k", line: 12)
"""


class IrText(unittest.TestCase):
    def test_module_for_the_device(self):
        text = ir_text.retarget(MODULE)
        for gone in ("addrspace", "spir_", "spir-"):
            self.assertNotIn(gone, text)
        self.assertIn('target triple = "riscv32', text)
        self.assertIn('@k.shared = global [4 x i32] zeroinitializer, section ".hd_local", align 4', text)
        # Two intrinsics became one.
        self.assertEqual(text.count("declare void @llvm.memcpy.p0.p0.i32("), 1)

    def test_operands(self):
        self.assertEqual(ir_text.split_top_level('i32 1, <2 x i32> <i32 1, i32 2>, [2 x i8] c"a,", i1 0'),
                         ["i32 1", "<2 x i32> <i32 1, i32 2>", '[2 x i8] c"a,"', "i1 0"])  # fmt: skip
        self.assertEqual(ir_text.split_top_level(""), [])
        self.assertEqual(ir_text.type_of("<4 x float> %x"), "<4 x float>")
        self.assertEqual(ir_text.type_of("ptr align 4 %x"), "ptr")

    def test_sizes(self):
        self.assertEqual(ir_text.size_and_alignment("<3 x i16>"), (8, 8))  # as four
        self.assertEqual(ir_text.size_and_alignment("i64"), (8, 8))
        with self.assertRaisesRegex(ir_text.ProgramError, "i128"):
            ir_text.size_and_alignment("i128")


class Kernels(unittest.TestCase):
    def setUp(self):
        (self.kernel,) = kernels.find(MODULE)

    def test_arguments(self):
        self.assertEqual([a.kind for a in self.kernel.arguments], ["value", "global", "local", "value", "value"])
        self.assertEqual([a.size for a in self.kernel.arguments], [1, 4, 4, 48, 8])
        self.assertEqual([a.offset for a in self.kernel.arguments], [16, 20, 24, 32, 80])
        self.assertEqual(self.kernel.args_bytes, 96)
        self.assertEqual(self.kernel.arguments[1].pointee_alignment, 8)
        self.assertEqual(self.kernel.arguments[1].qualifier, "const restrict")
        self.assertEqual(self.kernel.attributes, {"reqd_work_group_size": [8, 4, 1]})

    def test_entry(self):
        code, metadata = kernels.entry(self.kernel, kernels.nodes_of(MODULE), 50, "hd.exit")
        self.assertIn("define void @__hd_direct___cl_k(ptr", code)
        self.assertIn("ptr byval(%struct.pair) align 16 %p3", code)
        self.assertIn("getelementptr i8, ptr %args, i32 80", code)
        self.assertIn("!DILocation(line: 12, scope: !50)", metadata)

    def test_only_kernels_are_called_from_outside(self):
        self.assertIn("define internal spir_kernel void @k(", kernels.make_internal(MODULE))


class Printing(unittest.TestCase):
    def test_a_call_becomes_a_record(self):
        text, helpers = printing.rewrite(MODULE)
        self.assertNotIn("@printf", text)
        self.assertIn("call i32 @__hd_cl_printf_0(ptr addrspace(2) @.str, i64 %8, <2 x float> %9) #4, !dbg !10", text)
        self.assertIn("define internal i32 @__hd_cl_printf_0(ptr %format, i64 %a0, <2 x float> %a1)", helpers)
        self.assertIn("getelementptr i32, ptr %words, i32 2\n  store <2 x float> %a1", helpers)
        self.assertIn("ptr %words, i32 4)", helpers)

    def test_nothing_printed(self):
        text = MODULE.replace("@printf", "@other")
        self.assertEqual(printing.rewrite(text), (text, ""))


class Assembly(unittest.TestCase):
    TEXT = """\t.text
one:
\taddi\tsp, sp, -32
\tcall\ttwo
\tret
two:
\tlui\ta0, 1
\taddi\ta0, a0, 64
\tsub\tsp, sp, a0
\tcall\tsinf
\tret
\t.type\tone.a,@object
\t.section\t.hd_local,"aw",@nobits
\t.globl\tone.a
one.a:
\t.zero\t6
\t.size\tone.a, 6
\t.p2align\t3
one.b:
\t.zero\t8
\t.size\tone.b, 8
two.c:
\t.zero\t4
\t.size\ttwo.c, 4
\t.section\t.rodata
constant:
\t.word\t5
"""

    def test_places_of_local_variables(self):
        text, used = assembly.place_local_variables(self.TEXT)
        self.assertEqual(used, {"one": 16, "two": 4})
        for place in ("one.a, 0x10000000", "one.b, 0x10000008", "two.c, 0x10000000"):
            self.assertIn(f"\t.set\t{place}\n", text)
        self.assertNotIn(".hd_local", text)
        self.assertNotIn("one.a,@object", text)
        self.assertIn("constant:\n\t.word\t5", text)

    def test_stack(self):
        need = assembly.stack_use(self.TEXT)
        self.assertEqual(need["two"], 4096 + 64 + assembly.LIBRARY_STACK)
        self.assertEqual(need["one"], 32 + need["two"])


if __name__ == "__main__":
    unittest.main()

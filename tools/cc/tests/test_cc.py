#!/usr/bin/python3
"""heddle cc and heddle as from the command line: what they make, and what they say when they cannot."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from elftools.elf.elffile import ELFFile

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = HERE.parent
RUNTIME = os.environ.get("HEDDLE_RUNTIME_DIR") or tempfile.mkdtemp(prefix="heddle-runtime-")

KERNEL = """
#include <heddle.h>
struct k_args { uint32_t n; HD_PTR(int) a, b; };
HD_KERNEL(k) { uint32_t i = hd_global_id(0); if (i < args->n) args->b[i] = args->a[i] * 3; }
"""


class ToolTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def tool(self, name, *arguments):
        return subprocess.run(
            ["/usr/bin/python3", "-B", TOOLS / name, "--runtime-dir", RUNTIME, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def cc(self, *arguments):
        return self.tool("heddle_cc.py", *arguments)

    def build(self, text, *arguments, name="k.c"):
        """Compiles and links `text`; the image, with warnings as errors."""
        self.write(name, text)
        result = self.cc("-Wextra", "-Werror", "-o", "k.elf", *arguments, name)
        self.assertEqual(result.returncode, 0, result.stderr)
        handle = open(self.folder / "k.elf", "rb")
        self.addCleanup(handle.close)
        return ELFFile(handle)

    def symbols(self, elf):
        return {symbol.name: symbol for symbol in elf.get_section_by_name(".symtab").iter_symbols()}

    def fails(self, result, *texts, status=None):
        self.assertNotEqual(result.returncode, 0)
        if status is not None:
            self.assertEqual(result.returncode, status, result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertFalse((self.folder / "k.elf").exists())


class Image(ToolTest):
    def test_segments_and_entry(self):
        elf = self.build(
            KERNEL + "int data[3] = {1, 2, 3}; int zero[9]; const int table[] = {4, 5};\n"
            "__attribute__((used, retain)) int* f(int i) { return (int*)&table[i] + data[i] + zero[i]; }"
        )
        self.assertEqual(elf.header["e_entry"], 0x80000000)
        self.assertEqual(elf.header["e_machine"], "EM_RISCV")
        loads = [
            (segment["p_vaddr"], segment["p_flags"], segment["p_memsz"]) for segment in elf.iter_segments("PT_LOAD")
        ]
        self.assertEqual([flags for _, flags, _ in loads], [5, 4, 6])
        for (low, _, size), (high, _, _) in zip(loads, loads[1:]):
            self.assertLess(low + size, high)
            self.assertEqual(high % 4096, 0)
        self.assertIn("k", self.symbols(elf))
        self.assertEqual(self.symbols(elf)["_start"]["st_value"], 0x80000000)

    def test_instruction_set(self):
        """No double-precision, compressed or unknown instruction, in prebuilt library code neither."""
        self.build(
            "#include <stdio.h>\n"
            + KERNEL.replace("* 3", "* 3.5; printf(\"%f %lld\\n\", i * 0.5, 7000000000ll / (i + 1))")
        )
        listing = subprocess.run(
            ["llvm-objdump-19", "-d", self.folder / "k.elf"], capture_output=True, text=True, check=True
        ).stdout
        code = re.findall(r"^\s*[0-9a-f]+: ([0-9a-f]{8}|[0-9a-f ]+)\s+\t(\S+)", listing, re.M)
        self.assertGreater(len(code), 2000)
        for word, mnemonic in code:
            self.assertEqual(len(word), 8, "compressed")
            if mnemonic == "<unknown>":
                self.assertIn(int(word, 16) & 0x7F, (0x0B, 0x2B), word)
            self.assertNotRegex(mnemonic, r"^(f.*\.d\b|fld|fsd|amo.*\.d|vset)")

    def test_scratchpad_is_not_in_the_image(self):
        elf = self.build(
            KERNEL.replace(
                "HD_KERNEL(k) {",
                "HD_SCRATCHPAD int tile[100];\nHD_KERNEL(k) { HD_SCRATCHPAD short more; more = 1; "
                "tile[args->n] = more;",
            )
        )
        symbols = self.symbols(elf)
        self.assertEqual(symbols["__hd_scratch_size"]["st_value"], 404)
        self.assertEqual(symbols["__hd_scratch_start"]["st_value"], 0x10000000)
        self.assertTrue(0x10000000 <= symbols["tile"]["st_value"] <= 0x10000004)
        self.assertEqual(
            [segment["p_vaddr"] for segment in elf.iter_segments("PT_LOAD") if segment["p_vaddr"] < 0x80000000], []
        )

    def test_thread_local_variables(self):
        elf = self.build(
            KERNEL.replace(
                "HD_KERNEL",
                "_Thread_local int a = 5, b;\n__attribute__((used, retain)) int* f(void) "
                "{ b++; return &a; }\nHD_KERNEL",
            )
        )
        tls = next(elf.iter_segments("PT_TLS"))
        self.assertEqual((tls["p_filesz"], tls["p_memsz"]), (4, 8))
        self.assertEqual(self.symbols(elf)["__hd_tls_size"]["st_value"], 16)

    def test_heap_only_for_those_who_call_malloc(self):
        def heap(elf):
            symbols = self.symbols(elf)
            return symbols["__heap_end"]["st_value"] - symbols["__heap_start"]["st_value"]

        self.assertEqual(heap(self.build(KERNEL)), 0)
        with_malloc = "#include <stdlib.h>\n" + KERNEL.replace("* 3", "* 3; *(void* volatile*)args->b = malloc(i)")
        self.assertEqual(heap(self.build(with_malloc)), 1 << 20)
        self.assertEqual(heap(self.build(with_malloc, "--heap", "64K")), 64 << 10)

    def test_unused_code_is_left_out(self):
        self.assertNotIn("unused", self.symbols(self.build(KERNEL + "int unused(int x) { return x / 3; }")))

    def test_cxx(self):
        text = """
#include <heddle.h>
namespace { struct Shape { virtual int area() const = 0; }; struct Square : Shape { int s; int area() const override {
return s * s; } }; } template <typename T> T twice(T x) { return x + x; }
static int& counter() { static int value = twice(21); return value; }
static Shape* make(int s) { auto* q = new Square; q->s = s; return q; }
struct k_args { int* out; };
HD_KERNEL(k) { args->out[0] = make(7)->area() + counter(); }
"""
        self.assertIn("k", self.symbols(self.build(text, name="k.cpp")))

    def test_several_sources_objects_and_archives(self):
        self.write(
            "a.c",
            KERNEL.replace("* 3", "+ helper(3) + other()").replace(
                "HD_KERNEL", "int helper(int x);\nint other(void);\nHD_KERNEL"
            ),
        )
        self.write("b.c", "int helper(int x) { return x; }")
        self.write("c.S", "  .globl other\nother:\n  hd.csrr a0, hd_lane\n  hd.vote.any a0, a0\n  ret\n")
        self.assertEqual(self.cc("-c", "b.c").returncode, 0)
        self.assertEqual(self.tool("heddle_as.py", "c.S").returncode, 0)
        subprocess.run(["llvm-ar-19", "rc", self.folder / "b.a", self.folder / "b.o"], check=True)
        result = self.cc("-o", "k.elf", "a.c", "b.a", "c.o")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_lines_and_inlined_functions(self):
        """The line table and the inlined scopes of a re-laid function are right where it matters: at the access."""
        self.build(
            "#include <heddle.h>\n"  # 1
            "struct k_args { int* p; int n; };\n"  # 2
            "static inline int pick(int* p, int i) {\n"  # 3
            "  if (i & 1) return p[i] + 1;\n"  # 4
            "  __asm__ volatile(\"ebreak\");\n"  # 5
            "  return 7;\n"  # 6
            "}\n"  # 7
            "HD_KERNEL(k) {\n"  # 8
            "  for (int i = 0; i < args->n; i++) {\n"  # 9
            "    if (args->p[i] < 0) continue;\n"  # 10
            "    args->p[i] = pick(args->p, args->p[i]);\n"  # 11
            "  }\n}\n"
        )  # 12
        listing = subprocess.run(
            ["llvm-objdump-19", "-d", self.folder / "k.elf"], capture_output=True, text=True, check=True
        ).stdout
        address = re.search(r"([0-9a-f]+):.*\tebreak", listing)[1]
        frames = subprocess.run(
            ["llvm-symbolizer-19", "--obj", self.folder / "k.elf", "0x" + address],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        self.assertEqual(frames[0], "pick")
        self.assertIn("k.c:5", frames[1])
        self.assertEqual(frames[2], "k")
        self.assertIn("k.c:11", frames[3])

    def test_output_appears_only_when_it_is_whole(self):
        self.build(KERNEL)
        before = (self.folder / "k.elf").read_bytes()
        self.write("bad.c", KERNEL.replace("* 3", "+ missing()").replace("HD_KERNEL", "int missing(void);\nHD_KERNEL"))
        self.assertNotEqual(self.cc("-o", "k.elf", "bad.c").returncode, 0)
        self.assertEqual((self.folder / "k.elf").read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["bad.c", "k.c", "k.elf"])


class Options(ToolTest):
    def test_stages(self):
        self.write("k.c", KERNEL)
        self.assertEqual(self.cc("-S", "k.c").returncode, 0)
        self.assertIn("k:", (self.folder / "k.s").read_text())
        self.assertEqual(self.cc("-c", "k.c", "-o", "x.o").returncode, 0)
        with open(self.folder / "x.o", "rb") as handle:
            self.assertEqual(ELFFile(handle).header["e_type"], "ET_REL")

    def test_defines_includes_and_clang_options(self):
        (self.folder / "inc").mkdir()
        self.write("inc/three.h", "#define THREE 3\n")
        self.write("forced.h", "#define FORCED 1\n")
        self.build(
            "#include \"three.h\"\n#if THREE != 3 || FOUR != 4 || !FORCED || !defined SPLIT\n#error\n#endif\n" + KERNEL,
            "-Iinc",
            "-DFOUR=4",
            "-D",
            "SPLIT",
            "-include",
            "forced.h",
            "-std=c99",
            "-fno-unroll-loops",
            "-O1",
            "-g",
        )

    def test_layout_can_be_turned_off(self):
        text = KERNEL.replace("args->b[i]", "while (args->n) { if (args->a[i]) continue; args->a[i]++; } args->b[i]")
        self.write("k.c", text)
        self.assertIn("layout: 2 functions", self.cc("-v", "-S", "-o", "on.s", "k.c").stderr)
        self.assertNotIn("layout:", self.cc("-v", "-S", "-o", "off.s", "--no-layout", "k.c").stderr)

    def test_register_banks_can_be_turned_off(self):
        source = str(TOOLS.parents[1] / "examples" / "sgemm_tiled" / "sgemm_tiled.c")
        for options in ([], ["--no-register-banks"]):
            self.cc("-S", "-o", f"{len(options)}.s", "--save-temps", *options, source)
            names = (f"{len(options)}.s", "sgemm_tiled.clang.s")
            after, before = (set(re.findall(r"fmadd.*", (self.folder / name).read_text())) for name in names)
            self.assertEqual(after == before, options != [])

    def test_map_and_temporaries(self):
        self.build(KERNEL, "--map", "k.map", "--save-temps=temps")
        self.assertIn(".text", (self.folder / "k.map").read_text())
        self.assertEqual({path.name for path in (self.folder / "temps").iterdir()}, {"k.clang.s", "k.s"})

    def test_floating_point(self):
        text = (
            "#include <heddle.h>\n#include <math.h>\nstruct k_args { HD_PTR(float) x; HD_PTR(_Float16) h; HD_PTR(double) d; };\n"
            "HD_KERNEL(k) {\n  float x = *args->x;\n  *args->x = sqrtf(x) * x + hd_rcp(fabsf(x));\n"
            "  *args->h = *args->h * *args->h + (_Float16)*args->d;\n  *args->d = sin(*args->d);\n}\n"
        )
        elf = self.build(text)
        self.assertEqual(elf.header["e_flags"] & 6, 2)  # the single-precision ABI
        self.assertNotIn("sqrtf", self.symbols(elf))
        self.cc("-S", "-o", "k.s", "k.c")
        assembly = (self.folder / "k.s").read_text()
        for instruction in ("fsqrt.s", "fmadd.s", "fabs.s", "fmadd.h"):
            self.assertIn(instruction, assembly)

    def test_help(self):
        for tool in ("heddle_cc.py", "heddle_as.py"):
            result = self.tool(tool, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn("--march", result.stdout)

    def test_small_printf(self):
        text = "#include <stdio.h>\n" + KERNEL.replace("* 3", "* 3; printf(\"%d\\n\", (int)i)")
        sizes = {}
        for kind in ("double", "integer"):
            sizes[kind] = self.build(text, "--printf", kind).get_section_by_name(".text")["sh_size"]
        self.assertLess(sizes["integer"] * 1.5, sizes["double"])


class BadInput(ToolTest):
    def compile(self, text, *arguments):
        self.write("k.c", text)
        return self.cc("-o", "k.elf", *arguments, "k.c")

    def test_no_sources(self):
        self.fails(self.cc("-o", "k.elf"), "no source files", status=2)

    def test_missing_source(self):
        self.fails(self.cc("-o", "k.elf", "nowhere.c"), "nowhere.c: no such file", status=1)

    def test_unknown_kind_of_source(self):
        self.write("k.rs", "")
        self.fails(self.cc("-o", "k.elf", "k.rs"), "k.rs: not a source", status=2)

    def test_syntax_error_names_the_line(self):
        self.fails(self.compile("int f(void) {\n  return 1 +;\n}\n"), "k.c:2:13: error")

    def test_unknown_option(self):
        self.fails(self.compile(KERNEL, "-fno-such-thing"), "-fno-such-thing")

    def test_options_that_leave_the_path_over_assembly(self):
        for option in ("-E", "-flto", "-flto=thin", "-emit-llvm", "-fsyntax-only"):
            self.fails(self.compile(KERNEL, option), f"{option} is not supported", status=2)

    def test_option_without_value(self):
        for option in ("-o", "-D", "--map", "--march", "-include"):
            self.fails(self.cc("k.c", option), f"{option} needs a value", status=2)

    def test_bad_values(self):
        self.fails(self.compile(KERNEL, "--heap", "much"), "'much' is not a size", status=2)
        self.fails(self.compile(KERNEL, "--printf", "long"), "long", status=2)
        self.fails(self.compile(KERNEL, "--march=rv99"), "rv99")
        self.fails(self.compile(KERNEL, "--march=rv32ima_zfh"), "has no F", status=2)

    def test_undefined_symbol_with_suggestion(self):
        text = KERNEL.replace("* 3", "+ hepler(3)").replace(
            "HD_KERNEL", "int hepler(int);\nint helper(int x) { return x; }\nHD_KERNEL"
        )
        result = self.compile(text)
        self.fails(result, "undefined symbol: hepler", "did you mean helper?", "in k of k\n")
        self.assertNotIn("/tmp/heddle-cc", result.stderr)

    def test_undefined_symbol_with_reason(self):
        text = KERNEL.replace("* 3", "+ (int)__atomic_fetch_add((long long*)args->a, 1ll, 0)")
        self.fails(self.compile(text, "-Wno-atomic-alignment"), "64-bit atomics do not exist")

    def test_initialised_scratchpad(self):
        self.fails(
            self.compile(KERNEL.replace("HD_KERNEL", "HD_SCRATCHPAD int x = 5;\nHD_KERNEL").replace("* 3", "* x")),
            "k.c: an HD_SCRATCHPAD variable has an initial value",
        )

    def test_scratchpad_too_large(self):
        self.fails(
            self.compile(
                KERNEL.replace("HD_KERNEL", "HD_SCRATCHPAD int x[70000];\nHD_KERNEL").replace("* 3", "* x[i]")
            ),
            "exceed the largest scratchpad (262144 bytes)",
        )

    def test_image_too_large(self):
        self.fails(
            self.compile(KERNEL.replace("HD_KERNEL", "char big[100 << 20];\nHD_KERNEL").replace("* 3", "* big[i]")),
            "image is too large",
        )

    def test_static_constructor(self):
        self.write(
            "k.cpp", "int f(); int x = f();\n" + KERNEL.replace("* 3", "* x") + "int f() { return hd_lane_id(); }"
        )
        self.fails(self.cc("-o", "k.elf", "k.cpp"), "static object needs a constructor")

    def test_program_without_kernel(self):
        result = self.compile("int main(void) { return 0; }")
        self.assertIn("warning: there is no kernel", result.stderr)

    def test_output_directory_missing(self):
        self.write("k.c", KERNEL)
        self.fails(self.cc("-o", "nowhere/k.elf", "k.c"), "nowhere: no such directory")

    def test_damaged_object(self):
        self.write("k.o", "not an object")
        self.fails(self.cc("-o", "k.elf", "k.o"), "k.o")


class Assembler(ToolTest):
    def assemble(self, text, name="k.s"):
        self.write(name, text)
        return self.tool("heddle_as.py", name, "-o", "k.o")

    def words(self):
        with open(self.folder / "k.o", "rb") as handle:
            data = ELFFile(handle).get_section_by_name(".text").data()
        return [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]

    def test_mnemonics(self):
        result = self.assemble(
            "hd.barrier\nhd.exit\nhd.vote.ballot a0, a1\nhd.shfl.xor.sync a0, a1, a2, a3\nhd.csrr t0, hd_lane\n"
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.words(), [0x0200000B, 0x0000000B, 0x0405950B, 0x6EC5B50B, 0xCCE022F3])

    def test_error_names_the_users_line(self):
        result = self.assemble("  nop\n  # if this were preprocessed\n  hd.bogus a0\n")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("k.s:3:3: error", result.stderr)

    def test_preprocessed(self):
        result = self.assemble("#define R a0\n  hd.vote.any R, a1\n  bogus\n", "k.S")
        self.assertIn("k.S:3:3: error", result.stderr)

    def test_not_assembly(self):
        self.write("k.c", "")
        self.assertIn("not assembly", self.tool("heddle_as.py", "k.c").stderr)
        self.assertIn("no such file", self.tool("heddle_as.py", "nowhere.s").stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())

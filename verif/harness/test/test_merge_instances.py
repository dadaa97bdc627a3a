#!/usr/bin/python3
"""merge_instances.py: a small design, verilated as it is and with its instances merged, says the same, failing assertions and their places
included, and has fewer functions. Modules of equal text but for one operator stay apart."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import merge_instances

INSTANCES = 4

# Functions whose variables Verilator numbers, here and (`table`) in tables; a member that two functions share (`seen`); sampled copies; messages.
DESIGN = """
module mixer (input logic clk_i, input logic enable_i, input logic [31:0] seed_i, output logic [31:0] value_o);
  logic [31:0] value_q, value_d;
  logic [127:0] wide_q;
  logic [7:0] count_q;
  function automatic logic [31:0] mix(logic [31:0] a, logic [31:0] b);
    logic [31:0] x;
    x = a ^ {b[12:0], b[31:13]};
    for (int unsigned i = 0; i < 3; i++) if (x[i]) x = x + (a << i);
    return x;
  endfunction
  function automatic logic [3:0] table_of(logic [3:0] a);
    case (a)
      0: return 7; 1: return 3; 2: return 9; 3: return 1; 4: return 12; 5: return 0; 6: return 4; 7: return 11;
      8: return 2; 9: return 15; 10: return 8; 11: return 6; 12: return 14; 13: return 5; 14: return 10; default: return 13;
    endcase
  endfunction
  always_comb begin
    value_d = mix(value_q, seed_i);
    if (enable_i) value_d = mix(value_d, {28'd0, table_of(value_d[3:0])});
  end
  always_ff @(posedge clk_i) begin
    value_q <= enable_i ? value_d : seed_i;
    count_q <= enable_i ? count_q + 8'd1 : 8'd0;
    if (enable_i) wide_q <= {wide_q[95:0], mix(value_d, wide_q[127:96])};
    else          wide_q <= '0;
  end
  assign value_o = value_q ^ wide_q[127:96];
  a_count : assert property (@(posedge clk_i) count_q != {3'd1, seed_i[4:0]});
  a_step : assert property (@(posedge clk_i) enable_i |-> wide_q != {wide_q[63:0], 64'h1}) else $error("wide");
endmodule

module top (input logic clk_i, input logic enable_i, output logic [31:0] value_o [NUMBER]);
  for (genvar i = 0; i < NUMBER; i++) begin : gen_mixer
    logic [31:0] value;
    mixer u_mixer (.clk_i, .enable_i, .seed_i(32'((i + 1) * 32'h9E37_79B9)), .value_o(value));
    always_ff @(posedge clk_i) value_o[i] <= value;
  end
endmodule
""".replace("NUMBER", str(INSTANCES))

MAIN = """
#include "Vtb_top.h"
#include "verilated.h"
#include <cstdio>
void vl_stop(const char*, int line, const char*) { std::printf("stop at line %d\\n", line); }
int main() {
  VerilatedContext context;
  Vtb_top top(&context, "tb");
  for (int cycle = 0; cycle < 100; ++cycle) {
    top.enable_i = cycle > 2;
    for (const int clock : {1, 0}) { top.clk_i = clock; top.eval(); }
    for (int i = 0; i < NUMBER; ++i) std::printf("%08x ", top.value_o[i]);
    std::printf("\\n");
  }
}
""".replace("NUMBER", str(INSTANCES))

SETTINGS = """`verilator_config
no_inline -module "mixer"
public_flat_rd -module "mixer" -var "seed_i"
public_flat_rd -module "mixer" -var "enable_i"
"""


def functions(folder):
    return sum(len(merge_instances.FUNCTION.findall(path.read_text())) for path in folder.glob("Vtb_top_mixer*.cpp"))


class Merge(unittest.TestCase):
    def verilate(self, folder, merged):
        folder.mkdir()
        for name, text in ("top.sv", DESIGN), ("main.cpp", MAIN), ("settings.vlt", SETTINGS):
            (folder / name).write_text(text)
        self.run_in(folder, "verilator", "--cc", "--top-module", "top", "--prefix", "Vtb_top", "--assert", "-O3", "--no-timing",
                    "-Wno-fatal",  # DESIGN is written for what Verilator makes of it, not for lint
                    "--Mdir", "obj", "settings.vlt", "top.sv")  # fmt: skip
        gone = merge_instances.merge(folder / "obj") if merged else {}
        include = Path(self.run_in(folder, "verilator", "--getenv", "VERILATOR_ROOT").strip()) / "include"
        compiler = [*(["ccache"] if shutil.which("ccache") else []), "g++"]
        files = ["main.cpp", *sorted((folder / "obj").glob("*.cpp")), include / "verilated.cpp", include / "verilated_threads.cpp"]
        for number, file in enumerate(files):
            self.run_in(folder, *compiler, "-O0", "-w", "-std=c++20", "-DVL_USER_STOP", "-DVL_TIME_CONTEXT", f"-I{include}", f"-I{include}/vltstd",
                        "-Iobj", "-c", file, "-o", f"{number}.o")  # fmt: skip
        self.run_in(folder, "g++", *(f"{number}.o" for number in range(len(files))), "-lpthread", "-o", "run")
        return gone, self.run_in(folder, "./run")

    def run_in(self, folder, *command):
        done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_says_the_same(self):
        with tempfile.TemporaryDirectory() as work:
            _, plain = self.verilate(Path(work) / "plain", False)
            gone, merged = self.verilate(Path(work) / "merged", True)
            self.assertEqual(merged.replace("..", "."), plain.replace("..", "."))
            # All instances fail their assertions, each under its own name.
            for i in range(INSTANCES):
                self.assertIn(f"top.gen_mixer[{i}].u_mixer.a_count", plain)
            self.assertLessEqual(functions(Path(work) / "merged/obj") * 2, functions(Path(work) / "plain/obj"))
            self.assertGreaterEqual(len(gone), INSTANCES - 1)

    def test_what_differs_stays(self):
        """A function of one instance that does something else, or that has a number whose counterpart is another in another function, is kept."""
        instances = ["a", "b"]
        one = "void Vtb_top_c___nba__TOP__a__0(Vtb_top_c* vlSelf) {{\n    vlSelf->x = vlSelf->__Vfunc_f__{0}__v + {1};\n}}\n"

        def own(name, text):
            return [merge_instances.Function(name, f"Vtb_top_c___nba__TOP__{name}__{number}", part) for number, part in enumerate(text)]

        def merged(first, second):
            names = merge_instances.merge_class(instances, {"a": own("a", first), "b": own("b", second)}, {"a": "a", "b": "b"})
            return {re.sub(".*__TOP__", "", name) for name in names}

        self.assertEqual(merged([one.format(3, 1)], [one.format(7, 1)]), {"b__0"})
        self.assertEqual(merged([one.format(3, 1)], [one.format(7, 2)]), set())
        # 7 would be both 3 and 4, and 4 is b's own name of something else.
        self.assertEqual(merged([one.format(3, 1), one.format(4, 2)], [one.format(7, 1), one.format(7, 2)]), set())
        self.assertEqual(merged([one.format(4, 1), one.format(5, 2)], [one.format(7, 1), one.format(4, 3)]), set())

    def test_order(self):
        calls = "".join(f"    Vtb_top_c___{name}((&vlSymsp->TOP__{instance}));\n" for instance in "ab" for name in ("f", "g", "h", "i"))
        order = re.findall(r"___(\w)\(\(&vlSymsp->TOP__(\w)", merge_instances.interleave(calls, {"a": "c", "b": "c"}, {"Vtb_top_c___g", "Vtb_top_c___h"}))
        self.assertEqual(" ".join(map("".join, order)), "fa fb ga ha gb hb ia ib")


if __name__ == "__main__":
    unittest.main()

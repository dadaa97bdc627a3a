#!/usr/bin/python3
"""What heddle bench makes of the rows that its programs measure: the table of figures and the plots."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import types
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import bench_attention
import bench_matrix
import bench_memory
import bench_plots
import command_bench
import report
import shape

KNOWN = shape.parameters("base")


def row(name, args, value, **fields):
    return {"name": name, "args": args, "value": value, "unit": "", "config": "base", "cycles": 100, "peak": None, "of_peak": None, **fields}


def ladder():
    return [row("latency.memory", f"bytes={size},steps=512", cycles) for size, cycles in ((1 << k, 3.5 * k) for k in range(11, 21))]


class Figures(unittest.TestCase):
    def collect(self, rows):
        return {line["what"]: line for line in bench_memory.Figures(rows).collect()}

    def test_latency_is_more_than_an_alu_result(self):
        rows = [*ladder(), row("latency.alu", "steps=512", 3.0)]
        lines = self.collect(rows)
        for what, size, goal in (("L1", "dcache_bytes", 4), ("L2", "l2_bytes", 30)):
            line = lines[f"load to use, {what} hit, more than an ALU result"]
            cycles = next(r["value"] for r in rows if r["args"] == f"bytes={KNOWN[size] // 2},steps=512")
            self.assertEqual((line["value"], line["goal"], line["met"]), (cycles - 3.0, goal, cycles - 3.0 <= goal))

    def test_goals(self):
        lines = self.collect([row("copy", "n=262144,per_item=32", 60.0, peak=64.0, of_peak=0.9375), row("atomic.memory", "lanes=64,one word", 0.5)])
        copy = lines["copy of 1,048,576 bytes, of a line a cycle"]
        self.assertEqual((copy["value"], copy["met"]), (93.75, False))
        atomic = lines["64 lanes add to one word of memory, per lane"]
        self.assertEqual((atomic["value"], atomic["met"]), (2.0, True))

    def test_other_shapes(self):
        rows = [row("vecadd", "n=16384,per_item=1", 1.0, config="base:cores=1,warps=4,lanes=4", cycles=60_001)]
        lines = bench_memory.Figures(rows).collect()
        self.assertEqual([(line["value"], line["met"], line["vortex"]) for line in lines], [(60_001, False, 292_046)])

    def test_shapes_are_canonical(self):
        for config in bench_memory.FIGURE_GROUPS:
            self.assertEqual(shape.canonical(config), config)

    def test_printed(self):
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            report.print_rows([row("stride", "words=1,n=5", 50.0, peak=64.0, of_peak=50 / 64)])
            bench_memory.print_figures(bench_memory.Figures([row("histogram", "n=65536,bins=256", 1.0)]).collect())
        self.assertIn("78.1 %", text.getvalue())
        self.assertIn("histogram, 65536 values", text.getvalue())


class Plots(unittest.TestCase):
    def draw(self, rows):
        with tempfile.TemporaryDirectory() as folder:
            paths = bench_plots.draw(rows, "base", KNOWN, "fixed", pathlib.Path(folder) / "deep" / "memory-base")
            for path in paths:
                self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            return [path.name for path in paths]

    def test_what_was_measured_is_drawn(self):
        flat = [row(f"latency.{name}", "steps=512", 5.0) for name in ("alu", "scratchpad", "private")]
        strides = [row("stride", f"words={1 << k},n=64", 50.0 / (1 << k), peak=64.0 / (1 << k)) for k in range(7)]
        self.assertEqual(self.draw([*ladder(), *flat, *strides]), ["memory-base-ladder.png", "memory-base-stride.png"])
        self.assertEqual(self.draw(ladder()), ["memory-base-ladder.png"])
        self.assertEqual(self.draw([]), [])

    def test_roofline(self):
        fields = {"memory_bytes_per_cycle": 64.0, "peak": 512.0}
        rows = [row("gemm", "m=8,n=8,k=8,format=fp16", 200.0, element_bits=16, macs_per_byte=9.0, **fields),
                row("gemm", "m=8,n=8,k=8,format=int8", 300.0, element_bits=8, macs_per_byte=18.0, **{**fields, "peak": 1024.0})]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = bench_plots.roofline(rows, "base", "fixed", pathlib.Path(folder) / "deep" / "roofline.png")
            self.assertEqual(path.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")


class Json(unittest.TestCase):
    def write(self, rows, passed):
        suite = types.SimpleNamespace(run=lambda arguments: ({"rows": rows}, passed))
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(command_bench.SUITES, sim=suite):
            path = pathlib.Path(folder) / "rows.json"
            status = command_bench.run(types.SimpleNamespace(suite="sim", json=str(path)))
            return status, json.loads(path.read_text())

    def test_every_row_has_every_field(self):
        fields = "name args config cycles warp_instrs lane_instrs value unit peak of_peak host_seconds khz".split()
        for passed in (True, False):
            status, found = self.write([{"name": "model.alu", "value": 3.0, "vortex": 7}], passed)
            self.assertEqual((status, found["tool"], found["pass"]), (0 if passed else 1, "bench", passed))
            self.assertEqual(list(found["rows"][0]), [*fields, "vortex"])
            self.assertEqual((found["rows"][0]["value"], found["rows"][0]["khz"]), (3.0, None))

    def test_a_file_that_cannot_be_written_is_refused_first(self):
        with contextlib.redirect_stderr(io.StringIO()) as text:
            self.assertEqual(command_bench.run(types.SimpleNamespace(suite="sim", json="/nowhere/rows.json")), 2)
        self.assertIn("/nowhere/rows.json: cannot be written", text.getvalue())


class MatrixGoals(unittest.TestCase):
    def goals(self, size, form, config="base", **options):
        m, n, k = size
        rows = [row("gemm", f"m={m},n={n},k={k},format={form}", 1.0, format=form, cycles=7001, of_peak=0.9, of_rounded_peak=0.85)]
        arguments = {"memory": "fixed", "mem_latency": None, "mem_bandwidth": None, "lockstep": "off", **options}
        bench_matrix.add_goals(rows, config, types.SimpleNamespace(**arguments))
        return rows[0]["goal"], rows[0]["goal_of"], rows[0]["met"]

    def test_rows_know_their_goals(self):
        self.assertEqual(self.goals((128, 128, 128), "fp16"), (7000, "cycles", False))
        self.assertEqual(self.goals((512, 512, 512), "fp16"), (0.95, "of_peak", False))
        self.assertEqual(self.goals((512, 512, 512), "mxfp4"), (0.9, "of_peak", True))
        self.assertEqual(self.goals((77, 513, 129), "fp16"), (0.85, "of_rounded_peak", True))

    def test_others_have_none(self):
        for other in (((64, 64, 64), "fp16"), ((256, 256, 256), "int8"), ((512, 512, 512), "fp16", "edge")):
            self.assertEqual(self.goals(*other), (None, None, None))
        self.assertEqual(self.goals((512, 512, 512), "fp16", mem_latency=10), (None, None, None))


class Attention(unittest.TestCase):
    def test_shapes(self):
        self.assertEqual(len(bench_attention.works("base")), len(bench_attention.LARGE))
        self.assertEqual(len(bench_attention.works("edge")), len(bench_attention.SMALL))
        self.assertFalse(any("fp8_e4m3" in words for words, _ in bench_attention.works(shape.canonical("base:matrix_fp8=0"))))
        for config in ("base:warps=8", "edge:matrix_dim=16", "nano"):
            self.assertEqual(bench_attention.works(shape.canonical(config)), ())

    def test_goals(self):
        for share, plain, met in ((0.6, True, True), (0.59, True, False), (0.7, False, None)):
            measured = row("attention", "tokens=512", 1.0, of_peak=share)
            bench_attention.judge(measured, 0.6, plain)
            self.assertEqual(measured["met"], met)


if __name__ == "__main__":
    unittest.main()

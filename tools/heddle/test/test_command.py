#!/usr/bin/python3
"""What the heddle command says when it is called wrongly: one clear error, a non-zero exit status, and no build before it."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Of `error` in the JSON of a run.
ERROR_KEYS = {"cause", "pc", "symbol", "file", "line", "address", "workgroup", "lane"}
arguments = argparse.Namespace()


def call(command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=120, cwd=arguments.work)


class Case(unittest.TestCase):
    def refused(self, command, status, *texts):
        """The command fails with `status`; what it says has every text, and is an error message rather than a traceback."""
        result = call(command)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assertNotIn("building", result.stderr)
        self.assertLess(len(result.stderr), 1500)


class Heddle(Case):
    def heddle(self, words, status, *texts):
        self.refused(["/usr/bin/python3", "-B", ROOT / "tools/heddle/main.py", *words.split()], status, *texts)

    def test_command(self):
        self.heddle("", 2, "COMMAND", "--help")
        self.heddle("rum vecadd", 2, "unknown COMMAND 'rum'; did you mean 'run'?")

    def test_example(self):
        self.heddle("run", 2, "which example?", "mandelbrot, ")
        self.heddle("run mandelbrod", 2, "no example 'mandelbrod'; did you mean 'mandelbrot'?")
        self.heddle("run --config edge vecadd", 2, "the name of an example comes first, not '--config'")

    def test_configuration(self):
        self.heddle("run vecadd --config foo", 1, "unknown configuration 'foo'", "nano, edge, base")
        self.heddle("run vecadd --config=", 1, "unknown configuration ''")
        self.heddle("run vecadd --config base:warps=99", 1, "warps is 99, outside 1..32")
        self.heddle("run vecadd --config edge:lanes=3", 1, "lanes is 3, not a power of two")
        self.heddle("run vecadd --config edge:colour=1", 1, "unknown key 'colour'", "warps")
        self.heddle("run vecadd --config edge:lanes=x", 1, "'lanes=x' is not key=number")
        path = pathlib.Path(arguments.work) / "shape.json"
        path.unlink(missing_ok=True)
        self.heddle(f"run vecadd --config edge:lanes=3 --json {path}", 1, "lanes is 3, not a power of two")
        result = json.loads(path.read_text())
        self.assertEqual((result["tool"], result["pass"], result["example"]), ("run", False, "vecadd"))
        self.assertEqual(set(result["error"]), ERROR_KEYS)
        self.assertIn("lanes is 3", result["error"]["cause"])
        self.heddle("run vecadd --config edge:lanes=3 --json /nonexistent/run.json", 1, "/nonexistent/run.json: cannot be written")
        self.heddle("bench --suite sim --config edge:lanes=3", 1, "lanes is 3, not a power of two")
        self.heddle("synth --target xilinx --config edge:lanes=3", 1, "lanes is 3, not a power of two")

    def test_bench(self):
        self.heddle("bench", 2, "--suite")
        self.heddle("bench --suite unknown", 2, "unknown suite 'unknown'", "sim")
        self.heddle("bench --suite sim --repeat 0", 2, "--repeat")
        self.heddle("bench --suite sim -- --n 5", 2, "--suite sim has no sizes: --n 5")
        self.heddle("bench --suite matrix --config nano", 2, "'nano' has no matrix engine: take edge or base, or add copy_engine=1")
        self.heddle("bench --suite memory --config edge:lanes=3", 1, "lanes is 3, not a power of two")
        self.heddle("bench --suite memory --figures maybe", 2, "unknown figures 'maybe'", "on, off")
        self.heddle("bench --suite memory --json /nonexistent/rows.json", 2, "/nonexistent/rows.json: cannot be written")

    def test_fuzz(self):
        self.heddle("fuzz --count 0", 2, "--count", "'0' is not a number from 1")
        self.heddle("fuzz --seed x", 2, "--seed", "'x' is not a number")
        self.heddle("fuzz --seed -1", 2, "--seed")
        self.heddle("fuzz --minutes 0", 2, "--minutes")
        self.heddle("fuzz --jobs 0", 2, "--jobs")
        self.heddle("fuzz --config edge:lanes=3", 1, "lanes is 3, not a power of two")
        self.heddle("fuzz --out /no/such/folder", 2, "no directory '/no/such/folder'")
        self.heddle("fuzz --replay /no/such/file", 2, "no file '/no/such/file'")
        self.heddle("fuzz --replay x --seed 1", 2, "--seed has no meaning with --replay")
        self.heddle("fuzz --what", 2, "--what")
        self.heddle("fuzz --packets --minutes 3", 2, "--minutes has no meaning with --packets")
        self.heddle("fuzz --packets --config edge:management=0", 2, "has no management core")
        self.heddle("fuzz --backend model", 2, "--backend goes with --packets")

    def test_synth(self):
        self.heddle("synth", 2, "--target")
        self.heddle("synth --target fpga", 2, "unknown target 'fpga'", "xilinx")
        self.heddle("synth --target asic", 1, "not available yet", "xilinx")

    def test_test(self):
        self.heddle("test --what", 2, "--what")
        self.heddle("test -j none", 2, "none")

    def test_help(self):
        for words in ("--help", "run --help", "test --help", "bench --help", "fuzz --help", "synth --help"):
            result = call(["/usr/bin/python3", "-B", ROOT / "tools/heddle/main.py", *words.split()])
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("usage: heddle", result.stdout)


class Install(unittest.TestCase):
    """The script at the root, with stand-ins for what it asks of the machine."""

    def run_script(self, uid, folder, missing="ccache"):
        tree = pathlib.Path(folder) / "tree"
        (tree / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "heddle", tree / "heddle")
        (tree / "tools/packages.txt").write_text(f"# comment\npython3\n{missing}\n")
        tools = pathlib.Path(folder) / "bin"
        tools.mkdir()
        stand_ins = {
            "dpkg-query": f'for last; do :; done; [ "$last" = {missing} ] || printf installed',
            "id": f"echo {uid}",
            "apt-get": 'echo "apt-get $*" >> "$LOG"; exit "${APT_STATUS:-0}"',
        }
        for name, text in stand_ins.items():
            path = tools / name
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "LOG": str(tree / "apt.calls"), "APT_STATUS": "100"}
        result = subprocess.run([tree / "heddle", "test"], capture_output=True, text=True, check=False, env=environment)
        calls = (tree / "apt.calls").read_text() if (tree / "apt.calls").exists() else ""
        return result, calls

    def test_not_root(self):
        with tempfile.TemporaryDirectory() as folder:
            result, calls = self.run_script(1000, folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("sudo apt-get install --no-install-recommends ccache", result.stderr)
        self.assertEqual(calls, "")

    def test_root_installs_and_reports_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            result, calls = self.run_script(0, folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("apt-get -qq update", calls)
        self.assertIn("apt-get failed; the whole log is build/apt.log", result.stderr)


class Example(Case):
    """The host program, to which the command hands over."""

    def example(self, words, status, *texts):
        self.refused([arguments.example, *words.split()], status, *texts)

    def test_options(self):
        self.example("--colour red", 2, "unknown option: --colour red", "after '--'")
        self.example("--backend fpga", 2, "--backend", "fpga not in {rtl,model,remote}")
        self.example("--lockstep maybe", 2, "--lockstep")
        self.example("--backend", 2, "--backend")
        self.example("-- --colour red", 2, "unknown option: --colour red", "before '--'")
        self.example("-- --n many", 2, "--n")
        self.example("--memory sram", 2, "--memory", "sram not in {fixed,ddr4,hbm}")
        self.example("--mem-bandwidth 0", 2, "--mem-bandwidth", "0.001", "1")
        self.example("--mem-bandwidth 1.5", 2, "--mem-bandwidth")
        self.example("--mem-latency 0", 2, "--mem-latency")
        self.example("--memory ddr4 --mem-latency 50", 2, "--mem-latency goes with --memory fixed")
        self.example("--memory hbm --random-stalls", 2, "--random-stalls goes with --memory fixed")
        self.example("--config edge:lanes=3 --backend model", 2, "lanes is 3, not a power of two")

    def test_sizes_of_the_memory_benchmarks(self):
        def bench(words, *texts):
            self.refused([arguments.bench, "--check-options", "--", *words.split()], 2, *texts)

        bench("--groups latency,latencies", "latencies not in {stream")
        bench("--sweep-loads 12", "12 is not a positive multiple of 8")
        bench("--chase-steps 0", "0 is not a positive multiple of 16")
        bench("--per-item 0", "--per-item")
        bench("--n many", "--n")

    def test_only_checked(self):
        result = call([arguments.example, "--check-options", "--config", "edge"])
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.example("--check-options --colour red", 2, "unknown option")

    def test_back_ends(self):
        self.example("", 1, "heddle run")  # no RTL library
        self.example("--backend model --trace fst", 1, "no waveforms")
        self.example("--check-options --backend model --stack-reference --firmware f", 2, "--stack-reference", "leave out --firmware")
        self.example("--check-options --stack-reference", 2, "--stack-reference", "add --backend model")
        self.example("--check-options --value-patterns", 2, "--value-patterns", "add --backend model")
        self.example("--check-options --backend model --stalls", 2, "--stalls", "leave out --backend model")

    def test_value_patterns(self):
        path = pathlib.Path(arguments.work) / "patterns.json"
        result = call([arguments.example, "--backend", "model", "--value-patterns", "--json", path])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("% on uniform and", result.stdout)
        kinds = json.loads(path.read_text())["value_patterns"]
        self.assertEqual(set(kinds), {"integer", "float", "load", "branch", "other"})
        self.assertEqual(sum(kind["instructions"] for kind in kinds.values()), json.loads(path.read_text())["warp_instrs"])

    def test_programs(self):
        folder = pathlib.Path(arguments.work)
        (folder / "short.elf").write_bytes(pathlib.Path(f"{arguments.example}.elf").read_bytes()[:300])
        self.example(f"--backend model --elf {arguments.example}", 1, "not a RISC-V program")
        self.example(f"--backend model --elf {ROOT / 'README.md'}", 1, "not an ELF file")
        self.example("--backend model --elf /nonexistent", 1, "/nonexistent", "cannot be opened")
        self.example(f"--backend model --elf {folder / 'short.elf'}", 1, "cut short")

    def test_json_of_failures(self):
        path = pathlib.Path(arguments.work) / "failure.json"
        for words, status, cause in (
            ("--backend model --timeout 50", 1, "never ends"),
            ("--backend model --elf /nonexistent", 1, "/nonexistent"),
            ("--backend model --config foo", 2, "unknown configuration"),
        ):
            path.unlink(missing_ok=True)
            self.assertEqual(call([arguments.example, *words.split(), "--json", path]).returncode, status)
            result = json.loads(path.read_text())
            self.assertIs(result["pass"], False)
            self.assertEqual(result["tool"], "run")
            self.assertEqual(set(result["error"]), ERROR_KEYS)
            self.assertIn(cause, result["error"]["cause"])
        self.example("--backend model --json /nonexistent/run.json", 2, "/nonexistent/run.json: cannot be written")

    def test_json_of_a_run(self):
        path = pathlib.Path(arguments.work) / "run.json"
        result = call([arguments.example, "--backend", "model", "--config", "nano", "--json", path, "--", "--n", "100"])
        self.assertEqual(result.returncode, 0, result.stderr)
        run = json.loads(path.read_text())
        self.assertEqual((run["tool"], run["pass"], run["example"]), ("run", True, "vecadd"))
        self.assertEqual((run["config"], run["backend"]), ("nano", "model"))
        self.assertEqual(run["lockstep"].keys() & {"compared", "copied"}, {"compared", "copied"})
        self.assertNotIn("error", run)
        for key in ("cycles", "warp_instrs", "lane_instrs", "ipc", "simd_efficiency", "host_seconds", "khz"):
            self.assertGreater(run[key], 0, key)
        self.assertLessEqual(run["simd_efficiency"], 1)
        self.assertGreaterEqual(run["lane_instrs"], run["warp_instrs"])

    def test_json_of_a_fault(self):
        folder = pathlib.Path(arguments.work)
        source = folder / "broken.c"
        source.write_text(
            '#include "heddle.h"\n'
            "struct vecadd_args { uint32_t n, a, b; HD_PTR(float) c; };\n"
            "HD_KERNEL(vecadd) {\n"
            "  if (hd_group_id(0) == 1 && hd_local_id(0) == 5) args->c[1 << 20] = 1.0f;\n"
            "}\n"
        )
        done = call(["/usr/bin/python3", "-B", ROOT / "tools/cc/heddle_cc.py", "--runtime-dir", arguments.runtime, source, "-o", folder / "broken.elf"])
        self.assertEqual(done.returncode, 0, done.stderr)
        path = folder / "fault.json"
        words = ["--backend", "model", "--config", "edge", "--elf", folder / "broken.elf", "--json", path]
        self.refused([arguments.example, *words], 1, "store to an address outside every allocation", "broken.c:4")
        run = json.loads(path.read_text())
        self.assertIs(run["pass"], False)
        error = run["error"]
        self.assertEqual(set(error), ERROR_KEYS)
        self.assertIn("store to an address outside every allocation", error["cause"])
        self.assertEqual((error["symbol"], pathlib.Path(error["file"]).name, error["line"]), ("vecadd", "broken.c", 4))
        self.assertEqual((error["workgroup"], error["lane"]), ([1, 0, 0], 5))
        self.assertGreater(error["address"], error["pc"])
        self.assertGreaterEqual(error["pc"], 0x80000000)

    def test_interrupt(self):
        command = [str(arguments.example), "--backend", "model", "--", "--n", "4000000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=arguments.work) as run:
            time.sleep(0.5)
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertIn("interrupted", said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--example", required=True, type=pathlib.Path, help="host program of vecadd")
    parser.add_argument("--runtime", required=True, help="device runtime for kernels")
    parser.add_argument("--bench", required=True, type=pathlib.Path, help="host program of the memory benchmarks")
    parser.add_argument("--work", required=True, help="folder for what the commands write")
    arguments, rest = parser.parse_known_args()
    arguments.example = arguments.example.resolve()
    os.makedirs(arguments.work, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *rest])

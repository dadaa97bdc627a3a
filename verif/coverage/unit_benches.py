"""Unit benches with counters: what they reach of their modules is added to what programs reach on the device."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/heddle"), str(ROOT / "verif/mutants"), str(ROOT / "verif/harness")]

import benches
import build
import campaign
import signals

HERE = Path(__file__).resolve().parent
HARNESS = ROOT / "verif/harness/src"
# Libraries of the project that benches are linked with.
LIBRARIES = ("heddle_matrix", "heddle_fp", "heddle_model", "heddle_management_lockstep", "heddle_management_model")
# What is generated from docs/spec has lines that do not count, and bits that do.
RTL_MODULES = {path.stem for path in (ROOT / "rtl").rglob("*.sv")} | {"heddle_regs", "host_dma_regs"}
ROOT_FUNCTION = """#include "V{top}__Syms.h"
void* heddle_bench_root(VerilatedSyms* symbols) {{ return &static_cast<V{top}__Syms*>(symbols)->TOP; }}
"""


class BenchError(Exception):
    """There is no such bench; the text says so."""


def description(name):
    """The folder of a bench in the build tree, where its generated sources are, and what verif/unit/CMakeLists.txt says of it."""
    found = list((build.BUILD / "verif/unit").glob(f"*/{name}/bench.json"))
    if len(found) != 1:
        raise BenchError(f"there is no bench '{name}'")
    folder = found[0].parent
    build.build([str((folder / "generated.stamp").relative_to(build.BUILD)), "heddle_spec_generate", *LIBRARIES], title=f"generating what {name} needs")
    return folder, json.loads(found[0].read_text())


def points(modules):
    """The files of points that are bound to these modules."""
    found = []
    for path in sorted(HERE.glob("*_points.sv")):
        bound = re.search(r"^bind (\w+) ", path.read_text(), re.M)[1]
        if bound in modules:
            found.append(path)
    return found


def make(name, work):
    """Builds a bench with counters in the folder `work`: its test, and its list of signals."""
    build.configure()
    folder, bench = description(name)
    top, sources = bench["top"], [Path(word) for word in bench["sources"].split()]
    modules = benches.used(top, [path for path in sources if path.suffix == ".sv"])
    work.mkdir(parents=True, exist_ok=True)
    bound = work / "bound.sv"
    text = f"bind {top} bench_observer u_coverage_observer (.*);\n"
    if not bound.exists() or bound.read_text() != text:
        bound.write_text(text)
    # (The files of generated register blocks are among the bench's sources.)
    packages = [folder / "rtl" / package for package in benches.PACKAGES]
    files = [*packages, ROOT / "rtl/pkg/heddle_pkg.sv", *sources, *points(modules), HERE / "bench_observer.sv", bound]
    tests = [*bench["tests"].split(), HERE / "bench_observer.cpp", HARNESS / "signal_observer.cpp", work / "signals.cpp"]
    (work / "signals.cpp").touch()
    verilate = ["verilator", "--cc", "--exe", "--assert", "-Wall",
                "-Wno-fatal",  # the points name more than they use; of the bench itself the build without counters stops at every warning
                "-fno-reloop", "--flatten", "--coverage-line", "--coverage-user",
                *bench["options"].split(), ROOT / "tools/lint/waivers.vlt", HERE / "coverage.vlt", "--top-module", top, "--Mdir", work / "obj", "-o", name,
                "-CFLAGS", f"{bench['cflags']} -I{HARNESS}", "-LDFLAGS", f"{bench['ldflags']} -lfmt", *files, *tests]  # fmt: skip
    build.run_step(f"building the bench {name} with counters", [str(word) for word in verilate], f"coverage-{name}.log")
    sv = [path for path in files if path.suffix == ".sv"]
    found = [row for row in signals.read(work / "obj" / f"V{top}___024root.h", sv, top, top) if row["module"] in RTL_MODULES]
    signals.write(work, found, f"V{top}", ROOT_FUNCTION.format(top=top))
    cache = "ccache" if shutil.which("ccache") else ""
    compile_it = ["make", "-C", work / "obj", "-f", f"V{top}.mk", f"-j{os.environ.get('HEDDLE_JOBS', 2)}", f"OBJCACHE={cache}"]
    build.run_step(f"compiling the bench {name}", [str(word) for word in compile_it], f"coverage-{name}.log")
    return campaign.Test(f"bench:{name}", [work / "obj" / name]), work / "signals.json"

"""Unit benches in which the netlists of parts, with their mutants, stand for the sources."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import campaign
import netlist

ROOT = netlist.ROOT
sys.path.insert(0, str(ROOT / "tools/heddle"))

from build import build as build_targets

PACKAGES = ("heddle_config_pkg.sv", "heddle_isa_pkg.sv", "heddle_regs_pkg.sv", "host_dma_regs_pkg.sv", "heddle_special_pkg.sv", "mgmt_spec_pkg.sv")


# Characters of a netlist; one that has more would be optimised for longer than its mutants run. The largest below it, of core_pipeline, 804,531, took 18
# minutes to build by the clock of a busy machine; that of the matrix engine, 926,511, takes as long without being optimised.
LARGE = 900_000


def known(build):
    """What verif/unit/CMakeLists.txt says of its benches, the first of those that differ in their configuration only."""
    found = {}
    for path in sorted((build / "verif/unit").glob("*/*/bench.json")):
        bench = json.loads(path.read_text())
        bench |= {key: bench[key].split() for key in ("sources", "tests", "options")}
        found.setdefault((bench["top"], *bench["options"], *bench["tests"]), bench)
    return list(found.values())


def used(top, sources):
    """The modules of the sources that the top is made of."""
    texts = {path.stem: path.read_text() for path in sources if path.is_file()}
    found, waiting = set(), [top]
    while waiting:
        if (module := waiting.pop()) not in found and module in texts:
            found.add(module)
            waiting += netlist.INSTANCE.findall(texts[module])
    return found


def stand_ins(whole, befores, work, top, modules):
    """{name of a source: text that stands for it}, and the netlists behind them. A module with parameters stays, but for the
    top and the part itself: it has several shapes."""
    found, texts = {}, []
    for part, before in befores.items():
        text, mine = (work / f"{part}.yosys/{part}.v").read_text(), {}
        for module in sorted(whole.below(part) & modules):
            path = whole.paths[module]
            several = re.search(r"^\s*parameter ", whole.texts[module], re.M) and module not in (*netlist.WITH_DEFAULTS, part, top)
            if path.name in found or several:
                continue
            kinds = re.findall(rf"^module ({part}__{module}(?:__\d+)?)\s*\(", text, re.M)
            if len(kinds) == 1:
                ports, widths = netlist.ports(text, kinds[0]), netlist.widths(text, kinds[0])
                mine[path.name] = netlist.wrapper(whole.texts[module], part, module, ports, netlist.selector(before), widths)
        if mine:
            found |= mine
            texts.append(netlist.watched(text, before)[0])
    return found, "\n".join(texts)


def make(build, whole, befores, work, wanted):
    """The tests of all benches that have something of the parts, built in the shape that the parts have. {part: mutants in those before it};
    benches of which no test may be `wanted` are not built."""
    tests = []
    for bench in known(build):
        if wanted.pattern and not wanted.search(f"bench:{bench['name']}:"):
            continue
        sources = [Path(name) for name in bench["sources"]]
        replaced, text = stand_ins(whole, befores, work, bench["top"], used(bench["top"], sources))
        if not replaced:
            continue
        build_targets(leans_on(bench, build), title=f"building what the bench {bench['name']} leans on")
        binary = None
        while replaced and not binary:
            binary, looked_into = compile_bench(bench, sources, replaced, text, work)
            replaced.pop(f"{looked_into}.sv", None)  # what is below it stays
        if not binary:
            print(f"bench {bench['name']} is left out: it looks into what a netlist stands for", flush=True)
            continue
        listed = subprocess.run([binary, "--gtest_list_tests"], capture_output=True, text=True, check=False).stdout
        suite = ""
        for line in listed.splitlines():
            name = line.split("#")[0].rstrip()
            if name.endswith(".") and not name.startswith(" "):
                suite = name
            elif name.startswith("  ") and not suite.endswith("Coverage."):  # what all tests together have reached
                tests.append(campaign.Test(f"bench:{bench['name']}:{suite}{name.strip()}", [binary, f"--gtest_filter={suite}{name.strip()}"]))
    return tests


def leans_on(bench, build):
    """What the bench includes and links that is built: the generated headers, static libraries of the project."""
    return ["heddle_spec_generate", *(str(Path(word).relative_to(build)) for word in bench["ldflags"].split() if word.endswith(".a"))]


def compile_bench(bench, sources, replaced, text, work):
    """(its program, ""), or None and the module that has become a netlist and that the bench looks into."""
    folder = work / f"bench-{bench['name']}"
    binary = folder / "obj" / bench["name"]
    inputs = [*sources, *(file for test in map(Path, bench["tests"]) for file in (test, *test.parent.glob("*.h")))]
    # What is mutated is the same: make() of library.py clears the folder if not.
    if binary.is_file() and all(path.stat().st_mtime < binary.stat().st_mtime for path in inputs if path.is_file()):
        return binary, ""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, wrapped in replaced.items():
        (folder / name).write_text(wrapped)
    (folder / "mutant_pkg.sv").write_text(netlist.PACKAGE)
    (folder / "mutated_netlist.sv").write_text(text)
    generated = work / "generated/rtl"
    files = [*(generated / name for name in PACKAGES), ROOT / "rtl/pkg/heddle_pkg.sv", folder / "mutant_pkg.sv"]
    for source in sources:
        files.append(folder / source.name if source.name in replaced else generated / source.name if (generated / source.name).is_file() else source)
    files.append(folder / "mutated_netlist.sv")
    # What is built once, and not once per instance, is so as a netlist, too.
    for source in (path for path in sources if path.suffix == ".vlt"):
        shared, kinds = source.read_text(), re.findall(r"^module ((\w+?)__(\w+?)(?:__\d+)?)\s*\(", text, re.M)
        lines = [line.replace(f'"{module}"', f'"{kind}"') for kind, _, module in kinds for line in shared.splitlines() if f'"{module}"' in line]
        (folder / "netlists.vlt").write_text("\n".join(["`verilator_config", *lines, ""]))
        files.append(folder / "netlists.vlt")
    command = ["verilator", "--cc", "--exe", "--build", "-j", "1", "--assert", "-Wall", "-Wno-fatal", "-fno-reloop", *bench["options"],
               ROOT / "tools/lint/waivers.vlt", "--top-module", bench["top"], "--Mdir", folder / "obj", "-o", bench["name"],
               "-CFLAGS", bench["cflags"], "-LDFLAGS", bench["ldflags"], *files, *bench["tests"],
               ROOT / "verif/harness/src/mutant_dpi.cpp"]  # fmt: skip
    if len(text) > LARGE:
        command += ["-MAKEFLAGS", "OPT_FAST=-O0 OPT_SLOW=-O0"]
    with open(folder / "build.log", "w", encoding="utf-8") as log:
        status = subprocess.run([str(word) for word in command], stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if not status:
        return binary, ""
    if looked := re.search(r"in dotted variable: '(\w+)\.", (folder / "build.log").read_text()):
        users = "\n".join(path.read_text() for path in sources if path.is_file())
        modules = re.findall(rf"^\s*(\w+)\s+(?:#\(.*?\)\s*)?{looked[1]}\s*\(", users, re.S | re.M)
        if modules and f"{modules[0]}.sv" in replaced:
            return None, modules[0]
    raise netlist.NetlistError(f"the bench {bench['name']} with mutants cannot be built; see {folder / 'build.log'}")

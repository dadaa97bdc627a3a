"""Unit benches in which the netlist of a part, with its mutants, stands for the sources."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import campaign
import netlist

ROOT = netlist.ROOT
PACKAGES = ("heddle_config_pkg.sv", "heddle_isa_pkg.sv", "heddle_regs_pkg.sv", "heddle_special_pkg.sv", "mgmt_spec_pkg.sv")


def known(build):
    """What verif/unit/CMakeLists.txt says of its benches, the first of those that differ in their configuration only."""
    found = {}
    for path in sorted((build / "verif/unit").glob("*/*/bench.json")):
        bench = json.loads(path.read_text())
        bench |= {key: bench[key].split() for key in ("sources", "tests", "options")}
        found.setdefault((bench["top"], *map(Path, bench["tests"])), bench)
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


def stand_ins(whole, part, work, modules):
    """{name of a source: text that stands for it}, and the netlist behind them. A module with parameters stays: it has several shapes."""
    text = (work / f"{part}.yosys/{part}.v").read_text()
    found = {}
    for module in sorted(whole.below(part) & modules):
        if re.search(r"^\s*parameter ", whole.texts[module], re.M) and module not in netlist.WITH_DEFAULTS:
            continue
        path = whole.paths[module]
        kinds = re.findall(rf"^module {part}__{module}(?:__\d+)?\s*\(", text, re.M)
        if len(kinds) == 1:
            found[path.name] = netlist.wrapper(whole.texts[module], part, module, netlist.ports(text, f"{part}__{module}"))
    return found, netlist.watched(text)[0]


def make(build, whole, part, work):
    """The tests of all benches that have something of the part, built in the shape that the part has."""
    tests = []
    for bench in known(build):
        sources = [Path(name) for name in bench["sources"]]
        replaced, text = stand_ins(whole, part, work, used(bench["top"], sources))
        if not replaced:
            continue
        binary = compile_bench(bench, sources, replaced, text, part, work)
        if not binary:
            print(f"bench {bench['name']} is left out: it looks into what a netlist stands for", flush=True)
            continue
        listed = subprocess.run([binary, "--gtest_list_tests"], capture_output=True, text=True, check=False).stdout
        suite = ""
        for line in listed.splitlines():
            name = line.split("#")[0].rstrip()
            if name.endswith(".") and not name.startswith(" "):
                suite = name
            elif name.startswith("  "):
                tests.append(campaign.Test(f"bench:{bench['name']}:{suite}{name.strip()}", [binary, f"--gtest_filter={suite}{name.strip()}"]))
    return tests


def compile_bench(bench, sources, replaced, text, part, work):
    """Its program, or None if the bench looks at signals inside of what has become a netlist."""
    folder = work / f"bench-{bench['name']}"
    binary = folder / "obj" / bench["name"]
    if binary.is_file():  # with the library, and of the same sources: make() of library.py clears the folder
        return binary
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, wrapped in replaced.items():
        (folder / name).write_text(wrapped)
    (folder / "mutant_pkg.sv").write_text(netlist.PACKAGE)
    (folder / f"{part}_netlist.sv").write_text(text)
    generated = work / "generated/rtl"
    files = [*(generated / name for name in PACKAGES), ROOT / "rtl/pkg/heddle_pkg.sv", folder / "mutant_pkg.sv"]
    for source in sources:
        files.append(folder / source.name if source.name in replaced else generated / source.name if (generated / source.name).is_file() else source)
    files.append(folder / f"{part}_netlist.sv")
    command = ["verilator", "--cc", "--exe", "--build", "-j", "1", "--assert", "-Wall", "-Wno-fatal", "-fno-reloop", *bench["options"],
               ROOT / "tools/lint/waivers.vlt", "--top-module", bench["top"], "--Mdir", folder / "obj", "-o", bench["name"],
               "-CFLAGS", bench["cflags"], "-LDFLAGS", bench["ldflags"], *files, *bench["tests"],
               ROOT / "verif/harness/src/mutant_dpi.cpp"]  # fmt: skip
    with open(folder / "build.log", "w", encoding="utf-8") as log:
        status = subprocess.run([str(word) for word in command], stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if not status:
        return binary
    if "in dotted variable" in (folder / "build.log").read_text():
        return None
    raise netlist.NetlistError(f"the bench {bench['name']} with mutants of {part} cannot be built; see {folder / 'build.log'}")

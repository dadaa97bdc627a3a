"""Which files make up the design: the generated packages of one configuration, and the files that the files.f lists name.

The lists are the ones that the simulator is built from, so what is linted and synthesized is what is verilated.
"""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

TOP = "heddle_die"
# What is not in the die yet, and is linted and checked on its own.
OTHER_TOPS = ("mgmt_device",)

# How slang reads the sources: every warning is an error, but for these.
SLANG = (
    "--threads 1 --keep-hierarchy -DSYNTHESIS -Wextra -Werror --error-limit=0"
    # The style wants both: `unique` for the check in simulation, `default` for a defined result.
    " -Wno-case-redundant-default"
    # A cast that changes a width in one configuration may change none in another.
    " -Wno-useless-cast"
)

# Packages first, then every folder after what it leans on.
GENERATED_PACKAGES = ("heddle_config_pkg.sv", "heddle_isa_pkg.sv", "heddle_regs_pkg.sv", "host_dma_regs_pkg.sv", "heddle_special_pkg.sv", "mgmt_spec_pkg.sv")
GENERATED_MODULES = ("heddle_regs.sv", "host_dma_regs.sv")
FOLDERS = ("pkg", "common", "core/fpu", "core/lsu", "core", "mem", "matrix", "copy", "cluster", "host", "mgmt", "die")


class DesignError(Exception):
    """A configuration that does not exist, or a list that names a file that does not."""


def generate(config, out):
    """Generates the packages of `config` into `out`/rtl and returns that folder."""
    specgen = ROOT / "tools/specgen/specgen.py"
    result = subprocess.run(
        ["/usr/bin/python3", "-B", str(specgen), "--out", str(out), "--config", config], capture_output=True, text=True
    )
    if result.returncode:
        raise DesignError((result.stderr or result.stdout).strip())
    return pathlib.Path(out) / "rtl"


def read_list(path):
    """The files that a files.f names, one per line; // and # start comments."""
    files = []
    for line in path.read_text().splitlines():
        name = line.split("//")[0].split("#")[0].strip()
        if not name:
            continue
        if not (ROOT / name).is_file():
            raise DesignError(f"{path} names {name}, which does not exist")
        files.append(ROOT / name)
    return files


def files(generated):
    """All files of the design in the order in which they must be read."""
    sources = [generated / name for name in GENERATED_PACKAGES]
    sources += read_list(ROOT / "rtl/pkg/files.f")
    sources += [generated / name for name in GENERATED_MODULES]
    for folder in FOLDERS[1:]:
        sources += read_list(ROOT / "rtl" / folder / "files.f")
    return sources


def configuration(generated):
    """The numbers of heddle_config_pkg: {"Cores": 1, ...}."""
    text = (generated / "heddle_config_pkg.sv").read_text()
    return {name: int(value) for name, value in re.findall(r"localparam int unsigned\s+(\w+)\s*=\s*(\d+);", text)}

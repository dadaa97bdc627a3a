"""The whole specification: reads and checks the YAML files of one folder."""

from dataclasses import dataclass
from pathlib import Path

from . import checks, device, isa, special
from .located_yaml import Mark, load


@dataclass
class Spec:
    instructions: list
    csrs: list
    registers: device.RegisterBlock
    windows: list
    configurations: device.Configurations
    special: dict  # tables of the special functions


def read(folder):
    """Reads the specification in `folder`. Raises SpecError at the first fault."""

    def document(name):
        path = Path(folder) / f"{name}.yaml"
        return load(path), Mark(str(path), 1)

    configurations = device.read_configurations(*document("configurations"))
    spec = Spec(
        instructions=isa.read_instructions(*document("instructions")),
        csrs=isa.read_csrs(*document("csrs")),
        registers=device.read_registers(*document("registers"), configurations),
        windows=device.read_memory_map(*document("memory_map")),
        configurations=configurations,
        special=special.read_special_functions(*document("special_functions")),
    )
    checks.check(spec)
    return spec

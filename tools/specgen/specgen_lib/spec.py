"""The whole specification: reads and checks the YAML files of one folder."""

from dataclasses import dataclass
from pathlib import Path

from . import checks, compressed, device, host_dma, isa, management, special
from .located_yaml import Mark, load


@dataclass
class Spec:
    instructions: list
    csrs: list
    registers: device.RegisterBlock
    host_dma: host_dma.HostDma
    windows: list
    causes: list
    configurations: device.Configurations
    special: dict  # tables of the special functions
    compressed: list
    management: management.Management


def read(folder):
    """Reads the specification in `folder`. Raises SpecError at the first fault."""

    def document(name):
        path = Path(folder) / f"{name}.yaml"
        return load(path), Mark(str(path), 1)

    configurations = device.read_configurations(*document("configurations"))
    instructions = isa.read_instructions(*document("instructions"))
    spec = Spec(
        instructions=instructions,
        csrs=isa.read_csrs(*document("csrs")),
        registers=device.read_registers(*document("registers"), configurations),
        host_dma=host_dma.read_host_dma(*document("host_dma"), configurations),
        windows=device.read_memory_map(*document("memory_map")),
        causes=device.read_causes(*document("causes")),
        configurations=configurations,
        special=special.read_special_functions(*document("special_functions")),
        compressed=compressed.read_compressed(*document("compressed"), instructions),
        management=management.read_management(*document("management"), instructions, configurations),
    )
    checks.check(spec)
    return spec

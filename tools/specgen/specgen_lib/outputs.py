"""Which file comes from which emitter."""

import os

from . import emit_c, emit_compressed, emit_cpp_device, emit_cpp_isa, emit_docs, emit_host_dma, emit_management, emit_special, emit_sv_isa, emit_sv_regs


def generate(spec, config):
    """Returns {path relative to the output folder: text}. Raises SpecError for an impossible `config`."""
    name, values = spec.configurations.parse(config)
    block = spec.registers.block
    dma = spec.host_dma.registers.block
    include = "include/heddle/generated"
    return {
        "rtl/heddle_config_pkg.sv": emit_sv_isa.config_package(spec, config, values),
        "rtl/heddle_isa_pkg.sv": emit_sv_isa.isa_package(spec),
        "rtl/heddle_special_pkg.sv": emit_special.package(spec),
        "rtl/mgmt_spec_pkg.sv": emit_management.package(spec),
        f"rtl/{block}_regs_pkg.sv": emit_sv_regs.package(spec.registers),
        f"rtl/{block}_regs.sv": emit_sv_regs.module(spec.registers),
        f"rtl/{dma}_regs_pkg.sv": emit_host_dma.package(spec),
        f"rtl/{dma}_regs.sv": emit_sv_regs.module(spec.host_dma.registers),
        f"{include}/isa.h": emit_cpp_isa.isa_header(spec),
        f"{include}/csrs.h": emit_cpp_isa.csrs_header(spec),
        f"{include}/registers.h": emit_cpp_device.registers_header(spec),
        f"{include}/host_dma.h": emit_cpp_device.host_dma_header(spec),
        f"{include}/memory_map.h": emit_cpp_device.memory_map_header(spec),
        f"{include}/causes.h": emit_cpp_device.causes_header(spec),
        f"{include}/configuration.h": emit_cpp_device.configuration_header(spec),
        f"{include}/special_functions.h": emit_special.header(spec),
        f"{include}/compressed.h": emit_compressed.header(spec),
        f"{include}/management.h": emit_management.cpp_header(spec),
        "include/heddle/heddle_mgmt.h": emit_management.c_header(spec),
        "include/heddle/heddle_registers.h": emit_c.registers_header(spec),
        "include/heddle/heddle_host_dma.h": emit_c.host_dma_header(spec),
        "include/heddle/heddle_isa.h": emit_c.header(spec),
        "asm/xheddle.inc": emit_c.assembler_macros(spec),
        "reference/instructions.md": emit_docs.instructions(spec),
        "reference/csrs.md": emit_docs.csrs(spec),
        "reference/registers.md": emit_docs.registers(spec),
        "reference/host_dma.md": emit_docs.host_dma(spec),
        "reference/configurations.md": emit_docs.configurations(spec),
        "reference/memory_map.md": emit_docs.memory_map(spec),
        "reference/causes.md": emit_docs.causes(spec),
        "reference/management.md": emit_management.reference(spec),
    }


def write(files, folder):
    """Writes the files; one whose text is the same keeps its time stamp, so that nothing is rebuilt for it."""
    for name, text in files.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # Renamed into place: another build that reads at this moment sees the old or the new text, never a part.
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)

"""host_dma_regs_pkg.sv: the block's registers, and descriptors, causes and sources of messages."""

from . import emit_sv_regs
from .text import align


def package(spec):
    dma = spec.host_dma
    extra = ["  // ---- descriptors: bytes, offsets of words, flags ----"]
    rows = [("localparam", "int unsigned", "DESCRIPTOR_SIZE", f"= {dma.descriptor_bytes};")]
    rows += [("localparam", "int unsigned", f"DESCRIPTOR_{w.name.upper()}", f"= {w.value};") for w in dma.words]
    for f in dma.flags:
        rows += [("localparam", "int unsigned", f"FLAGS_{f.name.upper()}_LSB", f"= {f.low};")]
        rows += [("localparam", "int unsigned", f"FLAGS_{f.name.upper()}_WIDTH", f"= {f.width};")]
    known = sum(f.mask for f in dma.flags)
    rows += [("localparam", "logic [31:0]", "FLAGS_KNOWN", f"= 32'h{known:08x};")]
    extra += [*align(rows), "", "  // ---- status.cause; sources of messages ----"]
    extra += ["  typedef enum logic [3:0] {"]
    extra += [f"    CAUSE_{c.name.upper()} = 4'd{c.value}" + ("," if c is not dma.causes[-1] else "") for c in dma.causes]
    extra += ["  } cause_e;", ""]
    extra += align([("localparam", "int unsigned", f"MESSAGE_{m.name.upper()}", f"= {m.value};") for m in dma.messages])
    return emit_sv_regs.package(dma.registers, [*extra, ""])

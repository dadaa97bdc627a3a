"""The reference manual's tables in Markdown."""

from .isa import LETTERS
from .text import NOTICE, join


def _page(title, intro, lines):
    return join([f"<!-- {NOTICE} -->", f"# {title}", "", intro, "", *lines])


def _cell(text):
    return str(text).replace("|", "\\|")


def _table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows] + [""]


def _encoding(bits):
    """`0000000 rs2 rs1 000 rd 0110011`: runs of one letter become the field's name and width."""
    parts, index = [], 0
    while index < 32:
        end = index
        fixed = bits[index] in "01"
        while end < 32 and ((bits[end] in "01") if fixed else bits[end] == bits[index]):
            end += 1
        # Fixed runs break where fields of the base formats begin.
        for cut in (7, 12, 17, 20, 25):
            if fixed and index < cut < end:
                end = cut
        parts.append(bits[index:end] if fixed else f"{LETTERS[bits[index]]}:{end - index}")
        index = end
    return " ".join(parts)


def instructions(spec):
    lines = []
    for extension in dict.fromkeys(i.extension for i in spec.instructions):
        lines += [f"## {extension}", ""]
        rows = []
        for i in spec.instructions:
            if i.extension == extension:
                rows.append((f"`{i.name}`", i.format, i.klass, f"`{_encoding(i.bits)}`", i.doc))
        lines += _table(("instruction", "format", "class", "encoding, bit 31 first", "effect"), rows)
    intro = (
        "Every instruction a lane executes; any other word is an illegal instruction. In encodings `field:n` is an operand field of "
        "n bits; `ignored` bits may have any value. Semantics of warp-collective instructions: docs/architecture.md, section 4."
    )
    return _page("Instructions", intro, lines)


def csrs(spec):
    rows = []
    for c in sorted(spec.csrs, key=lambda c: c.number):
        value = f"`{c.value:#010x}`" if c.has_value else ""
        rows.append((f"`{c.name}`", f"{c.number:#05x}", c.access, c.kind, value, c.doc))
    intro = "Kinds: constant; lane or warp (stored per lane or warp); identity (set at dispatch); counter; ignored (writes have no effect)."
    return _page("Control and status registers", intro, _table(("CSR", "number", "access", "kind", "reads", ""), rows))


def registers(spec):
    intro = (
        "32-bit registers of BAR0. Bits without a field read 0 and ignore writes; writes to read-only registers are ignored; an offset "
        "that is not listed, and a write to a locked register while `status.busy`, answer SLVERR."
    )
    return _page("Device registers", intro, _register_tables(spec.registers))


def _register_tables(block):
    lines = []
    rows = []
    for r in block.registers:
        last = r.offsets()[-1]
        offset = f"{r.offset:#05x}" + (f" + {r.stride} i, to {last:#05x}" if r.is_array else "")
        name = f"`{r.name}[{r.count}]`" if r.is_array else f"`{r.name}`"
        rows.append((offset, name, r.access, "yes" if r.locked else "", r.doc))
    lines += _table(("offset", "register", "access", "locked while busy", ""), rows)
    for r in block.registers:
        if r.fields:
            lines += [f"## {r.name}", ""]
            lines += _field_table(r.fields)
    return lines


def _field_table(fields):
    rows = []
    for f in sorted(fields, key=lambda f: -f.high):
        bits = str(f.high) if f.width == 1 else f"{f.high}:{f.low}"
        value = "" if f.value is None else (f"{f.value:#x}" if isinstance(f.value, int) else f"`{f.value}`")
        rows.append((bits, f"`{f.name}`", value, "yes" if f.locked else ""))
    return _table(("bits", "field", "constant", "refused while busy"), rows)


def host_dma(spec):
    dma = spec.host_dma
    intro = (
        f"32-bit registers at {dma.base:#x} of BAR0, with `host_dma` = 1; rules as for the [device registers](registers.md), with `status.running` of "
        "this block for `status.busy`. Semantics: [host_port.md](../host_port.md)."
    )
    lines = _register_tables(dma.registers)
    lines += ["## Descriptor", "", f"{dma.descriptor_bytes} bytes.", ""]
    lines += _table(("offset", "word", ""), [(f"{w.value:#04x}", f"`{w.name}`", w.doc) for w in dma.words])
    lines += ["## Causes", ""] + _table(("cause", "name", ""), [(c.value, f"`{c.name}`", c.doc) for c in dma.causes])
    lines += ["## Messages", ""] + _table(("source", "name", "level"), [(m.value, f"`{m.name}`", m.doc) for m in dma.messages])
    return _page("DMA engine, messages, aperture", intro, lines)


def configurations(spec):
    c = spec.configurations
    lines = ["## Parameters", ""]
    rows = []
    for p in c.parameters:
        needs = f"`{p.needs.name}={p.needs.least}`" if p.needs else ""
        rows.append((f"`{p.name}`", f"{p.low}..{p.high}" + (", power of two" if p.pow2 else ""), p.default, needs, p.doc))
    lines += _table(("parameter", "range", "default", "needs", ""), rows)
    lines += ["A parameter that needs another one to have at least that value is 0 where it has not, unless the text names it: then it is an error.", ""]
    if c.constraints:
        lines += ["Conditions: " + "; ".join(f"{k.doc} (`{k.condition}`)" for k in c.constraints) + ".", ""]
    lines += ["## Named configurations", ""]
    rows = [["what for"] + [n.doc for n in c.named]]
    rows += [[f"`{p.name}`"] + [n.values[p.name] for n in c.named] for p in c.parameters]
    lines += _table([""] + [f"`{n.name}`" for n in c.named], rows)
    intro = "A configuration is a name, or a name and overrides: `edge`, `base:cores=1,warps=4,lanes=4`."
    return _page("Configurations", intro, lines)


def causes(spec):
    rows = [(f"`{c.name}`", f"{c.number}", c.doc) for c in spec.causes]
    return _page("Causes", "Causes of traps and faults: values of `mcause` and `fault_cause`.", _table(("cause", "number", ""), rows))


def memory_map(spec):
    rows = [(f"`{w.name}`", f"{w.base:#010x}", f"{w.base + w.size - 1:#010x}", w.doc) for w in sorted(spec.windows, key=lambda w: w.base)]
    return _page("Memory map", "Address windows as a lane sees them.", _table(("window", "first byte", "last byte", ""), rows))

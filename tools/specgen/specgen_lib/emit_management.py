"""The management core: mgmt_spec_pkg.sv, management.h for C++, heddle_mgmt.h for firmware, and the manual's page."""

from . import emit_compressed, emit_docs, emit_sv_isa
from .device import camel
from .text import LINT_OFF, LINT_ON, NOTICE, align, join, wrap_list


def package(spec):
    m = spec.management
    lines = [
        f"// {NOTICE}",
        "// The management core's instructions, CSRs, address map, device registers and interrupt sources.",
        *LINT_OFF,
        "package mgmt_spec_pkg;",
        "",
        "  import heddle_isa_pkg::*;",
        "",
        "  // ---- instructions ----",
        *emit_compressed.sv_function(spec.compressed),
        *[line.replace("decode_op", "mgmt_decode_op") for line in emit_sv_isa._decode(m.instructions(spec.instructions))],
        *_sv_csrs(m.csrs),
        *_sv_windows(m.windows),
    ]
    for device in m.devices:
        lines += _sv_device(device)
    lines += ["  // ---- sources of the interrupt controller ----"]
    lines += align([("localparam", "int unsigned", f"SOURCE_{s.name.upper()}", f"= {s.number};") for s in m.sources])
    existing = sum(1 << s.number for s in m.sources)
    external = sum(1 << s.number for s in m.sources if s.external)
    lines += [
        f"  localparam logic [31:0] SOURCES_EXISTING = 32'h{existing:08x};",
        f"  localparam logic [31:0] SOURCES_EXTERNAL = 32'h{external:08x};  // those that are lines from other folders",
        "",
        "endpackage",
    ]
    return join(lines + LINT_ON)


def _sv_csrs(csrs):
    lines = ["  // ---- CSRs; of an array the first number ----"]
    lines += align([("localparam", "logic [11:0]", f"MCSR_{c.name.upper()}", f"= 12'h{c.number:03x};") for c in csrs])
    lines += ["", "  // Of stored ones: the bits that are stored, and what is stored after a reset. VALUE: bits that always read so."]
    rows = []
    for c in csrs:
        if c.kind == "stored":
            rows.append(("localparam", "logic [31:0]", f"MCSR_{c.name.upper()}_MASK", f"= 32'h{c.mask:08x};"))
            rows.append(("localparam", "logic [31:0]", f"MCSR_{c.name.upper()}_RESET", f"= 32'h{c.reset:08x};"))
        if c.value is not None:
            rows.append(("localparam", "logic [31:0]", f"MCSR_{c.name.upper()}_VALUE", f"= 32'h{c.value:08x};"))
    lines += align(rows)
    lines += ["", "  // Is there a CSR of this number?", "  function automatic logic mcsr_exists(logic [11:0] number);"]
    for c in csrs:
        if c.count > 1:
            lines.append(f"    if (number >= 12'h{c.number:03x} && number <= 12'h{c.number + c.count - 1:03x}) return 1'b1;  // {c.name}")
    single = [f"MCSR_{c.name.upper()}" for c in csrs if c.count == 1]
    lines += ["    unique case (number)", *wrap_list(single, "      "), "        : return 1'b1;", "      default: return 1'b0;", "    endcase"]
    return lines + ["  endfunction", ""]


def _sv_windows(windows):
    lines = ["  // ---- address windows ----"]
    rows = []
    for w in windows:
        rows.append(("localparam", "logic [31:0]", f"MGMT_{w.name.upper()}_BASE", f"= 32'h{w.base:08x};"))
        rows.append(("localparam", "logic [31:0]", f"MGMT_{w.name.upper()}_SIZE", f"= 32'h{w.size & 0xFFFFFFFF:08x};"))
    lines += align(rows) + [""]
    names = ["WINDOW_NONE"] + [f"WINDOW_{w.name.upper()}" for w in windows]
    lines += emit_sv_isa._enum("mgmt_window_e", names)
    lines += ["  // The window that has the address.", "  function automatic mgmt_window_e mgmt_window(logic [31:0] address);"]
    for w in windows:
        low = w.size.bit_length() - 1
        if low >= 31:
            test = f"address[31] == 1'b{w.base >> 31}"
        else:
            test = f"address[31:{low}] == {32 - low}'h{w.base >> low:x}"
        lines.append(f"    if ({test}) return WINDOW_{w.name.upper()};")
    lines += ["    return WINDOW_NONE;", "  endfunction", ""]
    for who in ("hart", "host"):
        for letter, verb in (("r", "reads"), ("w", "writes"), ("x", "fetches")):
            if who == "host" and letter == "x":
                continue
            chosen = [f"WINDOW_{w.name.upper()}" for w in windows if letter in getattr(w, who)]
            lines += _sv_member(f"window_{who}_{verb}", f"May the {who} do that there?", chosen)
    lines += _sv_member("window_external", "Is it another folder's?", [f"WINDOW_{w.name.upper()}" for w in windows if w.external])
    return lines


def _sv_member(name, doc, chosen):
    return [
        f"  // {doc}",
        f"  function automatic logic {name}(mgmt_window_e window);",
        "    unique case (window)",
        *wrap_list(chosen, "      "),
        "        : return 1'b1;",
        "      default: return 1'b0;",
        "    endcase",
        "  endfunction",
        "",
    ]


def _sv_device(device):
    lines = [f"  // ---- registers of {device.name} ----"]
    rows = []
    for r in device.registers:
        stem = f"{device.name.upper()}_{r.name.upper()}"
        rows.append(("localparam", "logic [11:0]", f"MGMT_{stem}", f"= 12'h{r.offset:03x};"))
        if r.count > 1:
            rows.append(("localparam", "int unsigned", f"MGMT_{stem}_COUNT", f"= {r.count};"))
        if r.reset:
            rows.append(("localparam", "logic [31:0]", f"MGMT_{stem}_RESET", f"= 32'h{r.reset:08x};"))
        if r.value is not None:
            number = f"32'({camel(r.value)})" if isinstance(r.value, str) else f"32'h{r.value:08x}"
            prefix = "heddle_config_pkg::" if isinstance(r.value, str) else ""
            number = number.replace("32'(", f"32'({prefix}")
            rows.append(("localparam", "logic [31:0]", f"MGMT_{stem}_VALUE", f"= {number};"))
        for f in r.fields:
            rows.append(("localparam", "int unsigned", f"MGMT_{stem}_{f.name.upper()}_LSB", f"= {f.low};"))
    lines += align(rows)
    hosted = any(r.host for r in device.registers)
    lines += [
        "",
        f"  // May a word be {'read (write = 0) or written there by the hart or the host' if hosted else 'read (write = 0) or written there'}?",
        f"  function automatic logic mgmt_{device.name}_allows(logic [11:0] offset, logic write{', logic host' if hosted else ''});",
    ]
    who_rights = (("hart", "!host && "), ("host", "host && ")) if hosted else (("hart", ""),)
    for who, test in who_rights:
        for letter, write in (("r", "!write"), ("w", "write")):
            terms = []
            for r in device.registers:
                if letter not in getattr(r, who):
                    continue
                if r.count > 1:
                    last = r.offset + (r.count - 1) * r.stride
                    terms.append(f"(offset >= 12'h{r.offset:03x} && offset <= 12'h{last:03x} && offset[1:0] == '0)")
                else:
                    terms.append(f"offset == 12'h{r.offset:03x}")
            if terms:
                body = [f"    if ({test}{write}) begin", "      return " + terms[0]]
                body += [f"        || {term}" for term in terms[1:]]
                lines += body[:-1] + [body[-1] + ";", "    end"]
    return lines + ["    return 1'b0;", "  endfunction", ""]


# ---- C and assembly ----------------------------------------------------------------------------------------------------


def c_header(spec):
    m = spec.management
    lines = [
        f"/* {NOTICE} */",
        "/* Address map, device registers, interrupt sources, boot and image header of the management core, for C and preprocessed",
        "   assembly. Semantics: docs/management.md. */",
        "#pragma once",
        "",
        "/* Windows: first byte and span in bytes. */",
    ]
    rows = []
    for w in m.windows:
        rows.append(("#define", f"HEDDLE_MGMT_{w.name.upper()}_BASE", f"{w.base:#010x}"))
        rows.append(("#define", f"HEDDLE_MGMT_{w.name.upper()}_SIZE", f"{w.size:#010x}"))
    lines += align(rows, "")
    for device in m.devices:
        base = next(w.base for w in m.windows if w.device == device.name)
        lines += ["", f"/* Registers of {device.name}: addresses, and masks of their fields. */"]
        rows = []
        for r in device.registers:
            stem = f"HEDDLE_MGMT_{device.name.upper()}_{r.name.upper()}"
            rows.append(("#define", stem, f"{base + r.offset:#010x}"))
            if r.count > 1:
                rows.append(("#define", f"{stem}_COUNT", f"{r.count}"))
            if isinstance(r.value, int):
                rows.append(("#define", f"{stem}_VALUE", f"{r.value:#010x}"))
            rows += [("#define", f"{stem}_{f.name.upper()}", f"{f.mask:#x}") for f in r.fields]
        lines += align(rows, "")
    lines += ["", "/* Sources of the interrupt controller. */"]
    lines += align([("#define", f"HEDDLE_MGMT_SOURCE_{s.name.upper()}", f"{s.number}") for s in m.sources], "")
    lines += ["", "/* Values of boot_status. */"]
    lines += align([("#define", f"HEDDLE_MGMT_BOOT_{s.name.upper()}", f"{s.number:#04x}") for s in m.statuses], "")
    lines += ["", "/* Header of a firmware image: offsets of its words. */"]
    rows = [("#define", f"HEDDLE_MGMT_IMAGE_{f.name.upper()}", f"{f.number:#04x}") for f in m.header.fields]
    rows += [
        ("#define", "HEDDLE_MGMT_IMAGE_HEADER_BYTES", f"{m.header.size}"),
        ("#define", "HEDDLE_MGMT_IMAGE_MAGIC_VALUE", f"{m.header.magic:#010x}"),
        ("#define", "HEDDLE_MGMT_IMAGE_HEADER_VERSION_VALUE", f"{m.header.version}"),
        ("#define", "HEDDLE_MGMT_IMAGE_INTERFACE_VALUE", f"{m.header.interface:#010x}"),
    ]
    return join(lines + align(rows, ""))


# ---- C++ ---------------------------------------------------------------------------------------------------------------


def cpp_header(spec):
    m = spec.management
    executed = [f"isa::Op::{i.camel}" for i in m.instructions(spec.instructions)]
    lines = [
        f"// {NOTICE}",
        "// The management core: operations, CSRs, address map, device registers, interrupt sources, boot. Semantics: docs/management.md.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <cstdint>",
        "#include <string_view>",
        "",
        '#include "heddle/generated/isa.h"',
        "",
        "namespace heddle::mgmt {",
        "",
        "// Does the management hart execute it?",
        "inline constexpr bool executes(isa::Op op) {",
        "  switch (op) {",
        *[f"    case {op}:" for op in executed],
        "      return true;",
        "    default:",
        "      return false;",
        "  }",
        "}",
        "",
        "enum class CsrKind : uint8_t { Constant, Ignored, Stored, Counter, Pending };",
        "",
        "struct CsrInfo {",
        "  const char* name;",
        "  uint32_t number;  // of the first one",
        "  uint32_t count;   // of consecutive numbers",
        "  bool writable;    // by its number; a write may have no effect",
        "  CsrKind kind;",
        "  uint32_t value;   // bits that always read so",
        "  uint32_t mask;    // Stored: bits that are stored",
        "  uint32_t reset;",
        "};",
        "",
        "inline constexpr CsrInfo kCsrs[] = {",
    ]
    for c in m.csrs:
        writable = "true" if c.access == "rw" else "false"
        lines.append(
            f'    {{"{c.name}", {c.number:#05x}, {c.count}, {writable}, CsrKind::{c.kind.capitalize()}, '
            f"{c.value or 0:#x}, {c.mask or 0:#x}, {c.reset:#x}}},"
        )
    lines += [
        "};",
        "",
        "// Numbers of the CSRs, for switches.",
        "namespace csr {",
        *align([("inline constexpr uint32_t", f"k{c.camel}", f"= {c.number:#05x};") for c in m.csrs], ""),
        "}  // namespace csr",
        "",
        "// The CSR of that number; nullptr where there is none.",
        "inline constexpr const CsrInfo* find_csr(uint32_t number) {",
        "  for (const CsrInfo& info : kCsrs) {",
        "    if (number - info.number < info.count) return &info;",
        "  }",
        "  return nullptr;",
        "}",
        "",
        "struct Rights {",
        "  bool read;",
        "  bool write;",
        "  bool execute;",
        "};",
        "",
        "struct Window {",
        "  const char* name;",
        "  uint32_t base;",
        "  uint32_t last;  // last byte",
        "  Rights hart;",
        "  Rights host;",
        "  bool external;",
        "};",
        "",
        "inline constexpr Window kWindows[] = {",
    ]
    for w in m.windows:
        rights = ", ".join("{" + ", ".join("true" if letter in text else "false" for letter in "rwx") + "}" for text in (w.hart, w.host))
        lines.append(f'    {{"{w.name}", {w.base:#010x}, {w.base + w.size - 1:#010x}, {rights}, {"true" if w.external else "false"}}},')
    lines += ["};", "", "// First byte of each window."]
    lines += align([("inline constexpr uint32_t", f"k{camel(w.name)}Base", f"= {w.base:#010x};") for w in m.windows], "")
    lines += [
        "",
        "// The window that has the address; nullptr where there is none.",
        "inline constexpr const Window* find_window(uint32_t address) {",
        "  for (const Window& window : kWindows) {",
        "    if (address >= window.base && address <= window.last) return &window;",
        "  }",
        "  return nullptr;",
        "}",
        "",
        "enum class WriteKind : uint8_t { Store, Set, Clear, Command };",
        "",
        "struct RegisterInfo {",
        "  const char* name;",
        "  uint32_t address;  // of the first entry",
        "  uint32_t count;",
        "  uint32_t stride;",
        "  uint32_t mask;     // bits that exist",
        "  uint32_t reset;    // or what it always reads, where nobody writes it and its configuration parameter is none",
        "  Rights hart;",
        "  Rights host;",
        "  WriteKind hart_write;",
        "  WriteKind host_write;",
        "};",
        "",
        "inline constexpr RegisterInfo kRegisters[] = {",
    ]
    for device in m.devices:
        base = next(w.base for w in m.windows if w.device == device.name)
        for r in device.registers:
            rights = ", ".join("{" + ", ".join("true" if letter in text else "false" for letter in "rwx") + "}" for text in (r.hart, r.host))
            reset = r.value if isinstance(r.value, int) else r.reset
            lines.append(
                f'    {{"{device.name}.{r.name}", {base + r.offset:#010x}, {r.count}, {r.stride}, {r.mask:#010x}, {reset:#x}, {rights}, '
                f"WriteKind::{r.hart_write.capitalize()}, WriteKind::{r.host_write.capitalize()}}},"
            )
    lines += [
        "};",
        "",
        "// The register that has an entry at this address; nullptr where there is none.",
        "inline constexpr const RegisterInfo* find_register(uint32_t address) {",
        "  for (const RegisterInfo& info : kRegisters) {",
        "    const uint32_t distance = address - info.address;",
        "    if (address >= info.address && distance % info.stride == 0 && distance / info.stride < info.count) return &info;",
        "  }",
        "  return nullptr;",
        "}",
        "",
        "// Addresses of the registers, and masks of their fields.",
    ]
    for device in m.devices:
        base = next(w.base for w in m.windows if w.device == device.name)
        lines.append(f"namespace {device.name} {{")
        rows = []
        for r in device.registers:
            rows.append(("inline constexpr uint32_t", f"k{camel(r.name)}", f"= {base + r.offset:#010x};"))
            rows += [("inline constexpr uint32_t", f"k{camel(r.name)}{camel(f.name)}", f"= {f.mask:#x};") for f in r.fields]
        lines += [*align(rows, ""), f"}}  // namespace {device.name}", ""]
    lines += ["// Sources of the interrupt controller.", "namespace source {"]
    lines += align([("inline constexpr unsigned", f"k{camel(s.name)}", f"= {s.number};") for s in m.sources], "")
    lines += ["}  // namespace source", f"inline constexpr uint32_t kSources = {sum(1 << s.number for s in m.sources):#010x};  // those that exist", ""]
    lines += ["// Values of boot_status.", "enum class BootStatus : uint8_t {"]
    lines += [f"  {camel(s.name)} = {s.number:#04x},  // {s.doc}" for s in m.statuses]
    lines += ["};", "", "// Header of a firmware image: byte offsets of its words.", "namespace image {"]
    rows = [("inline constexpr uint32_t", f"k{camel(f.name)}", f"= {f.number:#04x};") for f in m.header.fields]
    rows += [
        ("inline constexpr uint32_t", "kHeaderBytes", f"= {m.header.size};"),
        ("inline constexpr uint32_t", "kMagicValue", f"= {m.header.magic:#010x};"),
        ("inline constexpr uint32_t", "kHeaderVersionValue", f"= {m.header.version};"),
        ("inline constexpr uint32_t", "kInterfaceValue", f"= {m.header.interface:#010x};"),
    ]
    lines += [*align(rows, ""), "}  // namespace image", "", "}  // namespace heddle::mgmt"]
    return join(lines)


# ---- manual ------------------------------------------------------------------------------------------------------------


def reference(spec):
    m = spec.management
    table = emit_docs._table
    lines = ["## 16-bit instructions", ""]
    lines += table(("instruction", "encoding, bit 15 first", "stands for", "effect"), emit_compressed.reference_rows(spec))
    lines += ["## Control and status registers", ""]
    rows = []
    for c in sorted(m.csrs, key=lambda c: c.number):
        number = f"{c.number:#05x}" + (f" to {c.number + c.count - 1:#05x}" if c.count > 1 else "")
        rows.append(
            (f"`{c.name}`", number, c.access, c.kind, "" if c.value is None else f"`{c.value:#010x}`",
             "" if c.mask is None else f"`{c.mask:#010x}`", c.doc)
        )  # fmt: skip
    lines += table(("CSR", "number", "access", "kind", "always reads", "stored", ""), rows)
    lines += ["## Address windows", ""]
    rows = [(f"`{w.name}`", f"{w.base:#010x}", f"{w.base + w.size - 1:#010x}", w.hart, w.host, w.doc) for w in m.windows]
    lines += table(("window", "first byte", "last byte", "hart", "host", ""), rows)
    for device in m.devices:
        base = next(w.base for w in m.windows if w.device == device.name)
        lines += [f"## {device.name}", ""]
        rows = []
        for r in device.registers:
            address = f"{base + r.offset:#010x}" + (f" + {r.stride} i" if r.count > 1 else "")
            kinds = {r.hart_write} if not r.host else {r.hart_write, r.host_write}
            write = "" if kinds == {"store"} else (r.hart_write if len(kinds) == 1 else f"hart {r.hart_write}, host {r.host_write}")
            reads = "" if r.value is None else (f"{r.value:#010x}" if isinstance(r.value, int) else f"`{r.value}`")
            fields = ", ".join(f"`{f.name}` {f.high if f.high == f.low else f'{f.high}:{f.low}'}" for f in r.fields)
            name = f"`{r.name}`" + (f"[{r.count}]" if r.count > 1 else "")
            rows.append((address, name, r.hart, r.host, write, reads or (f"{r.reset:#x}" if r.reset else ""), fields, r.doc))
        lines += table(("address", "register", "hart", "host", "write", "constant or reset", "fields", ""), rows)
    lines += ["## Interrupt sources", ""]
    lines += table(("number", "source", "line of another folder", ""), [(s.number, f"`{s.name}`", "yes" if s.external else "", s.doc) for s in m.sources])
    lines += ["## boot_status", ""]
    lines += table(("value", "name", ""), [(f"{s.number:#04x}", f"`{s.name}`", s.doc) for s in m.statuses])
    lines += ["## Image header", "", f"{m.header.size} bytes; words that are not listed are 0.", ""]
    lines += table(("offset", "word", ""), [(f"{f.number:#04x}", f"`{f.name}`", f.doc) for f in m.header.fields])
    intro = "What the management core's hart executes and what it can reach. Semantics: [management.md](../management.md)."
    return emit_docs._page("Management core", intro, lines)

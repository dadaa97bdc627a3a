"""registers.h, memory_map.h, causes.h and configuration.h."""

from .device import camel
from .text import NOTICE, align, join


def registers_header(spec):
    return join([
        f"// {NOTICE}",
        "// The device registers (BAR0): offsets, fields, and a table of them. Semantics: docs/spec/registers.yaml.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <cstdint>",
        "",
        "namespace heddle::regs {",
        "",
        *_FIELD_AND_INFO,
        *_registers(spec.registers),
        "}  // namespace heddle::regs",
    ])  # fmt: skip


def host_dma_header(spec):
    dma = spec.host_dma
    lines = [
        f"// {NOTICE}",
        "// The registers of the DMA engine, the messages and the aperture; descriptors, causes, sources of messages. Offsets are those in",
        "// the block, which is at kBase of BAR0. Semantics: docs/host_port.md.",
        "#pragma once",
        "",
        '#include "heddle/generated/registers.h"',
        "",
        "namespace heddle::host_dma {",
        "",
        "using regs::Access;",
        "using regs::Field;",
        "using regs::RegisterInfo;",
        "",
        f"inline constexpr uint32_t kBase = {dma.base:#06x};",
        "",
        *_registers(dma.registers),
        f"// A descriptor has {dma.descriptor_bytes} bytes, little-endian words at these offsets.",
        "namespace descriptor {",
        f"inline constexpr uint32_t kSize = {dma.descriptor_bytes};",
        *align([("inline constexpr uint32_t", f"k{camel(w.name)}", f"= {w.value:#04x};") for w in dma.words], ""),
        "}  // namespace descriptor",
        "// Fields of its word `flags`.",
        "namespace flags {",
        *align([("inline constexpr Field", f"k{camel(f.name)}{{{f.low}, {f.width}}};") for f in dma.flags], ""),
        "}  // namespace flags",
        "",
        "// status.cause.",
        "enum class Cause : uint8_t {",
        *[f"  {camel(c.name)} = {c.value},  // {c.doc}" for c in dma.causes],
        "};",
        "",
        "// Sources of messages.",
        "enum class Message : uint8_t {",
        *[f"  {camel(m.name)} = {m.value},  // {m.doc}" for m in dma.messages],
        "};",
        "",
        "}  // namespace heddle::host_dma",
    ]  # fmt: skip
    return join(lines)


_FIELD_AND_INFO = [
    "// A bit field of a register.",
    "struct Field {",
    "  unsigned lsb;",
    "  unsigned width;",
    "  constexpr uint32_t mask() const { return (width == 32 ? ~0u : (1u << width) - 1) << lsb; }",
    "  constexpr uint32_t get(uint32_t word) const { return (word & mask()) >> lsb; }",
    "  constexpr uint32_t set(uint32_t value) const { return (value << lsb) & mask(); }",
    "};",
    "",
    "enum class Access : uint8_t { ReadOnly, ReadWrite, WriteOnly };",
    "",
    "struct RegisterInfo {",
    "  const char* name;",
    "  uint32_t offset;       // of the first entry",
    "  uint32_t count;        // entries; 1 where it is no array",
    "  uint32_t stride;       // bytes between entries",
    "  uint32_t mask;         // bits that exist",
    "  uint32_t locked_mask;  // a write that touches one of these (for ReadWrite: any write) is refused while busy",
    "  uint32_t reset;",
    "  Access access;",
    "};",
    "",
]


def _registers(block):
    lines = [
        "// Byte offsets; arrays also have the number of entries and their distance in bytes.",
    ]
    rows = []
    for r in block.registers:
        rows.append(("inline constexpr uint32_t", f"k{camel(r.name)}", f"= {r.offset:#05x};"))
        if r.is_array:
            rows.append(("inline constexpr uint32_t", f"k{camel(r.name)}Count", f"= {r.count};"))
            rows.append(("inline constexpr uint32_t", f"k{camel(r.name)}Stride", f"= {r.stride};"))
        if r.constant is not None:
            rows.append(("inline constexpr uint32_t", f"k{camel(r.name)}Value", f"= {r.constant:#010x};"))
    lines += align(rows, "")
    for r in block.registers:
        if r.fields:
            lines += ["", f"namespace {r.name} {{"]
            lines += align([("inline constexpr Field", f"k{camel(f.name)}{{{f.low}, {f.width}}};") for f in r.fields], "")
            values = [f for f in r.fields if isinstance(f.value, int)]
            lines += align([("inline constexpr uint32_t", f"k{camel(f.name)}Value", f"= {f.value};") for f in values], "")
            lines += [f"}}  // namespace {r.name}"]
    lines += [
        "",
        f"inline constexpr size_t kRegisterCount = {len(block.registers)};",
        "",
        "inline constexpr RegisterInfo kRegisters[kRegisterCount] = {",
    ]
    access = {"ro": "ReadOnly", "rw": "ReadWrite", "wo": "WriteOnly"}
    for r in block.registers:
        locked = 0xFFFF_FFFF if r.locked else sum(f.mask for f in r.fields if f.locked)
        lines.append(
            f'    {{"{r.name}", {r.offset:#05x}, {r.count}, {r.stride}, {r.mask:#010x}, {locked:#010x}, {r.reset:#x}, Access::{access[r.access]}}},'
        )
    lines += [
        "};",
        "",
        "// The register that has an entry at this offset; nullptr where there is none (or the offset is not word aligned).",
        "inline constexpr const RegisterInfo* find_register(uint32_t offset) {",
        "  for (const RegisterInfo& info : kRegisters) {",
        "    if (offset < info.offset) continue;",
        "    const uint32_t distance = offset - info.offset;",
        "    if (distance % info.stride == 0 && distance / info.stride < info.count) return &info;",
        "  }",
        "  return nullptr;",
        "}",
        "",
    ]
    return lines


def memory_map_header(spec):
    lines = [
        f"// {NOTICE}",
        "// Address windows of a lane. Semantics: docs/architecture.md, section 5.",
        "#pragma once",
        "",
        "#include <cstdint>",
        "",
        "namespace heddle::memory_map {",
        "",
        "// First byte and span in bytes.",
    ]
    rows = []
    for w in spec.windows:
        rows.append(("inline constexpr uint32_t", f"k{camel(w.name)}Base", f"= {w.base:#010x};"))
        rows.append(("inline constexpr uint32_t", f"k{camel(w.name)}Size", f"= {w.size:#010x};"))
    lines += align(rows, "")
    for w in spec.windows:
        lines += [
            "",
            f"inline constexpr bool in_{w.name}(uint32_t address) {{",
            f"  return address - k{camel(w.name)}Base < k{camel(w.name)}Size;",
            "}",
        ]
    return join(lines + ["", "}  // namespace heddle::memory_map"])


def causes_header(spec):
    lines = [
        f"// {NOTICE}",
        "// Causes of traps and faults. Semantics: docs/architecture.md, section 7.",
        "#pragma once",
        "",
        "#include <cstdint>",
        "",
        "namespace heddle {",
        "",
        "enum class Cause : uint8_t {",
    ]
    lines += [f"  k{camel(c.name)} = {c.number},  // {c.doc}" for c in spec.causes]
    return join(lines + ["};", "", "}  // namespace heddle"])


_PARSE = """\
inline Configuration Configuration::named(std::string_view name) {
  for (const Configuration& candidate : all()) {
    if (candidate.name == name) return candidate;
  }
  std::string known;
  for (const Configuration& candidate : all()) known += (known.empty() ? "" : ", ") + candidate.name;
  throw ConfigurationError("unknown configuration '" + std::string(name) + "' (known: " + known + ")");
}

inline Configuration Configuration::parse(std::string_view spec) {
  const size_t colon = spec.find(':');
  Configuration result = named(spec.substr(0, colon));
  const std::string prefix = "configuration '" + std::string(spec) + "': ";
  std::string_view rest = colon == std::string_view::npos ? std::string_view() : spec.substr(colon + 1);
  bool seen[kParameterCount] = {};
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (item.empty()) continue;
    const size_t equals = item.find('=');
    const std::string_view key = item.substr(0, equals);
    size_t index = 0;
    while (index < kParameterCount && key != kParameters[index].name) ++index;
    if (index == kParameterCount) {
      std::string known;
      for (const ParameterInfo& parameter : kParameters) known += (known.empty() ? "" : ", ") + std::string(parameter.name);
      throw ConfigurationError(prefix + "unknown key '" + std::string(key) + "' (known: " + known + ")");
    }
    const std::string_view text = equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1);
    // At most nine digits, so that the value fits; a longer one is out of every range anyway.
    if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string_view::npos) {
      throw ConfigurationError(prefix + "'" + std::string(item) + "' is not key=number");
    }
    if (seen[index]) throw ConfigurationError(prefix + "'" + std::string(key) + "' is given twice");
    seen[index] = true;
    unsigned value = 0;
    for (const char digit : text) value = value * 10 + static_cast<unsigned>(digit - '0');
    result.*kParameters[index].member = value;
  }
  for (size_t i = 0; i < kParameterCount; ++i) {  // in order: what one needs stands before it
    if (!seen[i] && result.implied(kParameters[i])) result.*kParameters[i].member = 0;
  }
  const std::string problem = result.problem();
  if (!problem.empty()) throw ConfigurationError(prefix + problem);
  return result;
}

inline bool Configuration::implied(const ParameterInfo& parameter) const {
  return parameter.least > 0 && this->*kParameters[parameter.needs].member < parameter.least;
}

inline std::string Configuration::problem() const {
  for (const ParameterInfo& parameter : kParameters) {
    const unsigned value = this->*parameter.member;
    const std::string text = std::string(parameter.name) + " is " + std::to_string(value);
    if (value < parameter.min || value > parameter.max) {
      return text + ", outside " + std::to_string(parameter.min) + ".." + std::to_string(parameter.max);
    }
    if (parameter.power_of_two && (value & (value - 1)) != 0) return text + ", not a power of two";
    if (value != 0 && implied(parameter)) {
      const ParameterInfo& needs = kParameters[parameter.needs];
      return std::string(parameter.name) + " needs " + needs.name + "=" + std::to_string(parameter.least) + " or more, which is " +
             std::to_string(this->*needs.member);
    }
  }
@CONSTRAINTS@
  return {};
}

inline std::string Configuration::canonical() const {
  const Configuration base = named(name);
  std::string result = name;
  for (const ParameterInfo& parameter : kParameters) {
    if (this->*parameter.member == base.*parameter.member || implied(parameter)) continue;
    result += result.size() == name.size() ? ':' : ',';
    result += parameter.name;
    result += '=' + std::to_string(this->*parameter.member);
  }
  return result;
}
"""


def configuration_header(spec):
    configurations = spec.configurations
    first = configurations.named[0]
    lines = [
        f"// {NOTICE}",
        "// Configurations: the shape of a device, by name and with overrides.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <stdexcept>",
        "#include <string>",
        "#include <string_view>",
        "#include <vector>",
        "",
        "namespace heddle {",
        "",
        "// An unknown configuration or key, or a value that is not allowed; what() says which.",
        "class ConfigurationError : public std::runtime_error {",
        " public:",
        "  using std::runtime_error::runtime_error;",
        "};",
        "",
        "struct ParameterInfo;",
        "",
        "struct Configuration {",
        f'  std::string name = "{first.name}";',
    ]
    for p in configurations.parameters:
        lines.append(f"  unsigned {p.name} = {first.values[p.name]};  // {p.doc}")
    lines += [
        "",
        '  // "NAME" or "NAME:key=value,...". Throws ConfigurationError.',
        "  static Configuration parse(std::string_view spec);",
        "  // The configuration of that name, without overrides. Throws ConfigurationError.",
        "  static Configuration named(std::string_view name);",
        "  // All named configurations.",
        "  static const std::vector<Configuration>& all();",
        "  // The shortest text that parse() turns into this configuration; parameters in the order of the table.",
        "  std::string canonical() const;",
        "  // Why the values are not allowed; empty where they are.",
        "  std::string problem() const;",
        "  // Is it 0 because what it needs is not there?",
        "  bool implied(const ParameterInfo& parameter) const;",
        "",
        "  bool operator==(const Configuration&) const = default;",
        "};",
        "",
        "struct ParameterInfo {",
        "  const char* name;",
        "  unsigned Configuration::*member;",
        "  unsigned min;",
        "  unsigned max;",
        "  bool power_of_two;",
        "  unsigned needs;  // index of another parameter, which has to be `least` or more; a `least` of 0: none",
        "  unsigned least;",
        "  const char* doc;",
        "};",
        "",
        f"inline constexpr size_t kParameterCount = {len(configurations.parameters)};",
        "",
        "inline constexpr ParameterInfo kParameters[kParameterCount] = {",
    ]
    for p in configurations.parameters:
        needs = f"{configurations.parameters.index(configurations.parameter(p.needs.name))}, {p.needs.least}" if p.needs else "0, 0"
        doc = p.doc.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(
            f'    {{"{p.name}", &Configuration::{p.name}, {p.low}, {p.high}, {"true" if p.pow2 else "false"}, {needs}, "{doc}"}},'
        )
    lines += [
        "};",
        "",
        "inline const std::vector<Configuration>& Configuration::all() {",
        "  static const std::vector<Configuration> configurations = {",
    ]
    for c in configurations.named:
        values = ", ".join(str(c.values[p.name]) for p in configurations.parameters)
        lines.append(f'      {{"{c.name}", {values}}},')
    lines += ["  };", "  return configurations;", "}", ""]
    tests = []
    for c in configurations.constraints:
        tests += [f"  if (!({c.condition})) {{", f'    return "{c.doc} ({c.condition})";', "  }"]
    lines += _PARSE.replace("@CONSTRAINTS@\n", "".join(t + "\n" for t in tests)).rstrip("\n").split("\n")
    return join(lines + ["", "}  // namespace heddle"])

"""Mutants of one module: a netlist with all of them, of which an input chooses, in the place of the module's source."""

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/synth"))

import design

SELECT_BITS = 16
PACKAGE = """// The mutant that this simulation is of: HEDDLE_MUTANT, 0 for none.
package mutant_pkg;
  import "DPI-C" function int unsigned heddle_mutant();
  int unsigned Mutant = heddle_mutant();
endpackage
"""


class NetlistError(Exception):
    """A module cannot be mutated; the text says why."""


@dataclass(frozen=True)
class Mutant:
    number: int  # that the environment gives
    module: str
    change: str  # what Yosys does, where
    source: str  # file:line


def modules():
    """{module: path} of what can be mutated: what the die is made of and has one shape, but for what the monitors look into."""
    texts, paths = {}, {}
    for folder in design.FOLDERS:
        for path in design.read_list(ROOT / "rtl" / folder / "files.f"):
            if name := re.search(r"^module\s+(\w+)", path.read_text(), re.M):
                texts[name[1]], paths[name[1]] = path.read_text(), path
    reached, waiting = set(), [design.TOP]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += [other for other in texts if re.search(rf"^\s*{other}\s+(?:#\s*\(|u_\w+)", texts[module], re.M)]
    monitored = set(re.findall(r"^bind (\w+)", (ROOT / "verif/harness/rtl/tb_top.sv").read_text(), re.M))
    shaped = {module for module in reached if re.search(r"^\s*parameter ", texts[module], re.M)}
    return {module: paths[module] for module in paths if module in reached - monitored - shaped - {design.TOP}}


def header(path):
    """The text of the module up to the end of its ports."""
    text = path.read_text()
    start = text.index("module ")
    return text[start : text.index("\n);", start) + 3]


def wrapper(path, module, ports):
    """The module as its users know it, around the netlist, whose ports are plain vectors."""
    head = header(path)
    lines, connections = [], []
    for port in ports:
        if port == "mutsel":
            connections.append(f".mutsel({SELECT_BITS}'(mutant_pkg::Mutant))")
            continue
        declaration = re.search(rf"\b(input|output)\b[^,;]*?\b{port}\s*(\[[^,\n]*\])?\s*(?:,|\n|//)", head)
        if not declaration:
            raise NetlistError(f"{path.name}: no declaration of port {port}")
        if not declaration[2]:
            connections.append(f".{port}({port})")
            continue
        # An unpacked array: element 0 is the lowest part of the vector.
        vector, bits = f"flat_{port}", f"$bits({port}[0])"
        part = f"{vector}[i*{bits} +: {bits}]"
        assign = f"{part} = {port}[i]" if declaration[1] == "input" else f"{port}[i] = {part}"
        lines.append(f"  logic [$bits({port})-1:0] {vector};")
        lines.append(f"  for (genvar i = 0; i < $size({port}); i++) begin : gen_{port} assign {assign}; end")
        connections.append(f".{port}({vector})")
    return "\n".join([head, *lines, f"  {module}_mutated u_mutated ({', '.join(connections)});", "endmodule", ""])


def mutate(yosys, work, generated, module, count, seed, first):
    """Writes the netlist with `count` mutants, numbered from `first`, into `work`/mutated/; returns them."""
    path = modules()[module]
    folder = work / f"{module}.yosys"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = design.files(generated)
    for source in sources:
        shutil.copy(source, folder / source.name)
    commands = [
        f"read_slang --threads 1 --top {module} {' '.join(source.name for source in sources)}",
        f"hierarchy -check -top {module}",
        "opt_clean",
        f"mutate -list {count} -seed {seed} -ctrl mutsel {SELECT_BITS} {first} -o list.ys a:src=*{path.name}:*",
        "script list.ys",
        "opt_clean",
        # Bits apart that have drivers of their own: loops that are none would cost simulation time.
        "splitnets -driver",
        f"rename {module} {module}_mutated",
        f"write_verilog -noattr {module}_netlist.v",
    ]
    yosys.run(folder, commands, "mutate.log")
    found = []
    for line in (folder / "list.ys").read_text().splitlines():
        match = re.match(rf"mutate -ctrl mutsel {SELECT_BITS} (\d+) (?:-mode (\S+)) .*?(-cell .*)", line)
        if not match:
            continue
        source = re.findall(r"-src (\S+?\.sv:\d+)", line)
        source = next((s for s in source if s.startswith(path.name)), source[0] if source else path.name)
        change = f"{match[2]} {re.sub(r' -src .*', '', match[3])}"
        found.append(Mutant(int(match[1]), module, change, source))
    if not found:
        raise NetlistError(f"{module}: nothing to mutate")
    netlist = (folder / f"{module}_netlist.v").read_text()
    ports = re.search(rf"module {module}_mutated\s*\((.*?)\);", netlist, re.S)
    names = [name.strip() for name in ports[1].split(",")]
    out = work / "mutated"
    out.mkdir(exist_ok=True)
    (out / path.name).write_text(netlist + "\n" + wrapper(path, module, names))
    (out / "mutant_pkg.sv").write_text(PACKAGE)
    return found

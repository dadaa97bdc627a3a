"""Mutants of a part of the device: a netlist with all of them, of which an input chooses, in the place of the part's source."""

import hashlib
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/synth"))

import design
import merge

SELECT_BITS = 16
PACKAGE = """// The mutant that this simulation is of: HEDDLE_MUTANT, 0 for none.
package mutant_pkg;
  import "DPI-C" function int unsigned heddle_mutant();
  import "DPI-C" function bit heddle_mutant_watch();
  import "DPI-C" function void heddle_mutant_touched(input int unsigned number);
  int unsigned Mutant = heddle_mutant();
  // Without a mutant: report those that would make a difference.
  bit Watch = heddle_mutant_watch();
endpackage
"""
# The module has parameters, but a device (with one issue port) has one shape of it.
WITH_DEFAULTS = ("execute", "mgmt_ram", "launch_port", "dispatcher", "launch_gate", "scratch_lines")
# Monitors look into them on a device: their netlists stand for them in unit benches alone (--no-programs).
FOR_BENCHES = ("host_port", "mgmt_device", "launch_control", "async_engines")
# A device has them in several shapes, or in another: parts in that of their defaults but for what is said here, for benches that have that shape
# (--no-programs). One may be in another: its modules are mutated in the inner one.
BY_THEMSELVES = {"scrubber": {}, "scratch_lines": {}, "dot_unit": {}, "matrix_engine": {}, "copy_engine": {"Regions": 4}, "mbarrier_unit": {},
                 "dot_elements": {}, "matrix_check": {}, "engine_faults": {}, "engine_operands": {}}  # fmt: skip
# They count and report; lock-step leans on the one, and nothing that a program can see on the other.
REPORTERS = ("trace_records", "stall_counter", "mgmt_trace")

INSTANCE = re.compile(r"^\s*(\w+)\s+(?:#\s*\(|u_\w+)", re.M)


class NetlistError(Exception):
    """A module cannot be mutated; the text says why."""


@dataclass(frozen=True)
class Mutant:
    number: int  # that the environment gives
    local: int  # that its part has for it
    part: str  # whose netlist has it
    module: str  # in which it is: in each instance of the part ...
    kind: str  # ... that has this module of the netlist
    change: str  # what Yosys does, where
    source: str  # file:line


class Design:
    """The modules of the die, and how it is cut into parts: each is a module whose netlist, with everything below it, can stand for its source. A
    part has one shape (no parameters), and no monitor looks into it where there is a `device`."""

    def __init__(self, device=True):
        self.paths, self.texts = {}, {}
        for folder in design.FOLDERS:
            for path in design.read_list(ROOT / "rtl" / folder / "files.f"):
                text = path.read_text()
                if name := re.search(r"^module\s+(\w+)", text, re.M):
                    self.paths[name[1]], self.texts[name[1]] = path, text
        self.children = {module: [name for name in set(INSTANCE.findall(text)) if name in self.texts] for module, text in self.texts.items()}
        monitors = re.findall(r"^bind (\w+)", (ROOT / "verif/harness/rtl/tb_top.sv").read_text(), re.M)
        self.seen_into = {module for module in self.texts if self.below(module) & set(monitors)} | set(monitors)
        if not device:
            self.seen_into -= {module for part in FOR_BENCHES for module in self.below(part)}
        one_shape = {*WITH_DEFAULTS, *(() if device else BY_THEMSELVES)}
        self.parts, waiting, reached = [], [design.TOP], set()
        while waiting:
            module = waiting.pop(0)
            if module in reached:
                continue
            reached.add(module)
            shaped = re.search(r"^\s*parameter ", self.texts[module], re.M) and module not in one_shape
            if module in self.seen_into or shaped:
                waiting += sorted(self.children[module])
            elif module not in REPORTERS:
                self.parts.append(module)
        self.parts += [] if device else [module for module in BY_THEMSELVES if module not in self.parts]

    def below(self, module):
        """The module and all that it is made of."""
        found, waiting = set(), [module]
        while waiting:
            if (module := waiting.pop()) not in found:
                found.add(module)
                waiting += self.children[module]
        return found

    def own(self, part):
        """The modules that are mutated in this part: what is below it, but for parts in it."""
        return self.below(part) - {module for inner in self.below(part) & set(self.parts) - {part} for module in self.below(inner)}

    def folder(self, module):
        """As one names it: core/lsu."""
        return str(self.paths[module].parent.relative_to(ROOT / "rtl"))

    def choose(self, names):
        """{part: modules in it to be mutated} of names of modules and folders. Raises NetlistError."""
        chosen = {}
        for name in names:
            wanted = {module for module in self.paths if name in (module, self.folder(module)) or self.folder(module).startswith(f"{name}/")}
            mine = wanted - set(REPORTERS)
            found = {part: sorted(self.own(part) & mine) for part in self.parts if self.own(part) & mine}
            if not found:
                why = "a monitor looks into it, or it only counts" if wanted else "there is no module and no folder of rtl with that name"
                raise NetlistError(f"'{name}' cannot be mutated: {why}; heddle mutants --list names what can, with --no-programs what can in unit benches")
            for part, modules in found.items():
                chosen[part] = sorted({*chosen.get(part, []), *modules})
        return chosen

    def version(self, module):
        """Of the module's source, for a row that is kept."""
        return hashlib.sha256(self.texts[module].encode()).hexdigest()[:8]

    def line(self, source):
        """The text of a line that is named as file:number."""
        name, _, number = source.partition(":")
        text = next((self.texts[module].splitlines() for module, path in self.paths.items() if path.name == name), [])
        return text[int(number) - 1].strip() if number.isdigit() and int(number) <= len(text) else ""

    def lines(self, modules):
        return sum(len(self.texts[module].splitlines()) for module in modules)


def header(text):
    """The module up to the end of its ports, without comments."""
    start = text.index("module ", re.search(r"^module ", text, re.M).start())
    return re.sub(r"[ \t]*//.*", "", text[start : text.index("\n);", start) + 3])


def ports(text, module):
    """The names of the ports of a module of a netlist."""
    found = re.search(rf"^module {module}\s*\((.*?)\);", text, re.S | re.M)
    if not found:
        raise NetlistError(f"the netlist has no module {module}")
    return [name.strip() for name in found[1].split(",")]


def widths(text, module):
    """{port: its bits} of a module of a netlist, without those that come in pieces."""
    body = text[text.index(f"module {module}(") if f"module {module}(" in text else text.index(f"module {module} (") :]
    found = re.findall(r"^  (?:input|output) (?:\[(\d+):0\] )?(\w+)\s*;", body[: body.index("\nendmodule")], re.M)
    return {name: int(high or 0) + 1 for high, name in found if name != "mutsel"}


def selector(before):
    """What a part's netlist is told, in a simulation with the mutants of several: `before` are those of the parts before it."""
    return f"{SELECT_BITS}'(mutant_pkg::Mutant - {before})"


def wrapper(text, part, module, names, select, sizes=None):
    """The module as its users know it, around that of the netlist, whose ports are plain vectors, of these `sizes`. A part that has the shape of its
    defaults alone is its source in any other."""
    head = header(text)
    lines, connections, flat = [], [], set()
    for name in names:
        if name == "mutsel":
            connections.append(f".mutsel({select})")
            continue
        # Outputs come in pieces: \\port[7:0]
        port, piece = re.fullmatch(r"\\?(\w+)(\[[\d:]+\])?", name).groups()
        declaration = re.search(rf"\b(input|output)\b[^,;]*?\b{port}\s*(\[[^,\n]*\])?\s*(?:,|\n)", head)
        if not declaration:
            raise NetlistError(f"{module}: no declaration of port {port}")
        direction, array = declaration.groups()
        if not piece and not array:
            connections.append(f".{port}({port})")
            continue
        vector = f"flat_{port}"
        connections.append(f".{name} ({vector}{piece or ''})")
        if port in flat:
            continue
        flat.add(port)
        if not array:
            lines += [f"  logic [$bits({port})-1:0] {vector};", f"  assign {port} = {vector};"]
            continue
        # An unpacked array: element 0, the left one, is the highest part of the vector.
        bits = f"$bits({port}[0])"
        element = f"{vector}[($size({port})-1-i)*{bits} +: {bits}]"
        assign = f"{element} = {port}[i]" if direction == "input" else f"{port}[i] = {element}"
        lines.append(f"  logic [$size({port})*{bits}-1:0] {vector};")
        lines.append(f"  for (genvar i = 0; i < $size({port}); i++) begin : gen_{port} assign {assign}; end")
    checks = [f'  if ($bits({port}) != {width}) $error("{module}: the netlist has another shape");' for port, width in (sizes or {}).items()]
    body = [*checks, *lines, f"  {part}__{module} u_mutated ({', '.join(connections)});"]
    parameters = re.findall(r"^\s*parameter\s+(?:[\w:]+\s+)*?(\w+)\s*=\s*([^,\n]+?)\s*(?:,|$)", head, re.M)
    if module != part or part not in BY_THEMSELVES or not parameters:
        return "\n".join([head, *body, "endmodule", ""])
    here = " && ".join(f"{name} == ({BY_THEMSELVES[part].get(name, value)})" for name, value in parameters)
    passed = ", ".join(f".{name}({name})" for name, _ in parameters)
    other = [f"  if ({here}) begin : gen_mutated", *body, "  end else begin : gen_source", f"    {module}__source #({passed}) u_source (.*);", "  end"]
    return "\n".join([head, *other, "endmodule", "", re.sub(rf"^module {module}\b", f"module {module}__source", text, flags=re.M), ""])


def watched(text, before):
    """The netlist, and with each mutant a process that reports when it would change the bit that it is about; the numbers of those in the part."""
    modules, places = text.split("\nendmodule\n"), set()
    for index, body in enumerate(modules):
        number_of = {name: int(number, 16) for name, number in re.findall(rf"^  assign (\w+) = mutsel == {SELECT_BITS}'h(\w+);$", body, re.M)}
        watchers = []
        for chosen, bad, good in re.findall(r"^  assign .*? = (\w+) \? (.*) : (.*);$", body, re.M):
            if chosen in number_of:
                places.add(number_of[chosen])
                watchers.append(f"  always_comb if (mutant_pkg::Watch && ({bad}) != ({good})) mutant_pkg::heddle_mutant_touched({before + number_of[chosen]});")
        modules[index] = "\n".join([body, *watchers])
    return "\nendmodule\n".join(modules), places


def renamed(part, text):
    """RTLIL in which the modules are called part__module, with a number where there are several kinds of one; and {new name: module}."""
    names, taken = {}, {}
    for name in re.findall(r"^module \\(\S+)$", text, re.M):
        module = name.split("$")[0]
        taken[module] = taken.get(module, 0) + 1
        names[name] = f"{part}__{module}" + (f"__{taken[module]}" if taken[module] > 1 else "")
    text = re.sub(r"^(module |  cell )\\(\S+)", lambda m: f"{m[1]}\\{names.get(m[2], m[2])}", text, flags=re.M)
    return text, {new: name.split("$")[0] for name, new in names.items()}


def places_of_cells(text):
    """{(module of the netlist, cell): the place in the source that RTLIL gives it}"""
    found, module, source = {}, "", ""
    for line in text.splitlines():
        words = line.split()
        if line.startswith("module "):
            module = words[1].lstrip("\\")
        elif line.startswith('  attribute \\src "'):
            source = words[2].strip('"')
        elif line.startswith("  cell "):
            found[module, words[2].lstrip("\\")], source = source, ""
        elif not line.startswith("  attribute"):
            source = ""
    return found


def commands_of(text, kinds, rows):
    """The commands of Yosys that make the mutants of `rows`, as `mutate -list` writes them. A cell that is not there, or is another line's now, is left
    out."""
    cells, commands = places_of_cells(text), []
    for module, change, source in rows:
        mode, cell = change.split()[0], change.split()[2]
        places = {kind: cells[kind, cell] for kind, name in kinds.items() if name == module and (kind, cell) in cells}
        # A line of a package is named after the module's own, if one is there at all.
        kind = next((kind for kind, place in places.items() if ":" not in source or re.search(rf"\b{re.escape(source)}\b", place)), None)
        if kind is None:
            print(f"{source} {change} is left out: its cell is not there any more", flush=True)
            continue
        commands.append(f"mutate -ctrl mutsel {SELECT_BITS} {len(commands) + 1} -mode {mode} -module {kind} {change.split(' ', 1)[1]} -src {source}")
    return "".join(f"{command}\n" for command in commands)


def mutate(yosys, work, generated, whole, part, modules, count, seed, before, again=None):
    """Writes the netlist of the part with up to `count` mutants in `modules`, numbered from `before` + 1, into `work`/mutated/; returns them. They are
    drawn, or those of `again`: (module, change, source)."""
    folder = work / f"{part}.yosys"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = design.files(generated)
    for source in sources:
        shutil.copy(source, folder / source.name)
    shape = [f"-G {name}={value}" for name, value in BY_THEMSELVES.get(part, {}).items()]
    yosys.run(folder, [
        f"read_slang --threads 1 --keep-hierarchy --top {part} {' '.join([*shape, *(source.name for source in sources)])}",
        f"hierarchy -check -top {part}",
        "opt_clean",
        "write_rtlil elaborated.il",
    ], "elaborate.log")  # fmt: skip
    text, kinds = renamed(part, merge.merge((folder / "elaborated.il").read_text())[0])
    (folder / "merged.il").write_text(text)
    chosen = [name for name, module in kinds.items() if module in modules]
    # A table's content is data, which Yosys wants to be constant, as it wants resets of reads that have none. Their addresses and data are
    # ports of other cells, too.
    draw = [f"select -set chosen {' '.join(chosen)}",
            f"mutate -list {count} -seed {seed} -ctrl mutsel {SELECT_BITS} 1 -o list.ys @chosen t:$meminit* %d t:$memrd* %d"]  # fmt: skip
    if again:
        draw = []
        (folder / "list.ys").write_text(commands_of(text, kinds, [row for row in again if row[0] in modules]))
    yosys.run(folder, [
        "read_rtlil merged.il",
        *draw,
        "script list.ys",
        "bwmuxmap",  # cells that Verilog has no operator for
        # Written as a part-select that may begin below bit 0, of which the simulator does not read the bits that exist.
        "techmap t:$shiftx r:B_SIGNED=1 %i",
        "opt_clean",
        # Bits apart that have drivers of their own, in ports, too: loops that are none would cost most of the simulation's speed.
        "splitnets -ports -driver",
        f"write_verilog -noattr {part}.v",
    ], "mutate.log")  # fmt: skip
    found = []
    for line in (folder / "list.ys").read_text().splitlines():
        match = re.match(rf"mutate -ctrl mutsel {SELECT_BITS} (\d+) (?:-mode (\S+)) -module \\?(\S+) (-cell .*)", line)
        if not match:
            continue
        module = kinds[match[3]]
        source = re.findall(r"-src (\S+?\.sv:\d+)", line)
        source = next((s for s in source if s.startswith(f"{module}.sv")), source[0] if source else f"{module}.sv")
        found.append(Mutant(before + int(match[1]), int(match[1]), part, module, match[3], f"{match[2]} {re.sub(r' -src .*', '', match[4])}", source))
    if not found and not again:
        raise NetlistError(f"{part}: nothing to mutate")
    netlist = (folder / f"{part}.v").read_text()
    out = work / "mutated"
    out.mkdir(exist_ok=True)
    name = f"{part}__{part}"
    wrapped = wrapper(whole.texts[part], part, part, ports(netlist, name), selector(before), widths(netlist, name))
    netlist, places = watched(netlist, before)
    # What nothing reads is gone, and no mutant. It is rare.
    listed, found = len(found), [mutant for mutant in found if mutant.local in places]
    if len(found) < 0.9 * listed:
        raise NetlistError(f"{part}: {listed} mutants, {len(found)} places in its netlist; has Yosys changed its form?")
    (out / whole.paths[part].name).write_text(f"{netlist}\n{wrapped}")
    (out / "mutant_pkg.sv").write_text(PACKAGE)
    return found

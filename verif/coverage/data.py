"""What libraries and benches with counters have counted: read, added up, and summed by module. Instances of a module count as one, and so do a
signal's in all shapes in which it has the form that it has in the first one."""

import functools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Cells of instruction_points.sv: of a part of the lanes, beside a hazard, beside a stall.
CELLS = tuple(f"{lanes}_{hazard}_{stall}" for lanes in ("all", "part") for hazard in ("free", "hazard") for stall in ("room", "full"))


class DataError(Exception):
    """Counters that cannot be read; the text says which."""


@functools.cache
def units():
    """The units of the core, in order: what gen_unit of core_points.sv counts through."""
    text = (ROOT / "rtl/core/core_pkg.sv").read_text()
    return [name.strip().removeprefix("Unit").lower() for name in re.search(r"\{([^}]*)\}\s*unit_e;", text)[1].split(",")]


@dataclass
class Signal:
    """The bits of a signal, elements of an array one after the other: which exist, have risen, have fallen."""

    bits: int = 0
    risen: int = 0
    fallen: int = 0

    def toggled(self):
        return self.risen & self.fallen & self.bits

    def add(self, other):
        self.bits |= other.bits
        self.risen |= other.risen
        self.fallen |= other.fallen


@dataclass
class Counts:
    """Lines {(module, file, line, what): count}, points {name: count}; what signals did, {(module, name): {shape: {(width, depth): Signal}}}, in the
    order of the shapes; the names of the tests. signals {(module, name, shape): Signal}, of `settle`."""

    lines: dict = field(default_factory=dict)
    points: dict = field(default_factory=dict)
    forms: dict = field(default_factory=dict)
    tests: list = field(default_factory=list)
    signals: dict = field(default_factory=dict)

    def signal(self, module, name, shape, form):
        return self.forms.setdefault((module, name), {}).setdefault(shape, {}).setdefault(form, Signal())

    def settle(self):
        """A signal counts once, in the forms that it has in the first shape that has it: in another one its bits may mean something else. What it
        does elsewhere in such a form is added."""
        self.signals = {}
        for (module, name), shapes in self.forms.items():
            first = next(iter(shapes))
            total = self.signals[module, name, first] = Signal()
            for forms in shapes.values():
                for form, signal in forms.items():
                    if form in shapes[first]:
                        total.add(signal)

    def add(self, other):
        """What was counted elsewhere, after this."""
        for mine, theirs in ((self.lines, other.lines), (self.points, other.points)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        for (module, name), shapes in other.forms.items():
            for shape, forms in shapes.items():
                for form, signal in forms.items():
                    self.signal(module, name, shape, form).add(signal)
        self.tests += other.tests

    def write(self, path):
        rows = [[module, name, shape, *form, *(f"{value:x}" for value in (signal.bits, signal.risen, signal.fallen))]
                for (module, name), shapes in self.forms.items() for shape, forms in shapes.items() for form, signal in forms.items()]  # fmt: skip
        lines = [[*key, count] for key, count in self.lines.items()]
        Path(path).write_text(json.dumps({"tests": self.tests, "points": self.points, "lines": lines, "signals": rows}))

    @staticmethod
    def read(path):
        """What `write` wrote. Raises DataError."""
        try:
            known = json.loads(Path(path).read_text())
            counts = Counts({tuple(row[:4]): row[4] for row in known["lines"]}, known["points"], tests=known["tests"])
            for module, name, shape, width, depth, *bits in known["signals"]:
                counts.signal(module, name, shape, (width, depth)).add(Signal(*(int(text, 16) for text in bits)))
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise DataError(f"{path}: not a file of counts: {error}") from error
        return counts


class Reader:
    """Adds the files of one library to counts."""

    def __init__(self, counts, shape, signals):
        """`signals`: the library's signals.json."""
        self.counts, self.shape = counts, shape
        try:
            rows = json.loads(Path(signals).read_text())
            self.places = [(row["module"], row["name"], row["width"], row["depth"]) for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{signals}: not a list of signals: {error}") from error

    def add(self, path):
        """Adds a file. Raises DataError unless it is whole."""
        number = 0
        for line in Path(path).read_text(errors="replace").splitlines():
            if line.startswith("C '"):
                self._counter(line)
            elif line.startswith("I "):
                self._instruction(line, path)
            elif line.startswith("T "):
                if number < len(self.places):
                    self._signal(self.places[number], line, path)
                number += 1
        if number != len(self.places):
            raise DataError(f"{path}: {number} signals, but the library has {len(self.places)}: is it of another library, or cut short?")

    def _counter(self, line):
        body, _, number = line[3:].rpartition("' ")
        fields = dict(part.split("\x02", 1) for part in body.split("\x01") if "\x02" in part)
        kind, _, module = fields.get("page", "").removeprefix("v_").partition("/")
        module = module.split("__")[0]  # a specialised module is called NAME__something
        what = fields.get("o", "")
        if kind == "user":
            if not module.endswith("_points"):
                return  # an assertion of the RTL, as a cover property
            # A point in a loop has its index behind its name; those for each unit the unit's.
            if loop := re.search(r"gen_(\w+?)(?:__BRA__|\[)(\d+)", fields.get("h", "").rpartition("points")[2]):
                what += f".{units()[int(loop[2])] if loop[1] == 'unit' else loop[2]}"
            self.counts.points[what] = self.counts.points.get(what, 0) + int(number)
        elif of_design(fields.get("f", "")):
            key = (module, re.sub(r".*/rtl/", "rtl/", fields["f"]), int(fields.get("l", 0)), what)
            self.counts.lines[key] = self.counts.lines.get(key, 0) + int(number)

    def _instruction(self, line, path):
        words = line.split()
        if len(words) != 4 or not words[2].isdigit() or int(words[2]) >= len(CELLS):
            raise DataError(f"{path}: not a count of an instruction: {line}")
        name = f"instruction.{words[1].removeprefix('OP_').lower()}.{CELLS[int(words[2])]}"
        self.counts.points[name] = self.counts.points.get(name, 0) + int(words[3])

    def _signal(self, place, line, path):
        module, name, width, depth = place
        if depth and is_memory(name):
            return
        words = line.split()
        if len(words) != 3 or len(words[1]) != len(words[2]):
            raise DataError(f"{path}: not the bits of a signal: {line[:80]}")
        elements = max(1, depth)
        stride = 4 * len(words[1]) // elements
        bits = 0
        for element in range(elements):
            bits |= ((1 << width) - 1) << (element * stride)
        risen, fallen = (int.from_bytes(bytes.fromhex(word), "little") for word in words[1:])
        self.counts.signal(module, name, self.shape, (width, depth)).add(Signal(bits, risen, fallen))


def of_design(path):
    """What is the RTL's own: neither the harness, nor generated, nor the points. (A clone may lie in a folder named as one of them.)"""
    path = path.removeprefix(str(ROOT))
    return "/rtl/" in path and not any(part in path for part in ("/verif/", "/generated/", "/points/"))


def is_memory(name):
    """Arrays are memories, but for registers of which there is one for each warp, or the like."""
    return not name.endswith("_q")


def percent(part, whole):
    """Rounded down: what is not all is not 100 %."""
    return int(1000 * part / whole) / 10 if whole else 100.0

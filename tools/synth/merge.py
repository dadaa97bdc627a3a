"""Merges equal modules of a design that was elaborated with its hierarchy kept.

The front end makes a module of every instance, though the lanes and cores of one shape are all alike. Synthesizing each
kind once saves most of the time and changes nothing in the result, since modules are synthesized one by one anyway.
"""

import hashlib
import re

_MODULE = re.compile(r"^module (\S+)\n(.*?)^end\n", re.S | re.M)
# Names that the front end made up are numbered through the whole design.
_MADE_UP = re.compile(r'(?<=[\s"])\$[^\s"]+')
_CELL = re.compile(r"^  cell (\S+) (\S+)$", re.M)


def merge(text):
    """The RTLIL text with one module of each kind, and {name of a removed module: the one that stands for it}."""
    header = text[: text.find("\nattribute ") + 1] if "\nattribute " in text else ""
    modules = {match[1]: match for match in _MODULE.finditer(text)}
    stands_for, by_content = {}, {}

    def resolve(name):
        if name not in stands_for:
            kinds = {kind: resolve(kind) for kind, _ in _CELL.findall(modules[name][2]) if kind in modules}
            body = _CELL.sub(lambda cell: f"  cell {kinds.get(cell[1], cell[1])} {cell[2]}", modules[name][2])
            stands_for[name] = by_content.setdefault(_digest(name, body), name)
            bodies[name] = body
        return stands_for[name]

    bodies = {}
    for name in modules:
        resolve(name)
    kept = [name for name in modules if stands_for[name] == name]
    parts = [f"{_attributes(text, modules[name])}module {name}\n{bodies[name]}end\n" for name in kept]
    return header + "".join(parts), {name: kept_name for name, kept_name in stands_for.items() if name != kept_name}


def _attributes(text, module):
    """The attribute lines right before a module."""
    start = module.start()
    while (line_start := text.rfind("\n", 0, start - 1) + 1) < start and text.startswith("attribute ", line_start):
        start = line_start
    return text[start : module.start()]


def _digest(name, body):
    """Equal for modules that differ in made-up names and in where they were instantiated at most."""
    numbers = {}

    def number(match):
        return f"${numbers.setdefault(match[0], len(numbers))}"

    lines = []
    for line in body.splitlines():
        if line.lstrip().startswith("attribute "):
            continue
        if cell := _CELL.match(line):
            # The kind of a cell is no made-up name.
            lines.append(f"cell {cell[1]} {_MADE_UP.sub(number, ' ' + cell[2])}")
        else:
            lines.append(_MADE_UP.sub(number, line))
    return hashlib.sha256("\n".join([name.split("$")[0], *lines]).encode()).hexdigest()

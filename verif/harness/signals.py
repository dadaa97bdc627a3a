"""The signals of a verilated design: where Verilator keeps them, and which module they are of.

Verilator keeps what it does not merge into expressions as members of one struct: all registers, and many signals between them. Their names and
types stand in its header."""

import json
import re
from pathlib import Path

MEMBER = re.compile(r"^\s+(?:VlUnpacked<)?(?:CData|SData|IData|QData|VlWide<\d+>)/\*(\d+):0\*/(?:, (\d+)>)? (\w+);$", re.M)
MODULE = re.compile(r"^module (\w+)", re.M)
INSTANCE = re.compile(r"^\s*(\w+)\s+(?:#\s*(?=\()|(u_\w+)\s*\()", re.M)
NAME = re.compile(r"\s*(u_\w+)\s*\(")


def modules(sources):
    """{module: {instance: module}}."""
    result = {}
    for path in sources:
        text = re.sub(r"//.*", "", Path(path).read_text())
        if found := MODULE.search(text):
            result[found[1]] = dict(instances(text))
    return result


def instances(text):
    """(instance, module) of those whose name begins with u_, as all of ours do."""
    for found in INSTANCE.finditer(text):
        name = found[2]
        if not name:
            end = after_parentheses(text, found.end())
            if not (behind := NAME.match(text, end)):
                continue
            name = behind[1]
        yield name, found[1]


def after_parentheses(text, start):
    """The place behind the parenthesis that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place + 1
    return len(text)


def read(header, sources, place="tb_top.u_die", top="heddle_die"):
    """The signals below `place`, an instance of `top`, in the order of the header: member, module, path of the instance, name, width,
    depth (0: no array)."""
    below = modules(sources)
    found = []
    prefix = place.replace(".", "__DOT__") + "__DOT__"
    for width, depth, member in MEMBER.findall(header.read_text()):
        if not member.startswith(prefix):
            continue
        *path, name = re.sub(r"__BRA__(\d+)__KET__", r"[\1]", member.removeprefix(prefix)).split("__DOT__")
        # What Verilator has made itself, and variables of blocks.
        if name.startswith("_") or any(part.startswith(("unnamed", "__V")) for part in path):
            continue
        module = top
        for part in path:
            if part.startswith("u_"):
                module = below.get(module, {}).get(part)
        if module:
            found.append({"member": member, "module": module, "path": ".".join(path), "name": name, "width": int(width) + 1, "depth": int(depth or 0)})
    return found


def write(out, found, model="Vtb_top", more=""):
    """signals.json, and signals.cpp, which tells src/signal_observer.h where the signals are that were `found` in the class of this name; `more`
    follows in it."""
    (out / "signals.json").write_text(json.dumps([{key: value for key, value in row.items() if key != "member"} for row in found]))
    root = f"{model}___024root"
    rows = "\n".join(f"  {{offsetof({root}, {row['member']}), sizeof({root}::{row['member']}), {row['width']}, {row['depth']}}}," for row in found)
    text = f"""#include "signal_observer.h"
#include "{root}.h"
const heddle::harness::SignalPlace heddle::harness::kSignals[] = {{
{rows}
}};
const size_t heddle::harness::kSignalCount = {len(found)};
{more}"""
    path = out / "signals.cpp"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)

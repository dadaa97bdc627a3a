"""Proof that a mutant is no error: from any state, after a cycle of reset, no inputs show it at the ports of a module that it is in.

The module and its mutant are two copies of an and-inverter graph with the same inputs. A register that has the same next value in both, as a graph,
is there once; what is left is small, and abc decides it."""

import re
import shutil
import subprocess
import sys
import threading
from enum import Enum

import netlist
from aig import Aig, Builder

sys.path.insert(0, str(netlist.ROOT / "verif/formal"))

import model
from engines import require

# For Yosys, to make the graph of a module, by the clock. Of the modules that have one warp_paths takes longest: 38 seconds of processor time, which
# were 368 by the clock of two cores with ten other processes; the next, lsu and dot_fp4, took 150 there. It does not simplify the graph: that would
# take longest, and what is the same in module and mutant is found below anyway.
PREPARE_SECONDS = 600
LOCKS, GUARD = {}, threading.Lock()


def constant(text):
    """The mutants of a netlist that put the same constant in the place of a constant, or any in that of one of which the RTL says that any will do."""
    found = set()
    for body in text.split("\nendmodule\n"):
        number_of = {name: int(number, 16) for name, number in re.findall(rf"^  assign (\w+) = mutsel == {netlist.SELECT_BITS}'h(\w+);$", body, re.M)}
        for chosen, bad, good in re.findall(r"^  assign .*? = (\w+) \? (.*) : (1'h[01x]);$", body, re.M):
            if chosen in number_of and good in (bad, "1'hx"):
                found.add(number_of[chosen])
    return found


class Answer(Enum):
    SAME = "no difference at its ports"
    DIFFERENT = "a difference at its ports"  # which may be no error where the module is
    UNKNOWN = "no answer in time"
    TOO_LARGE = "no graph of it in time"


def sources(work, part):
    """{module: its text} of the netlist of the part."""
    text = (work / f"{part}.yosys/{part}.v").read_text()
    return {name: whole for whole, name in re.findall(r"^(module (\w+)\s*\(.*?^endmodule$)", text, re.S | re.M)}


def instances(bodies, module):
    """The modules that the module has in it, itself."""
    return set(re.findall(r"^  (\w+) \S+ +\(", bodies[module], re.M)) & set(bodies)


def modules(bodies, kind):
    """The module, then those that have it in them: a difference at the ports of the one may be none at those of the next. It ends where there
    are several."""
    found = [kind]
    while len(users := [name for name in bodies if found[-1] in instances(bodies, name)]) == 1:
        found += users
    return found


def graph(work, part, kind):
    """The module with everything in it, with `mutsel` among its inputs. Raises YosysError."""
    folder = work / "equivalence" / kind
    with GUARD:
        lock = LOCKS.setdefault(folder, threading.Lock())
    with lock:
        if (folder / "none").is_file():  # what was in vain for one mutant is for the next
            raise model.YosysError((folder / "none").read_text())
        if not (folder / "module.aag").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            bodies, below, waiting = sources(work, part), set(), [kind]
            while waiting:
                below.add(module := waiting.pop())
                waiting += instances(bodies, module) - below
            (folder / "netlist.v").write_text("\n".join(bodies[module] for module in sorted(below)) + "\n")
            commands = ["read_verilog netlist.v", f"hierarchy -check -top {kind}", "proc", "flatten", "opt_clean", "async2sync", "memory_map",
                        "dffunmap", "setundef -undriven -zero", "opt_clean", "techmap", "simplemap", "aigmap",
                        "write_aiger -ascii -symbols -zinit made.aag"]  # fmt: skip
            try:
                model.native(folder, commands, "graph.log", PREPARE_SECONDS)
            except model.YosysError as error:
                (folder / "none").write_text(str(error))
                raise
            (folder / "made.aag").rename(folder / "module.aag")
        return Aig((folder / "module.aag").read_text())


def miter(aig, number):
    """(graph, its output, {register: next value}): the output is 1 when the module and its mutant differ."""
    builder = Builder()
    started = builder.latch()
    following = {started: 1}
    names = [aig.names.get(place, "") for place in range(len(aig.inputs))]
    selects = {place: int(found[1]) for place, name in enumerate(names) if (found := re.fullmatch(r"mutsel\[(\d+)\]", name))}
    # One cycle of reset, the same for both.
    inputs = [0 if place in selects else started if name == "rst_ni" else builder.input() for place, name in enumerate(names)]
    mutated = [(number >> selects[place]) & 1 if place in selects else literal for place, literal in enumerate(inputs)]
    # Before it, registers have any value, but the same in both.
    latches, before = [builder.latch() for _ in aig.latches], [builder.input() for _ in aig.latches]
    values = [builder.choose(started, latch, value) for latch, value in zip(latches, before)]
    good = builder.copy(aig, inputs, values)
    twins = {}  # {place of a register: the mutant's}
    while True:
        others = [builder.choose(started, twins[place], before[place]) if place in twins else value for place, value in enumerate(values)]
        bad = builder.copy(aig, mutated, others)
        more = [place for place, (_, after) in enumerate(aig.latches) if place not in twins and good(after) != bad(after)]
        if not more:
            break
        twins |= {place: builder.latch() for place in more}
    for place, (_, after) in enumerate(aig.latches):
        following[latches[place]] = good(after)
        if place in twins:
            following[twins[place]] = bad(after)
    differ = builder.any(builder.differ(good(output), bad(output)) for output in aig.outputs if good(output) != bad(output))
    return builder, builder.both(started, differ), following


def compare(work, mutant, kind, seconds):
    """Whether the module and its mutant differ at its ports. Raises YosysError; SolverError if a program is missing."""
    builder, output, following = miter(graph(work, mutant.part, kind), mutant.local)
    if output == 0:
        return Answer.SAME
    folder = work / "equivalence" / kind
    path = folder / f"{mutant.local}.aig"
    path.write_bytes(builder.aiger(output, following))
    # pdr alone first: what abc simplifies it would decide as well, and sooner, when the answer is that they differ.
    said = abc(f"read_aiger {path.name}; strash; pdr -T {max(1, seconds // 3)}; scorr -C 200; dc2; pdr -T {seconds - seconds // 3}", folder, seconds + 30)
    path.with_suffix(".log").write_text(said)
    if "Property proved" in said or "is proved" in said:
        return Answer.SAME
    return Answer.DIFFERENT if re.search(r"was asserted in frame", said) else Answer.UNKNOWN


def abc(commands, folder, limit):
    """What it says; nothing if it has not ended in time. Raises SolverError."""
    require("berkeley-abc")
    try:
        return subprocess.run(["berkeley-abc", "-c", commands], cwd=folder, capture_output=True, text=True, timeout=limit, check=False).stdout
    except subprocess.TimeoutExpired:
        return ""


def decide(work, mutant, seconds, up=1):
    """The module at whose ports the mutant is never seen, or an empty text; and, for people, what was found of each module that was asked about:
    that of the mutant, and so many that it is in. No answer is never a proof. Raises SolverError if a program is missing."""
    said = []
    for kind in modules(sources(work, mutant.part), mutant.kind)[: up + 1]:
        name = kind.removeprefix(f"{mutant.part}__")
        try:
            answer = compare(work, mutant, kind, seconds)
        except model.YosysError:
            answer = Answer.TOO_LARGE
        said.append(f"{name}: {answer.value}")
        if answer is Answer.SAME:
            return name, "; ".join(said)
        if answer is Answer.TOO_LARGE:
            break
    return "", "; ".join(said)

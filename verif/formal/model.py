"""From a task to what the solvers read: SMT-LIB and AIGER."""

import re
import subprocess
import sys
from dataclasses import dataclass

from assertions import FUNCTIONS, rewrite
from engines import require
from tasks import HERE, TaskError

ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools/synth"))

import design
import legal_encodings
from yosys import SECONDS, YosysError

# Out of reset from the second cycle on. (The front end knows no initial assumptions.)
RESET = """
module formal_reset(input logic clk_i, input logic rst_ni);
  logic started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;
  always_comb m_reset : assume (rst_ni == started_q);
endmodule
bind {top} formal_reset u_formal_reset(.*);
"""
# Never in reset, so that registers begin with any value.
ANYWHERE = """
module formal_reset(input logic rst_ni);
  always_comb m_reset : assume (rst_ni);
endmodule
bind {top} formal_reset u_formal_reset(.*);
"""

# By Yosys with slang; it hands over a design that Debian's Yosys can read. That is a native program and takes a fraction of the time
# for everything after.
FRONT = ("hierarchy -check -top {top}", "async2sync", "chformal -lower", "opt_clean", "bwmuxmap",
         "write_rtlil front.il")  # fmt: skip
# Registers as the solvers want them, assertions as cells of their own.
PREPARE = ("read_rtlil front.il", "memory_map", "dffunmap", "opt_clean")
AIGER = (
    "setundef -undriven -anyseq", "delete -output", "techmap -max_iter 1 -map properties.v", "opt_expr", "opt_clean",
    "techmap", "opt_clean", "simplemap", "aigmap", "opt_clean",
    # What a part of a vector beyond its end reads: anything.
    "setundef -anyseq", "opt_clean",
    # write_aiger goes through the cells in the same order (tests/test_formal.py), and names no assertion.
    "tee -q -o model.order dump t:$assert", "write_aiger -I -B -zinit -no-startoffset model.aig",
)  # fmt: skip
# For abc a cover is an assertion that fails. An assertion is also a cover: its premise and conclusion hold together.
PROPERTIES_MAP = """
(* techmap_celltype = "$assert" *)
module map_assert(input A, input EN);
  \\$assert holds (.A(A), .EN(EN));
  \\$assert reached (.A(~(A & EN)), .EN(1'b1));
endmodule
(* techmap_celltype = "$cover" *)
module map_cover(input A, input EN);
  \\$assert reached (.A(~(A & EN)), .EN(1'b1));
endmodule
"""


@dataclass(frozen=True)
class Property:
    name: str
    kind: str  # assert, assume, cover
    source: str  # file:line.column-line.column: one property, also where a loop makes several cells of it
    cells: tuple


def sources(task, work, variant=None):
    """Copies the sources of the task into `work`, rewritten; returns their names in order."""
    paths = []
    if task.config:
        generated = design.generate(task.config, work / "generated")
        paths = [generated / name for name in design.GENERATED_PACKAGES] + [ROOT / "rtl/pkg/heddle_pkg.sv"]
    paths += [ROOT / name for name in task.files]
    names = ["formal_pkg.sv"]
    (work / names[0]).write_text(FUNCTIONS)
    for path in paths:
        if not path.is_file():
            raise TaskError(f"task {task.name}: there is no {path}")
        text = path.read_text()
        for change in [*task.adapt, *([variant] if variant else [])]:
            if path != ROOT / change.file:
                continue
            if not change.old:
                text = change.new
                continue
            if text.count(change.old) != 1:
                raise TaskError(
                    f"task {task.name}: '{change.name}' wants to change '{change.old}', which is {text.count(change.old)} times "
                    f"in {change.file}, not once"
                )
            text = text.replace(change.old, change.new)
        (work / path.name).write_text(rewrite(text, path.name))
        names.append(path.name)
    for name in task.checks:
        path = HERE / "checks" / name
        if name in legal_encodings.GENERATED:
            (work / name).write_text(rewrite(legal_encodings.GENERATED[name](), name))
        elif path.is_file():
            (work / path.name).write_text(rewrite(path.read_text(), path.name))
        else:
            raise TaskError(f"task {task.name}: there is no checker {path}")
        names.append(path.name)
    if task.reset:
        (work / "formal_reset.sv").write_text((ANYWHERE if task.anywhere else RESET).format(top=task.top))
        names.append("formal_reset.sv")
    return names


def properties(dump):
    """The properties in the output of `dump t:$assert t:$assume t:$cover`."""
    found, source = {}, "?"
    for line in dump.splitlines():
        words = line.split()
        if words[:2] == ["attribute", "\\src"]:
            source = words[2].strip('"')
        elif words[:1] == ["cell"]:
            found.setdefault((words[1].lstrip("$"), source), []).append(words[2].lstrip("\\"))
    result = []
    for (kind, source), cells in found.items():
        name = min(cells, key=len)
        # A label in a loop is numbered by its iteration.
        name = re.sub(r"\[\d+\]", "", name) if len(cells) > 1 else name
        result.append(Property(name.replace("u_check.", ""), kind, source, tuple(cells)))
    return result


def native(work, commands, log, seconds=SECONDS):
    """Runs the commands in the Yosys of the system. Raises YosysError, SolverError."""
    require("yosys")
    (work / "model.ys").write_text("\n".join(commands) + "\n")
    try:
        result = subprocess.run(["yosys", "-q", "-l", log, "model.ys"], cwd=work, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise YosysError(f"yosys has not ended within {seconds} s; its log is {work / log}") from error
    if result.returncode:
        raise YosysError(f"yosys: {(result.stderr or result.stdout).strip()}; its log is {work / log}")


def build(yosys, task, work, variant=None):
    """Writes model.smt2 and model.aig into `work` (of a broken variant what its task is decided by); returns the properties.

    Raises YosysError, TaskError, DesignError, AssertionFormError.
    """
    names = sources(task, work, variant)
    parameters = " ".join(f"-G {name}={value}" for name, value in task.parameters.items())
    (work / "properties.v").write_text(PROPERTIES_MAP)
    smt = [] if variant and task.mode == "pdr" else ["write_smt2 -wires model.smt2"]
    # A broken variant has to fail, and need not reach anything.
    aiger = [*AIGER] if not variant else []
    if variant and task.mode == "pdr":
        aiger = ["chformal -cover -remove", *(command for command in AIGER if "properties.v" not in command)]
    # Those of the RTL hold in states that can be reached.
    asserts = "" if task.anywhere else "--no-synthesis-define"
    # A netlist in the place of a file has expressions that no person has written.
    widths = "" if variant and not variant.old else "-Wwidth-trunc -Werror=width-trunc"
    front = f"read_slang --threads 1 {asserts} {widths} --top {task.top} {parameters} {' '.join(names)}"
    yosys.run(work, [front, *(command.format(top=task.top) for command in FRONT)], "front.log")
    assumed = [f"chformal -assert2assume c:*{name}" for name in task.assume]
    listed = "tee -q -o properties.txt dump t:$assert t:$assume t:$cover"
    native(work, [*PREPARE, *assumed, listed, *smt, *aiger], "model.log")
    found = properties((work / "properties.txt").read_text())
    for name in task.assume:
        if not any(p.kind == "assume" and any(cell.endswith(name) for cell in p.cells) for p in found):
            raise TaskError(f"task {task.name} assumes {name}, which is no assertion of its modules")
    return found

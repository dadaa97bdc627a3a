"""Proof that a mutant is no error: no sequence of inputs, from reset on, shows it at the ports of its module."""

import re
import shutil
import subprocess
import sys

import netlist

sys.path.insert(0, str(netlist.ROOT / "verif/formal"))

import model


def proved(work, mutant, seconds):
    """Whether property directed reachability finds that the module and its mutant never differ. False also where it does not end."""
    source = work / f"{mutant.part}.yosys" / f"{mutant.part}.v"
    folder = work / "equivalence" / str(mutant.number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(source, folder / "netlist.v")
    module, bits = mutant.kind, netlist.SELECT_BITS
    inputs, outputs = (_ports(source.read_text(), module, kind) for kind in ("input", "output"))
    # One cycle of reset, the same for both.
    reset = ("  reg started = 1'b0; always @(posedge clk_i) started <= 1'b1; always @* assume(rst_ni == started);"
             if "rst_ni" in inputs and "clk_i" in inputs else "")  # fmt: skip
    declared = " ".join(f"input {width} {name} ;" for name, width in inputs.items())
    wires = " ".join(f"wire {width} {side}_{i};" for i, width in enumerate(outputs.values()) for side in ("good", "bad"))

    def instance(side, number):
        connections = [f".{name} ({name} )" for name in inputs] + [f".{name} ({side}_{i})" for i, name in enumerate(outputs)]
        return f"  {module} {side} ({', '.join([*connections, f'.mutsel({bits}' + chr(39) + f'd{number})'])});"

    same = " && ".join(f"good_{i} == bad_{i}" for i in range(len(outputs))) or "1'b1"
    guard = "if (rst_ni) " if "rst_ni" in inputs else ""
    (folder / "miter.v").write_text(
        f"module miter({', '.join(f'{name} ' for name in inputs)}); {declared} {wires}\n{instance('good', 0)}\n{instance('bad', mutant.number)}\n{reset}\n"
        f"  always @* {guard}assert({same});\nendmodule\n"
    )
    commands = ["read_verilog -formal netlist.v miter.v", "hierarchy -check -top miter", "proc", "flatten", "opt_clean", "async2sync",
                "memory_map", "dffunmap", "setundef -undriven -zero", "opt_expr", "opt_merge", "opt_clean", "techmap", "simplemap",
                "opt_clean", "aigmap", "opt_clean", "write_aiger -I -B -zinit -no-startoffset miter.aig"]  # fmt: skip
    try:
        model.native(folder, commands, "miter.log")
        said = subprocess.run(["berkeley-abc", "-c", f"read_aiger miter.aig; fold; strash; scorr; scleanup; fraig; pdr -T {seconds}"],
                              cwd=folder, capture_output=True, text=True, timeout=seconds + 30, check=False).stdout  # fmt: skip
    except (subprocess.TimeoutExpired, model.YosysError):
        return False
    (folder / "pdr.log").write_text(said)
    return "Property proved" in said


def _ports(text, module, kind):
    body = text[text.index(f"module {module}(") :]
    body = body[: body.index("endmodule")]
    return {name: width or "" for width, name in re.findall(rf"^  {kind} (\[[^\]]*\])?\s*(\S+) ?;$", body, re.M) if name != "mutsel"}

"""Mutants against the proofs of `heddle formal`: a task of the module in which the netlist with the mutant stands for the source."""

import dataclasses
import sys

import netlist

sys.path.insert(0, str(netlist.ROOT / "verif/formal"))

import formal
import tasks

PACKAGE = "package mutant_pkg;\n  localparam int unsigned Mutant = {number};\nendpackage\n"


class Proofs:
    """The tasks about a module, in the shape that its netlist has. Only those apply that see the module at its ports, as a netlist
    does not keep what is inside, and that hold for the netlist without a mutant."""

    def __init__(self, build, work, config):
        self.runner, self.work, self.config = formal.Runner(build), work, config
        self.known = {}

    def status(self, task, module, number):
        path = netlist.modules()[module]
        text = PACKAGE.format(number=number) + (self.work / "mutated" / path.name).read_text()
        variant = tasks.Broken(f"mutant {number}", str(path.relative_to(netlist.ROOT)), "", text)
        try:
            return self.runner.refute(task, variant)["status"]
        except formal.ERRORS:
            return "inconclusive"

    def applicable(self, module):
        if module not in self.known:
            path = str(netlist.modules()[module].relative_to(netlist.ROOT))
            chosen = [task for task in tasks.read() if task.module == module and path in task.files and not task.adapt]
            chosen = [dataclasses.replace(task, config=task.config and self.config) for task in chosen]
            self.known[module] = [task for task in chosen if self.status(task, module, 0) == "not refuted"]
        return self.known[module]

    def kill(self, mutant):
        """(task, how) that refutes the mutant, or None."""
        for task in self.applicable(mutant.module):
            if self.status(task, mutant.module, mutant.number) == "refuted":
                return f"formal:{task.name}", "refuted"
        return None

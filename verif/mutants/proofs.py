"""Mutants against the proofs of `heddle formal`: a task of the module in which the netlist with the mutant stands for the source."""

import dataclasses
import sys
import threading

import netlist

sys.path.insert(0, str(netlist.ROOT / "verif/formal"))

import formal
import tasks


class Proofs:
    """The tasks about a module, in the shape that its netlist has. Only those apply that see the module at its ports, as a netlist
    does not keep what is inside, and that hold for the netlist without a mutant."""

    def __init__(self, build, work, whole, config):
        self.runner, self.work, self.whole, self.config = formal.Runner(build), work, whole, config
        self.known, self.lock = {}, threading.Lock()

    def text(self, part, module, number):
        """The module around its netlist with one mutant."""
        source = (self.work / f"{part}.yosys/{part}.v").read_text()
        ports = netlist.ports(source, f"{part}__{module}")
        wrapped = netlist.wrapper(self.whole.texts[module], part, module, ports, f"{netlist.SELECT_BITS}'d{number}")
        return source + "\n" + wrapped

    def status(self, task, part, module, number):
        path = str(self.whole.paths[module].relative_to(netlist.ROOT))
        try:
            variant = tasks.Broken(f"mutant {part} {number}", path, "", self.text(part, module, number))
            return self.runner.refute(task, variant)["status"]
        except (*formal.ERRORS, netlist.NetlistError) as error:
            if not number:
                print(f"proof {task.name} is left out: {error}", flush=True)
            return "inconclusive"

    def applicable(self, part, module):
        with self.lock:
            if module not in self.known:
                path = str(self.whole.paths[module].relative_to(netlist.ROOT))
                mine = [task for task in tasks.read() if task.module == module and path in task.files and not task.adapt and not task.parameters]
                mine = [dataclasses.replace(task, config=task.config and self.config) for task in mine]
                self.known[module] = [task for task in mine if self.status(task, part, module, 0) == "not refuted"]
            return self.known[module]

    def kill(self, mutant):
        """(task, how) that refutes the mutant, or None."""
        for task in self.applicable(mutant.part, mutant.module):
            if self.status(task, mutant.part, mutant.module, mutant.local) == "refuted":
                return f"formal:{task.name}", "refuted"
        return None

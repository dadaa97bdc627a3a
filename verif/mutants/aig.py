"""And-inverter graphs. A literal is twice a node, plus one if it is inverted; node 0 is the constant 0."""

import re


class Aig:
    """A circuit as `write_aiger -ascii -symbols` of Yosys has it."""

    def __init__(self, text):
        header, *lines = text.split("\n")
        kind, self.nodes, inputs, latches, outputs, ands = (int(word) if word.isdigit() else word for word in header.split()[:6])
        if kind != "aag":
            raise ValueError(f"an AIGER file in ASCII begins with aag, not {kind}")
        rows = [[int(word) for word in line.split()] for line in lines[: inputs + latches + outputs + ands]]
        self.inputs = [row[0] for row in rows[:inputs]]
        self.latches = [(row[0], row[1]) for row in rows[inputs : inputs + latches]]  # (literal, its next value)
        self.outputs = [row[0] for row in rows[inputs + latches : inputs + latches + outputs]]
        self.ands = rows[inputs + latches + outputs :]
        self.names = {}  # of inputs, by their place
        for place, name in re.findall(r"^i(\d+) (\S+)", "\n".join(lines[inputs + latches + outputs + ands :]), re.M):
            self.names[int(place)] = name


class Builder:
    """Makes a graph in which no two nodes are the same conjunction."""

    def __init__(self):
        self.inputs, self.latches, self.ands, self.known = [], [], {}, {}
        self.count = 0

    def input(self):
        self.count += 1
        self.inputs.append(2 * self.count)
        return 2 * self.count

    def latch(self):
        """A register that starts at 0; its next value is given to aiger()."""
        self.count += 1
        self.latches.append(2 * self.count)
        return 2 * self.count

    def both(self, a, b):
        if a > b:
            a, b = b, a
        if a == 0 or a == b ^ 1:
            return 0
        if a in (1, b):
            return b
        if (a, b) not in self.known:
            self.count += 1
            self.known[a, b] = 2 * self.count
            self.ands[2 * self.count] = (a, b)
        return self.known[a, b]

    def either(self, a, b):
        return self.both(a ^ 1, b ^ 1) ^ 1

    def differ(self, a, b):
        return self.either(self.both(a, b ^ 1), self.both(a ^ 1, b))

    def choose(self, condition, a, b):
        return self.either(self.both(condition, a), self.both(condition ^ 1, b))

    def any(self, literals):
        """A balanced tree."""
        literals = list(literals) or [0]
        while len(literals) > 1:
            literals = [self.either(*literals[i : i + 2]) if i + 1 < len(literals) else literals[i] for i in range(0, len(literals), 2)]
        return literals[0]

    def copy(self, aig, inputs, latches):
        """The literals of the circuit, as a function of those of its inputs and registers: a function from one to the other."""
        found = [0] * (aig.nodes + 1)
        for old, new in zip(aig.inputs, inputs):
            found[old >> 1] = new
        for (old, _), new in zip(aig.latches, latches):
            found[old >> 1] = new
        for out, a, b in aig.ands:
            found[out >> 1] = self.both(found[a >> 1] ^ (a & 1), found[b >> 1] ^ (b & 1))
        return lambda literal: found[literal >> 1] ^ (literal & 1)

    def cone(self, output, following):
        """The inputs, registers and conjunctions that the literal comes from, with registers by {literal: next value}."""
        reached, waiting = set(), [output & ~1]
        while waiting:
            node = waiting.pop()
            if node and node not in reached:
                reached.add(node)
                waiting += [literal & ~1 for literal in self.ands.get(node, (following[node],) if node in following else ())]
        return reached

    def aiger(self, output, following):
        """A binary AIGER file of what the output comes from, with {register: next value}."""
        reached = self.cone(output, following)
        inputs = [node for node in self.inputs if node in reached]
        latches = [node for node in self.latches if node in reached]
        # By their numbers: what a conjunction is made of was there before it.
        ands = [node for node in self.ands if node in reached]
        number = {0: 0} | {node: 2 * place for place, node in enumerate([*inputs, *latches, *ands], 1)}

        def renamed(literal):
            return number[literal & ~1] | (literal & 1)

        total = len(inputs) + len(latches) + len(ands)
        lines = [f"aig {total} {len(inputs)} {len(latches)} 1 {len(ands)}"]
        lines += [str(renamed(following[node])) for node in latches] + [str(renamed(output))]
        data = bytearray("\n".join(lines).encode() + b"\n")
        for node in ands:
            a, b = sorted(map(renamed, self.ands[node]), reverse=True)
            for delta in (number[node] - a, a - b):
                while delta >= 128:
                    data.append(128 | (delta & 127))
                    delta >>= 7
                data.append(delta)
        return bytes(data)

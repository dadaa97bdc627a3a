"""The layout pass: re-orders the blocks of clang's assembly so that the lanes of a warp re-converge.

The hardware runs the lanes at the greatest call depth and, among them, at the lowest pc. Lanes that wait are thus the
ones at higher addresses, and code re-converges best where (1) a join lies after everything that leads to it, (2) a
loop's blocks are contiguous, so that lanes which have left it wait until all have, and (3) the jump back to a loop's
header is the last thing in it, so that a lane that is done with an iteration waits for the others. weak_order.py gives
(1) and (2). For (3), a loop ends with its header where that decides about leaving the loop, and otherwise, where
several blocks jump back, with one jump that they all go to.

relayout(text) is the whole interface; as a program: layout.py IN.s OUT.s.
"""

import dataclasses
import re
import sys

import asm_debug
import asm_function
import weak_order


@dataclasses.dataclass
class Report:
    laid_out: int = 0
    left_alone: list = dataclasses.field(default_factory=list)  # (function, why)
    inverted: int = 0
    jumps_added: int = 0
    jumps_removed: int = 0
    latches: int = 0
    rotated: int = 0

    def print(self):
        print(
            f"layout: {self.laid_out} functions, {self.inverted} branches inverted, {self.jumps_added} jumps added, "
            f"{self.jumps_removed} removed, {self.latches} loops given one latch, "
            f"{self.rotated} ended with their header",
            file=sys.stderr,
        )
        for name, why in self.left_alone:
            print(f"layout: {name} left as it was: {why}", file=sys.stderr)


class _Names:
    """Labels of our own, unique in the file."""

    def __init__(self, function_number):
        self.prefix, self.count = f".Lhd{function_number}_", 0

    def new(self):
        self.count += 1
        return f"{self.prefix}{self.count}"


def _name_blocks(blocks, names):
    """Gives every block a label, and returns {label: block number}."""
    for block in blocks:
        if not block.labels:
            block.labels.append(names.new())
    return {label: number for number, block in enumerate(blocks) for label in block.labels}


def _skip_empty(blocks, report):
    """Blocks that only jump on are left out: who jumped to them jumps to where they lead. Their labels move there.
    Returns {number of a block left out: number of the block it led to}."""
    where = {label: number for number, block in enumerate(blocks) for label in block.labels}

    def only_jumps(block):
        return not any(item.kind == "code" for item in block.items) and (block.end == "jump" or block.end == "fall")

    moved = {}
    for number, block in enumerate(blocks):
        if number == 0 or not only_jumps(block):
            continue
        seen, last = {number}, number
        while only_jumps(blocks[last]):
            following = where[blocks[last].target] if blocks[last].end == "jump" else last + 1
            if following in seen or following >= len(blocks) or following == 0:
                last = None
                break
            seen.add(following)
            last = following
        if last is not None:
            moved[number] = last
    for number, last in moved.items():
        target = blocks[last]
        target.labels += blocks[number].labels
        target.items[:0] = [item for item in blocks[number].items if item.kind == "label"]
        target.items[:0] = [asm_function.Item("label", label) for label in blocks[number].tail_labels]
        report.jumps_removed += blocks[number].end == "jump"
    return moved


class _Layout:
    """One function's layout: graph, order, latches, text.

    Blocks are known by their number in the old order; latches get numbers behind those.
    """

    def __init__(self, function, number, report):
        self.names, self.report = _Names(number), report
        self.blocks, self.head = function.blocks, function.head
        self.debug = asm_debug.FunctionDebug(function)
        _name_blocks(self.blocks, self.names)
        self.moved = _skip_empty(self.blocks, report)
        where = {
            label: number
            for number, block in enumerate(self.blocks)
            if number not in self.moved
            for label in block.labels
        }
        self.falls = {}  # block -> the block it runs into, where its end lets it
        self.target = {}  # block -> the block that its branch or jump goes to
        self.indirect = {}  # block -> blocks
        self.place = {}  # block -> its place in the new order
        for number, block in enumerate(self.blocks):
            if number in self.moved:
                continue
            if block.end in ("fall", "branch") and number + 1 < len(self.blocks):
                self.falls[number] = self.moved.get(number + 1, number + 1)
            if block.target:
                self.target[number] = where[block.target]
            self.indirect[number] = [where[label] for label in block.targets]

    def _successors(self, number):
        return [
            other for other in (self.falls.get(number), self.target.get(number)) if other is not None
        ] + self.indirect[number]

    def order(self):
        """The new order of block numbers, latches included."""
        nodes = sorted(self.indirect)
        position = {number: index for index, number in enumerate(nodes)}
        successors = [[position[other] for other in self._successors(number)] for number in nodes]
        near = [
            [position[other] for other in (self.falls.get(number), self.target.get(number)) if other is not None]
            for number in nodes
        ]
        order, loops = weak_order.arrange(successors, near)
        order = [nodes[index] for index in order]
        bodies = [[nodes[index] for index in loop.members] for loop in loops]
        for number, body in enumerate(bodies):
            new = self._end_loop(body)
            if new == body:
                continue
            # A loop is contiguous in the order and in every loop around it.
            for sequence in [order] + bodies[number + 1 :]:
                if body[0] in sequence:
                    start = sequence.index(body[0])
                    sequence[start : start + len(body)] = new
        return order

    def _end_loop(self, body):
        """The order of a loop, header first until now, so that what jumps back to the header is one jump, the last
        thing in the loop.

        Where the header decides about leaving, it can itself be the last block: then what jumped back falls or jumps
        forward into it, and the way into the loop costs a jump instead of every iteration. Otherwise several jumps
        back become one at the end.
        """
        header = body[0]
        back = [number for number in body if header in self._successors(number)]
        if self._can_end_with(header, body, back):
            self.report.rotated += 1
            return body[1:] + [header]
        if len(back) < 2 or any(header in self.indirect[number] for number in back):
            return body
        latch = len(self.blocks)
        self.blocks.append(
            asm_function.Block(labels=[self.names.new()], end="jump", target=self.blocks[header].labels[0])
        )
        self.indirect[latch], self.target[latch] = [], header
        for number in back:
            for edges in (self.falls, self.target):
                if edges.get(number) == header:
                    edges[number] = latch
        self.report.latches += 1
        return body + [latch]

    def _can_end_with(self, header, body, back):
        """Is a jump saved by placing the header last? Its branch then leads back to what follows it now."""
        if header == 0 or len(body) < 2 or self.blocks[header].end != "branch":
            return False
        inside = [other for other in self._successors(header) if other in body]
        if inside != [body[1]]:
            return False
        # One block that goes back by a branch that also leaves is a good end already.
        return len(back) > 1 or len(self._successors(back[0])) == 1

    def emit(self, order):
        """The function's lines in the new order."""
        lines = list(self.head)
        state = None
        self.place = {number: at for at, number in enumerate(order)}
        for place, number in enumerate(order):
            following = order[place + 1] if place + 1 < len(order) else None
            block = self.blocks[number]
            lines += [f"{label}:" for label in block.labels]
            self.debug.begin_block(number, state, lines)
            for item in block.items:
                lines += self.debug.item_lines(item)
            state = self.debug.end_block(number, state)
            self._end(number, following, lines)
            lines += [f"{label}:" for label in block.tail_labels]
        return lines

    def _end(self, number, following, lines):
        block, falls, target = self.blocks[number], self.falls.get(number), self.target.get(number)

        def label(other):
            return self.blocks[other].labels[0]

        if block.end in ("indirect", "stop"):
            lines.append(block.end_text)
        elif block.end == "jump":
            if target == following:
                self.report.jumps_removed += 1
            else:
                lines.append(f"\tj\t{label(target)}")
        elif block.end == "branch":
            op = block.op
            if target == falls:
                target = None  # both ways lead to one place
            elif falls is not None and (
                target == following or (falls != following and self.place[falls] <= self.place[number])
            ):
                # The branch goes where the code does not: away from what follows. With a jump behind it, the branch
                # takes the way back into a loop, and the jump the way out.
                op, target, falls = asm_function.INVERSE[op], falls, target
                self.report.inverted += 1
            if target is not None:
                lines.append(f"\t{op}\t{block.operands}{label(target)}")
            self._fall(falls, following, label, lines)
        else:
            self._fall(falls, following, label, lines)

    def _fall(self, falls, following, label, lines):
        if falls is not None and falls != following:
            lines.append(f"\tj\t{label(falls)}")
            self.report.jumps_added += 1


def relayout(text):
    """Returns (assembly with its functions laid out, Report). A function that is not understood stays as it is."""
    lines = text.split("\n")
    tables = asm_function.jump_tables(lines)
    report, out, ranges = Report(), [], asm_debug.Ranges()
    functions = {
        match[1] for match in (re.match(r"\s+\.type\s+([^\s,]+),\s*@function", line) for line in lines) if match
    }
    place = 0
    while place < len(lines):
        line = lines[place]
        out.append(line)
        place += 1
        match = re.match(r"([\w.$]+):", line)
        if not match or match[1] not in functions:
            continue
        functions.discard(match[1])
        end = next((at for at in range(place, len(lines)) if lines[at].startswith(".Lfunc_end")), None)
        if end is None:
            report.left_alone.append((match[1], "its end was not found"))
            continue
        try:
            function = asm_function.parse(match[1], lines[place:end], tables)
            layout = _Layout(function, report.laid_out, report)
            order = layout.order()
            out += layout.emit(order)
            ranges.add(layout.debug, order, layout.blocks, lines[end].split(":")[0])
            report.laid_out += 1
        except asm_function.Unsupported as reason:
            report.left_alone.append((match[1], str(reason)))
            out += lines[place:end]
        place = end
    return "\n".join(ranges.rewrite(out)), report


def main(arguments):
    if len(arguments) != 2:
        print("usage: layout.py IN.s OUT.s", file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8", errors="surrogateescape") as handle:
        text, report = relayout(handle.read())
    with open(arguments[1], "w", encoding="utf-8", errors="surrogateescape") as handle:
        handle.write(text)
    report.print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What debug information needs when blocks move: lines, call frame information, address ranges of inlined functions.

`.loc` and `.cfi_*` speak of everything up to the next one, so a block that comes to stand elsewhere must say itself
what it inherited from its old predecessor. A range of the old order is a set of pieces of the new one.
"""

import re

_CFI_OFFSET = re.compile(r"\.cfi_(offset|rel_offset)\s+(\w+),\s*(-?\w+)")
_IGNORED_CFI = {".cfi_startproc", ".cfi_endproc", ".cfi_sections"}


class _Frame:
    """Call frame rules at one point: how the frame address is formed, where registers are saved."""

    def __init__(self, cfa="sp, 0", saved=()):
        self.cfa, self.saved = cfa, dict(saved)

    def copy(self):
        return _Frame(self.cfa, self.saved)

    def apply(self, statement, stack):
        """Follows one directive; False where it is not known."""
        word, rest = statement.split()[0], statement[len(statement.split()[0]) :].strip()
        offset = _CFI_OFFSET.match(statement)
        if word == ".cfi_def_cfa":
            self.cfa = rest
        elif word == ".cfi_def_cfa_offset":
            self.cfa = f"{self.cfa.split(',')[0]}, {rest}"
        elif word == ".cfi_def_cfa_register":
            self.cfa = f"{rest}, {self.cfa.split(',')[1].strip()}"
        elif offset and offset[1] == "offset":
            self.saved[offset[2]] = offset[3]
        elif word in (".cfi_restore", ".cfi_same_value"):
            self.saved.pop(rest, None)
        elif word == ".cfi_remember_state":
            stack.append(self.copy())
        elif word == ".cfi_restore_state" and stack:
            state = stack.pop()
            self.cfa, self.saved = state.cfa, state.saved
        else:
            return False
        return True

    def change_to(self, other):
        """Directives that lead from this state to `other`."""
        lines = []
        if self.cfa != other.cfa:
            lines.append(f"\t.cfi_def_cfa {other.cfa}")
        for register, place in other.saved.items():
            if self.saved.get(register) != place:
                lines.append(f"\t.cfi_offset {register}, {place}")
        lines += [f"\t.cfi_restore {register}" for register in self.saved if register not in other.saved]
        return lines


class FunctionDebug:
    """Old positions of labels, and what each block inherits. Made before blocks are changed; turns the `.cfi` items
    into explicit changes of state, so that none depends on another."""

    def __init__(self, function):
        self.position = {}  # label -> (block, True: at its very start)
        self.location, self.frame_in, self.frame_out = [], [], []
        self.frames_known = True
        self._location, self._frame, self._stack = None, _Frame(), []
        for line in function.head:
            statement = line.split("#")[0].strip()
            if statement.endswith(":"):
                self.position[statement[:-1]] = (0, True)
            elif statement.startswith(".loc"):
                self._location = statement
            elif statement.startswith(".cfi_") and statement.split()[0] not in _IGNORED_CFI:
                self.frames_known = self.frames_known and self._frame.apply(statement, self._stack)
        for number, block in enumerate(function.blocks):
            self._block(number, block)

    def _block(self, number, block):
        self.location.append(self._location)
        self.frame_in.append(self._frame.copy())
        begun = False
        self.position.update({label: (number, True) for label in block.labels})
        for item in block.items:
            if item.kind == "code":
                begun = True
            elif item.kind == "label":
                self.position[item.text] = (number, not begun)
            elif item.kind == "loc":
                self._location = item.text
            elif item.kind == "cfi":
                before = self._frame.copy()
                self.frames_known = self.frames_known and self._frame.apply(item.text, self._stack)
                item.text = "\n".join(before.change_to(self._frame))
        self.frame_out.append(self._frame.copy())
        # Behind the last instruction is the start of the next block.
        self.position.update({label: (number + 1, True) for label in block.tail_labels})

    def begin_block(self, number, frame, lines):
        """Appends what the block must say itself. `frame`: the frame rules at the end of the text so far (None at the
        start)."""
        if number >= len(self.location):
            return  # a latch: whatever holds before it
        if self.location[number]:
            lines.append("\t" + _plain(self.location[number]))
        if self.frames_known and frame is not None:
            lines += frame.change_to(self.frame_in[number])

    def end_block(self, number, frame):
        """The frame rules behind the block."""
        return self.frame_out[number] if number < len(self.frame_out) else frame

    def item_lines(self, item):
        if item.kind == "label":
            return [f"{item.text}:"]
        if item.kind == "loc":
            return ["\t" + _plain(item.text)]
        if item.kind == "cfi":
            # With one directive that was not understood, no frame information is better than a wrong one.
            return [item.text] if self.frames_known and item.text else []
        return [item.text]


def _plain(location):
    """A .loc without the markers that mean something only in the order they were written in."""
    return " ".join(location.split()[:4])


class Ranges:
    """Rewrites address ranges of a file's debug information: the range lists, and the one range that may be written in
    place, which starts at its function's first byte."""

    _PAIR = re.compile(r"\s+\.byte\s+4\s+# DW_RLE_offset_pair")
    _OFFSET = re.compile(r"\s+\.uleb128\s+(\.L\w+)-(\.L\w+)")
    _HIGH = re.compile(r"(\s+\.word\s+)(\.L\w+)-(\.Lfunc_begin\d+)(\s+# DW_AT_high_pc.*)")

    def __init__(self):
        self.place = {}  # label -> (function, block, at its start)
        self.functions = []  # per function: {block: its place in the new order}, labels of the places, label of the end

    def add(self, debug, order, blocks, end_label):
        """Notes the new order of a function; end_label stands behind its last instruction."""
        number = len(self.functions)
        starts = [blocks[block].labels[0] for block in order] + [end_label]
        self.functions.append(({block: at for at, block in enumerate(order)}, starts, len(debug.location)))
        for label, (block, at_start) in debug.position.items():
            self.place[label] = (number, block, at_start)
        self.place[end_label] = (number, len(debug.location), True)

    def pieces(self, first, last):
        """[(label, label)] of the new order that hold what lay between two labels; None where the labels are not
        ours."""
        if first not in self.place or last not in self.place or self.place[first][0] != self.place[last][0]:
            return None
        function, block, at_start = self.place[first]
        _, end, end_at_start = self.place[last]
        places, starts, _ = self.functions[function]
        found = []  # (place, begin, end)
        for number in range(block, end + (not end_at_start)):
            if number not in places:
                continue
            at = places[number]
            begin = first if number == block and not at_start else starts[at]
            finish = last if number == end else starts[at + 1]
            found.append((at, begin, finish))
        merged = []
        for _, begin, finish in sorted(found):
            if merged and merged[-1][1] == begin:
                merged[-1] = (merged[-1][0], finish)
            else:
                merged.append((begin, finish))
        return merged

    def rewrite(self, lines):
        out, at = [], 0
        while at < len(lines):
            line = lines[at]
            if self._PAIR.match(line) and at + 2 < len(lines):
                first, last = self._OFFSET.match(lines[at + 1]), self._OFFSET.match(lines[at + 2])
                pieces = self.pieces(first[1], last[1]) if first and last else None
                if pieces is not None:
                    for begin, finish in pieces:
                        out += [line, f"\t.uleb128 {begin}-{first[2]}", f"\t.uleb128 {finish}-{first[2]}"]
                    at += 3
                    continue
            high = self._HIGH.match(line)
            if high:
                pieces = self.pieces(high[3], high[2])
                if pieces:
                    line = f"{high[1]}{pieces[0][1]}-{high[3]}{high[4]}"
            out.append(line)
            at += 1
        return out

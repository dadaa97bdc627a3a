"""The end of a counterexample, as text: what the signals of the top module were in its last cycles."""

import re

MAX_SIGNALS = 60


def last_cycles(path, cycles=6):
    """Lines: a table of the signals that the source names, one column per cycle."""
    names, values, columns = {}, {}, []
    depth = 0
    for line in path.read_text(errors="replace").splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "$scope":
            depth += 1
        elif words[0] == "$upscope":
            depth -= 1
        elif words[0] == "$var":
            name = words[4]
            # Only what the source names in the module itself: not what the front end made up, not the checkers' insides.
            if depth == 1 and not re.search(r"[$\\]|^smt_|formal_before", name):
                names[words[3]] = name
        elif line[0] == "#":
            columns.append(dict(values))
        elif words[0][0] in "bB":
            values[words[1]] = words[0][1:]
        elif words[0][0] in "01xz" and len(words) == 1:
            values[words[0][1:]] = words[0][0]
    # smtbmc writes two time stamps per cycle, for the edges of the clock.
    if columns and columns[-1] != values:
        columns.append(dict(values))
    frames = columns[1::2][-cycles:] or columns[-cycles:]
    rows = []
    for code, name in names.items():
        row = [_hex(frame.get(code, "")) for frame in frames]
        if any(cell not in ("", "0") for cell in row):
            rows.append([name, *row])
    rows.sort(key=lambda row: (not row[0].endswith(("_i", "_ni")), row[0]))
    dropped = len(rows) - MAX_SIGNALS
    rows = rows[:MAX_SIGNALS]
    if not rows:
        return ["(no signal of the module is set)"]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return lines + ([f"... and {dropped} more"] if dropped > 0 else [])


def _hex(bits):
    return f"{int(bits, 2):x}" if bits and set(bits) <= {"0", "1"} else bits

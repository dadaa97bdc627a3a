"""What is read from and done to the assembly of a program before the layout pass: `__local` variables get their places in the
scratchpad, and the need for stack is added up."""

import re

import ir_text

SCRATCHPAD_BASE = 0x10000000
# Stack of functions that are not in this assembly: the C library and libgcc. The deepest of the mathematics takes 200 bytes.
LIBRARY_STACK = 512

_SECTION = re.compile(r"^\t\.section\t\"?([^\s,\"]+)\"?|^\t\.(text|data|bss)$")
_LABEL = re.compile(r"^([A-Za-z_$][\w.$]*):")
_SIZE = re.compile(r"^\t\.size\t([\w.$]+), (\d+)$")
_ALIGN = re.compile(r"^\t\.p2align\t(\d+)")
_FRAME = re.compile(r"^\t(?:c\.)?addi\tsp, sp, -(\d+)$")
_BIG_FRAME = re.compile(r"^\tsub\tsp, sp, (\w+)$")
_CALL = re.compile(r"^\t(?:call|tail|jal)\t(?:ra, )?([\w.$]+)")


def place_local_variables(text):
    """(text, {kernel: bytes}): variables of one kernel lie one behind the other, those of different kernels over each other."""
    out, variables, inside, alignment = [], [], False, 1
    for line in text.split("\n"):
        section = _SECTION.match(line)
        if section:
            inside = section[1] == ir_text.LOCAL_SECTION
            if inside:
                continue
        if not inside:
            out.append(line)
            continue
        if match := _ALIGN.match(line):
            alignment = 1 << int(match[1])
        elif match := _SIZE.match(line):
            variables.append((match[1], int(match[2]), alignment))
            alignment = 1
        elif not (_LABEL.match(line) or line.startswith(("\t.zero", "\t.p2align", "\t.byte", "\t.word", "\t.half"))):
            out.append(line)
    used, places = {}, []
    for name, size, alignment in variables:
        kernel = name.split(".")[0]
        offset = -(-used.get(kernel, 0) // alignment) * alignment
        places.append(f"\t.set\t{name}, {SCRATCHPAD_BASE + offset:#x}")
        used[kernel] = offset + size
    if places:
        names = {name for name, _, _ in variables}
        # (Symbols of other things may be declared where a variable ended.)
        out = [line for line in out if not re.match(r"\t\.(type|globl)\t([\w.$]+)", line) or line.split("\t")[2].split(",")[0] not in names]
    return "\n".join(places + out), used


def stack_use(text):
    """{function: bytes of stack that it and what it calls need at most}."""
    frames, calls, function, loaded = {}, {}, None, {}
    for line in text.split("\n"):
        if match := _LABEL.match(line):
            if not match[1].startswith(".L"):
                function = match[1]
                frames.setdefault(function, 0)
                calls.setdefault(function, set())
            continue
        if function is None:
            continue
        if match := _FRAME.match(line):
            frames[function] += int(match[1])
        elif match := re.match(r"^\tlui\t(\w+), (\d+)$", line):
            loaded[match[1]] = int(match[2]) << 12
        elif match := re.match(r"^\taddi\t(\w+), \1, (-?\d+)$", line):
            if match[1] in loaded:
                loaded[match[1]] += int(match[2])
        elif match := re.match(r"^\tli\t(\w+), (\d+)$", line):
            loaded[match[1]] = int(match[2])
        elif match := _BIG_FRAME.match(line):
            frames[function] += loaded.get(match[1], 0)
        elif re.match(r"^\tandi\tsp, sp, -(\d+)$", line):
            frames[function] += int(re.match(r"^\tandi\tsp, sp, -(\d+)$", line)[1])
        elif match := _CALL.match(line):
            calls[function].add(match[1])
    total = {}

    def need(name, above):
        if name in total:
            return total[name]
        if name not in frames:
            return LIBRARY_STACK
        if name in above:
            return 0  # recursion, which OpenCL C forbids
        deepest = max((need(other, above | {name}) for other in calls[name]), default=0)
        total[name] = frames[name] + deepest
        return total[name]

    return {name: need(name, frozenset()) for name in frames}

"""LLVM IR as text: from clang's abstract OpenCL target to the device's. All address spaces become one, as on the device, and
OpenCL's calling conventions become C's."""

import re

DATA_LAYOUT = 'target datalayout = "e-m:e-p:32:32-i64:64-n32-S128"'
TRIPLE = 'target triple = "riscv32-unknown-unknown-elf"'

_LOCAL_VARIABLE = re.compile(r"^(@\S+) = internal (?:unnamed_addr )?addrspace\(3\) global (.+?) undef(, align \d+)$", re.M)
_DECLARE = re.compile(r"^declare .*?(@[\w.$]+|@\"[^\"]+\")\(.*$", re.M)
# The section of __local variables, on their way to local_memory.py.
LOCAL_SECTION = ".hd_local"


class ProgramError(Exception):
    """The user's program has something that this platform does not."""


def retarget(text):
    """The module for the device."""
    text = re.sub(r"^target datalayout = .*$", DATA_LAYOUT, text, count=1, flags=re.M)
    text = re.sub(r"^target triple = .*$", TRIPLE, text, count=1, flags=re.M)
    # Not internal: what one function stores into them, other work-items load, which the optimiser does not expect of
    # variables that it sees all uses of.
    text = _LOCAL_VARIABLE.sub(rf'\1 = global \2 zeroinitializer, section "{LOCAL_SECTION}"\3', text)
    text = re.sub(r" addrspace\(\d+\)", "", text)
    text = text.replace("addrspacecast ", "bitcast ").replace("addrspacecast(", "bitcast(")
    text = re.sub(r"\bspir_(?:func|kernel) ", "", text)
    text = re.sub(r"@llvm\.[\w.]+", lambda match: re.sub(r"\.p\d+", ".p0", match[0]), text)
    return _once(text)


def _once(text):
    """Without second declarations of one name: intrinsics that differed in address spaces only."""
    seen = set()

    def keep(match):
        if match[1] in seen:
            return ""
        seen.add(match[1])
        return match[0]

    return _DECLARE.sub(keep, text)


def split_top_level(text):
    """Splits at commas outside brackets and strings."""
    parts, depth, start, quoted = [], 0, 0, False
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    last = text[start:].strip()
    return parts + [last] if last else parts


def type_of(operand):
    """The type at the start of a parameter or operand: 'i32', '<4 x float>', 'ptr'."""
    if operand[0] in "<[{":
        depth = 0
        for place, char in enumerate(operand):
            depth += char in "<[{"
            depth -= char in ">]}"
            if depth == 0:
                return operand[: place + 1]
    return re.match(r"target\([^)]*\)|[\w.%\"]+", operand)[0]


_SCALARS = {"i1": 1, "i8": 1, "i16": 2, "half": 2, "i32": 4, "float": 4, "ptr": 4, "i64": 8, "double": 8}


def size_and_alignment(kind):
    """Bytes and alignment of a scalar or vector type, as OpenCL C has them."""
    vector = re.fullmatch(r"<(\d+) x (\w+)>", kind)
    if vector:
        count = 1 << (int(vector[1]) - 1).bit_length()
        size = count * _SCALARS[vector[2]]
        return size, size
    if kind not in _SCALARS:
        raise ProgramError(f"a kernel has an argument of a type that this platform does not have: {kind}")
    return _SCALARS[kind], _SCALARS[kind]

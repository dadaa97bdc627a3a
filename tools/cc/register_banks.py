"""Gives the floating-point registers of kernels names that lie in different banks of the register file.

Register f<n> of a warp lies in bank (n + warp) mod banks (rtl/core/register_file.sv), and an instruction whose sources are different
registers of one bank takes a cycle more for each. Compilers do not know that. Which of the registers a caller may lose is which does not
matter in a kernel's entry (`__hd_direct_*`: no floating-point arguments, nothing is returned) that calls nothing, so they
are permuted there: as long as exchanging two of them saves cycles, loops counting eightfold per level. Banks are those of the largest
register file; a smaller number of banks divides it.
"""

import collections
import re

BANKS = 8
LOOP_WEIGHT = 8
# Caller-saved, with their numbers.
NUMBERS = {f"ft{i}": i for i in range(8)} | {f"fa{i}": 10 + i for i in range(8)} | {f"ft{i}": 20 + i for i in range(8, 12)}
_OTHERS = {"fs0": 8, "fs1": 9} | {f"fs{i}": 16 + i for i in range(2, 12)}
_FLOAT = re.compile(r"\b(?:ft\d+|fa\d|fs\d+)\b")
_FREE = re.compile(r"\b(?:ft\d+|fa\d)\b")
_LABEL = re.compile(r"(\.LBB\d+_\d+):")
_TARGET = re.compile(r"\.LBB\d+_\d+\b")
_ENCODED = re.compile(r"\s*\.(word|half|byte|2byte|4byte)\b")  # perhaps an instruction with registers in it
_CALLS = re.compile(r"(call|tail|jalr|jr|ret)\b")


def _code(line):
    """The instruction of a line, without its comment; empty for labels, directives and comments."""
    text = line.split("#", 1)[0].strip()
    return "" if text.startswith(".") or text.endswith(":") else text


def _uses(lines):
    """{the floating-point sources of an instruction: weight}, for those that can want a bank twice."""
    labels = {match[1]: at for at, line in enumerate(lines) if (match := _LABEL.match(line))}
    depth = [0] * len(lines)
    for at, line in enumerate(lines):
        for target in _TARGET.findall(_code(line)):
            for inside in range(labels.get(target, at + 1), at + 1):
                depth[inside] += 1
    uses = collections.Counter()
    for at, line in enumerate(lines):
        parts = _code(line).split(None, 1)
        if len(parts) < 2 or not parts[0].startswith("f"):
            continue
        sources = frozenset(_FLOAT.findall(parts[1].split(",", 1)[1] if "," in parts[1] else ""))
        if len(sources) > 1:
            uses[sources] += LOOP_WEIGHT ** min(depth[at], 6)
    return uses


def _cost(sources, number):
    """Cycles beyond the first that reading the sources takes."""
    banks = collections.Counter(number[name] % BANKS for name in sources)
    return max(banks.values()) - 1


def permutation(lines):
    """{register: its new name} for the lines of one function that calls nothing."""
    uses = _uses(lines)
    by_name = collections.defaultdict(list)
    for sources in uses:
        for name in sources:
            by_name[name].append(sources)
    number = NUMBERS | _OTHERS
    names = sorted(NUMBERS, key=NUMBERS.get)

    def around(first, second):
        return sum(uses[sources] * _cost(sources, number) for sources in {*by_name[first], *by_name[second]})

    improved = True
    while improved:
        improved = False
        for at, first in enumerate(names):
            for second in names[at + 1 :]:
                before = around(first, second)
                if not before:
                    continue
                number[first], number[second] = number[second], number[first]
                if around(first, second) < before:
                    improved = True
                else:
                    number[first], number[second] = number[second], number[first]
    of_number = {value: name for name, value in NUMBERS.items()}
    return {name: of_number[number[name]] for name in names}


def _renamed(lines):
    new = permutation(lines)
    return [
        line if re.match(r"\s*(#|\.(?!insn\b))", line) else _FREE.sub(lambda match: new[match[0]], line) for line in lines
    ]


def spread(text):
    """The assembly with the registers of its kernels spread over the banks."""
    lines, out, place = text.split("\n"), [], 0
    while place < len(lines):
        out.append(lines[place])
        place += 1
        if not re.match(r"__hd_direct_[\w$]+:", lines[place - 1]):
            continue
        end = next((at for at in range(place, len(lines)) if lines[at].startswith(".Lfunc_end")), place)
        body = lines[place:end]
        understood = not any(_CALLS.match(_code(line)) or _ENCODED.match(line) for line in body)
        out += _renamed(body) if understood else body
        place = end
    return "\n".join(out)

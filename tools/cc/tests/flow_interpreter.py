"""Walks assembly text the way a lane would, with made-up branch outcomes, and notes what it passes.

The outcome of a conditional branch depends only on its operands, on what it asks (inverted forms ask the same
question) and on how often it was asked; so two layouts of one program, walked with the same seed, pass the same
instructions unless a layout is wrong.
"""

import hashlib
import re

import asm_function

_CANONICAL = {
    "bge": ("blt", True),
    "bne": ("beq", True),
    "bgeu": ("bltu", True),
    "bnez": ("beqz", True),
    "bgtz": ("blez", True),
    "bgez": ("bltz", True),
    "ble": ("bgt", True),
    "bleu": ("bgtu", True),
}


def _draw(seed, *key):
    return hashlib.blake2b(repr((seed,) + key).encode(), digest_size=4).digest()[0]


def functions(text):
    """{name: lines between the function's label and its end}, and the jump tables of the file."""
    lines = text.split("\n")
    found, at = {}, 0
    names = set(re.findall(r"\.type\s+([^\s,]+),\s*@function", text))
    while at < len(lines):
        match = re.match(r"([\w.$]+):", lines[at])
        if match and match[1] in names:
            end = next(other for other in range(at, len(lines)) if lines[other].startswith(".Lfunc_end"))
            found[match[1]] = lines[at + 1 : end]
            at = end
        at += 1
    return found, asm_function.jump_tables(lines)


def walk(lines, tables, seed, limit=400):
    """The instructions that a walk from the top passes. Jumps and branches leave no trace, only what they lead to."""
    code, labels = [], {}
    for line in lines:
        statement = asm_function.strip_comment(line)
        label = re.match(r"([.\w$]+):$", statement)
        if label:
            labels[label[1]] = len(code)
        elif statement and (not statement.startswith(".") or statement.startswith((".insn", ".word"))):
            code.append(" ".join(statement.split()))
    used = sorted({table for line in code for table in re.findall(r"\.LJTI\d+_\d+", line)})
    targets = [label for table in used for label in tables[table]]
    trace, asked, pc = [], {}, 0
    for _ in range(50 * limit):  # an endless loop of nothing but jumps ends here
        if len(trace) == limit:
            break
        if pc >= len(code):
            trace.append("end of the function")
            break
        statement = code[pc]
        word = statement.split()[0]
        pc += 1
        if word in asm_function.INVERSE:
            operands, _, target = statement[len(word) :].rpartition(",")
            question, inverted = _CANONICAL.get(word, (word, False))
            key = (question, operands.strip())
            asked[key] = asked.get(key, 0) + 1
            answer = _draw(seed, *key, asked[key]) < 140
            if answer != inverted:
                pc = labels[target.strip()]
        elif word == "j":
            pc = labels[statement.split()[1]]
        elif word == "jr" and targets:
            asked["jr"] = asked.get("jr", 0) + 1
            pc = labels[targets[_draw(seed, "jr", asked["jr"]) % len(targets)]]
            trace.append("jr")
        else:
            trace.append(statement)
            if word in ("ret", "tail", "jr", "unimp", "mret"):
                break
    return trace

"""Functions in clang's RISC-V assembly, taken apart into basic blocks.

A block is its labels, its items (instructions, opaque inline assembly, `.loc`, `.cfi_*` and labels of debug
information) and its end:
    fall      runs into the next block          target None
    branch    conditional: target or the next   target, op, operands
    jump      unconditional                     target
    indirect  jr: any of `targets`              no next block
    stop      ret, tail, unimp                  no next block
What is not understood raises Unsupported: the caller leaves the function as it is.
"""

import dataclasses
import re

INVERSE = {}
for _a, _b in (
    ("beq", "bne"),
    ("blt", "bge"),
    ("bltu", "bgeu"),
    ("beqz", "bnez"),
    ("blez", "bgtz"),
    ("bltz", "bgez"),
    ("bgt", "ble"),
    ("bgtu", "bleu"),
):
    INVERSE[_a], INVERSE[_b] = _b, _a

_BLOCK_LABEL = re.compile(r"(\.LBB\d+_\d+):")
_LABEL = re.compile(r"([.\w$]+):\s*(#.*)?$")
_FALL_MARK = re.compile(r"# %bb\.\d+:")
_TABLE_USE = re.compile(r"\.LJTI\d+_\d+")
_BLOCK_USE = re.compile(r"\.LBB\d+_\d+")
_NOT_IN_A_BLOCK = re.compile(
    r"\.(section|text|data|bss|pushsection|popsection|previous|subsection|macro|endm|rept|irp|if|else|endif)\b|\.cfi_"
)
_STOPS = {"ret", "tail", "unimp", "mret"}
_JUMP_LIKE = {"jump", "jalr", "jal"}


class Unsupported(Exception):
    """Something in the function that the parser does not know."""


@dataclasses.dataclass
class Item:
    kind: str  # code, label, loc, cfi
    text: str


@dataclasses.dataclass
class Block:
    labels: list = dataclasses.field(default_factory=list)
    items: list = dataclasses.field(default_factory=list)
    end: str = "fall"
    op: str = ""
    operands: str = ""  # registers of a branch, with the comma before the target
    target: str | None = None
    targets: list = dataclasses.field(default_factory=list)
    end_text: str = ""  # the last instruction of an indirect or stop end
    tail_labels: list = dataclasses.field(default_factory=list)  # labels behind the last instruction
    address_taken: bool = False

    def code_size(self):
        """Instructions of the block, roughly: pseudo-instructions count once."""
        return sum(item.kind == "code" for item in self.items) + (self.end != "fall")


@dataclasses.dataclass
class Function:
    name: str
    head: list  # lines before the first block: labels, .file, .cfi_startproc
    blocks: list


def strip_comment(line):
    """The statement of a line. `#` starts a comment except inside a string, which only directives have."""
    return line.split("#", 1)[0].strip() if '"' not in line else line.strip()


def jump_tables(lines):
    """{table label: [block labels]} of all jump tables of a file."""
    tables, current = {}, None
    for line in lines:
        label = re.match(r"(\.LJTI\d+_\d+):", line)
        if label:
            current = tables.setdefault(label[1], [])
            continue
        if current is not None:
            entry = re.match(r"\s+\.(?:word|half|byte)\s+(\.LBB\d+_\d+)", line)
            if entry:
                current.append(entry[1])
            elif strip_comment(line):
                current = None
    return tables


class _Parser:
    def __init__(self, name, lines, tables):
        self.name, self.lines, self.tables = name, lines, tables
        self.head, self.blocks, self.current = [], [], None
        self.fresh = False  # the current block has ended: the next instruction starts another
        self.used_tables = set()
        self.last_opaque = False

    def parse(self):
        opaque = False
        for line in self.lines:
            stripped = line.strip()
            if stripped.startswith("#APP"):
                opaque = True
                continue
            if stripped.startswith("#NO_APP"):
                opaque = False
                continue
            if opaque:
                self._opaque(line)
            elif self.current is None:
                self._head(line, stripped)
            else:
                self._line(line, stripped)
        if not self.blocks:
            raise Unsupported("no blocks")
        self._finish()
        return Function(self.name, self.head, self.blocks)

    def _new_block(self):
        self.current = Block()
        self.blocks.append(self.current)
        self.fresh = False

    def _head(self, line, stripped):
        if _FALL_MARK.match(stripped) or _BLOCK_LABEL.match(stripped):
            self._new_block()
            self._line(line, stripped)
        elif stripped and not stripped.startswith("#"):
            statement = strip_comment(line)
            if not statement.startswith(".") and not statement.endswith(":"):
                raise Unsupported(f"an instruction before the first block: {statement}")
            self.head.append(line)

    def _code_block(self):
        if self.fresh:
            self._new_block()
        return self.current

    def _opaque(self, line):
        statement = strip_comment(line)
        if not statement:
            return
        if self.current is None:
            raise Unsupported("inline assembly before the first block")
        if _BLOCK_USE.search(statement) or re.search(r"\.Ltmp\d+", statement):
            raise Unsupported("inline assembly that jumps to a block")
        if _NOT_IN_A_BLOCK.match(statement):
            raise Unsupported(f"inline assembly with {statement.split()[0]}")
        self._code_block().items.append(Item("code", line))

    def _line(self, line, stripped):
        if _FALL_MARK.match(stripped):
            if self.current.items or self.current.labels or self.fresh:
                self._new_block()
            return
        if not stripped or stripped.startswith("#"):
            return
        label = _LABEL.match(stripped)
        if label:
            self._label(label[1], stripped)
            return
        statement = strip_comment(line)
        word = statement.split()[0]
        if word.startswith("."):
            self._directive(word, line, statement)
        else:
            self._instruction(word, line, statement)

    def _label(self, name, stripped):
        if _BLOCK_LABEL.match(stripped) or "Block address taken" in stripped or "Address of block" in stripped:
            # A block may have several names; they come before its first instruction.
            if (
                self.current.items
                or self.fresh
                or (self.blocks and self.current is self.blocks[0] and not self.current.labels)
            ):
                self._new_block()
            self.current.labels.append(name)
            self.current.address_taken |= "ddress" in stripped
        elif self.fresh:
            self.current.tail_labels.append(name)
        else:
            self.current.items.append(Item("label", name))

    def _directive(self, word, line, statement):
        if word == ".file":
            self.head.append(line)
        elif word == ".loc":
            self._code_block().items.append(Item("loc", statement))
        elif word.startswith(".cfi_"):
            # Behind the last instruction a directive still speaks of what comes next in the old order.
            self._code_block().items.append(Item("cfi", statement))
        elif word == ".p2align":
            pass  # loop alignment, which has no use here
        elif word in (".option", ".insn", ".word", ".half", ".byte"):
            self._code_block().items.append(Item("code", line))
        else:
            raise Unsupported(f"directive {word}")

    def _instruction(self, word, line, statement):
        block = self._code_block()
        self.used_tables.update(_TABLE_USE.findall(statement))
        if word in INVERSE:
            operands, _, target = statement[len(word) :].strip().rpartition(",")
            block.end, block.op, block.operands, block.target = (
                "branch",
                word,
                operands.strip() + ", ",
                self._target(target.strip()),
            )
        elif word == "j":
            block.end, block.target = "jump", self._target(statement.split()[1])
        elif word == "jr":
            block.end, block.end_text = "indirect", line
        elif word in _STOPS:
            block.end, block.end_text = "stop", line
        elif word in _JUMP_LIKE and re.match(r"jump\b|jalr\s+(x0|zero)\b|jal\s+(x0|zero)\b", statement):
            raise Unsupported(f"instruction {statement}")
        else:
            if _BLOCK_USE.search(statement):
                raise Unsupported(f"the address of a block in {statement}")
            block.items.append(Item("code", line))
            return
        self.fresh = True

    @staticmethod
    def _target(name):
        if not _BLOCK_USE.fullmatch(name):
            raise Unsupported(f"a branch to {name}")
        return name

    def _finish(self):
        """Targets of indirect jumps: the tables that the function uses, and blocks whose address is taken. More than
        the jump can reach is no error: these edges only guide the order."""
        labels = {label for block in self.blocks for label in block.labels}
        targets = [label for table in sorted(self.used_tables) for label in self.tables.get(table, [])]
        targets += [block.labels[0] for block in self.blocks if block.address_taken]
        for block in self.blocks:
            if block.end == "indirect":
                block.targets = list(dict.fromkeys(targets))
            for label in ([block.target] if block.target else []) + block.targets:
                if label not in labels:
                    raise Unsupported(f"a branch out of the function, to {label}")


def parse(name, lines, tables):
    """lines: from behind the function's label up to its .Lfunc_end label. Raises Unsupported."""
    return _Parser(name, lines, tables).parse()

"""What must not be in the design: latches, combinational loops, nets with several drivers, memories in flip-flops.

Each check reads what Yosys says about the elaborated design and gives findings that name module and signal. (Nets without a
driver are not among them: the front end makes them constant. Verilator's lint finds those.)
"""

import re
from dataclasses import dataclass

from design import SLANG

XILINX = "synth_xilinx -family xcup -noiopad -noclkbuf"
# Before synth_xilinx maps memories to flip-flops: what is still a memory.
LEFTOVER = ("tee -q -o leftover.txt dump -m t:$mem_v2",)

# An array smaller than this may well be flip-flops: two pending words, a register per warp.
ARRAY_BITS = 1024
# An array of so few words is a pipeline stage, not a memory; flip-flops are the better choice.
ARRAY_WORDS = 2


@dataclass(frozen=True)
class Finding:
    kind: str  # latch, loop, drivers, memory, or check: anything else that Yosys finds
    module: str
    text: str

    def __str__(self):
        return f"{self.kind}: module {self.module}: {self.text}"


def module_name(name):
    r"""The module as the source calls it: with the hierarchy kept, every instance is a module \name$path."""
    return name.lstrip("\\").split("$")[0]


def elaborate(top, sources):
    """Yosys commands that read the sources, write elaborated.il and leave what `wrong_logic` reads."""
    names = " ".join(source.name for source in sources)
    return [
        f"read_slang {SLANG} --top {top} {names}",
        f"hierarchy -check -top {top}",
        "write_rtlil elaborated.il",
        "tee -q -o check.txt check",
        "tee -q -o latches.txt dump -m t:$dlatch t:$adlatch t:$dlatchsr t:$sr",
        "tee -q -o registers.txt dump -m t:$*dff*",
        "tee -q -o memories.json stat -json",
        # Loops may go through several modules.
        "flatten",
        "tee -q -o check_flat.txt check",
    ]


def wrong_logic(work, sources):
    """The findings of `elaborate` in the folder `work`."""

    def text(name):
        return (work / name).read_text(errors="replace")

    found = _latches(text("latches.txt"))
    found += _check(text("check.txt"), loops=False)
    found += _check(text("check_flat.txt"), loops=True)
    found += _dissolved(text("registers.txt"), unpacked_arrays(sources))
    return list(dict.fromkeys(found))


def map_memories(top):
    """Yosys commands that turn the memories of merged.il into RAM without much ado, and leave what `wrong_memories` reads."""
    return [
        "read_rtlil merged.il",
        f"{XILINX} -top {top} -run begin:prepare",
        "opt_expr",
        "opt_clean",
        "opt -nodffe -nosdff",
        "memory -nomap",
        "opt_clean",
        f"{XILINX} -run map_memory:map_ffram",
        *LEFTOVER,
    ]


def wrong_memories(work):
    """The findings of `map_memories` in the folder `work`."""
    return list(dict.fromkeys(_leftover((work / "leftover.txt").read_text(errors="replace"))))


# The memories that the architecture needs: what they are called, the module they are in, and their bits in one cluster.
KNOWN = (
    ("register file", "register_file", lambda c: c["Cores"] * c["Warps"] * c["Lanes"] * 63 * 32),
    ("instruction cache", "icache", lambda c: c["Cores"] * c["IcacheBytes"] * 8),
    ("scratchpad", "scratchpad", lambda c: c["ScratchpadBytes"] * 8),
)


def missing_memories(statistics, leftover, stands_for, configuration):
    """Findings for known memories that are not RAM of their full size, wherever in the module they have gone.

    `statistics` is the `stat -json` of the elaborated design, `leftover` the text of leftover.txt, `stands_for` what `merge`
    returned, `configuration` the numbers of heddle_config_pkg.
    """
    lost = {}
    for module, _, _, values in _cells(leftover):
        if _number(values["WR_PORTS"]) > 0:
            lost[module] = lost.get(module, 0) + _number(values["SIZE"]) * _number(values["WIDTH"])
    bits = {name: module["num_memory_bits"] - lost.get(stands_for.get(name, name), 0) for name, module in statistics["modules"].items()}
    found = []
    for title, module, wanted in KNOWN:
        paths = [name.split("$", 1)[1] for name in bits if module_name(name) == module and "$" in name]
        inside = sum(
            count for name, count in bits.items() for path in paths if ("." + name.split("$", 1)[-1] + ".").startswith("." + path + ".")
        )
        if inside < wanted(configuration):
            text = f"the {title} needs {wanted(configuration)} bits of RAM, but {inside} are RAM"
            found.append(Finding("memory", module, text))
    return found


def _cells(dump):
    """(module, type, name, {parameter or port: value}) of every cell in the output of `dump`."""
    module, cell = "", None
    for line in dump.splitlines():
        words = line.split(None, 2)
        if line.startswith("module "):
            module = words[1]
        elif line.startswith("  cell "):
            cell = (module, words[1], words[2], {})
        elif cell and len(words) == 3 and words[0] in ("parameter", "connect"):
            cell[3][words[1].lstrip("\\")] = words[2]
        elif cell and line.startswith("  end"):
            yield cell
            cell = None


def _signal(text):
    return re.sub(r"\s*\[[^]]*\]$", "", text.strip().lstrip("\\"))


def _latches(dump):
    signals = {(module_name(m), _signal(c.get("Q", "?"))) for m, _, _, c in _cells(dump)}
    return [Finding("latch", module, f"signal {signal} is a latch") for module, signal in sorted(signals)]


def _check(log, loops):
    """Findings in the log of `check`; of the flattened design only the loops are new."""
    found = []
    # Each problem is a line with a warning, and indented lines that belong to it.
    for problem in re.split(r"^Warning: ", log, flags=re.M)[1:]:
        head, *rest = problem.splitlines()
        rest = [line.strip() for line in rest if line.startswith(" ")]
        if match := re.match(r"found logic loop in module (\S+?):", head):
            if loops:
                found.append(_loop(match[1], rest))
        elif loops:
            continue
        elif match := re.match(r"multiple conflicting drivers for (.+)\.(\\?\S+?):?$", head):
            found.append(Finding("drivers", module_name(match[1]), f"net {_signal(match[2])} has several drivers"))
        else:
            found.append(Finding("check", "?", head))
    return found


def _loop(module, lines):
    wires = list(dict.fromkeys(_signal(line[5:]) for line in lines if line.startswith("wire ")))
    places = [match[1] for line in lines if (match := re.search(r"source: (\S+?)(?:\||$)", line))]
    through = ", ".join(wires) or "unnamed nets"
    where = f" (at {', '.join(dict.fromkeys(places))})" if places else ""
    # A block that reads back the signal it may leave alone, and nothing else in the loop.
    cells = [line for line in lines if line.startswith("cell ") and "($buf)" not in line]
    if len(wires) == 1 and cells and all("$procmux" in line for line in cells):
        return Finding("latch", module, f"signal {through} keeps its value on some path of a combinational block{where}")
    return Finding("loop", module, f"combinational loop through {through}{where}")


def unpacked_arrays(sources):
    """{module: names of its unpacked arrays}, from the text of the sources."""
    arrays = {}
    for source in sources:
        module = None
        for line in source.read_text().splitlines():
            line = line.split("//")[0]
            if match := re.match(r"\s*module\s+(\w+)", line):
                module = match[1]
            # A declaration whose name is followed by a dimension.
            elif module and (match := re.match(r"\s*(?:logic|reg|bit|[a-z]\w*_[te])\b[^;=()]*?\b(\w+)\s*\[[^;=]*\]\s*;", line)):
                arrays.setdefault(module, set()).add(match[1])
    return arrays


def _dissolved(dump, arrays):
    """Arrays that elaboration could not keep as memories: their words are registers of their own."""
    bits, words = {}, {}
    for module, _, name, values in _cells(dump):
        match = re.match(r"\$driver\$(?:.*\.)?(\w+)((?:\[\d+\])+)$", name)
        if match and match[1] in arrays.get(module_name(module), ()):
            key = (module, match[1])
            bits[key] = bits.get(key, 0) + int(values["WIDTH"])
            words[key] = words.get(key, 0) + 1
    return [
        Finding("memory", module_name(module), f"array {name} became {count} flip-flops: it is reset, or written in a way no RAM can be")
        for (module, name), count in bits.items()
        if count >= ARRAY_BITS and words[(module, name)] > ARRAY_WORDS
    ]


def _leftover(dump):
    """Memories for which the FPGA has no RAM with such ports."""
    found = []
    for module, _, _, values in _cells(dump):
        name = values["MEMID"].strip('"').replace("\\\\", "").lstrip("\\")
        words, width = _number(values["SIZE"]), _number(values["WIDTH"])
        ports = f"{_number(values['WR_PORTS'])} write and {_number(values['RD_PORTS'])} read ports"
        # A constant table becomes logic.
        if _number(values["WR_PORTS"]) > 0 and words * width >= ARRAY_BITS and words > ARRAY_WORDS:
            text = f"array {name} ({words} x {width} bits, {ports}) becomes flip-flops: no RAM has such ports"
            found.append(Finding("memory", module_name(module), text))
    return found


def _number(text):
    """A number of RTLIL: 12 or 32'0000...1100."""
    return int(text.split("'")[1], 2) if "'" in text else int(text)

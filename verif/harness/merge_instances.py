"""Merges what Verilator 5.006 has emitted once per instance of a module and means the same: a cycle of a large configuration is megabytes of
code, and much of its time goes into fetching it; nor need it be compiled again.

Verilator merges functions of instances that are equal to the letter. Those of the modules in build_rtl.SHARED_MODULES often are but for
names that it makes up:
  - variables of SystemVerilog functions, whose calls it numbers through the whole design,
  - copies that concurrent assertions sample, which are members named after the instance, of a class that all instances share,
  - the instance's path in the messages of assertions, which the object knows, too.
Here these names of an instance become those of its class's first instance wherever they are used, and functions that are equal then are merged. Where a
name has no certain counterpart the functions that use it stay apart.
"""

import re
from collections import defaultdict

INSTANCE = re.compile(r"^    (Vtb_top_\w+) +TOP__(\w+);", re.MULTILINE)
PATH = re.compile(r'TOP__(\w+)\{this, Verilated::catName\(namep, "([^"]+)"\)\}')
FUNCTION = re.compile(r"^(?:VL_INLINE_OPT |VL_ATTR_COLD )?void (Vtb_top_\w+)\((Vtb_top_\w+)\* vlSelf\) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
FUNCTION_NAME = re.compile(r"\bVtb_top_\w+(?=\()")
NUMBERED = re.compile(r"(__V(?:(?:func|task)_\w+?_(?=_)|tableidx))(_?\d+)(?=__(?!KET__)|\b)")  # variables of a call, indices of tables
NUMBERED_MEMBER = re.compile(r"(vlSelf->)" + NUMBERED.pattern)
LOCAL = re.compile(r"__V(?:label|temp_h)[0-9a-f]+(?:__\d+)?")  # names that are a function's own
CALLS = re.compile(r"(?:^ +Vtb_top_\w+\(\(&vlSymsp->TOP__\w+\)\);\n)+", re.MULTILINE)  # of functions of instances, one after the other
MESSAGE = re.compile(r"%N([\w.\[\]]+)(.*?)vlSymsp->name\(\)", re.DOTALL)


class Function:
    def __init__(self, instance, name, text):
        self.instance, self.name, self.text = instance, name, text

    def rename(self, first, path):
        """Gives it the first instance's names of sampled copies, and messages the name that the object has."""
        def message(match):
            inside = f"{match[1]}.".startswith(f"{path}.")
            return f"%N{match[1][len(path) + 1:]}{match[2]}vlSelf->name()" if inside else match[0]

        text = self.text.replace(f"vlSelf->__Vsampled__TOP__{self.instance}__", f"vlSelf->__Vsampled__TOP__{first}__")
        self.text = MESSAGE.sub(message, text)

    def measure(self):
        """shape: what it does, without its own name and numbers; numbers: they in order (those of calls begin with '_', and those of tables
        do not); members: those of variables that are in the class."""
        places, local = {}, {}
        text = "".join(line for line in self.text[self.text.index("{"):].splitlines(True) if "VL_DEBUG_IF" not in line)
        text = NUMBERED.sub(lambda match: f"{match[1]}#{places.setdefault(match[2], len(places))}", text)
        text = LOCAL.sub(lambda match: f"local#{local.setdefault(match[0], len(local))}", text)
        self.shape = (self.name.split("__TOP__")[0], "".join(text.split()))
        self.numbers = list(places)
        self.members = {match[3] for match in NUMBERED_MEMBER.finditer(self.text)}

    def renumber(self, numbers):
        self.text = NUMBERED_MEMBER.sub(lambda match: match[1] + match[2] + numbers.get(match[3], match[3]), self.text)


def counterparts(functions, standing):
    """Numbers whose variables are members -> those of the first instance, and the numbers that have no certain counterpart."""
    members = set().union(*(function.members for function in functions))
    numbers, back, uncertain = {}, {}, set()
    for function in functions:
        other = standing.get(function.shape)
        for mine, its in zip(function.numbers, other.numbers if other else []):
            if mine in function.members or its in other.members:
                if numbers.setdefault(mine, its) != its or back.setdefault(its, mine) != mine or (its != mine and its in members):
                    uncertain.add(mine)
    return {mine: its for mine, its in numbers.items() if mine not in uncertain}, uncertain


def merge_class(instances, functions, paths):
    """Returns a dictionary: name of a function that goes -> name of the one that stands for it."""
    merged, standing = {}, {}
    for instance in instances:
        own = functions[instance]
        for function in own:
            function.rename(instances[0], paths[instance])
            function.measure()
        numbers, uncertain = counterparts(own, standing) if standing else ({}, set())
        for function in own:
            if function.shape in standing and uncertain.isdisjoint(function.numbers):
                merged[function.name] = standing[function.shape].name
            else:
                function.renumber(numbers)
        if not standing:
            standing = {function.shape: function for function in own}
    return merged


def interleave(calls, of_class, tells):
    """Calls one after the other, the same functions for each of some instances: all instances' first function, then all instances' second, ..., so that
    it is fetched once. A function of several instances changes nothing but what belongs to its own, so the instances' order does
    not matter. Those in `tells`, which call the harness, keep their order, and so do those that are not merged."""
    pairs = re.findall(r"(Vtb_top_\w+)\(\(&vlSymsp->TOP__(\w+)\)", calls)
    out, start = [], 0
    while start < len(pairs):
        lists, end = {}, start
        while end < len(pairs) and of_class.get(pairs[end][1]) == of_class.get(pairs[start][1]):
            lists.setdefault(pairs[end][1], []).append(pairs[end][0])
            end += 1
        if len(lists) == 1 or len({len(names) for names in lists.values()}) > 1:
            out += pairs[start:end]
        else:
            rows = list(zip(*lists.values()))  # the functions of all instances in each place
            ordered = [place for place, row in enumerate(rows) if len(set(row)) > 1 or row[0] in tells]
            together = range(ordered[0], ordered[-1] + 1) if ordered else range(0)
            groups = [rows[:together.start], rows[together.start:together.stop], rows[together.stop:]]
            for group in ([row] for row in groups[0]), [groups[1]], ([row] for row in groups[2]):
                out += [(row[number], instance) for rows in group for number, instance in enumerate(lists) for row in rows]
        start = end
    indent = calls[:len(calls) - len(calls.lstrip())]
    return "".join(f"{indent}{name}((&vlSymsp->TOP__{instance}));\n" for name, instance in out)


def merge(folder):
    """Rewrites the .cpp files that Verilator has put into `folder`. Those that nothing is left of are deleted."""
    classes = defaultdict(list)
    for name, instance in INSTANCE.findall((folder / "Vtb_top__Syms.h").read_text()):
        classes[name].append(instance)
    classes = {name: instances for name, instances in classes.items() if len(instances) > 1}
    paths = dict(pair for file in folder.glob("Vtb_top__Syms*.cpp") for pair in PATH.findall(file.read_text()))

    files, merged = {}, {}  # of a file: its text and functions in turn
    for name, instances in classes.items():
        functions = defaultdict(list)
        for file in sorted(folder.glob(f"{name}__*.cpp")):
            pieces, end, text = [], 0, file.read_text()
            for match in FUNCTION.finditer(text):
                instance = next((path for path in instances if match[2] == name and re.search(rf"__TOP__{path}(?:__\d+)?$", match[1])), None)
                if instance:
                    functions[instance].append(Function(instance, match[1], match[0]))
                    pieces += [text[end:match.start()], functions[instance][-1]]
                    end = match.end()
            if end:
                files[file] = [*pieces, text[end:]]
        merged |= merge_class(instances, functions, paths)

    firsts = {instance: instances[0] for instances in classes.values() for instance in instances}
    of_class = {instance: name for name, instances in classes.items() for instance in instances}
    tells = {piece.name for pieces in files.values() for piece in pieces if isinstance(piece, Function) and "Vdpiimwrap" in piece.text}
    sampled = re.compile(r"TOP__(\w+)\.__Vsampled__TOP__\1__")
    for file in [*files, *folder.glob("Vtb_top___024root__*.cpp")]:
        pieces = files.get(file) or [file.read_text()]
        left = [piece if isinstance(piece, str) else piece.text for piece in pieces if isinstance(piece, str) or piece.name not in merged]
        if len(pieces) > 1 and len(left) * 2 == len(pieces) + 1 and not FUNCTION.search("".join(left)):
            file.unlink()
            continue
        text = FUNCTION_NAME.sub(lambda match: merged.get(match[0], match[0]), "".join(left))
        text = sampled.sub(lambda match: f"TOP__{match[1]}.__Vsampled__TOP__{firsts.get(match[1], match[1])}__", text)
        file.write_text(CALLS.sub(lambda match: interleave(match[0], of_class, tells), text))
    return merged

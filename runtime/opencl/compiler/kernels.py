"""Kernels of a module: what their arguments are, and the code in which a work-item begins.

The argument block of a launch is struct hd_cl_launch (heddle_opencl_abi.h), then the arguments, each at the next multiple of its
alignment. Lanes begin in `__hd_direct___cl_NAME`, which takes the arguments from there and calls the kernel.
"""

import dataclasses
import re

import ir_text

HEADER_BYTES = 16
_KERNEL = re.compile(r"^define (?P<before>[^@\n]*?)spir_kernel void @(?P<name>[\w.$]+)\((?P<parameters>.*)\)(?P<after>[^\n]*?) \{$", re.M)
_NODE = re.compile(r"^!(\d+) = (?:distinct )?(.*)$", re.M)
_ADDRESS_SPACES = {0: "private", 1: "global", 2: "constant", 3: "local", 4: "private"}


@dataclasses.dataclass
class Argument:
    name: str
    type_name: str
    qualifier: str  # const, restrict, volatile
    kind: str  # value, global, constant, local
    size: int
    alignment: int
    offset: int = 0
    ir_type: str = ""
    by_value: str = ""  # type of a structure, and its alignment
    pointee_alignment: int = 1


@dataclasses.dataclass
class Kernel:
    name: str
    arguments: list
    args_bytes: int
    attributes: dict
    debug: str = ""  # number of its DISubprogram
    local_bytes: int = 0
    private_bytes: int = 0


def nodes_of(text):
    return {match[1]: match[2] for match in _NODE.finditer(text)}


def _list(nodes, reference):
    return ir_text.split_top_level(nodes[reference][2:-1]) if reference in nodes else []


def _strings(nodes, reference):
    return [re.sub(r"\\([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), item[2:-1]) for item in _list(nodes, reference)]


def _integers(nodes, reference):
    return [int(item.split()[-1]) for item in _list(nodes, reference)]


def _structure_size(text, kind, known):
    """(bytes, alignment) of a structure or array type of the module."""
    kind = kind.strip()
    if kind in known:
        return known[kind]
    array = re.fullmatch(r"\[(\d+) x (.+)\]", kind)
    if array:
        size, alignment = _structure_size(text, array[2], known)
        return int(array[1]) * size, alignment
    packed = kind.startswith("<{")
    if kind.startswith("%"):
        match = re.search(rf"^{re.escape(kind)} = type (.*)$", text, re.M)
        result = _structure_size(text, match[1], known)
        known[kind] = result
        return result
    if kind.startswith("{") or packed:
        offset, largest = 0, 1
        for member in ir_text.split_top_level(kind.strip("<>{} ")) if kind.strip("<>{} ") else []:
            size, alignment = _structure_size(text, member, known)
            alignment = 1 if packed else alignment
            offset = -(-offset // alignment) * alignment + size
            largest = max(largest, alignment)
        return -(-offset // largest) * largest, largest
    return ir_text.size_and_alignment(kind)


def find(text):
    """The kernels of clang's module, which has not been retargeted yet."""
    nodes, sizes, kernels = nodes_of(text), {}, []
    for match in _KERNEL.finditer(text):
        references = dict(re.findall(r"!(\w+) !(\d+)", match["after"]))
        spaces = _integers(nodes, references.get("kernel_arg_addr_space"))
        types = _strings(nodes, references.get("kernel_arg_type"))
        qualifiers = _strings(nodes, references.get("kernel_arg_type_qual"))
        names = _strings(nodes, references.get("kernel_arg_name"))
        arguments, offset = [], HEADER_BYTES
        for index, parameter in enumerate(ir_text.split_top_level(match["parameters"])):
            ir_type = ir_text.type_of(parameter)
            by_value = re.search(r"byval\((.+?)\) align (\d+)", parameter)
            pointee = re.search(r"\balign (\d+)", parameter)
            kind = _ADDRESS_SPACES[spaces[index]] if ir_type == "ptr" and not by_value else "value"
            if kind == "private":
                kind = "value"
            if by_value:
                size, alignment = _structure_size(text, by_value[1], sizes)[0], int(by_value[2])
            else:
                size, alignment = ir_text.size_and_alignment(ir_type)
            offset = -(-offset // alignment) * alignment
            arguments.append(
                Argument(
                    name=names[index] if index < len(names) else "",
                    type_name=types[index],
                    qualifier=qualifiers[index],
                    kind=kind,
                    size=size,
                    alignment=alignment,
                    offset=offset,
                    ir_type=ir_type,
                    by_value=by_value[1] if by_value else "",
                    pointee_alignment=int(pointee[1]) if pointee else 1,
                )
            )
            offset += size
        attributes = {}
        for key in ("reqd_work_group_size", "work_group_size_hint"):
            if key in references:
                attributes[key] = _integers(nodes, references[key])
        if "vec_type_hint" in references:
            attributes["vec_type_hint"] = nodes[references["vec_type_hint"]].strip("!{}")
        kernels.append(Kernel(match["name"], arguments, -(-offset // 16) * 16, attributes, references.get("dbg", "")))
    return kernels


def make_internal(text):
    """Functions of the user's that nothing outside may call: they are inlined and dropped, and their names clash with none of ours."""
    return re.sub(r"^define (?:dso_local )?(?!internal|linkonce|private|available_externally)", "define internal ", text, flags=re.M)


def entry(kernel, nodes, next_node, exit_code):
    """(IR of where lanes of `kernel` begin, metadata for it). next_node: the first free metadata number, exit_code: hd.exit for
    the assembler."""
    lines, operands = [], []
    for index, argument in enumerate(kernel.arguments):
        lines.append(f"  %p{index} = getelementptr i8, ptr %args, i32 {argument.offset}")
        if argument.by_value:
            operands.append(f"ptr byval({argument.by_value}) align {argument.alignment} %p{index}")
            continue
        lines.append(f"  %a{index} = load {argument.ir_type}, ptr %p{index}, align {argument.alignment}")
        operands.append(f"{argument.ir_type} %a{index}")
    name, metadata, on_function, on_call = f"__hd_direct___cl_{kernel.name}", "", "", ""
    if kernel.debug and kernel.debug in nodes:
        # A function of its own for the debugger, so that inlining keeps the source lines.
        line = re.search(r"\bline: (\d+)", nodes[kernel.debug])
        metadata = (
            f"!{next_node} = distinct {nodes[kernel.debug]}\n"
            f"!{next_node + 1} = !DILocation(line: {line[1] if line else 0}, scope: !{next_node})\n"
        )
        on_function, on_call = f" !dbg !{next_node}", f", !dbg !{next_node + 1}"
    code = "\n".join(
        [
            f'define void @{name}(ptr noalias nocapture readonly %args) noreturn nounwind convergent align 64{on_function} {{',
            *lines,
            f"  call void @{kernel.name}({', '.join(operands)}) alwaysinline convergent{on_call}",
            f'  call void asm sideeffect "{exit_code}", ""() noreturn nounwind{on_call}',
            f"  unreachable{on_call}",
            "}",
            f"@__cl_{kernel.name} = alias void (ptr), ptr @{name}",
            "",
        ]
    )
    return code, metadata

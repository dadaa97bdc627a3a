#!/usr/bin/python3
"""The built-in functions of OpenCL C, as OpenCL C: generate.py DIR writes one file per group (math.cl, integer.cl, ...).

Each function is written once for scalars; what is written here for every type, vector size and address space follows from that.
The language has about ten thousand built-in functions, most of which differ in nothing but types.
"""

import pathlib
import sys

import group_conversion
import group_integer
import group_math
import group_memory
import group_relational
import group_vector
import group_work_item

GROUPS = {
    "math": group_math,
    "integer": group_integer,
    "relational": group_relational,
    "conversion": group_conversion,
    "memory": group_memory,
    "vector": group_vector,
    "work_item": group_work_item,
}
PROLOGUE = """// Written by runtime/opencl/builtins/generate.py.
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#define OVL __attribute__((overloadable))
#define CONVERGENT __attribute__((overloadable, convergent))
"""


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, group in GROUPS.items():
        (folder / f"{name}.cl").write_text(PROLOGUE + "\n".join(group.lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

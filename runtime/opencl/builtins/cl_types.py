"""Names of OpenCL's types, and functions of vectors made from functions of scalars."""

SIZES = ("", "2", "3", "4", "8", "16")
VECTORS = SIZES[1:]
INTEGERS = ("char", "uchar", "short", "ushort", "int", "uint", "long", "ulong")
FLOATS = ("float", "half")
# Of a type: bytes, whether signed, the integers of its size.
BYTES = {"char": 1, "short": 2, "int": 4, "long": 8, "half": 2, "float": 4} | {
    "uchar": 1,
    "ushort": 2,
    "uint": 4,
    "ulong": 8,
}
SIGNED = {1: "char", 2: "short", 4: "int", 8: "long"}
UNSIGNED = {size: "u" + name for size, name in SIGNED.items()}
SPACES = ("__global", "__local", "__private")
READ_SPACES = SPACES + ("__constant",)


def is_signed(name):
    return not name.startswith("u")


def limits(name):
    """Smallest and largest value of an integer type, as expressions."""
    prefix = {"char": "CHAR", "short": "SHRT", "int": "INT", "long": "LONG"}
    if is_signed(name):
        return f"{prefix[name]}_MIN", f"{prefix[name]}_MAX"
    return "0", f"U{prefix[name[1:]]}_MAX"


def components(size):
    return [f"s{index:X}".replace("s", "s", 1) for index in range(int(size))]


def over_vectors(result, name, parameters, sizes=VECTORS):
    """Definitions of name(...) for vectors, component by component. parameters: (type, whether it is a vector too)."""
    out = []
    names = "abcdef"
    for size in sizes:
        declared = ", ".join(
            f"{kind}{size if vector else ''} {names[i]}" for i, (kind, vector) in enumerate(parameters)
        )
        parts = ", ".join(
            f"({result}){name}("
            + ", ".join(f"{names[i]}.{part}" if vector else names[i] for i, (_, vector) in enumerate(parameters))
            + ")"
            for part in components(size)
        )
        out.append(f"OVL {result}{size} {name}({declared}) {{ return ({result}{size})({parts}); }}")
    return out


def elementwise(result, name, types, body):
    """name(types...) for scalars, with the text `body` over a, b, c, and for vectors."""
    declared = ", ".join(f"{kind} {'abcdef'[i]}" for i, kind in enumerate(types))
    return [f"OVL {result} {name}({declared}) {{ {body} }}"] + over_vectors(result, name, [(kind, True) for kind in types])

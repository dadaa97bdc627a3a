"""Resources of a netlist for Xilinx UltraScale+, per module, from the statistics of Yosys."""

from checks import module_name

# LUTs that a cell of distributed RAM or a shift register takes.
LUTRAM = {
    "RAM16X1S": 1, "RAM16X1D": 2, "RAM32X1S": 1, "RAM32X1D": 2, "RAM32X2S": 2, "RAM64X1S": 1, "RAM64X1D": 2,
    "RAM128X1S": 2, "RAM128X1D": 4, "RAM256X1S": 4, "RAM256X1D": 8, "RAM512X1S": 8, "RAM32M": 4, "RAM32M16": 8,
    "RAM64M": 4, "RAM64M8": 8, "SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1,
}  # fmt: skip
# Block RAM in units of 36 Kbit.
BRAM = {"RAMB18E1": 0.5, "RAMB18E2": 0.5, "RAMB36E1": 1, "RAMB36E2": 1}
FLIP_FLOPS = {"FDCE", "FDCE_1", "FDPE", "FDPE_1", "FDRE", "FDRE_1", "FDSE", "FDSE_1"}
COLUMNS = ("lut", "lutram", "ff", "dsp", "bram")


def resources(cells):
    """The resources of {cell type: count}; `lut` includes the LUTs used as RAM, which `lutram` repeats."""
    found = dict.fromkeys(COLUMNS, 0)
    for kind, count in cells.items():
        if kind.startswith("LUT") and kind[3:].isdigit() or kind == "INV":
            found["lut"] += count
        elif kind in LUTRAM:
            found["lut"] += count * LUTRAM[kind]
            found["lutram"] += count * LUTRAM[kind]
        elif kind in FLIP_FLOPS:
            found["ff"] += count
        elif kind.startswith("DSP48"):
            found["dsp"] += count
        elif kind in BRAM:
            found["bram"] += count * BRAM[kind]
    return found


def rows(statistics, top):
    """One row per module of the source, all its instances together and without the modules in it; and the total.

    `statistics` is what `stat -json` wrote for a netlist with hierarchy.
    """
    modules = statistics["modules"]
    by_name = {name.lstrip("\\"): module["num_cells_by_type"] for name, module in modules.items()}
    top_name = next(name for name in by_name if module_name(name) == top)
    table, cells = {}, {}

    def visit(name, count):
        row = table.setdefault(module_name(name), {"module": module_name(name), "instances": 0, **dict.fromkeys(COLUMNS, 0)})
        row["instances"] += count
        for column, value in resources(by_name[name]).items():
            row[column] += value * count
        for kind, number in by_name[name].items():
            kind = kind.lstrip("\\")
            if kind in by_name:
                visit(kind, count * number)
            else:
                cells[kind] = cells.get(kind, 0) + number * count

    visit(top_name, 1)
    total = {column: sum(row[column] for row in table.values()) for column in COLUMNS}
    ordered = sorted(table.values(), key=lambda row: (-row["lut"], row["module"]))
    return ordered, total, cells


def table(ordered, total):
    """The rows as lines of text."""
    width = max(len("module"), *(len(row["module"]) for row in ordered))
    lines = [f"{'module':<{width}} {'instances':>9} {'LUT':>8} {'as RAM':>8} {'FF':>8} {'DSP':>6} {'BRAM':>6}"]
    for row in [*ordered, {"module": "total", "instances": "", **total}]:
        lines.append(
            f"{row['module']:<{width}} {row['instances']:>9} {row['lut']:>8} {row['lutram']:>8} {row['ff']:>8} "
            f"{row['dsp']:>6} {row['bram']:>6g}"
        )
    return lines

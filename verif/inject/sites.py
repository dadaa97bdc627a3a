"""What can go wrong: kinds of faults, and the registers of a library, by what they are."""

import json
import re
from pathlib import Path

# Faults of the AXI4 port, and how many bits each can turn over (None: as many as the port has).
BUS = {"read-data": None, "read-response": 2, "read-id": 8, "read-last": 1, "read-lost": 1, "read-twice": 1, "write-response": 2, "write-id": 8,
       "write-lost": 1, "write-twice": 1}  # fmt: skip
STATE = {
    "state-machine": "registers of state machines",
    "control": "registers of at most four bits: valid bits, counters, pointers",
    "data": "wider registers",
    "memory": "memories: caches, register files, scratchpad, queues",
}
# What synthesis removes: numbers of slots for monitors, records, what assertions remember.
OF_MONITORS = re.compile(r"order|trace|stability|past|monitor|warp_cycles_sum")
# Counters that software reads and nothing else uses.
COUNTERS = re.compile(r"^(cycles|warp_instrs|lane_instrs|warp_cycles|stall_sum|warp_sum|lane_sum|retired|count_cycle)_[dq]$")


class SiteError(Exception):
    """The library does not say what it has."""


def kind_of(row):
    """The kind of a signal; None if it is no register, or none of the device's."""
    name, bits = row["name"], row["width"]
    if OF_MONITORS.search(name) or OF_MONITORS.search(row["module"]) or COUNTERS.match(name):
        return None
    if row["depth"] and not name.endswith("_q"):
        return "memory" if row["module"].endswith(("ram_1r1w", "lane_ram", "l2_ram", "fifo", "register_file")) or name in ("mem", "tags") else None
    if not name.endswith("_q"):
        return None
    if re.search(r"(state|mode|rule|kind|fill)_q$", name) and bits <= 32:
        return "state-machine"
    return "control" if bits <= 4 else "data"


def read(path):
    """{kind: [(number of the signal, bits, its name)]}. Raises SiteError."""
    try:
        rows = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise SiteError(f"{path}: not a list of signals: {error}") from error
    found = {kind: [] for kind in STATE}
    for number, row in enumerate(rows):
        if kind := kind_of(row):
            found[kind].append((number, row["width"] * max(1, row["depth"]), f"{row['path']}.{row['name']}"))
    for kind, sites in found.items():
        if not sites:
            raise SiteError(f"{path}: no registers of kind '{kind}'")
    return found

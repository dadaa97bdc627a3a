"""The coefficient tables of the special functions."""

from .located_yaml import LocatedList, SpecError
from .schema import Reader

# Rows of each table: the segments that docs/architecture.md, section 9, divides the function's range into.
ROWS = {"rcp": 128, "rsqrt": 256, "exp2": 128, "log2": 192, "sin": 128}
# Signed bits of c0, c1 and c2: what the hardware keeps of a row.
WIDTHS = (32, 25, 18)


def read_special_functions(document, mark):
    """Returns {name: [(c0, c1, c2), ...]} in the order of ROWS."""
    top = Reader(document, mark, "special functions")
    tables = Reader(top.mapping("tables"), mark, "tables")
    result = {}
    for name, count in ROWS.items():
        rows = tables.items(name)
        if len(rows) != count:
            tables.fail(name, f"table '{name}' has {len(rows)} rows, not {count}")
        result[name] = [_row(name, row, where) for row, where in rows]
    tables.finish()
    top.finish()
    return result


def _row(name, row, mark):
    if not isinstance(row, LocatedList) or len(row) != 3 or not all(isinstance(c, int) for c in row):
        raise SpecError(mark, f"table '{name}': a row is [c0, c1, c2], three numbers")
    for index, (value, width) in enumerate(zip(row, WIDTHS)):
        if not -(1 << (width - 1)) <= value < 1 << (width - 1):
            raise SpecError(mark, f"table '{name}': c{index} is {value}, which has no {width} signed bits")
    return tuple(row)

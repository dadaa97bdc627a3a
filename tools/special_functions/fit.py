#!/usr/bin/python3
"""Computes docs/spec/special_functions.yaml: piecewise quadratics of the special functions (docs/architecture.md, section 9).

    fit.py [--check FILE]     prints the file, or compares it with FILE

Every row is the interpolation of the function at the Chebyshev points of its segment, in 60-digit arithmetic, as integers
in units of 2^-30 over a position u / 2^21 in the segment.
"""

import argparse
import sys

from mpmath import cos, floor, log, mp, mpf, pi, sin, sqrt

mp.dps = 60
ONE = 1 << 30
# The two truncations of the evaluation take half a unit each on average: c0 makes up for it.
BIAS = mpf(1)


def log2_quotient(x):
    return log(1 + x) / log(2) / x if x != 0 else 1 / log(2)


def sine_quotient(x):
    return sin(pi * x / 2) / x if x != 0 else pi / 2


def segments(function, low, width, count):
    return [(function, low + width * i, width) for i in range(count)]


STEP = mpf(1) / 128
TABLES = {
    "rcp": segments(lambda x: 1 / x, mpf(1), STEP, 128),
    "rsqrt": segments(lambda x: 1 / sqrt(x), mpf(1), STEP, 128) + segments(lambda x: 1 / sqrt(x), mpf(2), 2 * STEP, 128),
    "exp2": segments(lambda x: mpf(2) ** x, mpf(0), STEP, 128),
    "log2": segments(log2_quotient, mpf(-1) / 4, STEP / 2, 192),
    "sin": segments(sine_quotient, mpf(0), STEP, 128),
}


def row(function, low, width):
    """c0, c1, c2 of the quadratic through the three Chebyshev points of [low, low + width], with u from 0 to 1."""
    nodes = [(1 + cos((2 * k + 1) * pi / 6)) / 2 for k in range(3)]
    values = [function(low + width * u) for u in nodes]
    first = [(values[k + 1] - values[k]) / (nodes[k + 1] - nodes[k]) for k in range(2)]
    second = (first[1] - first[0]) / (nodes[2] - nodes[0])
    c2 = second
    c1 = first[0] - second * (nodes[0] + nodes[1])
    c0 = values[0] - first[0] * nodes[0] + second * nodes[0] * nodes[1]
    return [int(floor(c * ONE + mpf(1) / 2 + bias)) for c, bias in ((c0, BIAS), (c1, 0), (c2, 0))]


def text():
    lines = [
        "# Coefficients of the special functions, units of 2^-30. Use and meaning: docs/architecture.md, section 9.",
        "# Computed by tools/special_functions/fit.py, which a test repeats.",
        "tables:",
    ]
    for name, rows in TABLES.items():
        lines.append(f"  {name}:")
        lines += ["    - [{}, {}, {}]".format(*row(*segment)) for segment in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Coefficients of the special functions")
    parser.add_argument("--check", metavar="FILE", help="compare with FILE; status 1 if they differ")
    arguments = parser.parse_args()
    if not arguments.check:
        sys.stdout.write(text())
        return 0
    with open(arguments.check, encoding="utf-8") as file:
        same = file.read() == text()
    if not same:
        print(f"{arguments.check}: not what fit.py computes; run tools/special_functions/fit.py > {arguments.check}", file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())

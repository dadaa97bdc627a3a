"""Figures by module, and the report: a table, and HTML with every line, bit and row that was not reached."""

import html
import re
from pathlib import Path

import data

ROOT = Path(__file__).resolve().parents[2]
STYLE = """body{font:14px sans-serif;margin:2em;max-width:75em}
table{border-collapse:collapse}td,th{padding:2px 10px;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child{text-align:left}pre{line-height:1.3;font-size:12px}.no{background:#fdd}.yes{background:#e8f8e8}.waived{background:#eee}
summary{cursor:pointer}code{font-size:12px}"""


def by_module(counts):
    """{module: [lines reached, lines, bits that toggled, bits]}, with the module `all`."""
    result = {"all": [0, 0, 0, 0]}
    for key, count in counts.lines.items():
        for name in (key[0], "all"):
            row = result.setdefault(name, [0, 0, 0, 0])
            row[0] += count > 0
            row[1] += 1
    for (module, *_), signal in counts.signals.items():
        for name in (module, "all"):
            row = result.setdefault(name, [0, 0, 0, 0])
            row[2] += signal.toggled().bit_count()
            row[3] += signal.bits.bit_count()
    return result


def ordered(modules):
    return sorted(modules, key=lambda name: (name == "all", name))


def table(modules):
    lines = [f"{'module':28} {'lines':>13} {'':>7} {'bits':>15}"]
    for name in ordered(modules):
        a, b, c, d = modules[name]
        lines.append(f"{name:28} {f'{a} of {b}':>13} {data.percent(a, b):5.1f} % {f'{c} of {d}':>15} {data.percent(c, d):5.1f} %")
    return "\n".join(lines)


def ranges(bits):
    """The set bits as text: 3, 8-15."""
    found = [(m.start(), m.end() - 1) for m in re.finditer("1+", bin(bits)[:1:-1])]
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def missed_bits(counts):
    """[(module, signal, shape, bits)] that did not toggle."""
    found = [(*key, signal.bits & ~signal.toggled()) for key, signal in sorted(counts.signals.items())]
    return [row for row in found if row[-1]]


def page(counts, modules, rows, missed, heading, waived):
    """The report, one HTML page. `waived`: [(entry, lines or bits that it takes out)]."""
    out = [f"<!doctype html><meta charset=utf-8><title>Coverage</title><style>{STYLE}</style><h1>Coverage</h1><p>{html.escape(heading)}</p>"]
    out.append("<h2>Modules</h2><table><tr><th>module<th>lines<th>%<th>bits<th>%</tr>")
    for name in ordered(modules):
        a, b, c, d = modules[name]
        out.append(f"<tr><td>{name}<td>{a} of {b}<td>{data.percent(a, b)}<td>{c} of {d}<td>{data.percent(c, d)}</tr>")
    out.append("</table><h2>Test plan</h2><table><tr><th>feature<th>tests<th>not reached</tr>")
    for row in rows:
        gone = missed.get(row["name"], [])
        out.append(f"<tr class={'no' if gone else 'yes'}><td>{html.escape(row['name'])}<td>{', '.join(row['tests'])}<td>{', '.join(gone)}</tr>")
    out.append("</table><h2>Waived</h2><table><tr><th>what<th>lines or bits<th>reason</tr>")
    for entry, number in waived:
        what = entry["text"] if entry["kind"] == "line" else f"{entry['signal']}, bits {entry['bits']}"
        out.append(f"<tr><td><code>{entry['module']}: {html.escape(what)}</code><td>{number}<td>{html.escape(entry['reason'])}</tr>")
    out.append("</table><h2>Bits that did not toggle</h2><table><tr><th>signal<th>shape<th>bits</tr>")
    out += [f"<tr><td>{module}.{name}<td>{shape}<td>{ranges(bits)}</tr>" for module, name, shape, bits in missed_bits(counts)]
    out.append("</table><h2>Sources</h2>")
    for name in sorted({key[1] for key in counts.lines}):
        out.append(source(name, {key[2:]: count for key, count in counts.lines.items() if key[1] == name}))
    return "\n".join(out)


def source(name, lines):
    """A source file with the counts of its lines. `lines`: {(line, what): count}."""
    reached = {}
    for (line, _), count in lines.items():
        reached[line] = min(count, reached.get(line, count))
    missed = sum(not count for count in lines.values())
    text = []
    for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
        count = reached.get(number)
        shown = f"{'' if count is None else count:>10} {number:5} {html.escape(line)}"
        text.append(shown if count is None else f"<span class={'yes' if count else 'no'}>{shown}</span>")
    return f"<details><summary>{name}: {len(lines) - missed} of {len(lines)}</summary><pre>{chr(10).join(text)}</pre></details>"

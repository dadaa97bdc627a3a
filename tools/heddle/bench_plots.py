"""The plots of heddle bench: of --suite memory the latency ladder and bandwidth against stride, of --suite matrix the roofline."""

import math

import report

# Figures stand on white where they cross a line.
LABEL = {"fontsize": 8, "ha": "center", "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
INK, GREY, ACCENT, LIMIT = "#1f2933", "#8a949e", "#1f6feb", "#d1495b"


def bytes_text(count):
    for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count:g} B"


def new_axes(title, subtitle):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"font.size": 10, "axes.edgecolor": GREY, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK})
    figure, axes = pyplot.subplots(figsize=(8, 4.6), dpi=150)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", pad=22)
    axes.text(0, 1.03, subtitle, transform=axes.transAxes, color=GREY, fontsize=9)
    return figure, axes


def save(figure, path):
    from matplotlib import pyplot

    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)
    return path


def ladder(rows, config, known, memory, path):
    """Cycles of a dependent load against the bytes it walks through."""
    steps = [(report.argument(row, "bytes"), row["value"]) for row in rows if row["name"] == "latency.memory"]
    figure, axes = new_axes("Load to use, by footprint", f"cycles of a load that the next one needs, one lane, random order; {config}, memory {memory}")
    sizes, cycles = zip(*steps, strict=True)
    axes.plot(sizes, cycles, "o-", color=ACCENT, linewidth=2, markersize=5)
    for size, value in steps:
        axes.annotate(f"{value:.0f}", (size, value), textcoords="offset points", xytext=(0, 8), color=ACCENT, **LABEL)
    top, bottom = 1.6 * max(cycles), 0.8 * min(cycles)
    # The flat levels, named at the right edge, apart from each other.
    levels = [(row["value"], text) for row in rows for name, text in
              (("latency.scratchpad", "scratchpad"), ("latency.private", "private window"), ("latency.alu", "ALU result")) if row["name"] == name]  # fmt: skip
    bottom = min([bottom, *(0.8 * value for value, _ in levels)])
    lowest = 0.0
    for value, text in sorted(levels):
        axes.axhline(value, color=LIMIT, linewidth=1, linestyle="--", zorder=1)
        place = max(math.log(value / bottom) / math.log(top / bottom), lowest)
        axes.text(1.01, place, f"{text} {value:.1f}", transform=axes.transAxes, color=LIMIT, fontsize=9, va="center")
        lowest = place + 0.055
    for name, size in (("L1", known["dcache_bytes"]), ("L2", known["l2_bytes"])):
        axes.axvline(size, color=GREY, linewidth=1, linestyle=(0, (2, 3)), zorder=1)
        axes.text(size, top, f" {name}: {bytes_text(size)}", color=GREY, fontsize=9, va="top")
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [bytes_text(size) for size in sizes], rotation=35, ha="right", fontsize=8)
    axes.minorticks_off()
    axes.set_ylim(bottom, top)
    axes.set_xlabel("footprint")
    axes.set_ylabel("cycles")
    return save(figure, path)


def stride(rows, config, known, memory, path):
    """Bytes that arrive a cycle against the distance between neighbouring lanes."""
    points = [(4 * report.argument(row, "words"), row["value"], row["peak"]) for row in rows if row["name"] == "stride"]
    figure, axes = new_axes("Bandwidth against stride", f"bytes used per cycle, each word loaded once by the whole device; {config}, memory {memory}")
    strides, values, peaks = zip(*points, strict=True)
    axes.plot(strides, peaks, "--", color=LIMIT, linewidth=1.5, label="limit: each line through the port once")
    axes.plot(strides, values, "o-", color=ACCENT, linewidth=2, markersize=5, label="measured")
    for size, value, peak in points:
        axes.annotate(f"{100 * value / peak:.0f} %", (size, value), textcoords="offset points", xytext=(0, -15), color=ACCENT, **LABEL)
    axes.axvline(known["line_bytes"], color=GREY, linewidth=1, linestyle=(0, (2, 3)))
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_ylim(min(values) / 2, 1.5 * max(peaks))
    axes.text(known["line_bytes"], 1.4 * max(peaks), f" a line: {known['line_bytes']} B", color=GREY, fontsize=9, va="top")
    axes.set_xticks(strides, [bytes_text(size) for size in strides])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.set_xlabel("distance between neighbouring lanes")
    axes.set_ylabel("bytes per cycle")
    axes.legend(frameon=False, loc="lower left")
    return save(figure, path)


def roofline(rows, config, memory, path):
    """Multiply-adds per cycle against those per byte that went through the memory port, under the peaks of the array and the memory."""
    figure, axes = new_axes("Matrix engine, roofline", f"{config}, memory {memory}")
    widths = sorted({row["element_bits"] for row in rows})
    colours = dict(zip(widths, ("#8250df", ACCENT, "#1a7f37", "#bf8700"), strict=False))
    peaks = {row["element_bits"]: row["peak"] for row in rows}
    bandwidth = rows[0]["memory_bytes_per_cycle"]
    ends = [row["macs_per_byte"] for row in rows] + [peak / bandwidth for peak in peaks.values()]
    left, right = min(ends) / 2, 2 * max(ends)
    axes.plot([left, max(peaks.values()) / bandwidth], [left * bandwidth, max(peaks.values())], "--", color=LIMIT, linewidth=1.5)
    axes.text(0.02, 0.96, f"memory: {bandwidth:g} B a cycle", transform=axes.transAxes, color=LIMIT, fontsize=9, va="top")
    for width, peak in peaks.items():
        axes.plot([peak / bandwidth, right], [peak, peak], color=colours[width], linewidth=1.5)
        axes.text(right, peak, f" {width}-bit: {peak:g}", color=colours[width], fontsize=9, va="center")
        own = [row for row in rows if row["element_bits"] == width]
        axes.plot([row["macs_per_byte"] for row in own], [row["value"] for row in own], "o", color=colours[width], markersize=5)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xlim(left, right)
    axes.set_ylim(min(row["value"] for row in rows) / 2, 1.5 * max(peaks.values()))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.set_xlabel("multiply-adds per byte through the memory port")
    axes.set_ylabel("multiply-adds per cycle")
    return save(figure, path)


def draw(rows, config, known, memory, stem):
    """Draws what the rows have; the files that were written."""
    names = {row["name"] for row in rows}
    paths = []
    for name, plot, needed in (("ladder", ladder, "latency.memory"), ("stride", stride, "stride")):
        if needed in names:
            paths.append(plot(rows, config, known, memory, stem.with_name(f"{stem.name}-{name}.png")))
    return paths

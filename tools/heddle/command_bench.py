"""heddle bench: measurements, as a table and as JSON. Each suite is a module with NAME, HELP, add_options(parser) and
run(arguments), which prints, and gives what --json holds (rows) and whether all results were right."""

import sys

import bench_build
import bench_core
import bench_host
import bench_matrix
import bench_memory
import bench_queues
import bench_sim
import report

# What each row of --json has; null where it means nothing.
ROW_FIELDS = ("name", "args", "config", "cycles", "warp_instrs", "lane_instrs", "value", "unit", "peak", "of_peak", "host_seconds", "khz")
SUITES = {suite.NAME: suite for suite in (bench_core, bench_sim, bench_memory, bench_matrix, bench_queues, bench_host, bench_build)}


def add(jobs):
    parser = jobs.add_parser("bench", help="measure the hardware or the simulators", allow_abbrev=False)
    texts = "; ".join(f"{name}: {suite.HELP}" for name, suite in SUITES.items())
    parser.add_argument("--suite", choices=tuple(SUITES), required=True, help=texts)
    parser.add_argument("--config", help="configuration to measure (default: that of the suite)")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON")
    for name, suite in SUITES.items():
        suite.add_options(parser.add_argument_group(f"options of --suite {name}"))
    parser.add_argument("sizes", nargs="*", metavar="-- SIZES", help="options of the suite's program (-- --help lists them)")
    parser.set_defaults(action=run)


def complete(row):
    """The row with all fields of the contract; what a suite adds follows."""
    return {**dict.fromkeys(ROW_FIELDS), **row}


def run(arguments):
    if arguments.json:
        try:
            open(arguments.json, "w").close()  # before minutes of simulation
        except OSError as error:
            print(f"heddle bench: {arguments.json}: cannot be written: {error.strerror}", file=sys.stderr)
            return 2
    try:
        fields, passed = SUITES[arguments.suite].run(arguments)
    except ValueError as error:
        print(f"heddle bench: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        fields["rows"] = [complete(row) for row in fields["rows"]]
        report.write(arguments.json, "bench", passed, **fields)
    return 0 if passed else 1

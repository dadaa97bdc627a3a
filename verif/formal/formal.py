#!/usr/bin/python3
"""Proves properties of the RTL, or shows how they fail (verif/formal/README.md)."""

import argparse
import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import engines
import model
import tasks
import waves
from assertions import AssertionFormError
from engines import SolverError
from tasks import TaskError

sys.path.insert(0, str(model.ROOT / "tools/synth"))

from design import DesignError
from yosys import Yosys, YosysError

# What counts as success. Anything else does not: inconclusive, failed, unreachable, not refuted.
GOOD = ("proved", "bounded", "reached", "refuted")

ERRORS = (SolverError, TaskError, YosysError, DesignError, AssertionFormError)
# For the covers of a task that is not decided by property directed reachability.
COVER_SECONDS = 60
# Where that is too short: one after the other, in so many cycles.
COVER_CYCLES = 12


def row(task, name, method, depth, status, **more):
    return {"property": name, "module": task.module, "method": method, "depth": depth, "status": status, "task": task.name, **more}


class Runner:
    def __init__(self, build):
        self.folder = Path(build).resolve() / "formal"
        self.yosys = Yosys(Path(build) / "synth/yosys")

    def path(self, name):
        return self.folder / re.sub(r"[^\w.-]", "_", name)

    @contextlib.contextmanager
    def alone(self, task):
        """Two processes that prove the same task at the same time would read each other's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(f"{self.path(task.name)}.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def work(self, name):
        work = self.path(name)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        return work

    def run(self, task):
        """The rows of a task. Never raises: what goes wrong is a row that has not passed."""
        start = time.monotonic()
        try:
            with self.alone(task):
                rows = self.prove(task)
                for variant in task.broken:
                    rows.append(self.refute(task, variant))
        except ERRORS as error:
            rows = [row(task, "(all)", task.mode, 0, "inconclusive", text=str(error))]
        rows[0]["host_seconds"] = round(time.monotonic() - start, 1)
        return rows

    def prove(self, task):
        work = self.work(task.name)
        found = model.build(self.yosys, task, work)
        asserted = [p for p in found if p.kind == "assert"]
        if not asserted:
            raise TaskError(f"task {task.name} has no property to prove")
        answer, good, reached, settled = self.decide(task, work)
        rows = []
        for p in found:
            if p.kind == "assume":
                continue
            at = min((reached[cell] for cell in p.cells if cell in reached), default=None)
            if p.kind == "cover":
                status = "reached" if at is not None else "unreached" if settled else "inconclusive"
                rows.append(row(task, p.name, "cover", 0 if at is None else at, status))
                continue
            named = any(cell in answer.failed for cell in p.cells)
            if answer.verdict == "passed" and at is None:
                # It holds, but its premise and conclusion were not seen to hold together.
                status, text = ("vacuous", "") if settled else ("inconclusive", "holds; not known whether its premise can")
                rows.append(row(task, p.name, task.mode, answer.depth, status, text=text))
            elif answer.verdict == "passed":
                rows.append(row(task, p.name, task.mode, answer.depth, good, reached=at))
            elif answer.verdict == "failed" and named:
                text = "\n".join(waves.last_cycles(work / "counterexample.vcd"))
                rows.append(row(task, p.name, "bmc", answer.depth, "failed", vcd=str(work / "counterexample.vcd"), text=text))
            else:
                reason = answer.text or f"stopped at {', '.join(answer.failed) or 'another property'}"
                rows.append(row(task, p.name, task.mode, answer.depth, "inconclusive", text=reason))
        return rows

    def decide(self, task, work):
        """The answer to all assertions together, what a pass is called, and what is reached (see engines.reachability)."""
        seconds = task.timeout if task.mode == "pdr" or task.anywhere else min(task.timeout, COVER_SECONDS)
        # From any state everything is reached soon, or needs a state that is.
        pdr, reached, settled = engines.reachability(work, seconds, task.depth + 1 if task.anywhere else 0)
        if task.mode == "prove" and not task.anywhere and not settled:
            # What induction proves may be too much for that; what is reached is reached in a few cycles.
            reached |= engines.reachability(work, seconds, COVER_CYCLES)[1]
        if task.mode == "pdr":
            depth = pdr.depth + 2 if pdr.verdict == "failed" else task.depth
            if depth:
                shown = engines.bounded(work, depth, task.timeout)
                if shown.verdict == "failed" or pdr.verdict == "passed" and shown.verdict != "passed":
                    return shown, "proved", reached, settled
            if pdr.verdict == "failed":
                # The waveform is the bounded check's. Two solvers that disagree are no answer.
                pdr = engines.Answer("unknown", f"abc finds a failure in cycle {pdr.depth}, the bounded check none")
            return pdr, "proved", reached, settled
        answer = engines.bounded(work, task.depth, task.timeout)
        if task.mode == "bmc" or answer.verdict != "passed":
            return answer, "bounded", reached, settled
        return engines.induction(work, task.depth, task.timeout), "proved", reached, settled

    def refute(self, task, variant):
        """A variant that is broken on purpose must fail."""
        work = self.work(f"{task.name}.{variant.name}")
        model.build(self.yosys, task, work, variant)
        if task.mode == "pdr":
            answer = engines.search(work, task.timeout, task.reset)
        else:
            answer = engines.bounded(work, task.depth, task.timeout)
        name = f"broken: {variant.name}"
        if answer.verdict == "failed":
            return row(task, name, task.mode, answer.depth, "refuted", text=", ".join(answer.failed))
        return row(task, name, task.mode, task.depth, "not refuted" if answer.verdict == "passed" else "inconclusive", text=answer.text)


def show(rows, out):
    for r in rows:
        line = f"{r['property']:44} {r['module']:18} {r['method']:6} {r['depth']:>5}  {r['status']}"
        if "host_seconds" in r:
            line += f"  ({r['task']}: {r['host_seconds']} s)"
        print(line, file=out)
        if r["status"] not in GOOD:
            if "vcd" in r:
                print(f"    waveform: {r['vcd']}", file=out)
            for text in r.get("text", "").splitlines():
                print(f"    {text}", file=out)
    out.flush()


def arguments():
    parser = argparse.ArgumentParser(prog="heddle formal", description=__doc__, allow_abbrev=False)
    parser.add_argument("-R", dest="regex", default="", metavar="REGEX", help="only the tasks whose name matches")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="tasks at once (default: processors)")
    parser.add_argument("--list", action="store_true", help="list the tasks, run none")
    parser.add_argument("--quick", action="store_true", help="only the tasks that CTest runs")
    parser.add_argument("--build", type=Path, default=model.ROOT / "build", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.jobs < 1:
        parser.error("--jobs takes a number from 1")
    try:
        re.compile(args.regex)
    except re.error as error:
        parser.error(f"-R: '{args.regex}' is no regular expression: {error}")
    return args


def main():
    args = arguments()
    try:
        chosen = [task for task in tasks.read() if re.search(args.regex, task.name) and (task.quick or not args.quick)]
    except TaskError as error:
        print(f"heddle formal: {error}", file=sys.stderr)
        return 1
    if not chosen:
        print(f"heddle formal: no task matches '{args.regex}'; heddle formal --list names them all", file=sys.stderr)
        return 2
    if args.list:
        for task in chosen:
            print(f"{task.name:32} {task.module:18} {task.mode:6} {task.depth:>4}{'  quick' if task.quick else ''}")
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, engines.end_all)
    runner = Runner(args.build)
    print(f"{'property':44} {'module':18} {'method':6} {'depth':>5}  status")
    rows = []
    # The longest first would be best, but nobody knows which that is before the first run.
    with ThreadPoolExecutor(args.jobs) as pool:
        for result in pool.map(runner.run, chosen):
            show(result, sys.stdout)
            rows += result
    bad = [r for r in rows if r["status"] not in GOOD]
    counts = {status: sum(r["status"] == status for r in rows) for status in sorted({r["status"] for r in rows})}
    print(", ".join(f"{count} {status}" for status, count in counts.items()))
    if args.json:
        args.json.write_text(json.dumps({"tool": "formal", "pass": not bad, "rows": rows}, indent=2) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

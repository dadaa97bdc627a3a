"""The solvers: yosys-smtbmc with z3 for bounded checks and induction; abc for property directed reachability and covers."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field

SOLVER = "z3"
# A broken variant shows itself within so many cycles.
SEARCH_CYCLES = 64
# Solvers that run now.
RUNNING = set()


class SolverError(Exception):
    """A solver is missing or ended in an unforeseen way."""


@dataclass
class Answer:
    """`verdict`: passed, failed (there is a counterexample), or unknown with the reason in `text`."""

    verdict: str
    text: str = ""
    depth: int = 0
    failed: list = field(default_factory=list)  # cells of the assertions that failed


def require(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise SolverError(f"{tool} is missing: install the packages of tools/packages.txt")


def _run(command, work, log, timeout):
    """The text of a run, or None after a timeout, which ends the run and every process it has started."""
    with open(work / log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=work, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        RUNNING.add(process)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            RUNNING.discard(process)
    return (work / log).read_text(errors="replace")


def end_all(*_):
    """Ends every solver that runs: for a signal that ends this program."""
    for process in list(RUNNING):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    os._exit(130)  # threads that wait for a solver would go on with the next


def _smtbmc(work, model, log, timeout, *options):
    require("yosys-smtbmc", SOLVER)
    # Unrolled: z3 takes the functions over states, which are the default, for hard.
    return _run(["yosys-smtbmc", "-s", SOLVER, "--noprogress", "--unroll", *options, model], work, log, timeout)


def _status(text):
    match = re.search(r"Status: (\S+)", text or "")
    return match[1] if match else ""


def _failures(text):
    return re.findall(r"Assert failed in \S+: (\S+)", text)


def bounded(work, depth, timeout):
    """No assertion fails in the first `depth` cycles out of reset."""
    text = _smtbmc(work, "model.smt2", "bmc.log", timeout, "-t", str(depth + 1), "--dump-vcd", "counterexample.vcd")
    if _status(text).upper() == "PASSED":
        return Answer("passed", depth=depth)
    if _status(text).upper() == "FAILED" and (failed := _failures(text)):
        step = re.findall(r"BMC failed", text)
        steps = re.findall(r"Checking assertions in step (\d+)", text)
        return Answer("failed", depth=int(steps[-1]) if steps and step else 0, failed=failed)
    return Answer("unknown", _reason(text, timeout))


def induction(work, depth, timeout):
    """If no assertion fails in k cycles, none fails in the next; for a k up to `depth`."""
    text = _smtbmc(work, "model.smt2", "induction.log", timeout, "-i", "-t", str(depth), "--dump-vcd", "induction.vcd")
    if _status(text).upper() == "PASSED":
        steps = re.findall(r"Trying induction in step (\d+)", text)
        return Answer("passed", depth=depth - int(steps[-1]) if steps else depth)
    if _status(text).upper() == "FAILED" and "Temporal induction failed" in text:
        return Answer("unknown", f"not inductive within {depth} cycles; see {work / 'induction.vcd'}", failed=_failures(text))
    return Answer("unknown", _reason(text, timeout))


def _cells(work):
    """Those that the outputs of model.aig are, in order."""
    return re.findall(r"^  cell \S+ \\?(\S+)", (work / "model.order").read_text(), re.M)


def _abc(work, script, log, timeout):
    """The text of a run of abc on model.aig, and {cell: frame} of the outputs that it finds asserted."""
    require("berkeley-abc")
    cells = _cells(work)
    text = _run(["berkeley-abc", "-c", f"read_aiger model.aig; fold; strash; scleanup; {script}"], work, log, timeout + 30) or ""
    outputs = re.findall(r"Output +(\d+) (?:of miter \S+ )?was (?:trivially )?asserted in frame +(\d+)", text)
    return text, {cells[int(n)]: int(frame) for n, frame in outputs}


def reachability(work, timeout, cycles=0):
    """(answer, reached, settled): whether no reachable state violates an assertion; {cell: cycle} of the covers that some state reaches;
    whether the others are known to be out of reach. With `cycles`, only what is reached in so many."""
    # -q: without it the frame is that of the search, of which a counterexample may be longer.
    text, frames = ("", {}) if cycles else _abc(work, f"fraig; pdr -a -q -T {timeout}", "pdr.log", timeout)
    for place, cell in enumerate(_cells(work) if cycles else []):
        if not cell.endswith(".reached"):
            continue
        # One after the other: a bounded check of all at once ends abc.
        text, found = _abc(work, f"cone -s -O {place}; scleanup; bmc3 -F {cycles} -T {timeout}", "covers.log", timeout)
        frames |= {cell: frame for frame in found.values()}
    failed, reached = ({cell[: -len(end)]: frame for cell, frame in frames.items() if cell.endswith(end)} for end in (".holds", ".reached"))
    settled = bool(re.search(r"Properties: +All = \d+\. Proved = \d+\. Disproved = \d+\. Undecided = 0\.", text))
    if failed:
        answer = Answer("failed", depth=min(failed.values()), failed=list(failed))
    else:
        answer = Answer("passed") if settled else Answer("unknown", _reason(text, timeout))
    return answer, reached, settled


def search(work, timeout, registers=True):
    """A failure in the first cycles; as many as a broken variant needs to show."""
    # abc's bounded check wants registers.
    script = f"fraig; bmc3 -F {SEARCH_CYCLES} -T {timeout}" if registers else f"fraig; pdr -T {timeout}"
    text, frames = _abc(work, script, "search.log", timeout)
    if frames:
        return Answer("failed", depth=min(frames.values()), failed=list(frames))
    if re.search(r"No output asserted in \d+ frames|Property proved", text) and "Timeout" not in text:
        return Answer("passed")
    return Answer("unknown", _reason(text, timeout))


def _reason(text, timeout):
    if not text or "Undecided" in text or "Timeout" in text or "Status" not in text and not re.search(r"error|unknown", text, re.I):
        return f"no answer in {timeout} s"
    lines = [line for line in text.splitlines() if re.search(r"error|unknown|solver", line, re.I)]
    return lines[-1].strip() if lines else "the solver gave no verdict"

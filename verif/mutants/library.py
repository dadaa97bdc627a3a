"""A library of the verilated device with all mutants of some parts in it."""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import netlist

ROOT = netlist.ROOT
sys.path.insert(0, str(ROOT / "tools/heddle"))

import build
import design
from yosys import Yosys


def share(lines, count):
    """{part: mutants} of {part: lines}: `count` spread by the length of the sources, at least one each if there are enough."""
    total = sum(lines.values())
    order = sorted(lines, key=lines.get, reverse=True)
    shares = {part: int(place < count) for place, part in enumerate(order)}
    left = count - sum(shares.values())
    for part in order:
        shares[part] += left * lines[part] // total
    shares[order[0]] += count - sum(shares.values())
    return {part: number for part, number in shares.items() if number}


def groups(shares, most):
    """The parts, in their order, in groups of about `most` mutants: a library for each is built sooner than one for each part."""
    found, size = [], most
    for part, count in shares.items():
        if size + count > most:
            found.append({})
            size = 0
        found[-1][part] = count
        size += count
    return found


def digest(device, *what):
    """Of all that the library is made from; without a `device`, of what the netlists are."""
    found = hashlib.sha256(repr(what).encode())
    for path in [*sorted((ROOT / "rtl").rglob("*.sv")), *sorted((ROOT / "verif/harness").rglob("*.sv")), *sorted((ROOT / "docs/spec").iterdir()),
                 *(ROOT / "verif/harness" / name for name in ("build_rtl.py", "merge_instances.py", "src/verilated_top.cpp")), netlist.__file__,
                 *(build.rtl_archives() if device else ())]:  # fmt: skip
        found.update(Path(path).read_bytes())
    return found.hexdigest()


def befores(mutants, parts):
    """{part: mutants in the parts before it}, which is what the number of a mutant is more than that in its part."""
    known = {mutant.part: mutant.number - mutant.local for mutant in mutants}
    return {part: known.get(part, max((mutant.number for mutant in mutants), default=0)) for part in parts}


@contextlib.contextmanager
def alone(work):
    """Two runs that make the same library at the same time would read each other's files."""
    work.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{work}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make(whole, config, modules, counts, seed, work, device=True, again=None):
    """The mutants of the parts, in {part: modules of it} and up to {part: count}, and the library that has them if a `device` is wanted; what an
    earlier run has made of the same is taken again. `again`: those mutants instead of some that are drawn."""
    library, note = work / "library/libheddle_rtl.so", work / "made.json"
    stamp = digest(device, config, {part: modules[part] for part in counts}, counts, seed, *([again] if again else []))
    if note.is_file() and (library.is_file() or not device) and (made := json.loads(note.read_text()))["digest"] == stamp:
        return [netlist.Mutant(**mutant) for mutant in made["mutants"]], library
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    generated = design.generate(config, work / "generated")
    mutants = []
    for part, count in counts.items():
        mutants += netlist.mutate(Yosys(ROOT / "build/synth/yosys"), work, generated, whole, part, modules[part], count, seed, befores(mutants, [part])[part],
                                  again)  # fmt: skip
    command = ["/usr/bin/python3", "-B", ROOT / "verif/harness/build_rtl.py", "--config", config, "--out", work / "library",
               "--instead", work / "mutated", "--include", build.BUILD / "generated/include", "--libraries", *build.rtl_archives()]  # fmt: skip
    with open(work / "build.log", "w", encoding="utf-8") as log:
        if device and subprocess.run([str(part) for part in command], stdout=log, stderr=subprocess.STDOUT, check=False).returncode:
            raise netlist.NetlistError(f"the library of mutants cannot be built; see {work / 'build.log'}")
    note.write_text(json.dumps({"digest": stamp, "mutants": [dataclasses.asdict(mutant) for mutant in mutants]}))
    return mutants, library

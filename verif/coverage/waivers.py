"""What cannot be reached, with the reason for each: waivers.yaml.

An entry is {line, module, text, reason}: lines of a module in whose source the text stands; or {toggle, module, signal, bits, reason}: bits of a
signal (`all`, or a list of numbers and FROM-TO, each perhaps followed by ` xTIMES by STEP`); or {constant, ...}, the same of bits that no input could
ever change. Signal and module may have `*`. An entry for which there is nothing is an error, and so are one whose every line or bit has been reached,
and a constant one of which a bit has toggled."""

import fnmatch
import re
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parent / "waivers.yaml"
PART = re.compile(r"(\d+)(?:-(\d+))?(?: x(\d+) by (\d+))?")
KEYS = {"line": {"kind", "module", "text", "reason"}, **dict.fromkeys(("toggle", "constant"), {"kind", "module", "signal", "bits", "reason"})}


class WaiverError(Exception):
    """A waiver is at fault; the text says which."""


def read(path=PATH):
    """The entries. Raises WaiverError."""
    try:
        entries = yaml.safe_load(path.read_text())["waivers"] or []
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise WaiverError(f"{path}: {error}") from error
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != KEYS.get(entry.get("kind")) or not str(entry["reason"]).strip():
            raise WaiverError(f"{path}: an entry has kind (line, toggle or constant), module, text or signal and bits, and a reason: {entry}")
        if entry["kind"] != "line":
            mask(entry["bits"], path)
    return entries


def mask(bits, path=PATH):
    """The bits of `all`, or of a list of numbers and FROM-TO, either one several times: `3-5 x4 by 16` is 3-5, 19-21, 35-37 and 51-53."""
    if bits == "all":
        return -1
    result = 0
    for part in bits if isinstance(bits, list) else [bits]:
        found = PART.fullmatch(str(part))
        first, last, times, step = (int(word) if word else None for word in found.groups()) if found else (1, 0, 0, 0)
        last = first if last is None else last
        if last < first:
            raise WaiverError(f"{path}: bits are `all`, or numbers and FROM-TO, and ` xTIMES by STEP`, not '{part}'")
        for number in range(times or 1):
            result |= ((1 << (last - first + 1)) - 1) << (first + number * (step or 0))
    return result


def apply(entries, counts, source):
    """Takes what is waived out of the counts where it was not reached. How many lines and bits each entry has taken out, and what is wrong with
    entries that are for nothing. `source(file, line)` is the text of a line."""
    taken, wrong = [], []
    for entry in entries:
        if entry["kind"] == "line":
            found = [key for key in counts.lines if fnmatch.fnmatch(key[0], entry["module"]) and entry["text"] in source(key[1], key[2])]
            missed = [key for key in found if not counts.lines[key]]
            for key in missed:
                del counts.lines[key]
            number = len(missed)
        else:
            bits = mask(entry["bits"])
            found = [s for key, s in counts.signals.items() if fnmatch.fnmatch(key[0], entry["module"]) and fnmatch.fnmatch(key[1], entry["signal"])]
            number = 0
            changed = sum((signal.toggled() & bits).bit_count() for signal in found)
            if entry["kind"] == "constant" and changed:
                wrong.append(f"of the bits that this waiver says to be constant {changed} have changed: {entry}")
            for signal in found:
                gone = signal.bits & bits & ~signal.toggled()
                signal.bits &= ~gone
                number += gone.bit_count()
        if not found:
            wrong.append(f"there is nothing that this waiver is for: {entry}")
        elif not number:
            wrong.append(f"all that this waiver is for has been reached; it goes: {entry}")
        taken.append(number)
    return taken, wrong

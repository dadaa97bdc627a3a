"""Reads typed entries out of a LocatedDict: what is missing, mistyped or unknown is a SpecError at its line."""

import re

from .located_yaml import LocatedDict, LocatedList, SpecError

_MISSING = object()
# Words that would break the generated C, C++ or SystemVerilog when used as a member name.
RESERVED = set(
    """alignas and asm auto bool break case char class const continue default delete do double else enum explicit export
    extern false final float for friend goto if inline int long namespace new operator private protected public register
    return short signed sizeof static struct switch template this throw true try typedef union unsigned using void
    volatile while always assign begin bit byte cell config end endmodule event expect function generate genvar import
    initial inout input instance integer interface local localparam logic modport module negedge output package packed
    parameter posedge priority program property pure real ref reg repeat sequence string super table task time
    unique var wait wire""".split()
)


class Reader:
    """One mapping being read. Call `finish()` last: it rejects keys nobody asked for."""

    def __init__(self, data, mark, what):
        if not isinstance(data, LocatedDict):
            raise SpecError(mark, f"{what}: expected a mapping")
        self.data = data
        self.mark = data.mark
        self.what = what
        self._known = set()

    def at(self, key):
        return self.data.mark_of(key)

    def fail(self, key, text):
        raise SpecError(self.at(key), f"{self.what}: {text}")

    def _get(self, key, default, kind, kind_name):
        self._known.add(key)
        if key not in self.data:
            if default is _MISSING:
                raise SpecError(self.mark, f"{self.what}: '{key}' is missing")
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(key, f"'{key}' must be {kind_name}, not {value!r}")
        return value

    def text(self, key, default=_MISSING):
        return self._get(key, default, str, "text")

    def number(self, key, default=_MISSING, low=0, high=0xFFFF_FFFF):
        value = self._get(key, default, int, "a number")
        if isinstance(value, int) and not low <= value <= high:
            self.fail(key, f"'{key}' is {value}, outside {low}..{high}")
        return value

    def flag(self, key):
        return self._get(key, False, bool, "true or false")

    def choice(self, key, values, default=_MISSING):
        value = self.text(key, default)
        if value is not default and value not in values:
            self.fail(key, f"'{key}' is '{value}', not one of {', '.join(values)}")
        return value

    def name(self, key="name", pattern=r"[a-z][a-z0-9_]*", allow_reserved=False):
        value = self.text(key)
        if not re.fullmatch(pattern, value):
            self.fail(key, f"'{value}' is not a lower-case name")
        if value in RESERVED and not allow_reserved:
            self.fail(key, f"'{value}' is a reserved word of a generated language")
        self.what = f"{self.what} '{value}'"
        return value

    def number_or_text(self, key, default=_MISSING):
        return self._get(key, default, (int, str), "a number or a name")

    def items(self, key, default=_MISSING):
        """Yields (element, mark) of a list."""
        value = self._get(key, default, (LocatedList, tuple), "a list")
        marks = value.marks if isinstance(value, LocatedList) else ()
        return list(zip(value, marks))

    def mapping(self, key):
        return self._get(key, _MISSING, LocatedDict, "a mapping")

    def finish(self):
        for key in self.data:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                raise SpecError(self.at(key), f"{self.what}: unknown key '{key}' (known: {known})")

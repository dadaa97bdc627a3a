"""The device registers, the memory map, the causes of traps and the configurations."""

import re
from dataclasses import dataclass, field

from .located_yaml import Mark, SpecError
from .schema import Reader


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


@dataclass
class Field:
    name: str
    high: int
    low: int
    locked: bool
    value: object  # None, a number or a parameter's name
    mark: Mark

    @property
    def width(self):
        return self.high - self.low + 1

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.low


@dataclass
class Register:
    name: str
    offset: int
    access: str
    count: int
    stride: int
    implemented: str  # parameter that gives the entries that exist, or ""
    locked: bool
    value: object
    reset: int
    fields: list
    doc: str
    mark: Mark
    is_array: bool

    @property
    def mask(self):
        if not self.fields:
            return 0xFFFF_FFFF
        return sum(f.mask for f in self.fields)

    @property
    def is_constant(self):
        """A ro register without any bit that hardware gives."""
        return self.value is not None or (self.fields and all(f.value is not None for f in self.fields))

    @property
    def constant(self):
        """The number a constant register always reads, or None where it depends on the configuration."""
        if isinstance(self.value, int):
            return self.value
        if self.fields and all(isinstance(f.value, int) for f in self.fields):
            return sum(f.value << f.low for f in self.fields)
        return None

    def offsets(self):
        return [self.offset + i * self.stride for i in range(self.count)]


@dataclass
class RegisterBlock:
    block: str
    registers: list


@dataclass
class Window:
    name: str
    base: int
    size: int
    doc: str
    mark: Mark


@dataclass
class Cause:
    name: str
    number: int
    doc: str
    mark: Mark


@dataclass
class Need:
    """What a parameter leans on: another one, which has at least this value."""

    name: str
    least: int

    def met(self, values):
        return values[self.name] >= self.least


@dataclass
class Parameter:
    name: str
    low: int
    high: int
    default: int
    pow2: bool
    needs: Need | None
    doc: str
    mark: Mark

    def implied(self, values):
        """Is it 0 because what it needs is not there?"""
        return self.needs is not None and not self.needs.met(values)

    @property
    def camel(self):
        return camel(self.name)

    def problem(self, value):
        """Why `value` is not allowed, or None."""
        if not self.low <= value <= self.high:
            return f"{self.name} is {value}, outside {self.low}..{self.high}"
        if self.pow2 and value & (value - 1):
            return f"{self.name} is {value}, not a power of two"
        return None


@dataclass
class Constraint:
    condition: str
    doc: str
    mark: Mark


@dataclass
class NamedConfiguration:
    name: str
    doc: str
    values: dict  # every parameter
    mark: Mark


@dataclass
class Configurations:
    parameters: list = field(default_factory=list)
    constraints: list = field(default_factory=list)
    named: list = field(default_factory=list)

    def parameter(self, name):
        return next((p for p in self.parameters if p.name == name), None)

    def problem(self, values):
        """Why this full set of values is not allowed, or None."""
        for parameter in self.parameters:
            text = parameter.problem(values[parameter.name])
            if text:
                return text
            if values[parameter.name] and parameter.implied(values):
                needs = parameter.needs
                return f"{parameter.name} needs {needs.name}={needs.least} or more, which is {values[needs.name]}"
        for constraint in self.constraints:
            # The condition was checked to consist of names, numbers and operators only.
            if not eval(constraint.condition, {"__builtins__": {}}, dict(values)):  # noqa: S307
                return f"{constraint.doc} ({constraint.condition})"
        return None

    def parse(self, spec):
        """`NAME` or `NAME:key=value,...` -> (name, values). Raises SpecError."""
        name, _, overrides = spec.partition(":")
        chosen = next((c for c in self.named if c.name == name), None)
        if chosen is None:
            raise SpecError(None, f"unknown configuration '{name}' (known: {', '.join(c.name for c in self.named)})")
        values = dict(chosen.values)
        seen = set()
        for item in filter(None, overrides.split(",")) if ":" in spec else ():
            key, equals, text = item.partition("=")
            if self.parameter(key) is None:
                known = ", ".join(p.name for p in self.parameters)
                raise SpecError(None, f"configuration '{spec}': unknown key '{key}' (known: {known})")
            if not equals or not re.fullmatch(r"[0-9]{1,9}", text):
                raise SpecError(None, f"configuration '{spec}': '{item}' is not key=number")
            if key in seen:
                raise SpecError(None, f"configuration '{spec}': '{key}' is given twice")
            seen.add(key)
            values[key] = int(text)
        for parameter in self.parameters:  # in order: what one needs stands before it
            if parameter.name not in seen and parameter.implied(values):
                values[parameter.name] = 0
        text = self.problem(values)
        if text:
            raise SpecError(None, f"configuration '{spec}': {text}")
        return name, values

    def canonical(self, name, values):
        """The shortest text that parse() turns into these values."""
        base = next(c.values for c in self.named if c.name == name)
        said = (p.name for p in self.parameters if values[p.name] != base[p.name] and not p.implied(values))
        changed = ",".join(f"{key}={values[key]}" for key in said)
        return f"{name}:{changed}" if changed else name


def read_registers(document, mark, configurations):
    top = Reader(document, mark, "registers")
    block = top.name("block")
    registers = read_register_list(top, configurations)
    top.finish()
    return RegisterBlock(block, registers)


def read_register_list(top, configurations):
    return [_read_register(entry, where, configurations) for entry, where in top.items("registers")]


def _read_register(entry, where, configurations):
    reader = Reader(entry, where, "register")
    name = reader.name()
    register = Register(
        name=name,
        offset=reader.number("offset", high=0xFFC),
        access=reader.choice("access", ("ro", "rw", "wo")),
        count=reader.number("count", 1, low=1, high=1024),
        stride=reader.number("stride", 4, low=4, high=4096),
        implemented=reader.text("implemented", ""),
        locked=reader.flag("locked"),
        value=reader.number_or_text("value", None),
        reset=reader.number("reset", 0),
        fields=[],
        doc=reader.text("doc", ""),
        mark=reader.mark,
        is_array="count" in entry,
    )
    register.fields = [_read_field(item, mark, register, configurations) for item, mark in reader.items("fields", ())]
    reader.finish()
    if register.offset % 4 or register.stride % 4:
        reader.fail("offset", "'offset' and 'stride' must be multiples of 4")
    if register.implemented:
        parameter = configurations.parameter(register.implemented)
        if parameter is None:
            reader.fail("implemented", f"'implemented' names no configuration parameter: '{register.implemented}'")
        if register.access != "rw" or not register.is_array or parameter.high > register.count:
            reader.fail("implemented", f"'implemented' needs a rw array of at least {parameter.high} entries")
    if register.value is not None and (register.access != "ro" or register.fields or register.is_array):
        reader.fail("value", "'value' is for ro registers without fields and count")
    _check_value(reader, "value", register.value, 32, configurations)
    if register.reset and register.access != "rw":
        reader.fail("reset", "'reset' is for rw registers")
    if register.reset & ~register.mask:
        reader.fail("reset", "'reset' sets bits that no field has")
    if register.locked and register.access != "rw":
        reader.fail("locked", "'locked' is for rw registers and fields of wo registers")
    if register.access == "wo" and (not register.fields or register.is_array):
        reader.fail("access", "a wo register is made of fields and is no array")
    given = [f for f in register.fields if f.value is not None]
    if given and len(given) != len(register.fields):
        reader.fail("fields", "either all fields of a register have a 'value' or none")
    return register


def _read_field(entry, where, register, configurations):
    reader = Reader(entry, where, f"register '{register.name}', field")
    name = reader.name()
    high, low = read_bits(reader)
    result = Field(name, high, low, reader.flag("locked"), reader.number_or_text("value", None), reader.mark)
    reader.finish()
    if result.locked and (register.access != "wo" or high != low):
        reader.fail("locked", "'locked' is for rw registers and one-bit fields of wo registers")
    if result.value is not None and (register.access != "ro" or register.is_array):
        reader.fail("value", "'value' is for fields of ro registers")
    _check_value(reader, "value", result.value, result.width, configurations)
    return result


def read_bits(reader):
    """(high, low) of `bits`."""
    bits = reader.text("bits")
    found = re.fullmatch(r"(\d+)(?::(\d+))?", bits)
    if not found:
        reader.fail("bits", f"'bits' is '{bits}', not \"high:low\" or \"bit\"")
    high = int(found[1])
    low = int(found[2]) if found[2] else high
    if high > 31 or low > high:
        reader.fail("bits", f"'bits' is '{bits}', outside 31:0 or reversed")
    return high, low


def _check_value(reader, key, value, width, configurations):
    if isinstance(value, str):
        parameter = configurations.parameter(value)
        if parameter is None:
            reader.fail(key, f"'{key}' names no configuration parameter: '{value}'")
        if parameter.high >= 1 << width:
            reader.fail(key, f"{value} can be {parameter.high}, which does not fit {width} bits")
    elif isinstance(value, int) and not 0 <= value < 1 << width:
        reader.fail(key, f"'{key}' {value:#x} does not fit {width} bits")


def read_memory_map(document, mark):
    top = Reader(document, mark, "memory map")
    result = []
    for entry, where in top.items("windows"):
        reader = Reader(entry, where, "window")
        # Generated names carry a suffix (_BASE, kPrivateBase), so keywords are fine.
        name = reader.name(allow_reserved=True)
        window = Window(
            name, reader.number("base"), reader.number("size", low=4, high=1 << 32), reader.text("doc", ""), reader.mark
        )
        if window.base + window.size > 1 << 32:
            reader.fail("size", "the window ends beyond 32-bit addresses")
        if window.size & (window.size - 1) or window.base % window.size:
            reader.fail("base", "a window's size must be a power of two and its base a multiple of it")
        reader.finish()
        result.append(window)
    top.finish()
    return result


def read_causes(document, mark):
    top = Reader(document, mark, "causes")
    result = []
    for entry, where in top.items("causes"):
        reader = Reader(entry, where, "cause")
        result.append(Cause(reader.name(), reader.number("number", high=31), reader.text("doc"), reader.mark))
        reader.finish()
    top.finish()
    return result


def read_configurations(document, mark):
    top = Reader(document, mark, "configurations")
    result = Configurations()
    for entry, where in top.items("parameters"):
        reader = Reader(entry, where, "parameter")
        parameter = Parameter(
            name=reader.name(),
            low=reader.number("min"),
            high=reader.number("max"),
            default=reader.number("default"),
            pow2=reader.flag("pow2"),
            needs=_read_need(reader, entry, result),
            doc=reader.text("doc"),
            mark=reader.mark,
        )
        reader.finish()
        text = parameter.problem(parameter.default)
        if text:
            reader.fail("default", text)
        _check_new(result.parameters, parameter, "parameter")
        result.parameters.append(parameter)
    for entry, where in top.items("constraints", ()):
        reader = Reader(entry, where, "constraint")
        constraint = Constraint(reader.text("condition"), reader.text("doc"), reader.mark)
        reader.finish()
        _check_condition(reader, constraint, result)
        result.constraints.append(constraint)
    for entry, where in top.items("configurations"):
        result.named.append(_read_configuration(entry, where, result))
    top.finish()
    if not result.named:
        raise SpecError(top.mark, "no configurations")
    return result


def _read_need(reader, entry, configurations):
    if "needs" not in entry:
        return None
    given = reader.mapping("needs")
    if len(given) != 1:
        reader.fail("needs", "'needs' is one parameter and its least value, as {copy_engine: 1}")
    ((name, least),) = given.items()
    if configurations.parameter(name) is None:
        reader.fail("needs", f"'needs' names '{name}', which is no parameter above")
    if not isinstance(least, int) or isinstance(least, bool) or least < 1:
        reader.fail("needs", f"the least value of '{name}' must be a number above 0, not {least!r}")
    return Need(name, least)


def _check_condition(reader, constraint, configurations):
    tokens = re.findall(r"\s*([a-z_][a-z0-9_]*|[0-9]+|[<>=!]=|[-+*<>()]|\S)", constraint.condition)
    for token in tokens:
        if re.fullmatch(r"[a-z_][a-z0-9_]*", token):
            if configurations.parameter(token) is None:
                reader.fail("condition", f"'{token}' is no parameter")
        elif not re.fullmatch(r"[0-9]+|[<>=!]=|[-+*<>()]", token):
            reader.fail("condition", f"'{token}' is not allowed in a condition")
    try:
        compile(constraint.condition, "condition", "eval")
    except SyntaxError:
        reader.fail("condition", f"'{constraint.condition}' is not an expression")


def _read_configuration(entry, where, configurations):
    reader = Reader(entry, where, "configuration")
    name = reader.name()
    values = {p.name: p.default for p in configurations.parameters}
    given = reader.mapping("values")
    for key, value in given.items():
        parameter = configurations.parameter(key)
        if parameter is None:
            raise SpecError(given.mark_of(key), f"configuration '{name}': unknown parameter '{key}'")
        if not isinstance(value, int) or isinstance(value, bool):
            raise SpecError(given.mark_of(key), f"configuration '{name}': '{key}' must be a number, not {value!r}")
        text = parameter.problem(value)
        if text:
            raise SpecError(given.mark_of(key), f"configuration '{name}': {text}")
        values[key] = value
    result = NamedConfiguration(name, reader.text("doc", ""), values, reader.mark)
    reader.finish()
    text = configurations.problem(values)
    if text:
        raise SpecError(reader.mark, f"configuration '{name}': {text}")
    _check_new(configurations.named, result, "configuration")
    return result


def _check_new(existing, item, what):
    for other in existing:
        if other.name == item.name:
            raise SpecError(item.mark, f"{what} '{item.name}' is already defined at {other.mark}")

"""management.yaml: the management core's CSRs, address map, device registers, interrupt sources and boot."""

import re
from dataclasses import dataclass, field

from .located_yaml import Mark, SpecError
from .schema import Reader

CSR_KINDS = ("constant", "ignored", "stored", "counter", "pending")
WRITES = ("store", "set", "clear", "command")


@dataclass
class Csr:
    name: str
    number: int
    access: str
    kind: str
    value: int
    mask: int
    reset: int
    count: int
    doc: str
    mark: Mark

    @property
    def camel(self):
        return self.name.capitalize()


@dataclass
class Window:
    name: str
    base: int
    size: int
    hart: str
    host: str
    device: str
    external: bool
    doc: str
    mark: Mark


@dataclass
class Field:
    name: str
    high: int
    low: int
    mark: Mark

    @property
    def mask(self):
        return ((1 << (self.high - self.low + 1)) - 1) << self.low


@dataclass
class Register:
    name: str
    offset: int
    hart: str
    host: str
    hart_write: str
    host_write: str
    reset: int
    value: object  # None, a number or a configuration parameter
    count: int
    stride: int
    fields: list
    doc: str
    mark: Mark

    @property
    def mask(self):
        return sum(f.mask for f in self.fields) if self.fields else 0xFFFF_FFFF


@dataclass
class Device:
    name: str
    registers: list
    mark: Mark


@dataclass
class Named:
    """An interrupt source, a boot status or a field of the image header."""

    name: str
    number: int
    external: bool
    doc: str
    mark: Mark


@dataclass
class ImageHeader:
    size: int
    magic: int
    version: int
    interface: int
    fields: list


@dataclass
class Management:
    extensions: list
    csrs: list = field(default_factory=list)
    windows: list = field(default_factory=list)
    devices: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    header: ImageHeader = None

    def instructions(self, table):
        return [i for i in table if i.extension in self.extensions]


def read_management(document, mark, instructions, configurations):
    """The document. Raises SpecError."""
    top = Reader(document, mark, "management")
    known = {i.extension for i in instructions}
    extensions = top.items("extensions")
    for extension, where in extensions:
        if extension not in known:
            raise SpecError(where, f"no row of instructions.yaml has extension {extension!r}")
    result = Management([extension for extension, _ in extensions])
    result.csrs = [_read_csr(entry, where) for entry, where in top.items("csrs")]
    _check_csrs(result.csrs)
    result.devices = [_read_device(entry, where, configurations) for entry, where in top.items("devices")]
    _check_unique(result.devices, "device", "name")
    result.windows = [_read_window(entry, where, result.devices) for entry, where in top.items("windows")]
    _check_windows(result.windows)
    result.sources = [_read_named(entry, where, "interrupt source", "number", 1, 31) for entry, where in top.items("interrupt_sources")]
    result.statuses = [_read_named(entry, where, "boot status", "value", 0, 255) for entry, where in top.items("boot_status")]
    for items, what in ((result.sources, "interrupt source"), (result.statuses, "boot status")):
        _check_unique(items, what, "name")
        _check_unique(items, f"{what} number", "number")
    result.header = _read_header(Reader(top.mapping("image_header"), mark, "image header"))
    top.finish()
    return result


def _check_unique(items, what, key):
    seen = {}
    for item in items:
        other = seen.setdefault(getattr(item, key), item)
        if other is not item:
            raise SpecError(item.mark, f"{what} '{getattr(item, key)}' is already used at {other.mark}")


def _read_csr(entry, where):
    reader = Reader(entry, where, "CSR")
    csr = Csr(
        name=reader.name(allow_reserved=True),
        number=reader.number("number", high=0xFFF),
        access=reader.choice("access", ("ro", "rw")),
        kind=reader.choice("kind", CSR_KINDS),
        value=reader.number("value", None),
        mask=reader.number("mask", None),
        reset=reader.number("reset", 0),
        count=reader.number("count", 1, low=1, high=64),
        doc=reader.text("doc", ""),
        mark=reader.mark,
    )
    reader.finish()
    if (csr.access == "ro") != (csr.number >> 10 == 3):
        reader.fail("number", f"number {csr.number:#05x} does not go with access {csr.access}: bits 11:10 = 3 are read-only")
    if csr.kind in ("constant", "ignored") and csr.value is None:
        reader.fail("value", f"kind {csr.kind} needs 'value'")
    if (csr.kind == "stored") != (csr.mask is not None):
        reader.fail("mask", f"kind {csr.kind} {'needs' if csr.kind == 'stored' else 'takes no'} 'mask'")
    if (csr.kind == "constant") and csr.access != "ro":
        reader.fail("kind", "a constant has a read-only number")
    if csr.kind == "stored" and (csr.reset & ~csr.mask or (csr.value or 0) & csr.mask):
        reader.fail("mask", "'reset' must be in the mask, 'value' outside it")
    return csr


def _check_csrs(csrs):
    taken = {}
    for csr in csrs:
        for number in range(csr.number, csr.number + csr.count):
            other = taken.setdefault(number, csr)
            if other is not csr:
                raise SpecError(csr.mark, f"CSR '{csr.name}' has number {number:#05x}, as '{other.name}' ({other.mark})")
    _check_unique(csrs, "CSR", "name")


def _rights(reader, key, allowed, default=None):
    text = reader.text(key) if default is None else reader.text(key, default)
    if set(text) - set(allowed) or len(set(text)) != len(text):
        reader.fail(key, f"'{key}' is '{text}', not made of {', '.join(allowed)}")
    return text


def _read_window(entry, where, devices):
    reader = Reader(entry, where, "window")
    window = Window(
        name=reader.name(allow_reserved=True),
        base=reader.number("base"),
        size=reader.number("size", low=4, high=1 << 32),
        hart=_rights(reader, "hart", "rwx"),
        host=_rights(reader, "host", "rw"),
        device=reader.text("device", ""),
        external=reader.flag("external"),
        doc=reader.text("doc", ""),
        mark=reader.mark,
    )
    reader.finish()
    if window.size & (window.size - 1) or window.base % window.size or window.base + window.size > 1 << 32:
        reader.fail("base", "a window's size must be a power of two, its base a multiple of it, and it must end within 32 bits")
    if window.device and window.device not in [device.name for device in devices]:
        reader.fail("device", f"'{window.device}' is no device of this file")
    if window.device and window.name != window.device:
        reader.fail("device", "a device's window has its name")
    return window


def _check_windows(windows):
    _check_unique(windows, "window", "name")
    for index, second in enumerate(windows):
        for first in windows[:index]:
            if first.base < second.base + second.size and second.base < first.base + first.size:
                raise SpecError(second.mark, f"window '{second.name}' overlaps '{first.name}' ({first.mark})")


def _read_device(entry, where, configurations):
    reader = Reader(entry, where, "device")
    device = Device(reader.name(), [], reader.mark)
    device.registers = [_read_register(item, mark, configurations) for item, mark in reader.items("registers")]
    reader.finish()
    _check_unique(device.registers, "register", "name")
    taken = {}
    for register in device.registers:
        for index in range(register.count):
            offset = register.offset + index * register.stride
            other = taken.setdefault(offset, register)
            if other is not register:
                raise SpecError(register.mark, f"register '{register.name}' overlaps '{other.name}' ({other.mark}) at {offset:#x}")
    return device


def _read_register(entry, where, configurations):
    reader = Reader(entry, where, "register")
    reader.name()
    common = reader.choice("write", WRITES, "store")
    register = Register(
        name=entry["name"],
        offset=reader.number("offset", high=0xFFC),
        hart=_rights(reader, "hart", "rw", ""),
        host=_rights(reader, "host", "rw", ""),
        hart_write=reader.choice("hart_write", WRITES, common),
        host_write=reader.choice("host_write", WRITES, common),
        reset=reader.number("reset", 0),
        value=reader.number_or_text("value", None),
        count=reader.number("count", 1, low=1, high=1024),
        stride=reader.number("stride", 4, low=4, high=4096),
        fields=[],
        doc=reader.text("doc", ""),
        mark=reader.mark,
    )
    register.fields = [_read_field(item, mark) for item, mark in reader.items("fields", ())]
    reader.finish()
    if register.offset % 4 or register.stride % 4:
        reader.fail("offset", "'offset' and 'stride' must be multiples of 4")
    if not register.hart and not register.host:
        reader.fail("offset", "neither hart nor host may use it")
    if register.value is not None and "w" in register.hart + register.host:
        reader.fail("value", "'value' is for registers that nobody writes")
    if isinstance(register.value, str) and configurations.parameter(register.value) is None:
        reader.fail("value", f"'value' names no configuration parameter: '{register.value}'")
    if register.reset & ~register.mask:
        reader.fail("reset", "'reset' sets bits that no field has")
    for index, second in enumerate(register.fields):
        for first in register.fields[:index]:
            if first.mask & second.mask or first.name == second.name:
                raise SpecError(second.mark, f"register '{register.name}': field '{second.name}' overlaps '{first.name}' ({first.mark})")
    return register


def _read_field(entry, where):
    reader = Reader(entry, where, "field")
    name = reader.name()
    bits = reader.text("bits")
    found = re.fullmatch(r"(\d+)(?::(\d+))?", bits)
    if not found or int(found[1]) > 31 or int(found[2] or found[1]) > int(found[1]):
        reader.fail("bits", f"'bits' is '{bits}', not \"high:low\" or \"bit\" in 31:0")
    reader.finish()
    return Field(name, int(found[1]), int(found[2] or found[1]), reader.mark)


def _read_named(entry, where, what, key, low, high):
    reader = Reader(entry, where, what)
    result = Named(reader.name(allow_reserved=True), reader.number(key, low=low, high=high), reader.flag("external"), reader.text("doc"), reader.mark)
    reader.finish()
    return result


def _read_header(reader):
    header = ImageHeader(
        size=reader.number("bytes", low=4, high=4096),
        magic=reader.number("magic"),
        version=reader.number("version"),
        interface=reader.number("interface"),
        fields=[_read_named(entry, where, "header field", "offset", 0, 4092) for entry, where in reader.items("fields")],
    )
    reader.finish()
    _check_unique(header.fields, "header field", "name")
    _check_unique(header.fields, "header field offset", "number")
    for item in header.fields:
        if item.number % 4 or item.number + 4 > header.size:
            raise SpecError(item.mark, f"header field '{item.name}' is no word of the header")
    return header

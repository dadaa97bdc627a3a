"""The host port beyond the launch registers: DMA engine, messages, aperture."""

from dataclasses import dataclass

from . import device
from .located_yaml import Mark, SpecError
from .schema import Reader


@dataclass
class Named:
    """A number with a name: a word's offset, a cause, a source of messages."""

    name: str
    value: int
    doc: str
    mark: Mark


@dataclass
class HostDma:
    registers: device.RegisterBlock
    base: int  # of the block in BAR0
    descriptor_bytes: int
    words: list
    flags: list  # fields of the word `flags`
    causes: list
    messages: list


def read_host_dma(document, mark, configurations):
    top = Reader(document, mark, "host_dma")
    block = top.name("block")
    base = top.number("base", high=0xF000)
    registers = device.read_register_list(top, configurations)
    descriptor = Reader(top.mapping("descriptor"), mark, "descriptor")
    size = descriptor.number("bytes", low=4, high=4096)
    words = _named(descriptor, "words", "offset", size - 4)
    for word in words:
        if word.value % 4:
            raise SpecError(word.mark, f"word '{word.name}' is at {word.value:#x}, no multiple of 4")
    flags = [_flag(entry, where) for entry, where in descriptor.items("flags")]
    descriptor.finish()
    result = HostDma(
        device.RegisterBlock(block, registers), base, size, words, flags, _named(top, "causes", "value", 15), _named(top, "messages", "value", 3)
    )
    top.finish()
    taken = 0
    for flag in flags:
        if flag.mask & taken:
            raise SpecError(flag.mark, f"flag '{flag.name}' overlaps another one")
        taken |= flag.mask
    return result


def _named(reader, key, number, high):
    result = []
    for entry, where in reader.items(key):
        item = Reader(entry, where, key)
        named = Named(item.name(allow_reserved=True), item.number(number, high=high), item.text("doc"), item.mark)
        item.finish()
        for other in result:
            if other.name == named.name or other.value == named.value:
                raise SpecError(named.mark, f"{key}: '{named.name}' has the name or number of '{other.name}' ({other.mark})")
        result.append(named)
    return result


def _flag(entry, where):
    reader = Reader(entry, where, "flag")
    name = reader.name()
    high, low = device.read_bits(reader)
    reader.finish()
    return device.Field(name, high, low, False, None, reader.mark)

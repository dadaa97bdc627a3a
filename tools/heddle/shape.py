"""Configuration texts (`base:cores=1,warps=4`), checked against docs/spec/configurations.yaml."""

import sys

from build import ROOT

sys.path.insert(0, str(ROOT / "tools" / "specgen"))


class ShapeError(Exception):
    """The text names no configuration; says why and what there is."""


def dimensions(text):
    """Cores, warps and lanes of a configuration."""
    values = _parsed(text)[2]
    return values["cores"], values["warps"], values["lanes"]


def canonical(text):
    """The canonical text of a configuration: its name and what differs from it, in the order of the table (as
    Configuration::canonical in C++)."""
    known, name, values = _parsed(text)
    base = next(c.values for c in known.named if c.name == name)
    changed = ",".join(f"{p.name}={values[p.name]}" for p in known.parameters if values[p.name] != base[p.name])
    return f"{name}:{changed}" if changed else name


def _parsed(text):
    """The table, and the name and values of one configuration."""
    from specgen_lib import device  # only when needed: it reads YAML
    from specgen_lib.located_yaml import Mark, SpecError, load

    path = ROOT / "docs" / "spec" / "configurations.yaml"
    try:
        known = device.read_configurations(load(path), Mark(str(path), 1))
        return known, *known.parse(text)
    except SpecError as error:
        raise ShapeError(str(error)) from error

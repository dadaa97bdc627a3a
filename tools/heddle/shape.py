"""Configuration texts (`base:cores=1,warps=4`), checked against docs/spec/configurations.yaml."""

import sys

from build import ROOT

sys.path.insert(0, str(ROOT / "tools" / "specgen"))


class ShapeError(Exception):
    """The text names no configuration; says why and what there is."""


def read(text):
    """What is known of configurations, the name that the text has and all its values."""
    from specgen_lib import device  # only when needed: it reads YAML
    from specgen_lib.located_yaml import Mark, SpecError, load

    path = ROOT / "docs" / "spec" / "configurations.yaml"
    try:
        known = device.read_configurations(load(path), Mark(str(path), 1))
        return known, *known.parse(text)
    except SpecError as error:
        raise ShapeError(str(error)) from error


def parameters(text):
    """The parameters of a configuration, by name."""
    return dict(read(text)[2])


def canonical(text):
    """The canonical text of a configuration: its name and what differs from it, in the order of the table (as
    Configuration::canonical in C++)."""
    known, name, values = read(text)
    return known.canonical(name, values)

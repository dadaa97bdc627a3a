"""Configuration texts (`base:cores=1,warps=4`), checked against docs/spec/configurations.yaml."""

import sys

from build import ROOT

sys.path.insert(0, str(ROOT / "tools" / "specgen"))


class ShapeError(Exception):
    """The text names no configuration; says why and what there is."""


def canonical(text):
    """The canonical text of a configuration: its name and what differs from it, in the order of the table."""
    from specgen_lib import spec  # only when needed: it reads YAML
    from specgen_lib.located_yaml import SpecError

    try:
        return spec.load(ROOT / "docs" / "spec").configuration(text).canonical
    except SpecError as error:
        raise ShapeError(str(error)) from error

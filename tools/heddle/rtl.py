"""Where the RTL library of a configuration is built, and which target builds it (see verif/harness/CMakeLists.txt)."""

import re

import build


def slug(config):
    """The configuration's name for files and targets."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", config)


def target(config, tracing):
    return f"rtl-{slug(config)}" + ("-trace" if tracing else "")


def directory(config, tracing):
    return build.BUILD / "rtl" / (slug(config) + ("-trace" if tracing else ""))

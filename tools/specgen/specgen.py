#!/usr/bin/python3
"""Generates everything that comes from docs/spec/*.yaml. See README.md."""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from specgen_lib import outputs, spec  # noqa: E402
from specgen_lib.located_yaml import SpecError  # noqa: E402

DEFAULT_SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec"


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks docs/spec and generates RTL packages, headers and documents from it.")
    parser.add_argument("--out", type=Path, help="folder to write to (default: check only)")
    parser.add_argument("--config", default="edge", metavar="NAME:key=value,...", help="configuration of heddle_config_pkg (default: edge)")
    parser.add_argument("--spec", type=Path, default=DEFAULT_SPEC, help="folder with the YAML files")
    parser.add_argument("--only", help="write only files whose path starts with this: rtl, include, asm, docs, ...")
    parser.add_argument("--list", action="store_true", help="print the names of the files, relative to --out, and write nothing")
    options = parser.parse_args(arguments)
    try:
        specification = spec.read(options.spec)
        files = outputs.generate(specification, options.config)
    except SpecError as error:
        print(f"specgen: {error}", file=sys.stderr)
        return 1
    if options.only:
        files = {name: text for name, text in files.items() if name.startswith(options.only)}
        if not files:
            print(f"specgen: --only {options.only} names no file", file=sys.stderr)
            return 1
    if options.list:
        print("\n".join(files))
    elif options.out:
        try:
            outputs.write(files, options.out)
        except OSError as error:
            print(f"specgen: {error.filename}: {error.strerror}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

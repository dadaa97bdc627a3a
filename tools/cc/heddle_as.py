#!/usr/bin/python3
"""heddle as: assembles .s and .S files with Xheddle mnemonics, with stock clang-19."""

import argparse
import pathlib
import sys

import compile_source
import device_runtime
import toolchain


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="heddle as",
        description="Assemble with Xheddle mnemonics (hd.barrier, hd.csrr a0, hd_lane, ...). "
        ".S files are preprocessed.",
    )
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("-o", dest="output", type=pathlib.Path, metavar="FILE", help="object (default: NAME.o)")
    parser.add_argument(
        "-D", dest="defines", metavar="NAME[=VALUE]", action="append", default=[], help="define a macro (.S)"
    )
    parser.add_argument(
        "-I", dest="include", metavar="DIR", action="append", default=[], help="search DIR for included files"
    )
    parser.add_argument("--march", default=toolchain.MARCH, help="instruction set (default: %(default)s)")
    device_runtime.add_options(parser)
    parser.add_argument("-v", dest="verbose", action="store_true", help="show the commands")
    options = parser.parse_args(arguments)
    options.runtime_dir = device_runtime.directory_of(options)
    try:
        if compile_source.kind(options.source) != "assembly":
            raise toolchain.ToolError(f"{options.source}: not assembly (.s or .S)", status=2)
        if not options.source.is_file():
            raise toolchain.ToolError(f"{options.source}: no such file")
        device_runtime.ensure(options.runtime_dir, options.verbose)
        flags = [f"-D{define}" for define in options.defines] + [f"-I{folder}" for folder in options.include]
        compile_source.to_object(
            compile_source.Job(
                source=options.source,
                output=options.output or pathlib.Path(options.source.stem + ".o"),
                march=options.march,
                flags=flags,
                includes=device_runtime.include_dirs(options.runtime_dir),
                xheddle=device_runtime.xheddle_include(options.runtime_dir),
                verbose=options.verbose,
            )
        )
    except toolchain.ToolError as error:
        if str(error):
            print(f"heddle as: {error}", file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"heddle as: {error.filename or ''}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/python3
"""heddle cc: compiles and links kernel programs with stock clang-19, lld-19, picolibc and libgcc."""

import argparse
import pathlib
import re
import sys
import tempfile

import compile_source
import device_runtime
import image
import toolchain

EPILOG = """Options that are not listed go to clang as they are (-W..., -std=..., -f..., -m...); -Wl,... go to the
linker.
Sources: .c, .cc/.cpp/.cxx, .s, .S (with Xheddle mnemonics); objects and archives are linked."""

# Options of clang's that take their value as the next argument: it must not be taken for a source.
TAKES_VALUE = {
    "-include",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-imacros",
    "-mllvm",
    "-Xclang",
    "-x",
    "-Xassembler",
    "-MF",
    "-MT",
    "-MQ",
    "-U",
    "--param",
    "-target",
    "-Xlinker",
    "-l",
    "-L",
}
# Options that make clang write something other than assembly, which is what the layout pass reads.
OTHER_OUTPUT = re.compile(r"-(E|M|MM|fsyntax-only|emit-llvm|emit-ast|flto.*|fthinlto.*|analyze|###)$")
PRINTF = {"double": None, "float": "__f_vfprintf", "integer": "__i_vfprintf"}


def parse_size(text):
    """Bytes from '65536', '64K', '1M'."""
    match = re.fullmatch(r"(\d+)([kKmM]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 65536, 64K or 1M")
    return int(match[1]) * {"": 1, "k": 1024, "m": 1 << 20}[match[2].lower()]


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise toolchain.ToolError(f"{message} (see heddle cc --help)", status=2)


def parse(arguments):
    parser = Parser(
        prog="heddle cc",
        description="Compile and link a kernel program for Heddle.",
        epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-o", dest="output", metavar="FILE", help="output (default: a.elf; NAME.o with -c, NAME.s with -S)"
    )
    parser.add_argument("-c", dest="stage", action="store_const", const="object", help="compile to objects only")
    parser.add_argument(
        "-S", dest="stage", action="store_const", const="assembly", help="compile to assembly, laid out, only"
    )
    parser.add_argument(
        "-O",
        dest="optimize",
        metavar="LEVEL",
        default="2",
        help="0, 1, 2 (default), 3, s, z; 2 is what the layout is tuned for",
    )
    parser.add_argument(
        "-D", dest="defines", metavar="NAME[=VALUE]", action="append", default=[], help="define a macro"
    )
    parser.add_argument("-I", dest="include", metavar="DIR", action="append", default=[], help="search DIR for headers")
    parser.add_argument(
        "-g",
        dest="debug",
        nargs="?",
        const="",
        metavar="LEVEL",
        help="lines and inlined functions are always described; -g0 leaves them out; -g2 adds types, so that the driver knows what kernels take",
    )
    parser.add_argument("--march", default=toolchain.MARCH, help="instruction set (default: %(default)s)")
    parser.add_argument(
        "--no-layout", dest="layout", action="store_false", help="keep the order of blocks that clang chose"
    )
    parser.add_argument(
        "--no-register-banks",
        dest="register_banks",
        action="store_false",
        help="keep the floating-point registers that clang chose",
    )
    parser.add_argument(
        "--printf", choices=sorted(PRINTF), default="double", help="how much of printf is linked (default: %(default)s)"
    )
    parser.add_argument(
        "--heap",
        type=parse_size,
        default=1 << 20,
        metavar="SIZE",
        help="heap of programs that call malloc (default: 1M)",
    )
    parser.add_argument("--map", metavar="FILE", help="write the linker's map")
    parser.add_argument(
        "--save-temps",
        metavar="DIR",
        nargs="?",
        const=".",
        help="keep intermediate files, in DIR where given as --save-temps=DIR",
    )
    device_runtime.add_options(parser)
    parser.add_argument(
        "--build-runtime", action="store_true", help="bring the device runtime up to date; sources may be left out"
    )
    parser.add_argument(
        "-v", dest="verbose", action="store_true", help="show the commands and what the layout pass did"
    )

    # clang's own options are taken out first: argparse cannot tell their values from sources.
    ours, passed, linker, sources = [], [], [], []
    known = parser._option_string_actions  # pylint: disable=protected-access
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name = argument.split("=")[0]
        if argument == "--":
            sources += rest
            break
        if argument.startswith("-Wl,"):
            linker += argument.split(",")[1:]
        elif argument in ("-Xlinker", "-l", "-L") and rest:
            linker += [rest.pop(0)] if argument == "-Xlinker" else [argument, rest.pop(0)]
        elif argument.startswith(("-l", "-L")):
            linker.append(argument)
        elif argument in TAKES_VALUE:
            if not rest:
                raise toolchain.ToolError(f"{argument} needs a value", status=2)
            passed += [argument, rest.pop(0)]
        elif argument in ("-o", "-D", "-I", "--march", "--printf", "--heap", "--map", "--runtime-dir", "--build-dir"):
            if not rest:
                raise toolchain.ToolError(f"{argument} needs a value", status=2)
            ours += [argument + rest.pop(0)] if len(argument) == 2 else [f"{argument}={rest.pop(0)}"]
        elif (
            argument.startswith("--march=")
            or name in known
            or argument[:2] in ("-o", "-O", "-D", "-I")
            or re.fullmatch(r"-g\d?", argument)
        ):
            ours.append(argument)
        elif argument.startswith("-march="):
            ours.append("-" + argument)
        elif OTHER_OUTPUT.match(argument):
            raise toolchain.ToolError(
                f"{argument} is not supported: sources become assembly, which is laid out; clang-19 makes other output",
                status=2,
            )
        elif argument.startswith("-") and argument != "-":
            passed.append(argument)
        else:
            sources.append(argument)
    options = parser.parse_args(ours)
    options.runtime_dir = device_runtime.directory_of(options)
    options.passed, options.linker, options.sources = passed, linker, [pathlib.Path(name) for name in sources]
    return options


def check(options):
    """What can be said before anything is run."""
    if not options.sources:
        if options.build_runtime:
            return
        raise toolchain.ToolError("no source files (see heddle cc --help)", status=2)
    for source in options.sources:
        kind = compile_source.kind(source)
        if kind is None:
            raise toolchain.ToolError(
                f"{source}: not a source that heddle cc knows (.c .cc .cpp .cxx .s .S .o .a)", status=2
            )
        if not source.is_file():
            raise toolchain.ToolError(f"{source}: {'is a directory' if source.is_dir() else 'no such file'}")
        if options.stage and kind == "object":
            raise toolchain.ToolError(f"{source}: nothing to compile; -c and -S take sources", status=2)
    if re.match(r"rv32[^fg_]*(_|$)", options.march):
        raise toolchain.ToolError(
            f"--march={options.march} has no F: floats are passed in registers ({toolchain.ABI})", status=2
        )
    if options.stage and options.output and len(options.sources) > 1:
        raise toolchain.ToolError("-o names one file, but there are several sources", status=2)
    folder = pathlib.Path(options.output or ".").parent
    if not folder.is_dir():
        raise toolchain.ToolError(f"{folder}: no such directory for the output")


def make_job(options, source, output):
    flags = (
        [f"-O{options.optimize}"]
        + [f"-D{define}" for define in options.defines]
        + [f"-I{folder}" for folder in options.include]
    )
    if options.debug == "0":
        flags.append("-g0")
    elif options.debug in ("2", "3"):
        flags += ["-Xclang", "-debug-info-kind=constructor"]
    return compile_source.Job(
        source=source,
        output=output,
        includes=device_runtime.include_dirs(options.runtime_dir),
        xheddle=device_runtime.xheddle_include(options.runtime_dir),
        march=options.march,
        flags=flags + ["-Wall"] + options.passed,
        layout=options.layout,
        register_banks=options.register_banks,
        verbose=options.verbose,
        save_temps=pathlib.Path(options.save_temps) if options.save_temps else None,
    )


def build(options):
    if options.save_temps:
        pathlib.Path(options.save_temps).mkdir(parents=True, exist_ok=True)
    if options.stage:
        for source in options.sources:
            suffix = ".o" if options.stage == "object" else ".s"
            output = pathlib.Path(options.output or source.with_suffix(suffix).name)
            job = make_job(options, source, output)
            if options.stage == "assembly":
                if compile_source.kind(source) == "assembly":
                    raise toolchain.ToolError(f"{source}: is assembly already", status=2)
                compile_source.to_assembly(job, output)
            else:
                compile_source.to_object(job)
                image.check_object(output, source)
        return
    with tempfile.TemporaryDirectory(prefix="heddle-cc-") as directory:
        objects = []
        for number, source in enumerate(options.sources):
            if compile_source.kind(source) == "object":
                objects.append(source)
                continue
            output = pathlib.Path(directory) / str(number) / f"{source.stem}.o"
            output.parent.mkdir()
            compile_source.to_object(make_job(options, source, output))
            image.check_object(output, source)
            objects.append(output)
        image.link(
            objects,
            pathlib.Path(options.output or "a.elf"),
            options.runtime_dir,
            heap=options.heap,
            printf=PRINTF[options.printf],
            extra=options.linker,
            map_file=options.map,
            verbose=options.verbose,
        )


def main(arguments):
    try:
        options = parse(arguments)
        check(options)
        device_runtime.ensure(options.runtime_dir, options.verbose)
        if options.sources:
            build(options)
    except toolchain.ToolError as error:
        if str(error):
            print(f"heddle cc: {error}", file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"heddle cc: {error.filename or ''}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

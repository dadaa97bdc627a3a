#!/usr/bin/python3
"""Compiles an OpenCL program for the device. Started by the runtime (src/compiler.cpp), in the folder of the program:

    program.py compile OUTPUT.ll SOURCE.cl -- OPTIONS     one source to the IR that clang makes of it
    program.py join OUTPUT.ll INPUT.ll...                 several to one
    program.py link --runtime-dir DIR --library DIR OUTPUT.elf INPUT.ll...
    program.py build --runtime-dir DIR --library DIR OUTPUT.elf SOURCE.cl -- OPTIONS

`link` and `build` write OUTPUT.elf and OUTPUT.elf.kernels, which says what the kernels are, a line per fact (runtime/opencl/README.md).
OPTIONS are clang's, checked by the runtime. Messages go to the standard error output. Exit status: 0, 1 the program is wrong, 2
something else.
"""

import pathlib
import re
import sys

import assembly
import clang
import ir_text
import kernels
import layout
import printing
import register_banks
import toolchain

EXIT_WRONG, EXIT_OTHER = 1, 2
PRIVATE_MINIMUM = 1024


def hd_exit(runtime_dir):
    """hd.exit as the assembler takes it, from the generated header."""
    header = (runtime_dir / "generated" / "include" / "heddle" / "heddle_isa.h").read_text(encoding="utf-8")
    return re.search(r'#define HEDDLE_INSN_HD_EXIT "(.*)"', header)[1]


def compile_source(output, source, options):
    extensions = "-all," + ",".join(f"+{name}" for name in clang.EXTENSIONS + clang.FEATURES)
    arguments = [*clang.FRONT_END, "-main-file-name", source, f"-cl-ext={extensions}"]
    arguments += [f"-D{name}=1" for name in clang.MACRO_EXTENSIONS] + ["-D__OPENCL_VERSION__=300", "-U__IMAGE_SUPPORT__"]
    arguments += ["-finclude-default-header", "-fdeclare-opencl-builtins", "-cl-kernel-arg-info", "-debug-info-kind=line-tables-only"]
    arguments += ["-Wno-format"]  # OpenCL's printf has formats that C does not know, such as %v4hlf
    arguments += ["-disable-llvm-verifier", "-discard-value-names", "-include", pathlib.Path(__file__).parent / "declarations.h"]
    result = clang.cc1([*arguments, *options, "-o", output, source])
    sys.stderr.write(result.stderr)
    return 0 if result.returncode == 0 else (EXIT_WRONG if result.returncode == 1 else EXIT_OTHER)


def for_device(text, exit_code):
    """(module for the device, kernels, whether it prints) of a module that clang wrote."""
    found = kernels.find(text)
    nodes = kernels.nodes_of(text)
    text, helpers = printing.rewrite(text)
    text = ir_text.retarget(kernels.make_internal(text))
    code, metadata, number = [], [], max((int(name) for name in nodes), default=0) + 1
    for kernel in found:
        entry, about = kernels.entry(kernel, nodes, number, exit_code)
        code.append(entry)
        metadata.append(about)
        number += 2
    return "\n".join([text, helpers, *code, *metadata]), found, bool(helpers)


def merge(inputs):
    """The text of the one input, or of all, linked."""
    if len(inputs) == 1:
        return inputs[0].read_text(encoding="utf-8", errors="surrogateescape")
    output = inputs[0].with_suffix(".linked.ll")
    toolchain.run([toolchain.find_tool("llvm-link-19", "llvm-19"), "-S", *inputs, "-o", output])
    return output.read_text(encoding="utf-8", errors="surrogateescape")


def describe(found):
    """The facts of the kernels, as the runtime reads them."""
    out = []
    for kernel in found:
        out.append(f"kernel {kernel.name} {kernel.args_bytes} {kernel.local_bytes} {kernel.private_bytes}")
        for key, value in kernel.attributes.items():
            out.append(f"attribute {key} {' '.join(map(str, value)) if isinstance(value, list) else value}")
        for argument in kernel.arguments:
            alignment = argument.pointee_alignment if argument.kind != "value" else argument.alignment
            out.append(f"argument {argument.kind} {argument.offset} {argument.size} {alignment}")
            out.append(f"name {argument.name}")
            out.append(f"type {argument.type_name}")
            out.append(f"qualifier {argument.qualifier}")
    return "".join(line + "\n" for line in out)


def generate(module, library, folder):
    """LLVM IR to assembly with everything of the built-in library that it uses."""
    source, output = folder / "device.ll", folder / "device.s"
    source.write_text(module, encoding="utf-8", errors="surrogateescape")
    arguments = [*clang.device_target(), *clang.back_end_flags(), "-O2", "-S", "-disable-free"]
    arguments += ["-Wno-override-module"]  # the module names the same target in another spelling
    result = clang.cc1([*arguments, "-mlink-builtin-bitcode", library / "builtins.bc", "-x", "ir", source, "-o", output])
    if result.returncode:
        raise toolchain.ToolError(result.stderr, status=EXIT_OTHER)
    sys.stderr.write(result.stderr)
    return output.read_text(encoding="utf-8", errors="surrogateescape")


def assemble(text, folder):
    source, output = folder / "laid_out.s", folder / "program.o"
    source.write_text(text, encoding="utf-8", errors="surrogateescape")
    target = clang.device_target()
    command = [clang.front_end_path(), "-cc1as", "-filetype", "obj", "-mrelocation-model", "static"]
    skip = target.index("-mcmodel=small")
    toolchain.run([*command, *target[:skip], *target[skip + 1 :], source, "-o", output])
    return output


def link_objects(objects, runtime_dir, output):
    libc, libgcc = toolchain.library_dirs()
    command = [toolchain.find_tool("ld.lld-19", "lld-19"), "-m", "elf32lriscv", "-T", runtime_dir / "heddle.ld", "--gc-sections"]
    command += ["--discard-locals", "-z", "max-page-size=4096", "-z", "noexecstack", "--no-warn-mismatch", "--defsym=__hd_heap_size=0"]
    command += [runtime_dir / "crt0.o", *objects, "--start-group", runtime_dir / "libheddle.a", libc / "libc.a", libgcc / "libgcc.a"]
    toolchain.run([*command, "--end-group", "-o", output])


def link(runtime_dir, library, output, inputs):
    folder = output.parent
    module, found, prints = for_device(merge(inputs), hd_exit(runtime_dir))
    text, local_bytes = assembly.place_local_variables(generate(module, library, folder))
    stack = assembly.stack_use(text)
    for kernel in found:
        kernel.local_bytes = local_bytes.get(kernel.name, 0)
        need = stack.get(f"__hd_direct___cl_{kernel.name}", 0)
        kernel.private_bytes = -(-max(need + 64, PRIVATE_MINIMUM) // 256) * 256
    laid_out, _ = layout.relayout(text)
    objects = [assemble(register_banks.spread(laid_out), folder)] + ([library / "printf.o"] if prints else [])
    link_objects([f"--undefined=__cl_{kernel.name}" for kernel in found] + objects, runtime_dir, output)
    output.with_name(output.name + ".kernels").write_text(describe(found), encoding="utf-8")
    return 0


def link_job(arguments):
    """(runtime directory, library directory, other arguments)"""
    options = {arguments[0]: arguments[1], arguments[2]: arguments[3]}
    return pathlib.Path(options["--runtime-dir"]), pathlib.Path(options["--library"]), arguments[4:]


def run(job, arguments):
    if job == "compile":
        return compile_source(arguments[0], arguments[1], arguments[3:])
    if job == "join":
        pathlib.Path(arguments[0]).write_text(merge([pathlib.Path(name) for name in arguments[1:]]), encoding="utf-8")
        return 0
    runtime_dir, library, rest = link_job(arguments)
    if job == "link":
        return link(runtime_dir, library, pathlib.Path(rest[0]), [pathlib.Path(name) for name in rest[1:]])
    module = pathlib.Path("program.ll")
    return compile_source(module, rest[1], rest[3:]) or link(runtime_dir, library, pathlib.Path(rest[0]), [module])


def main(arguments):
    try:
        return run(arguments[0], arguments[1:])
    except ir_text.ProgramError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_WRONG
    except toolchain.ToolError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG if error.status == 1 else EXIT_OTHER


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/python3
"""Builds what every program is linked with: build_builtins.py --runtime-dir DIR --output DIR writes builtins.bc, the built-in functions
of OpenCL C as LLVM bitcode for the device, and printf.o."""

import argparse
import concurrent.futures
import pathlib
import subprocess
import sys

import clang
import compile_source
import device_runtime
import ir_text
import toolchain

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent / "builtins"
# Features without which the definitions of one function for several address spaces would be ambiguous; and what needs them.
LANGUAGE = ["-cl-std=CL3.0", "-cl-ext=-__opencl_c_generic_address_space,-__opencl_c_pipes,-__opencl_c_device_enqueue"]


def fail(text):
    raise toolchain.ToolError(text)


def opencl_group(source, folder):
    """A generated .cl file to IR for the device."""
    output = folder / (source.stem + ".ll")
    result = clang.cc1([*clang.FRONT_END, *LANGUAGE, "-finclude-default-header", "-o", output, source])
    if result.returncode:
        fail(result.stderr)
    text = ir_text.retarget(output.read_text(encoding="utf-8"))
    output.write_text(text, encoding="utf-8")
    return output


def device_source(source, folder, runtime_dir):
    """A C file of the library to bitcode."""
    output = folder / (source.stem + ".bc")
    command = [clang.front_end_path(), *compile_source.TARGET_FLAGS, f"-march={toolchain.MARCH}", *compile_source.CODE_FLAGS]
    command += ["-O2", "-fno-strict-aliasing", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-nostdlibinc", "-emit-llvm", "-c"]
    for folder_ in device_runtime.include_dirs(runtime_dir):
        command += ["-isystem", folder_]
    toolchain.run([*command, source, "-o", output])
    return output


def build(runtime_dir, output):
    device_runtime.ensure(runtime_dir)
    folder = output / "builtins"
    toolchain.run([sys.executable, "-B", SOURCES / "generate.py", folder])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        modules = list(pool.map(lambda source: opencl_group(source, folder), sorted(folder.glob("*.cl"))))
    modules += [device_source(SOURCES / f"{name}.c", folder, runtime_dir) for name in ("device", "device_rounding")]
    linked = folder / "linked.bc"
    toolchain.run([toolchain.find_tool("llvm-link-19", "llvm-19"), *modules, "-o", linked])
    staged = output / "builtins.tmp.bc"
    # Only what shrinks: loops are unrolled and the like in the user's program, where the context is known.
    toolchain.run([toolchain.find_tool("opt-19", "llvm-19"), "-mattr=+f", "-passes=default<O1>", linked, "-o", staged])
    job = compile_source.Job(
        source=SOURCES / "printf.c",
        output=output / "printf.o",
        includes=device_runtime.include_dirs(runtime_dir),
        xheddle=device_runtime.xheddle_include(runtime_dir),
        flags=["-Wall", "-Wextra", "-Werror"],
        library=True,
    )
    compile_source.to_object(job)
    staged.replace(output / "builtins.bc")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime-dir", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    try:
        build(options.runtime_dir, options.output)
    except (toolchain.ToolError, subprocess.SubprocessError) as error:
        print(f"build_builtins: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

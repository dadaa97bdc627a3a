"""How clang is called: OpenCL C to LLVM IR for the abstract target, and LLVM IR to assembly for the device."""

import functools
import pathlib
import re
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "tools" / "cc"))
import compile_source
import toolchain

# What this platform does not have. Everything else that clang knows is taken from EXTENSIONS and FEATURES.
EXTENSIONS = (
    "cl_khr_byte_addressable_store cl_khr_fp16 cl_khr_global_int32_base_atomics cl_khr_global_int32_extended_atomics "
    "cl_khr_int64_base_atomics cl_khr_int64_extended_atomics "
    "cl_khr_local_int32_base_atomics cl_khr_local_int32_extended_atomics cl_khr_subgroups"
).split()
FEATURES = "__opencl_c_int64 __opencl_c_subgroups".split()
# Extensions of ours that clang has no type for: only their macro is needed.
MACRO_EXTENSIONS = ("cl_khr_subgroup_shuffle", "cl_khr_subgroup_shuffle_relative")

FRONT_END = [
    "-triple",
    "spir-unknown-unknown",
    "-disable-free",
    "-mrelocation-model",
    "static",
    "-ffp-contract=on",
    "-O2",
    "-fgnu89-inline",
    "-disable-llvm-passes",
    "-relaxed-aliasing",  # OpenCL C has no strict aliasing
    "-emit-llvm",
    "-dwarf-version=5",
]


@functools.cache
def front_end_path():
    """The compiler proper, which saves the driver's start."""
    path = pathlib.Path(toolchain.clang()).resolve()
    return str(path)


@functools.cache
def resource_dir():
    base = pathlib.Path(front_end_path()).parent.parent / "lib" / "clang"
    found = sorted(path for path in base.glob("*") if (path / "include" / "opencl-c-base.h").is_file())
    if not found:
        raise toolchain.ToolError(f"{base}: no opencl-c-base.h; install the Debian package libclang-common-19-dev")
    return str(found[-1])


def cc1(arguments, **options):
    command = [front_end_path(), "-cc1", "-resource-dir", resource_dir(), *map(str, arguments)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", **options)


def device_target():
    """-target-feature and its like for what toolchain.MARCH says."""
    names = re.sub(r"^rv32", "", toolchain.MARCH).split("_")
    features = [letter for letter in names[0] if letter != "i"] + names[1:]
    out = ["-triple", toolchain.TARGET, "-target-cpu", "generic-rv32", "-target-abi", toolchain.ABI, "-mcmodel=small"]
    for feature in features:
        out += ["-target-feature", f"+{feature}"]
    return out + ["-target-feature", "+relax"]


def back_end_flags():
    """The code generation settings of heddle cc that apply to LLVM IR."""
    out = ["-mrelocation-model", "static", "-ffunction-sections", "-fdata-sections", "-ffp-contract=on"]
    settings = compile_source.CODE_FLAGS + compile_source.LAYOUT_FLAGS + compile_source.DEBUG_FLAGS
    for flag, value in zip(settings, settings[1:]):
        if flag == "-mllvm":
            out += [flag, value]
    return out

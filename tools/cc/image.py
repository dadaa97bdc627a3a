"""Objects to an image: linking with the device runtime, picolibc and libgcc, and the checks that only objects allow."""

import difflib
import os
import re
import sys

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

import toolchain

SHF_GNU_RETAIN = 0x200000

# What people reach for, and what there is.
HINTS = {
    "main": "kernels are declared with HD_KERNEL(name); nothing calls main",
    "__atomic_fetch_add_8": "64-bit atomics do not exist; use 32 bits or a lock",
    "__atomic_load_8": "64-bit atomics do not exist; use 32 bits or a lock",
    "__atomic_store_8": "64-bit atomics do not exist; use 32 bits or a lock",
    "__atomic_compare_exchange_8": "64-bit atomics do not exist; use 32 bits or a lock",
    "fopen": "kernels have no files; printf writes to the host's terminal",
    "open": "kernels have no files; printf writes to the host's terminal",
    "__dso_handle": "a static object needs a destructor at exit; kernels have no end of program",
}


def check_object(path, source):
    """HD_SCRATCHPAD variables have no place to keep an initial value: refuse what would be dropped silently."""
    try:
        with open(path, "rb") as handle:
            for section in ELFFile(handle).iter_sections():
                if (
                    section.name.startswith(".scratchpad")
                    and section["sh_type"] == "SHT_PROGBITS"
                    and any(section.data())
                ):
                    os.unlink(path)
                    raise toolchain.ToolError(
                        f"{source}: an HD_SCRATCHPAD variable has an initial value; the scratchpad has none at "
                        "dispatch: store it in the kernel"
                    )
    except ELFError as error:
        raise toolchain.ToolError(f"{path}: {error}") from error


def _symbols(objects):
    """Names of the functions and variables that objects define."""
    names = set()
    for path in objects:
        try:
            with open(path, "rb") as handle:
                table = ELFFile(handle).get_section_by_name(".symtab")
                if table:
                    names |= {
                        symbol.name
                        for symbol in table.iter_symbols()
                        if symbol["st_shndx"] != "SHN_UNDEF"
                        and symbol["st_info"]["bind"] != "STB_LOCAL"
                        and symbol.name
                    }
        except ELFError:
            continue  # an archive
    return names


def _explain(text, objects):
    """The linker's messages without the machine around it, undefined symbols with a suggestion. lld takes lines from
    tables that linker relaxation has not been applied to, so what it says of places is wrong; the function it names is
    right."""
    known = None
    lines = []
    for line in text.splitlines():
        line = re.sub(r"^(?:\S*/)?ld\.lld(?:-19)?: (?:error: )?(?:error: )?", "heddle cc: ", line)
        place = re.match(r">>> {4,}(?:.*/)?(\S+?)\.o:\(?(?:\.text\.)?(.+?)(?:\+0x[0-9a-f]+)?\)?$", line)
        if place:
            lines.append(f">>>   in {place[2]} of {place[1]}")
            continue
        if re.match(r">>> (referenced by|defined at) \S+:\d+ \(.*\)$", line):
            continue
        lines.append(re.sub(r"/\S*heddle-cc-\w+/\d+/", "", line))
        match = re.search(r"undefined symbol: (.+)$", line)
        if match:
            name = match[1]
            bare = name.split("(")[0]
            if bare in HINTS:
                lines.append(f">>> note: {HINTS[bare]}")
                continue
            known = _symbols(objects) if known is None else known
            near = difflib.get_close_matches(bare, known, n=1)
            if near:
                lines.append(f">>> note: did you mean {near[0]}?")
    return "".join(line + "\n" for line in lines)


def _warn_without_kernel(objects):
    """What nothing calls is left out of the image; with no HD_KERNEL that is everything."""
    for path in objects:
        try:
            with open(path, "rb") as handle:
                if any(section["sh_flags"] & SHF_GNU_RETAIN for section in ELFFile(handle).iter_sections()):
                    return
        except ELFError:
            return  # an archive may have some
    print("heddle cc: warning: there is no kernel: nothing is declared with HD_KERNEL", file=sys.stderr)


def link(objects, output, runtime_dir, heap, printf, extra, map_file, verbose):
    libc, libgcc = toolchain.library_dirs()
    staged = output.with_name(output.name + f".{os.getpid()}.tmp")
    _warn_without_kernel(objects)
    command = (
        [
            toolchain.find_tool("ld.lld-19", "lld-19"),
            "-m",
            "elf32lriscv",
            "-T",
            runtime_dir / "heddle.ld",
            "--gc-sections",
            "--discard-locals",
            "--emit-relocs",  # so that the driver can place the image elsewhere
            "-z",
            "max-page-size=4096",
            "-z",
            "noexecstack",
            "--no-warn-mismatch",
            f"--defsym=__hd_heap_size={heap}",
            runtime_dir / "crt0.o",
        ]
        + objects
        + [flag for flag in extra if flag not in ("-lm", "-lc", "-lgcc")]
    )
    if printf:
        command.append(f"--defsym=vfprintf={printf}")
    if map_file:
        command.append(f"-Map={map_file}")
    # Mathematics is in Debian's libc.a; its libm.a is an empty shell that lld rejects, and -lm means nothing more here.
    # Ours first: what it has wins over the prebuilt libraries, which are linked unmodified.
    command += [
        "--start-group",
        runtime_dir / "libheddle.a",
        libc / "libc.a",
        libgcc / "libgcc.a",
        "--end-group",
        "-o",
        staged,
    ]
    try:
        toolchain.run(command, verbose, filter_error=lambda text: _explain(text, objects))
        os.replace(staged, output)
    finally:
        staged.unlink(missing_ok=True)

"""Runs bare-metal programs that end as env/end.h says on qemu-system-riscv32, and fetches their signatures."""

import subprocess
import tempfile
from pathlib import Path

QEMU = "qemu-system-riscv32"
# What a lane is, as far as QEMU 7.2 has it: without Zicond; machine mode only.
CPU = "rv32,d=off,c=off,h=off,s=off,u=off,f=on,Zfh=on,zba=on,zbb=on,zbc=off,zbs=off"


class QemuError(Exception):
    """The program did not end, or QEMU did not run it."""


def signature(elf, harts=1, timeout=60):
    """The bytes of the program's signature, after it ran on so many harts."""
    with tempfile.TemporaryDirectory() as folder:
        command = [QEMU, "-machine", "virt", "-cpu", CPU, "-smp", str(harts), "-accel", "tcg,thread=single", "-m", "128M", "-bios", "none"]
        command += ["-kernel", str(Path(elf).resolve()), "-semihosting-config", "enable=on,target=native"]
        command += ["-display", "none", "-serial", "none", "-monitor", "none"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout)
        except FileNotFoundError as error:
            raise QemuError(f"{QEMU} is not installed (Debian package qemu-system-misc)") from error
        except subprocess.TimeoutExpired as error:
            raise QemuError(f"{elf}: no end on {QEMU} within {timeout} s") from error
        file = Path(folder) / "signature"
        if done.returncode or not file.exists():
            raise QemuError(f"{elf}: {QEMU} ended with status {done.returncode} and {'a' if file.exists() else 'no'} signature: {done.stderr}")
        return file.read_bytes()


def text(data):
    """As `heddle exec --signature` writes it."""
    return "".join(data[i : i + 4][::-1].hex() + "\n" for i in range(0, len(data), 4))

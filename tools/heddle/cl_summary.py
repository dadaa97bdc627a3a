"""What ran on the device while an OpenCL program ran: reads what its processes wrote as they ended (runtime/opencl/src/summary.cpp) and
prints it as a table."""

import dataclasses
import sys

ROWS = 24


@dataclasses.dataclass
class Kernel:
    launches: int = 0
    time: int = 0  # cycles of the RTL, issue slots of the model
    instructions: int = 0
    seconds: float = 0.0

    def add(self, launches, time, instructions, seconds):
        self.launches += int(launches)
        self.time += int(time)
        self.instructions += int(instructions)
        self.seconds += float(seconds)


@dataclasses.dataclass
class Device:
    unit: str  # of Kernel.time
    processes: int = 0
    kernels: dict = dataclasses.field(default_factory=dict)
    compared: int = 0
    lockstep: bool = False
    differs: bool = False


def read(path):
    """{name of device: Device} of the lines of a summary file; one that is not there is empty."""
    devices = {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    for kind, name, *words in (line.split("\t") for line in lines):
        if kind == "device":
            devices.setdefault(name, Device(words[0])).processes += 1
        elif kind == "kernel":
            devices[name].kernels.setdefault(words[0], Kernel()).add(*words[1:])
        elif kind == "lockstep":
            devices[name].lockstep = True
            devices[name].compared += int(words[0])
            devices[name].differs |= words[1] != "agrees"
    return devices


def show(devices, program, out=sys.stderr):
    if not devices:
        print(f"heddle cl: {program} did not use the device", file=out)
    for name, device in devices.items():
        total = Kernel()
        for kernel in device.kernels.values():
            total.add(*dataclasses.astuple(kernel))
        processes = f" from {device.processes} processes" if device.processes > 1 else ""
        print(f"{name}: {total.launches} launches{processes}", file=out)
        if not device.kernels:
            continue
        rows = sorted(device.kernels.items(), key=lambda item: -item[1].time)
        shown = rows[:ROWS] if len(rows) > ROWS + 1 else rows
        print(f"  {'kernel':32} {'launches':>9} {device.unit:>15} {'instructions':>15} {'seconds':>9}", file=out)
        if len(shown) < len(rows):
            rest = Kernel()
            for _, kernel in rows[ROWS:]:
                rest.add(*dataclasses.astuple(kernel))
            shown = [*shown, (f"{len(rows) - ROWS} others", rest)]
        for label, kernel in [*shown, ("all", total)] if len(rows) > 1 else shown:
            print(f"  {label:32} {kernel.launches:9} {kernel.time:15} {kernel.instructions:15} {kernel.seconds:9.3f}", file=out)
        if device.lockstep:
            found = "A DIFFERENCE, reported above" if device.differs else "no difference"
            print(f"  lock-step: {device.compared} issue slots compared, {found}", file=out)

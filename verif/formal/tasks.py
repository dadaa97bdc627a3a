"""The proof tasks: verif/formal/tasks.yaml, checked."""

import pathlib
from dataclasses import dataclass, field

import yaml

HERE = pathlib.Path(__file__).resolve().parent
MODES = ("prove", "pdr", "bmc")


class TaskError(Exception):
    """The task list is at fault; the text says where."""


@dataclass(frozen=True)
class Broken:
    """A change of a source file: a variant that the task must refute, or an adaptation for the proof."""

    name: str
    file: str
    old: str  # empty: the whole file
    new: str


@dataclass
class Task:
    name: str
    module: str  # that the properties are about
    top: str  # the module that Yosys elaborates
    files: list  # of the RTL, in order, from the root of the project
    checks: list  # checker modules, in verif/formal/checks
    mode: str
    depth: int  # prove: largest k of the induction; bmc: cycles; pdr: cycles of the bounded check beside it; 0: none
    config: str = ""  # which generated packages; empty: none
    parameters: dict = field(default_factory=dict)
    assume: list = field(default_factory=list)  # assertions of the RTL about its inputs: taken for granted here
    timeout: int = 300  # seconds, for each run of a solver
    quick: bool = False  # part of CTest
    reset: bool = True  # has clk_i and rst_ni
    anywhere: bool = False  # starts in any state, reachable or not, and is never reset: for properties of single steps
    adapt: list = field(default_factory=list)  # changes of the files for the proof: a smaller constant
    broken: list = field(default_factory=list)


KEYS = {
    "name": str, "module": str, "top": str, "files": list, "checks": list, "mode": str, "depth": int, "config": str,
    "parameters": dict, "assume": list, "timeout": int, "quick": bool, "reset": bool, "broken": list,
    "adapt": list, "anywhere": bool,
}  # fmt: skip
REQUIRED = ("name", "module", "files", "mode", "depth")


def read(path=HERE / "tasks.yaml"):
    """All tasks. Raises TaskError."""
    try:
        document = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise TaskError(f"{path}: {error}") from error
    tasks = [_task(path, entry) for entry in document["tasks"]]
    names = [task.name for task in tasks]
    for name in names:
        if names.count(name) > 1:
            raise TaskError(f"{path}: two tasks are called {name}")
    return tasks


def _task(path, entry):
    where = f"{path}: task {entry.get('name', '?')}"
    for key, value in entry.items():
        if key not in KEYS:
            raise TaskError(f"{where}: unknown key '{key}' (known: {', '.join(KEYS)})")
        if not isinstance(value, KEYS[key]):
            raise TaskError(f"{where}: '{key}' is not of type {KEYS[key].__name__}")
    for key in REQUIRED:
        if key not in entry:
            raise TaskError(f"{where}: '{key}' is missing")
    if entry["mode"] not in MODES:
        raise TaskError(f"{where}: unknown mode '{entry['mode']}' (known: {', '.join(MODES)})")
    if entry["depth"] < (0 if entry["mode"] == "pdr" else 1):
        raise TaskError(f"{where}: depth must be at least 1")
    entry = {"top": entry["module"], "checks": [], **entry}
    broken = [Broken(item["name"], item["file"], item["from"], item["to"]) for item in entry.pop("broken", [])]
    adapt = [Broken("adapt", item["file"], item["from"], item["to"]) for item in entry.pop("adapt", [])]
    for variant in broken + adapt:
        if variant.file not in entry["files"]:
            raise TaskError(f"{where}: broken variant {variant.name} changes {variant.file}, which is no file of the task")
    return Task(**entry, broken=broken, adapt=adapt)

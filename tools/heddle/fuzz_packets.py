"""heddle fuzz --packets: random packets, a third of them malformed in one field, through queues and firmware (verif/queues, FuzzTest). Each
process has its share of them and a seed of its own; one after the other gives the same packets with any number of processes at once."""

import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import build
import rtl
import shape

CONFIG = "nano:management=1"
PROGRAM = build.BUILD / "verif" / "queues" / "queue_test"
COUNT, SHARE = 10000, 1000  # packets; as many at most in a process
SAID = re.compile(r"^(\d+) packets, (\d+) of them bad: (\d+) complete, (\d+) named", re.M)
KEYS = ("packets", "bad", "complete", "named")


def shares(count, seed):
    """[(seed, packets)] of the processes."""
    return [(seed + place, min(SHARE, count - begin)) for place, begin in enumerate(range(0, count, SHARE))]


def run(arguments):
    config = shape.canonical(arguments.config or CONFIG)
    on_rtl = arguments.backend != "model"
    targets = ["queue_test", "queue_kernels", "firmware_image", *([rtl.target(config, False)] if on_rtl else [])]
    build.build(targets, rtl_config=config if on_rtl else None, title=f"building the test of the queues{f' and the RTL as {config!r}' if on_rtl else ''}")
    command = [PROGRAM, build.BUILD / "firmware" / "heddle_firmware.bin", PROGRAM.parent / "kernels.bin", config,
               rtl.directory(config, False) if on_rtl else "", "random", "--gtest_filter=FuzzTest.*"]  # fmt: skip
    total, failed, start = dict.fromkeys(KEYS, 0), [], time.monotonic()

    def one(share):
        seed, packets = share
        words = [*command, f"seed={seed}", f"packets={packets}"]
        return seed, subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        for seed, done in pool.map(one, shares(arguments.count or COUNT, 1 if arguments.seed is None else arguments.seed)):
            said = SAID.search(done.stdout)
            if done.returncode or not said:
                failed.append(seed)
                print(f"seed {seed} fails:\n{done.stdout}{done.stderr}", flush=True)
                continue
            for key, value in zip(KEYS, said.groups()):
                total[key] += int(value)
            print(f"seed {seed}: {said[0]}", flush=True)
    seconds = round(time.monotonic() - start, 1)
    print(f"{total['packets']} packets, {total['bad']} of them bad: {total['complete']} complete, {total['named']} named as their queue's error; "
          f"{len(failed)} seeds failed; {seconds:.0f} s on '{config}', {'the RTL in lock-step' if on_rtl else 'the golden model'}")  # fmt: skip
    if arguments.json:
        result = {"tool": "fuzz", "pass": not failed, "config": config, "backend": "rtl" if on_rtl else "model", **total, "failed_seeds": failed,
                  "host_seconds": seconds}  # fmt: skip
        Path(arguments.json).write_text(json.dumps(result, indent=2) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0

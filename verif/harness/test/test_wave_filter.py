#!/usr/bin/python3
"""The filter that GTKWave runs: one line in, one line out, without waiting for more."""

import subprocess
import sys

CASES = [
    ("00000013", "nop"),
    ("00552023", "sw t0, 0(a0)"),
    ("0000000b", "hd.exit"),
    ("ffffffff", ".word 0xffffffff"),
    ("xxxxxxxx", "xxxxxxxx"),
]

with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as tool:
    for word, text in CASES:
        tool.stdin.write(word + "\n")
        tool.stdin.flush()
        answer = tool.stdout.readline().rstrip("\n")
        assert answer == text, f"{word}: expected {text!r}, got {answer!r}"
    tool.stdin.close()
    assert tool.wait() == 0

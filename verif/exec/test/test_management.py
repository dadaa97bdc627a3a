#!/usr/bin/python3
"""What heddle-exec does with the small programs of verif/exec/programs on the management core, of the model or with --rtl-library of the RTL."""

import argparse
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

arguments = argparse.Namespace()


def device():
    if arguments.rtl_library:
        return ["--config", arguments.config, "--rtl-library", arguments.rtl_library]
    return ["--backend", "model"]


class Management(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def call(self, program, *words):
        report = self.path / "report.json"
        command = [arguments.exec, arguments.programs / f"{program}.elf", "--core", "mgmt", *device(), "--json", report, *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60, cwd=self.path)
        return done, json.loads(report.read_text())

    def run_program(self, program, status, *words, says=()):
        done, report = self.call(program, *words)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        for text in says:
            self.assertIn(text, done.stderr)
        self.assertEqual((report["tool"], report["pass"], "error" in report), ("exec", status == 0, status != 0))
        return report

    def test_compressed_fault_and_interrupt(self):
        signature = self.path / "signature"
        report = self.run_program("management", 0, "--signature", signature)
        self.assertEqual(report["verdicts"], [{"lane": 0, "tohost": 1, "pass": True}])
        self.assertEqual(signature.read_text().split(), ["00000005", "00001000", "80000007", "00000002"])
        self.assertGreater(report["cycles"], 40)

    def test_verdicts(self):
        self.run_program("pass", 0)
        self.run_program("endless", 0)  # mhartid is 0
        self.run_program("fail", 5, says=["test 5 failed (tohost 0xb)"])
        self.run_program("request", 1, says=["a request to the host"])

    def test_ends(self):
        report = self.run_program("unhandled", 1, says=["a trap without a handler", "_start"])
        self.assertEqual(report["error"]["address"], 0x1000)
        if arguments.rtl_library:
            self.run_program("trap", 1, "--max-cycles", "2000", says=["no end after 2", "the hart was at 0x00000000"])
            self.run_program("asleep", 1, "--max-cycles", "5000", says=["no end after 5", "the hart sleeps"])
        else:
            self.run_program("trap", 1, says=["a trap without a handler", "main"])
            self.run_program("asleep", 1, says=["sleeps at 0x8", "nothing can wake it"])
            self.run_program("pass", 1, "--max-cycles", "5", says=["no end after 5 cycles", "--max-cycles"])

    def test_lockstep(self):
        report = self.run_program("management", 0)
        compared = report["lockstep"].get("management", {}).get("compared", 0)
        self.assertEqual(compared > 40, bool(arguments.rtl_library))

    def test_refused(self):
        self.run_program("pass_private", 1, says=["private window", "0x80000000"])
        self.run_program("pass", 2, "--lanes", "0x2", says=["names lane 1"])
        self.run_program("management", 2, "--signature", self.path / "s", "--end-signature", "_start", says=["signature is empty"])


class Debugger:
    """What gdb says to the stub, without gdb."""

    def __init__(self, program):
        command = [arguments.exec, arguments.programs / f"{program}.elf", "--core", "mgmt", "--backend", "model", "--gdb", "0"]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.socket = socket.create_connection(("127.0.0.1", int(re.search(r"target remote :(\d+)", line)[1])), timeout=30)

    def ask(self, body):
        self.socket.sendall(f"${body}#{sum(body.encode()) & 255:02x}".encode())
        return self.answer()

    def answer(self):
        text = b""
        while not re.search(rb"#..$", text):
            byte = self.socket.recv(1)
            if not byte:
                return None
            text += byte
        found = re.search(rb"\$(.*)#(..)$", text)
        assert sum(found[1]) & 255 == int(found[2], 16)
        return found[1].decode()

    def end(self):
        self.socket.close()
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out + err


def word(text):
    return int.from_bytes(bytes.fromhex(text), "little")


class Gdb(unittest.TestCase):
    def test_step_break_and_end(self):
        debugger = Debugger("pass")
        self.assertEqual(debugger.ask("?"), "S05")
        self.assertEqual(debugger.ask("vMustReplyEmpty"), "")
        self.assertEqual(len(debugger.ask("g")), 33 * 8)
        self.assertEqual(word(debugger.ask("p20")), 0x80000000)
        self.assertEqual(debugger.ask("s"), "S05")
        after = word(debugger.ask("p20"))
        self.assertNotEqual(after, 0x80000000)
        self.assertEqual(debugger.ask("s"), "S05")
        then = word(debugger.ask("p20"))
        self.assertEqual(debugger.ask("P20=" + (0x80000000).to_bytes(4, "little").hex()), "OK")
        self.assertEqual(debugger.ask(f"Z0,{then:x},2"), "OK")
        self.assertEqual(debugger.ask("c"), "S05")
        self.assertEqual(word(debugger.ask("p20")), then)
        self.assertEqual(debugger.ask(f"z0,{then:x},2"), "OK")
        self.assertEqual(debugger.ask("c"), "W00")
        status, said = debugger.end()
        self.assertEqual(status, 0, said)

    def test_memory_registers_and_nonsense(self):
        debugger = Debugger("pass")
        self.assertEqual(debugger.ask("P5=78563412"), "OK")
        self.assertEqual(word(debugger.ask("p5")), 0x12345678)
        self.assertEqual(debugger.ask("M80100000,4:01020304"), "OK")
        self.assertEqual(debugger.ask("m80100000,4"), "01020304")
        self.assertEqual(debugger.ask("m20000000,4"), "E01")
        self.assertEqual(debugger.ask("p346"), "00" * 4)  # mtvec is CSR 0x305, 65 behind
        for nonsense in ("m", "m1", "m1,", "mx,y", "m80000000,ffffffff", "M80000000,2:0", "M80000000,1:zz", "P5=1", "P", "pffff", "p22", "G00", "Z0", "Z0,x"):
            self.assertEqual(debugger.ask(nonsense), "E01", nonsense)
        self.assertEqual(debugger.ask("Z2,80000000,4"), "")
        self.assertEqual(debugger.ask(""), "")
        self.assertEqual(debugger.ask("D"), "OK")  # it runs on
        self.assertEqual(debugger.end()[0], 0)

    def test_interrupt_and_kill(self):
        debugger = Debugger("pass")
        self.assertEqual(debugger.ask("M80000000,4:6f000000"), "OK")  # a jump to itself
        debugger.socket.sendall(b"$c#63")
        debugger.socket.sendall(b"\x03")
        self.assertEqual(debugger.answer(), "S02")
        debugger.socket.sendall(b"$k#6b")
        status, said = debugger.end()
        self.assertEqual(status, 1)
        self.assertIn("ended by the debugger", said)

    def test_refused(self):
        command = [arguments.exec, arguments.programs / "pass.elf", "--backend", "model", "--gdb", "0"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--gdb is for --core mgmt", done.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--exec", type=pathlib.Path, required=True)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--config")
    parser.add_argument("--rtl-library", type=pathlib.Path)
    parser.parse_args(namespace=arguments)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()

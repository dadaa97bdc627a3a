#!/usr/bin/python3
"""heddle cl without a device: how programs are found, what becomes of their exit status, and the summary of what ran."""

import io
import os
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import cl_summary
import command_cl

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Find(unittest.TestCase):
    def refused(self, name, status, *texts):
        with self.assertRaises(command_cl.ProgramError) as caught:
            command_cl.find(name)
        self.assertEqual(caught.exception.status, status)
        for text in texts:
            self.assertIn(text, str(caught.exception))

    def test_what_is_no_program(self):
        self.refused("no-such-program", 127, "no-such-program: no such program")
        self.refused("/no/such/program", 127, "no such program")
        self.refused(str(ROOT), 126, "is a folder")
        self.refused(str(ROOT / "README.md"), 126, "is not executable", "heddle cl /usr/bin/python3")

    def test_package_of_a_known_program(self):
        with unittest.mock.patch("shutil.which", return_value=None), unittest.mock.patch("os.geteuid", return_value=1000):
            self.refused("piglit", 127, "apt-get install --no-install-recommends piglit")
            self.refused("clblast_test_xaxpy", 127, "apt-get install --no-install-recommends clblast-tests")

    def test_package_is_installed(self):
        found = [None, "/usr/bin/piglit"]
        with unittest.mock.patch("shutil.which", side_effect=found), unittest.mock.patch.object(command_cl, "install") as install:
            self.assertEqual(command_cl.find("piglit"), "/usr/bin/piglit")
        install.assert_called_once_with("piglit", "piglit")


class Execute(unittest.TestCase):
    def execute(self, script):
        return command_cl.execute("/bin/sh", ["sh", "-c", script], dict(os.environ))

    def test_status(self):
        self.assertEqual(self.execute("exit 0"), 0)
        self.assertEqual(self.execute("exit 7"), 7)

    def test_signal(self):
        with unittest.mock.patch("sys.stderr", io.StringIO()) as said:
            self.assertEqual(self.execute("kill -SEGV $$"), 128 + 11)
        self.assertIn("sh was ended by signal 11 (Segmentation fault)", said.getvalue())

    def test_no_program_given(self):
        with unittest.mock.patch("sys.stderr", io.StringIO()) as said:
            self.assertEqual(command_cl.run(unittest.mock.Mock(program=[])), 2)
        self.assertIn("which program?", said.getvalue())


class Summary(unittest.TestCase):
    def shown(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "summary"
            file.write_text(text)
            devices = cl_summary.read(file)
        out = io.StringIO()
        cl_summary.show(devices, "prog", out)
        return devices, out.getvalue().splitlines()

    def test_processes_add_up(self):
        one = "device\tHeddle nano (RTL)\tcycles\nkernel\tHeddle nano (RTL)\tk\t2\t100\t10\t0.5\n"
        devices, lines = self.shown(one + "lockstep\tHeddle nano (RTL)\t10\tagrees\n" + one + "lockstep\tHeddle nano (RTL)\t10\tdiffers\n")
        self.assertEqual(lines[0], "Heddle nano (RTL): 4 launches from 2 processes")
        self.assertEqual(lines[2].split(), ["k", "4", "200", "20", "1.000"])
        self.assertEqual(lines[3], "  lock-step: 20 issue slots compared, A DIFFERENCE, reported above")
        self.assertTrue(devices["Heddle nano (RTL)"].differs)

    def test_many_kernels(self):
        text = "device\td\tissue slots\n" + "".join(f"kernel\td\tk{i}\t1\t{i}\t1\t0\n" for i in range(cl_summary.ROWS + 2))
        _, lines = self.shown(text)
        self.assertEqual(lines[-2].split(), ["2", "others", "2", "1", "2", "0.000"])
        self.assertEqual(lines[-1].split()[:2], ["all", str(cl_summary.ROWS + 2)])

    def test_nothing_ran(self):
        out = io.StringIO()
        cl_summary.show(cl_summary.read(pathlib.Path("/no/such/file")), "prog", out)
        self.assertIn("prog did not use the device", out.getvalue())


if __name__ == "__main__":
    unittest.main()

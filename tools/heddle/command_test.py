"""heddle test: all tests, through CTest."""

import os
import subprocess
import sys

import build
import report


def add(jobs):
    parser = jobs.add_parser("test", help="all tests, through CTest", allow_abbrev=False)
    parser.add_argument("-R", metavar="REGEX", dest="regex", help="only the tests whose name matches")
    parser.add_argument("-L", metavar="REGEX", dest="label", help="only the tests with a matching label")
    parser.add_argument("-N", "--list", action="store_true", help="list the tests, run none")
    parser.add_argument("-j", metavar="N", dest="jobs", type=int, default=os.cpu_count(), help="tests at once (default: processors)")
    parser.add_argument("--json", metavar="FILE", help="write the outcome as JSON")
    parser.set_defaults(action=run)


def matching(command):
    """Whether the CTest command would run any test."""
    listed = subprocess.run([*command, "-N"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.splitlines()
    for line in listed:
        if line.startswith("RegularExpression"):  # what is wrong with it
            print(line, file=sys.stderr)
    return "Total Tests: 0" not in listed


def run(arguments):
    build.configure_opencl()
    build.build(["all", "heddle_tests_all"], title="building everything that the tests need")
    command = ["ctest", "--test-dir", str(build.BUILD), "--output-on-failure", "-j", str(arguments.jobs), "--no-tests=error"]
    if arguments.regex:
        command += ["-R", arguments.regex]
    if arguments.label:
        command += ["-L", arguments.label]
    if (arguments.regex or arguments.label) and not matching(command):
        wanted = " and ".join(f"'{text}'" for text in (arguments.regex, arguments.label) if text)
        print(f"heddle test: no test matches {wanted}; heddle test -N lists them all", file=sys.stderr)
        return 2
    if arguments.list:
        command.append("-N")
    junit = build.BUILD / "ctest.xml"
    if arguments.json and not arguments.list:
        command += ["--output-junit", str(junit)]
    sys.stdout.flush()
    status = subprocess.run(command).returncode
    if arguments.json and not arguments.list:
        report.write_tests(arguments.json, junit, status == 0)
    return 1 if status else 0

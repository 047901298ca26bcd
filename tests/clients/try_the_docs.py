#!/usr/bin/env python3
"""Runs the commands of docs/simulated-venue.md as they are printed, in an empty directory.

Each ```bash block must end with 0, and the lines of a ```text block behind it must be found in its
output, in their order; … stands for anything.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "simulated-venue.md"
END_OF_BLOCK = "end of block"


def blocks(text: str):
    """The bash blocks with the line they stand in and the text block that follows, if any."""
    found = list(re.finditer(r"^```(bash|text)\n(.*?)^```$", text, re.S | re.M))
    for block, following in zip(found, found[1:] + [None]):
        if block[1] == "bash":
            shown = following[2] if following and following[1] == "text" else ""
            yield text[: block.start()].count("\n") + 1, block[2], shown


def looks_like(shown: str, output: str) -> bool:
    lines = [".*?".join(re.escape(part) for part in line.split("…")) for line in shown.splitlines()]
    return re.search(".*?\n.*?".join(lines), output, re.S) is not None


class Shell:
    """One shell for the whole page, as a reader has it."""

    def __init__(self, folder: str, path: str):
        environment = dict(os.environ, PATH=path + os.pathsep + os.environ["PATH"])
        for name in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, command: str) -> tuple[int, str]:
        # In a group with its own input, so that a command does not read the next one.
        self.process.stdin.write(f"{{\n{command}\n}} </dev/null\ncode=$?\necho\necho {END_OF_BLOCK} $code\n")
        self.process.stdin.flush()
        output = ""
        for line in self.process.stdout:
            if line.startswith(END_OF_BLOCK):
                return int(line.split()[-1]), output
            output += line
        return -1, output

    def end(self) -> None:
        # Whatever the page started and a failure left behind.
        self.process.stdin.write("kill $(jobs -p) 2>/dev/null; wait; exit\n")
        self.process.stdin.close()
        self.process.wait(timeout=60)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--filter", default="")
    given = arguments.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="gannet-docs-") as folder:
        shell = Shell(folder, str(pathlib.Path(given.bin).resolve()))
        for line, command, shown in blocks(PAGE.read_text()):
            name = f"{PAGE.name}:{line} {command.splitlines()[0]}"
            code, output = shell.run(command)
            if code == 0 and looks_like(shown, output):
                passed += 1
                print(f"ok   {name}", flush=True)
            else:
                failed += 1
                why = f"ended with {code}" if code else "printed something else"
                print(f"FAIL {name}: {why}\n{output.strip()[-1500:]}", flush=True)
        shell.end()
    print(f"docs: {passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())

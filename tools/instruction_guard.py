#!/usr/bin/env python3
"""Counts the instructions of every hot path and compares them with what was accepted.

Times jitter, on shared machines most of all; the count of instructions under callgrind does not. A path
that needs more than 5 % more than bench/count/accepted.json says fails, with its name. What must not
be exceeded whatever was accepted (PRE-22) stands in LIMITS.

usage: instruction_guard.py --program build/release/bin/instruction_paths [PATH...]
       instruction_guard.py --program ... --accept      # the counts of today are the accepted ones
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ACCEPTED = pathlib.Path(__file__).resolve().parent.parent / "bench" / "count" / "accepted.json"
HOW_TO_ACCEPT = "make accept-instructions (and say in the commit why the path is worth it)"
TOLERANCE = 1.05

# Most instructions of one operation. PRE-22: a linear order through gate and rules with a memory, all limits set.
LIMITS = {"risk/gate": 3000}

# What code a processor gets to see must not depend on which one it is: simdjson and the C library choose
# by its features.
ENVIRONMENT = {
    "SIMDJSON_FORCE_IMPLEMENTATION": "haswell",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512CD,-AVX512DQ,-ERMS,-FSRM",
}


def compiler_of(program):
    """The compiler that made it, as it says itself: other compilers, other counts."""
    text = subprocess.run(["readelf", "-p", ".comment", program], capture_output=True, text=True, check=True).stdout
    found = re.search(r"GCC: .*? (\d+\.\d+)", text)
    return f"gcc {found.group(1)}" if found else "unknown"


def count(program, paths):
    """{path: instructions of one operation}"""
    with tempfile.TemporaryDirectory(prefix="gannet-count-") as folder:
        out = os.path.join(folder, "out")
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
                   f"--callgrind-out-file={out}", program, *paths]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **ENVIRONMENT})
        if done.returncode != 0:
            sys.exit(f"{program} failed under valgrind:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        counts = {}
        for dump in pathlib.Path(folder).iterdir():
            text = dump.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (\S+) (\d+)$", text, re.MULTILINE)
            total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
            if name and total:
                counts[name.group(1)] = round(int(total.group(1)) / int(name.group(2)))
        return counts


def judge(counts, accepted):
    """Sentences about what is wrong."""
    wrong = []
    for path, instructions in counts.items():
        if instructions > LIMITS.get(path, instructions):
            wrong.append(f"{path}: {instructions} instructions, at most {LIMITS[path]} are allowed")
        before = accepted.get(path)
        if before is None:
            wrong.append(f"{path}: {instructions} instructions, and none accepted yet: {HOW_TO_ACCEPT}")
        elif instructions > before * TOLERANCE:
            more = 100 * (instructions / before - 1)
            wrong.append(f"{path}: {instructions} instructions, {more:.1f} % more than the {before} accepted: "
                         f"make it cheaper, or {HOW_TO_ACCEPT}")
    return wrong


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--program", required=True)
    arguments.add_argument("--accept", action="store_true")
    arguments.add_argument("--at-most", type=int, metavar="N", help="compare with this alone")
    arguments.add_argument("paths", nargs="*")
    given = arguments.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing: tools/setup.sh installs it")
    compiler = compiler_of(given.program)
    accepted = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {"compiler": compiler, "instructions": {}}
    counts = count(given.program, given.paths)
    if not counts or set(given.paths) - set(counts):
        sys.exit(f"counted {sorted(counts)}, wanted {given.paths or 'all paths'}")
    if given.accept:
        kept = {path: n for path, n in accepted["instructions"].items() if given.paths and path not in counts}
        instructions = dict(sorted({**kept, **counts}.items()))
        ACCEPTED.write_text(json.dumps({"compiler": compiler, "instructions": instructions}, indent=2) + "\n")
    before = accepted["instructions"]
    for path, instructions in sorted(counts.items()):
        then = f"{100 * (instructions / before[path] - 1):+6.1f} %" if path in before else ""
        print(f"{path:28} {instructions:8} {before.get(path, ''):>8} {then}")
    if given.accept:
        return 0
    if compiler != accepted["compiler"] and given.at_most is None:
        print(f"made by {compiler}; the accepted counts are of {accepted['compiler']}: only the limits are compared")
        counts = {path: n for path, n in counts.items() if path in LIMITS}
        before = counts
    wrong = judge(counts, before)
    if not given.paths and given.at_most is None:
        gone = sorted(set(before if compiler == accepted["compiler"] else LIMITS) - set(counts))
        wrong += [f"{path}: accepted, and counted no more: {HOW_TO_ACCEPT}" for path in gone]
    if given.at_most is not None:
        wrong = [f"{path}: {n} instructions, at most {given.at_most} are allowed"
                 for path, n in counts.items() if n > given.at_most]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

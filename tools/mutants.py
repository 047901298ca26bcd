#!/usr/bin/env python3
"""Do our tests see? Plants bugs by hand-made patches, one at a time, and runs the tests labelled `core`.

Each tests/mutants/NAME.patch begins with one line that says what the bug is. It is applied to a copy of the
tree (build/mutants/tree, with a build folder of its own, so that builds are incremental); the core tests must
fail then. Prints the test that catches it. Results are kept in build/mutants/results.json: what was caught is
not run again unless the patch has changed (--again runs all). Exit 1: a bug survived, or a patch no longer
applies or compiles.
"""
import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATCHES = ROOT / "tests" / "mutants"
HOME = ROOT / "build" / "mutants"
TREE = HOME / "tree"
BUILD = HOME / "build"
RESULTS = HOME / "results.json"
# Programs whose tests carry the label; the quickest to build and to run come first.
CORE = ["unit_risk", "unit_engine", "unit_okx_protocol", "simulation"]
RUN_LIMIT_S = 240  # for a program that hangs: the core tests together take less than 60 s
FAILED = re.compile(r"^\[  FAILED  \] (\w+\.\w+)", re.M)


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          **options)


@contextlib.contextmanager
def holding(lock):
    """Of a machine that others build on: one build at a time."""
    if not lock:
        yield
        return
    with open(lock, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_tree():
    """Brings the copy up to the tree as it is on disk; unchanged files keep their times."""
    TREE.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True,
                           stdout=subprocess.PIPE).stdout.decode().split("\0")
    names = {name for name in names if name and (ROOT / name).is_file()}
    for name in names:
        source, target = ROOT / name, TREE / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for path in [path for path in TREE.rglob("*") if path.is_file()]:
        if path.relative_to(TREE).as_posix() not in names:
            path.unlink()


def build(programs, arguments):
    with holding(arguments.lock):
        if not (BUILD / "build.ninja").exists():
            made = run(["cmake", "-S", str(TREE), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++",
                        "-DCMAKE_BUILD_TYPE=Dev"])
            if made.returncode:
                return made
        return run(["cmake", "--build", str(BUILD), "-j", str(arguments.jobs), "--target", *programs])


def first_failure(program):
    """The name of a test that fails, or None."""
    try:
        done = run([str(BUILD / "tests" / program), "--gtest_brief=1", "--gtest_fail_fast=1"], cwd=TREE,
                   timeout=RUN_LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"{program} (does not end)"
    if done.returncode == 0:
        return None
    failed = FAILED.search(done.stdout)
    return failed.group(1) if failed else f"{program} (ends with {done.returncode})"


def patch(name, *options):
    return run(["patch", "-p1", "--no-backup-if-mismatch", "-s", *options, "-i", str(PATCHES / name)], cwd=TREE)


def try_mutant(name, arguments):
    """{"caught": test} or {"survived"|"broken": why}."""
    if patch(name, "--dry-run").returncode:
        return {"broken": "the patch does not apply"}
    touched = re.findall(r"^\+\+\+ b/(\S+)", (PATCHES / name).read_text(), re.M)
    originals = {path: (TREE / path).read_text() for path in touched}
    patch(name)
    try:
        for program in CORE:
            made = build([program], arguments)
            if made.returncode:
                errors = [line for line in made.stdout.splitlines() if "error" in line]
                return {"broken": "does not compile: " + (errors or ["?"])[0][:200]}
            test = None if arguments.compile_only else first_failure(program)
            if test:
                return {"caught": test, "program": program}
        return {"compiles": True} if arguments.compile_only else {"survived": "all core tests pass"}
    finally:
        for path, text in originals.items():
            (TREE / path).write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="patches to try, by name; none: all")
    parser.add_argument("--again", action="store_true", help="also those that were caught before")
    parser.add_argument("--compile-only", action="store_true", help="do they apply and compile?")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lock", help="file to hold while building, where others build too")
    parser.add_argument("--minutes", type=float, default=0, help="begin no further one after that long")
    arguments = parser.parse_args()
    names = sorted(path.name for path in PATCHES.glob("*.patch"))
    if arguments.names:
        names = [name for name in names if name.removesuffix(".patch") in arguments.names]
    copy_tree()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    print("building without a bug", flush=True)
    made = build(CORE, arguments)
    if made.returncode:
        sys.exit("the tree does not build:\n" + made.stdout[-2000:])
    if not arguments.compile_only:
        for program in CORE:
            if failure := first_failure(program):
                sys.exit(f"the tests fail without any bug: {failure}")
    bad = 0
    began = time.monotonic()
    for name in names:
        text = (PATCHES / name).read_text()
        key = hashlib.sha256(text.encode()).hexdigest()
        known = results.get(name, {})
        if known.get("patch") != key or arguments.again or "caught" not in known:
            if arguments.minutes and time.monotonic() - began > arguments.minutes * 60:
                print(f"{name.removesuffix('.patch'):34} not tried yet", flush=True)
                continue
            known = {"patch": key, "what": text.splitlines()[0], **try_mutant(name, arguments)}
            if not arguments.compile_only:
                results[name] = known
                RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True))
        verdict = next((f"{word}: {known[word]}" for word in ("caught", "survived", "broken") if word in known),
                       "compiles")
        bad += "survived" in known or "broken" in known
        print(f"{name.removesuffix('.patch'):34} {verdict}", flush=True)
    print(f"{len(names)} bugs, {bad} not caught")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    os.environ.setdefault("CCACHE_DIR", os.path.expanduser("~/.cache/ccache"))
    main()

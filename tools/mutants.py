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
BUILD = TREE / "build" / "dev"  # as deep as anyone's: ccache may know the units already
RESULTS = HOME / "results.json"
# Programs whose tests carry the label; the quickest to build and to run come first.
CORE = ["unit_risk", "unit_engine", "unit_okx_protocol", "simulation"]
# Those that see nothing of a folder need not be built and run for a bug in it.
BLIND = {"engine": {"unit_risk", "unit_okx_protocol"}, "risk": {"unit_okx_protocol"},
         "gateway": {"unit_risk", "unit_engine"}}
# They take longer than all others together, so they come last.
SLOW = {"unit_engine": "EngineUnderFaults.*:KillKinds.*TenThousandTrials"}
RUN_LIMIT_S = 240  # for a program that hangs: the core tests together take less than 60 s
FAILED = re.compile(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", re.M)


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
        if BUILD.parent not in path.parents and path.relative_to(TREE).as_posix() not in names:
            path.unlink()


def build(programs, arguments):
    with holding(arguments.lock):
        if not (BUILD / "build.ninja").exists():
            made = run(["cmake", "--preset", "dev"], cwd=TREE)
            if made.returncode:
                return made
        return run(["cmake", "--build", str(BUILD), "-j", str(arguments.jobs), "--target", *programs])


def touched_by(name):
    return re.findall(r"^\+\+\+ b/(\S+)", (PATCHES / name).read_text(), re.M)


def programs_for(touched):
    folders = [path.split("/")[0] for path in touched]
    return [program for program in CORE if any(program not in BLIND.get(folder, ()) for folder in folders)]


def stages(programs):
    """(program, which of its tests): the slow ones of all come last."""
    return ([(program, "-" + SLOW[program] if program in SLOW else "*") for program in programs]
            + [(program, SLOW[program]) for program in programs if program in SLOW])


def first_failure(program, which):
    """The name of a test that fails, or None."""
    try:
        done = run([str(BUILD / "tests" / program), "--gtest_brief=1", "--gtest_fail_fast=1",
                    "--gtest_filter=" + which], cwd=TREE, timeout=RUN_LIMIT_S)
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
    touched = touched_by(name)
    originals = {path: (TREE / path).read_text() for path in touched}
    patch(name)
    try:
        for program, which in stages(programs_for(touched)):
            made = build([program], arguments)
            if made.returncode:
                errors = [line for line in made.stdout.splitlines() if "error" in line]
                return {"broken": "does not compile: " + (errors or ["?"])[0][:200]}
            test = None if arguments.compile_only else first_failure(program, which)
            if test:
                return {"caught": test, "program": program}
        return {"compiles": True} if arguments.compile_only else {"survived": "all core tests pass"}
    finally:
        for path, text in originals.items():
            (TREE / path).write_text(text)


def key_of(name):
    return hashlib.sha256((PATCHES / name).read_bytes()).hexdigest()


def print_table(names, results):
    """As a page shows it: what is known of the patches as they are now."""
    known = {name: results[name] for name in names if results.get(name, {}).get("patch") == key_of(name)}
    caught = sum("caught" in result for result in known.values())
    print(f"{caught} caught of {len(known)} tried, of {len(names)}.\n\n| bug | caught by |\n|---|---|")
    for name, result in known.items():
        verdict = f"`{result['caught']}`" if "caught" in result else "nothing"
        print(f"| `{name.removesuffix('.patch')}`: {result['what']} | {verdict} |")


def try_all(names, results, arguments):
    """How many are not caught."""
    copy_tree()
    print("building without a bug", flush=True)
    made = build(CORE, arguments)
    if made.returncode:
        sys.exit("the tree does not build:\n" + made.stdout[-2000:])
    if not arguments.compile_only and not arguments.trust:
        for program, which in stages(CORE):
            if failure := first_failure(program, which):
                sys.exit(f"the tests fail without any bug: {failure}")
    bad = 0
    began = time.monotonic()
    for name in names:
        key = key_of(name)
        known = results.get(name, {})
        if known.get("patch") != key or arguments.again or "caught" not in known:
            if arguments.minutes and time.monotonic() - began > arguments.minutes * 60:
                print(f"{name.removesuffix('.patch'):34} not tried yet", flush=True)
                continue
            known = {"patch": key, "what": (PATCHES / name).read_text().splitlines()[0],
                     **try_mutant(name, arguments)}
            if not arguments.compile_only:
                results[name] = known
                RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True))
        verdict = next((f"{word}: {known[word]}" for word in ("caught", "survived", "broken") if word in known),
                       "compiles")
        bad += "survived" in known or "broken" in known
        print(f"{name.removesuffix('.patch'):34} {verdict}", flush=True)
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="patches to try, by name; none: all")
    parser.add_argument("--again", action="store_true", help="also those that were caught before")
    parser.add_argument("--compile-only", action="store_true", help="do they apply and compile?")
    parser.add_argument("--table", action="store_true", help="try nothing, print what is known")
    parser.add_argument("--trust", action="store_true", help="the tests are known to pass without a bug")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--lock", help="file to hold while building, where others build too")
    parser.add_argument("--minutes", type=float, default=0, help="begin no further one after that long")
    arguments = parser.parse_args()
    names = sorted(path.name for path in PATCHES.glob("*.patch"))
    if arguments.names:
        names = [name for name in names if name.removesuffix(".patch") in arguments.names]
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if arguments.table:
        print_table(names, results)
        return
    # One file's bugs together and headers last: quicker builds.
    names.sort(key=lambda name: (touched_by(name)[0].endswith(".h"), touched_by(name), name))
    HOME.mkdir(parents=True, exist_ok=True)
    with open(HOME / "lock", "w", encoding="utf-8") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        bad = try_all(names, results, arguments)
    print(f"{len(names)} bugs, {bad} not caught")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

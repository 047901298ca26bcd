#!/usr/bin/env python3
"""SEC-07: the list of parts names every shared library that a program or plugin needs, and is whole.

What is needed is read here from the programs' own dynamic sections, not asked of the loader as the list's
maker does; what those libraries need in turn, from theirs.
"""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")


def needed_by(file):
    text = subprocess.run(["readelf", "-dW", str(file)], check=True, capture_output=True, text=True).stdout
    return set(NEEDED.findall(text))


def make(build, target):
    subprocess.run([str(ROOT / "tools/sbom.py"), "--build", str(build), "--version", "1.2.3", "--output", str(target)],
                   check=True)
    return target.read_bytes()


def check_libraries(build, bill):
    files = {pathlib.Path(entry["fileName"].lstrip(".")).name: entry["fileName"].lstrip(".") for entry in bill["files"]}
    programs = [build / "bin" / name for name in ("gannetd", "gannet", "gannet-kill")]
    open_ends = programs + sorted((build / "lib/gannet/strategies").glob("*.so"))
    seen = set()
    while open_ends:
        file = open_ends.pop()
        for library in needed_by(file) - seen:
            assert library in files, f"{file} needs {library}, which the list lacks"
            seen.add(library)
            open_ends.append(files[library])
    assert {"libc.so.6", "libstdc++.so.6", "libssl.so.3"} <= seen, seen
    assert set(files) <= seen, f"named and needed by nobody: {set(files) - seen}"


def check_form(bill):
    """What SPDX 2.3 asks of such a document; every part has a version and every word a meaning."""
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0"
    assert bill["documentNamespace"].startswith("https://") and bill["creationInfo"]["created"].endswith("Z")
    identifiers = [entry["SPDXID"] for entry in bill["packages"] + bill["files"]]
    assert len(identifiers) == len(set(identifiers))
    for package in bill["packages"]:
        assert package["versionInfo"] and package["downloadLocation"] and package["licenseDeclared"], package
    known = set(identifiers) | {"SPDXRef-DOCUMENT"}
    for relation in bill["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= known, relation
    linked = {relation["relatedSpdxElement"] for relation in bill["relationships"]}
    assert set(identifiers) <= linked, f"of no use to anything: {set(identifiers) - linked}"


def check_headers(bill):
    """Libraries of which there is no shared object are in the programs all the same."""
    names = {package["name"] for package in bill["packages"]}
    for library in ("libboost1.81-dev", "libcli11-dev", "libconcurrentqueue-dev", "libreaderwriterqueue-dev"):
        assert library in names, library
    for library in ("libgtest-dev", "libbenchmark-dev"):
        assert library not in names, f"{library} is not in what is installed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    build = parser.parse_args().build.resolve()
    with tempfile.TemporaryDirectory() as folder:
        first = make(build, pathlib.Path(folder) / "first.json")
        assert first == make(build, pathlib.Path(folder) / "second.json"), "two runs differ"
    bill = json.loads(first)
    check_libraries(build, bill)
    check_form(bill)
    check_headers(bill)
    print(f"{len(bill['packages'])} parts, {len(bill['files'])} shared libraries")


if __name__ == "__main__":
    main()

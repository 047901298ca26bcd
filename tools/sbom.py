#!/usr/bin/env python3
"""What the installed programs are made of, as SPDX 2.3 JSON: read from what was built, not from a list.

  tools/sbom.py --build build/release --version 0.1.0 --output FILE

Shared libraries: every one that the loader finds for a program or plugin, with the Debian package that
owns it. Headers: every one that a unit of the product was compiled with, by package, for their templates
and inline functions are in our files. The same build gives the same bytes; the date is the commit's.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Parts of the tree that are others' work: (name, version, licence, folder). None so far.
VENDORED = []
# By Debian source package. Others are left to the package's own copyright file.
LICENCES = {
    "boost1.81": "BSL-1.0", "civetweb": "MIT", "cli11": "BSD-3-Clause", "concurrentqueue": "BSD-2-Clause",
    "fmtlib": "MIT", "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1", "glibc": "LGPL-2.1-or-later",
    "libgcrypt20": "LGPL-2.1-or-later", "libgpg-error": "LGPL-2.1-or-later", "libcap2": "BSD-3-Clause",
    "libzstd": "BSD-3-Clause", "linux": "GPL-2.0-only WITH Linux-syscall-note", "lz4": "BSD-2-Clause",
    "openssl": "Apache-2.0", "prometheus-cpp": "MIT",
    "curl": "curl", "readerwriterqueue": "BSD-2-Clause", "simdjson": "Apache-2.0", "spdlog": "MIT",
    "sqlite3": "blessing", "systemd": "LGPL-2.1-or-later", "tomlplusplus": "MIT", "zlib": "Zlib",
}
# Their objects go into what is installed; tests and benchmarks do not.
NOT_INSTALLED = ("tests/", "bench/")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def programs(build):
    found = [build / "bin" / name for name in ("gannetd", "gannet", "gannet-kill")]
    return found + sorted((build / "lib/gannet/strategies").glob("*.so"))


def shared_libraries(files):
    """The real files that the loader maps, the loader itself included."""
    found = set()
    for file in files:
        for line in run("ldd", str(file)).splitlines():
            if "not found" in line:
                raise SystemExit(f"{file.name}: {line.strip()}")
            path = re.search(r"(/\S+)", line)
            if path:
                found.add(path.group(1))
    return sorted(found)


def headers(build):
    """The system's headers that units of the product read, as the compiler told ninja."""
    found, wanted = set(), False
    for line in run("ninja", "-C", str(build), "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            wanted = not line.startswith(NOT_INSTALLED)
        elif wanted and line.strip().startswith("/usr/"):
            found.add(os.path.normpath(line.strip()))
    return sorted(found)


def owners(paths):
    """Package by path. Debian 12 has /lib as a link to /usr/lib; dpkg knows a file by either name."""
    names = {}
    for path in paths:
        for name in {path, os.path.realpath(path)}:
            names[name] = path
            names[name.removeprefix("/usr")] = path
            names["/usr" + name.removeprefix("/usr")] = path
    result = {}
    every = sorted(names)
    for start in range(0, len(every), 2000):
        answer = subprocess.run(["dpkg-query", "-S", *every[start:start + 2000]], check=False,
                                capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
        for line in answer.splitlines():
            if line.startswith("diversion "):
                continue
            package, _, path = line.partition(": ")
            if path in names:
                result[names[path]] = package.split(",")[0].strip()
    return result


def describe(packages):
    form = "${binary:Package}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${Maintainer}\n"
    rows = {}
    for line in run("dpkg-query", "-W", "-f", form, *sorted(packages)).splitlines():
        binary, name, version, architecture, source, maintainer = line.split("\t")
        rows[binary] = rows[name] = (name, version, architecture, source, maintainer)
    return rows


def identifier(kind, text):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]", "-", text)


def debian_package(row, comment):
    name, version, architecture, source, maintainer = row
    licence = LICENCES.get(source, "NOASSERTION")
    return {
        "SPDXID": identifier("Package", name),
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian (" + maintainer.split("<")[0].strip() + ")",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "sourceInfo": f"Debian source package {source}",
        "comment": comment,
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": f"pkg:deb/debian/{name}@{urllib.parse.quote(version, safe='.-~')}?arch={architecture}",
        }],
    }


def library_file(path):
    content = pathlib.Path(path).read_bytes()
    return {
        "SPDXID": identifier("File", path.lstrip("/")),
        "fileName": "." + path,
        "fileTypes": ["BINARY"],
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
                      {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()}],
        "licenseConcluded": "NOASSERTION",
        "licenseInfoInFiles": ["NOASSERTION"],
        "copyrightText": "NOASSERTION",
    }


def own_package(version, files):
    ids = []
    for file in files:
        found = re.search(r"Build ID: ([0-9a-f]+)", run("readelf", "-n", str(file)))
        ids.append(f"{file.name} {found.group(1) if found else 'without'}")
    return {
        "SPDXID": "SPDXRef-Package-gannet-itself",
        "name": "gannet",
        "versionInfo": version,
        "supplier": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "Apache-2.0",
        "licenseDeclared": "Apache-2.0",
        "copyrightText": "NOASSERTION",
        "comment": "Build ids: " + ", ".join(ids),
    }


def vendored_package(name, version, licence, folder):
    return {
        "SPDXID": identifier("Package", "vendored-" + name), "name": name, "versionInfo": version,
        "supplier": "NOASSERTION", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
        "comment": f"Part of the source tree: {folder}",
    }


def commit_time():
    """Of the source, in seconds: SOURCE_DATE_EPOCH, else the last commit, else 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        answer = subprocess.run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], check=False,
                                capture_output=True, text=True)
        given = answer.stdout.strip() or "0"
    return datetime.datetime.fromtimestamp(int(given), datetime.timezone.utc)


def document(build, version):
    files = programs(build)
    libraries = shared_libraries(files)
    included = headers(build)
    owner = owners(libraries + included)
    unknown = [path for path in libraries if path not in owner]
    if unknown:
        raise SystemExit("of no Debian package: " + ", ".join(unknown))
    rows = describe(set(owner.values()))
    own = own_package(version, files)
    packages, relations = {}, set()
    relations.add(("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"]))
    for path in included:  # headers of no package are our own, or the compiler's search path
        if path in owner:
            package = debian_package(rows[owner[path]], "Headers: templates and inline functions are compiled in.")
            packages[package["SPDXID"]] = package
            relations.add((own["SPDXID"], "STATIC_LINK", package["SPDXID"]))
    for path in libraries:
        package = debian_package(rows[owner[path]], "Shared library, loaded when a program starts.")
        packages[package["SPDXID"]] = package
        relations.add((own["SPDXID"], "DYNAMIC_LINK", package["SPDXID"]))
        file = identifier("File", path.lstrip("/"))
        relations.add((own["SPDXID"], "DYNAMIC_LINK", file))
        relations.add((file, "GENERATED_FROM", package["SPDXID"]))
    for part in VENDORED:
        package = vendored_package(*part)
        packages[package["SPDXID"]] = package
        relations.add((own["SPDXID"], "CONTAINS", package["SPDXID"]))
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"gannet-{version}",
        "creationInfo": {"created": commit_time().strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: gannet-tools/sbom.py"]},
        "packages": [own] + [packages[key] for key in sorted(packages)],
        "files": [library_file(path) for path in libraries],
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
                          for a, kind, b in sorted(relations)],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    found = document(arguments.build.resolve(), arguments.version)
    name = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(found, sort_keys=True))
    found["documentNamespace"] = f"https://spdx.org/spdxdocs/{found['name']}-{name}"
    arguments.output.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

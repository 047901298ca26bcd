#!/usr/bin/env python3
"""Holds every #include to the table of layers (docs/architecture.md), and venue words to their wall.

Runs as an ordinary test. Prints file:line, the include, and what the folder may include. Exit 1 on
any finding. `--self-test` proves that a planted violation is seen.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# folder -> folders it may include besides itself. Longest prefix wins.
ALLOWED = {
    "base": [],
    "domain": ["base"],
    "risk": ["domain", "base"],
    "sdk": [],
    "strategies": [],
    "engine": ["risk", "domain", "base"],
    "gateway/net": ["base"],
    "monitor": ["gateway/net", "base"],
    "gateway/okx/protocol": ["domain", "base"],
    "gateway/okx/transport": ["gateway/okx/protocol", "gateway/net", "domain", "base"],
    "sim": ["domain", "base"],
    "sim/okx_server/protocol": ["sim", "domain", "base"],
    "sim/okx_server/transport": ["sim/okx_server/protocol", "gateway/net", "base"],
    "simtest": ["engine", "risk", "gateway/okx/protocol", "sim/okx_server/protocol", "sim", "domain", "base"],
    "backtest": ["engine", "sim", "risk", "domain", "base"],
    "config": None,  # checked below: settings.h of any folder, and values
    "app": None,     # may know everything
    "kill": [],      # nothing of the engine: what fails there must not fail here
    "bench": None,
    "tests": None,
}
# Who may include the SDK's headers ("gannet/...").
SDK_USERS = {"domain", "sdk", "strategies", "engine", "backtest", "app", "bench", "tests", "simtest"}
# System headers that must stay out of a folder.
FORBIDDEN_SYSTEM = {
    "domain": re.compile(r"<(simdjson|sys/|netinet|thread|mutex|fstream|iostream|boost|openssl|fmt|spdlog)"),
    "risk": re.compile(r"<(simdjson|sys/|netinet|thread|mutex|fstream|iostream|boost|openssl|spdlog)"),
    "gateway/okx/protocol": re.compile(r"<(sys/socket|netinet|thread|mutex|fstream|iostream|boost/asio|boost/beast)"),
    "monitor": re.compile(r"<(simdjson|boost)"),
    "sim": re.compile(r"<(sys/socket|netinet|thread|mutex|fstream|iostream|boost)"),
    "sim/okx_server/protocol": re.compile(r"<(sys/socket|netinet|thread|mutex|fstream|iostream|boost)"),
    "engine": re.compile(r"<(simdjson|sys/socket|netinet|boost|openssl)"),
    "strategies": re.compile(r"<(simdjson|sys/|netinet|thread|mutex|boost|openssl|chrono)"),
    "sdk": re.compile(r"<(simdjson|sys/|netinet|boost|openssl|fmt|spdlog)"),
}
# Words of the venue's wire, and where they may not be. Comments are prose and may name them.
VENUE_WORDS = re.compile(r"\b(instId|instIdCode|clOrdId|ordId|tdMode|tgtCcy|posSide|prevSeqId|ctVal|tickSz|lotSz|accFillSz)\b")
VENUE_FREE = ("base", "domain", "risk", "sdk", "strategies", "engine", "gateway/net", "monitor", "config", "backtest")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path):
    best = ""
    for name in ALLOWED:
        if (path == name or path.startswith(name + "/")) and len(name) > len(best):
            best = name
    return best


def check_file(rel, text):
    folder = folder_of(rel)
    if not folder:
        return []
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            quote, target = match.groups()
            where = f"{rel}:{number}: {folder} includes {target}"
            if quote == "<":
                rule = FORBIDDEN_SYSTEM.get(folder)
                if rule and rule.match("<" + target):
                    found.append(f"{where}, which must stay out of it")
                continue
            if target.startswith("gannet/"):
                if folder not in SDK_USERS:
                    found.append(f"{where}; only {', '.join(sorted(SDK_USERS))} may use the SDK")
                continue
            if not (ROOT / target).exists() and (pathlib.Path(rel).parent / target).as_posix() != target:
                if (ROOT / pathlib.Path(rel).parent / target).exists():
                    found.append(f"{where}; includes are written from the root")
                    continue
            other = folder_of(target)
            allowed = ALLOWED[folder]
            if folder == "config" and other != "config":
                if other not in ("base", "domain") and not target.endswith("settings.h"):
                    found.append(f"{where}; config may include settings.h of a folder, domain and base")
                continue
            if "/internal/" in target and other != folder and folder != "tests":
                found.append(f"{where}; internal headers stay in their folder")
            if allowed is None or other == folder or not other:
                continue
            if other not in allowed:
                found.append(f"{where}; it may include {', '.join([folder] + allowed)}")
            continue
        if folder in VENUE_FREE:
            code = line.split("//")[0]
            word = VENUE_WORDS.search(code)
            if word:
                found.append(f"{rel}:{number}: the venue's word '{word.group(1)}' stays behind gateway/okx and sim/okx_server")
    return found


def main():
    if "--self-test" in sys.argv:
        planted = [
            check_file("domain/x.h", '#include "engine/order_manager.h"\n'),
            check_file("engine/x.cpp", '#include "gateway/net/event_loop.h"\n'),
            check_file("sim/x.cpp", '#include "risk/settings.h"\n'),
            check_file("risk/x.cpp", 'int instId = 0;\n'),
            check_file("gateway/okx/protocol/x.cpp", "#include <boost/asio/ip/tcp.hpp>\n"),
            check_file("monitor/x.cpp", '#include "engine/trading_core.h"\n'),
        ]
        missed = [i for i, found in enumerate(planted) if not found]
        clean = check_file("engine/x.cpp", '#include "domain/units.h"\n#include "gannet/abi.h"\n')
        if missed or clean:
            print(f"self-test failed: missed {missed}, false alarms {clean}")
            return 1
        print("self-test passed: 6 planted violations seen, no false alarm")
        return 0
    findings = []
    files = 0
    for top in sorted({name.split("/")[0] for name in ALLOWED}):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".hpp", ".cpp", ".c"):
                files += 1
                findings += check_file(path.relative_to(ROOT).as_posix(), path.read_text(errors="replace"))
    for line in findings:
        print(line)
    print(f"{files} files, {len(findings)} findings")
    return 1 if findings or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

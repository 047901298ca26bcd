#!/usr/bin/env python3
"""Checks the units in deploy/: systemd-analyze finds nothing to say about them (SEC-03: an exposure of
at most 2.0), and the template differs from the plain unit in names alone.

    tests/service/check_units.py --daemon PROGRAM    PROGRAM stands for the installed daemon

Exit: 0 good, 1 not, 77 there is no systemd-analyze here.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
INSTALLED = "/usr/bin/gannetd"
EXPOSURE_MAX = 20  # tenths


def words_of(unit):
    """Its settings without comments, the instance's name taken out."""
    text = (DEPLOY / unit).read_text()
    text = text.replace("/etc/gannet/%i.toml", "/etc/gannet/gannet.toml")
    text = text.replace("gannet.%i.", "gannet.").replace("gannet-%i", "gannet")
    text = text.replace("gannetd@%i", "gannetd").replace("engine %i", "engine")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def complaints(folder, unit, daemon):
    name = unit.replace("@.", "@example.")
    path = pathlib.Path(folder) / name
    path.write_text((DEPLOY / unit).read_text().replace(INSTALLED, daemon))
    # Man pages are another package's to have.
    verify = subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True)
    if verify.returncode != 0 or verify.stdout or verify.stderr:
        yield f"{unit}: verify: {verify.stdout}{verify.stderr}"
    security = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                               f"--threshold={EXPOSURE_MAX}", str(path)], capture_output=True, text=True)
    print(f"{unit}: {security.stdout.strip().splitlines()[-1] if security.stdout else security.stderr}")
    if security.returncode != 0:
        yield f"{unit}: its exposure is above {EXPOSURE_MAX / 10}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--daemon", required=True)
    daemon = parser.parse_args().daemon
    if not shutil.which("systemd-analyze"):
        print("skipped: no systemd-analyze on this machine")
        return 77
    wrong = []
    if words_of("gannetd.service") != words_of("gannetd@.service"):
        wrong.append("gannetd@.service is not gannetd.service with names: " + str(
            sorted(set(words_of("gannetd.service")) ^ set(words_of("gannetd@.service")))))
    with tempfile.TemporaryDirectory() as folder:
        for unit in ("gannetd.service", "gannetd@.service"):
            wrong += complaints(folder, unit, daemon)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Points OKX clients that others wrote at the simulated venue and runs our checks with them.

  tests/clients/run.py [--bin build/release/bin] [--suite ccxt|okx-api|python-okx|docs]...
                       [--filter REGEX] [--ready FILE | --url URL --ca FILE --key K --secret S
                       --passphrase P] [--seed N]

Installs the pinned clients into build/clients (nothing into the source tree), starts a venue for
each suite on a free port and ends it again. With --ready (a file that holds the ready line of
`gannet sim`) or --url the suites talk to a venue that runs already. Ends with 1 if a check failed.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INSTALLED = ROOT / "build" / "clients"
SUITES = {
    "ccxt": ["node", "ccxt_suite.mjs"],
    "okx-api": ["node", "okx_api_suite.mjs"],
    "python-okx": [str(INSTALLED / "venv" / "bin" / "python3"), "python_okx_suite.py"],
    "docs": [str(INSTALLED / "venv" / "bin" / "python3"), "try_the_docs.py"],
}


def install() -> None:
    """The clients, as the lock files name them. Done once for each state of the lock files."""
    pinned = [HERE / "package-lock.json", HERE / "requirements.txt"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in pinned)).hexdigest()
    stamp = INSTALLED / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, INSTALLED / name)
    run_quietly(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], INSTALLED)
    run_quietly([sys.executable, "-m", "venv", "--clear", str(INSTALLED / "venv")], INSTALLED)
    pip = [str(INSTALLED / "venv" / "bin" / "python3"), "-m", "pip", "--disable-pip-version-check"]
    run_quietly(pip + ["install", "-q", "--no-deps", "-r", str(HERE / "requirements.txt")], INSTALLED)
    stamp.write_text(digest)


def run_quietly(command: list[str], folder: pathlib.Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


class Venue:
    """A `gannet sim` of our own; ends with us, and leaves nothing behind."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, name: str, options: list[str]):
        self.log = folder / f"{name}.log"
        self.ready_file = folder / f"{name}.ready"
        self.state = folder / f"{name}-state"
        command = [
            str(binary), "sim", "--listen", "127.0.0.1:0", "--exit-with-parent",
            "--state-dir", str(self.state), "--config", str(HERE / "venue.toml"),
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command + options, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True
        )
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(command)} did not start:\n{self.log.read_text()}")
        self.ready_file.write_text(line)
        self.ready = json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        alive = self.process.poll() is None
        self.process.terminate()
        code = self.process.wait(timeout=20)
        if not alive or code != 0:
            tail = "".join(self.log.read_text().splitlines(True)[-20:])
            print(f"FAIL the venue ended with {code}{'' if alive else ' by itself'}\n{tail}")
            self.failed = True

    failed = False


def run_suite(name: str, ready_file: pathlib.Path, demo_file, filter_text: str, extra) -> bool:
    ca = json.loads(ready_file.read_text().splitlines()[0])["ca"]
    command = list(SUITES[name])
    command[-1] = str(HERE / command[-1])
    if name != "docs":
        command += ["--ready", str(ready_file)]
        if demo_file:
            command += ["--demo-ready", str(demo_file)]
    command += ["--filter", filter_text] if filter_text else []
    command += extra
    environment = dict(os.environ)
    if demo_file:
        environment["GANNET_CLIENT_ACCOUNTS"] = "yes"  # the accounts of venue.toml are there
    if command[0] == "node":
        # The suites import the clients from where they were installed.
        suites = INSTALLED / "suites"
        shutil.rmtree(suites, ignore_errors=True)
        shutil.copytree(HERE, suites)
        command[1] = str(suites / pathlib.Path(command[1]).name)
    authorities = [ca] + (
        [json.loads(demo_file.read_text().splitlines()[0])["ca"]] if demo_file else []
    )
    bundle = ready_file.with_suffix(".ca.pem")
    bundle.write_text("".join(pathlib.Path(file).read_text() for file in authorities))
    environment["NODE_EXTRA_CA_CERTS"] = str(bundle)
    environment["SSL_CERT_FILE"] = str(bundle)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    print(f"== {name}", flush=True)
    return subprocess.run(command, env=environment).returncode == 0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--bin", default=str(ROOT / "build" / "release" / "bin"))
    arguments.add_argument("--suite", action="append", choices=list(SUITES))
    arguments.add_argument("--filter", default="", help="run only checks whose name matches")
    arguments.add_argument("--ready", help="file with the ready line of a running venue")
    for name in ("url", "ca", "key", "secret", "passphrase"):
        arguments.add_argument(f"--{name}")
    arguments.add_argument("--seed", default="7", help="of the venue's market")
    given = arguments.parse_args()
    install()
    binary = pathlib.Path(given.bin) / "gannet"
    market = ["--seed", given.seed]
    failed = []
    with tempfile.TemporaryDirectory(prefix="gannet-clients-") as text:
        folder = pathlib.Path(text)
        if given.url:
            ready = {
                "url": given.url, "ws": given.url.replace("https", "wss") + "/ws/v5",
                "ca": given.ca, "api_key": given.key, "secret": given.secret,
                "passphrase": given.passphrase,
            }  # fmt: skip
            given.ready = str(folder / "given.ready")
            pathlib.Path(given.ready).write_text(json.dumps(ready))
        for name in given.suite or list(SUITES):
            if name == "docs":
                good = run_suite(name, fake_ready(folder), None, given.filter, ["--bin", given.bin])
            elif given.ready:
                good = run_suite(name, copied(given.ready, folder), None, given.filter, [])
            else:
                with Venue(binary, folder, name, market) as venue:
                    with Venue(binary, folder, name + "-demo", ["--demo"] + market) as demo:
                        files = (venue.ready_file, demo.ready_file)
                        good = run_suite(name, *files, given.filter, [])
                good = good and not venue.failed and not demo.failed
            if not good:
                failed.append(name)
    print("clients: " + (f"failed: {', '.join(failed)}" if failed else "all suites passed"))
    return 1 if failed else 0


def copied(file: str, folder: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copy(file, folder / "running.ready"))


def fake_ready(folder: pathlib.Path) -> pathlib.Path:
    """The documentation's commands start venues of their own."""
    empty = folder / "none.pem"
    empty.write_text("")
    file = folder / "none.ready"
    file.write_text(json.dumps({"ca": str(empty)}))
    return file


if __name__ == "__main__":
    sys.exit(main())

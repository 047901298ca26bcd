"""A trading engine with its own simulated venue, and the programs that watch it, in a folder that goes."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CONFIG = """\
[venue]
kind = "okx"
environment = "sim"
market_connections = 2
[venue.embedded]
market = "synthetic"
seed = 7

[account]
engine_id = "watched"
account_mode = "futures"

[engine]
busy_poll = false
state_directory = "{state}"

[record]
directory = "{state}/recording"

[metrics]
listen = "127.0.0.1:{port}"

[[instrument]]
name = "BTC-USDT-SWAP"
margin_mode = "cross"
[[instrument]]
name = "ETH-USDT-SWAP"
margin_mode = "cross"

[[strategy]]
name = "quotes"
plugin = "market_maker"
parameters = {{ instrument = "BTC-USDT-SWAP", quantity = "1 contract", max_position = "10 contracts" }}
[[strategy]]
name = "probe"
plugin = "probe"
lane = "slow"
parameters = {{ instrument = "ETH-USDT-SWAP", quantity = "1 contract" }}

[risk]
currency = "USDT"
[risk.account]
loss_day_max = "500000"
drawdown_max = "500000"
[risk.instrument.ETH-USDT-SWAP]
position_long_max = "200 contracts"
"""


class Failure(Exception):
    """What was expected and is not so."""


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def get(url, timeout=20):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def wait_for(what, condition, patience=60):
    """The first true value of `condition`; what it raises counts as not yet."""
    deadline = time.monotonic() + patience
    last = None
    while time.monotonic() < deadline:
        try:
            value = condition()
            if value:
                return value
        except (OSError, urllib.error.URLError, ValueError, KeyError) as error:
            last = error
        time.sleep(0.2)
    raise Failure(f"waited {patience} s for {what}" + (f": {last}" if last else ""))


def debian_program(name, package, folder):
    """Path of a program: the system's, or out of Debian's package, unpacked below `folder`: nothing is
    installed, and no service starts."""
    found = shutil.which(name)
    if found:
        return found
    unpacked = pathlib.Path(folder) / package
    program = unpacked / "usr/bin" / name
    if not program.exists():
        unpacked.mkdir(parents=True, exist_ok=True)
        fetch = ["apt-get", "download", package]
        done = subprocess.run(fetch, cwd=unpacked, capture_output=True, text=True)
        if done.returncode != 0 and os.geteuid() == 0:  # lists of packages that are old, or not there
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
            done = subprocess.run(fetch, cwd=unpacked, capture_output=True, text=True)
        archives = list(unpacked.glob("*.deb"))
        if done.returncode != 0 or not archives:
            raise Failure(f"apt-get download {package}: {done.stderr.strip()} (as root: apt-get update)")
        subprocess.run(["dpkg", "-x", archives[0], unpacked], check=True)
    return str(program)


class Stage:
    """Everything that a part needs. Ends what it started, by id, and removes its folder."""

    def __init__(self, binaries, keep=False, more_config=""):
        self.binaries = pathlib.Path(binaries).resolve()
        self.packages = ROOT / "build" / "monitoring"  # survives: packages are fetched once
        self.packages.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gannet-monitoring-"))
        self.keep = keep
        self.started = []
        self.state = self.folder / "state"
        self.metrics_port = free_port()
        self.metrics = f"http://127.0.0.1:{self.metrics_port}/metrics"
        config = CONFIG.format(state=self.state, port=self.metrics_port) + more_config
        self.config = self.folder / "gannet.toml"
        self.config.write_text(config)
        self.engine = None
        self.prometheus = None  # http://127.0.0.1:PORT, once the Prometheus part has started it

    def start(self, name, command, **options):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **options)
        self.started.append((name, process))
        return process

    def log_of(self, name):
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def start_engine(self):
        self.engine = self.start("gannetd", [self.binaries / "gannetd", "--config", self.config,
                                             "--log", self.folder / "events.log"])
        self.wait_for_sample("an engine that trades", "gannet_engine_state{state=\"ready\"}", lambda v: v == 1)
        self.wait_for_sample("orders", "gannet_requests_total{kind=\"place\"}", lambda v: v > 10)

    def samples(self):
        out = {}
        for line in get(self.metrics).splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                out[name] = float(value)
        return out

    def wait_for_sample(self, what, name, condition, patience=90):
        def look():
            if self.engine.poll() is not None:
                raise Failure(f"gannetd ended with {self.engine.returncode}\n{self.log_of('gannetd')}")
            return condition(self.samples()[name])
        wait_for(what, look, patience)

    def gannet(self, *words):
        done = subprocess.run([self.binaries / "gannet", *words, "--state", self.state], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"gannet {' '.join(words)}: {done.stderr}")
        return done.stdout

    def query(self, expression):
        """The samples that Prometheus has for it now: [{metric: labels, value: [time, text]}]."""
        url = f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            answer = json.loads(get(url))
        except urllib.error.HTTPError as error:
            raise Failure(f"{expression}: {error.read().decode()}") from error
        return answer["data"]["result"]

    def close(self):
        for name, process in reversed(self.started):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                print(f"{name} did not end and was killed")
        if self.keep:
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

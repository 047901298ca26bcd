#!/usr/bin/env python3
"""The packages in a clean Debian 12: installed, tried, upgraded under a running engine, rolled back, removed.

  tests/packages/deb_test.py --old build/deb --new build/deb-next --cache build/deb-root      (as root)

One line a step; exit 1 if one failed. All runs in name spaces of its own: mounts and processes end with it.
"""
import argparse
import glob
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = ["gannet", "gannet-strategies", "gannet-dev"]
CONFIGURATION = """\
[venue]
kind = "okx"
environment = "sim"
rest_url = "{url}"
ws_public_url = "{ws}/public"
ws_private_url = "{ws}/private"
ws_business_url = "{ws}/business"
ca_file = "/home/engine/ca.pem"

[venue.credentials]
api_key = {{ env = "GANNET_KEY" }}
secret = {{ env = "GANNET_SECRET" }}
passphrase = {{ env = "GANNET_PASSPHRASE" }}

[account]
engine_id = "deb1"
account_mode = "futures"
position_mode = "net"

[engine]
busy_poll = false
state_directory = "/var/lib/gannet"

[[instrument]]
name = "BTC-USDT-SWAP"
margin_mode = "cross"

[[instrument]]
name = "ETH-USDT-SWAP"
margin_mode = "cross"

[[strategy]]
name = "stays"
plugin = "market_maker"
lane = "inline"
on_start = "adopt"
on_stop = "leave"
parameters = {{ instrument = "BTC-USDT-SWAP", quantity = "1 contract", max_position = "5 contracts", half_spread_bps = 500 }}

[[strategy]]
name = "goes"
plugin = "market_maker"
lane = "inline"
on_stop = "cancel"
parameters = {{ instrument = "ETH-USDT-SWAP", quantity = "1 contract", max_position = "5 contracts", half_spread_bps = 500 }}

[risk]
currency = "USDT"

[risk.instrument_default]
price_collar = "20%"
"""


class Failed(Exception):
    pass


def want(condition, words):
    if not condition:
        raise Failed(words)


def wait_for(words, condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise Failed(f"waited {seconds} s for {words}")


class Root:
    """A clean Debian in a folder, with the packages of both versions in a repository of its own."""

    def __init__(self, cache, old, new):
        self.path = cache / "root"
        self.log = open(cache / "log", "w")
        self.unpack(cache)
        for name, kind, target in (("proc", "proc", "proc"), ("shm", "tmpfs", "dev/shm"), ("run", "tmpfs", "run")):
            os.makedirs(self.path / target, exist_ok=True)
            subprocess.run(["mount", "-t", kind, name, self.path / target], check=True)
        self.offer(old, new)

    def unpack(self, cache):
        base = cache / "base.tar"
        subprocess.run([ROOT / "tools/clean_root.sh", base], check=True)
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        subprocess.run(["tar", "-C", self.path, "-xf", base], check=True)
        self.path.chmod(0o755)  # the folder that it was made in was its maker's alone
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")

    def offer(self, old, new):
        offered = self.path / "srv/gannet"
        offered.mkdir(parents=True)
        for folder in (old, new):
            for package in glob.glob(f"{folder}/*.deb"):
                if "-dbgsym" not in package:
                    shutil.copy(package, offered)
        with open(offered / "Packages", "w") as index:
            subprocess.run(["dpkg-scanpackages", "--multiversion", "."], cwd=offered, check=True, stdout=index,
                           stderr=self.log)
        (self.path / "etc/apt/sources.list.d/gannet.list").write_text("deb [trusted=yes] file:/srv/gannet ./\n")
        self.do("apt-get", "update", "-qq")

    def do(self, *command):
        """What a command printed; it must succeed."""
        code, text = self.ask(*command)
        want(code == 0, f"{' '.join(command)} ended with {code}:\n{text[-2000:]}")
        return text

    def ask(self, *command):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["chroot", self.path, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env=environment, check=False)
        self.log.write(f"$ {' '.join(command)}\n{done.stdout}")
        self.log.flush()
        return done.returncode, done.stdout

    def start(self, *command, folder="/home/engine", **options):
        """A process of the user `engine`."""
        return subprocess.Popen(
            ["chroot", "--userspec=engine:engine", self.path, "env", f"--chdir={folder}", *command], **options)

    def version(self):
        return self.do("dpkg-query", "-W", "-f", "${Version}", "gannet").strip()

    def traces(self):
        """Files outside of dpkg's and apt's own books that a package of ours may have left."""
        places = ["/etc", "/usr", "/lib", "/var/lib", "/var/cache", "/var/log", "/run", "/opt"]
        found = self.do("find", *places, "-xdev", "-name", "*gannet*").split()
        return [path for path in found
                if not path.startswith(("/var/lib/apt", "/etc/apt", "/var/cache/apt", "/var/lib/dpkg"))]


class Venue:
    """`gannet sim` inside the root. It has the first version's file open; upgrades do not touch it."""

    def __init__(self, root):
        self.log = open(root.path / "home/engine/sim.log", "wb")
        self.process = root.start("gannet", "sim", "--listen", "127.0.0.1:0", "--seed", "5", stdout=subprocess.PIPE,
                                  stderr=self.log)
        self.ready = json.loads(self.process.stdout.readline())
        ca = root.path / self.ready["ca"].lstrip("/")
        shutil.copy(ca, root.path / "home/engine/ca.pem")
        self.context = ssl.create_default_context(cafile=str(ca))

    def open_orders(self):
        with urllib.request.urlopen(self.ready["url"] + "/sim/v1/truth", timeout=20, context=self.context) as answer:
            orders = json.loads(answer.read())["orders"]
        rests = [order for order in orders if order["state"] in ("live", "partially_filled")]
        return {order["clOrdId"]: order["instId"] for order in rests}


class Engine:
    def __init__(self, root, venue):
        environment = dict(os.environ, PATH="/usr/sbin:/usr/bin:/sbin:/bin", GANNET_KEY=venue.ready["api_key"],
                           GANNET_SECRET=venue.ready["secret"], GANNET_PASSPHRASE=venue.ready["passphrase"])
        self.root = root
        self.log = open(root.path / "home/engine/gannetd.log", "ab")
        self.process = root.start("gannetd", "--config", "/home/engine/engine.toml", stdout=self.log, stderr=self.log,
                                  env=environment)
        wait_for("the engine to be ready", self.is_ready)

    def is_ready(self):
        want(self.process.poll() is None, f"gannetd ended with {self.process.poll()}")
        code, text = self.root.ask("gannet", "status", "--json", "--state", "/var/lib/gannet")
        return code == 0 and json.loads(text).get("state") == "ready"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(90)
        want(code == 0, f"gannetd ended with {code}")


class Steps:
    def __init__(self, root, old, new):
        self.root, self.old, self.new = root, old, new
        self.venue = self.engine = None

    def install(self):
        """only what is needed comes with it, and nothing is started"""
        self.root.do("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                     *(f"{name}={self.old}" for name in PACKAGES))
        want(self.root.version() == self.old, "another version is installed")
        # Without systemd here only the script tells: debhelper's default is to stop the service first.
        before = self.root.path / "var/lib/dpkg/info/gannet.preinst"
        want("systemd" not in before.read_text(), "an upgrade would stop the service")
        self.root.do("useradd", "--create-home", "engine")
        want(not (self.root.path / "var/lib/gannet").exists(), "there is state already")

    def check(self):
        """the installed configuration is good, and all commands can be loaded"""
        self.root.do("gannetd", "--check", "--config", "/etc/gannet/gannet.toml")
        self.root.do("gannet", "--help")
        self.root.do("gannet-kill", "--help")

    def demo(self):
        """the installed configuration trades in the simulator and leaves nothing behind"""
        process = self.root.start("gannetd", "--config", "/etc/gannet/gannet.toml", "--duration", "5s", "--log", "none",
                                  "--summary", "summary.json")
        want(process.wait(60) == 0, "gannetd did not end well")
        summary = json.loads((self.root.path / "home/engine/summary.json").read_text())
        want(summary["orders"] > 0 and summary["clean_exit"], json.dumps(summary))

    def new_strategy(self):
        """gannet new-strategy finds its template, pkg-config and cmake files are in their places"""
        self.root.do("gannet", "new-strategy", "order_flow", "--folder", "/home/engine/order_flow")
        for file in ("home/engine/order_flow/order_flow.cpp", "usr/include/gannet/strategy.hpp",
                     "usr/share/cmake/gannet/gannet-config.cmake", "usr/share/pkgconfig/gannet.pc"):
            want((self.root.path / file).exists(), f"/{file} is missing")

    def trade(self):
        """an engine with open orders at the simulated venue"""
        self.venue = Venue(self.root)
        (self.root.path / "home/engine/engine.toml").write_text(
            CONFIGURATION.format(url=self.venue.ready["url"], ws=self.venue.ready["ws"]))
        state = self.root.path / "var/lib/gannet"
        state.mkdir()
        self.root.do("chown", "engine:engine", "/var/lib/gannet")
        self.engine = Engine(self.root, self.venue)
        wait_for("two orders each", lambda: len(self.venue.open_orders()) == 4)

    def upgrade(self):
        """the running engine trades on, its orders stay, an edited configuration is kept"""
        orders = self.venue.open_orders()
        edited = self.root.path / "etc/gannet/gannet.toml"
        edited.write_text(edited.read_text() + "# edited\n")
        told = self.root.do("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                            *(f"{name}={self.new}" for name in PACKAGES))
        want(self.root.version() == self.new, "the version is still the old one")
        want(f"still runs version {self.old}" in told, "it was not said that an old engine runs")
        want(edited.read_text().endswith("# edited\n"), "the edited configuration was replaced")
        want(self.engine.is_ready(), "the engine is no longer ready")
        self.refuses_removal()
        want(set(orders.values()) == set(self.venue.open_orders().values()), "orders went during the upgrade")

    def restart(self):
        """into the new version: on_stop = cancel leaves nothing, on_stop = leave is adopted by the next"""
        self.engine.stop()
        left = self.venue.open_orders()
        want(set(left.values()) == {"BTC-USDT-SWAP"}, f"left at the venue: {left}")
        self.engine = Engine(self.root, self.venue)
        wait_for("two orders each", lambda: len(self.venue.open_orders()) == 4)
        want(set(left) <= set(self.venue.open_orders()), "an order that was left has been replaced, not adopted")

    def crash(self):
        """kill -9 between two versions: the next start knows every order"""
        before = self.venue.open_orders()
        self.engine.process.kill()
        self.engine.process.wait()
        self.engine = Engine(self.root, self.venue)
        wait_for("two orders each", lambda: len(self.venue.open_orders()) == 4)
        kept = {order for order, instrument in before.items() if instrument == "BTC-USDT-SWAP"}
        want(kept <= set(self.venue.open_orders()), "an order to adopt is gone")

    def roll_back(self):
        """to the old version under a running engine; it goes on from the new one's journal"""
        self.root.do("apt-get", "install", "-y", "-qq", "--no-install-recommends", "--allow-downgrades",
                     *(f"{name}={self.old}" for name in PACKAGES))
        want(self.root.version() == self.old, "the version is still the new one")
        self.engine.stop()
        left = self.venue.open_orders()
        self.engine = Engine(self.root, self.venue)
        wait_for("two orders each", lambda: len(self.venue.open_orders()) == 4)
        want(set(left) <= set(self.venue.open_orders()), "an order that was left is gone")

    def refuses_removal(self):
        code, text = self.root.ask("apt-get", "remove", "-y", "-qq", *PACKAGES)
        want(code != 0 and "still runs: stop it first" in text, "removed under a running engine")

    def remove(self):
        """refused while an engine runs; then programs go, state and configuration stay"""
        self.refuses_removal()
        self.engine.stop()
        left = list(self.venue.open_orders())
        want(len(left) == 2, "on_stop = leave left no orders")
        told = self.root.do("apt-get", "remove", "-y", "-qq", *PACKAGES)
        want("kept: /var/lib/gannet" in told, "it was not said that state stays")
        for file, there in (("usr/bin/gannetd", False), ("var/lib/gannet/journal", True), ("etc/gannet/gannet.toml", True)):
            want((self.root.path / file).exists() == there, f"/{file} {'is gone' if there else 'is still there'}")

    def purge(self):
        """state and configuration go, with a word; nothing is left"""
        told = self.root.do("apt-get", "purge", "-y", "-qq", *PACKAGES)
        want("removed for good: /var/lib/gannet" in told, "it was not said that state went")
        want(not self.root.traces(), f"left behind: {self.root.traces()}")

    def all(self):
        return [self.install, self.check, self.demo, self.new_strategy, self.trade, self.upgrade, self.restart,
                self.crash, self.roll_back, self.remove, self.purge]


def version_in(folder):
    names = [os.path.basename(path) for path in glob.glob(f"{folder}/gannet_*_amd64.deb")]
    if len(names) != 1:
        raise SystemExit(f"{folder} should hold one package gannet: {names}")
    return re.fullmatch(r"gannet_(.+)_amd64\.deb", names[0]).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "cache"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    if os.environ.get("GANNET_OWN_NAMES") != "1":
        os.environ["GANNET_OWN_NAMES"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                              sys.executable, *sys.argv])
    options.cache.mkdir(parents=True, exist_ok=True)
    root = Root(options.cache.resolve(), options.old.resolve(), options.new.resolve())
    steps = Steps(root, version_in(options.old), version_in(options.new))
    for step in steps.all():
        began = time.monotonic()
        try:
            step()
        except Failed as why:
            print(f"FAILED  {step.__name__:13} {why}\n        log: {options.cache}/log", flush=True)
            return 1
        print(f"ok      {step.__name__:13} {time.monotonic() - began:5.1f} s  {step.__doc__}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""gannetd as a service, tried for real: a Debian system is booted under systemd-nspawn with what `cmake
--install` installs, `gannet sim` runs beside it as the venue, and the units of deploy/ are started, hung,
crashed, stopped and refused (MON-09, REC-12, SEC-03). A line a step; exit 0 if all did what they should, 1 if
not, 77 without root.

    tests/service/run.py --build build/release [--root build/service-test] [--keep]

Makes a Debian base with debootstrap once and keeps it (build/service-test/base).
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from debian_machine import Machine, copy_root, libraries_of, make_root  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PORT = 9443
SECRETS = ("api_key", "secret", "passphrase")
READY = "/run/gannet-sim/ready.json"
SIM_UNIT = f"""[Unit]
Description=A simulated venue
[Service]
RuntimeDirectory=gannet-sim
StateDirectory=gannet-sim
ExecStart=/bin/sh -c "exec gannet sim --listen 127.0.0.1:{PORT} --state-dir /var/lib/gannet-sim --seed 7 >{READY}"
"""
# Bounds of MON-09, and what a machine that is busy with other things may take on top.
WATCHDOG_S, RESTART_S, SLACK_S = 5, 2, 3
COD_S = 16


def configuration(engine_id):
    """The example that is installed, pointed at the simulated venue as its comments say."""
    text = (SOURCE / "deploy/gannet.toml").read_text()
    text = text.replace('environment = "demo"', 'environment = "sim"')
    text = re.sub(r"^# ((rest|ws_\w+)_url|ca_file) =", r"\1 =", text, flags=re.M)
    if engine_id == "e1":
        text = text.replace("# [metrics] ", "[metrics] ").replace("# listen =", "listen =")
    return text.replace('engine_id = "e1"', f'engine_id = "{engine_id}"')


class ServiceTest:
    def __init__(self, machine):
        self.machine = machine
        self.failures = 0

    # ---- telling ----

    def step(self, name, action):
        begun = time.monotonic()
        try:
            said = action() or ""
            good = True
        except Exception as error:  # noqa: BLE001: one step's trouble is a result, the others go on
            said, good = f"{type(error).__name__}: {error}", False
            if not isinstance(error, (AssertionError, RuntimeError)):
                traceback.print_exc()
        self.failures += 0 if good else 1
        print(f"{'ok    ' if good else 'FAILED'} {name} [{time.monotonic() - begun:.1f} s] {said}", flush=True)

    @staticmethod
    def expect(condition, otherwise):
        if not condition:
            raise AssertionError(otherwise)

    # ---- looking ----

    def truth(self):
        return json.loads(self.machine.run("gannet", "sim-ctl", "--ready", READY, "truth"))

    def resting(self):
        return [order for order in self.truth()["orders"] if order["state"] in ("live", "partially_filled")]

    def state(self, unit):
        return self.machine.unit(unit, "ActiveState", "SubState", "StatusText", "MainPID", "NRestarts", "Result",
                                 "ExecMainStatus")

    def journal(self, unit):
        return self.machine.run("journalctl", "-u", unit, "--no-pager", "-o", "cat", check=False)

    def wait_ready(self, unit, patience=60):
        return self.machine.wait(
            lambda: (lambda s: s["ActiveState"] == "active" and s["StatusText"].startswith("ready"))(self.state(unit)),
            f"{unit} to be ready; it is {self.state(unit)}", patience)

    def signal(self, name, pid):
        self.machine.run("sh", "-c", f"kill -{name} {pid}")

    def wait_resting(self):
        self.machine.wait(lambda: len(self.resting()) > 0, "an order that rests at the venue")

    def start(self, unit):
        self.machine.run("systemctl", "start", unit)
        state = self.state(unit)
        self.expect(state["ActiveState"] == "active", state)
        self.expect(state["StatusText"].startswith("ready"), state)
        return state

    # ---- steps ----

    def start_venue(self):
        self.machine.write("/etc/systemd/system/gannet-sim.service", SIM_UNIT)
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "start", "gannet-sim")
        self.machine.wait(lambda: "sim.ready" in self.machine.run("cat", READY, check=False), "the venue")
        self.venue = json.loads(self.machine.run("cat", READY))
        self.machine.run("cp", self.venue["ca"], "/etc/gannet/sim-ca.pem")
        self.machine.run("chmod", "0644", "/etc/gannet/sim-ca.pem")

    def units_verify(self):
        for unit in ("gannetd.service", "gannetd@a.service"):
            said = self.machine.call("systemd-analyze", "verify", "--man=no", unit)
            self.expect(said.returncode == 0 and not said.stderr, said.stderr)
        return self.machine.run("systemd-analyze", "security", "--no-pager", "--threshold=20",
                                "gannetd.service").strip().splitlines()[-1].strip()

    def missing_credential(self):
        self.machine.call("systemctl", "start", "gannetd")
        state = self.state("gannetd")
        self.expect(state["ActiveState"] == "failed" and state["ExecMainStatus"] == "3", state)
        self.expect(state["NRestarts"] == "0", state)
        self.expect("api_key" in state["StatusText"], state)
        self.expect(not self.truth()["orders"], "orders at the venue")
        return f"exit 3, not restarted; status: {state['StatusText']}"

    def encrypted_credentials(self):
        self.machine.run("install", "-d", "-m", "0700", "/etc/credstore.encrypted")
        for name in SECRETS:
            self.machine.run("systemd-creds", "encrypt", f"--name={name}", "-",
                             f"/etc/credstore.encrypted/gannet.{name}", stdin=self.venue[name])
        state = self.start("gannetd")
        self.wait_resting()
        return f"status: {state['StatusText']}; {len(self.resting())} orders rest at the venue"

    def confined(self):
        status = self.machine.run("cat", f"/proc/{self.state('gannetd')['MainPID']}/status")
        for line in (r"^CapEff:\s+0+$", r"^CapBnd:\s+0+$", r"^NoNewPrivs:\s+1$", r"^Seccomp:\s+2$"):
            self.expect(re.search(line, status, re.M), f"no {line} in {status}")
        user = re.search(r"^Uid:\s+(\d+)", status, re.M).group(1)
        self.expect(user != "0", "it runs as root")
        return f"user {user}, no capability, no new privileges, system calls filtered"

    def logged(self):
        text = self.journal("gannetd")
        for event in ("engine.starting", "reconcile.done", "engine.state"):
            self.expect(event in text, f"no {event} in the system's journal")
        for name in SECRETS:
            self.expect(self.venue[name] not in text, f"{name} is in the journal")
        return f"{len(text.splitlines())} lines in the system's journal, no secret in them"

    def figures(self):
        said = self.machine.run("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9464; "
                                r"printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3; cat <&3")
        names = {line.split("{")[0].split(" ")[0] for line in said.splitlines() if line.startswith("gannet_")}
        self.expect(len(names) > 10, said[:300])
        return f"{len(names)} kinds of figures"

    def status_agrees(self):
        page = self.machine.run("gannet", "status", "--state", "/var/lib/gannet").splitlines()[0]
        state = self.state("gannetd")["StatusText"]
        self.expect(page.split(None, 1)[1] == state, f"{page!r} against {state!r}")
        return page

    def ring(self):
        found = self.machine.run("sh", "-c", "ls -i /run/gannet/*journal-ring").split()
        self.expect(len(found) == 2, found)
        return found

    def hang(self):
        before, ring = self.state("gannetd"), self.ring()
        self.signal("STOP", before["MainPID"])
        stopped = time.monotonic()
        self.machine.wait(lambda: not self.machine.run("sh", "-c", f"cat /proc/{before['MainPID']}/comm 2>/dev/null",
                                                       check=False).strip(), "the watchdog", 30)
        killed = time.monotonic() - stopped
        self.machine.wait(lambda: self.state("gannetd")["MainPID"] not in ("0", before["MainPID"]), "a restart", 30)
        again = time.monotonic() - stopped - killed
        self.wait_ready("gannetd")
        ready = time.monotonic() - stopped
        self.expect("Watchdog timeout" in self.journal("gannetd"), "no word of a watchdog")
        self.expect(self.state("gannetd")["NRestarts"] == "1", self.state("gannetd"))
        self.expect(killed < WATCHDOG_S + SLACK_S, f"ended after {killed:.1f} s")
        self.expect(again < RESTART_S + SLACK_S, f"restarted after {again:.1f} s more")
        self.expect(self.ring()[1] == ring[1], "another ring")
        return f"ended by the watchdog after {killed:.1f} s, restarted {again:.1f} s later, ready after {ready:.1f} s"

    def crash_loop(self):
        self.wait_resting()
        for _ in range(2):
            pid = self.state("gannetd")["MainPID"]
            self.signal("SEGV", pid)
            self.machine.wait(lambda: self.has_come_back_or_stays_down("gannetd", pid), "its end, and the next start")
        state = self.state("gannetd")
        self.expect(state["ExecMainStatus"] == "3" and "stays down" in state["StatusText"], state)
        restarts = state["NRestarts"]
        gone = self.machine.wait(lambda: not self.resting(), "the venue's timer", COD_S + SLACK_S)
        self.expect(self.state("gannetd")["NRestarts"] == restarts, "it was started once more")
        return f"down after three crashes; nothing rests at the venue {gone:.1f} s later; status: {state['StatusText']}"

    def has_come_back_or_stays_down(self, unit, pid):
        state = self.state(unit)
        if state["ActiveState"] == "failed":
            return True
        return state["MainPID"] not in ("0", pid) and state["StatusText"].startswith("ready")

    def hung_loop(self):
        """A strategy on the trading loop never returns from a handler, in each run anew."""
        text = configuration("hangs").replace('"market_maker"', '"throws_later"')
        text = re.sub(r'^(quantity|max_position) = .*$', "", text, flags=re.M)
        # What the engine before it left of a position would hold the same instrument.
        text = text.replace("BTC-USDT-SWAP", "ETH-USDT-SWAP")
        text = text.replace('instrument = "ETH-USDT-SWAP"\n', 'instrument = "ETH-USDT-SWAP"\nspins = 1\n')
        self.machine.write("/etc/gannet/hangs.toml", text)
        for name in SECRETS:
            self.machine.write(f"/etc/credstore/gannet.hangs.{name}", self.venue[name], "0600")
        self.use_plain_credentials()
        unit, standstill, seen = "gannetd@hangs", "the trading loop stands still", []
        self.machine.run("systemctl", "start", unit)
        def is_down():
            state = self.state(unit)
            if state["StatusText"].startswith(standstill):
                seen.append(state["StatusText"])
            return state["ActiveState"] == "failed"
        took = self.machine.wait(is_down, "the brake", 60)
        self.expect(seen, "nobody was told that the loop stands still")
        said = self.journal(unit)
        self.expect(said.count("Watchdog timeout") == 3, f"{said.count('Watchdog timeout')} times the watchdog")
        self.expect("stays down" in self.state(unit)["StatusText"], self.state(unit))
        self.machine.wait(lambda: not self.resting(), "the venue's timer", COD_S + SLACK_S)
        return f"three times the watchdog, then down, in {took:.1f} s; status meanwhile: {seen[0]}"

    def released(self):
        self.machine.run("rm", "/var/lib/gannet/starts")
        state = self.start("gannetd")
        self.wait_resting()
        return f"status: {state['StatusText']}"

    def reload(self):
        before = self.state("gannetd")["MainPID"]
        self.machine.run("systemctl", "reload", "gannetd")
        self.wait_ready("gannetd")
        self.expect(self.state("gannetd")["MainPID"] == before, "another process")

    def killed_stays(self):
        self.machine.run("gannet", "kill", "--reason", "a drill", "--state", "/var/lib/gannet")
        self.machine.run("systemctl", "restart", "gannetd")
        state = self.state("gannetd")
        self.expect(state["ActiveState"] == "active" and state["StatusText"] == "killed (a drill)", state)
        self.machine.run("gannet", "resume", "--state", "/var/lib/gannet")
        self.wait_ready("gannetd")
        self.wait_resting()
        return f"status after a restart: {state['StatusText']}; then resumed"

    def orderly_stop(self):
        resting = len(self.resting())
        begun = time.monotonic()
        self.machine.run("systemctl", "stop", "gannetd")
        took = time.monotonic() - begun
        state = self.state("gannetd")
        self.expect(state["ActiveState"] == "inactive" and state["Result"] == "success", state)
        self.expect(state["ExecMainStatus"] == "0", state)
        self.expect(not self.resting(), f"{len(self.resting())} orders still rest at the venue")
        return f"exit 0 after {took:.1f} s; of {resting} resting orders none is left at the venue"

    def no_venue(self):
        self.machine.run("systemctl", "stop", "gannet-sim")
        self.machine.run("systemctl", "start", "--no-block", "gannetd")
        self.machine.wait(lambda: int(self.state("gannetd")["NRestarts"]) >= 2, "a second try", 30)
        state = self.state("gannetd")
        said = [line for line in self.journal("gannetd").splitlines() if "no answer from the venue" in line]
        self.machine.run("systemctl", "start", "gannet-sim")
        self.machine.wait(lambda: "sim.ready" in self.machine.run("cat", READY, check=False), "the venue")
        self.machine.run("cp", json.loads(self.machine.run("cat", READY))["ca"], "/etc/gannet/sim-ca.pem")
        self.wait_ready("gannetd")
        self.machine.run("systemctl", "stop", "gannetd")
        return f"tried {state['NRestarts']} times more, then ready by itself; said: {said[0] if said else '?'}"

    def full_disk(self):
        self.machine.run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "none", "/var/lib/private/gannet")
        try:
            self.machine.run("sh", "-c", "head -c 2000000 /dev/zero > /var/lib/private/gannet/fill 2>/dev/null || true")
            self.machine.call("systemctl", "start", "gannetd")
            state = self.state("gannetd")
            self.expect(state["ActiveState"] == "failed" and state["ExecMainStatus"] == "3", state)
            self.expect("make room" in state["StatusText"], state)
            self.expect(not self.resting(), "orders at the venue")
            return f"exit 3; status: {state['StatusText']}"
        finally:
            self.machine.run("umount", "/var/lib/private/gannet")

    def use_plain_credentials(self):
        plain = "[Service]\n" + "".join(f"LoadCredential={name}:gannet.%i.{name}\n" for name in SECRETS)
        self.machine.write("/etc/systemd/system/gannetd@.service.d/plain-credentials.conf", plain)
        self.machine.run("systemctl", "daemon-reload")

    def several(self):
        self.use_plain_credentials()
        for engine in ("left", "right"):
            self.machine.write(f"/etc/gannet/{engine}.toml", configuration(engine))
            for name in SECRETS:
                self.machine.write(f"/etc/credstore/gannet.{engine}.{name}", self.venue[name], "0600")
        self.start("gannetd@left")
        self.start("gannetd@right")
        tags = lambda: {order["tag"] for order in self.resting()}  # noqa: E731
        self.machine.wait(lambda: tags() == {"left", "right"}, f"orders of both; there are those of {tags()}")
        self.machine.run("systemctl", "stop", "gannetd@left")
        self.machine.wait(lambda: tags() == {"right"}, "one to go and the other to stay")
        self.expect(self.state("gannetd@right")["ActiveState"] == "active", "both stopped")
        self.machine.run("systemctl", "stop", "gannetd@right")
        self.expect(not self.resting(), "orders are left")
        return "two engines with plain credentials; one stopped while the other traded on; nothing left"

    def run(self):
        self.step("a simulated venue as a unit", self.start_venue)
        if self.failures:
            return
        self.step("units: verify, exposure", self.units_verify)
        self.step("start without credentials", self.missing_credential)
        self.step("start with encrypted credentials", self.encrypted_credentials)
        self.step("confined", self.confined)
        self.step("logs", self.logged)
        self.step("state in status and systemctl", self.status_agrees)
        self.step("figures for Prometheus", self.figures)
        self.step("reload", self.reload)
        self.step("hung process", self.hang)
        self.step("crash loop", self.crash_loop)
        self.step("trading loop that hangs at every start", self.hung_loop)
        self.step("start after the brake", self.released)
        self.step("kill outlives a restart", self.killed_stays)
        self.step("orderly stop", self.orderly_stop)
        self.step("full disk", self.full_disk)
        self.step("venue that is not there", self.no_venue)
        self.step("two engines by the template", self.several)


def install(build, root):
    subprocess.run(["cmake", "--install", str(build), "--prefix", "/usr"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(root)})
    # A strategy that hangs: the tests' own.
    shutil.copy(build / "lib/gannet/test_plugins/throws_later.so", root / "usr/lib/gannet/strategies")
    (root / "etc/gannet").mkdir(mode=0o755, exist_ok=True)
    (root / "etc/gannet/gannet.toml").write_text(configuration("e1"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build/release")
    parser.add_argument("--root", type=pathlib.Path, default=SOURCE / "build/service-test")
    parser.add_argument("--keep", action="store_true", help="leave the spoilt system in ROOT/root")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("skipped: a system can be booted by root alone")
        return 77
    missing = [program for program in ("debootstrap", "systemd-nspawn") if not shutil.which(program)]
    if missing:
        print(f"{' and '.join(missing)} missing: tools/setup.sh service installs what this needs")
        return 1
    base, root = options.root / "base", options.root / "root"
    programs = [options.build / "bin" / name for name in ("gannetd", "gannet")]
    begun = time.monotonic()
    make_root(base, libraries_of(programs))
    copy_root(base, root)
    install(options.build, root)
    print(f"ok     a Debian system with what is installed [{time.monotonic() - begun:.1f} s]", flush=True)
    with Machine.boot(root, options.root / "console.log") as machine:
        test = ServiceTest(machine)
        test.run()
        if test.failures:
            (options.root / "journal.txt").write_text(machine.run("journalctl", "--no-pager", check=False))
            print(f"the system's journal: {options.root / 'journal.txt'}")
    if not options.keep:
        subprocess.run(["rm", "-rf", str(root)], check=True)
    print(f"{'FAILED' if test.failures else 'passed'}: {test.failures} steps failed, "
          f"{time.monotonic() - begun:.0f} s in all")
    return 1 if test.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""A Debian system in a folder that boots under systemd-nspawn, for tests that need a real service manager.

    with Machine.boot(root, log) as machine:
        machine.run("systemctl", "is-system-running")

Needs root, debootstrap and systemd-nspawn. Nothing of it is this machine's own: the mirror is the one that
apt uses here.
"""
import os
import pathlib
import re
import shutil
import subprocess
import time

BASE_PACKAGES = ["ca-certificates", "systemd", "systemd-sysv", "dbus"]


def mirror():
    """(address, release) of the packages that apt installs from here."""
    release = re.search(r"^VERSION_CODENAME=(\S+)", pathlib.Path("/etc/os-release").read_text(), re.M).group(1)
    lines = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)",
                            "Identifier: Packages"], capture_output=True, text=True, check=True).stdout
    for line in lines.splitlines():
        site, suite, component = line.split()
        if suite == release and component == "main":
            return site, release
    raise SystemExit(f"apt has no source for {release} main here")


def libraries_of(programs):
    """Debian packages of the shared libraries that those programs are linked with."""
    paths = set()
    for program in programs:
        listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout
        paths |= {os.path.realpath(path) for path in re.findall(r"=> (/\S+)", listed)}
    packages = set()
    for path in sorted(paths):
        for name in (path, path.removeprefix("/usr")):
            found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
            if found.returncode == 0:
                packages.add(found.stdout.split(":")[0])
                break
    return sorted(packages)


def make_root(cached, packages):
    """A Debian base with those packages in `cached`; one that is there and has them is taken as it is."""
    wanted = sorted(set(BASE_PACKAGES) | set(packages))
    note = cached.with_name(cached.name + ".packages")
    if cached.is_dir() and note.is_file() and set(wanted) <= set(note.read_text().split()):
        return
    shutil.rmtree(cached, ignore_errors=True)
    cached.parent.mkdir(parents=True, exist_ok=True)
    site, release = mirror()
    log = cached.with_name(cached.name + ".log")
    with log.open("w") as out:
        made = subprocess.run(["debootstrap", "--variant=minbase", "--include=" + ",".join(wanted), release,
                               str(cached), site], stdout=out, stderr=subprocess.STDOUT)
    if made.returncode != 0:
        raise SystemExit(f"debootstrap from {site} failed; see {log}")
    note.write_text("\n".join(wanted) + "\n")


def copy_root(cached, root):
    """A fresh one to spoil."""
    subprocess.run(["rm", "-rf", str(root)], check=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(cached), str(root)], check=True)
    (root / "etc/hostname").write_text("gannet-test\n")


class Machine:
    """A booted root: commands run inside by entering its namespaces."""

    def __init__(self, process, leader):
        self.process = process
        self.leader = leader

    @classmethod
    def boot(cls, root, log, patience=60):
        with open(log, "w") as out:
            process = subprocess.Popen(
                ["systemd-nspawn", "-q", "-D", str(root), "--boot", "--register=no", "--keep-unit",
                 "--console=pipe", "--private-network"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        machine = cls(process, None)
        try:
            machine.wait(machine._find_leader, "its first process", patience)
            machine.wait(lambda: machine.run("systemctl", "is-system-running", check=False).strip()
                         in ("running", "degraded"), "the system", patience)
        except BaseException:
            machine.end()
            raise
        return machine

    def _find_leader(self):
        """The descendant that is process 1 of its own world."""
        if self.process.poll() is not None:
            raise SystemExit("systemd-nspawn ended at once; see its log")
        parents = [self.process.pid]
        while parents:
            parent = parents.pop()
            children = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
            for child in map(int, children.read_text().split() if children.exists() else []):
                status = pathlib.Path(f"/proc/{child}/status").read_text()
                if re.search(r"^NSpid:\s+\d+\s+1$", status, re.M):
                    self.leader = child
                    return True
                parents.append(child)
        return False

    def run(self, *command, check=True, stdin=None):
        """What it says on standard output."""
        done = self.call(*command, stdin=stdin)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def call(self, *command, stdin=None):
        return subprocess.run(["nsenter", "--target", str(self.leader), "--mount", "--uts", "--ipc", "--net",
                               "--pid", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8", *command],
                              input=stdin, capture_output=True, text=True)

    def write(self, path, text, mode="0644"):
        self.run("mkdir", "-p", os.path.dirname(path))
        self.run("sh", "-c", f"umask 077; cat > {path}; chmod {mode} {path}", stdin=text)

    def unit(self, name, *properties):
        """Its properties, by name."""
        said = self.run("systemctl", "show", name, *(f"--property={p}" for p in properties))
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    @staticmethod
    def wait(condition, what, patience=60):
        """Until it is so; how long that took."""
        begun = time.monotonic()
        while not condition():
            if time.monotonic() - begun > patience:
                raise RuntimeError(f"waited {patience} s in vain for {what}")
            time.sleep(0.05)
        return time.monotonic() - begun

    def end(self):
        if self.leader is not None and self.process.poll() is None:
            self.call("systemctl", "poweroff")
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

"""Debian's Alertmanager takes the engine's alerts: one fires, is told again, and ends."""
import json
import pathlib

from .stage import Failure, debian_program, free_port, get, wait_for

PORT = free_port()
CONFIG = f"""
[alerts]
resend_interval = "2s"
[[alert_route]]
name = "alertmanager"
kind = "alertmanager"
url = "http://127.0.0.1:{PORT}"
[[alert]]
name = "killed"
quiet_for = "3s"
"""


def alerts():
    return json.loads(get(f"http://127.0.0.1:{PORT}/api/v2/alerts?active=true"))


def firing(name):
    return [one for one in alerts() if one["labels"]["alertname"] == name]


def seeing_its_files(program):
    """It reads a template at a fixed place below /usr/share: of an unpacked package it gets a view of the
    file system where that lies there."""
    share = pathlib.Path(program).parent.parent / "share"
    if share == pathlib.Path("/usr/share"):
        return [program]
    mount = f"mount -t overlay none -o lowerdir='{share}':/usr/share /usr/share"
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", mount + ' && exec "$@"', "sh", program]


def run(stage):
    program = debian_program("prometheus-alertmanager", "prometheus-alertmanager", stage.packages)
    config = stage.folder / "alertmanager.yml"
    config.write_text('route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n')
    if stage.engine is None:
        stage.start_engine()
    stage.start("alertmanager", [*seeing_its_files(program), f"--config.file={config}",
                f"--storage.path={stage.folder / 'alertmanager'}", f"--web.listen-address=127.0.0.1:{PORT}",
                "--cluster.listen-address="])
    wait_for("Alertmanager", lambda: get(f"http://127.0.0.1:{PORT}/-/ready"))
    print("alertmanager:", stage.gannet("alert", "test", "--route", "alertmanager").strip())
    stage.gannet("kill", "a test of the Alertmanager")
    one = wait_for("the alert of the kill", lambda: firing("killed"))[0]
    if one["labels"]["severity"] != "critical" or one["labels"]["engine"] != "watched":
        raise Failure(f"labels of the alert: {one['labels']}")
    wait_for("a word that it still fires", lambda: firing("killed")[0]["endsAt"] > one["endsAt"])
    stage.gannet("resume", "the test is over")
    wait_for("the end of the alert", lambda: not firing("killed"))
    print("alertmanager: fired, told again, ended")

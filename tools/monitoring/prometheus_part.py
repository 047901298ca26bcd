"""Debian's Prometheus scrapes a trading engine; rules and dashboard are looked at by its own tools."""
import json
import re
import subprocess

from .stage import Failure, ROOT, debian_program, free_port, get, wait_for

DEPLOY = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "gannet.json"

# Queries of the dashboard that are right to give nothing on an engine that is well, and why.
EMPTY_WHEN_WELL = {
    "Held because": "it is not held",
    "Alerts of the engine, in five minutes": "nothing happened",
    "Denied by us, a second": "nothing need be denied",
    "Rejected by the venue, a second": "nothing need be rejected",
    "annotation starts": "it started before the first scrape",
}


def promtool(stage, *words, stdin=None):
    program = debian_program("promtool", "prometheus", stage.packages)
    done = subprocess.run([program, *words], input=stdin, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"promtool {' '.join(map(str, words))}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def check_rules(stage):
    promtool(stage, "check", "config", DEPLOY / "prometheus.yml")
    promtool(stage, "test", "rules", DEPLOY / "gannet.rules.test.yml")
    rules = (DEPLOY / "gannet.rules.yml").read_text()
    tests = (DEPLOY / "gannet.rules.test.yml").read_text()
    alerts = re.findall(r"- alert: (\w+)", rules)
    for alert in alerts:
        for end in ("fires", "stays quiet"):
            if f"- name: {alert} {end}\n" not in tests:
                raise Failure(f"no test that {alert} {end}")
    print(f"rules: {len(alerts)} alerts, each seen firing and quiet")


def known_names():
    return set(re.findall(r'X\(\w+, "(gannet_\w+)"', (ROOT / "monitor" / "figure.h").read_text()))


def check_names(text, names, recorded=()):
    """Every gannet_ word of a file of ours is a figure, or a recording rule."""
    for word in set(re.findall(r"\bgannet[_:][a-z0-9_:]+", text)):
        plain = re.sub(r"_(bucket|sum|count)$", "", word)
        if word not in names and plain not in names and word not in recorded:
            raise Failure(f"{word} is no figure of monitor/figure.h")


def lint(stage):
    """promtool's own opinion of names, help and units; of our figures alone, not of the server's."""
    ours = "".join(line + "\n" for line in get(stage.metrics).splitlines() if "exposer_" not in line)
    promtool(stage, "check", "metrics", stdin=ours)


def start_prometheus(stage):
    program = debian_program("prometheus", "prometheus", stage.packages)
    port = free_port()
    config = (DEPLOY / "prometheus.yml").read_text()
    config = config.replace("127.0.0.1:9464", f"127.0.0.1:{stage.metrics_port}").replace(": 5s", ": 1s")
    (stage.folder / "prometheus.yml").write_text(config)
    (stage.folder / "gannet.rules.yml").write_text((DEPLOY / "gannet.rules.yml").read_text())
    stage.start("prometheus", [program, f"--config.file={stage.folder}/prometheus.yml",
                               f"--storage.tsdb.path={stage.folder}/prometheus",
                               f"--web.listen-address=127.0.0.1:{port}"])
    stage.prometheus = f"http://127.0.0.1:{port}"
    wait_for("Prometheus", lambda: get(f"{stage.prometheus}/-/ready"))
    wait_for("a scrape", lambda: stage.query('up{job="gannet"} == 1'))


def dashboard_queries():
    """[(panel, expression)], with Grafana's variables as they would be."""
    board = json.loads(DASHBOARD.read_text())
    found = [(panel["title"], target["expr"])
             for panel in board["panels"] for target in panel.get("targets", [])]
    found += [(f"annotation {a['name']}", a["expr"]) for a in board["annotations"]["list"]]
    return [(title, query.replace("$instance", ".*").replace("$__rate_interval", "15s")) for title, query in found]


def check_dashboard(stage):
    queries = dashboard_queries()
    if len(queries) < 40:
        raise Failure(f"only {len(queries)} queries were found in {DASHBOARD}")
    empty = []
    for title, query in queries:
        try:
            wait_for(query, lambda: any(row["value"][1] != "NaN" for row in stage.query(query)),
                     1 if title in EMPTY_WHEN_WELL else 40)
        except Failure:
            if title not in EMPTY_WHEN_WELL:
                raise Failure(f"dashboard, panel \"{title}\": no data for {query}") from None
            empty.append(title)
    print(f"dashboard: {len(queries)} queries; empty, as they may be: {', '.join(empty) or 'none'}")


def check_rules_live(stage):
    """Prometheus evaluates every rule without an error, and rings for nothing that is well."""
    groups = json.loads(get(f"{stage.prometheus}/api/v1/rules"))["data"]["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        if rule["health"] == "err":
            raise Failure(f"rule {rule['name']}: {rule.get('lastError')}")
    critical = [row["metric"] for row in stage.query('ALERTS{alertstate="firing",severity="critical"}')]
    allowed = {"GannetDiskLow", "GannetClockFarOff"}  # of the machine that runs the test
    wrong = [alert for alert in critical if alert["alertname"] not in allowed]
    if wrong:
        raise Failure(f"critical alerts of an engine that is well: {wrong}")


def check_kill_is_seen(stage):
    """What an operator does is what Prometheus says."""
    stage.gannet("kill", "the monitoring test")
    wait_for("GannetKilled", lambda: stage.query('ALERTS{alertname="GannetKilled",alertstate="firing"}'))
    if not stage.query('gannet_engine_state{state="killed"} == 1'):
        raise Failure("the engine is killed and its state is another")
    print("kill: Prometheus saw it, and the alert fires")


def run(stage):
    names = known_names()
    recorded = set(re.findall(r"record: (\S+)", (DEPLOY / "gannet.rules.yml").read_text()))
    for path in (DEPLOY / "gannet.rules.yml", DEPLOY / "gannet.rules.test.yml", DASHBOARD):
        check_names(path.read_text(), names, recorded)
    check_rules(stage)
    stage.start_engine()
    lint(stage)
    start_prometheus(stage)
    check_dashboard(stage)
    check_rules_live(stage)
    check_kill_is_seen(stage)

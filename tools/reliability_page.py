#!/usr/bin/env python3
"""Prints docs/reliability.md: every numbered control, and the tests that name it, or "open"; and the
faults that concern the wire.

A test proves a control by carrying its id in a name or comment; a fault by "fault 12" in a comment, or as
a row of a table of faults. `--check` compares the page with what
the tests say now and exits 1 if they differ (an ordinary test runs it).
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
COUNTS = ROOT / "docs" / "simtest-counts.json"
ID = re.compile(r"\b((?:PRE|POST|KILL|COD|MON|REC|SEC)-\d\d)\b")

CONTROLS = {
    "Pre-trade": [
        ("PRE-01", "kill and mode are read last, right before encoding"),
        ("PRE-02", "instrument known, live, permitted; its definition not old"),
        ("PRE-03", "price on tick, quantity on lot, within the venue's minimum and maximum"),
        ("PRE-04", "price collar against a fresh reference"),
        ("PRE-05", "largest order quantity and notional"),
        ("PRE-06", "largest position, worst case, by strategy and account"),
        ("PRE-07", "gross and net notional, leverage, free margin"),
        ("PRE-08", "open orders by strategy, instrument, account"),
        ("PRE-09", "message rate as the venue counts it, a reserve for cancels"),
        ("PRE-10", "repeated execution"),
        ("PRE-11", "duplicate intent"),
        ("PRE-12", "reject storm"),
        ("PRE-13", "orders out equal orders in"),
        ("PRE-14", "self-trade"),
        ("PRE-15", "loss limits"),
        ("PRE-16", "order-to-trade ratio"),
        ("PRE-17", "market-data sanity"),
        ("PRE-18", "reduce-only never increases"),
        ("PRE-19", "override of one order"),
        ("PRE-20", "limits change only by configuration or command"),
        ("PRE-21", "no path to the wire but the gate"),
        ("PRE-22", "cost of the gate"),
    ],
    "Post-trade": [
        ("POST-01", "every fill booked once"),
        ("POST-02", "position by fills = by push = by REST"),
        ("POST-03", "a lasting difference holds the instrument"),
        ("POST-04", "open orders equal the venue's list"),
        ("POST-05", "balance changes equal bills"),
        ("POST-06", "liquidation, ADL, external orders recognised"),
        ("POST-07", "exposure in real time"),
        ("POST-08", "fee tier and funding equal the venue's"),
        ("POST-09", "arbitrage legs"),
        ("POST-10", "end-of-day statement from the journal alone"),
    ],
    "Kill switch": [
        ("KILL-01", "no new-order bytes after the flag"),
        ("KILL-02", "first cancel on the wire"),
        ("KILL-03", "cancels for 100 orders in one turn, in batches"),
        ("KILL-04", "1,000 orders bounded by the venue's limits alone"),
        ("KILL-05", "flat only by the venue's own list, twice"),
        ("KILL-06", "covers every kind of order"),
        ("KILL-07", "works in every kind of trouble"),
        ("KILL-08", "fills are recorded throughout"),
        ("KILL-09", "durable before acknowledged, survives restarts"),
        ("KILL-10", "all triggers"),
        ("KILL-11", "a second, independent program"),
        ("KILL-12", "levels: narrower kills touch nothing else"),
        ("KILL-13", "flatten is separate"),
        ("KILL-14", "drilled monthly"),
    ],
    "Cancel on disconnect": [
        ("COD-01", "the venue's timer is armed before the first order"),
        ("COD-02", "refreshed only by a healthy turn"),
        ("COD-03", "process killed: nothing remains"),
        ("COD-04", "timer refused or late twice: hold"),
        ("COD-05", "a fired timer is an incident"),
        ("COD-06", "orders the timer does not cover"),
        ("COD-07", "account channel lost: cancel by REST"),
        ("COD-08", "feed lost: quotes pulled"),
        ("COD-09", "suspend, resume, migration"),
    ],
    "Monitoring": [
        ("MON-01", "event to alert"),
        ("MON-02", "two alert routes"),
        ("MON-03", "stage histograms"),
        ("MON-04", "silence is an alert"),
        ("MON-05", "log call and scrape never block"),
        ("MON-06", "log loss is counted and told"),
        ("MON-07", "one order's life from the journal"),
        ("MON-08", "clock offset watched"),
        ("MON-09", "watchdog fed by the trading loop"),
        ("MON-10", "alert storms"),
    ],
    "Crash and recovery": [
        ("REC-01", "the order is in the journal before its bytes leave"),
        ("REC-02", "kill -9 at any moment"),
        ("REC-03", "power cut"),
        ("REC-04", "torn and flipped bytes"),
        ("REC-05", "record format and chain"),
        ("REC-06", "snapshot and tail equal full replay"),
        ("REC-07", "same journal, same outputs"),
        ("REC-08", "a sync error is final"),
        ("REC-09", "disk space"),
        ("REC-10", "time to ready"),
        ("REC-11", "no order before ready; the unexplained is held"),
        ("REC-12", "crash loops"),
        ("REC-13", "older journals read, newer refused"),
        ("REC-14", "unknown is left by evidence alone"),
        ("REC-15", "memory fixed after start"),
    ],
    "Security": [
        ("SEC-01", "no withdraw permission, bound to addresses"),
        ("SEC-02", "secrets nowhere they can leak"),
        ("SEC-03", "unprivileged service"),
        ("SEC-04", "control socket by peer credentials"),
        ("SEC-05", "what plugins cannot do"),
        ("SEC-06", "TLS verified"),
        ("SEC-07", "SBOM, reproducible build"),
        ("SEC-08", "parsers fuzzed"),
    ],
}

WIRE_FAULTS = {
    1: "reset of any connection, at each byte of a frame",
    2: "half-open",
    3: "stall, then burst",
    4: "latency, jitter, asymmetric",
    5: "loss and reordering below TCP",
    6: "bandwidth",
    7: "name service: failure, wrong address, slow",
    8: "TLS: certificates, tickets, keys changed, close without notify",
    9: "WebSocket frames and close codes",
    10: "connect refused, gateway errors, connection limit",
    11: "service upgrade notice",
    12: "login and subscriptions: refused, slow, an answer missing",
    13: "acknowledgement lost, after or before the effect",
    14: "order of acknowledgement, push, fill",
    15: "duplicates and replays",
    16: "races of fill, amend and cancel",
    17: "batches with mixed success, lost replies",
    18: "request past its time",
    19: "the venue cancels or reduces by itself",
    20: "shrunk and overfilled orders",
    21: "rate refusals, long bans",
    22: "error codes",
    23: "instrument code refused over the socket alone",
    24: "algo orders",
    25: "margin refusals after a leverage change elsewhere",
    26: "manual orders, transfers, changes from elsewhere",
    27: "lists of every length, pages that overlap, fail, change",
    28: "REST behind the socket",
    29: "missing rows, empty lists, wrong order",
    30: "fills truncated, out of order",
    31: "sequence gap, reset, resent snapshot, keep-alive",
    32: "checksums",
    33: "crossed, empty, zero, bursts",
    34: "channels that disagree",
    35: "fields of any wrong form",
    36: "instruments that change while running",
    37: "funding, index and mark out of line",
}
FAULT = re.compile(r"\bfaults? (\d+(?:-\d+)?(?:(?:, | and )\d+(?:-\d+)?)*)", re.IGNORECASE)
FAULT_ROW = re.compile(r"^\s*\{\"(\d[\d ]*)\", \"", re.MULTILINE)


# What the tests beside a control do not show yet, and why.
OPEN = {
    "PRE-03": "that gate and venue accept the same is shown for limit orders; other kinds case by case",
    "PRE-06": "10^8 orders by the oracle take one core an hour and a half: the campaign below has fewer",
    "PRE-07": "spot counts what the engine traded, not coins that were there before ([risk.md](risk.md))",
    "PRE-22": "instructions are counted where the machine lets a program count them",
    "POST-01": "10^8 fills: see PRE-06",
    "POST-02": "a spot fill whose bill differs is told and holds nothing: balances are compared as a whole (POST-05)",
    "POST-06": "what the venue takes goes off the account's position; which strategy's it was, a person decides",
    "POST-07": "greeks are shown by position and limited by nothing: limits count an option as one unit of its coin",
    "KILL-01": "new-order bytes are watched at the port and at the venue, not at the socket",
    "KILL-07": "a reboot in the middle of a kill: only kill -9 (REC-02) and power cuts of the journal (REC-03)",
    "KILL-14": "the timer that runs the drill every month is the installation's",
    "COD-03": "live: 15 s and the venue's own pace; only the simulated venue was asked",
    "COD-09": "a real suspend of the machine: the clocks' difference is injected",
    "MON-04": "a strategy on a lane of its own has no deadline: missed trades and full rings tell of it",
    "MON-08": "alerts at 1 ms off NTP and 100 ms off the venue; held at 30 s off the venue alone, not at 1 s, nor at 50 ms off "
              "NTP; under the service's `ProtectClock=` what the kernel knows of NTP is not seen",
    "REC-01": "1.2 times a bare sync: 1.27 and more were seen on a busy machine ([performance.md](performance.md))",
    "REC-02": "10,000 random kills: 500 in one go were seen on 2026-12-01, and 69 passages of the named points",
    "REC-04": "every byte and bit of small journals; of the last MiB and 64 KiB a sample",
    "REC-07": "gcc at -O1 and -O3 with sanitizers and without; clang builds for lint and fuzzing alone",
    "REC-10": "the local part is the benchmark `recovery/start`: printed, not asserted",
    "REC-11": "orders with our tag that nobody knows are cancelled at the start, and nothing is ready before",
    "SEC-07": "two builds of whole packages were not compared yet: `make reproducible` does; programs and libraries singly were equal",
    "SEC-08": "24 CPU-hours a release: minutes a target were run",
    "REC-13": "upgrade and roll-back are drilled by `make test-deb`; there is one format on the road",
}

def fault_tests():
    """By number, the tests of the engine and its gateway (the venue's own switches aside)."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.cpp")):
        name = path.relative_to(ROOT / "tests").as_posix()
        if name.startswith("unit/okx_server/"):
            continue
        text = path.read_text(errors="replace")
        numbers = set()
        for group in FAULT.findall(text):
            for part in re.findall(r"(\d+)(?:-(\d+))?", group):
                numbers.update(range(int(part[0]), int(part[1] or part[0]) + 1))
        if "wire_faults" in path.name:
            numbers.update(int(n) for ids in FAULT_ROW.findall(text) for n in ids.split())
        for number in numbers:
            found.setdefault(number, []).append(name)
    return found


def proofs():
    found = {}
    for path in sorted((ROOT / "tests").rglob("*")):
        if path.suffix not in (".cpp", ".h", ".py"):
            continue
        for name in set(ID.findall(path.read_text(errors="replace"))):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def simulation():
    """What a campaign of `gannet simtest` found last (docs/simtest-counts.json: its command, date and line)."""
    if not COUNTS.exists():
        return []
    kept = json.loads(COUNTS.read_text())
    result = kept["result"]
    failing = result["first_failing_seed"]
    lines = [
        "",
        "## Seeded simulation",
        "",
        f"`{kept['command']}` on {kept['date']}: {result['seeds']:,} seeds, {result['virtual_seconds']:,} virtual",
        f"seconds, {result['orders']:,} orders, {result['fills']:,} fills, {result['violations']} violations"
        + (f" (first seed {failing})." if failing is not None else "."),
        "How often each row of the fault list (RELIABILITY, part D) happened; [what is checked](simulation-testing.md).",
        "",
        "| # | times | # | times | # | times | # | times | # | times |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    cells = [f"{number} | {times:,}" for number, times in sorted(result["faults"].items(), key=lambda row: int(row[0]))]
    cells += [" | "] * (-len(cells) % 5)
    for i in range(0, len(cells), 5):
        lines.append("| " + " | ".join(cells[i : i + 5]) + " |")
    return lines


def page():
    found = proofs()
    known = {name for rows in CONTROLS.values() for name, _ in rows}
    unknown = sorted(set(found) - known)
    if unknown:
        raise SystemExit(f"tests name controls that the list lacks: {', '.join(unknown)}")
    lines = [
        "# Reliability: what is proven, and what is open",
        "",
        "<!-- Printed by tools/reliability_page.py; do not edit. -->",
        "",
        "A control is *proven* as far as the tests named beside it go (they carry its id); *open* means no",
        "test names it yet, whether or not code for it exists. Beside them, `make soak` cuts sockets at random",
        "and compares every order, fill, position and balance with the simulated venue's truth at the end.",
    ]
    for title, rows in CONTROLS.items():
        lines += ["", f"## {title}", "", "| id | control | proven by |", "|---|---|---|"]
        for name, text in rows:
            where = ", ".join(f"`{path.removeprefix('tests/')}`" for path in found.get(name, [])) or "open"
            lines.append(f"| {name} | {text} | {where} |")
        left = [f"* {name}: {OPEN[name]}." for name, _ in rows if name in OPEN]
        if left:
            lines += ["", "Not shown yet:", ""] + left
    lines += ["", "## Faults of the wire", "", "| # | fault | tests |", "|---|---|---|"]
    tests = fault_tests()
    for number, text in WIRE_FAULTS.items():
        where = ", ".join(f"`{name}`" for name in tests.get(number, [])) or "open"
        lines.append(f"| {number} | {text} | {where} |")
    lines += simulation()
    return "\n".join(lines) + "\n"


def main():
    text = page()
    if "--check" in sys.argv:
        if PAGE.read_text() != text:
            print("docs/reliability.md is not what the tests say; run: tools/reliability_page.py > docs/reliability.md")
            return 1
        print("docs/reliability.md is what the tests say")
        return 0
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())

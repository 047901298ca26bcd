#!/usr/bin/env python3
"""Holds the words about log events to the code: every event is written by some line of the source, and
the fields that its lines carry are those that base/log_event_notes.cpp names.

    tools/check_log_events.py --gannet build/check/bin/gannet

Reads the source's calls of log(): the event is named in the call, comes from the file's function
`log_event_of`, or is the parameter `event` of a helper whose callers name it. Exit 1 on any finding.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("app", "engine", "gateway", "monitor", "risk", "config", "sim", "backtest")
EVENT = re.compile(r"LogEvent::(\w+)")
KEY = re.compile(r"(?:LogField::\w+|money|figure_of)\(\s*\"(\w+)\"")
# base/log.cpp fills these records by hand.
BY_HAND = {"LogLost": {"records"}, "LogSuppressed": {"suppressed", "records", "seconds"}}
# In a mapping for its completeness alone: these have a line of their own.
OWN_LINE = {"OrderDenied", "Protection"}


def balanced(text, start):
    """The text from the bracket at `start` to its end, strings skipped."""
    depth, i, quoted = 0, start, False
    while i < len(text):
        c = text[i]
        if quoted:
            if c == "\\":
                i += 1
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return text[start : i + 1]
        i += 1
    return text[start:]


def events_of_mapping(text):
    at = text.find("LogEvent log_event_of(")
    return set(EVENT.findall(balanced(text, text.find("{", at)))) if at >= 0 else set()


def events_of_callers(text, position):
    """Of the helper around `position`: what its callers in the same file pass as its event."""
    head = re.findall(r"(\w+)\([^;{}]*LogEvent event[^;{}]*\)[^;{}]*\{", text[:position])
    if not head:
        return set()
    found = set()
    for call in re.finditer(rf"\b{head[-1]}\(", text):
        found |= set(EVENT.findall(balanced(text, call.end() - 1)))
    return found


def fields_in_source():
    fields = {event: set(keys) for event, keys in BY_HAND.items()}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.cpp")):
            text = path.read_text()
            for call in re.finditer(r"(?<![\w:.>])(?:gannet::)?log\(", text):
                body = balanced(text, call.end() - 1)
                if "LogField::" not in body and "LogEvent::" not in body:
                    continue
                events = set(EVENT.findall(body))
                if "log_event_of(" in body:
                    events |= events_of_mapping(text) - OWN_LINE
                elif not events:
                    events = events_of_callers(text, call.start())
                if not events:
                    sys.exit(f"{path.relative_to(ROOT)}: which event? {body[:80]}")
                for event in events:
                    fields.setdefault(event, set()).update(KEY.findall(body))
    return fields


def names_of_events():
    text = (ROOT / "base" / "log_events.h").read_text()
    return dict(re.findall(r'X\((\w+), "([\w.]+)"', text))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gannet", required=True, help="the program that knows the notes")
    gannet = parser.parse_args().gannet
    lines = subprocess.run([gannet, "logs", "explain", "--json"], check=True, capture_output=True, text=True)
    notes = {note["event"]: set(note["fields"]) for note in map(json.loads, lines.stdout.splitlines())}
    source, names, findings = fields_in_source(), names_of_events(), []
    for event, name in names.items():
        if event not in source:
            findings.append(f"{name}: no line of the source writes it")
            continue
        if missing := source[event] - notes[name]:
            findings.append(f"{name}: fields without a word: {' '.join(sorted(missing))}")
        if extra := notes[name] - source[event]:
            findings.append(f"{name}: fields that nothing writes: {' '.join(sorted(extra))}")
    for finding in findings:
        print(finding)
    print(f"{len(names)} events, {len(findings)} findings (words: base/log_event_notes.cpp)")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Prints a Markdown table of benchmarks from a file that `make bench` wrote.

    tools/performance_table.py build/bench.json [PREFIX...]
"""
import json
import sys

UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def duration(nanoseconds):
    for unit, scale in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= scale:
            return f"{nanoseconds / scale:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        run = json.load(file)
    prefixes = tuple(sys.argv[2:]) or ("",)
    machine = run["context"]
    print(f"{machine['date'][:10]}, {machine['num_cpus']} processors of {machine['mhz_per_cpu']} MHz\n")
    print("| Benchmark | mean | p50 | p99 |")
    print("|---|---|---|---|")
    for bench in run["benchmarks"]:
        name = bench["name"].removesuffix("/real_time")
        if not name.startswith(prefixes) or bench.get("error_occurred"):
            continue
        mean = duration(bench["real_time"] * UNITS[bench["time_unit"]])
        quantiles = [duration(bench[key] * 1e3) if key in bench else ""
                     for key in ("p50_us", "p99_us")]
        print(f"| `{name}` | {mean} | {quantiles[0]} | {quantiles[1]} |")


main()

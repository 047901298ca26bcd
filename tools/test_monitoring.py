#!/usr/bin/env python3
"""A trading engine under the eyes of Debian's own Prometheus (make test-monitoring).

  tools/test_monitoring.py --bin build/release/bin [--keep] [PART...]

Parts run in this order on one engine; each is a module of tools/monitoring with `run(stage)`. Programs
that are not there are taken out of Debian's packages, below build/monitoring: nothing is installed.
"""
import argparse
import importlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from monitoring.stage import Failure, Stage  # noqa: E402

PARTS = ["prometheus", "alertmanager"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    options = parser.parse_args()
    parts = [importlib.import_module(f"monitoring.{name}_part") for name in options.parts or PARTS]
    more = "".join(getattr(part, "CONFIG", "") for part in parts)
    stage = Stage(options.bin, options.keep, more)
    began = time.monotonic()
    try:
        for part in parts:
            part.run(stage)
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    finally:
        stage.close()
    print(f"monitoring: all right, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

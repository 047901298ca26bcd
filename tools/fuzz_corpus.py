#!/usr/bin/env python3
"""The kept inputs of a fuzz target: tests/fuzz/corpus/NAME.txt, one input a line in base64.

  fuzz_corpus.py unpack FILE FOLDER   a file each, as libFuzzer reads them
  fuzz_corpus.py pack FOLDER FILE     what a folder holds, sorted; FOLDER is best one that
                                      `NAME -merge=1 -use_counters=0 FOLDER OLD...` has made
"""
import base64
import hashlib
import pathlib
import sys


def unpack(source: pathlib.Path, folder: pathlib.Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lines = source.read_text().split()
    for number, line in enumerate(lines, 1):
        try:
            content = base64.b64decode(line, validate=True)
        except ValueError as error:
            sys.exit(f"{source}:{number}: {error}")
        (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)
    return len(lines)


def pack(folder: pathlib.Path, target: pathlib.Path) -> int:
    inputs = {path.read_bytes() for path in folder.iterdir() if path.is_file()}
    lines = sorted(base64.b64encode(content).decode() for content in inputs if content)
    if not lines:
        sys.exit(f"{folder} holds no input")
    target.write_text("\n".join(lines) + "\n")
    return len(lines)


def main() -> None:
    if len(sys.argv) != 4 or sys.argv[1] not in ("pack", "unpack"):
        sys.exit(__doc__)
    work = pack if sys.argv[1] == "pack" else unpack
    count = work(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    print(f"{sys.argv[3]}: {count} inputs")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""PRE-21: no path to the wire but the gate, read from the object code.

The order encoders, and the functions that hand a frame to a session, are called from one place each:
AccountVenue for orders, AlgoRest for algo orders. Both are reached through the ports that the order
manager alone holds, and the order manager sends what the gate has approved. Any other library that
names one of these symbols, or any other function that calls one, is a way around the gate.

Calls that the optimiser has inlined leave no symbol behind: then the callers are the functions that
took the code in, and the rule is the same.

usage: check_encoder_callers.py --objdump OBJDUMP --nm NM --protocol ARCHIVE [ARCHIVE...]
"""
import argparse
import re
import subprocess
import sys

# What is called, as the object code names it, and who may.
ORDERS = r"gannet::okx::AccountVenue::"
# Frames made beforehand are cut from the encoder's own; who writes an order from one is held to ORDERS.
PLACES = ORDERS + r"|gannet::okx::PlaceTemplates::"
ALGOS = r"gannet::okx::AlgoRest::"
ENCODERS = {
    r"gannet::okx::PlaceTemplates::encode(_batch)?\(": ORDERS,
    r"gannet::okx::encode_place(_batch)?\(": PLACES,
    r"gannet::okx::encode_(amend|cancel)\(": ORDERS,
    r"gannet::okx::encode_(amend|cancel)_batch\(": ORDERS,
    r"gannet::okx::encode_mass_cancel\(": ORDERS,
    r"gannet::okx::encode_(place_algo|amend_algo|cancel_algos)\(": ALGOS,
    r"gannet::okx::OrderSession::send\(": ORDERS,
    r"gannet::okx::RestSession::send\(": ORDERS,
}
FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
RELOCATION = re.compile(r"R_X86_64_(?:PLT32|PC32|GOTPCRELX?|REX_GOTPCRELX|64)\s+(.+?)(?:[-+]0x[0-9a-f]+)?$")


def outsiders(nm, archive):
    """Symbols of the list that a library wants from elsewhere."""
    text = subprocess.run([nm, "-C", "--undefined-only", archive], capture_output=True, text=True, check=True).stdout
    return [line.strip() for line in text.splitlines() if any(re.search(name, line) for name in ENCODERS)]


def callers(objdump, archive):
    """(callee, caller) of every call to a symbol of the list."""
    text = subprocess.run([objdump, "-dr", "-C", "--no-show-raw-insn", archive],
                          capture_output=True, text=True, check=True).stdout
    caller = ""
    for line in text.splitlines():
        if function := FUNCTION.match(line):
            caller = function.group(1)
            continue
        # A call within one object may need no relocation: its target stands in the instruction.
        target = None
        if relocation := RELOCATION.search(line):
            target = relocation.group(1)
        elif "call" in line and "<" in line:
            target = line[line.index("<") + 1:].rsplit(">", 1)[0]
        if target is None:
            continue
        for name, allowed in ENCODERS.items():
            # Jumps of a function within itself carry its own name, and its lambdas have it in theirs.
            if "{lambda" in target:
                continue
            if re.match(name, target) and not re.match(name, caller):
                yield name, allowed, caller


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--objdump", required=True)
    arguments.add_argument("--nm", required=True)
    arguments.add_argument("--protocol", required=True, help="the library that has the encoders")
    arguments.add_argument("archives", nargs="*", help="every other library of the product")
    given = arguments.parse_args()
    wrong = []
    for archive in given.archives:
        wrong += [f"{archive} wants {symbol}" for symbol in outsiders(given.nm, archive)]
    seen = set()
    for name, allowed, caller in callers(given.objdump, given.protocol):
        seen.add(name)
        if not re.search(allowed, caller):
            wrong.append(f"{caller} calls {name}")
    for line in wrong:
        print(f"a way around the gate: {line}")
    # If nothing at all were found, the test would see nothing.
    if not any("send" in name for name in seen):
        print("no call of a session's send was found: the names in this tool are out of date")
        return 1
    print(f"{len(seen)} of {len(ENCODERS)} entrances to the wire are called, by their own callers alone")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""gannetd against gannet sim in two processes, sockets cut at random; at the end both must agree.

Starts a simulated venue and an engine on it, cuts named connections every few seconds, ends the
engine, and compares what the venue says really is (/sim/v1/truth) with what the engine's journal adds
up to: every order, fill, position and balance. Prints one JSON object; exit 0 if all agree.

  tools/soak.py --bin build/release/bin --duration 30 [--seed 1] [--cut-every 3] [--keep]
"""
import argparse
import json
import os
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from decimal import Decimal

CONFIG = """\
[venue]
kind = "okx"
environment = "sim"
rest_url = "{url}"
ws_public_url = "{ws}/public"
ws_private_url = "{ws}/private"
ws_business_url = "{ws}/business"
ca_file = "{ca}"

[venue.credentials]
api_key = {{ env = "GANNET_SOAK_KEY" }}
secret = {{ env = "GANNET_SOAK_SECRET" }}
passphrase = {{ env = "GANNET_SOAK_PASSPHRASE" }}

[account]
engine_id = "soak1"
account_mode = "futures"
position_mode = "net"

[engine]
busy_poll = false
state_directory = "{state}"

[[instrument]]
name = "BTC-USDT-SWAP"
margin_mode = "cross"

[[instrument]]
name = "ETH-USDT-SWAP"
margin_mode = "cross"

[[strategy]]
name = "quotes"
plugin = "market_maker"
lane = "inline"
parameters = {{ instrument = "BTC-USDT-SWAP", quantity = "1 contract", max_position = "10 contracts" }}

[[strategy]]
name = "probe"
plugin = "probe"
lane = "probe"
parameters = {{ instrument = "ETH-USDT-SWAP", quantity = "1 contract" }}

[risk]
currency = "USDT"

[risk.instrument.ETH-USDT-SWAP]
position_long_max = "200 contracts"
"""


class Venue:
    """A running `gannet sim`, from its ready line on."""

    def __init__(self, binary, folder, seed):
        self.log = open(os.path.join(folder, "sim.log"), "wb")
        self.process = subprocess.Popen(
            [os.path.join(binary, "gannet"), "sim", "--listen", "127.0.0.1:0", "--seed", str(seed),
             "--events-per-second", "150"],
            stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("gannet sim ended before its ready line")
        self.ready = json.loads(line)
        self.context = ssl.create_default_context(cafile=self.ready["ca"])

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.ready["url"] + path, data=data,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20, context=self.context) as answer:
            return json.loads(answer.read())

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def crc32c(text):
    """As the engine names the ring of a state directory in /dev/shm."""
    crc = 0xFFFFFFFF
    for byte in text.encode():
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def number(text):
    return Decimal(text or "0")


def compare(truth, ledger):
    """All differences, as sentences."""
    wrong = []
    states = {"filled": "filled", "canceled": "cancelled", "live": "open", "partially_filled": "open"}
    venue_orders = {o["clOrdId"]: o for o in truth["orders"] if o.get("clOrdId")}
    engine_orders = {o["client_id"]: o for o in ledger["orders"]}
    for client_id, order in engine_orders.items():
        at_venue = venue_orders.get(client_id)
        if at_venue is None:
            if order["state"] not in ("rejected", "not_sent", "expired", "cancelled") or number(order["cumulative_quantity"]) != 0:
                wrong.append(f"order {client_id}: {order['state']} here, not at the venue")
            continue
        if order["state"] != states.get(at_venue["state"], at_venue["state"]):
            wrong.append(f"order {client_id}: {order['state']} here, {at_venue['state']} at the venue")
        if number(order["cumulative_quantity"]) != number(at_venue["accFillSz"]):
            wrong.append(f"order {client_id}: filled {order['cumulative_quantity']} here, {at_venue['accFillSz']} at the venue")
    for client_id in venue_orders:
        if client_id not in engine_orders:
            wrong.append(f"order {client_id} is at the venue and not in the journal")
    open_at_venue = [o for o in truth["orders"] if o["state"] in ("live", "partially_filled")]
    if open_at_venue:
        wrong.append(f"{len(open_at_venue)} orders were left open at the venue")
    ours = [(f["instrument"], f["venue_id"], f["trade_id"], f["side"], number(f["price"]), number(f["quantity"])) for f in ledger["fills"]]
    theirs = [(f["instId"], f["ordId"], f["tradeId"], f["side"], number(f["fillPx"]), number(f["fillSz"])) for f in truth["fills"]]
    if len(ours) != len(set(ours)):
        wrong.append("a fill was booked twice")
    for fill in set(theirs) - set(ours):
        wrong.append(f"fill {fill} is at the venue and not booked")
    for fill in set(ours) - set(theirs):
        wrong.append(f"fill {fill} is booked and not at the venue")
    here = {p["instrument"]: number(p["quantity"]) for p in ledger["positions"]}
    there = {p["instId"]: number(p["pos"]) for p in truth["positions"]}
    for name in sorted(set(here) | set(there)):
        if here.get(name, Decimal(0)) != there.get(name, Decimal(0)):
            wrong.append(f"position {name}: {here.get(name)} here, {there.get(name)} at the venue")
    cash_here = {b["currency"]: number(b["cash"]) for b in ledger["balances"]}
    cash_there = {b["ccy"]: number(b["cashBal"]) for b in truth["balances"]}
    for currency in sorted(set(cash_here) | set(cash_there)):
        if cash_here.get(currency, Decimal(0)) != cash_there.get(currency, Decimal(0)):
            wrong.append(f"balance {currency}: {cash_here.get(currency)} here, {cash_there.get(currency)} at the venue")
    if not truth.get("money_ok", False):
        wrong.append("the venue itself lost money: its books do not balance")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--duration", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut-every", type=float, default=3, help="seconds between cuts, on average")
    parser.add_argument("--keep", action="store_true", help="keep logs and journal also when all agrees")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix="gannet-soak-")
    state = os.path.join(folder, "state")
    venue = Venue(options.bin, folder, options.seed)
    engine = None
    result = {"duration_s": options.duration, "seed": options.seed, "cuts": 0}
    wrong = []
    try:
        config = os.path.join(folder, "soak.toml")
        with open(config, "w") as file:
            file.write(CONFIG.format(url=venue.ready["url"], ws=venue.ready["ws"], ca=venue.ready["ca"], state=state))
        summary = os.path.join(folder, "summary.json")
        environment = dict(os.environ, GANNET_SOAK_KEY=venue.ready["api_key"],
                           GANNET_SOAK_SECRET=venue.ready["secret"], GANNET_SOAK_PASSPHRASE=venue.ready["passphrase"])
        with open(os.path.join(folder, "gannetd.log"), "wb") as log:
            engine = subprocess.Popen(
                [os.path.join(options.bin, "gannetd"), "--config", config, "--duration", f"{int(options.duration)}s",
                 "--summary", summary], stdout=log, stderr=log, env=environment)
        # The cuts end before the engine does: it must find a venue to say goodbye to.
        cut_until = time.monotonic() + options.duration - min(4.0, options.duration / 4)
        next_progress = time.monotonic() + 60
        while engine.poll() is None and time.monotonic() < cut_until:
            pause = min(chance.expovariate(1 / options.cut_every), max(0.0, cut_until - time.monotonic()))
            try:
                engine.wait(pause)
                break
            except subprocess.TimeoutExpired:
                pass
            if time.monotonic() >= cut_until:
                break
            venue.call("/sim/v1/faults", {"cut": {"connection": chance.choice(["public", "private", "private", "all"])}})
            result["cuts"] += 1
            if time.monotonic() > next_progress:
                print(f"{result['cuts']} cuts so far", file=sys.stderr)
                next_progress += 60
        try:
            code = engine.wait(60)
        except subprocess.TimeoutExpired:
            engine.kill()
            code = engine.wait()
            wrong.append("gannetd did not end")
        if code != 0:
            wrong.append(f"gannetd ended with {code}")
        truth = venue.call("/sim/v1/truth")
        printed = subprocess.run([os.path.join(options.bin, "gannet"), "journal", "ledger", "--state", state],
                                 capture_output=True, text=True)
        if printed.returncode != 0:
            wrong.append("no ledger: " + printed.stderr.strip())
        else:
            ledger = json.loads(printed.stdout)
            result.update(orders=len(ledger["orders"]), fills=len(ledger["fills"]))
            wrong += compare(truth, ledger)
            if not ledger["orders"]:
                wrong.append("the engine sent no order: nothing was tested")
        if os.path.exists(summary):
            with open(summary) as file:
                result["summary"] = json.load(file)
            if not result["summary"].get("clean_exit"):
                wrong.append("the engine did not end clean")
        else:
            wrong.append("gannetd wrote no summary")
    finally:
        if engine is not None and engine.poll() is None:
            engine.kill()
            engine.wait()
        code = venue.end()
    if code != 0:
        wrong.append(f"gannet sim ended with {code}")
    result["differences"] = wrong[:50]
    result["agree"] = not wrong
    print(json.dumps(result, indent=1))
    if options.keep or wrong:
        print(f"logs and journal are in {folder}", file=sys.stderr)
    else:
        ring = f"/dev/shm/gannet-{os.getuid()}-{crc32c(os.path.realpath(state))}-journal-ring"
        if os.path.exists(ring):
            os.remove(ring)
        shutil.rmtree(folder)
    return 0 if not wrong else 1


if __name__ == "__main__":
    sys.exit(main())

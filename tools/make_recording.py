#!/usr/bin/env python3
"""Writes a small recording of a made-up market, after the documented shapes of the public channels.

One instrument: books-l2-tbt (a snapshot, then updates whose prevSeqId names the seqId before), trades,
mark-price, index-tickers. The market is a seeded walk: quotes come and go near the middle, takers eat
the best level, and the price drifts. The same arguments give the same bytes.

  tools/make_recording.py --seed 7 --messages 700 --out FILE.jsonl
"""
import argparse
import json
import random

START = 1_795_430_400_000_000_000  # 2026-11-23T10:40:00Z, ns


class Market:
    """Levels by price in ticks; quantities in lots."""

    def __init__(self, seed, middle, depth):
        self.random = random.Random(seed)
        self.depth = depth
        self.bids = {middle - 1 - i: self.size() for i in range(depth)}
        self.asks = {middle + 1 + i: self.size() for i in range(depth)}
        self.drift = 0.0

    def size(self):
        return self.random.randint(1, 40) * self.random.choice((1, 1, 5, 25))

    def best_bid(self):
        return max(self.bids)

    def best_ask(self):
        return min(self.asks)

    def step(self):
        """What changed: (trade or None, {('bids'|'asks', price): size})."""
        changed = {}
        self.drift = 0.97 * self.drift + self.random.gauss(0, 0.12)
        roll = self.random.random()
        if roll < 0.22:
            return self.take(changed)
        for _ in range(self.random.choice((1, 1, 2, 2, 3, 5))):
            self.quote(changed)
        return None, changed

    def take(self, changed):
        buys = self.random.random() < 0.5 + max(-0.4, min(0.4, self.drift))
        side, book = ("asks", self.asks) if buys else ("bids", self.bids)
        price = self.best_ask() if buys else self.best_bid()
        size = min(book[price], self.size())
        self.set(side, price, book[price] - size, changed)
        self.refill(changed)
        return ("buy" if buys else "sell", price, size), changed

    def quote(self, changed):
        side = self.random.choice(("bids", "asks"))
        book = getattr(self, side)
        best = self.best_bid() if side == "bids" else self.best_ask()
        away = int(self.random.expovariate(0.25))
        price = best - away if side == "bids" else best + away
        roll = self.random.random()
        if roll < 0.12 and self.best_ask() - self.best_bid() > 1:
            price = best + 1 if side == "bids" else best - 1
            self.set(side, price, self.size(), changed)
        elif roll < 0.3 and len(book) > 5 and price in book:
            self.set(side, price, 0, changed)
        else:
            self.set(side, price, self.size(), changed)
        self.refill(changed)

    def set(self, side, price, size, changed):
        book = getattr(self, side)
        if size == 0:
            book.pop(price, None)
        else:
            book[price] = size
        changed[(side, price)] = size

    def refill(self, changed):
        while len(self.bids) < self.depth:
            self.set("bids", min(self.bids) - 1, self.size(), changed)
        while len(self.asks) < self.depth:
            self.set("asks", max(self.asks) + 1, self.size(), changed)


def decimal(count, digits):
    """`count` units of 10^-digits, as the venue writes numbers: no trailing zeros."""
    text = f"{count / 10**digits:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


class Recorder:
    def __init__(self, file, instrument, index):
        self.file = file
        self.instrument = instrument
        self.index = index
        self.sequence = 80_274_875_000
        self.trade = 771_200_000

    def write(self, now, message):
        line = {"t": now, "ch": "public", "dir": "in", "m": message}
        self.file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def push(self, now, channel, rows, name=None, **more):
        arg = {"channel": channel, "instId": name or self.instrument}
        self.write(now, {"arg": arg, **more, "data": rows})

    def book(self, now, action, bids, asks, step):
        previous = -1 if action == "snapshot" else self.sequence
        self.sequence += step
        row = {"asks": [[decimal(p, 1), decimal(q, 2), "0", "1"] for p, q in asks],
               "bids": [[decimal(p, 1), decimal(q, 2), "0", "1"] for p, q in bids],
               "ts": str(now // 1_000_000), "checksum": 0, "seqId": self.sequence,
               "prevSeqId": previous}
        self.push(now, "books-l2-tbt", [row], action=action)

    def trades(self, now, side, price, size):
        self.trade += 1
        self.push(now, "trades", [{"instId": self.instrument, "tradeId": str(self.trade),
                                   "px": decimal(price, 1), "sz": decimal(size, 2), "side": side,
                                   "ts": str(now // 1_000_000), "count": "1", "source": "0",
                                   "seqId": self.sequence}])

    def references(self, now, middle):
        # Half ticks: the middle of an odd spread.
        mark = decimal(middle * 5, 2)
        ts = str(now // 1_000_000)
        self.push(now, "mark-price", [{"instId": self.instrument, "instType": "SWAP", "markPx": mark,
                                       "ts": ts}])
        self.push(now, "index-tickers", [{"instId": self.index, "idxPx": mark, "open24h": mark,
                                          "high24h": mark, "low24h": mark, "sodUtc0": mark,
                                          "sodUtc8": mark, "ts": ts}], name=self.index)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--messages", type=int, default=700)
    parser.add_argument("--instrument", default="BTC-USDT-SWAP")
    parser.add_argument("--middle", type=float, default=61250.0)
    parser.add_argument("--depth", type=int, default=25)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    market = Market(options.seed, int(options.middle * 10), options.depth)
    clock = random.Random(options.seed + 1)
    now = START
    with open(options.out, "w", encoding="ascii") as file:
        recorder = Recorder(file, options.instrument, options.instrument.removesuffix("-SWAP"))
        for channel in ("books-l2-tbt", "trades", "mark-price"):
            recorder.write(now, {"event": "subscribe",
                                 "arg": {"channel": channel, "instId": options.instrument},
                                 "connId": "c0ffee01"})
        recorder.references(now, market.best_bid() + market.best_ask())
        recorder.book(now, "snapshot", sorted(market.bids.items(), reverse=True),
                      sorted(market.asks.items()), 10)
        written, referenced = 6, now
        while written < options.messages:
            now += int(clock.expovariate(1 / 45_000_000))
            trade, changed = market.step()
            if trade:
                recorder.trades(now, *trade)
                now += 1_000_000
                written += 1
            bids = sorted(((p, q) for (s, p), q in changed.items() if s == "bids"), reverse=True)
            asks = sorted((p, q) for (s, p), q in changed.items() if s == "asks")
            recorder.book(now, "update", bids, asks, clock.randint(3, 60))
            written += 1
            if now - referenced >= 1_000_000_000:
                referenced = now
                recorder.references(now, market.best_bid() + market.best_ask())
                written += 2


if __name__ == "__main__":
    main()

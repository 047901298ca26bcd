"""python-okx, as PyPI ships it, against the simulated venue.

The official client in Python: it sends every parameter of a call, the empty ones as "" and null, and
hands back the venue's JSON as it is.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import ssl
import sys
import time
import traceback
import urllib.request
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from okx import Account, Funding, MarketData, PublicData, Status, SubAccount, Trade  # noqa: E402
from okx.websocket.WsPrivateAsync import WsPrivateAsync  # noqa: E402
from okx.websocket.WsPublicAsync import WsPublicAsync  # noqa: E402

SPOT = "ETH-USDT"
SWAP = "ETH-USDT-SWAP"
VALUE = 0.1  # coins a contract

CHECKS = []


class Failure(Exception):
    pass


def yes(condition, what) -> None:
    if not condition:
        raise Failure(what)


def same(got, expected, what) -> None:
    if got != expected:
        raise Failure(f"{what}: want {expected!r}, got {got!r}")


def near(got, expected, what, relative=1e-9) -> None:
    a, b = float(got), float(expected)
    if not abs(a - b) <= relative * max(1e-12, abs(a), abs(b)):
        raise Failure(f"{what}: want {expected}, got {got}")


def fields(row, names, what) -> None:
    absent = [name for name in names.split() if name not in row]
    if absent:
        raise Failure(f"{what}: no {', '.join(absent)}")


def until(ask, pleases, what, seconds=10):
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if pleases(answer):
            return answer
        if time.monotonic() > end:
            raise Failure(f"{what}: last {str(answer)[:300]}")
        time.sleep(0.25)


def check(name):
    """One check: the function returns a word on what it saw, or raises."""

    def add(function):
        CHECKS.append((name, function))
        return function

    return add


def data(answer):
    """The rows of an answer that must be good."""
    if answer.get("code") != "0":
        raise Failure(f"refused: {json.dumps(answer)[:400]}")
    return answer["data"]


def code_of(answer) -> str:
    rows = answer.get("data") or []
    if rows and isinstance(rows[0], dict) and rows[0].get("sCode", "0") != "0":
        return rows[0]["sCode"]
    return answer.get("code")


def refused(answer, *codes) -> str:
    code = code_of(answer)
    yes(code in codes, f"want {' or '.join(codes)}, got {json.dumps(answer)[:300]}")
    return code


class Clients:
    """Every part of the client, for one set of keys."""

    def __init__(self, ready, flag="0", **other):
        keys = {
            "api_key": ready["api_key"],
            "api_secret_key": ready["secret"],
            "passphrase": ready["passphrase"],
            "flag": flag,
            "domain": ready["url"],
        }
        keys.update(other)
        self.account = Account.AccountAPI(**keys)
        self.trade = Trade.TradeAPI(**keys)
        self.funding = Funding.FundingAPI(**keys)
        self.sub = SubAccount.SubAccountAPI(**keys)
        self.public = PublicData.PublicAPI(flag=flag, domain=ready["url"])
        self.market = MarketData.MarketAPI(flag=flag, domain=ready["url"])
        self.status = Status.StatusAPI(flag=flag, domain=ready["url"])


def options():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ready", required=True)
    arguments.add_argument("--demo-ready")
    arguments.add_argument("--filter", default="")
    return arguments.parse_args()


given = options()
ready = json.loads(open(given.ready).readline())
demo_ready = json.loads(open(given.demo_ready).readline()) if given.demo_ready else None
x = Clients(ready)
TLS = ssl.create_default_context(cafile=ready["ca"])


def truth():
    with urllib.request.urlopen(ready["url"] + "/sim/v1/truth", context=TLS) as answer:
        return json.loads(answer.read())


def cash(currency) -> float:
    rows = [row for row in truth()["balances"] if row["ccy"] == currency]
    return float(rows[0]["cashBal"]) if rows else 0.0


def ticker(instrument):
    return data(x.market.get_ticker(instrument))[0]


def on_tick(price) -> str:
    # Both of our instruments have a tick of 0.01; the venue writes no zeros behind.
    return f"{round(price * 100) / 100:.2f}".rstrip("0").rstrip(".")


def below(instrument, share) -> str:
    return on_tick(float(ticker(instrument)["bidPx"]) * (1 - share))


def mode_of(instrument) -> str:
    return "cross" if instrument.endswith("SWAP") else "cash"


def place(instrument, side="buy", ord_type="limit", sz="1", **more):
    order = {"instId": instrument, "tdMode": mode_of(instrument), "side": side, "ordType": ord_type, "sz": sz}
    order.update(more)
    return x.trade.place_order(**order)


def order_of(instrument, order_id):
    return data(x.trade.get_order(instrument, ordId=order_id))[0]


def finished(instrument, order_id):
    return until(lambda: order_of(instrument, order_id),
                 lambda o: o["state"] in ("filled", "canceled"), f"{order_id} is not done")  # fmt: skip


def flat() -> None:
    for row in data(x.account.get_positions(instId=SWAP)):
        if float(row["pos"]) != 0:
            data(x.trade.close_positions(SWAP, row["mgnMode"]))
    until(lambda: data(x.account.get_positions(instId=SWAP)),
          lambda rows: all(float(row["pos"]) == 0 for row in rows), "flat")  # fmt: skip


# --------------------------------------------------------------------------------------- markets


@check("instruments, one by one and by type")
def _():
    count = 0
    for kind in ("SPOT", "SWAP", "FUTURES"):
        rows = data(x.public.get_instruments(kind))
        yes(rows, f"no {kind}")
        count += len(rows)
        for row in rows:
            same(row["instType"], kind, "instType")
            same(data(x.public.get_instruments(kind, instId=row["instId"])), [row], row["instId"])
            time.sleep(0.12)
        own = data(x.account.get_instruments(kind))
        for mine, public in zip(own, rows):
            for name in ("instId", "tickSz", "lotSz", "minSz", "ctVal", "instIdCode", "state"):
                same(mine[name], public[name], f"{name} of the account's")
    row = data(x.public.get_instruments("SWAP", instId=SWAP))[0]
    same([row["tickSz"], row["lotSz"], row["ctVal"], row["ctValCcy"], row["settleCcy"], row["uly"]],
         ["0.01", "0.01", "0.1", "ETH", "USDT", "ETH-USDT"], SWAP)  # fmt: skip
    return f"{count} instruments"


@check("tickers, books, trades and candles")
def _():
    row = ticker(SWAP)
    yes(float(row["bidPx"]) < float(row["askPx"]), "bid under ask")
    yes(float(row["low24h"]) <= float(row["last"]) <= float(row["high24h"]), "last inside the day")
    book = data(x.market.get_orderbook(SWAP, "30"))[0]
    asks = [float(level[0]) for level in book["asks"]]
    bids = [float(level[0]) for level in book["bids"]]
    same(asks, sorted(asks), "asks rise")
    same(bids, sorted(bids, reverse=True), "bids fall")
    yes(bids[0] < asks[0] and 3 < len(bids) <= 30, "depth")
    trades = until(lambda: data(x.market.get_trades(SWAP, "50")), lambda t: len(t) > 5, "trades", 20)
    ids = [int(trade["tradeId"]) for trade in trades]
    same(ids, sorted(ids, reverse=True), "newest trade first")
    for bar, step in (("1m", 60_000), ("5m", 300_000), ("1H", 3_600_000), ("1Dutc", 86_400_000)):
        candles = data(x.market.get_candlesticks(SWAP, bar=bar, limit="5"))
        yes(candles, f"no {bar} candle")
        for candle in candles:
            start, o, h, l, c = (float(part) for part in candle[:5])
            same(start % step, 0, f"{bar} on its grid")
            yes(l <= min(o, c) and h >= max(o, c), f"{bar} candle {candle}")
            yes(candle[8] in ("0", "1"), "confirm")
    last = data(x.market.get_candlesticks(SWAP, bar="1m", limit="1"))[0]
    yes(abs(float(last[4]) / float(ticker(SWAP)["last"]) - 1) < 0.01, "close near last")


@check("history candles, mark and index candles")
def _():
    yes(isinstance(data(x.market.get_history_candlesticks(SWAP, bar="1m", limit="3")), list), "history")
    for rows in (data(x.market.get_mark_price_candlesticks(SWAP, bar="1m", limit="3")),
                 data(x.market.get_index_candlesticks("ETH-USDT", bar="1m", limit="3"))):  # fmt: skip
        yes(rows and all(len(row) == 6 for row in rows), f"six parts: {rows[:1]}")


@check("funding, mark, index, open interest, price limit, tiers, status")
def _():
    rate = data(x.public.get_funding_rate(SWAP))[0]
    yes(int(rate["fundingTime"]) % 3_600_000 == 0, "funding on the hour")
    yes(int(rate["nextFundingTime"]) > int(rate["fundingTime"]), "next after this")
    yes(isinstance(data(x.public.funding_rate_history(SWAP)), list), "history")
    last = float(ticker(SWAP)["last"])
    near(data(x.public.get_mark_price("SWAP", instId=SWAP))[0]["markPx"], last, "mark", 0.03)
    near(data(x.market.get_index_tickers(instId="ETH-USDT"))[0]["idxPx"], last, "index", 0.03)
    yes(data(x.market.get_index_tickers(quoteCcy="USDT")), "indices in USDT")
    interest = data(x.public.get_open_interest("SWAP", instId=SWAP))[0]
    near(interest["oiCcy"], float(interest["oi"]) * VALUE, "oiCcy")
    band = data(x.public.get_price_limit(SWAP))[0]
    yes(float(band["sellLmt"]) < last < float(band["buyLmt"]), "band")
    tiers = data(x.public.get_position_tiers("SWAP", "cross", instFamily="ETH-USDT"))
    same([row["tier"] for row in tiers], [str(n + 1) for n in range(len(tiers))], "tiers")
    for one, two in zip(tiers, tiers[1:]):
        yes(float(one["maxSz"]) <= float(two["minSz"]), "tiers follow each other")
        yes(float(one["mmr"]) <= float(two["mmr"]), "mmr rises")
    yes(isinstance(data(x.status.status()), list), "status")
    yes(abs(int(data(x.public.get_system_time())[0]["ts"]) - time.time() * 1000) < 2000, "time")
    coins = data(x.public.get_convert_contract_coin("1", SWAP, "1", "3000"))[0]
    near(coins["sz"], 10, "one coin in contracts")


# --------------------------------------------------------------------------------------- account


@check("balance, config, fees, leverage, position mode")
def _():
    balance = data(x.account.get_account_balance())[0]
    really = {row["ccy"]: row["cashBal"] for row in truth()["balances"]}
    for row in balance["details"]:
        near(row["cashBal"], really[row["ccy"]], row["ccy"])
    same([row["ccy"] for row in data(x.account.get_account_balance("ETH"))[0]["details"]], ["ETH"], "one")
    config = data(x.account.get_account_config())[0]
    same([config["acctLv"], config["posMode"]], ["2", "net_mode"], "config")
    near(data(x.account.get_fee_rates("SPOT", instId=SPOT))[0]["taker"], -0.001, "taker")
    for lever in ("8", "5"):
        same(data(x.account.set_leverage(lever, "cross", instId=SWAP))[0]["lever"], lever, "set")
        same(data(x.account.get_leverage("cross", instId=SWAP))[0]["lever"], lever, "got")
    for mode in ("long_short_mode", "net_mode"):
        same(data(x.account.set_position_mode(mode))[0]["posMode"], mode, "posMode")
        time.sleep(0.5)
        same(data(x.account.get_account_config())[0]["posMode"], mode, "posMode")


@check("sizes one may trade, position risk, bill types")
def _():
    size = data(x.account.get_max_order_size(SWAP, "cross"))[0]
    price = float(ticker(SWAP)["last"])
    yes(0 < float(size["maxBuy"]) < 100_000 * 5 / (price * VALUE) * 1.1, f"maxBuy {size['maxBuy']}")
    near(data(x.account.get_max_avail_size(SPOT, "cash"))[0]["availSell"], cash("ETH"), "availSell")
    near(data(x.account.get_max_withdrawal("ETH"))[0]["maxWd"], cash("ETH"), "maxWd")
    risk = data(x.account.get_position_risk())[0]
    fields(risk, "ts adjEq balData posData", "risk")
    yes(data(x.account.get_bill_type("2")), "bill types")
    refused(x.account.get_account_position_risk(), "51010")  # the state of portfolio margin alone


# ---------------------------------------------------------------------------------------- orders


@check("an order with every empty parameter is placed, amended, cancelled")
def _():
    for instrument, sz in ((SPOT, "0.01"), (SWAP, "1")):
        px = below(instrument, 0.03)
        ack = data(place(instrument, sz=sz, px=px, clOrdId="py1", tag="py"))[0]
        same([ack["sCode"], ack["clOrdId"], ack["tag"]], ["0", "py1", "py"], "answer")
        order = order_of(instrument, ack["ordId"])
        same([order["state"], order["px"], order["sz"], order["accFillSz"]], ["live", px, sz, "0"], "order")
        same([o["ordId"] for o in data(x.trade.get_order_list(instId=instrument))], [ack["ordId"]], "open")
        lower = below(instrument, 0.04)
        amended = data(x.trade.amend_order(instrument, clOrdId="py1", newPx=lower, reqId="q1"))[0]
        same([amended["ordId"], amended["reqId"]], [ack["ordId"], "q1"], "amended")
        until(lambda: order_of(instrument, ack["ordId"]), lambda o: o["px"] == lower, "amended")
        data(x.trade.cancel_order(instrument, ordId=ack["ordId"]))
        gone = finished(instrument, ack["ordId"])
        same([gone["state"], gone["cancelSource"]], ["canceled", "1"], "cancelled")


@check("a spot market order moves the money that its fills say")
def _():
    usdt, eth = cash("USDT"), cash("ETH")
    ack = data(place(SPOT, ord_type="market", sz="300", tgtCcy="quote_ccy"))[0]
    order = finished(SPOT, ack["ordId"])
    same([order["state"], order["feeCcy"]], ["filled", "ETH"], "order")
    fills = data(x.trade.get_fills(ordId=ack["ordId"]))
    bought = sum(float(fill["fillSz"]) for fill in fills)
    paid = sum(float(fill["fillSz"]) * float(fill["fillPx"]) for fill in fills)
    fee = sum(float(fill["fee"]) for fill in fills)
    near(fee, -bought * 0.001, "fee")
    near(cash("USDT") - usdt, -paid, "USDT", 1e-7)
    near(cash("ETH") - eth, bought + fee, "ETH", 1e-7)
    near(order["accFillSz"], bought, "accFillSz")
    return f"{bought} for {paid:.2f}"


@check("a position by market order, closed by close_positions")
def _():
    ack = data(place(SWAP, ord_type="market", sz="5"))[0]
    order = finished(SWAP, ack["ordId"])
    position = until(lambda: data(x.account.get_positions("SWAP", SWAP)), lambda p: p, "position")[0]
    same([position["pos"], position["mgnMode"], position["lever"]], ["5", "cross", "5"], "position")
    near(position["avgPx"], order["avgPx"], "avgPx")
    near(position["upl"], (float(position["markPx"]) - float(position["avgPx"])) * 5 * VALUE, "upl", 1e-5)
    near(position["notionalUsd"], float(position["markPx"]) * 5 * VALUE, "notionalUsd", 0.01)
    risk = data(x.account.get_position_risk())[0]
    same([row["pos"] for row in risk["posData"]], ["5"], "risk")
    closed = data(x.trade.close_positions(SWAP, "cross"))[0]
    same(closed["instId"], SWAP, "closed")
    until(lambda: data(x.account.get_positions(instId=SWAP)), lambda p: not p or p[0]["pos"] == "0", "flat")
    past = data(x.account.get_positions_history(instId=SWAP))[0]
    near(past["openAvgPx"], order["avgPx"], "openAvgPx")
    near(past["realizedPnl"], float(past["pnl"]) + float(past["fee"]) + float(past["fundingFee"]) +
         float(past["liqPenalty"] or 0), "realizedPnl", 1e-6)  # fmt: skip


@check("post-only that crosses, IOC and FOK that find nothing")
def _():
    row = ticker(SWAP)
    for kind, px, source in (("post_only", on_tick(float(row["askPx"]) * 1.01), "31"),
                             ("ioc", below(SWAP, 0.02), "14"), ("fok", below(SWAP, 0.02), "13")):  # fmt: skip
        ack = data(place(SWAP, ord_type=kind, px=px))[0]
        order = finished(SWAP, ack["ordId"])
        same([order["state"], order["cancelSource"], order["accFillSz"]], ["canceled", source, "0"], kind)


@check("batches: place, amend, cancel")
def _():
    px = below(SWAP, 0.03)
    one = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "post_only", "px": px, "sz": "1"}
    acks = data(x.trade.place_multiple_orders([one, dict(one, sz="2")]))
    same([ack["sCode"] for ack in acks], ["0", "0"], "placed")
    ids = [{"instId": SWAP, "ordId": ack["ordId"]} for ack in acks]
    lower = below(SWAP, 0.04)
    data(x.trade.amend_multiple_orders([dict(row, newPx=lower) for row in ids]))
    until(lambda: data(x.trade.get_order_list("SWAP", instId=SWAP)),
          lambda rows: [row["px"] for row in rows] == [lower, lower], "amended")  # fmt: skip
    data(x.trade.cancel_multiple_orders(ids))
    until(lambda: data(x.trade.get_order_list("SWAP")), lambda rows: not rows, "none open")
    mixed = x.trade.place_multiple_orders([one, dict(one, sz="0.001")])
    same(mixed["code"], "2", "code of a batch that fails in part")
    data(x.trade.cancel_order(SWAP, mixed["data"][0]["ordId"]))


@check("algo orders: stop, OCO, trigger, trailing, with every empty parameter")
def _():
    last = float(ticker(SWAP)["last"])
    px = lambda share: on_tick(last * share)  # noqa: E731
    kinds = {
        "conditional": {"side": "sell", "slTriggerPx": px(0.9), "slOrdPx": "-1"},
        "oco": {"side": "sell", "slTriggerPx": px(0.9), "slOrdPx": "-1", "tpTriggerPx": px(1.1), "tpOrdPx": "-1"},
        "trigger": {"side": "buy", "triggerPx": px(0.9), "orderPx": px(0.9)},
        "move_order_stop": {"side": "sell", "callbackRatio": "0.02"},
    }
    for kind, order in kinds.items():
        ack = data(x.trade.place_algo_order(SWAP, "cross", ordType=kind, sz="1", algoClOrdId="pya" + kind[:3], **order))[0]
        same(ack["sCode"], "0", f"{kind} {ack['sMsg']}")
        rows = data(x.trade.order_algos_list(ordType=kind, instType="SWAP"))
        same([row["algoId"] for row in rows], [ack["algoId"]], f"{kind} pending")
        same(data(x.trade.get_algo_order_details(algoClOrdId="pya" + kind[:3]))[0]["algoId"], ack["algoId"], "details")
        if kind == "trigger":
            data(x.trade.amend_algo_order(SWAP, ack["algoId"], newSz="2", newTriggerPx=px(0.89)))
            now = until(lambda: data(x.trade.get_algo_order_details(ack["algoId"]))[0], lambda a: a["sz"] == "2", "amended")
            same(now["triggerPx"], px(0.89), "trigger price")
        same(data(x.trade.cancel_algo_order([{"instId": SWAP, "algoId": ack["algoId"]}]))[0]["sCode"], "0", "cancelled")
        past = data(x.trade.order_algos_history(kind, state="canceled"))
        yes(ack["algoId"] in [row["algoId"] for row in past], f"{kind} in the history")
    return " ".join(kinds)


# ------------------------------------------------------------------------------------- histories


@check("orders, fills and bills: histories and pages")
def _():
    orders = data(x.trade.get_orders_history("SWAP"))
    yes(len(orders) > 5, f"{len(orders)} orders")
    page = data(x.trade.get_orders_history("SWAP", limit="3", after=orders[2]["ordId"]))
    same([o["ordId"] for o in page], [o["ordId"] for o in orders[3:6]], "page")
    archive = data(x.trade.get_orders_history_archive("SWAP"))
    yes(archive and all(o["accFillSz"] != "0" for o in archive), "archive")
    fills = data(x.trade.get_fills_history("SWAP"))
    yes(len(fills) >= 2, "fills")
    older = data(x.trade.get_fills("SWAP", after=fills[0]["billId"]))
    same([f["tradeId"] for f in older], [f["tradeId"] for f in fills[1:]], "older fills")
    bills = data(x.account.get_account_bills())
    yes(len(bills) >= 3, "bills")
    by_currency = {}
    for bill in reversed(bills):
        if bill["ccy"] in by_currency:
            near(float(by_currency[bill["ccy"]]) + float(bill["balChg"]), bill["bal"], f"bill {bill['billId']}", 1e-10)
        by_currency[bill["ccy"]] = bill["bal"]
    near(by_currency["USDT"], cash("USDT"), "newest bill", 1e-10)
    older = data(x.account.get_account_bills(after=bills[0]["billId"], limit="2"))
    same([b["billId"] for b in older], [b["billId"] for b in bills[1:3]], "older bills")
    yes(data(x.account.get_account_bills_archive()), "archive of bills")


@check("funding account: balances, transfer, bills, currencies")
def _():
    before = cash("USDT")
    moved = data(x.funding.funds_transfer("USDT", "12", "18", "6"))[0]
    near(cash("USDT"), before - 12, "trading")
    same(data(x.funding.transfer_state(moved["transId"]))[0]["state"], "success", "state")
    yes(float(data(x.funding.get_balances("USDT"))[0]["availBal"]) >= 12, "funding")
    yes(data(x.funding.get_bills("USDT")), "bills")
    data(x.funding.funds_transfer("USDT", "12", "6", "18"))
    near(cash("USDT"), before, "and back")
    yes(data(x.funding.get_currencies("USDT"))[0]["ccy"] == "USDT", "currencies")
    for rows in (x.funding.get_deposit_history(), x.funding.get_withdrawal_history()):
        yes(isinstance(data(rows), list), "histories")
    fields(data(x.funding.get_asset_valuation())[0], "totalBal details ts", "valuation")


@check("sub-accounts")
def _():
    rows = data(x.sub.get_subaccount_list())
    if not rows and not os.environ.get("GANNET_CLIENT_ACCOUNTS"):
        return "this venue has none"
    same([row["subAcct"] for row in rows], ["helper"], "names")
    name = rows[0]["subAcct"]
    fields(data(x.sub.get_account_balance(name))[0], "totalEq details", "balance")
    yes(isinstance(data(x.sub.get_funding_balance(name)), list), "funding balance")
    yes(isinstance(data(x.sub.bills(subAcct=name)), list), "bills")


# --------------------------------------------------------------------------------------- sockets


class Socket:
    """A python-okx socket that keeps what it was told."""

    def __init__(self, path, private=False, **other):
        keys = {"apiKey": ready["api_key"], "passphrase": ready["passphrase"], "secretKey": ready["secret"]}
        keys.update(other)
        kind = WsPrivateAsync if private else WsPublicAsync
        self.client = kind(url=f"{ready['ws']}/{path}", **keys)
        self.messages = []

    def take(self, text):
        self.messages.append(json.loads(text) if text.startswith("{") else text)

    async def seen(self, pleases, what, seconds=20):
        end = time.monotonic() + seconds
        while True:
            for message in self.messages:
                if isinstance(message, dict) and pleases(message):
                    return message
            if time.monotonic() > end:
                raise Failure(f"{what}: nothing; last {str(self.messages[-2:])[:300]}")
            await asyncio.sleep(0.05)

    async def pushed(self, channel, pleases=lambda row: True, seconds=20):
        fits = lambda m: m.get("arg", {}).get("channel") == channel and any(map(pleases, m.get("data", [])))  # noqa: E731
        return await self.seen(fits, f"{channel} push", seconds)


@check("public socket: the chain of books, tickers, trades, best prices, mark, funding")
def _():
    async def run():
        socket = Socket("public")
        task = await socket.client.start()
        channels = ["books", "tickers", "trades", "bbo-tbt", "books5", "mark-price", "price-limit"]
        await socket.client.subscribe([{"channel": c, "instId": SWAP} for c in channels], socket.take, id="s1")
        for channel in channels:
            ack = await socket.seen(lambda m: m.get("event") == "subscribe" and m["arg"]["channel"] == channel, f"{channel} ack")
            same(ack["id"], "s1", "id")
            await socket.pushed(channel)
        await asyncio.sleep(4)
        bids, asks, last, updates = {}, {}, None, 0
        for message in socket.messages:
            if not isinstance(message, dict) or message.get("arg", {}).get("channel") != "books" or "data" not in message:
                continue
            row = message["data"][0]
            if message["action"] == "snapshot":
                same([row["prevSeqId"], last], [-1, None], "one snapshot, first")
            else:
                same(row["prevSeqId"], last, "prevSeqId")
                yes(row["seqId"] >= last, "seqId rises")
                updates += 1
            last = row["seqId"]
            for side, levels in ((bids, row["bids"]), (asks, row["asks"])):
                for level in levels:
                    if level[1] == "0":
                        side.pop(level[0], None)
                    else:
                        side[level[0]] = level
            yes(max(map(float, bids)) < min(map(float, asks)), "crossed")
        yes(updates >= 10, f"{updates} updates")
        await socket.client.unsubscribe([{"channel": "books", "instId": SWAP}], socket.take)
        await socket.seen(lambda m: m.get("event") == "unsubscribe", "unsubscribe ack")
        await socket.client.stop()
        await asyncio.gather(task, return_exceptions=True)
        return f"{updates} updates"

    return asyncio.run(run())


@check("private socket: an order's life and its position, orders by the socket")
def _():
    async def run():
        socket = Socket("private", private=True)
        task = await socket.client.start()
        await socket.client.subscribe([{"channel": "orders", "instType": "SWAP"}, {"channel": "account"},
            {"channel": "positions", "instType": "SWAP"}, {"channel": "balance_and_position"}], socket.take)  # fmt: skip
        await socket.seen(lambda m: m.get("event") == "login" and m["code"] == "0", "login")
        await socket.pushed("account")
        code = data(x.public.get_instruments("SWAP", instId=SWAP))[0]["instIdCode"]
        order = {"instIdCode": code, "tdMode": "cross", "side": "buy", "ordType": "limit", "px": below(SWAP, 0.03), "sz": "1"}
        await socket.client.place_order([order], id="o1")
        ack = await socket.seen(lambda m: m.get("id") == "o1", "answer to order")
        same([ack["op"], ack["code"], ack["data"][0]["sCode"]], ["order", "0", "0"], "order")
        order_id = ack["data"][0]["ordId"]
        mine = lambda state: lambda row: row.get("ordId") == order_id and row["state"] == state  # noqa: E731
        await socket.pushed("orders", mine("live"))
        await socket.client.amend_order([{"instIdCode": code, "ordId": order_id, "newSz": "2"}], id="o2")
        same((await socket.seen(lambda m: m.get("id") == "o2", "amend"))["data"][0]["sCode"], "0", "amend")
        await socket.pushed("orders", lambda row: row.get("ordId") == order_id and row["sz"] == "2")
        await socket.client.cancel_order([{"instIdCode": code, "ordId": order_id}], id="o3")
        same((await socket.seen(lambda m: m.get("id") == "o3", "cancel"))["data"][0]["sCode"], "0", "cancel")
        await socket.pushed("orders", mine("canceled"))
        await socket.client.batch_orders([order, dict(order, sz="3")], id="o4")
        both = await socket.seen(lambda m: m.get("id") == "o4", "batch")
        same([row["sCode"] for row in both["data"]], ["0", "0"], "batch")
        ids = [{"instIdCode": code, "ordId": row["ordId"]} for row in both["data"]]
        await socket.client.batch_amend_orders([dict(row, newPx=below(SWAP, 0.05)) for row in ids], id="o5")
        same((await socket.seen(lambda m: m.get("id") == "o5", "batch amend"))["code"], "0", "batch amend")
        await socket.client.batch_cancel_orders(ids, id="o6")
        same((await socket.seen(lambda m: m.get("id") == "o6", "batch cancel"))["code"], "0", "batch cancel")
        market = {"instIdCode": code, "tdMode": "cross", "side": "sell", "ordType": "market", "sz": "2"}
        await socket.client.place_order([market], id="o7")
        filled = (await socket.seen(lambda m: m.get("id") == "o7", "market"))["data"][0]["ordId"]
        push = await socket.pushed("orders", lambda row: row.get("ordId") == filled and row["state"] == "filled")
        same(push["data"][-1]["accFillSz"], "2", "accFillSz")
        await socket.pushed("positions", lambda row: row.get("pos") == "-2")
        await socket.pushed("balance_and_position", lambda row: row["eventType"] == "filled")
        await socket.client.place_order([dict(market, side="buy", reduceOnly=True)], id="o8")
        same((await socket.seen(lambda m: m.get("id") == "o8", "close"))["data"][0]["sCode"], "0", "close")
        await socket.pushed("positions", lambda row: row.get("pos") == "0")
        await socket.client.stop()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


@check("business socket: candles, and algo orders once logged in")
def _():
    async def run():
        socket = Socket("business")
        task = await socket.client.start()
        await socket.client.subscribe([{"channel": "candle1m", "instId": SWAP}], socket.take)
        candle = await socket.pushed("candle1m", lambda row: len(row) == 9)
        same(int(candle["data"][0][0]) % 60_000, 0, "on the minute")
        await socket.client.subscribe([{"channel": "orders-algo", "instType": "SWAP"}], socket.take)
        await socket.seen(lambda m: m.get("event") == "error" and m["code"] == "60011", "not logged in")
        await socket.client.login()
        await socket.seen(lambda m: m.get("event") == "login", "login")
        await socket.client.subscribe([{"channel": "orders-algo", "instType": "SWAP"}], socket.take)
        await socket.seen(lambda m: m.get("event") == "subscribe" and m["arg"]["channel"] == "orders-algo", "ack")
        px = on_tick(float(ticker(SWAP)["last"]) * 0.9)
        ack = data(x.trade.place_algo_order(SWAP, "cross", "sell", "conditional", "1", slTriggerPx=px, slOrdPx="-1"))[0]
        await socket.pushed("orders-algo", lambda row: row["algoId"] == ack["algoId"] and row["state"] == "live")
        data(x.trade.cancel_algo_order([{"instId": SWAP, "algoId": ack["algoId"]}]))
        await socket.pushed("orders-algo", lambda row: row["algoId"] == ack["algoId"] and row["state"] == "canceled")
        await socket.client.stop()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


@check("refused by the socket: wrong path, unknown channel, wrong login, order by instId")
def _():
    async def said(path, pleases, what, send, private=False, **keys):
        await asyncio.sleep(0.4)  # three connections a second are allowed
        socket = Socket(path, private, **keys)
        task = await socket.client.start()
        socket.client.callback = socket.take
        await send(socket)
        message = await socket.seen(pleases, what)
        await socket.client.stop()
        await asyncio.gather(task, return_exceptions=True)
        return message

    async def run():
        error = lambda m: m.get("event") == "error"  # noqa: E731
        sub = lambda arg: lambda s: s.client.subscribe([arg], s.take)  # noqa: E731
        wrong = await said("public", error, "wrong path", sub({"channel": "candle1m", "instId": SWAP}))
        yes(wrong["code"] in ("60018", "64001"), f"wrong path: {wrong}")
        none = await said("public", error, "no channel", sub({"channel": "nonsense", "instId": SWAP}))
        same(none["code"], "60018", "unknown channel")
        unknown = await said("public", error, "no instrument", sub({"channel": "tickers", "instId": "NONE-USDT"}))
        same(unknown["code"], "60018", "unknown instrument")
        orders = await said("public", error, "orders on public", sub({"channel": "orders", "instType": "ANY"}))
        yes(orders["code"] in ("60018", "60011", "64002"), f"orders on public: {orders}")
        login = lambda s: s.client.login()  # noqa: E731
        same((await said("private", error, "secret", login, True, secretKey="x" * 32))["code"], "60007", "secret")
        same((await said("private", error, "passphrase", login, True, passphrase="x"))["code"], "60024", "passphrase")
        yes((await said("private", error, "key", login, True, apiKey="00000000-0000-4000-8000-000000000000"))["code"] in ("60005", "60032"), "key")

        async def unlogged(s):
            await s.client.place_order([{"instIdCode": 1}], id="u1")

        late = await said("private", lambda m: m.get("code") == "60011", "order before login", unlogged, True)
        same(late["code"], "60011", "order before login")

    asyncio.run(run())


# -------------------------------------------------------------------------------------- refusals


@check("refused: signature, passphrase, key")
def _():
    refused(Clients(ready, api_secret_key="wrong").account.get_account_balance(), "50113")
    refused(Clients(ready, passphrase="wrong").account.get_account_balance(), "50105")
    refused(Clients(ready, api_key="00000000-0000-4000-8000-000000000000").account.get_account_balance(), "50119")


@check("refused: orders that cannot be")
def _():
    px = below(SWAP, 0.03)
    refused(place(SPOT, sz="5000", px=below(SPOT, 0.01)), "51008")
    refused(place(SWAP, sz="1.005", px=px), "51121")
    refused(place(SWAP, sz="1", px=f"{float(px):.2f}1"), "51150", "51000", "51006")
    refused(place("NONE-USDT-SWAP", px=px), "51001")
    refused(place(SWAP, ord_type="market", sz="1", reduceOnly="true"), "51169")
    refused(place(SWAP, px=px, clOrdId="with_underscore"), "51000")
    refused(x.trade.cancel_order(SWAP, ordId="1"), "51400")
    refused(x.trade.amend_order(SWAP, ordId="1", newSz="2"), "51503")
    refused(x.trade.get_order(SWAP, ordId="1"), "51603")
    one = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "limit", "px": px, "sz": "1"}
    refused(x.trade.place_multiple_orders([one] * 21), "51111")
    refused(x.account.set_leverage("1000", "cross", instId=SWAP), "59102", "51000")
    refused(x.market.get_ticker("NONE-USDT"), "51001")


@check("refused: too many requests")
def _():
    codes = [x.public.get_system_time()["code"] for _ in range(14)]
    same(codes[:8], ["0"] * 8, "the first")
    yes("50011" in codes, f"codes {codes}")
    until(lambda: x.public.get_system_time()["code"], lambda code: code == "0", "again later", 4)


if demo_ready:

    @check("the demo header")
    def _():
        refused(Clients(demo_ready, flag="0").account.get_account_balance(), "50101")
        data(Clients(demo_ready, flag="1").account.get_account_balance())
        refused(Clients(ready, flag="1").account.get_account_balance(), "50101")


@check("at the end nothing is open and the money adds up")
def _():
    really = truth()
    same([o for o in really["orders"] if o["state"] in ("live", "partially_filled")], [], "open orders")
    same([p for p in really["positions"] if float(p["pos"]) != 0], [], "positions")
    same(really["money_ok"], True, f"money: {really['money']}")


def main() -> int:
    passed = failed = 0
    for name, function in CHECKS:
        if not re.search(given.filter, name):
            continue
        try:
            detail = function()
            passed += 1
            print(f"ok   {name}" + (f": {detail}" if detail else ""), flush=True)
        except Failure as failure:
            failed += 1
            print(f"FAIL {name}: {failure}", flush=True)
        except Exception as error:  # noqa: BLE001: a client that throws has failed its check
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAIL {name}: {type(error).__name__} {error} (line {where.lineno})", flush=True)
    print(f"python-okx: {passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())

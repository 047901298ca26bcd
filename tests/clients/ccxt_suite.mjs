// ccxt, as npm ships it, against the simulated venue: its unified calls by REST and its sockets.

import ccxt from 'ccxt';
import {
  Suite, StrictBook, candleOf, fields, getData, get, multiple, near, readOptions, same, sleep, until, yes,
} from './check.mjs';

const { ready, demoReady, filter } = readOptions();
const suite = new Suite('ccxt', filter);
const check = (...given) => suite.check(...given);

const SPOT = 'BTC/USDT';
const SWAP = 'BTC/USDT:USDT';
const OTHER = 'ETH/USDT:USDT';

function client(venue = ready, keys = {}) {
  const exchange = new ccxt.pro.okx({
    apiKey: venue.api_key, secret: venue.secret, password: venue.passphrase, ...keys,
  });
  exchange.urls.api = { ...exchange.urls.api, rest: venue.url, ws: venue.ws };
  return exchange;
}

const anonymous = () => client(ready, { apiKey: undefined, secret: undefined, password: undefined });

const x = client();
const truth = async () => JSON.parse((await get(`${ready.url}/sim/v1/truth`)).text);
const cash = async (code) =>
  Number((await truth()).balances.find((row) => row.ccy === code)?.cashBal ?? 0);

/// What a call is refused with: the class of the error and OKX's code in its text.
async function refused(call, kind, code) {
  try {
    const answer = await call();
    throw new Error(`not refused: ${JSON.stringify(answer).slice(0, 200)}`);
  } catch (error) {
    yes(error instanceof kind, `want ${kind.name}, got ${error.constructor.name} ${error.message}`);
    yes(error.message.includes(code), `want ${code} in ${error.message}`);
    return `${error.constructor.name} ${code}`;
  }
}

const ticker = (symbol) => x.fetchTicker(symbol);
const away = (symbol, price, share) => Number(x.priceToPrecision(symbol, price * (1 - share)));
const finished = (id, symbol) =>
  until(() => x.fetchOrder(id, symbol), (o) => o.status !== 'open', `${id} is not done`);

// ---------------------------------------------------------------------------------------- markets

await check('loadMarkets reads every instrument as the venue defines it', async () => {
  await x.loadMarkets();
  let count = 0;
  for (const type of ['SPOT', 'SWAP', 'FUTURES', 'OPTION']) {
    const family = type === 'OPTION' ? '&instFamily=BTC-USD' : '';
    for (const row of await getData(ready.url, `/api/v5/public/instruments?instType=${type}${family}`)) {
      const market = x.market(row.instId);
      ++count;
      same(market.instIdCode, row.instIdCode, `${row.instId} instIdCode`);
      near(market.precision.price, row.tickSz, `${row.instId} tick`);
      near(market.precision.amount, row.lotSz, `${row.instId} lot`);
      near(market.limits.amount.min, row.minSz, `${row.instId} minimum`);
      near(market.limits.amount.max, row.maxLmtSz, `${row.instId} maximum`);
      same(market.active, row.state === 'live', `${row.instId} active`);
      same(market.type, { SPOT: 'spot', SWAP: 'swap', FUTURES: 'future', OPTION: 'option' }[type], 'type');
      if (type === 'SPOT') {
        same([market.base, market.quote], [row.baseCcy, row.quoteCcy], `${row.instId} currencies`);
        same(market.symbol, `${row.baseCcy}/${row.quoteCcy}`, `${row.instId} symbol`);
      } else {
        same(market.settle, row.settleCcy, `${row.instId} settle`);
        near(market.contractSize, row.ctVal, `${row.instId} contract`);
        same(market.linear, row.ctType === 'linear', `${row.instId} linear`);
        same(market.inverse, row.ctType === 'inverse', `${row.instId} inverse`);
        near(market.limits.leverage.max, row.lever, `${row.instId} leverage`);
      }
      if (type === 'FUTURES') same(market.expiry, Number(row.expTime), `${row.instId} expiry`);
    }
  }
  same(Object.keys(x.markets).length, count, 'markets');
  yes(count >= 5, `only ${count}`);
  return `${count} markets`;
}, 60000);
if (!x.markets) x.setMarkets(await anonymous().fetchMarkets());  // so that the rest can go on

await check('fetchTime is the clock', async () => {
  const before = Date.now();
  const time = await x.fetchTime();
  yes(time >= before - 1000 && time <= Date.now() + 1000, `off by ${time - before} ms`);
});

await check('fetchStatus is ok', async () => same((await x.fetchStatus()).status, 'ok', 'status'));

await check('fetchCurrencies lists what accounts hold', async () => {
  const all = await x.fetchCurrencies();
  for (const code of ['BTC', 'USDT']) fields(all[code] ?? {}, 'id code active networks', code);
  return Object.keys(all).join(' ');
});

for (const symbol of [SPOT, SWAP, 'BTC/USD:BTC']) {
  await check(`fetchTicker ${symbol}`, async () => {
    const t = await ticker(symbol);
    yes(t.bid > 0 && t.bid < t.ask, `bid ${t.bid} ask ${t.ask}`);
    yes(t.low <= t.last && t.last <= t.high, `last ${t.last} outside ${t.low} to ${t.high}`);
    yes(t.open > 0 && t.bidVolume > 0 && t.askVolume > 0 && t.baseVolume > 0, 'volumes and open');
    yes(Math.abs(t.timestamp - Date.now()) < 120000, `time ${t.timestamp}`);
    return `${t.bid} ${t.ask}`;
  });
}

await check('fetchTickers has every swap', async () => {
  const all = await x.fetchTickers(undefined, { instType: 'SWAP' });
  const swaps = Object.values(x.markets).filter((m) => m.swap).map((m) => m.symbol).sort();
  same(Object.keys(all).sort(), swaps, 'symbols');
});

await check('fetchOrderBook is sorted, uncrossed and as deep as asked', async () => {
  for (const symbol of [SPOT, SWAP]) {
    const book = await x.fetchOrderBook(symbol, 20);
    yes(book.bids.length > 3 && book.bids.length <= 20 && book.asks.length <= 20, 'depth');
    yes(book.bids[0][0] < book.asks[0][0], 'crossed');
    for (let i = 1; i < book.bids.length; ++i) yes(book.bids[i][0] < book.bids[i - 1][0], 'bids fall');
    for (let i = 1; i < book.asks.length; ++i) yes(book.asks[i][0] > book.asks[i - 1][0], 'asks rise');
    const { precision } = x.market(symbol);
    for (const [price, size] of [...book.bids, ...book.asks]) {
      multiple(price, precision.price, 'price');
      multiple(size, precision.amount, 'size');
      yes(size > 0, 'an empty level');
    }
  }
});

await check('fetchTrades are in order, on the tick', async () => {
  const trades = await until(() => x.fetchTrades(SWAP, undefined, 100), (t) => t.length > 3, 'trades');
  for (let i = 1; i < trades.length; ++i) {
    yes(trades[i].timestamp >= trades[i - 1].timestamp, 'times rise');
    yes(BigInt(trades[i].id) > BigInt(trades[i - 1].id), 'ids rise');
  }
  for (const trade of trades) {
    multiple(trade.price, x.market(SWAP).precision.price, 'price');
    yes(trade.side === 'buy' || trade.side === 'sell', 'side');
    near(trade.cost, trade.price * trade.amount * x.market(SWAP).contractSize, 'cost');
  }
  return `${trades.length}`;
});

await check('fetchOHLCV agrees with the trades of its minute', async () => {
  const [candles, trades] = await until(
    async () => [await x.fetchOHLCV(SWAP, '1m', undefined, 5), await x.fetchTrades(SWAP, undefined, 500)],
    ([c, t]) => c.length && t.some((trade) => trade.timestamp >= c.at(-1)[0]), 'trades in the last minute');
  for (const [time, open, high, low, close] of candles) {
    same(time % 60000, 0, 'candle on the minute');
    yes(low <= open && open <= high && low <= close && close <= high, 'open and close inside');
  }
  const [start, open, high, low, close, volume] = candles.at(-1);
  const inside = trades.filter((trade) => trade.timestamp >= start && trade.timestamp < start + 60000)
    .map((trade) => ({ px: trade.price, sz: trade.amount * 0.01 }));  // ccxt gives coins
  // Of the minute in which the venue started we have not seen every trade.
  const whole = trades[0].timestamp < start;
  const agrees = (c) => c.close === close && c.high <= high && c.low >= low && c.volume <= volume + 1e-6 &&
    (!whole || (c.open === open && c.high === high && c.low === low && Math.abs(c.volume - volume) < 1e-6));
  yes(inside.some((_, i) => agrees(candleOf(inside.slice(0, i + 1)))),
      `no run of trades makes ${JSON.stringify(candles.at(-1))}`);
});

await check('candles of mark and index prices', async () => {
  for (const price of ['mark', 'index']) {
    const rows = await x.fetchOHLCV(SWAP, '1m', undefined, 5, { price });
    yes(rows.length > 0, `no ${price} candle`);
    for (const [, open, high, low, close] of rows) {
      yes(low <= Math.min(open, close) && high >= Math.max(open, close), `${price} candle`);
    }
  }
});

await check('fetchFundingRate and its history', async () => {
  const rate = await x.fetchFundingRate(SWAP);
  yes(Math.abs(rate.fundingRate) < 0.05, `rate ${rate.fundingRate}`);
  yes(rate.fundingTimestamp > Date.now() - 60000, 'funding time lies ahead');
  yes(rate.nextFundingTimestamp > rate.fundingTimestamp, 'and the next one after it');
  same((rate.nextFundingTimestamp - rate.fundingTimestamp) % 3600000, 0, 'whole hours');
  same((await x.fetchFundingInterval(SWAP)).interval, '8h', 'interval');
  yes(Array.isArray(await x.fetchFundingRateHistory(SWAP)), 'history');
  const rates = await x.fetchFundingRates();
  yes(SWAP in rates, 'rates of all');
});

await check('fetchMarkPrice, mark prices and open interest', async () => {
  const mark = await x.fetchMarkPrice(SWAP, { instType: 'SWAP' });
  const last = (await ticker(SWAP)).last;
  yes(Math.abs(mark.markPrice / last - 1) < 0.05, `mark ${mark.markPrice}, last ${last}`);
  yes(SWAP in (await x.fetchMarkPrices([SWAP], { instType: 'SWAP' })), 'mark prices');
  const interest = await x.fetchOpenInterest(SWAP);
  yes(interest.baseVolume !== undefined || interest.openInterestAmount >= 0, 'open interest');
});

await check('fetchMarketLeverageTiers rise', async () => {
  const tiers = await x.fetchMarketLeverageTiers(SWAP);
  yes(tiers.length > 0 && tiers[0].maxLeverage >= 1, 'tiers');
  for (let i = 1; i < tiers.length; ++i) {
    yes(tiers[i].maxLeverage <= tiers[i - 1].maxLeverage, 'leverage falls');
    yes(tiers[i].maintenanceMarginRate >= tiers[i - 1].maintenanceMarginRate, 'margin rises');
  }
  return `${tiers.length}`;
});

// ---------------------------------------------------------------------------------------- account

await check('fetchBalance is what the venue knows', async () => {
  const balance = await x.fetchBalance();
  const really = (await truth()).balances.filter((row) => Number(row.eq) !== 0);
  for (const row of really) near(balance.total[row.ccy], row.eq, row.ccy);
  same(Object.keys(balance.total).sort(), really.map((row) => row.ccy).sort(), 'currencies');
  return Object.entries(balance.total).map(([code, sum]) => `${sum} ${code}`).join(' ');
});

await check('fetchBalance of the funding account', async () => {
  const balance = await x.fetchBalance({ type: 'funding' });
  fields(balance, 'info free total', 'balance');
});

await check('fetchAccounts and fetchTradingFee', async () => {
  const accounts = await x.fetchAccounts();
  same(accounts.length, 1, 'accounts');
  const fee = await x.fetchTradingFee(SPOT);
  near(fee.maker, 0.0008, 'spot maker');
  near(fee.taker, 0.001, 'spot taker');
  near((await x.fetchTradingFee(SWAP)).taker, 0.0005, 'swap taker');
});

await check('setLeverage is what fetchLeverage then says', async () => {
  for (const lever of [7, 5]) {
    await x.setLeverage(lever, SWAP, { mgnMode: 'cross' });
    const now = await x.fetchLeverage(SWAP);
    same([now.longLeverage, now.shortLeverage], [lever, lever], 'leverage');
  }
});

await check('setPositionMode there and back', async () => {
  await x.setPositionMode(true);
  same((await x.fetchPositionMode()).hedged, true, 'hedged');
  await x.setPositionMode(false);
  same((await x.fetchPositionMode()).hedged, false, 'hedged');
});

// ----------------------------------------------------------------------------------------- orders

for (const symbol of [SPOT, SWAP]) {
  const amount = symbol === SPOT ? 0.001 : 1;
  await check(`a limit order rests, is amended and cancelled: ${symbol}`, async () => {
    const { bid } = await ticker(symbol);
    const price = away(symbol, bid, 0.03);
    const made = await x.createOrder(symbol, 'limit', 'buy', amount, price);
    yes(/^\d{15,20}$/.test(made.id), `id ${made.id}`);
    const open = await x.fetchOrder(made.id, symbol);
    same([open.status, open.type, open.side, open.symbol], ['open', 'limit', 'buy', symbol], 'order');
    near(open.price, price, 'price');
    near(open.amount, amount, 'amount');
    same(open.filled, 0, 'filled');
    same(open.clientOrderId, made.clientOrderId, 'client id');
    yes((await x.fetchOpenOrders(symbol)).some((o) => o.id === made.id), 'not among the open ones');
    const lower = away(symbol, bid, 0.04);
    same((await x.editOrder(made.id, symbol, 'limit', 'buy', amount * 2, lower)).id, made.id, 'id');
    const amended = await until(() => x.fetchOrder(made.id, symbol), (o) => o.price === lower, 'amended');
    near(amended.amount, amount * 2, 'amount');
    await x.cancelOrder(made.id, symbol);
    const gone = await finished(made.id, symbol);
    same(gone.status, 'canceled', 'status');
    same(gone.info.cancelSource, '1', 'cancelSource');
    yes((await x.fetchCanceledOrders(symbol)).some((o) => o.id === made.id), 'in the history');
    yes(!(await x.fetchOpenOrders(symbol)).some((o) => o.id === made.id), 'still open');
  });
}

await check('a resting spot order freezes its money', async () => {
  const { bid } = await ticker(SPOT);
  const price = away(SPOT, bid, 0.05);
  const free = (await x.fetchBalance()).free.USDT;
  const made = await x.createOrder(SPOT, 'limit', 'buy', 0.1, price);
  const balance = await x.fetchBalance();
  yes(free - balance.free.USDT >= price * 0.1 * 0.999, `froze ${free - balance.free.USDT}`);
  await x.cancelOrder(made.id, SPOT);
  await until(() => x.fetchBalance(), (b) => Math.abs(b.free.USDT - free) < 1e-6, 'money is free again');
});

await check('a spot market buy moves the money its fills say', async () => {
  const usdt = await cash('USDT');
  const btc = await cash('BTC');
  const made = await x.createMarketBuyOrderWithCost(SPOT, 1000);
  const done = await finished(made.id, SPOT);
  same(done.status, 'closed', 'status');
  const trades = await until(() => x.fetchOrderTrades(made.id, SPOT), (t) => t.length > 0, 'trades');
  const cost = trades.reduce((sum, t) => sum + t.cost, 0);
  const amount = trades.reduce((sum, t) => sum + t.amount, 0);
  const fee = trades.reduce((sum, t) => sum + t.fee.cost, 0);
  yes(cost > 990 && cost <= 1000.000001, `spent ${cost}`);
  for (const trade of trades) {
    same([trade.fee.currency, trade.takerOrMaker], ['BTC', 'taker'], 'fee');
    near(trade.fee.cost, trade.amount * 0.001, 'fee');
  }
  near(done.filled, amount, 'filled');
  near(done.average, cost / amount, 'average', 1e-7);
  near((await cash('USDT')) - usdt, -cost, 'USDT', 1e-7);
  near((await cash('BTC')) - btc, amount - fee, 'BTC', 1e-7);
  return `${amount} for ${cost}`;
});

await check('a spot market sell by base amount', async () => {
  const made = await x.createOrder(SPOT, 'market', 'sell', 0.01);
  const done = await finished(made.id, SPOT);
  near(done.filled, 0.01, 'filled');
  same(done.fee.currency, 'USDT', 'fee currency');
  near(done.fee.cost, done.cost * 0.001, 'fee', 1e-6);
});

await check('a crossing post-only order is accepted, then cancelled by the venue', async () => {
  const { ask } = await ticker(SWAP);
  const made = await x.createOrder(SWAP, 'limit', 'buy', 1, Number(x.priceToPrecision(SWAP, ask * 1.01)),
    { postOnly: true });
  const gone = await finished(made.id, SWAP);
  same([gone.status, gone.info.cancelSource, gone.filled], ['canceled', '31', 0], 'order');
});

await check('a resting post-only order is maker', async () => {
  const { bid } = await ticker(SWAP);
  const made = await x.createOrder(SWAP, 'limit', 'buy', 1, away(SWAP, bid, 0.02), { postOnly: true });
  const open = await x.fetchOrder(made.id, SWAP);
  same([open.status, open.postOnly], ['open', true], 'order');
  await x.cancelOrder(made.id, SWAP);
});

await check('IOC and FOK that cannot fill end at once', async () => {
  const { bid } = await ticker(SWAP);
  for (const [timeInForce, source] of [['IOC', '14'], ['FOK', '13']]) {
    const made = await x.createOrder(SWAP, 'limit', 'buy', 1, away(SWAP, bid, 0.02), { timeInForce });
    const gone = await finished(made.id, SWAP);
    same([gone.status, gone.info.cancelSource, gone.filled, gone.timeInForce],
         ['canceled', source, 0, timeInForce], timeInForce);
  }
});

await check('an IOC order that can fill fills', async () => {
  const { ask } = await ticker(SWAP);
  const price = Number(x.priceToPrecision(SWAP, ask * 1.005));
  const made = await x.createOrder(SWAP, 'limit', 'buy', 1, price, { timeInForce: 'IOC' });
  near((await finished(made.id, SWAP)).filled, 1, 'filled');
  const sold = await x.createOrder(SWAP, 'market', 'sell', 1, undefined, { reduceOnly: true });
  near((await finished(sold.id, SWAP)).filled, 1, 'filled');
});

await check('a swap position opens, shows and closes', async () => {
  const made = await x.createOrder(SWAP, 'market', 'buy', 3);
  const done = await finished(made.id, SWAP);
  near(done.filled, 3, 'filled');
  near(done.fee.cost, done.average * 3 * 0.01 * 0.0005, 'fee', 1e-7);
  same(done.fee.currency, 'USDT', 'fee currency');
  const [position] = await until(() => x.fetchPositions([SWAP]), (p) => p.length === 1, 'position');
  same([position.side, position.marginMode, position.leverage], ['long', 'cross', 5], 'position');
  near(position.contracts, 3, 'contracts');
  near(position.entryPrice, done.average, 'entry', 1e-7);
  near(position.unrealizedPnl, (position.markPrice - position.entryPrice) * 0.03, 'pnl', 1e-4);
  near(position.initialMargin, position.markPrice * 0.03 / 5, 'margin', 1e-3);
  const really = (await truth()).positions.find((p) => p.instId === 'BTC-USDT-SWAP');
  near(really.pos, 3, 'really');
  await x.closePosition(SWAP, undefined, { marginMode: 'cross' });
  await until(() => x.fetchPositions([SWAP]), (p) => p.every((row) => !row.contracts), 'closed');
  const past = await x.fetchPositionsHistory([SWAP]);
  yes(past.length > 0, 'in the positions history');
});

await check('a batch is placed and cancelled', async () => {
  const { bid } = await ticker(OTHER);
  const orders = [1, 2, 3].map((n) => (
    { symbol: OTHER, type: 'limit', side: 'buy', amount: n, price: away(OTHER, bid, 0.02 + n / 1000) }));
  const made = await x.createOrders(orders);
  same(made.length, 3, 'orders');
  const open = await x.fetchOpenOrders(OTHER);
  same(open.map((o) => o.amount).sort(), [1, 2, 3], 'amounts');
  const ids = made.map((o) => o.id);
  await x.cancelOrders(ids.slice(0, 2), OTHER);
  await x.cancelOrdersForSymbols([{ id: ids[2], symbol: OTHER }]);
  await until(() => x.fetchOpenOrders(OTHER), (o) => o.length === 0, 'all cancelled');
});

await check('a batch may fail in part', async () => {
  const { bid } = await ticker(OTHER);
  const made = await x.createOrders([
    { symbol: OTHER, type: 'limit', side: 'buy', amount: 1, price: away(OTHER, bid, 0.02) },
    { symbol: OTHER, type: 'limit', side: 'buy', amount: 90000000, price: away(OTHER, bid, 0.02) },
  ]);
  yes(made[0].id && !made[1].id, 'first placed, second not');
  same(made[0].info.sCode, '0', 'sCode');
  yes(made[1].info.sCode !== '0' && made[1].info.sMsg.length > 0, 'reason');
  await x.cancelOrder(made[0].id, OTHER);
  return `${made[1].info.sCode}`;
});

await check('cancelAllOrdersAfter arms and disarms', async () => {
  const armed = await x.cancelAllOrdersAfter(30000);
  yes(Number(armed.data?.[0]?.triggerTime ?? armed.triggerTime) > 0, JSON.stringify(armed));
  await sleep(1100);
  const off = await x.cancelAllOrdersAfter(0);
  same(String(off.data?.[0]?.triggerTime ?? off.triggerTime), '0', 'triggerTime');
});

// ------------------------------------------------------------------------------------ algo orders

async function algoLife(name, ordType, place, look) {
  await check(`an algo order is placed, shown and cancelled: ${name}`, async () => {
    const last = (await ticker(SWAP)).last;
    const made = await place(last);
    yes(made.id, 'no algo id');
    const query = { trigger: true, ordType };
    const listed = await until(() => x.fetchOpenOrders(SWAP, undefined, undefined, query),
      (o) => o.some((row) => row.id === made.id), 'not among the pending ones');
    const row = listed.find((o) => o.id === made.id);
    same(row.info.ordType, ordType, 'ordType');
    same(row.info.state, ordType === 'move_order_stop' || ordType === 'twap' ? row.info.state : 'live', 'state');
    look(row, last);
    const one = await x.fetchOrder(made.id, SWAP, { trigger: true });
    same(one.id, made.id, 'fetchOrder');
    await x.cancelOrder(made.id, SWAP, { trigger: true });
    await until(() => x.fetchOpenOrders(SWAP, undefined, undefined, query),
      (o) => !o.some((r) => r.id === made.id), 'gone from the pending ones');
    const past = await x.fetchCanceledOrders(SWAP, undefined, undefined, query);
    yes(past.some((o) => o.id === made.id), 'in the algo history');
  });
}

const price = (value) => Number(x.priceToPrecision(SWAP, value));
await algoLife('stop loss', 'conditional',
  (last) => x.createOrder(SWAP, 'market', 'sell', 1, undefined, { stopLossPrice: price(last * 0.9) }),
  (row, last) => near(row.stopLossPrice, price(last * 0.9), 'stop price'));
await algoLife('take profit', 'conditional',
  (last) => x.createOrder(SWAP, 'market', 'sell', 1, undefined, { takeProfitPrice: price(last * 1.1) }),
  (row, last) => near(row.takeProfitPrice, price(last * 1.1), 'take profit price'));
await algoLife('one cancels the other', 'oco',
  (last) => x.createOrder(SWAP, 'oco', 'sell', 1, price(last), {
    stopLossPrice: price(last * 0.9), takeProfitPrice: price(last * 1.1), tpOrdPx: -1, slOrdPx: -1 }),
  (row, last) => near(row.takeProfitPrice, price(last * 1.1), 'take profit price'));
await algoLife('trigger', 'trigger',
  (last) => x.createOrder(SWAP, 'limit', 'buy', 1, price(last * 0.89), { triggerPrice: price(last * 0.9) }),
  (row, last) => near(row.triggerPrice, price(last * 0.9), 'trigger price'));
await algoLife('trailing stop', 'move_order_stop',
  () => x.createOrder(SWAP, 'market', 'sell', 1, undefined, { trailingPercent: '2' }),
  (row) => near(row.info.callbackRatio, 0.02, 'callback'));
await algoLife('TWAP', 'twap',
  (last) => x.createOrder(SWAP, 'twap', 'buy', 10, undefined, {
    ordType: 'twap', pxVar: '0.01', szLimit: '1', pxLimit: String(price(last * 0.9)), timeInterval: '10', price: last }),
  (row) => same(row.info.timeInterval, '10', 'interval'));

await check('a stop loss is amended', async () => {
  const last = (await ticker(SWAP)).last;
  const made = await x.createOrder(SWAP, 'market', 'sell', 1, undefined, { stopLossPrice: price(last * 0.9) });
  await x.editOrder(made.id, SWAP, 'conditional', 'sell', 2, undefined,
    { stopLossPrice: price(last * 0.88), newSlOrdPx: price(last * 0.87) });
  const now = await until(() => x.fetchOrder(made.id, SWAP, { trigger: true }), (o) => o.amount === 2, 'amended');
  near(now.stopLossPrice, price(last * 0.88), 'stop price');
  near(now.info.slOrdPx, price(last * 0.87), 'price of the order');
  await x.cancelOrder(made.id, SWAP, { trigger: true });
});

await check('a trigger order that triggers makes a normal order', async () => {
  // One above and one below the price: the market need only move.
  const last = (await ticker(SWAP)).last;
  const made = [];
  for (const share of [1.00002, 0.99998]) {
    made.push(await x.createOrder(SWAP, 'market', 'buy', 1, undefined, { triggerPrice: price(last * share) }));
  }
  const look = () => Promise.all(made.map((o) => x.fetchOrder(o.id, SWAP, { trigger: true })));
  const both = await until(look, (found) => found.some((o) => o.info.state === 'effective'), 'triggered', 60000);
  const fired = both.find((o) => o.info.state === 'effective');
  const child = fired.info.ordId || fired.info.ordIdList?.[0];
  const order = await finished(child, SWAP);
  same(order.info.algoId, fired.id, 'algoId of the child');
  near(order.filled, 1, 'filled');
  for (const other of both.filter((o) => o.info.state === 'live')) {
    await x.cancelOrder(other.id, SWAP, { trigger: true }).catch(() => {}); // it may fire meanwhile
  }
  await x.closePosition(SWAP, undefined, { marginMode: 'cross' });
}, 90000);

await check('stop loss and take profit attached to an order', async () => {
  const { bid } = await ticker(SWAP);
  const made = await x.createOrder(SWAP, 'limit', 'buy', 1, away(SWAP, bid, 0.03), {
    stopLoss: { triggerPrice: price(bid * 0.9), type: 'market' },
    takeProfit: { triggerPrice: price(bid * 1.1), type: 'market' },
  });
  const open = await x.fetchOrder(made.id, SWAP);
  same(open.info.attachAlgoOrds.length, 1, 'attached');
  near(open.info.attachAlgoOrds[0].slTriggerPx, price(bid * 0.9), 'stop loss');
  near(open.info.attachAlgoOrds[0].tpTriggerPx, price(bid * 1.1), 'take profit');
  await x.cancelOrder(made.id, SWAP);
});

// -------------------------------------------------------------------------------------- histories

await check('fetchMyTrades and fetchClosedOrders tell the same story', async () => {
  const trades = await x.fetchMyTrades(SWAP);
  const closed = await x.fetchClosedOrders(SWAP);
  yes(trades.length >= 4 && closed.length >= 3, `${trades.length} trades, ${closed.length} orders`);
  for (const order of closed) {
    // Of an order that an algo order placed, ccxt's id is that of the algo order.
    const own = trades.filter((trade) => trade.order === order.info.ordId);
    near(own.reduce((sum, trade) => sum + trade.amount, 0), order.filled, `fills of ${order.id}`);
  }
  const really = (await truth()).fills.filter((row) => row.instId === 'BTC-USDT-SWAP');
  same(trades.length, really.length, 'fills');
});

await check('pages of fills meet', async () => {
  const all = (await x.privateGetTradeFillsHistory({ instType: 'SWAP' })).data;
  const paged = [];
  for (let after; ;) {
    const { data } = await x.privateGetTradeFillsHistory({ instType: 'SWAP', limit: '2', ...(after ? { after } : {}) });
    if (!data.length) break;
    yes(data.length <= 2, 'page of 2');
    paged.push(...data);
    after = data.at(-1).billId;
  }
  same(paged.map((row) => row.tradeId), all.map((row) => row.tradeId), 'fills');
});

await check('fetchLedger adds up to the balance', async () => {
  const rows = (await x.privateGetAccountBills({ ccy: 'USDT' })).data;
  yes(rows.length > 3, `${rows.length} bills`);
  near(rows[0].bal, await cash('USDT'), 'balance after the newest bill', 1e-9);
  for (let i = 1; i < rows.length; ++i) {
    near(Number(rows[i].bal) + Number(rows[i - 1].balChg), rows[i - 1].bal, 'chain of bills', 1e-10);
  }
  const ledger = await x.fetchLedger('USDT', undefined, 100, { type: 'swap' });
  const swaps = rows.filter((row) => row.instType === 'SWAP');
  same(ledger.map((row) => row.id).sort(), swaps.map((row) => row.billId).sort(), 'bills of swaps');
  for (const row of ledger) near(row.after, row.info.bal, row.id);
  return `${rows.length} bills`;
});

await check('fetchFundingHistory, deposits and withdrawals answer', async () => {
  for (const rows of [await x.fetchFundingHistory(), await x.fetchDeposits(), await x.fetchWithdrawals()]) {
    yes(Array.isArray(rows), 'a list');
  }
});

await check('a transfer between trading and funding is seen on both sides', async () => {
  const before = await cash('USDT');
  const out = await x.transfer('USDT', 25, 'spot', 'funding');
  yes(out.id, 'no id');
  near(await cash('USDT'), before - 25, 'trading account');
  same((await x.fetchTransfer(out.id)).status, 'ok', 'state');
  const funding = await x.fetchBalance({ type: 'funding' });
  yes(funding.free.USDT >= 25, `funding ${funding.free.USDT}`);
  await x.transfer('USDT', 25, 'funding', 'spot');
  near(await cash('USDT'), before, 'back');
  yes((await x.fetchTransfers('USDT')).length >= 2, 'transfers');
});

// ---------------------------------------------------------------------------------------- sockets

await check('watchOrderBook: the chain holds, never crossed, equal to REST at one sequence', async () => {
  const seen = new Map();
  let updates = 0;
  const rest = [];
  const end = Date.now() + 60000;
  for (;;) {
    const book = await x.watchOrderBook(SWAP);
    yes(book.bids[0][0] < book.asks[0][0], 'crossed');
    seen.set(book.nonce, JSON.stringify([book.bids.slice(0, 20), book.asks.slice(0, 20)]));
    if (++updates % 5 === 0) {
      const [row] = (await x.publicGetMarketBooks({ instId: 'BTC-USDT-SWAP', sz: '20' })).data;
      const levels = (side) => side.map(([p, s]) => [Number(p), Number(s)]);
      rest.push([Number(row.seqId), JSON.stringify([levels(row.bids), levels(row.asks)])]);
    }
    const equal = rest.filter(([sequence]) => seen.has(sequence));
    for (const [sequence, text] of equal) same(text, seen.get(sequence), `book at ${sequence}`);
    if (updates >= 30 && equal.length >= 2) break;
    yes(Date.now() < end, `${updates} updates, ${equal.length} of ${rest.length} REST books met`);
  }
  return `${updates} updates`;
}, 70000);

await check('watchTicker, watchTickers, watchBidsAsks', async () => {
  const one = await x.watchTicker(SPOT);
  yes(one.bid < one.ask && one.last > 0, 'ticker');
  const some = await x.watchTickers([SWAP, OTHER]);
  yes(Object.keys(some).length > 0, 'tickers');
  const best = await x.watchBidsAsks([SWAP]);
  yes(best[SWAP].bid < best[SWAP].ask, 'best prices');
});

await check('watchTrades are those of REST', async () => {
  const pushed = await x.watchTrades(SWAP);
  const known = await until(() => x.fetchTrades(SWAP, undefined, 500),
    (t) => t.some((row) => row.id === pushed[0].id), 'pushed trade by REST');
  const twin = known.find((row) => row.id === pushed[0].id);
  same([pushed[0].price, pushed[0].amount, pushed[0].side], [twin.price, twin.amount, twin.side], 'trade');
}, 60000);

await check('watchOHLCV pushes the candle of now', async () => {
  const [candle] = (await x.watchOHLCV(SWAP, '1m')).slice(-1);
  same(candle[0] % 60000, 0, 'on the minute');
  yes(candle[3] <= candle[4] && candle[4] <= candle[2], 'close inside');
});

await check('watchMarkPrice and watchFundingRate', async () => {
  const mark = await x.watchMarkPrice(SWAP);
  yes(mark.markPrice > 0, 'mark price');
  const rate = await x.watchFundingRate(SWAP);
  yes(Math.abs(rate.fundingRate) < 0.05, 'rate');
}, 100000);

await check('watchBalance, watchOrders, watchPositions and watchMyTrades see a trade', async () => {
  const balance = x.watchBalance();
  const orders = x.watchOrders(SWAP);
  const mine = x.watchMyTrades(SWAP);
  const positions = x.watchPositions([SWAP]);
  await sleep(2500);
  const made = await x.createOrder(SWAP, 'market', 'buy', 2);
  const [order] = await orders;
  same(order.id, made.id, 'order');
  const states = [order.status];
  while (states.at(-1) === 'open') states.push((await x.watchOrders(SWAP)).find((o) => o.id === made.id).status);
  same(states.at(-1), 'closed', 'end');
  same((await mine)[0].order, made.id, 'my trade');
  let seen = await positions;
  const end = Date.now() + 10000;
  while (!seen.some((p) => p.contracts === 2) && Date.now() < end) seen = await x.watchPositions([SWAP]);
  yes(seen.some((p) => p.contracts === 2), `position ${JSON.stringify(seen.map((p) => p.contracts))}`);
  yes((await balance).total.USDT > 0, 'balance');
  await x.closePosition(SWAP, undefined, { marginMode: 'cross' });
}, 40000);

for (const op of ['order', 'batch-orders']) {
  await check(`createOrderWs, editOrderWs, cancelOrderWs by ${op}`, async () => {
    const { bid } = await ticker(SWAP);
    const made = await x.createOrderWs(SWAP, 'limit', 'buy', 1, away(SWAP, bid, 0.03), { op });
    yes(made.id, 'no id');
    const lower = away(SWAP, bid, 0.04);
    same((await x.editOrderWs(made.id, SWAP, 'limit', 'buy', 2, lower)).id, made.id, 'amended id');
    const now = await until(() => x.fetchOrder(made.id, SWAP), (o) => o.price === lower, 'amended');
    near(now.amount, 2, 'amount');
    same((await x.cancelOrderWs(made.id, SWAP)).id, made.id, 'cancelled id');
    same((await finished(made.id, SWAP)).status, 'canceled', 'status');
  });
}

await check('createOrderWs is refused with the reason', async () => {
  const { bid } = await ticker(SWAP);
  return refused(() => x.createOrderWs(SWAP, 'limit', 'buy', 90000000, away(SWAP, bid, 0.02), { op: 'order' }),
    ccxt.ExchangeError, '51');
});

// --------------------------------------------------------------------------------------- refusals

await check('refused: a wrong secret, a wrong passphrase, an unknown key', async () => {
  await refused(() => client(ready, { secret: 'x'.repeat(32) }).fetchBalance(), ccxt.AuthenticationError, '50113');
  await refused(() => client(ready, { password: 'wrong' }).fetchBalance(), ccxt.AuthenticationError, '50105');
  const key = '00000000-0000-4000-8000-000000000000';
  await refused(() => client(ready, { apiKey: key }).fetchBalance(), ccxt.ExchangeError, '50119');
});

await check('refused: login with a wrong secret', async () => {
  const y = client(ready, { secret: 'x'.repeat(32) });
  y.markets = x.markets;
  const why = await refused(() => y.watchBalance(), ccxt.AuthenticationError, '60');
  await y.close();
  return why;
});

await check('refused: more than the account has', async () => {
  const { bid } = await ticker(SPOT);
  return refused(() => x.createOrder(SPOT, 'limit', 'buy', 50, away(SPOT, bid, 0.01)), ccxt.InsufficientFunds, '51008');
});

await check('refused: less than the minimum, off the lot', async () => {
  const { bid } = await ticker(SWAP);
  const raw = (sz) => x.privatePostTradeOrder({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'buy', ordType: 'limit', px: String(away(SWAP, bid, 0.02)), sz });
  await refused(() => raw('0.005'), ccxt.BaseError, '51');
  await refused(() => raw('1.005'), ccxt.InvalidOrder, '51121');
});

await check('refused: an unknown instrument', () => refused(
  () => x.publicGetMarketTicker({ instId: 'NONE-USDT' }), ccxt.BadSymbol, '51001'));

await check('refused: an order that is not there', async () => {
  await refused(() => x.fetchOrder('1', SWAP), ccxt.OrderNotFound, '51603');
  await refused(() => x.cancelOrder('1', SWAP), ccxt.CancelPending ?? ccxt.ExchangeError, '51400').catch(
    () => refused(() => x.cancelOrder('1', SWAP), ccxt.ExchangeError, '51400'));
});

await check('refused: reduce-only without a position', async () => refused(
  () => x.createOrder(OTHER, 'market', 'sell', 1, undefined, { reduceOnly: true }), ccxt.ExchangeError, '51169'));

await check('refused: 21 orders in one batch', async () => {
  const { bid } = await ticker(OTHER);
  const many = Array.from({ length: 21 }, () => (
    { symbol: OTHER, type: 'limit', side: 'buy', amount: 0.01, price: away(OTHER, bid, 0.03) }));
  return refused(() => x.createOrders(many), ccxt.ExchangeError, '51111');
});

await check('refused: too many requests', async () => {
  const y = client(ready, { enableRateLimit: false });
  const calls = Array.from({ length: 14 }, () => y.fetchTime());
  const answers = await Promise.allSettled(calls);
  const late = answers.filter((a) => a.status === 'rejected');
  yes(late.length >= 1 && late.length <= 13, `${late.length} of 14 refused`);
  for (const { reason } of late) {
    yes(reason instanceof ccxt.RateLimitExceeded || reason instanceof ccxt.DDoSProtection, reason.message);
    yes(reason.message.includes('50011'), reason.message);
  }
  return `${late.length} of 14`;
});

if (demoReady) {
  await check('the demo venue wants its header, the live one refuses it', async () => {
    await refused(() => client(demoReady).fetchBalance(), ccxt.AuthenticationError, '50101');
    const demo = client(demoReady, { headers: { 'x-simulated-trading': '1' } });
    yes((await demo.fetchBalance()).total.USDT > 0, 'balance');
    await refused(() => client(ready, { headers: { 'x-simulated-trading': '1' } }).fetchBalance(),
      ccxt.AuthenticationError, '50101');
  });
}

await check('at the end nothing is open and the money adds up', async () => {
  const really = await truth();
  same(really.orders.filter((o) => o.state === 'live' || o.state === 'partially_filled').length, 0, 'open orders');
  same(really.positions.filter((p) => Number(p.pos) !== 0).length, 0, 'positions');
  same(really.money_ok, true, `money: ${really.money}`);
});

await x.close();
suite.end();

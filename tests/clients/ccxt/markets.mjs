// Markets.

import ccxt from 'ccxt';
import { candleOf, fields, getData, multiple, near, same, until, yes } from '../check.mjs';
import { SPOT, SWAP, anonymous, check, ready, ticker, x } from './venue.mjs';

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

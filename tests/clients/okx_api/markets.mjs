// Markets.

import { candleOf, fields, multiple, near, same, until, yes } from '../check.mjs';
import { SPOT, SWAP, check, defined, refused, ticker, x } from './venue.mjs';

const kInstrument = `instType instId instIdCode instFamily uly baseCcy quoteCcy settleCcy ctVal ctMult ctValCcy
  ctType tickSz lotSz minSz maxLmtSz maxMktSz maxLmtAmt maxMktAmt maxTwapSz maxIcebergSz maxTriggerSz maxStopSz
  lever state ruleType listTime expTime optType stk alias groupId upcChg`;
await check('instruments have every field, as the account sees them too', async () => {
  for (const instType of ['SPOT', 'SWAP', 'FUTURES']) {
    const rows = await x.getInstruments({ instType });
    yes(rows.length > 0, `no ${instType}`);
    const own = await x.getAccountInstruments({ instType });
    same(own.map((row) => row.instId).sort(), rows.map((row) => row.instId).sort(), 'account instruments');
    for (const row of rows) {
      defined.set(row.instId, row);
      fields(row, kInstrument, row.instId);
      same(typeof row.instIdCode, 'number', 'instIdCode');
      same(row.state, 'live', 'state');
      yes(Number(row.tickSz) > 0 && Number(row.lotSz) > 0 && Number(row.minSz) > 0, 'steps');
      multiple(row.minSz, row.lotSz, 'minSz');
      if (instType === 'SPOT') {
        same(row.instId, `${row.baseCcy}-${row.quoteCcy}`, 'instId');
        same([row.settleCcy, row.ctVal, row.ctType, row.expTime], ['', '', '', ''], 'no contract');
      } else {
        same(row.instId.startsWith(row.instFamily), true, 'family');
        same(row.ctType, row.settleCcy === 'USDT' ? 'linear' : 'inverse', 'ctType');
        yes(Number(row.ctVal) > 0 && Number(row.ctMult) === 1, 'contract');
      }
      same(row.expTime !== '', instType === 'FUTURES', 'expTime');
    }
  }
  return `${defined.size} instruments`;
});
if (!defined.size) {
  for (const instType of ['SPOT', 'SWAP', 'FUTURES']) {
    for (const row of await x.getInstruments({ instType })) defined.set(row.instId, row);
  }
}

await check('one instrument by name, an unknown one refused', async () => {
  const rows = await x.getInstruments({ instType: 'SWAP', instId: SWAP });
  same(rows.map((row) => row.instId), [SWAP], 'rows');
  return refused(() => x.getInstruments({ instType: 'SWAP', instId: 'NONE-USDT-SWAP' }), '51001');
});

await check('tickers by REST have every field', async () => {
  for (const instId of defined.keys()) {
    const t = await ticker(instId);
    fields(t, `instType instId last lastSz askPx askSz bidPx bidSz open24h high24h low24h volCcy24h vol24h
      sodUtc0 sodUtc8 ts`, instId);
    for (const [name, value] of Object.entries(t)) same(typeof value, 'string', name);
    yes(Number(t.bidPx) < Number(t.askPx), 'bid under ask');
    multiple(t.bidPx, defined.get(instId).tickSz, 'bid on the tick');
  }
  const swaps = await x.getTickers({ instType: 'SWAP' });
  same(swaps.map((t) => t.instId).sort(), [...defined.keys()].filter((id) => id.endsWith('SWAP')).sort(), 'swaps');
});

await check('the book by REST: depth, order, types', async () => {
  const [row] = await x.getOrderBook({ instId: SWAP, sz: '400' });
  same(typeof row.seqId, 'number', 'seqId');
  same((await x.getOrderBook({ instId: SWAP }))[0].bids.length, 1, 'levels when none are asked for');
  for (const side of [row.bids, row.asks]) for (const level of side) {
    same(level.length, 4, 'parts');
    same(level.map((part) => typeof part), ['string', 'string', 'string', 'string'], 'types');
    yes(Number(level[3]) >= 1, 'orders');
  }
  yes(Number(row.bids[0][0]) < Number(row.asks[0][0]), 'crossed');
  const [full] = await x.getFullOrderBook({ instId: SWAP, sz: '50' });
  same(full.bids[0].length, 3, 'parts of a full book level');
});

/// Compares each closed second that all trades are known of with its trades; their number.
async function compareSeconds() {
  const trades = await x.getTrades({ instId: SWAP, limit: '500' });
  const candles = await x.getCandles({ instId: SWAP, bar: '1s', limit: '60' });
  for (let i = 1; i < candles.length; ++i) yes(Number(candles[i][0]) < Number(candles[i - 1][0]), 'newest first');
  if (!trades.length) return 0;
  const oldest = Number(trades.at(-1).ts);
  let compared = 0;
  for (const row of candles) {
    same(row.length, 9, 'parts');
    const start = Number(row[0]);
    if (row[8] !== '1' || start <= oldest) continue;
    const inside = trades.filter((t) => Number(t.ts) >= start && Number(t.ts) < start + 1000).reverse();
    if (!inside.length) {
      near(row[5], 0, 'volume of a quiet second');
      continue;
    }
    const made = candleOf(inside);
    same(row.slice(1, 5).map(Number), [made.open, made.high, made.low, made.close], `candle ${row[0]}`);
    near(row[5], made.volume, 'volume', 1e-9);
    near(row[6], made.volume * 0.01, 'volCcy', 1e-9);
    near(row[7], inside.reduce((sum, t) => sum + t.px * t.sz * 0.01, 0), 'volCcyQuote', 1e-7);
    ++compared;
  }
  return compared;
}

await check('closed candles are exactly their trades',
  async () => `${await until(compareSeconds, (n) => n >= 3, 'seconds with trades', 50000)} seconds`, 60000);

await check('pages of trades meet', async () => {
  const all = await until(() => x.getHistoricTrades({ instId: SWAP, limit: '100' }),
    (t) => t.length >= 10, 'trades', 25000);
  const one = await x.getHistoricTrades({ instId: SWAP, limit: '5', after: all[4].tradeId });
  same(one.map((t) => t.tradeId), all.slice(5, 10).map((t) => t.tradeId), 'older than the fifth');
  fields(all[0], 'instId tradeId px sz side source ts', 'trade');
});

await check('history candles go back before the start', async () => {
  const rows = await x.getHistoricCandles({ instId: SWAP, bar: '1m', limit: '10' });
  for (const row of rows) same(row.length, 9, 'parts');
  const older = rows.length ? await x.getCandles({ instId: SWAP, bar: '1m', after: rows.at(-1)[0] }) : [];
  for (const row of older) yes(Number(row[0]) < Number(rows.at(-1)[0]), 'older');
});

await check('funding, mark, index, open interest, limits, tiers', async () => {
  const [funding] = await x.getFundingRate({ instId: SWAP });
  fields(funding, `instType instId method formulaType fundingRate nextFundingRate fundingTime nextFundingTime
    minFundingRate maxFundingRate interestRate impactValue settState settFundingRate premium ts`, 'funding');
  yes(Number(funding.fundingRate) >= Number(funding.minFundingRate) &&
      Number(funding.fundingRate) <= Number(funding.maxFundingRate), 'rate inside its bounds');
  same(funding.method, 'current_period', 'method');
  const [mark] = await x.getMarkPrice({ instType: 'SWAP', instId: SWAP });
  const [index] = await x.getIndexTickers({ instId: SPOT });
  fields(index, 'instId idxPx high24h low24h open24h sodUtc0 sodUtc8 ts', 'index');
  const last = Number((await ticker(SWAP)).last);
  near(mark.markPx, last, 'mark and last', 0.03);
  near(index.idxPx, last, 'index and last', 0.03);
  const [interest] = await x.getOpenInterest({ instType: 'SWAP', instId: SWAP });
  fields(interest, 'instType instId oi oiCcy oiUsd ts', 'open interest');
  near(interest.oiCcy, interest.oi * 0.01, 'oiCcy');
  const [band] = await x.getMinMaxLimitPrice({ instId: SWAP });
  same(band.enabled, true, 'enabled');
  yes(Number(band.sellLmt) < last && last < Number(band.buyLmt), 'band around the price');
  const tiers = await x.getPositionTiers({ instType: 'SWAP', tdMode: 'cross', instFamily: 'BTC-USDT' });
  fields(tiers[0], 'tier minSz maxSz mmr imr maxLever instFamily uly', 'tier');
  near(tiers[0].imr, 1 / Number(tiers[0].maxLever), 'imr', 0.02);
  yes((await x.getFundingRateHistory({ instId: SWAP })).every((row) => 'realizedRate' in row), 'history');
});

await check('small public things: time, status, underlyings, rates', async () => {
  const time = await x.getServerTime();
  yes(Math.abs(time - Date.now()) < 1000, `time ${time}`);
  yes(Array.isArray(await x.getSystemStatus({})), 'status');
  yes((await x.getUnderlying({ instType: 'SWAP' }))[0].includes('BTC-USDT'), 'underlyings');
  const [converted] = await x.getUnitConvert({ instId: SWAP, sz: '1', px: '50000', type: '1' });
  near(converted.sz, 100, 'one coin in contracts');
  yes(Number((await x.getExchangeRate())[0].usdCny) > 0, 'usdCny');
});

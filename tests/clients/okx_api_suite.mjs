// okx-api, as npm ships it, against the simulated venue. It hands on what the venue says as it is,
// so this suite looks at the fields themselves: names, types, and how REST and the pushes agree.

import { DefaultLogger, RestClient, WebsocketAPIClient, WebsocketClient } from 'okx-api';
import {
  Suite, StrictBook, candleOf, fields, get, hasOurAccounts, multiple, near, readOptions, same, sleep, until, yes,
} from './check.mjs';

const { ready, demoReady, filter } = readOptions();
const suite = new Suite('okx-api', filter);
const check = (...given) => suite.check(...given);

const SPOT = 'BTC-USDT';
const SWAP = 'BTC-USDT-SWAP';
const OTHER = 'SOL-USDT-SWAP';
const INVERSE = 'BTC-USD-SWAP';

const keysOf = (venue) =>
  ({ apiKey: venue.api_key, apiSecret: venue.secret, apiPass: venue.passphrase });
const rest = (venue = ready, more = {}) =>
  new RestClient({ baseUrl: venue.url, ...keysOf(venue), ...more });
const quiet = { ...DefaultLogger, trace: () => {}, info: () => {}, error: () => {} };
// Its wsUrl sends every connection of a client to one address: one client for each path.
const socket = (path, more = {}) => {
  const { apiKey, apiSecret: secret, apiPass } = { ...keysOf(ready), ...more };
  const made = new WebsocketClient(
    { accounts: [{ apiKey, apiSecret: secret, apiPass }], wsUrl: `${ready.ws}/${path}` }, quiet);
  made.messages = [];
  for (const kind of ['update', 'response', 'exception']) {
    made.on(kind, (message) => made.messages.push({ kind, ...message }));
  }
  return made;
};

/// A client that asks again a second later when a question came too soon after others.
const patient = (bare) => new Proxy(bare, {
  get: (client, name) => (typeof client[name] !== 'function' || !name.startsWith('get') ? client[name] : async (...given) => {
    for (let tries = 0; ; ++tries) {
      try {
        return await client[name](...given);
      } catch (error) {
        if (error?.code !== '50011' || tries > 3) throw error;
        await sleep(1000);
      }
    }
  }),
});

const x = patient(rest());
const truth = async () => JSON.parse((await get(`${ready.url}/sim/v1/truth`)).text);
const cash = async (ccy) =>
  Number((await truth()).balances.find((row) => row.ccy === ccy)?.cashBal ?? 0);

/// The codes of a refusal: the item's where there is one.
const codeOf = (error) => error?.data?.[0]?.sCode || error?.code || String(error?.message ?? error);
async function refused(call, ...codes) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    yes(codes.includes(codeOf(error)), `want ${codes.join(' or ')}, got ${JSON.stringify(error)}`);
    return codeOf(error);
  }
  throw new Error(`not refused: ${JSON.stringify(answer).slice(0, 200)}`);
}

/// The first message, from now or before, that pleases.
async function pushed(client, pleases, what, ms = 15000) {
  const found = await until(() => client.messages.find(pleases), (m) => m !== undefined, what, ms);
  return found;
}
const rowsOf = (client, channel) => client.messages
  .filter((m) => m.kind === 'update' && m.arg?.channel === channel).flatMap((m) => m.data);

const ticker = async (instId) => (await x.getTicker({ instId }))[0];
const defined = new Map(); // instId → instrument
const onTick = (instId, price) => {
  const tick = Number(defined.get(instId).tickSz);
  const digits = (defined.get(instId).tickSz.split('.')[1] ?? '').length;
  return String(Number((Math.round(price / tick) * tick).toFixed(digits))); // no zeros behind
};
const modeOf = (instId) => (instId.endsWith('SWAP') ? 'cross' : 'cash');
const below = async (instId, share) => onTick(instId, Number((await ticker(instId)).bidPx) * (1 - share));
const limit = async (instId, more = {}) => ({
  instId, tdMode: modeOf(instId), side: 'buy', ordType: 'limit', sz: instId === SPOT ? '0.001' : '1',
  px: await below(instId, 0.03), ...more,
});
const details = async (instId, ordId) => (await x.getOrderDetails({ instId, ordId }))[0];
const finished = (instId, ordId) => until(() => details(instId, ordId),
  (o) => ['filled', 'canceled'].includes(o.state), `${ordId} is not done`);
const close = async (instId) => {
  await sleep(300); // ten questions for positions in two seconds
  const rows = (await x.getPositions({ instId })).filter((p) => Number(p.pos) !== 0);
  for (const p of rows) await x.closePositions({ instId, mgnMode: p.mgnMode, posSide: p.posSide });
  await until(() => x.getPositions({ instId }), (p) => p.every((row) => Number(row.pos) === 0), 'closed');
};

// ---------------------------------------------------------------------------------------- markets

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
  const all = await x.getHistoricTrades({ instId: SWAP, limit: '100' });
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

// --------------------------------------------------------------------------------- public sockets

const open = socket('public');
await check('books: each update names the one before, and REST shows the same book', async () => {
  const book = new StrictBook();
  let broken;
  open.on('update', (m) => {
    if (m.arg.channel !== 'books' || m.arg.instId !== SWAP) return;
    try {
      book.apply(m);
    } catch (error) {
      broken ??= error;
    }
  });
  open.subscribe({ channel: 'books', instId: SWAP });
  await until(() => book.updates, (n) => n >= 20, 'updates', 20000);
  let equal = 0;
  for (let tries = 0; tries < 60 && equal < 3; ++tries) {
    const [row] = await x.getOrderBook({ instId: SWAP, sz: '50' });
    await sleep(250);
    const here = book.at.get(row.seqId);
    if (!here) continue;
    same(JSON.stringify({ asks: row.asks, bids: row.bids }), here, `book at ${row.seqId}`);
    ++equal;
  }
  if (broken) throw broken;
  same(book.snapshots, 1, 'snapshots');
  yes(equal >= 3, `REST and stream met ${equal} times`);
  return `${book.updates} updates, ${equal} equal books`;
}, 60000);

await check('books5 and bbo-tbt are whole books', async () => {
  open.subscribe([{ channel: 'books5', instId: SPOT }, { channel: 'bbo-tbt', instId: SPOT }]);
  for (const [channel, depth] of [['books5', 5], ['bbo-tbt', 1]]) {
    const message = await pushed(open, (m) => m.arg?.channel === channel && m.data, channel);
    same('action' in message, false, 'action');
    const [row] = message.data;
    yes(row.bids.length <= depth && row.asks.length <= depth && row.bids.length > 0, 'depth');
    fields(row, 'asks bids ts seqId', channel);
    same('checksum' in row, false, 'checksum');
    same('instId' in row, channel === 'books5', 'instId');
  }
});

await check('tickers, trades, mark price, funding, limits, interest, index are pushed', async () => {
  open.subscribe([
    { channel: 'tickers', instId: SWAP }, { channel: 'trades', instId: SWAP },
    { channel: 'mark-price', instId: SWAP }, { channel: 'funding-rate', instId: SWAP },
    { channel: 'price-limit', instId: SWAP }, { channel: 'open-interest', instId: SWAP },
    { channel: 'index-tickers', instId: SPOT },
  ]);
  const row = async (channel, names, ms = 30000) => {
    const { data } = await pushed(open, (m) => m.kind === 'update' && m.arg?.channel === channel && m.data, channel, ms);
    fields(data[0], names, channel);
    return data[0];
  };
  await row('tickers', 'instType instId last lastSz askPx askSz bidPx bidSz open24h high24h low24h volCcy24h vol24h sodUtc0 sodUtc8 ts');
  const trade = await row('trades', 'instId tradeId px sz side ts count source seqId');
  same(typeof trade.seqId, 'number', 'seqId');
  await row('mark-price', 'instType instId markPx ts');
  await row('price-limit', 'instId buyLmt sellLmt ts enabled');
  await row('index-tickers', 'instId idxPx high24h low24h open24h sodUtc0 sodUtc8 ts');
  await row('open-interest', 'instType instId oi oiCcy ts');
  await row('funding-rate', 'instType instId fundingRate fundingTime nextFundingTime minFundingRate maxFundingRate ts', 95000);
}, 120000);

await check('the trades pushed are the trades by REST', async () => {
  const rows = await until(() => rowsOf(open, 'trades'), (t) => t.length >= 3, 'trades', 30000);
  const known = new Map((await x.getTrades({ instId: SWAP, limit: '500' })).map((t) => [t.tradeId, t]));
  for (const row of rows.slice(-3)) {
    const twin = known.get(row.tradeId);
    yes(twin, `trade ${row.tradeId} is not known`);
    same([row.px, row.side], [twin.px, twin.side], 'trade');
    if (row.count === '1') same(row.sz, twin.sz, 'size');
  }
});

const business = socket('business');
await check('candles are pushed on the business path', async () => {
  business.subscribe([{ channel: 'candle1m', instId: SWAP }, { channel: 'mark-price-candle1m', instId: SWAP },
    { channel: 'index-candle1m', instId: SPOT }, { channel: 'trades-all', instId: SWAP }]);
  const candle = await pushed(business, (m) => m.arg?.channel === 'candle1m' && m.data, 'candle1m');
  same(candle.data[0].length, 9, 'parts');
  const [, o, h, l, c] = candle.data[0].map(Number);
  yes(l <= Math.min(o, c) && h >= Math.max(o, c), 'open and close inside');
  const mark = await pushed(business, (m) => m.arg?.channel === 'mark-price-candle1m' && m.data, 'mark candle');
  same(mark.data[0].length, 6, 'parts');
  const index = await pushed(business, (m) => m.arg?.channel === 'index-candle1m' && m.data, 'index candle');
  same(index.data[0].length, 6, 'parts');
  const trade = await pushed(business, (m) => m.arg?.channel === 'trades-all' && m.data, 'trades-all');
  same('count' in trade.data[0], false, 'count');
}, 60000);

await check('refused: a channel on the wrong path, one that is not there', async () => {
  await sleep(1100); // three connections a second are allowed
  const sent = socket('public');
  sent.subscribe({ channel: 'tickers', instId: 'NONE-USDT' });
  const error = await pushed(sent, (m) => m.kind === 'exception', 'an error');
  same(error.code, '60018', 'code');
  yes(error.msg.includes('NONE-USDT'), error.msg);
  yes(typeof error.connId === 'string' && error.connId.length > 0, 'connId');
  const moved = socket('business');
  moved.subscribe({ channel: 'candle1m', instId: 'NONE-USDT' });
  const other = await pushed(moved, (m) => m.kind === 'exception', 'an error');
  yes(['60018', '51001'].includes(other.code), `code ${other.code}`);
  for (const c of [sent, moved]) c.closeAll(true);
});

// ---------------------------------------------------------------------------------------- account

await check('account config, balance, fees have every field', async () => {
  const [config] = await x.getAccountConfiguration();
  fields(config, `uid mainUid acctLv posMode autoLoan greeksType feeType level levelTmp ctIsoMode mgnIsoMode
    spotOffsetType stgyType roleType traderInsts spotRoleType spotTraderInsts opAuth kycLv label ip perm
    liquidationGear enableSpotBorrow spotBorrowAutoRepay type acctStpMode settleCcy settleCcyList`, 'config');
  same([config.acctLv, config.posMode, config.acctStpMode], ['2', 'net_mode', 'cancel_maker'], 'modes');
  yes(config.perm.split(',').includes('trade') && !config.perm.includes('withdraw'), `perm ${config.perm}`);
  const [balance] = await x.getBalance();
  fields(balance, `uTime totalEq isoEq adjEq availEq ordFroz imr mmr borrowFroz mgnRatio notionalUsd
    notionalUsdForBorrow notionalUsdForSwap notionalUsdForFutures notionalUsdForOption upl details`, 'balance');
  const really = await truth();
  for (const row of balance.details) {
    fields(row, `ccy eq cashBal uTime isoEq availEq disEq fixedBal availBal frozenBal ordFrozen liab upl
      uplLiab crossLiab rewardBal isoLiab mgnRatio imr mmr interest twap maxLoan eqUsd borrowFroz notionalLever
      stgyEq isoUpl spotInUseAmt clSpotInUseAmt maxSpotInUse spotIsoBal smtSyncEq spotCopyTradingEq spotBal
      openAvgPx accAvgPx spotUpl spotUplRatio totalPnl totalPnlRatio collateralEnabled`, row.ccy);
    same(row.cashBal, really.balances.find((b) => b.ccy === row.ccy).cashBal, `${row.ccy} cashBal`);
  }
  const usd = balance.details.reduce((sum, row) => sum + Number(row.eqUsd), 0);
  near(balance.totalEq, usd, 'totalEq', 1e-6);
  const [fee] = await x.getFeeRates({ instType: 'SWAP', instId: SWAP });
  fields(fee, 'level feeGroup delivery exercise instType ts taker maker', 'fees');
  near(fee.feeGroup[0].taker, -0.0005, 'taker');
});

await check('only the currencies asked for', async () => {
  const [balance] = await x.getBalance({ ccy: 'BTC,USDT' });
  same(balance.details.map((row) => row.ccy).sort(), ['BTC', 'USDT'], 'currencies');
});

await check('leverage is set and told, cross and isolated', async () => {
  for (const mgnMode of ['cross', 'isolated']) {
    const [set] = await x.setLeverage({ instId: OTHER, lever: '4', mgnMode });
    same([set.lever, set.mgnMode, set.instId], ['4', mgnMode, OTHER], 'answer');
    const [now] = await x.getLeverageV2({ instId: OTHER, mgnMode });
    fields(now, 'ccy instId mgnMode posSide lever', 'leverage');
    same([now.lever, now.posSide], ['4', 'net'], mgnMode);
  }
  return refused(() => x.setLeverage({ instId: OTHER, lever: '9999', mgnMode: 'cross' }), '59102', '51000');
});

await check('how much may be bought: max-size, max-avail-size, max-withdrawal', async () => {
  const [size] = await x.getMaxBuySellAmount({ instId: SWAP, tdMode: 'cross' });
  fields(size, 'instId ccy maxBuy maxSell', 'size');
  yes(Number(size.maxBuy) > 0 && Number(size.maxSell) > 0, JSON.stringify(size));
  const [avail] = await x.getMaxAvailableTradableAmount({ instId: SPOT, tdMode: 'cash' });
  const usdt = await cash('USDT');
  near(avail.availBuy, usdt, 'availBuy', 1e-6);
  const [wd] = await x.getMaxWithdrawals({ ccy: 'USDT' });
  near(wd.maxWd, usdt, 'maxWd', 1e-6);
});

await check('long and short positions side by side, then net again', async () => {
  same((await x.setPositionMode({ posMode: 'long_short_mode' }))[0].posMode, 'long_short_mode', 'posMode');
  try {
    const open = (side, posSide, sz) => x.submitOrder({ instId: OTHER, tdMode: 'cross', side, posSide, ordType: 'market', sz });
    await open('buy', 'long', '3');
    await open('sell', 'short', '2');
    const rows = await until(() => x.getPositions({ instId: OTHER }), (p) => p.length === 2, 'two positions');
    const by = Object.fromEntries(rows.map((p) => [p.posSide, p]));
    same([by.long.pos, by.short.pos], ['3', '2'], 'positions');
    await refused(() => open('buy', undefined, '1'), '51000');
    await open('sell', 'long', '3');
    await open('buy', 'short', '2');
    await until(() => x.getPositions({ instId: OTHER }), (p) => p.every((row) => Number(row.pos) === 0), 'flat');
  } finally {
    await x.setPositionMode({ posMode: 'net_mode' });
  }
  same((await x.getAccountConfiguration())[0].posMode, 'net_mode', 'posMode');
});

// ----------------------------------------------------------------------------------------- orders

const kOrder = `instType instId ccy ordId clOrdId tag px pxUsd pxVol pxType sz ordType side posSide tdMode tgtCcy
  accFillSz fillPx tradeId fillSz fillTime avgPx state lever attachAlgoClOrdId tpTriggerPx tpTriggerPxType tpOrdPx
  slTriggerPx slTriggerPxType slOrdPx attachAlgoOrds stpMode feeCcy fee rebateCcy source rebate pnl category
  reduceOnly cancelSource cancelSourceReason quickMgnType algoClOrdId algoId isTpLimit linkedAlgoOrd tradeQuoteCcy
  uTime cTime`;
const private_ = socket('private');
const kPush = `${kOrder} notionalUsd fillPnl fillFee fillFeeCcy fillPxVol fillPxUsd fillMarkVol fillFwdPx
  fillMarkPx fillIdxPx execType fillNotionalUsd lastPx amendSource reqId amendResult code msg`;

await check('private channels answer a subscription with what is', async () => {
  private_.subscribe([
    { channel: 'orders', instType: 'ANY' }, { channel: 'account' }, { channel: 'positions', instType: 'ANY' },
    { channel: 'balance_and_position' }, { channel: 'liquidation-warning', instType: 'ANY' },
  ]);
  for (const channel of ['orders', 'account', 'positions', 'balance_and_position', 'liquidation-warning']) {
    const ack = await pushed(private_, (m) => m.event === 'subscribe' && m.arg.channel === channel, `${channel} ack`);
    yes(typeof ack.connId === 'string', 'connId');
    const count = await pushed(private_, (m) => m.event === 'channel-conn-count' && m.channel === channel, `${channel} count`);
    same(count.connCount, '1', 'connCount');
  }
  const account = await pushed(private_, (m) => m.arg?.channel === 'account' && m.data, 'account');
  same([account.eventType, account.curPage, account.lastPage], ['snapshot', 1, true], 'account snapshot');
  yes(typeof account.arg.uid === 'string' && account.arg.uid.length > 0, 'uid');
  const usdt = account.data[0].details.find((row) => row.ccy === 'USDT');
  near(usdt.cashBal, await cash('USDT'), 'cashBal');
  const both = await pushed(private_, (m) => m.arg?.channel === 'balance_and_position' && m.data, 'balance_and_position');
  same(both.data[0].eventType, 'snapshot', 'eventType');
  fields(both.data[0], 'pTime eventType balData posData trades', 'balance_and_position');
}, 30000);

await check('an order by REST is seen by the orders channel with every field', async () => {
  const placed = await limit(SWAP, { clOrdId: 'suite1', tag: 'suite' });
  const [ack] = await x.submitOrder(placed);
  fields(ack, 'ordId clOrdId tag ts sCode sMsg', 'answer');
  same([ack.sCode, ack.clOrdId], ['0', 'suite1'], 'answer');
  const push = (pleases, what) => until(() => rowsOf(private_, 'orders').find((o) => o.ordId === ack.ordId && pleases(o)),
    (o) => o !== undefined, what);
  const live = await push((o) => o.state === 'live', 'live push');
  fields(live, kPush.replace('cancelSourceReason', ''), 'push');
  same([live.px, live.sz, live.accFillSz, live.fillSz, live.avgPx, live.tradeId, live.reduceOnly],
       [placed.px, '1', '0', '0', '0', '', 'false'], 'live');
  const order = await details(SWAP, ack.ordId);
  fields(order, kOrder, 'order');
  same([order.avgPx, order.clOrdId, order.cTime, order.posSide], ['', 'suite1', live.cTime, 'net'], 'order');
  same((await x.getOrderDetails({ instId: SWAP, clOrdId: 'suite1' }))[0].ordId, ack.ordId, 'by client id');
  const px = await below(SWAP, 0.04);
  const [amended] = await x.amendOrder({ instId: SWAP, clOrdId: 'suite1', newPx: px, newSz: '2', reqId: 'r1' });
  same([amended.ordId, amended.reqId, amended.sCode], [ack.ordId, 'r1', '0'], 'amend answer');
  const moved = await push((o) => o.reqId === 'r1', 'amend push');
  same([moved.px, moved.sz, moved.amendResult, moved.amendSource, moved.state], [px, '2', '0', '1', 'live'], 'amended');
  await x.cancelOrder({ instId: SWAP, ordId: ack.ordId });
  const gone = await push((o) => o.state === 'canceled', 'cancel push');
  same([gone.cancelSource, gone.accFillSz], ['1', '0'], 'cancelled');
  same((await finished(SWAP, ack.ordId)).state, 'canceled', 'state');
  return `${ack.ordId}`;
});

await check('a fill is told alike by order, fills, position, account and bills', async () => {
  const before = await cash('USDT');
  const [ack] = await x.submitOrder({ instId: SWAP, tdMode: 'cross', side: 'buy', ordType: 'market', sz: '2', clOrdId: '12345' });
  const order = await finished(SWAP, ack.ordId);
  same(order.state, 'filled', 'state');
  const fills = await until(() => x.getFills({ instId: SWAP, ordId: ack.ordId }), (f) => f.length > 0, 'fills');
  fields(fills[0], `instType instId tradeId ordId clOrdId billId subType tag fillPx fillSz fillIdxPx fillPnl
    fillPxVol fillPxUsd fillMarkVol fillFwdPx fillMarkPx side posSide execType feeCcy fee feeRate ts fillTime
    tradeQuoteCcy`, 'fill');
  const sum = (name) => fills.reduce((total, f) => total + Number(f[name]), 0);
  near(sum('fillSz'), 2, 'filled');
  const value = fills.reduce((total, f) => total + f.fillPx * f.fillSz * 0.01, 0);
  near(order.avgPx, value / 0.02, 'avgPx', 1e-9);
  near(sum('fee'), -value * 0.0005, 'fee', 1e-9);
  near(order.fee, sum('fee'), 'fee of the order');
  near((await cash('USDT')) - before, sum('fee'), 'balance', 1e-6);
  const pushes = (await until(() => rowsOf(private_, 'orders').filter((o) => o.ordId === ack.ordId),
    (o) => o.some((row) => row.state === 'filled'), 'pushes'));
  same(pushes.filter((o) => o.tradeId).map((o) => o.tradeId), [...fills].reverse().map((f) => f.tradeId), 'trades');
  near(pushes.reduce((total, o) => total + Number(o.fillFee), 0), sum('fee'), 'fees pushed');
  same(pushes.at(-1).execType, 'T', 'execType');
  const [position] = await x.getPositions({ instId: SWAP });
  fields(position, `instType mgnMode posId posSide pos posCcy availPos avgPx upl uplRatio uplLastPx uplRatioLastPx
    instId lever liqPx markPx imr margin mgnRatio mmr liab liabCcy interest tradeId notionalUsd optVal adl bizRefId
    bizRefType ccy last idxPx usdPx bePx deltaBS deltaPA gammaBS gammaPA thetaBS thetaPA vegaBS vegaPA
    realizedPnl pnl fee fundingFee liqPenalty closeOrderAlgo cTime uTime`, 'position');
  same([position.pos, position.mgnMode, position.posSide, position.ccy], ['2', 'cross', 'net', 'USDT'], 'position');
  near(position.avgPx, order.avgPx, 'avgPx');
  same(position.tradeId, fills[0].tradeId, 'tradeId');
  near(position.upl, (position.markPx - position.avgPx) * 0.02, 'upl', 1e-6);
  near(position.imr, position.markPx * 0.02 / position.lever, 'imr', 1e-6);
  near(position.realizedPnl, Number(position.pnl) + Number(position.fee) + Number(position.fundingFee) +
       Number(position.liqPenalty), 'realizedPnl', 1e-9);
  await until(() => rowsOf(private_, 'positions').at(-1), (p) => p?.pos === '2', 'position pushed');
  const event = await pushed(private_, (m) => m.arg?.channel === 'balance_and_position' &&
    m.data?.[0].eventType === 'filled' && m.data[0].trades.some((t) => t.tradeId === fills[0].tradeId), 'filled event');
  near(event.data[0].posData[0].pos, 2, 'posData');
  const bills = (await x.getBills({ instType: 'SWAP', type: '2' })).filter((b) => b.ordId === ack.ordId);
  fields(bills[0], `billId type subType ts balChg posBalChg bal posBal sz px ccy pnl fee mgnMode instId ordId
    execType from to notes interest tag fillTime tradeId clOrdId`, 'bill');
  same(bills.map((b) => b.tradeId), fills.map((f) => f.tradeId), 'bills');
  same(bills.map((b) => b.billId), fills.map((f) => f.billId), 'bill ids');
  near(bills[0].bal, await cash('USDT'), 'bal', 1e-9);
  await close(SWAP);
  const past = await x.getPositionsHistory({ instId: SWAP });
  fields(past[0], `instType instId mgnMode type cTime uTime openAvgPx closeAvgPx posId openMaxPos closeTotalPos
    realizedPnl fee fundingFee liqPenalty pnl pnlRatio posSide lever direction triggerPx uly ccy`, 'past position');
  near(past[0].openAvgPx, order.avgPx, 'openAvgPx');
}, 40000);

await check('order types by REST: post_only, ioc, fok, optimal_limit_ioc', async () => {
  const t = await ticker(SWAP);
  const end = async (more) => finished(SWAP, (await x.submitOrder(await limit(SWAP, more)))[0].ordId);
  const cross = await end({ ordType: 'post_only', px: onTick(SWAP, t.askPx * 1.01) });
  same([cross.state, cross.cancelSource], ['canceled', '31'], 'post_only that crosses');
  const states = (await until(() => rowsOf(private_, 'orders').filter((o) => o.ordId === cross.ordId),
    (rows) => rows.length > 0, 'push')).map((o) => o.state);
  same(states, ['canceled'], 'pushes of a post-only that crosses');
  same((await end({ ordType: 'ioc' })).cancelSource, '14', 'ioc');
  same((await end({ ordType: 'fok' })).cancelSource, '13', 'fok');
  const taken = await end({ ordType: 'optimal_limit_ioc', px: '' });
  same(taken.state, 'filled', 'optimal_limit_ioc');
  const less = await end({ ordType: 'market', side: 'sell', px: '', reduceOnly: true });
  same([less.state, less.reduceOnly], ['filled', 'true'], 'reduce-only market');
  near((await x.getPositions({ instId: SWAP })).reduce((n, p) => n + Number(p.pos), 0), 0, 'flat');
});

await check('spot market orders by quote and by base', async () => {
  const buy = async (more) => finished(SPOT, (await x.submitOrder({ instId: SPOT, tdMode: 'cash', ordType: 'market', ...more }))[0].ordId);
  const spent = await buy({ side: 'buy', sz: '500' });
  near(spent.accFillSz * spent.avgPx, 500, 'spent', 0.01);
  same([spent.tgtCcy, spent.feeCcy, spent.state], ['quote_ccy', 'BTC', 'filled'], 'order');
  const base = await buy({ side: 'buy', sz: '0.002', tgtCcy: 'base_ccy' });
  near(base.accFillSz, 0.002, 'filled');
  const sold = await buy({ side: 'sell', sz: '100', tgtCcy: 'quote_ccy' });
  near(sold.accFillSz * sold.avgPx, 100, 'sold', 0.02);
});

await check('the inverse swap is settled in coin', async () => {
  const before = await cash('BTC');
  const [ack] = await x.submitOrder({ instId: INVERSE, tdMode: 'cross', side: 'sell', ordType: 'market', sz: '10' });
  const order = await finished(INVERSE, ack.ordId);
  same(order.feeCcy, 'BTC', 'feeCcy');
  near(order.fee, -10 * 100 / order.avgPx * 0.0005, 'fee', 1e-6);
  near((await cash('BTC')) - before, order.fee, 'balance', 1e-6);
  const [position] = await x.getPositions({ instId: INVERSE });
  same([position.pos, position.ccy], ['-10', 'BTC'], 'position');
  near(position.upl, -10 * 100 * (1 / position.avgPx - 1 / position.markPx), 'upl', 1e-5);
  await close(INVERSE);
});

await check('an isolated position takes its own margin, which may be added to', async () => {
  const [ack] = await x.submitOrder({ instId: OTHER, tdMode: 'isolated', side: 'buy', ordType: 'market', sz: '4' });
  const order = await finished(OTHER, ack.ordId);
  const margin = async () => (await x.getPositions({ instId: OTHER })).find((p) => p.mgnMode === 'isolated');
  const position = await margin();
  same([position.pos, position.lever], ['4', '4'], 'position');
  near(position.margin, order.avgPx * 4 / 4, 'margin', 1e-6);
  yes(Number(position.liqPx) > 0 && Number(position.liqPx) < Number(position.avgPx), `liqPx ${position.liqPx}`);
  const [more] = await x.changePositionMargin({ instId: OTHER, posSide: 'net', type: 'add', amt: '10' });
  near(more.amt, 10, 'amt');
  near((await margin()).margin, Number(position.margin) + 10, 'margin', 1e-6);
  await close(OTHER);
});

await check('batches: placed, amended, cancelled, each item told of', async () => {
  const one = await limit(OTHER);
  const made = await x.submitMultipleOrders([one, { ...one, sz: '2' }, { ...one, sz: '3', clOrdId: 'batch3' }]);
  same(made.map((row) => row.sCode), ['0', '0', '0'], 'sCodes');
  same(made[2].clOrdId, 'batch3', 'clOrdId');
  const px = await below(OTHER, 0.04);
  const amended = await x.amendMultipleOrders(made.map((row) => ({ instId: OTHER, ordId: row.ordId, newPx: px })));
  same(amended.map((row) => row.ordId), made.map((row) => row.ordId), 'amended');
  const open = await until(() => x.getOrderList({ instId: OTHER }), (o) => o.every((row) => row.px === px), 'prices');
  same(open.map((o) => o.sz), ['3', '2', '1'], 'newest first');
  const page = await x.getOrderList({ instId: OTHER, limit: '2', after: open[0].ordId });
  same(page.map((o) => o.ordId), open.slice(1).map((o) => o.ordId), 'page');
  const gone = await x.cancelMultipleOrders(made.map((row) => ({ instId: OTHER, ordId: row.ordId })));
  same(gone.map((row) => row.sCode), ['0', '0', '0'], 'sCodes');
  await until(() => x.getOrderList({ instId: OTHER }), (o) => o.length === 0, 'none open');
});

await check('a batch that fails in part is code 2, wholly code 1', async () => {
  const one = await limit(OTHER);
  try {
    await x.submitMultipleOrders([one, { ...one, sz: '0.001' }]);
    yes(false, 'not refused');
  } catch (error) {
    same(error.code, '2', `code of ${JSON.stringify(error)}`);
    same(error.data[0].sCode, '0', 'first');
    yes(error.data[1].sCode.startsWith('51') && error.data[1].ordId === '', 'second');
    await x.cancelOrder({ instId: OTHER, ordId: error.data[0].ordId });
  }
  try {
    await x.submitMultipleOrders([{ ...one, sz: '0.001' }, { ...one, sz: '0.001' }]);
    yes(false, 'not refused');
  } catch (error) {
    same(error.code, '1', `code of ${JSON.stringify(error)}`);
  }
});

await check('the same client id again only when the first is done', async () => {
  const one = await limit(OTHER, { clOrdId: 'twice' });
  const [first] = await x.submitOrder(one);
  await refused(() => x.submitOrder(one), '51016', '50071');
  await x.cancelOrder({ instId: OTHER, clOrdId: 'twice' });
  await finished(OTHER, first.ordId);
  const [second] = await x.submitOrder(one);
  same((await x.getOrderDetails({ instId: OTHER, clOrdId: 'twice' }))[0].ordId, second.ordId, 'the latest');
  await x.cancelOrder({ instId: OTHER, clOrdId: 'twice' });
});

await check('self-trade prevention cancels our resting order', async () => {
  const t = await ticker(SWAP);
  const px = onTick(SWAP, (Number(t.bidPx) + Number(t.askPx)) / 2);
  const [maker] = await x.submitOrder(await limit(SWAP, { px, ordType: 'limit', sz: '0.01' }));
  const state = (await details(SWAP, maker.ordId)).state;
  if (state === 'filled') return close(SWAP).then(() => 'the maker was taken first');
  const [taker] = await x.submitOrder(await limit(SWAP, { side: 'sell', px, ordType: 'ioc', sz: '0.01', stpMode: 'cancel_maker' }));
  const end = await finished(SWAP, maker.ordId);
  if (end.state === 'canceled') same(end.cancelSource, '32', 'cancelSource');
  await finished(SWAP, taker.ordId);
  await close(SWAP);
});

await check('expTime in the past is refused, cancel-all-after cancels', async () => {
  const [timer] = await x.cancelAllAfter({ timeOut: '10' });
  fields(timer, 'triggerTime ts', 'timer');
  yes(Number(timer.triggerTime) > 0, 'triggerTime');
  const [ack] = await x.submitOrder(await limit(OTHER));
  const end = await until(() => details(OTHER, ack.ordId), (o) => o.state === 'canceled', 'the timer', 20000);
  same(end.cancelSource, '20', 'cancelSource');
}, 40000);

// ------------------------------------------------------------------------------------ algo orders

await check('algo orders: trigger placed, pushed, amended, cancelled', async () => {
  business.subscribe({ channel: 'orders-algo', instType: 'ANY' });
  await pushed(business, (m) => m.event === 'subscribe' && m.arg.channel === 'orders-algo', 'ack');
  const last = Number((await ticker(SWAP)).last);
  const [ack] = await x.placeAlgoOrder({ instId: SWAP, tdMode: 'cross', side: 'buy', ordType: 'trigger', sz: '1',
    triggerPx: onTick(SWAP, last * 0.9), orderPx: '-1', algoClOrdId: 'algo1' });
  fields(ack, 'algoId algoClOrdId sCode sMsg tag', 'answer');
  same([ack.sCode, ack.algoClOrdId], ['0', 'algo1'], 'answer');
  const push = await until(() => rowsOf(business, 'orders-algo').find((a) => a.algoId === ack.algoId), (a) => a, 'push');
  fields(push, `algoId algoClOrdId ordId ordType side posSide tdMode sz triggerPx triggerPxType ordPx tpTriggerPx
    tpOrdPx slTriggerPx slOrdPx actualSz actualPx actualSide triggerTime tag state cTime instId instType ccy lever
    notionalUsd last`, 'push');
  same([push.state, push.triggerPx], ['live', onTick(SWAP, last * 0.9)], 'push');
  await x.amendAlgoOrder({ instId: SWAP, algoId: ack.algoId, newSz: '2', newTriggerPx: onTick(SWAP, last * 0.89) });
  const [now] = await until(() => x.getAlgoOrderList({ ordType: 'trigger', algoId: ack.algoId }), (a) => a[0]?.sz === '2', 'amended');
  same(now.triggerPx, onTick(SWAP, last * 0.89), 'trigger price');
  same((await x.getAlgoOrderDetails({ algoClOrdId: 'algo1' }))[0].algoId, ack.algoId, 'by client id');
  const [gone] = await x.cancelAlgoOrder([{ instId: SWAP, algoId: ack.algoId }]);
  same(gone.sCode, '0', 'sCode');
  await until(() => rowsOf(business, 'orders-algo').filter((a) => a.algoId === ack.algoId).at(-1), (a) => a.state === 'canceled', 'cancel push');
  const past = await x.getAlgoOrderHistory({ ordType: 'trigger', state: 'canceled' });
  yes(past.some((a) => a.algoId === ack.algoId), 'history');
});

await check('algo orders: every type is taken, listed and cancelled', async () => {
  const last = Number((await ticker(SWAP)).last);
  const px = (share) => onTick(SWAP, last * share);
  const base = { instId: SWAP, tdMode: 'cross', sz: '1' };
  const kinds = {
    conditional: { ...base, side: 'sell', slTriggerPx: px(0.9), slOrdPx: '-1' },
    oco: { ...base, side: 'sell', slTriggerPx: px(0.9), slOrdPx: '-1', tpTriggerPx: px(1.1), tpOrdPx: '-1' },
    trigger: { ...base, side: 'buy', triggerPx: px(0.9), orderPx: px(0.9) },
    move_order_stop: { ...base, side: 'sell', callbackRatio: '0.01' },
    twap: { ...base, side: 'buy', sz: '10', szLimit: '1', pxLimit: px(0.95), timeInterval: '5', pxVar: '0.01' },
    smart_iceberg: { ...base, side: 'buy', sz: '10', szLimit: '1', lmtOrderNumber: '2', aggressiveness: 'conservative', pxLimit: px(0.95) },
    chase: { ...base, side: 'buy', sz: '1', chaseType: 'distance', chaseVal: '100' },
  };
  for (const [ordType, order] of Object.entries(kinds)) {
    const [ack] = await x.placeAlgoOrder({ ordType, ...order });
    same(ack.sCode, '0', `${ordType} ${ack.sMsg}`);
    const rows = await x.getAlgoOrderList({ ordType });
    yes(rows.some((a) => a.algoId === ack.algoId), `${ordType} is not pending`);
    const [gone] = await x.cancelAlgoOrder([{ instId: SWAP, algoId: ack.algoId }]);
    same(gone.sCode, '0', `${ordType} ${gone.sMsg}`);
  }
  await until(() => x.getOrderList({ instId: SWAP }), (o) => o.length === 0, 'children cancelled');
  return Object.keys(kinds).join(' ');
}, 40000);

await check('algo orders: one that fires places its order and is effective', async () => {
  // One above and one below the price: the market need only move.
  const last = Number((await ticker(SWAP)).last);
  const made = [];
  for (const share of [1.00002, 0.99998]) {
    const [ack] = await x.placeAlgoOrder({ instId: SWAP, tdMode: 'cross', side: 'buy', ordType: 'trigger', sz: '1',
      triggerPx: onTick(SWAP, last * share), orderPx: '-1' });
    made.push(ack.algoId);
  }
  const look = () => Promise.all(made.map(async (algoId) => (await x.getAlgoOrderDetails({ algoId }))[0]));
  const both = await until(look, (rows) => rows.some((a) => a.state === 'effective'), 'fired', 60000);
  const fired = both.find((a) => a.state === 'effective');
  const ordId = fired.ordId || fired.ordIdList[0];
  const child = await finished(SWAP, ordId);
  same([child.algoId, child.state], [fired.algoId, 'filled'], 'child');
  const push = await until(() => rowsOf(private_, 'orders').find((o) => o.ordId === ordId), (o) => o, 'push of the child');
  same([push.algoId, push.source], [fired.algoId, '6'], 'push');
  for (const algoId of made) await x.cancelAlgoOrder([{ instId: SWAP, algoId }]).catch(() => {}); // one has fired
  await close(SWAP);
}, 90000);

await check('stop loss and take profit wait for their order', async () => {
  const one = await limit(SWAP);
  const [ack] = await x.submitOrder({ ...one, ordType: 'market', px: undefined, attachAlgoOrds: [
    { attachAlgoClOrdId: 'att1', slTriggerPx: onTick(SWAP, one.px * 0.9), slOrdPx: '-1', tpTriggerPx: onTick(SWAP, one.px * 1.2), tpOrdPx: '-1' }] });
  await finished(SWAP, ack.ordId);
  const rows = await until(() => x.getAlgoOrderList({ ordType: 'oco' }), (a) => a.length === 1, 'attached algo order');
  same([rows[0].side, rows[0].slTriggerPx], ['sell', onTick(SWAP, one.px * 0.9)], 'attached');
  await x.cancelAlgoOrder([{ instId: SWAP, algoId: rows[0].algoId }]);
  await close(SWAP);
});

// ------------------------------------------------------------------------- orders by the WebSocket

const orders = new WebsocketAPIClient({ accounts: [keysOf(ready)], wsUrl: `${ready.ws}/private`, attachEventListeners: false }, quiet);
const wsLimit = async (instId, more) => {
  const { instId: _, ...order } = await limit(instId, more);
  return { instIdCode: defined.get(instId).instIdCode, ...order };
};
await check('WebSocket: order, amend, cancel', async () => {
  const instIdCode = defined.get(SWAP).instIdCode;
  const made = await orders.submitNewOrder(await wsLimit(SWAP, { clOrdId: 'ws1' }));
  fields(made, 'id op code msg data inTime outTime', 'answer');
  yes(/^\d{16}$/.test(made.inTime) && /^\d{16}$/.test(made.outTime), `${made.inTime} ${made.outTime}`);
  fields(made.data[0], 'ordId clOrdId tag ts sCode sMsg', 'item');
  const { ordId } = made.data[0];
  same((await details(SWAP, ordId)).state, 'live', 'state');
  const px = await below(SWAP, 0.05);
  const amended = await orders.amendOrder({ instIdCode, ordId, newPx: px, reqId: 'w1' });
  same([amended.data[0].ordId, amended.data[0].reqId], [ordId, 'w1'], 'amend');
  await until(() => details(SWAP, ordId), (o) => o.px === px, 'amended');
  const gone = await orders.cancelOrder({ instIdCode, ordId });
  same([gone.code, gone.data[0].sCode], ['0', '0'], 'cancel');
  same((await finished(SWAP, ordId)).state, 'canceled', 'state');
});

await check('WebSocket: batches', async () => {
  const instIdCode = defined.get(OTHER).instIdCode;
  const one = await wsLimit(OTHER);
  const made = await orders.submitMultipleOrders([one, { ...one, sz: '2' }]);
  same(made.data.map((row) => row.sCode), ['0', '0'], 'placed');
  const px = await below(OTHER, 0.05);
  const ids = made.data.map((row) => ({ instIdCode, ordId: row.ordId }));
  const amended = await orders.amendMultipleOrders(ids.map((id) => ({ ...id, newPx: px })));
  same(amended.data.map((row) => row.sCode), ['0', '0'], 'amended');
  const gone = await orders.cancelMultipleOrders(ids);
  same(gone.data.map((row) => row.sCode), ['0', '0'], 'cancelled');
  await until(() => x.getOrderList({ instId: OTHER }), (o) => o.length === 0, 'none open');
});

await check('WebSocket: refusals', async () => {
  const instIdCode = defined.get(SWAP).instIdCode;
  const one = await wsLimit(SWAP);
  await refused(() => orders.submitNewOrder({ ...one, sz: '50000000' }), '51008', '51004', '51101', '51202');
  const { instIdCode: _, ...nameless } = one;
  await refused(() => orders.submitNewOrder({ ...nameless, instId: SWAP }), '50014');
  await refused(() => orders.submitNewOrder({ ...one, instIdCode: 1 }), '51001');
  await refused(() => orders.cancelOrder({ instIdCode, ordId: '1' }), '51400');
  await refused(() => orders.amendOrder({ instIdCode, ordId: '1', newSz: '2' }), '51503');
  await refused(() => orders.submitMultipleOrders(Array(21).fill(one)), '51111', '60013');
});

// -------------------------------------------------------------------------------------- histories

await check('histories agree with each other, page by page', async () => {
  const all = await x.getOrderHistory({ instType: 'SWAP' });
  yes(all.length > 10, `${all.length} orders`);
  const paged = [];
  for (let after; ;) {
    const page = await x.getOrderHistory({ instType: 'SWAP', limit: '7', ...(after ? { after } : {}) });
    if (!page.length) break;
    paged.push(...page);
    after = page.at(-1).ordId;
  }
  same(paged.slice(0, all.length).map((o) => o.ordId), all.map((o) => o.ordId), 'pages');
  const newer = await x.getOrderHistory({ instType: 'SWAP', before: all[3].ordId, limit: '100' });
  same(newer.map((o) => o.ordId), all.slice(0, 3).map((o) => o.ordId), 'newer than the fourth');
  const archive = await x.getOrderHistoryArchive({ instType: 'SWAP' });
  yes(archive.every((o) => o.state === 'filled' || Number(o.accFillSz) > 0), 'the archive has no unfilled ones');
  const really = await truth();
  for (const order of archive) {
    same(really.orders.find((o) => o.ordId === order.ordId)?.accFillSz, order.accFillSz, order.ordId);
  }
  return `${paged.length} orders`;
});

await check('bills and fills by time and type', async () => {
  const bills = await x.getBills({});
  for (let i = 1; i < bills.length; ++i) yes(BigInt(bills[i].billId) < BigInt(bills[i - 1].billId), 'newest first');
  const since = bills[Math.floor(bills.length / 2)].ts;
  const later = await x.getBills({ begin: since });
  yes(later.length > 0 && later.every((b) => Number(b.ts) >= Number(since)), 'begin');
  const archive = await x.getBillsArchive({ type: '2' });
  yes(archive.length > 0 && archive.every((b) => b.type === '2'), 'type');
  const only = await x.getFillsHistory({ instType: 'SPOT' });
  yes(only.length > 0 && only.every((f) => f.instType === 'SPOT'), 'instType');
});

await check('funding account: transfer, state, bills, valuation, currencies', async () => {
  const before = await cash('USDT');
  const [moved] = await x.fundsTransfer({ ccy: 'USDT', amt: '10', from: '18', to: '6', clientId: 'tr1' });
  fields(moved, 'transId ccy amt from to clientId', 'transfer');
  near(await cash('USDT'), before - 10, 'trading account');
  const [state] = await x.getFundsTransferState({ transId: moved.transId });
  same([state.state, state.amt], ['success', '10'], 'state');
  const [funding] = await x.getBalances({ ccy: 'USDT' });
  fields(funding, 'ccy bal frozenBal availBal', 'balance');
  yes(Number(funding.availBal) >= 10, funding.availBal);
  const bills = await x.getAssetBillsDetails({ ccy: 'USDT' });
  fields(bills[0], 'billId ccy clientId balChg bal type ts', 'bill');
  near(bills[0].bal, funding.bal, 'bal');
  await x.fundsTransfer({ ccy: 'USDT', amt: '10', from: '6', to: '18' });
  near(await cash('USDT'), before, 'and back');
  await sleep(1100); // two transfers a second
  await refused(() => x.fundsTransfer({ ccy: 'USDT', amt: '999999999', from: '18', to: '6' }), '58350', '51008', '58112', '58115', '59200');
  fields((await x.getAccountAssetValuation({}))[0], 'totalBal details ts', 'valuation');
  yes((await x.getCurrencies()).length > 0, 'currencies');
});

await check('sub-accounts are listed, their balances told, money moves', async () => {
  const list = await x.getSubAccountList({});
  for (const row of list) fields(row, 'type enable subAcct uid label mobile gAuth canTransOut ts', 'sub-account');
  if (!hasOurAccounts && !list.length) return 'this venue has none';
  same(list.map((row) => row.subAcct), ['helper'], 'names');
  const subAcct = list[0].subAcct;
  const [balance] = await x.getSubAccountBalances({ subAcct });
  fields(balance, 'totalEq details', 'balance');
  yes(Array.isArray(await x.getSubAccountFundingBalances({ subAcct })), 'funding');
  const [moved] = await x.fundsTransfer({ type: '1', ccy: 'USDT', amt: '5', from: '18', to: '18', subAcct });
  yes(moved.transId, 'transId');
  near((await x.getSubAccountBalances({ subAcct }))[0].details[0].cashBal, Number(balance.details[0].cashBal) + 5, 'there');
  await sleep(1100);
  await x.fundsTransfer({ type: '2', ccy: 'USDT', amt: '5', from: '18', to: '18', subAcct });
});

if (hasOurAccounts) {
  const venueKey = (n, secret) => ({ apiKey: `00000000-0000-4000-8000-00000000000${n}`, apiSecret: secret, apiPass: 'Clients-1' });
  const looker = venueKey(1, 'CLIENT0TESTS0READ0ONLY0SECRET000');
  const elsewhere = venueKey(2, 'CLIENT0TESTS0ELSEWHERE0SECRET000');
  const helper = venueKey(3, 'CLIENT0TESTS0SUB0ACCOUNT0SECRET0');
  const rival = venueKey(4, 'CLIENT0TESTS0RIVAL0SECRET0000000');

  await check('a key that may only read, one of another address, one of a sub-account', async () => {
    const reads = rest(ready, looker);
    same((await reads.getAccountConfiguration())[0].perm, 'read_only', 'perm');
    await refused(async () => reads.submitOrder(await limit(SWAP)), '50120', '50114');
    await refused(() => rest(ready, elsewhere).getBalance(), '50110');
    const sub = rest(ready, helper);
    const [main] = await x.getAccountConfiguration();
    const [own] = await sub.getAccountConfiguration();
    same(own.mainUid, main.uid, 'mainUid');
    yes(own.uid !== main.uid, 'its own uid');
    const [ack] = await sub.submitOrder(await limit(OTHER));
    await refused(() => x.getOrderDetails({ instId: OTHER, ordId: ack.ordId }), '51603');
    await sub.cancelOrder({ instId: OTHER, ordId: ack.ordId });
  });

  await check('a resting order that another user takes pays as maker', async () => {
    let order;
    let px;
    for (let tries = 0; tries < 10; ++tries) {
      px = (await ticker(OTHER)).bidPx;
      const [ack] = await x.submitOrder(await limit(OTHER, { ordType: 'post_only', px }));
      await rest(ready, rival).submitOrder(await limit(OTHER, { side: 'sell', px, ordType: 'ioc', sz: '2000' }));
      order = await details(OTHER, ack.ordId);
      if (order.state === 'live') await x.cancelOrder({ instId: OTHER, ordId: ack.ordId });
      if (order.state === 'filled') break;
      await sleep(100); // the market moved between the two
    }
    same([order.state, order.avgPx], ['filled', px], 'order');
    const fills = await x.getFills({ instId: OTHER, ordId: order.ordId });
    for (const fill of fills) {
      same([fill.execType, fill.fillPx], ['M', px], 'fill');
      near(fill.fee, -fill.fillSz * fill.fillPx * 0.0002, 'fee', 1e-9);
    }
    const push = await until(() => rowsOf(private_, 'orders').find((o) => o.ordId === order.ordId && o.tradeId), (o) => o, 'push');
    same(push.execType, 'M', 'execType');
    const other = rest(ready, rival);
    for (const p of await other.getPositions({ instId: OTHER })) {
      if (Number(p.pos)) await other.closePositions({ instId: OTHER, mgnMode: p.mgnMode });
    }
    await close(OTHER);
  });
}

// --------------------------------------------------------------------------------------- refusals

await check('refused: bad signature, passphrase, key', async () => {
  await refused(() => rest(ready, { apiSecret: 'wrong' }).getBalance(), '50113');
  await refused(() => rest(ready, { apiPass: 'wrong' }).getBalance(), '50105');
  await refused(() => rest(ready, { apiKey: '00000000-0000-4000-8000-000000000000' }).getBalance(), '50119');
});

await check('refused: orders that cannot be', async () => {
  const one = await limit(SWAP);
  const place = (more) => () => x.submitOrder({ ...one, ...more });
  await refused(place({ sz: '1.005' }), '51121');
  await refused(place({ px: `${one.px.split('.')[0]}.123` }), '51150', '51000', '51006');
  await refused(place({ instId: 'NONE-USDT-SWAP' }), '51001');
  await refused(place({ side: 'hold' }), '51000');
  await refused(place({ ordType: 'nonsense' }), '51000');
  await refused(place({ tdMode: 'cash' }), '51000', '51010');
  await refused(place({ clOrdId: 'with-dash' }), '51000');
  await refused(place({ px: onTick(SWAP, one.px * 2) }), '51006');
  await refused(place({ px: undefined }), '50014', '51000', '51204');
  await refused(place({ reduceOnly: true, ordType: 'market', px: undefined }), '51169');
  await refused(() => x.submitMultipleOrders(Array(21).fill(one)), '51111');
  await refused(() => x.cancelOrder({ instId: SWAP, ordId: '1' }), '51400');
  await refused(() => x.amendOrder({ instId: SWAP, ordId: '1', newSz: '2' }), '51503');
  await refused(() => x.getOrderDetails({ instId: SWAP, ordId: '1' }), '51603');
  await refused(() => x.submitOrder({ instId: SPOT, tdMode: 'cash', side: 'buy', ordType: 'market', sz: '99999999' }),
    '51008', '51201');
});

await check('refused: too many requests at once', async () => {
  const calls = await Promise.allSettled(Array.from({ length: 14 }, () => rest().getServerTime()));
  const late = calls.filter((call) => call.status === 'rejected').map((call) => codeOf(call.reason));
  yes(late.length >= 1 && late.every((code) => code === '50011'), `refused ${late}`);
  await sleep(2100);
  yes((await x.getServerTime()) > 0, 'two seconds later');
});

if (demoReady) {
  await check('the demo header: wanted by a demo venue, refused by a live one', async () => {
    await refused(() => rest(demoReady).getBalance(), '50101');
    yes((await rest(demoReady, { demoTrading: true }).getBalance()).length === 1, 'balance');
    await refused(() => rest(ready, { demoTrading: true }).getBalance(), '50101');
  });
}

await check('at the end nothing is open and the money adds up', async () => {
  const really = await truth();
  same(really.orders.filter((o) => o.state === 'live' || o.state === 'partially_filled').length, 0, 'open orders');
  same(really.positions.filter((p) => Number(p.pos) !== 0).length, 0, 'positions');
  same(really.money_ok, true, `money: ${really.money}`);
});

for (const client of [open, business, private_, orders.getWSClient()]) client.closeAll(true);
suite.end();

// Public sockets.

import { StrictBook, fields, same, sleep, until, yes } from '../check.mjs';
import { SPOT, SWAP, business, check, open, pushed, rowsOf, socket, x } from './venue.mjs';

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

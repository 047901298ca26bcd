// Sockets.

import ccxt from 'ccxt';
import { near, same, sleep, until, yes } from '../check.mjs';
import { OTHER, SPOT, SWAP, away, check, finished, refused, ticker, x } from './venue.mjs';

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

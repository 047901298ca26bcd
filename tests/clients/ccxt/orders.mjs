// Orders.

import { near, same, sleep, until, yes } from '../check.mjs';
import { OTHER, SPOT, SWAP, away, cash, check, finished, ticker, truth, x } from './venue.mjs';

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

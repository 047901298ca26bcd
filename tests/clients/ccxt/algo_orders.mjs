// Algo orders.

import { near, same, until, yes } from '../check.mjs';
import { SWAP, away, check, finished, ticker, x } from './venue.mjs';

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

// Algo orders.

import { fields, same, until, yes } from '../check.mjs';
import {
  SWAP, business, check, close, finished, limit, onTick, private_, pushed, rowsOf, ticker, x,
} from './venue.mjs';

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

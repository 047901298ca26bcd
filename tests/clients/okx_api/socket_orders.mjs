// Orders by the websocket.

import { fields, same, until, yes } from '../check.mjs';
import {
  OTHER, SWAP, below, check, defined, details, finished, limit, orders, refused, x,
} from './venue.mjs';

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

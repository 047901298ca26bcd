// Refusals.

import { same, sleep, yes } from '../check.mjs';
import {
  SPOT, SWAP, check, codeOf, demoReady, limit, onTick, ready, refused, rest, truth, x,
} from './venue.mjs';

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

// Account.

import { fields, near, same } from '../check.mjs';
import { SPOT, SWAP, check, truth, x } from './venue.mjs';

await check('fetchBalance is what the venue knows', async () => {
  const balance = await x.fetchBalance();
  const really = (await truth()).balances.filter((row) => Number(row.eq) !== 0);
  for (const row of really) near(balance.total[row.ccy], row.eq, row.ccy);
  same(Object.keys(balance.total).sort(), really.map((row) => row.ccy).sort(), 'currencies');
  return Object.entries(balance.total).map(([code, sum]) => `${sum} ${code}`).join(' ');
});

await check('fetchBalance of the funding account', async () => {
  const balance = await x.fetchBalance({ type: 'funding' });
  fields(balance, 'info free total', 'balance');
});

await check('fetchAccounts and fetchTradingFee', async () => {
  const accounts = await x.fetchAccounts();
  same(accounts.length, 1, 'accounts');
  const fee = await x.fetchTradingFee(SPOT);
  near(fee.maker, 0.0008, 'spot maker');
  near(fee.taker, 0.001, 'spot taker');
  near((await x.fetchTradingFee(SWAP)).taker, 0.0005, 'swap taker');
});

await check('setLeverage is what fetchLeverage then says', async () => {
  for (const lever of [7, 5]) {
    await x.setLeverage(lever, SWAP, { mgnMode: 'cross' });
    const now = await x.fetchLeverage(SWAP);
    same([now.longLeverage, now.shortLeverage], [lever, lever], 'leverage');
  }
});

await check('setPositionMode there and back', async () => {
  await x.setPositionMode(true);
  same((await x.fetchPositionMode()).hedged, true, 'hedged');
  await x.setPositionMode(false);
  same((await x.fetchPositionMode()).hedged, false, 'hedged');
});

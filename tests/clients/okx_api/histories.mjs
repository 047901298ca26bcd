// Histories.

import { fields, hasOurAccounts, near, same, sleep, until, yes } from '../check.mjs';
import {
  OTHER, SWAP, cash, check, close, details, limit, orders, private_, ready, refused, rest, rowsOf,
  ticker, truth, x,
} from './venue.mjs';

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

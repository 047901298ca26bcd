// Histories.

import ccxt from 'ccxt';
import { near, same, yes } from '../check.mjs';
import { SWAP, cash, check, truth, x } from './venue.mjs';

await check('fetchMyTrades and fetchClosedOrders tell the same story', async () => {
  const trades = await x.fetchMyTrades(SWAP);
  const closed = await x.fetchClosedOrders(SWAP);
  yes(trades.length >= 4 && closed.length >= 3, `${trades.length} trades, ${closed.length} orders`);
  for (const order of closed) {
    // Of an order that an algo order placed, ccxt's id is that of the algo order.
    const own = trades.filter((trade) => trade.order === order.info.ordId);
    near(own.reduce((sum, trade) => sum + trade.amount, 0), order.filled, `fills of ${order.id}`);
  }
  const really = (await truth()).fills.filter((row) => row.instId === 'BTC-USDT-SWAP');
  same(trades.length, really.length, 'fills');
});

await check('pages of fills meet', async () => {
  const all = (await x.privateGetTradeFillsHistory({ instType: 'SWAP' })).data;
  const paged = [];
  for (let after; ;) {
    const { data } = await x.privateGetTradeFillsHistory({ instType: 'SWAP', limit: '2', ...(after ? { after } : {}) });
    if (!data.length) break;
    yes(data.length <= 2, 'page of 2');
    paged.push(...data);
    after = data.at(-1).billId;
  }
  same(paged.map((row) => row.tradeId), all.map((row) => row.tradeId), 'fills');
});

await check('fetchLedger adds up to the balance', async () => {
  const rows = (await x.privateGetAccountBills({ ccy: 'USDT' })).data;
  yes(rows.length > 3, `${rows.length} bills`);
  near(rows[0].bal, await cash('USDT'), 'balance after the newest bill', 1e-9);
  for (let i = 1; i < rows.length; ++i) {
    near(Number(rows[i].bal) + Number(rows[i - 1].balChg), rows[i - 1].bal, 'chain of bills', 1e-10);
  }
  const ledger = await x.fetchLedger('USDT', undefined, 100, { type: 'swap' });
  const swaps = rows.filter((row) => row.instType === 'SWAP');
  same(ledger.map((row) => row.id).sort(), swaps.map((row) => row.billId).sort(), 'bills of swaps');
  for (const row of ledger) near(row.after, row.info.bal, row.id);
  return `${rows.length} bills`;
});

await check('fetchFundingHistory, deposits and withdrawals answer', async () => {
  for (const rows of [await x.fetchFundingHistory(), await x.fetchDeposits(), await x.fetchWithdrawals()]) {
    yes(Array.isArray(rows), 'a list');
  }
});

await check('a transfer between trading and funding is seen on both sides', async () => {
  const before = await cash('USDT');
  const out = await x.transfer('USDT', 25, 'spot', 'funding');
  yes(out.id, 'no id');
  near(await cash('USDT'), before - 25, 'trading account');
  same((await x.fetchTransfer(out.id)).status, 'ok', 'state');
  const funding = await x.fetchBalance({ type: 'funding' });
  yes(funding.free.USDT >= 25, `funding ${funding.free.USDT}`);
  await x.transfer('USDT', 25, 'funding', 'spot');
  near(await cash('USDT'), before, 'back');
  yes((await x.fetchTransfers('USDT')).length >= 2, 'transfers');
});

// Refusals.

import ccxt from 'ccxt';
import { same, yes } from '../check.mjs';
import {
  OTHER, SPOT, SWAP, away, check, client, demoReady, ready, refused, ticker, truth, x,
} from './venue.mjs';

await check('refused: a wrong secret, a wrong passphrase, an unknown key', async () => {
  await refused(() => client(ready, { secret: 'x'.repeat(32) }).fetchBalance(), ccxt.AuthenticationError, '50113');
  await refused(() => client(ready, { password: 'wrong' }).fetchBalance(), ccxt.AuthenticationError, '50105');
  const key = '00000000-0000-4000-8000-000000000000';
  await refused(() => client(ready, { apiKey: key }).fetchBalance(), ccxt.ExchangeError, '50119');
});

await check('refused: login with a wrong secret', async () => {
  const y = client(ready, { secret: 'x'.repeat(32) });
  y.markets = x.markets;
  const why = await refused(() => y.watchBalance(), ccxt.AuthenticationError, '60');
  await y.close();
  return why;
});

await check('refused: more than the account has', async () => {
  const { bid } = await ticker(SPOT);
  return refused(() => x.createOrder(SPOT, 'limit', 'buy', 50, away(SPOT, bid, 0.01)), ccxt.InsufficientFunds, '51008');
});

await check('refused: less than the minimum, off the lot', async () => {
  const { bid } = await ticker(SWAP);
  const raw = (sz) => x.privatePostTradeOrder({ instId: 'BTC-USDT-SWAP', tdMode: 'cross', side: 'buy', ordType: 'limit', px: String(away(SWAP, bid, 0.02)), sz });
  await refused(() => raw('0.005'), ccxt.BaseError, '51');
  await refused(() => raw('1.005'), ccxt.InvalidOrder, '51121');
});

await check('refused: an unknown instrument', () => refused(
  () => x.publicGetMarketTicker({ instId: 'NONE-USDT' }), ccxt.BadSymbol, '51001'));

await check('refused: an order that is not there', async () => {
  await refused(() => x.fetchOrder('1', SWAP), ccxt.OrderNotFound, '51603');
  await refused(() => x.cancelOrder('1', SWAP), ccxt.CancelPending ?? ccxt.ExchangeError, '51400').catch(
    () => refused(() => x.cancelOrder('1', SWAP), ccxt.ExchangeError, '51400'));
});

await check('refused: reduce-only without a position', async () => refused(
  () => x.createOrder(OTHER, 'market', 'sell', 1, undefined, { reduceOnly: true }), ccxt.ExchangeError, '51169'));

await check('refused: 21 orders in one batch', async () => {
  const { bid } = await ticker(OTHER);
  const many = Array.from({ length: 21 }, () => (
    { symbol: OTHER, type: 'limit', side: 'buy', amount: 0.01, price: away(OTHER, bid, 0.03) }));
  return refused(() => x.createOrders(many), ccxt.ExchangeError, '51111');
});

await check('refused: too many requests', async () => {
  const y = client(ready, { enableRateLimit: false });
  const calls = Array.from({ length: 14 }, () => y.fetchTime());
  const answers = await Promise.allSettled(calls);
  const late = answers.filter((a) => a.status === 'rejected');
  yes(late.length >= 1 && late.length <= 13, `${late.length} of 14 refused`);
  for (const { reason } of late) {
    yes(reason instanceof ccxt.RateLimitExceeded || reason instanceof ccxt.DDoSProtection, reason.message);
    yes(reason.message.includes('50011'), reason.message);
  }
  return `${late.length} of 14`;
});

if (demoReady) {
  await check('the demo venue wants its header, the live one refuses it', async () => {
    await refused(() => client(demoReady).fetchBalance(), ccxt.AuthenticationError, '50101');
    const demo = client(demoReady, { headers: { 'x-simulated-trading': '1' } });
    yes((await demo.fetchBalance()).total.USDT > 0, 'balance');
    await refused(() => client(ready, { headers: { 'x-simulated-trading': '1' } }).fetchBalance(),
      ccxt.AuthenticationError, '50101');
  });
}

await check('at the end nothing is open and the money adds up', async () => {
  const really = await truth();
  same(really.orders.filter((o) => o.state === 'live' || o.state === 'partially_filled').length, 0, 'open orders');
  same(really.positions.filter((p) => Number(p.pos) !== 0).length, 0, 'positions');
  same(really.money_ok, true, `money: ${really.money}`);
});

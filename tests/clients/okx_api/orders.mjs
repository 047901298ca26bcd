// Orders.

import { fields, near, same, until, yes } from '../check.mjs';
import {
  INVERSE, OTHER, SPOT, SWAP, below, cash, check, close, details, finished, limit, onTick,
  private_, pushed, refused, rowsOf, ticker, x,
} from './venue.mjs';

const kOrder = `instType instId ccy ordId clOrdId tag px pxUsd pxVol pxType sz ordType side posSide tdMode tgtCcy
  accFillSz fillPx tradeId fillSz fillTime avgPx state lever attachAlgoClOrdId tpTriggerPx tpTriggerPxType tpOrdPx
  slTriggerPx slTriggerPxType slOrdPx attachAlgoOrds stpMode feeCcy fee rebateCcy source rebate pnl category
  reduceOnly cancelSource cancelSourceReason quickMgnType algoClOrdId algoId isTpLimit linkedAlgoOrd tradeQuoteCcy
  uTime cTime`;
const kPush = `${kOrder} notionalUsd fillPnl fillFee fillFeeCcy fillPxVol fillPxUsd fillMarkVol fillFwdPx
  fillMarkPx fillIdxPx execType fillNotionalUsd lastPx amendSource reqId amendResult code msg`;

await check('private channels answer a subscription with what is', async () => {
  private_.subscribe([
    { channel: 'orders', instType: 'ANY' }, { channel: 'account' }, { channel: 'positions', instType: 'ANY' },
    { channel: 'balance_and_position' }, { channel: 'liquidation-warning', instType: 'ANY' },
  ]);
  for (const channel of ['orders', 'account', 'positions', 'balance_and_position', 'liquidation-warning']) {
    const ack = await pushed(private_, (m) => m.event === 'subscribe' && m.arg.channel === channel, `${channel} ack`);
    yes(typeof ack.connId === 'string', 'connId');
    const count = await pushed(private_, (m) => m.event === 'channel-conn-count' && m.channel === channel, `${channel} count`);
    same(count.connCount, '1', 'connCount');
  }
  const account = await pushed(private_, (m) => m.arg?.channel === 'account' && m.data, 'account');
  same([account.eventType, account.curPage, account.lastPage], ['snapshot', 1, true], 'account snapshot');
  yes(typeof account.arg.uid === 'string' && account.arg.uid.length > 0, 'uid');
  const usdt = account.data[0].details.find((row) => row.ccy === 'USDT');
  near(usdt.cashBal, await cash('USDT'), 'cashBal');
  const both = await pushed(private_, (m) => m.arg?.channel === 'balance_and_position' && m.data, 'balance_and_position');
  same(both.data[0].eventType, 'snapshot', 'eventType');
  fields(both.data[0], 'pTime eventType balData posData trades', 'balance_and_position');
}, 30000);

await check('an order by REST is seen by the orders channel with every field', async () => {
  const placed = await limit(SWAP, { clOrdId: 'suite1', tag: 'suite' });
  const [ack] = await x.submitOrder(placed);
  fields(ack, 'ordId clOrdId tag ts sCode sMsg', 'answer');
  same([ack.sCode, ack.clOrdId], ['0', 'suite1'], 'answer');
  const push = (pleases, what) => until(() => rowsOf(private_, 'orders').find((o) => o.ordId === ack.ordId && pleases(o)),
    (o) => o !== undefined, what);
  const live = await push((o) => o.state === 'live', 'live push');
  fields(live, kPush.replace('cancelSourceReason', ''), 'push');
  same([live.px, live.sz, live.accFillSz, live.fillSz, live.avgPx, live.tradeId, live.reduceOnly],
       [placed.px, '1', '0', '0', '0', '', 'false'], 'live');
  const order = await details(SWAP, ack.ordId);
  fields(order, kOrder, 'order');
  same([order.avgPx, order.clOrdId, order.cTime, order.posSide], ['', 'suite1', live.cTime, 'net'], 'order');
  same((await x.getOrderDetails({ instId: SWAP, clOrdId: 'suite1' }))[0].ordId, ack.ordId, 'by client id');
  const px = await below(SWAP, 0.04);
  const [amended] = await x.amendOrder({ instId: SWAP, clOrdId: 'suite1', newPx: px, newSz: '2', reqId: 'r1' });
  same([amended.ordId, amended.reqId, amended.sCode], [ack.ordId, 'r1', '0'], 'amend answer');
  const moved = await push((o) => o.reqId === 'r1', 'amend push');
  same([moved.px, moved.sz, moved.amendResult, moved.amendSource, moved.state], [px, '2', '0', '1', 'live'], 'amended');
  await x.cancelOrder({ instId: SWAP, ordId: ack.ordId });
  const gone = await push((o) => o.state === 'canceled', 'cancel push');
  same([gone.cancelSource, gone.accFillSz], ['1', '0'], 'cancelled');
  same((await finished(SWAP, ack.ordId)).state, 'canceled', 'state');
  return `${ack.ordId}`;
});

await check('a fill is told alike by order, fills, position, account and bills', async () => {
  const before = await cash('USDT');
  const [ack] = await x.submitOrder({ instId: SWAP, tdMode: 'cross', side: 'buy', ordType: 'market', sz: '2', clOrdId: '12345' });
  const order = await finished(SWAP, ack.ordId);
  same(order.state, 'filled', 'state');
  const fills = await until(() => x.getFills({ instId: SWAP, ordId: ack.ordId }), (f) => f.length > 0, 'fills');
  fields(fills[0], `instType instId tradeId ordId clOrdId billId subType tag fillPx fillSz fillIdxPx fillPnl
    fillPxVol fillPxUsd fillMarkVol fillFwdPx fillMarkPx side posSide execType feeCcy fee feeRate ts fillTime
    tradeQuoteCcy`, 'fill');
  const sum = (name) => fills.reduce((total, f) => total + Number(f[name]), 0);
  near(sum('fillSz'), 2, 'filled');
  const value = fills.reduce((total, f) => total + f.fillPx * f.fillSz * 0.01, 0);
  near(order.avgPx, value / 0.02, 'avgPx', 1e-9);
  near(sum('fee'), -value * 0.0005, 'fee', 1e-9);
  near(order.fee, sum('fee'), 'fee of the order');
  near((await cash('USDT')) - before, sum('fee'), 'balance', 1e-6);
  const pushes = (await until(() => rowsOf(private_, 'orders').filter((o) => o.ordId === ack.ordId),
    (o) => o.some((row) => row.state === 'filled'), 'pushes'));
  same(pushes.filter((o) => o.tradeId).map((o) => o.tradeId), [...fills].reverse().map((f) => f.tradeId), 'trades');
  near(pushes.reduce((total, o) => total + Number(o.fillFee), 0), sum('fee'), 'fees pushed');
  same(pushes.at(-1).execType, 'T', 'execType');
  const [position] = await x.getPositions({ instId: SWAP });
  fields(position, `instType mgnMode posId posSide pos posCcy availPos avgPx upl uplRatio uplLastPx uplRatioLastPx
    instId lever liqPx markPx imr margin mgnRatio mmr liab liabCcy interest tradeId notionalUsd optVal adl bizRefId
    bizRefType ccy last idxPx usdPx bePx deltaBS deltaPA gammaBS gammaPA thetaBS thetaPA vegaBS vegaPA
    realizedPnl pnl fee fundingFee liqPenalty closeOrderAlgo cTime uTime`, 'position');
  same([position.pos, position.mgnMode, position.posSide, position.ccy], ['2', 'cross', 'net', 'USDT'], 'position');
  near(position.avgPx, order.avgPx, 'avgPx');
  same(position.tradeId, fills[0].tradeId, 'tradeId');
  near(position.upl, (position.markPx - position.avgPx) * 0.02, 'upl', 1e-6);
  near(position.imr, position.markPx * 0.02 / position.lever, 'imr', 1e-6);
  near(position.realizedPnl, Number(position.pnl) + Number(position.fee) + Number(position.fundingFee) +
       Number(position.liqPenalty), 'realizedPnl', 1e-9);
  await until(() => rowsOf(private_, 'positions').at(-1), (p) => p?.pos === '2', 'position pushed');
  const event = await pushed(private_, (m) => m.arg?.channel === 'balance_and_position' &&
    m.data?.[0].eventType === 'filled' && m.data[0].trades.some((t) => t.tradeId === fills[0].tradeId), 'filled event');
  near(event.data[0].posData[0].pos, 2, 'posData');
  const bills = (await x.getBills({ instType: 'SWAP', type: '2' })).filter((b) => b.ordId === ack.ordId);
  fields(bills[0], `billId type subType ts balChg posBalChg bal posBal sz px ccy pnl fee mgnMode instId ordId
    execType from to notes interest tag fillTime tradeId clOrdId`, 'bill');
  same(bills.map((b) => b.tradeId), fills.map((f) => f.tradeId), 'bills');
  same(bills.map((b) => b.billId), fills.map((f) => f.billId), 'bill ids');
  near(bills[0].bal, await cash('USDT'), 'bal', 1e-9);
  await close(SWAP);
  const past = await x.getPositionsHistory({ instId: SWAP });
  fields(past[0], `instType instId mgnMode type cTime uTime openAvgPx closeAvgPx posId openMaxPos closeTotalPos
    realizedPnl fee fundingFee liqPenalty pnl pnlRatio posSide lever direction triggerPx uly ccy`, 'past position');
  near(past[0].openAvgPx, order.avgPx, 'openAvgPx');
}, 40000);

await check('order types by REST: post_only, ioc, fok, optimal_limit_ioc', async () => {
  const t = await ticker(SWAP);
  const end = async (more) => finished(SWAP, (await x.submitOrder(await limit(SWAP, more)))[0].ordId);
  const cross = await end({ ordType: 'post_only', px: onTick(SWAP, t.askPx * 1.01) });
  same([cross.state, cross.cancelSource], ['canceled', '31'], 'post_only that crosses');
  const states = (await until(() => rowsOf(private_, 'orders').filter((o) => o.ordId === cross.ordId),
    (rows) => rows.length > 0, 'push')).map((o) => o.state);
  same(states, ['canceled'], 'pushes of a post-only that crosses');
  same((await end({ ordType: 'ioc' })).cancelSource, '14', 'ioc');
  same((await end({ ordType: 'fok' })).cancelSource, '13', 'fok');
  const taken = await end({ ordType: 'optimal_limit_ioc', px: '' });
  same(taken.state, 'filled', 'optimal_limit_ioc');
  const less = await end({ ordType: 'market', side: 'sell', px: '', reduceOnly: true });
  same([less.state, less.reduceOnly], ['filled', 'true'], 'reduce-only market');
  near((await x.getPositions({ instId: SWAP })).reduce((n, p) => n + Number(p.pos), 0), 0, 'flat');
});

await check('spot market orders by quote and by base', async () => {
  const buy = async (more) => finished(SPOT, (await x.submitOrder({ instId: SPOT, tdMode: 'cash', ordType: 'market', ...more }))[0].ordId);
  const spent = await buy({ side: 'buy', sz: '500' });
  near(spent.accFillSz * spent.avgPx, 500, 'spent', 0.01);
  same([spent.tgtCcy, spent.feeCcy, spent.state], ['quote_ccy', 'BTC', 'filled'], 'order');
  const base = await buy({ side: 'buy', sz: '0.002', tgtCcy: 'base_ccy' });
  near(base.accFillSz, 0.002, 'filled');
  const sold = await buy({ side: 'sell', sz: '100', tgtCcy: 'quote_ccy' });
  near(sold.accFillSz * sold.avgPx, 100, 'sold', 0.02);
});

await check('the inverse swap is settled in coin', async () => {
  const before = await cash('BTC');
  const [ack] = await x.submitOrder({ instId: INVERSE, tdMode: 'cross', side: 'sell', ordType: 'market', sz: '10' });
  const order = await finished(INVERSE, ack.ordId);
  same(order.feeCcy, 'BTC', 'feeCcy');
  near(order.fee, -10 * 100 / order.avgPx * 0.0005, 'fee', 1e-6);
  near((await cash('BTC')) - before, order.fee, 'balance', 1e-6);
  const [position] = await x.getPositions({ instId: INVERSE });
  same([position.pos, position.ccy], ['-10', 'BTC'], 'position');
  near(position.upl, -10 * 100 * (1 / position.avgPx - 1 / position.markPx), 'upl', 1e-5);
  await close(INVERSE);
});

await check('an isolated position takes its own margin, which may be added to', async () => {
  const [ack] = await x.submitOrder({ instId: OTHER, tdMode: 'isolated', side: 'buy', ordType: 'market', sz: '4' });
  const order = await finished(OTHER, ack.ordId);
  const margin = async () => (await x.getPositions({ instId: OTHER })).find((p) => p.mgnMode === 'isolated');
  const position = await margin();
  same([position.pos, position.lever], ['4', '4'], 'position');
  near(position.margin, order.avgPx * 4 / 4, 'margin', 1e-6);
  yes(Number(position.liqPx) > 0 && Number(position.liqPx) < Number(position.avgPx), `liqPx ${position.liqPx}`);
  const [more] = await x.changePositionMargin({ instId: OTHER, posSide: 'net', type: 'add', amt: '10' });
  near(more.amt, 10, 'amt');
  near((await margin()).margin, Number(position.margin) + 10, 'margin', 1e-6);
  await close(OTHER);
});

await check('batches: placed, amended, cancelled, each item told of', async () => {
  const one = await limit(OTHER);
  const made = await x.submitMultipleOrders([one, { ...one, sz: '2' }, { ...one, sz: '3', clOrdId: 'batch3' }]);
  same(made.map((row) => row.sCode), ['0', '0', '0'], 'sCodes');
  same(made[2].clOrdId, 'batch3', 'clOrdId');
  const px = await below(OTHER, 0.04);
  const amended = await x.amendMultipleOrders(made.map((row) => ({ instId: OTHER, ordId: row.ordId, newPx: px })));
  same(amended.map((row) => row.ordId), made.map((row) => row.ordId), 'amended');
  const open = await until(() => x.getOrderList({ instId: OTHER }), (o) => o.every((row) => row.px === px), 'prices');
  same(open.map((o) => o.sz), ['3', '2', '1'], 'newest first');
  const page = await x.getOrderList({ instId: OTHER, limit: '2', after: open[0].ordId });
  same(page.map((o) => o.ordId), open.slice(1).map((o) => o.ordId), 'page');
  const gone = await x.cancelMultipleOrders(made.map((row) => ({ instId: OTHER, ordId: row.ordId })));
  same(gone.map((row) => row.sCode), ['0', '0', '0'], 'sCodes');
  await until(() => x.getOrderList({ instId: OTHER }), (o) => o.length === 0, 'none open');
});

await check('a batch that fails in part is code 2, wholly code 1', async () => {
  const one = await limit(OTHER);
  try {
    await x.submitMultipleOrders([one, { ...one, sz: '0.001' }]);
    yes(false, 'not refused');
  } catch (error) {
    same(error.code, '2', `code of ${JSON.stringify(error)}`);
    same(error.data[0].sCode, '0', 'first');
    yes(error.data[1].sCode.startsWith('51') && error.data[1].ordId === '', 'second');
    await x.cancelOrder({ instId: OTHER, ordId: error.data[0].ordId });
  }
  try {
    await x.submitMultipleOrders([{ ...one, sz: '0.001' }, { ...one, sz: '0.001' }]);
    yes(false, 'not refused');
  } catch (error) {
    same(error.code, '1', `code of ${JSON.stringify(error)}`);
  }
});

await check('the same client id again only when the first is done', async () => {
  const one = await limit(OTHER, { clOrdId: 'twice' });
  const [first] = await x.submitOrder(one);
  await refused(() => x.submitOrder(one), '51016', '50071');
  await x.cancelOrder({ instId: OTHER, clOrdId: 'twice' });
  await finished(OTHER, first.ordId);
  const [second] = await x.submitOrder(one);
  same((await x.getOrderDetails({ instId: OTHER, clOrdId: 'twice' }))[0].ordId, second.ordId, 'the latest');
  await x.cancelOrder({ instId: OTHER, clOrdId: 'twice' });
});

await check('self-trade prevention cancels our resting order', async () => {
  const t = await ticker(SWAP);
  const px = onTick(SWAP, (Number(t.bidPx) + Number(t.askPx)) / 2);
  const [maker] = await x.submitOrder(await limit(SWAP, { px, ordType: 'limit', sz: '0.01' }));
  const state = (await details(SWAP, maker.ordId)).state;
  if (state === 'filled') return close(SWAP).then(() => 'the maker was taken first');
  const [taker] = await x.submitOrder(await limit(SWAP, { side: 'sell', px, ordType: 'ioc', sz: '0.01', stpMode: 'cancel_maker' }));
  const end = await finished(SWAP, maker.ordId);
  if (end.state === 'canceled') same(end.cancelSource, '32', 'cancelSource');
  await finished(SWAP, taker.ordId);
  await close(SWAP);
});

await check('expTime in the past is refused, cancel-all-after cancels', async () => {
  const [timer] = await x.cancelAllAfter({ timeOut: '10' });
  fields(timer, 'triggerTime ts', 'timer');
  yes(Number(timer.triggerTime) > 0, 'triggerTime');
  const [ack] = await x.submitOrder(await limit(OTHER));
  const end = await until(() => details(OTHER, ack.ordId), (o) => o.state === 'canceled', 'the timer', 20000);
  same(end.cancelSource, '20', 'cancelSource');
}, 40000);

// Account.

import { fields, near, same, until, yes } from '../check.mjs';
import { OTHER, SPOT, SWAP, cash, check, details, refused, truth, x } from './venue.mjs';

await check('account config, balance, fees have every field', async () => {
  const [config] = await x.getAccountConfiguration();
  fields(config, `uid mainUid acctLv posMode autoLoan greeksType feeType level levelTmp ctIsoMode mgnIsoMode
    spotOffsetType stgyType roleType traderInsts spotRoleType spotTraderInsts opAuth kycLv label ip perm
    liquidationGear enableSpotBorrow spotBorrowAutoRepay type acctStpMode settleCcy settleCcyList`, 'config');
  same([config.acctLv, config.posMode, config.acctStpMode], ['2', 'net_mode', 'cancel_maker'], 'modes');
  yes(config.perm.split(',').includes('trade') && !config.perm.includes('withdraw'), `perm ${config.perm}`);
  const [balance] = await x.getBalance();
  fields(balance, `uTime totalEq isoEq adjEq availEq ordFroz imr mmr borrowFroz mgnRatio notionalUsd
    notionalUsdForBorrow notionalUsdForSwap notionalUsdForFutures notionalUsdForOption upl details`, 'balance');
  const really = await truth();
  for (const row of balance.details) {
    fields(row, `ccy eq cashBal uTime isoEq availEq disEq fixedBal availBal frozenBal ordFrozen liab upl
      uplLiab crossLiab rewardBal isoLiab mgnRatio imr mmr interest twap maxLoan eqUsd borrowFroz notionalLever
      stgyEq isoUpl spotInUseAmt clSpotInUseAmt maxSpotInUseAmt spotIsoBal smtSyncEq spotCopyTradingEq spotBal
      openAvgPx accAvgPx spotUpl spotUplRatio totalPnl totalPnlRatio collateralEnabled`, row.ccy);
    same(row.cashBal, really.balances.find((b) => b.ccy === row.ccy).cashBal, `${row.ccy} cashBal`);
  }
  const usd = balance.details.reduce((sum, row) => sum + Number(row.eqUsd), 0);
  near(balance.totalEq, usd, 'totalEq', 1e-6);
  const [fee] = await x.getFeeRates({ instType: 'SWAP', instId: SWAP });
  fields(fee, 'level feeGroup delivery exercise instType ts taker maker', 'fees');
  near(fee.feeGroup[0].taker, -0.0005, 'taker');
});

await check('only the currencies asked for', async () => {
  const [balance] = await x.getBalance({ ccy: 'BTC,USDT' });
  same(balance.details.map((row) => row.ccy).sort(), ['BTC', 'USDT'], 'currencies');
});

await check('leverage is set and told, cross and isolated', async () => {
  for (const mgnMode of ['cross', 'isolated']) {
    const [set] = await x.setLeverage({ instId: OTHER, lever: '4', mgnMode });
    same([set.lever, set.mgnMode, set.instId], ['4', mgnMode, OTHER], 'answer');
    const [now] = await x.getLeverageV2({ instId: OTHER, mgnMode });
    fields(now, 'ccy instId mgnMode posSide lever', 'leverage');
    same([now.lever, now.posSide], ['4', 'net'], mgnMode);
  }
  return refused(() => x.setLeverage({ instId: OTHER, lever: '9999', mgnMode: 'cross' }), '59102', '51000');
});

await check('how much may be bought: max-size, max-avail-size, max-withdrawal', async () => {
  const [size] = await x.getMaxBuySellAmount({ instId: SWAP, tdMode: 'cross' });
  fields(size, 'instId ccy maxBuy maxSell', 'size');
  yes(Number(size.maxBuy) > 0 && Number(size.maxSell) > 0, JSON.stringify(size));
  const [avail] = await x.getMaxAvailableTradableAmount({ instId: SPOT, tdMode: 'cash' });
  const usdt = await cash('USDT');
  near(avail.availBuy, usdt, 'availBuy', 1e-6);
  const [wd] = await x.getMaxWithdrawals({ ccy: 'USDT' });
  near(wd.maxWd, usdt, 'maxWd', 1e-6);
});

await check('long and short positions side by side, then net again', async () => {
  same((await x.setPositionMode({ posMode: 'long_short_mode' }))[0].posMode, 'long_short_mode', 'posMode');
  try {
    const open = (side, posSide, sz) => x.submitOrder({ instId: OTHER, tdMode: 'cross', side, posSide, ordType: 'market', sz });
    await open('buy', 'long', '3');
    await open('sell', 'short', '2');
    const rows = await until(() => x.getPositions({ instId: OTHER }), (p) => p.length === 2, 'two positions');
    const by = Object.fromEntries(rows.map((p) => [p.posSide, p]));
    same([by.long.pos, by.short.pos], ['3', '2'], 'positions');
    await refused(() => open('buy', undefined, '1'), '51000');
    await open('sell', 'long', '3');
    await open('buy', 'short', '2');
    await until(() => x.getPositions({ instId: OTHER }), (p) => p.every((row) => Number(row.pos) === 0), 'flat');
  } finally {
    await x.setPositionMode({ posMode: 'net_mode' });
  }
  same((await x.getAccountConfiguration())[0].posMode, 'net_mode', 'posMode');
});

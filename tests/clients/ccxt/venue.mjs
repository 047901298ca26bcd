// What the ccxt checks share: a client of the venue, and what is asked often.

import ccxt from 'ccxt';
import { Suite, get, readOptions, until, yes } from '../check.mjs';

export const { ready, demoReady, filter } = readOptions();
export const suite = new Suite('ccxt', filter);
export const check = (...given) => suite.check(...given);

export const SPOT = 'BTC/USDT';
export const SWAP = 'BTC/USDT:USDT';
export const OTHER = 'ETH/USDT:USDT';

export function client(venue = ready, keys = {}) {
  const exchange = new ccxt.pro.okx({
    apiKey: venue.api_key, secret: venue.secret, password: venue.passphrase, ...keys,
  });
  exchange.urls.api = { ...exchange.urls.api, rest: venue.url, ws: venue.ws };
  return exchange;
}

export const anonymous = () => client(ready, { apiKey: undefined, secret: undefined, password: undefined });

export const x = client();
export const truth = async () => JSON.parse((await get(`${ready.url}/sim/v1/truth`)).text);
export const cash = async (code) =>
  Number((await truth()).balances.find((row) => row.ccy === code)?.cashBal ?? 0);

/// What a call is refused with: the class of the error and OKX's code in its text.
export async function refused(call, kind, code) {
  try {
    const answer = await call();
    throw new Error(`not refused: ${JSON.stringify(answer).slice(0, 200)}`);
  } catch (error) {
    yes(error instanceof kind, `want ${kind.name}, got ${error.constructor.name} ${error.message}`);
    yes(error.message.includes(code), `want ${code} in ${error.message}`);
    return `${error.constructor.name} ${code}`;
  }
}

export const ticker = (symbol) => x.fetchTicker(symbol);
export const away = (symbol, price, share) => Number(x.priceToPrecision(symbol, price * (1 - share)));
export const finished = (id, symbol) =>
  until(() => x.fetchOrder(id, symbol), (o) => o.status !== 'open', `${id} is not done`);

// What the okx-api checks share: clients of the venue, and what is asked often.

import { DefaultLogger, RestClient, WebsocketAPIClient, WebsocketClient } from 'okx-api';
import { Suite, get, readOptions, sleep, until, yes } from '../check.mjs';

export const { ready, demoReady, filter } = readOptions();
export const suite = new Suite('okx-api', filter);
export const check = (...given) => suite.check(...given);

export const SPOT = 'BTC-USDT';
export const SWAP = 'BTC-USDT-SWAP';
export const OTHER = 'SOL-USDT-SWAP';
export const INVERSE = 'BTC-USD-SWAP';

export const keysOf = (venue) =>
  ({ apiKey: venue.api_key, apiSecret: venue.secret, apiPass: venue.passphrase });
export const rest = (venue = ready, more = {}) =>
  new RestClient({ baseUrl: venue.url, ...keysOf(venue), ...more });
export const quiet = { ...DefaultLogger, trace: () => {}, info: () => {}, error: () => {} };
// Its wsUrl sends every connection of a client to one address: one client for each path.
export const socket = (path, more = {}) => {
  const { apiKey, apiSecret: secret, apiPass } = { ...keysOf(ready), ...more };
  const made = new WebsocketClient(
    { accounts: [{ apiKey, apiSecret: secret, apiPass }], wsUrl: `${ready.ws}/${path}` }, quiet);
  made.messages = [];
  for (const kind of ['update', 'response', 'exception']) {
    made.on(kind, (message) => made.messages.push({ kind, ...message }));
  }
  return made;
};

/// A client that asks again a second later when a question came too soon after others.
export const patient = (bare) => new Proxy(bare, {
  get: (client, name) => (typeof client[name] !== 'function' || !name.startsWith('get') ? client[name] : async (...given) => {
    for (let tries = 0; ; ++tries) {
      try {
        return await client[name](...given);
      } catch (error) {
        if (error?.code !== '50011' || tries > 3) throw error;
        await sleep(1000);
      }
    }
  }),
});

export const x = patient(rest());
export const truth = async () => JSON.parse((await get(`${ready.url}/sim/v1/truth`)).text);
export const cash = async (ccy) =>
  Number((await truth()).balances.find((row) => row.ccy === ccy)?.cashBal ?? 0);

/// The codes of a refusal: the item's where there is one.
export const codeOf = (error) => error?.data?.[0]?.sCode || error?.code || String(error?.message ?? error);
export async function refused(call, ...codes) {
  let answer;
  try {
    answer = await call();
  } catch (error) {
    yes(codes.includes(codeOf(error)), `want ${codes.join(' or ')}, got ${JSON.stringify(error)}`);
    return codeOf(error);
  }
  throw new Error(`not refused: ${JSON.stringify(answer).slice(0, 200)}`);
}

/// The first message, from now or before, that pleases.
export async function pushed(client, pleases, what, ms = 15000) {
  const found = await until(() => client.messages.find(pleases), (m) => m !== undefined, what, ms);
  return found;
}
export const rowsOf = (client, channel) => client.messages
  .filter((m) => m.kind === 'update' && m.arg?.channel === channel).flatMap((m) => m.data);

export const ticker = async (instId) => (await x.getTicker({ instId }))[0];
export const defined = new Map(); // instId → instrument
export const onTick = (instId, price) => {
  const tick = Number(defined.get(instId).tickSz);
  const digits = (defined.get(instId).tickSz.split('.')[1] ?? '').length;
  return String(Number((Math.round(price / tick) * tick).toFixed(digits))); // no zeros behind
};
export const modeOf = (instId) => (instId.endsWith('SWAP') ? 'cross' : 'cash');
export const below = async (instId, share) => onTick(instId, Number((await ticker(instId)).bidPx) * (1 - share));
export const limit = async (instId, more = {}) => ({
  instId, tdMode: modeOf(instId), side: 'buy', ordType: 'limit', sz: instId === SPOT ? '0.001' : '1',
  px: await below(instId, 0.03), ...more,
});
export const details = async (instId, ordId) => (await x.getOrderDetails({ instId, ordId }))[0];
export const finished = (instId, ordId) => until(() => details(instId, ordId),
  (o) => ['filled', 'canceled'].includes(o.state), `${ordId} is not done`);
export const close = async (instId) => {
  await sleep(300); // ten questions for positions in two seconds
  const rows = (await x.getPositions({ instId })).filter((p) => Number(p.pos) !== 0);
  for (const p of rows) await x.closePositions({ instId, mgnMode: p.mgnMode, posSide: p.posSide });
  await until(() => x.getPositions({ instId }), (p) => p.every((row) => Number(row.pos) === 0), 'closed');
};

export const open = socket('public');
export const business = socket('business');
export const private_ = socket('private');
export const orders = new WebsocketAPIClient({ accounts: [keysOf(ready)], wsUrl: `${ready.ws}/private`, attachEventListeners: false }, quiet);

// ccxt, as npm ships it, against the simulated venue: its unified calls by REST and its sockets.

import { suite, x } from './ccxt/venue.mjs';

await import('./ccxt/markets.mjs');
await import('./ccxt/account.mjs');
await import('./ccxt/orders.mjs');
await import('./ccxt/algo_orders.mjs');
await import('./ccxt/histories.mjs');
await import('./ccxt/sockets.mjs');
await import('./ccxt/refusals.mjs');

await x.close();
suite.end();

// okx-api, as npm ships it, against the simulated venue. It hands on what the venue says as it is,
// so this suite looks at the fields themselves: names, types, and how REST and the pushes agree.

import { business, open, orders, private_, suite } from './okx_api/venue.mjs';

await import('./okx_api/markets.mjs');
await import('./okx_api/public_sockets.mjs');
await import('./okx_api/account.mjs');
await import('./okx_api/orders.mjs');
await import('./okx_api/algo_orders.mjs');
await import('./okx_api/socket_orders.mjs');
await import('./okx_api/histories.mjs');
await import('./okx_api/refusals.mjs');

for (const client of [open, business, private_, orders.getWSClient()]) client.closeAll(true);
suite.end();

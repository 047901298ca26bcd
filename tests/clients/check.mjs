// What the Node suites share: where the venue is, one line a check, and looks at its raw answers.

import { readFileSync } from 'node:fs';
import https from 'node:https';

/// The command line: --ready FILE (the venue's ready line), --demo-ready FILE, --filter REGEX.
export function readOptions() {
  const options = { filter: /.*/, ready: undefined, demoReady: undefined };
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    if (words[i] === '--filter') options.filter = new RegExp(value);
    else if (words[i] === '--ready') options.ready = readReady(value);
    else if (words[i] === '--demo-ready') options.demoReady = readReady(value);
    else throw new Error(`unknown option ${words[i]}`);
  }
  if (!options.ready) throw new Error('--ready FILE is missing');
  return options;
}

/// Are the accounts of venue.toml there? Not at a venue that ran before us.
export const hasOurAccounts = Boolean(process.env.GANNET_CLIENT_ACCOUNTS);

function readReady(file) {
  return JSON.parse(readFileSync(file, 'utf8').split('\n')[0]);
}

export class Failure extends Error {}

export function yes(condition, what) {
  if (!condition) throw new Failure(what);
}

export function same(got, expected, what) {
  const a = JSON.stringify(got);
  const b = JSON.stringify(expected);
  if (a !== b) throw new Failure(`${what}: want ${b}, got ${a}`);
}

/// Equal numbers, up to what a double loses.
export function near(got, expected, what, relative = 1e-9) {
  const a = Number(got);
  const b = Number(expected);
  if (!(Math.abs(a - b) <= relative * Math.max(1e-12, Math.abs(a), Math.abs(b)))) {
    throw new Failure(`${what}: want ${expected}, got ${got}`);
  }
}

/// Is the value a whole number of steps?
export function multiple(value, step, what) {
  const count = Number(value) / Number(step);
  if (Math.abs(count - Math.round(count)) > 1e-6) {
    throw new Failure(`${what}: ${value} is no multiple of ${step}`);
  }
}

/// Every named field is there.
export function fields(row, names, what) {
  const absent = names.split(/[\s,]+/).filter((name) => name && !(name in row));
  if (absent.length) throw new Failure(`${what}: no ${absent.join(', ')}`);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failure(`${what}: nothing within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/// Asks until the answer pleases: for what the venue says it does a moment later.
export async function until(ask, pleases, what, ms = 10000) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > end) throw new Failure(`${what}: last ${String(JSON.stringify(answer)).slice(0, 300)}`);
    await sleep(250); // most questions may be asked ten times in two seconds
  }
}

/// A plain GET, by nobody's client: what the suites compare the clients' reading with.
export function get(url) {
  return new Promise((resolve, reject) => {
    https
      .get(url, (response) => {
        let text = '';
        response.on('data', (piece) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      })
      .on('error', reject);
  });
}

export async function getData(base, path) {
  for (let tries = 0; ; ++tries) {
    const answer = JSON.parse((await get(base + path)).text);
    if (answer.code === '0') return answer.data;
    if (answer.code !== '50011' || tries > 3) throw new Failure(`${path}: ${answer.code} ${answer.msg}`);
    await sleep(1000);
  }
}

/// A book kept from the `books` channel, as strict as the protocol allows.
export class StrictBook {
  constructor() {
    this.bids = new Map();
    this.asks = new Map();
    this.last = undefined;
    this.snapshots = 0;
    this.updates = 0;
    this.at = new Map(); // sequence → text of the best levels after it
  }

  apply(message) {
    for (const row of message.data) {
      if (message.action === 'snapshot') {
        same(row.prevSeqId, -1, 'prevSeqId of a snapshot');
        this.bids.clear();
        this.asks.clear();
        ++this.snapshots;
      } else {
        yes(this.last !== undefined, 'an update before the snapshot');
        same(row.prevSeqId, this.last, 'prevSeqId names the message before');
        const keepalive = row.seqId === row.prevSeqId;
        if (keepalive) same(row.bids.length + row.asks.length, 0, 'levels of a keepalive');
        else yes(row.seqId > row.prevSeqId, `seqId ${row.seqId} after ${row.prevSeqId}`);
        ++this.updates;
      }
      same(row.checksum, 0, 'checksum');
      yes(Number.isInteger(row.seqId), 'seqId is a number');
      this.take(this.bids, row.bids, message.action);
      this.take(this.asks, row.asks, message.action);
      this.last = row.seqId;
      const bid = Math.max(...[...this.bids.keys()].map(Number));
      const ask = Math.min(...[...this.asks.keys()].map(Number));
      yes(bid < ask, `crossed: ${bid} and ${ask}`);
      this.at.set(row.seqId, this.text(50));
      if (this.at.size > 4000) this.at.delete(this.at.keys().next().value);
    }
  }

  take(side, levels, action) {
    for (const level of levels) {
      same(level.length, 4, 'parts of a level');
      same(level[2], '0', 'third part of a level');
      if (Number(level[1]) === 0) {
        same(action, 'update', 'a level of zero');
        side.delete(level[0]);
      } else {
        side.set(level[0], level);
      }
    }
  }

  text(depth) {
    const sorted = (side, sign) =>
      [...side.values()].sort((a, b) => sign * (Number(a[0]) - Number(b[0]))).slice(0, depth);
    return JSON.stringify({ asks: sorted(this.asks, 1), bids: sorted(this.bids, -1) });
  }
}

/// The candle of those trades (oldest first): open, high, low, close, volume.
export function candleOf(trades) {
  const prices = trades.map((trade) => Number(trade.px));
  return {
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices[prices.length - 1],
    volume: trades.reduce((sum, trade) => sum + Number(trade.sz), 0),
  };
}

export class Suite {
  constructor(name, filter) {
    this.name = name;
    this.filter = filter;
    this.passed = 0;
    this.failed = 0;
  }

  /// Runs one check. It returns a word on what it saw, or throws.
  async check(name, body, ms = 30000) {
    if (!this.filter.test(name)) return;
    try {
      const detail = await within(body(), ms, name);
      ++this.passed;
      console.log(`ok   ${name}${detail ? `: ${detail}` : ''}`);
    } catch (error) {
      ++this.failed;
      console.log(`FAIL ${name}: ${describe(error)}`);
    }
  }

  /// Prints the counts and ends the process.
  end() {
    console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 && this.passed > 0 ? 0 : 1);
  }
}

export function describe(error) {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error) return `${error.constructor.name} ${error.message}`.slice(0, 600);
  return JSON.stringify(error)?.slice(0, 600) ?? String(error);
}

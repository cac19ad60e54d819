/** The orders of a shop, and how they come to the documents: some by the API, some written there by the shop itself. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { putOrder, type WrittenOrder } from '../orders.ts';
import { Random } from '../random.ts';
import { type LoopPlace, openLoop } from './place.ts';

const program = fileURLToPath(new URL('./api.ts', import.meta.url));
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/node-compile', import.meta.url));
const placedAt = Date.UTC(2026, 0, 1);
/** The first of them come by the API. */
const byApi = 12;
/** What the API takes for the time: after all of them. */
export const apiNow = placedAt + 3_600_000;

export const orders: readonly WrittenOrder[] = shopOf(new Random(11));

/** Orders of a dozen users, a part of them taken back. */
function shopOf(random: Random): WrittenOrder[] {
  return Array.from({ length: 60 }, (_, n) => {
    const items = new Set(Array.from({ length: random.between(1, 3) }, () => `i${random.between(1, 15)}`));
    const lines = [...items].map(itemId => {
      const quantity = random.between(1, 3);
      return { itemId, quantity, returned: random.between(0, quantity) };
    });
    const status = random.chance(n < byApi ? 0.3 : 0.1) ? 'cancelled' : 'placed';
    const at = placedAt + n * 60_000;
    return {
      orderId: `o${n}`,
      userId: `u${random.between(1, 12)}`,
      lines,
      status,
      placedAt: at,
      updatedAt: at + 30_000,
    };
  });
}

/** All of them, in this order; `kill` is for the `KillSwitch` of the API, which is started again where it dies. */
export async function placeAll(place: LoopPlace, kill = ''): Promise<{ readonly deaths: number }> {
  const api = new Api(place, kill);
  try {
    for (const { orderId, userId, lines, placedAt: at } of orders.slice(0, byApi)) {
      const posted = lines.map(({ itemId, quantity }) => ({ itemId, quantity }));
      await api.post('/v2/orders', { orderId, userId, lines: posted, at: new Date(at).toISOString() });
    }
    for (const { orderId, userId, status } of orders.slice(0, byApi))
      if (status === 'cancelled') await api.post(`/v2/orders/${userId}/${orderId}/cancel`, {});
    for (const { orderId, userId, lines, status } of orders.slice(0, byApi)) {
      const back = lines.filter(({ returned = 0 }) => returned > 0);
      if (status === 'cancelled' || back.length === 0) continue;
      const given = back.map(({ itemId, returned }) => ({ itemId, quantity: returned }));
      await api.post(`/v2/orders/${userId}/${orderId}/returns`, { lines: given }, `back-${orderId}`);
    }
  } finally {
    await api.stop();
  }
  await using ports = await openLoop(place);
  for (const order of orders.slice(byApi)) await putOrder(ports.documents, order);
  return { deaths: api.deaths };
}

/** As long as the worker has, see `run`. */
const patience_ms = 180_000;

/** The API in a process of its own; whoever has no answer asks again, as a shop does. */
class Api {
  deaths = 0;
  readonly #place: LoopPlace;
  #child: ChildProcessByStdio<Writable, Readable, null>;
  #url: Promise<string>;

  constructor(place: LoopPlace, kill: string) {
    this.#place = { ...place, now: apiNow };
    this.#child = this.#started(kill);
    this.#url = addressOf(this.#child);
  }

  async post(path: string, body: object, idempotencyKey?: string): Promise<void> {
    const deadline = AbortSignal.timeout(patience_ms);
    for (let answer = ''; !deadline.aborted; await pause(20)) {
      answer = await this.#posted(path, body, idempotencyKey);
      if (answer === '202') return;
      if (answer.startsWith('4')) throw new Error(`${path} was refused: ${answer}`);
    }
    throw new Error(`${path} was not taken within ${patience_ms} ms`);
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    if (this.#isAlive()) await once(this.#child, 'exit');
  }

  /** The status, with what was said about a refusal; what went wrong where there was no answer. */
  async #posted(path: string, body: object, idempotencyKey?: string): Promise<string> {
    if (!this.#isAlive()) {
      this.deaths++;
      this.#child = this.#started('');
      this.#url = addressOf(this.#child);
    }
    const url = `${await this.#url}${path}`;
    try {
      const keyed = idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey };
      const headers = { 'content-type': 'application/json', ...keyed };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const said = await answer.text();
      return answer.ok ? String(answer.status) : `${answer.status} ${said}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #started(kill: string): ChildProcessByStdio<Writable, Readable, null> {
    const env = { ...process.env, MILLRACE_KILL: kill, NODE_COMPILE_CACHE: compileCache };
    const child = spawn(process.execPath, [program, JSON.stringify(this.#place)], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => {}); // it may be dead already when it is told to stop
    return child;
  }
}

async function addressOf(child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines = createInterface(child.stdout);
  lines.on('line', line => {
    const [, url] = /^listening (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) resolve(url);
  });
  child.once('exit', () => reject(new Error('The API ended before it listened')));
  return promise;
}

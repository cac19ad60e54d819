/** People at a shop, by a seed: they rate, order, look, listen, and some send nonsense. What was taken is remembered. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { openEmbedded } from '../../src/app/compose.ts';
import { Unavailable } from '../../src/errors.ts';
import { appendFromOutside, recordOfBytes } from '../../src/stream/outside.ts';
import type { Random } from '../support/random.ts';

/** What went in and has to come out. */
export interface Sent {
  /** Event ids of ratings that were acknowledged. */
  readonly ratings: Set<string>;
  /** Acknowledged orders: how many lines each has. */
  readonly orders: Map<string, number>;
  /** Values in the log of ratings that are none. */
  readonly broken: string[];
}

export interface Counts {
  reads: number;
  /** Requests that had no answer, or one that says to come again: each write of them was repeated. */
  troubles: number;
  /** Events that listeners of a user's list were told. */
  told: number;
  /** Answers of 5xx other than 503, and 4xx to what was sound. */
  readonly wrong: string[];
}

const users = 150;
const items = 100;
const readersAtOnce = 4;
const listeners = 3;
const request_ms = 20_000;

export class Traffic {
  readonly sent: Sent = { ratings: new Set(), orders: new Map(), broken: [] };
  readonly counts: Counts = { reads: 0, troubles: 0, told: 0, wrong: [] };
  readonly #url: string;
  readonly #data: string;
  readonly #random: Random;
  readonly #over = new AbortController();
  #next = 0;

  constructor(url: string, data: string, random: Random) {
    this.#url = url;
    this.#data = data;
    this.#random = random;
  }

  /**
   * Everybody rates and orders everything, once. From here on nobody does anything with an item for the first time, so
   * what the model has to keep grows no more: what grows all the same is held for nothing.
   */
  async everything(): Promise<void> {
    const all = Array.from({ length: items }, (_, n) => `i${n}`);
    for (let n = 0; n < users; n++) {
      const events = all.map(itemId => this.#rating(`u${n}`, itemId));
      await this.#write('/v2/ratings/batch', { events }, {});
      for (const { eventId } of events) this.sent.ratings.add(eventId);
      await this.#ordered(`u${n}`, all);
    }
  }

  /** Goes on until `end`. Each loop has one request under way, so a server that is slow is asked less. */
  begin(): Promise<void> {
    const loops = [
      this.#forEver(60, () => this.#rate()),
      this.#forEver(400, () => this.#order()),
      this.#forEver(5_000, () => this.#breakSomething()),
      this.#forEver(1_500, () => this.#askNonsense()),
      ...Array.from({ length: readersAtOnce }, () => this.#forEver(25, () => this.#read())),
      ...Array.from({ length: listeners }, () => this.#forEver(100, () => this.#listen())),
    ];
    return Promise.all(loops).then(() => undefined);
  }

  /** What is under way is finished, writes until they are acknowledged. */
  end(): void {
    this.#over.abort();
  }

  async #forEver(pause_ms: number, work: () => Promise<void>): Promise<void> {
    while (!this.#over.signal.aborted) {
      await work();
      await setTimeout(pause_ms);
    }
  }

  async #rate(): Promise<void> {
    const event = this.#rating(this.#user(), this.#item());
    await this.#write('/v2/ratings', event, {});
    this.sent.ratings.add(event.eventId);
  }

  #rating(userId: string, itemId: string) {
    const value = 1 + this.#random.below(5);
    return { userId, itemId, value, eventId: `soak-${this.#next++}`, at: new Date().toISOString() };
  }

  #order(): Promise<void> {
    const count = 1 + this.#random.below(3);
    return this.#ordered(this.#user(), [...new Set(Array.from({ length: count }, () => this.#item()))]);
  }

  async #ordered(userId: string, chosen: readonly string[]): Promise<void> {
    const orderId = `soak-order-${this.#next++}`;
    const lines = chosen.map(itemId => ({ itemId, quantity: 1 + this.#random.below(2) }));
    await this.#write('/v2/orders', { userId, lines }, { 'idempotency-key': orderId });
    this.sent.orders.set(orderId, lines.length);
  }

  /** Straight into the log, as another program may: past the API, which would refuse it. */
  async #breakSomething(): Promise<void> {
    const text = `broken ${this.#next++}`;
    while (!(await this.#appended(text))) this.counts.troubles++;
    this.sent.broken.push(text);
  }

  /** False where the log was locked for as long as a writer waits: whoever is frozen within a commit holds it. */
  async #appended(text: string): Promise<boolean> {
    try {
      await using ports = await openEmbedded(this.#data);
      await appendFromOutside(ports.transport, 'ratings', [recordOfBytes('nobody', Buffer.from(text))], Date.now());
      return true;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return false;
    }
  }

  async #askNonsense(): Promise<void> {
    const path = this.#random.pick([
      '/v2/users/%00/recommendations',
      '/v2/nothing',
      '/v2/users/1/recommendations?n=-1',
    ]);
    const answer = await this.#asked(path, {});
    if (answer !== undefined && answer.status < 400) this.counts.wrong.push(`${path}: ${answer.status}`);
  }

  async #read(): Promise<void> {
    const path = this.#random.pick([
      `/v2/users/${this.#user()}/recommendations?n=10`,
      `/v2/items/${this.#item()}/similar?n=5`,
      `/v2/trending`,
      `/v2/popular?n=20`,
      `/v2/users/${this.#user()}/profile`,
    ]);
    const answer = await this.#asked(path, {});
    if (answer === undefined) return;
    this.counts.reads++;
    if (answer.status >= 400 && answer.status !== 404)
      this.counts.wrong.push(`${path}: ${answer.status} ${answer.text}`);
  }

  /** One listener for a while: what it is told while the server lives. */
  async #listen(): Promise<void> {
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(15_000)]);
    try {
      const answer = await fetch(`${this.#url}/v2/users/${this.#user()}/recommendations/live`, { signal });
      if (answer.body === null) return;
      const decoder = new TextDecoder();
      for await (const bytes of answer.body)
        this.counts.told += decoder.decode(z.instanceof(Uint8Array).parse(bytes)).match(/^event:/gm)?.length ?? 0;
    } catch {
      if (!signal.aborted) this.counts.troubles++; // the server was ended
    }
  }

  /** Until it is acknowledged: what was not may have been taken, and is the same event the second time. */
  async #write(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<void> {
    for (;;) {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      };
      const answer = await this.#asked(path, init);
      if (answer !== undefined && answer.status < 300) return;
      if (answer !== undefined && answer.status < 500 && answer.status !== 429)
        throw new Error(`POST ${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
      await setTimeout(100);
    }
  }

  /** Undefined where there was no answer, or one that says to come again. */
  async #asked(
    path: string,
    init: RequestInit,
  ): Promise<{ readonly status: number; readonly text: string } | undefined> {
    try {
      const answer = await fetch(this.#url + path, { ...init, signal: AbortSignal.timeout(request_ms) });
      const text = await answer.text();
      if (answer.status >= 500 && answer.status !== 503) this.counts.wrong.push(`${path}: ${answer.status} ${text}`);
      if (answer.status < 500) return { status: answer.status, text };
    } catch {
      // It is down, or was ended meanwhile.
    }
    this.counts.troubles++;
    return undefined;
  }

  /** A few are at it more often than the others. */
  #user(): string {
    return `u${this.#oftenLow(users)}`;
  }

  #item(): string {
    return `i${this.#oftenLow(items)}`;
  }

  #oftenLow(below: number): number {
    return Math.min(this.#random.below(below), this.#random.below(below));
  }
}

/** A shop under load: orders are placed and some cancelled, and everything is read, until the load ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../random.ts';

const users = 12;
/** More than anybody buys of, so that everybody has a list. */
const items = 400;
const orderEvery_ms = 100;
/** Whose order is not taken yet waits, and so does who comes after so many of them. */
const mostUnderWay = 16;
const readers = 4;

/** As the shop remembers it. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly userId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  isCancelled: boolean;
}

export interface PostedRating {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly value: number;
  readonly at: string;
}

/** How often a kind of request was answered how: by its status, with what a 503 says about coming again. */
export type Answers = Map<string, Map<string, number>>;

/** Kinds of requests that ask no document: the log and the process itself answer them. */
export const withoutDocuments = ['live', 'models', 'rating'] as const;

export class Shoppers {
  readonly orders: PlacedOrder[] = [];
  readonly ratings: PostedRating[] = [];
  readonly #url: string;
  readonly #random: Random;
  readonly #cancelled: number;
  readonly #began = Date.UTC(2026, 0, 1);
  #answers: Answers = new Map();

  /** `cancelled` of the orders are taken back. */
  constructor(url: string, seed: number, cancelled = 0.2) {
    this.#url = url;
    this.#cancelled = cancelled;
    this.#random = new Random(seed);
  }

  /** Since the last call. */
  takeAnswers(): Answers {
    const taken = this.#answers;
    this.#answers = new Map();
    return taken;
  }

  /** Until the signal aborts, and from then on until all that was to be placed is placed. */
  async shop(until: AbortSignal): Promise<void> {
    const reading = Array.from({ length: readers }, (_, n) => this.#read(until, n));
    await Promise.all([this.#placeOrders(until), this.#rate(until), ...reading]);
  }

  async #placeOrders(until: AbortSignal): Promise<void> {
    const underWay = new Set<Promise<void>>();
    while (!until.aborted) {
      if (underWay.size >= mostUnderWay) await Promise.race(underWay);
      const placing = this.#placeOne(this.#next()).finally(() => underWay.delete(placing));
      underWay.add(placing);
      await pause(orderEvery_ms);
    }
    await Promise.all(underWay);
  }

  #next(): PlacedOrder {
    const random = this.#random;
    const names = new Set(Array.from({ length: random.between(1, 3) }, () => `i${random.between(1, items)}`));
    const order = {
      orderId: `o${this.orders.length}`,
      userId: `u${random.between(1, users)}`,
      lines: [...names].map(itemId => ({ itemId, quantity: random.between(1, 3) })),
      isCancelled: random.chance(this.#cancelled),
    };
    this.orders.push(order);
    return order;
  }

  /** So many orders, as they come under load, and then no more. */
  async placeSome(count: number): Promise<void> {
    for (let n = 0; n < count; n++) await this.#placeOne(this.#next());
  }

  /** An order that somebody places beside the load. */
  async place(order: PlacedOrder): Promise<void> {
    this.orders.push(order);
    await this.#placeOne(order);
  }

  async #placeOne({ orderId, userId, lines, isCancelled }: PlacedOrder): Promise<void> {
    await this.#untilTaken('order', '/v2/orders', { orderId, userId, lines });
    if (isCancelled) await this.#untilTaken('cancel', `/v2/orders/${userId}/${orderId}/cancel`, {});
  }

  /** Asked again as a shop does, when the answer says. */
  async #untilTaken(kind: string, path: string, body: object): Promise<void> {
    for (;;) {
      const { status, again_ms } = await this.#ask(kind, path, body);
      if (status === 202) return;
      if (status !== 503) throw new Error(`${path} was answered with ${status}`);
      await pause(again_ms);
    }
  }

  async #rate(until: AbortSignal): Promise<void> {
    for (let n = 0; !until.aborted; n++) {
      const at = new Date(this.#began + n * 1_000).toISOString();
      const whose = { userId: `u${(n % users) + 1}`, itemId: `i${(n % items) + 1}` };
      const rating = { eventId: `r${n}`, ...whose, value: 1 + (n % 5), at };
      const { status } = await this.#ask('rating', '/v2/ratings', rating);
      if (status === 202) this.ratings.push(rating);
      await pause(orderEvery_ms);
    }
  }

  async #read(until: AbortSignal, reader: number): Promise<void> {
    for (let n = reader; !until.aborted; n++) {
      const [user, item] = [`u${(n % users) + 1}`, `i${(n % items) + 1}`];
      const kinds: readonly (readonly [kind: string, path: string, body?: object])[] = [
        ['list', `/v2/users/${user}/recommendations`],
        ['popular', '/v2/popular'],
        ['similar', `/v2/items/${item}/similar`],
        ['basket', '/v2/recommendations', { items: [{ itemId: item, kind: 'view', value: 1 }] }],
        ['orders', `/v2/users/${user}/orders`],
        ['profile', `/v2/users/${user}/profile`],
        ['models', '/v2/models/history'],
        ['live', '/healthz/live'],
      ];
      // Who waits long for a document does not keep the others from asking what needs none.
      const [kind, path, body] = kinds[reader === 0 ? 6 + (n % 2) : n % 6] ?? ['live', '/healthz/live'];
      await this.#ask(kind, path, body);
      await pause(10);
    }
  }

  async #ask(kind: string, path: string, body?: object): Promise<{ status: number; again_ms: number }> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(
      `${this.#url}${path}`,
      body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    await answer.arrayBuffer();
    const { status } = answer;
    const again = answer.headers.get('retry-after');
    const how = wayOf(kind, status, again);
    const counts = this.#answers.get(kind) ?? new Map<string, number>();
    counts.set(how, (counts.get(how) ?? 0) + 1);
    this.#answers.set(kind, counts);
    return { status, again_ms: Number(again ?? 0) * 1_000 };
  }
}

/** What nobody has bought yet is like nothing: that is an answer too. */
function wayOf(kind: string, status: number, again: string | null): string {
  if (status === 503 && again !== null) return '503, retry after';
  return kind === 'similar' && status === 404 ? '200' : String(status);
}

/**
 * How soon what is written over HTTP has changed its user's list: one after the other, each about the first item of the
 * list, which is not in the list any more that has learnt it.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** Where what was written stands in the log. */
interface Place {
  readonly partition: number;
  readonly offset: number;
}

/** Writes for a user about an item, and answers where it stands in the log. */
type Write = (url: string, userId: string, itemId: string) => Promise<Place>;

const longest_ms = 10_000;
/** Asked so often, a list that has still not learnt it never will. */
const mostAsked = 4;

/** Milliseconds from a write's request to the answer of the list that has learnt it, in the order of the writes. */
export async function untilListed(
  url: string,
  users: readonly string[],
  count: number,
  write: Write,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const userId = users[(n * 7) % users.length] ?? '1';
    const itemId = firstOf(await json(new URL(`/v2/users/${userId}/recommendations`, url)));
    if (itemId === undefined) throw new Error(`There is no list of ${userId} that could change`);
    const began = performance.now();
    const { partition, offset } = await write(url, userId, itemId);
    const changed = new URL(`/v2/users/${userId}/recommendations?wait=${longest_ms}&after=${partition}:${offset}`, url);
    let list = await json(changed);
    for (let asked = 1; list['learnt'] !== true; asked++) {
      if (asked === mostAsked) throw new Error(`The list of ${userId} did not learn what was written`);
      list = await json(changed);
    }
    times.push(performance.now() - began);
    if (firstOf(list) === itemId) throw new Error(`The list of ${userId} still begins with ${itemId}`);
  }
  return times;
}

const lists = z.object({ items: z.array(z.object({ itemId: z.string() })) });
const firstOf = (list: unknown): string | undefined => lists.parse(list).items[0]?.itemId;

/** A rating straight into the log. */
export const rating: Write = async (url, userId, itemId) =>
  placeIn(await post(new URL('/v2/ratings', url), { userId, itemId, value: 4 }));

/** An order into the documents, which the connector of orders brings into the log. */
export const order: Write = async (url, userId, itemId) => {
  const placing = new URL(`/v2/orders?wait=${longest_ms}`, url);
  return placeIn(await post(placing, { userId, orderId: randomUUID(), lines: [{ itemId, quantity: 1 }] }));
};

function placeIn({ partition, offset }: Record<string, unknown>): Place {
  if (typeof partition === 'number' && typeof offset === 'number') return { partition, offset };
  throw new Error(`What was written is not in the log within ${longest_ms} ms`);
}

const post = (url: URL, body: object): Promise<Record<string, unknown>> =>
  json(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function json(url: URL, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`);
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

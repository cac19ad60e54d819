/**
 * `millrace/client`: the API for programs and pages, in Node and in browsers, typed by the server's own description.
 *
 *     const millrace = createClient({ baseUrl: 'https://recommend.shop.example', token: process.env.MILLRACE_KEY });
 *     const order = await millrace.post('/v2/orders', { body: { userId, lines: [{ itemId, quantity: 1 }] } });
 *     const { list } = await millrace.waitUntilLearnt(order);
 *     for await (const changed of millrace.lists(userId, { signal })) show(changed.items);
 */
import { type Client, clientOn } from './recommender/api/client/api-client.ts';
import { thisMachine } from './recommender/api/client/machine.ts';
import type { ClientOptions } from './recommender/api/client/options.ts';

export type { Client } from './recommender/api/client/api-client.ts';
export type { Answered, DeletePath, GetPath, PostPath } from './recommender/api/client/calls.ts';
export type { ItemList, ListedItem } from './recommender/api/client/client.ts';
export { InvalidClient, Refused, TimedOut, UnreadableEvent, Unreachable } from './recommender/api/client/errors.ts';
export type { Learnt, LearntOptions, Written } from './recommender/api/client/learnt.ts';
export type { ClientOptions, WatchOptions } from './recommender/api/client/options.ts';
export type { Retry } from './recommender/api/client/retry.ts';
export type { components, paths } from './recommender/api/client/schema.ts';

/** Sends nothing yet. @throws {InvalidClient} for options that cannot be meant */
export const createClient = (options: ClientOptions): Client => clientOn(thisMachine, options);

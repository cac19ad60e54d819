/** Reading one's own writes: a user's list once the model has learnt what was written. */
import type { ItemList } from './client.ts';
import type { Calls } from './calls.ts';
import type { Machine } from './patient-fetch.ts';

/** What a write answered, and whose it is: a rating's place in the log, or an order, whose place comes to be known. */
export interface Written {
  readonly userId: string;
  readonly partition: number;
  readonly offset: number | null;
  readonly orderId?: string;
}

export interface LearntOptions {
  /** Items of the list; 10 where absent. */
  readonly n?: number;
  /** How long it is waited at most; 10 s where absent, 10 minutes at most. */
  readonly limit_ms?: number;
  readonly signal?: AbortSignal;
}

export interface Learnt {
  /** Whether `list` has learnt what was written. Otherwise it will: the write is durable. */
  readonly learnt: boolean;
  readonly list: ItemList;
}

/** The longest that one request may ask the server to wait. */
const longestWait_ms = 10_000;
/** Between two requests, where the server does not wait: as many wait as may, or the order is not in the log yet. */
const pause_ms = 250;
const longestLimit_ms = 600_000;

const never = new AbortController().signal;

type Parts = Pick<Machine, 'now' | 'sleep'>;

/** The list that has learnt it, or as it is when the limit is over. @throws {Refused} {TimedOut} {Unreachable} */
export async function waitUntilLearnt(
  calls: Calls,
  machine: Parts,
  written: Written,
  { n = 10, limit_ms = 10_000, signal = never }: LearntOptions,
): Promise<Learnt> {
  const until = machine.now() + Math.min(limit_ms, longestLimit_ms);
  const offset = written.offset ?? (await offsetOf(calls, machine, written, { until, signal }));
  for (;;) {
    const left_ms = Math.max(0, until - machine.now());
    const after =
      offset === null ? {} : { after: `${written.partition}:${offset}`, wait: Math.min(left_ms, longestWait_ms) };
    const list = await calls.get('/v2/users/{id}/recommendations', {
      params: { path: { id: written.userId }, query: { n, ...after } },
      signal,
    });
    const learnt = list.learnt ?? false;
    if (learnt || machine.now() >= until) return { learnt, list };
    await machine.sleep(Math.min(pause_ms, Math.max(0, until - machine.now())), signal);
    signal.throwIfAborted();
  }
}

/** Where the last event of an order stands, once it is there; null where it is not in time. */
async function offsetOf(
  calls: Calls,
  machine: Parts,
  { userId, orderId }: Written,
  { until, signal }: { readonly until: number; readonly signal: AbortSignal },
): Promise<number | null> {
  if (orderId === undefined) return null;
  for (;;) {
    const { offset } = await calls.get('/v2/orders/{userId}/{orderId}/progress', {
      params: { path: { userId, orderId } },
      signal,
    });
    if (offset !== null || machine.now() >= until) return offset;
    await machine.sleep(Math.min(pause_ms, Math.max(0, until - machine.now())), signal);
    signal.throwIfAborted();
  }
}

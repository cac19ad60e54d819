/** The API for programs and pages: every operation by its path, and what no description can say. */
import createRaw, { type Client as Raw } from 'openapi-fetch';
import { answered, refusalOf } from './answered.ts';
import type { Calls } from './calls.ts';
import type { ItemList } from './client.ts';
import { type Learnt, type LearntOptions, waitUntilLearnt, type Written } from './learnt.ts';
import { type ClientOptions, sendingOf, type WatchOptions } from './options.ts';
import { begin, type Machine, send, type Sending } from './patient-fetch.ts';
import { repeatability } from './repeatability.ts';
import type { paths } from './schema.ts';
import { watchList } from './watch-list.ts';

export interface Client extends Calls {
  /**
   * The user's list once the model has learnt what was written, for example
   * `waitUntilLearnt(await millrace.post('/v2/orders', …))`; of a rating `{ userId, ...accepted }`.
   */
  waitUntilLearnt(written: Written, options?: LearntOptions): Promise<Learnt>;
  /**
   * The user's list now, and each time that it has become another, until its signal aborts: over one connection, which
   * is opened again whenever it breaks, behind the list that came last. @throws {Refused} where it may not be watched
   */
  lists(userId: string, options?: WatchOptions): AsyncGenerator<ItemList, void, undefined>;
}

/** @throws {InvalidClient} */
export function clientOn(machine: Machine, options: ClientOptions): Client {
  const sending = sendingOf(machine, options);
  const raw = rawOf(sending, options);
  const now = (): number => machine.now();
  const calls: Calls = {
    get: (path, ...init) => answered(raw.GET(path, ...init), now),
    post: (path, ...init) => answered(raw.POST(path, ...init), now),
    delete: (path, ...init) => answered(raw.DELETE(path, ...init), now),
  };
  return {
    ...calls,
    waitUntilLearnt: (written, how = {}) => waitUntilLearnt(calls, machine, written, how),
    lists: (userId, how = {}) => listsOf({ raw, sending, userId, how }),
  };
}

/** Which requests may be sent again is known by the operation, before the request has left. */
function rawOf(sending: Sending, { baseUrl = '', headers = {} }: ClientOptions): Raw<paths, 'application/json'> {
  const repeatable = new WeakSet<Request>();
  const raw = createRaw<paths, 'application/json'>({
    baseUrl,
    headers: { ...headers },
    fetch: request => send(sending, request, repeatable.has(request)),
  });
  raw.use({
    onRequest({ request, schemaPath }) {
      const how = repeatability(request.method, schemaPath);
      if (how === 'never') return;
      if (how === 'by key' && !request.headers.has(keyHeader)) request.headers.set(keyHeader, newKey(sending.machine));
      repeatable.add(request);
    },
  });
  return raw;
}

const keyHeader = 'idempotency-key';

/** 128 bits; the browser's own `randomUUID` is not there on a page without TLS. */
const newKey = ({ draw }: Machine): string => Array.from(draw(16), byte => byte.toString(16).padStart(2, '0')).join('');

interface Listed {
  readonly raw: Raw<paths, 'application/json'>;
  readonly sending: Sending;
  readonly userId: string;
  readonly how: WatchOptions;
}

function listsOf({ raw, sending, userId, how }: Listed): AsyncGenerator<ItemList, void, undefined> {
  const { signal = never, silence_ms = 45_000, genre, ...rest } = how;
  const { machine, retry } = sending;
  const query = { ...rest, ...(genre !== undefined && { genre: [...genre] }) };
  return watchList({
    machine,
    retry,
    silence_ms,
    signal,
    async open(lastEventId, closing) {
      const { data, error, response } = await raw.GET('/v2/users/{id}/recommendations/live', {
        params: { path: { id: userId }, query },
        ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
        parseAs: 'stream',
        signal: closing,
        fetch: request => begin(sending, request),
      });
      if (data !== undefined && data !== null) return data;
      throw refusalOf(error, response, () => machine.now());
    },
  });
}

const never = new AbortController().signal;

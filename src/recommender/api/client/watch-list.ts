/** A user's list as it changes: server-sent events over fetch, which can show a token, unlike a browser's EventSource. */
import type { EventSourceMessage } from 'eventsource-parser';
import { MillraceError } from '../../../errors.ts';
import { Refused, UnreadableEvent, Unreachable } from './errors.ts';
import type { ItemList } from './client.ts';
import type { Machine } from './patient-fetch.ts';
import { isPassing, type Retry, waitAfter } from './retry.ts';
import { comment, jsonIn, serverEvents } from './server-events.ts';

export interface Watching {
  readonly machine: Machine;
  readonly retry: Retry;
  /** Nothing came for so long, not even a sign of life: the connection counts as broken. */
  readonly silence_ms: number;
  readonly signal: AbortSignal;
  /** Opens the stream behind the event of this id. @throws {Refused} {Unreachable} */
  open(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** Ends when the signal aborts, and never by itself: it opens the stream again. @throws {Refused} {UnreadableEvent} */
export async function* watchList(watching: Watching): AsyncGenerator<ItemList, void, undefined> {
  const { machine, retry, signal } = watching;
  let [lastEventId, failures]: [string | undefined, number] = [undefined, 0];
  while (!signal.aborted) {
    let asked_ms: number | undefined;
    try {
      for await (const { id, data } of listsIn(watching, lastEventId)) {
        [lastEventId, failures] = [id ?? lastEventId, 0];
        yield listIn(data);
      }
    } catch (error) {
      asked_ms = waitAskedBy(error, signal);
    }
    failures += 1;
    await machine.sleep(waitAfter(failures, retry, machine.random, asked_ms), signal);
  }
}

/** Of what passes; everything else ends the watch, but what came of its own end. */
function waitAskedBy(error: unknown, { aborted }: AbortSignal): number | undefined {
  if (aborted) return undefined;
  if (error instanceof Refused && isPassing(error.status)) return error.retryAfter_ms;
  if (error instanceof Refused || error instanceof UnreadableEvent || !(error instanceof MillraceError)) throw error;
  return undefined;
}

async function* listsIn(watching: Watching, lastEventId: string | undefined): AsyncGenerator<EventSourceMessage> {
  for await (const event of serverEvents(textOf(watching, lastEventId)))
    if (event !== comment && event.event === 'recommendations') yield event;
}

/** Closes the connection whenever its reader goes. @throws {Refused} {Unreachable} */
async function* textOf(watching: Watching, lastEventId: string | undefined): AsyncGenerator<string> {
  const closing = new AbortController();
  const signal = AbortSignal.any([watching.signal, closing.signal]);
  const decoder = new TextDecoder();
  try {
    const reader = (await watching.open(lastEventId, signal)).getReader();
    for (;;) {
      const next = await soon(watching, reader.read());
      if (next.done) return;
      yield decoder.decode(next.value, { stream: true });
    }
  } finally {
    closing.abort();
  }
}

async function soon<T extends object>({ machine, silence_ms }: Watching, next: Promise<T>): Promise<T> {
  const heard = new AbortController();
  const silence = machine.sleep(silence_ms, heard.signal).then(() => undefined);
  try {
    const came = await Promise.race([next.catch(brokenOff), silence]);
    if (came === undefined) throw new Unreachable(new Error(`nothing came for ${silence_ms} ms`));
    return came;
  } finally {
    heard.abort();
  }
}

function brokenOff(cause: unknown): never {
  throw new Unreachable(cause);
}

function listIn(data: string): ItemList {
  const list = jsonIn(data);
  if (!isList(list)) throw new UnreadableEvent('it is no list');
  return list;
}

/** As much as tells it from anything else; the rest is the server's word, as with every other answer. */
const isList = (value: unknown): value is ItemList =>
  typeof value === 'object' &&
  value !== null &&
  'listId' in value &&
  typeof value.listId === 'string' &&
  'items' in value &&
  Array.isArray(value.items);

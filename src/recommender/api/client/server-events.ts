/** Server-sent events, read from text as it comes over the wire. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { UnreadableEvent } from './errors.ts';

/** Characters of an event at most. */
const longestEvent = 4 * 1_024 * 1_024;

/** A comment says nothing but that the server is there. */
export const comment = Symbol('comment');

/** Each event as soon as it is whole. @throws {UnreadableEvent} where one never ends, and what `texts` throws */
export async function* serverEvents(
  texts: AsyncIterable<string>,
): AsyncGenerator<EventSourceMessage | typeof comment, void, undefined> {
  const read: (EventSourceMessage | typeof comment)[] = [];
  const parser = createParser({
    maxBufferSize: longestEvent,
    onEvent: event => read.push(event),
    onComment: () => read.push(comment),
    onError: error => {
      if (error.type === 'max-buffer-size-exceeded') throw new UnreadableEvent(`it is longer than ${longestEvent}`);
    },
  });
  for await (const text of texts) {
    parser.feed(text);
    yield* read.splice(0);
  }
}

/** What a server told as JSON. @throws {UnreadableEvent} */
export function jsonIn(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new UnreadableEvent('it is not JSON');
  }
}

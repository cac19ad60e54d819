/** Server-sent events with credentials: what the browser's own EventSource cannot send. */
import { comment, serverEvents } from '../../api/client/server-events.ts';

export interface Events {
  addEventListener(name: string, take: (event: Event) => void): void;
  close(): void;
}

/** Sends a request with credentials. */
export type Send = (request: Request) => Promise<Response>;

/** The name of what tells of a comment, which says nothing but that the server is there. */
export const greeting = 'greeting';

/** Tells of an end or a failure as an event `error`, as EventSource does; it does not open again by itself. */
export class FetchedEvents extends EventTarget implements Events {
  readonly #cancel = new AbortController();

  /** @param last id of the event that was heard last, which need not come again */
  constructor(url: string, send: Send, last?: string) {
    super();
    const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': last };
    this.#read(send(new Request(url, { headers, signal: this.#cancel.signal }))).then(this.#fail, this.#fail);
  }

  override addEventListener(name: string, take: (event: Event) => void): void {
    super.addEventListener(name, take);
  }

  close(): void {
    this.#cancel.abort();
  }

  async #read(asked: Promise<Response>): Promise<void> {
    const answer = await asked;
    if (!answer.ok || answer.body === null) return;
    for await (const event of serverEvents(textsOf(answer.body))) {
      if (event === comment) this.dispatchEvent(new Event(greeting));
      else this.dispatchEvent(new MessageEvent(event.event ?? 'message', { data: event.data }));
    }
  }

  readonly #fail = (): void => {
    if (!this.#cancel.signal.aborted) this.dispatchEvent(new Event('error'));
  };
}

/** Not every browser's stream can be read by a loop of its own. */
async function* textsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void, undefined> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

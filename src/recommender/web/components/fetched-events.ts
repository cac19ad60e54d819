/** Server-sent events with credentials: what the browser's own EventSource cannot send. */
const separator = /\r?\n\r?\n/;

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
    let rest = '';
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const parts = `${rest}${next.value}`.split(separator);
      rest = parts.pop() ?? '';
      for (const part of parts) this.#tell(part);
    }
  }

  #tell(text: string): void {
    if (text.startsWith(':')) return void this.dispatchEvent(new Event(greeting));
    const fields = text.split(/\r?\n/).map(line => /^(event|data): ?(.*)$/.exec(line) ?? []);
    const of = (wanted: string): string[] =>
      fields.flatMap(([, name, value]) => (name === wanted ? [value ?? ''] : []));
    this.dispatchEvent(new MessageEvent(of('event')[0] ?? 'message', { data: of('data').join('\n') }));
  }

  readonly #fail = (): void => {
    if (!this.#cancel.signal.aborted) this.dispatchEvent(new Event('error'));
  };
}

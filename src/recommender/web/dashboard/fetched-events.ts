/** Server-sent events with credentials: what the browser's own EventSource cannot send. */
const separator = /\r?\n\r?\n/;

export interface Events {
  addEventListener(name: string, take: (event: Event) => void): void;
  close(): void;
}

/** Tells of an end or a failure as an event `error`, as EventSource does; it does not open again by itself. */
export class FetchedEvents extends EventTarget implements Events {
  readonly #cancel = new AbortController();

  constructor(url: string, token: string) {
    super();
    this.#read(url, token).then(this.#fail, this.#fail);
  }

  override addEventListener(name: string, take: (event: Event) => void): void {
    super.addEventListener(name, take);
  }

  close(): void {
    this.#cancel.abort();
  }

  async #read(url: string, token: string): Promise<void> {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: this.#cancel.signal });
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
    const fields = text.split(/\r?\n/).map(line => /^(event|data): ?(.*)$/.exec(line) ?? []);
    const of = (wanted: string): string[] =>
      fields.flatMap(([, name, value]) => (name === wanted ? [value ?? ''] : []));
    this.dispatchEvent(new MessageEvent(of('event')[0] ?? 'message', { data: of('data').join('\n') }));
  }

  readonly #fail = (): void => {
    if (!this.#cancel.signal.aborted) this.dispatchEvent(new Event('error'));
  };
}

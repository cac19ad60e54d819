/** Somebody who watches a list, as a page does: the stream of events that the API keeps open. */
import { setTimeout as pause } from 'node:timers/promises';

export class WatchedList {
  readonly #closing = new AbortController();
  readonly #reading: Promise<void>;
  /** What the newest list was told as; undefined before the first. */
  newest: string | undefined;
  /** How often the stream was ended by the API. */
  endings = 0;

  constructor(url: string, user: string) {
    this.#reading = this.#read(`${url}/v2/users/${user}/recommendations/live`);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  /** A stream that ends is asked for again. */
  async #read(url: string): Promise<void> {
    const { signal } = this.#closing;
    try {
      for (; ; this.endings++) {
        const { body } = await fetch(url, { signal });
        let told = '';
        for await (const text of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()))
          told = this.#taken(told + text);
        await pause(50, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** What is left behind the last whole event. */
  #taken(told: string): string {
    const events = told.split('\n\n');
    for (const event of events.slice(0, -1)) {
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      if (data !== undefined && event.includes('event: recommendations')) this.newest = data;
    }
    return events.at(-1) ?? '';
  }
}

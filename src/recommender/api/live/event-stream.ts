/** One connection's events as text. A reader that does not read gets the newest of each kind once it does. */
import { Readable } from 'node:stream';

export class EventStream extends Readable {
  /** What waits to be sent, one of each kind: all that a slow reader costs. */
  readonly #waiting = new Map<string, string>();
  #isWanted = false;

  constructor() {
    // A byte is enough to say that somebody has not read yet.
    super({ highWaterMark: 1 });
  }

  /** Sends an event, or lets it take the place of one of its kind that could not be sent. */
  offer(event: string, data: object, id?: string): void {
    const named = id === undefined ? '' : `id: ${id}\n`;
    this.#waiting.set(event, `event: ${event}\n${named}data: ${JSON.stringify(data)}\n\n`);
    this.#send();
  }

  /** Sends a comment, so that the reader knows at once that it is heard, before there is anything to tell. */
  greet(): void {
    this.#waiting.set('', ':\n\n');
    this.#send();
  }

  /** Sends nothing more; what was sent arrives. */
  finish(): void {
    this.#waiting.clear();
    this.push(null);
  }

  override _read(): void {
    this.#isWanted = true;
    this.#send();
  }

  #send(): void {
    for (const [event, text] of this.#waiting) {
      if (!this.#isWanted) return;
      this.#waiting.delete(event);
      this.#isWanted = this.push(text);
    }
  }
}

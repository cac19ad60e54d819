/** Those who watch something that changes, and the one poller that looks for all of them while there is any. */
import type { Millis } from '../../../stream/time.ts';
import { TooManyWatchers } from '../errors.ts';
import { EventStream } from './event-stream.ts';

/** How often changes are looked for while somebody watches. */
const pollEvery_ms = 50;

/** Time and waiting. */
export interface LiveClock {
  now(): Millis;
  sleep(duration: Millis, signal: AbortSignal): Promise<void>;
}

export interface Watcher {
  readonly stream: EventStream;
}

export interface WatchersParts<W extends Watcher> {
  /** Connections at a time. */
  readonly most: number;
  readonly clock: LiveClock;
  /** Looks once for all who watch, and tells them what is new. */
  readonly round: (watchers: ReadonlySet<W>) => Promise<void>;
  /** Called when nobody watches any more, or all connections were ended. */
  readonly rest?: () => void;
  /** Told of what ended connections; those who watch ask again. */
  readonly report: (error: unknown) => void;
}

export class Watchers<W extends Watcher> {
  readonly #parts: WatchersParts<W>;
  readonly #watchers = new Set<W>();
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #isClosed = false;

  constructor(parts: WatchersParts<W>) {
    this.#parts = parts;
  }

  get all(): ReadonlySet<W> {
    return this.#watchers;
  }

  /**
   * A stream of events until it is destroyed, or this is closed. Whatever `admitted` sends at once is sent before anything
   * that a round finds. @throws {TooManyWatchers}
   */
  admit(admitted: (stream: EventStream) => W): EventStream {
    if (this.#watchers.size >= this.#parts.most) throw new TooManyWatchers(this.#parts.most);
    const stream = new EventStream();
    if (this.#isClosed) {
      stream.finish();
      return stream;
    }
    const watcher = admitted(stream);
    this.#watchers.add(watcher);
    stream.once('close', () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#wake.abort();
    });
    this.#running ??= this.#run();
    this.#wake.abort();
    return stream;
  }

  /** Ends the streams of some because of an error, which is reported once for all of them. */
  end(some: (watcher: W) => boolean, error: unknown): void {
    this.#parts.report(error);
    for (const watcher of this.#watchers) if (some(watcher)) this.#finish(watcher);
  }

  /** Ends all streams; resolves once nothing runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#finishAll();
    await this.#running;
  }

  #finishAll(): void {
    for (const watcher of this.#watchers) this.#finish(watcher);
    this.#wake.abort();
  }

  #finish(watcher: W): void {
    watcher.stream.finish();
    this.#watchers.delete(watcher);
  }

  async #run(): Promise<void> {
    try {
      while (this.#watchers.size > 0) {
        // Renewed before the round: who comes while it is under way ends the sleep after it.
        this.#wake = new AbortController();
        await this.#parts.round(this.#watchers);
        await this.#parts.clock.sleep(pollEvery_ms, this.#wake.signal);
      }
    } catch (error) {
      this.end(() => true, error);
    } finally {
      this.#parts.rest?.();
      this.#running = undefined;
    }
  }
}

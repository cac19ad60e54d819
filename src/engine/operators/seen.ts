import type { Millis } from '../../stream/time.ts';
import { afterAll } from '../state/entries.ts';
import type { StateValue } from '../step.ts';

/** What a key is that comes. A late one came longer ago than the horizon, and can no longer be told from a new one. */
export type Found = 'new' | 'known' | 'late';

/** When what came is forgotten: as soon as all is past the horizon that came within the same 24th of it. */
export class Horizon {
  readonly #length: Millis;
  readonly #width: Millis;

  constructor(length: Millis) {
    this.#length = length;
    this.#width = Math.max(1, Math.floor(length / bucketsInHorizon));
  }

  bucketOf(time: Millis): number {
    return Math.floor(time / this.#width);
  }

  /** When everything in a bucket is older than the horizon. */
  expiry(bucket: number): Millis {
    return (bucket + 1) * this.#width + this.#length;
  }

  isOver(time: Millis, watermark: Millis): boolean {
    return this.expiry(this.bucketOf(time)) <= watermark;
  }
}

const bucketsInHorizon = 24;

/** Before the key up to which what is over was looked for; every other entry is a key and when it came. */
export const sweptMark = afterAll;

/** What stands there: to who holds keys in memory, former releases too, it is a key that is over, which goes. */
export const sweptTime = '-Infinity';

export const timeOf = (stored: StateValue): Millis => Number(stored);

/** The key that an entry names, of whichever kind. */
export const keyOfSeen = (entry: string): string =>
  entry.startsWith(sweptMark) ? entry.slice(sweptMark.length) : entry;

/**
 * Records of two inputs in the order of their event time, whichever was read first: each waits until event time has
 * passed it and the grace. What is made of them in this order is a function of the log.
 */
import type { Millis } from '../windows/spec.ts';
import { requireInstant } from '../windows/store.ts';
import { type Held, HeldRecords } from './held.ts';
import type { Arrival } from './window-join.ts';

/** A record whose turn has come. */
export type Turn<L, R> =
  { readonly side: 'left'; readonly held: Held<L> } | { readonly side: 'right'; readonly held: Held<R> };

export class InOrder<L, R> {
  readonly left = new HeldRecords<L>();
  readonly right = new HeldRecords<R>();
  readonly #grace: Millis;
  /** Event time of the record whose turn it is, which is the earliest of those to come. */
  #turn: Millis = Infinity;

  constructor(grace: Millis) {
    this.#grace = grace;
  }

  /** Event time at which the next turn comes; Infinity where nobody waits. */
  get nextTurn(): Millis {
    return this.#turnOf(Math.min(this.left.earliest, this.right.earliest));
  }

  /** Nobody whose turn comes from now on has an earlier event time. */
  get hold(): Millis {
    return Math.min(this.left.earliest, this.right.earliest, this.#turn);
  }

  /** False where it is late: its turn has passed, by the event time of its own partition. */
  add<V>(side: HeldRecords<V>, key: string, value: V, at: Arrival): boolean {
    requireInstant(at.time);
    if (at.mark >= this.#turnOf(at.time)) return false;
    side.add({ key, value, ...at, matched: false });
    return true;
  }

  /** Takes out whose turn has come by `watermark`: by time, at one time first the right ones, then by key and as they came. */
  release(watermark: Millis, take: (turn: Turn<L, R>) => void): void {
    const isOver = (time: Millis): boolean => this.#turnOf(time) <= watermark;
    const turns: Turn<L, R>[] = [];
    for (const held of this.right.drop(isOver)) turns.push({ side: 'right', held });
    for (const held of this.left.drop(isOver)) turns.push({ side: 'left', held });
    turns.sort(byTurn);
    try {
      for (const turn of turns) {
        this.#turn = turn.held.time;
        take(turn);
      }
    } finally {
      this.#turn = Infinity;
    }
  }

  /** The first whole millisecond behind a time and the grace. */
  #turnOf(time: Millis): Millis {
    return Math.floor(time + this.#grace) + 1;
  }
}

/** Keys in the order of UTF-16 code units. */
function byTurn<L, R>(a: Turn<L, R>, b: Turn<L, R>): number {
  if (a.held.time !== b.held.time) return a.held.time - b.held.time;
  if (a.side !== b.side) return a.side === 'right' ? -1 : 1;
  if (a.held.key !== b.held.key) return a.held.key < b.held.key ? -1 : 1;
  return a.held.n - b.held.n;
}

/**
 * Two streams joined in a window of event time. Two records of a key meet where their times lie within the window of
 * each other and each came while the window of the other was open. Both are judged by the event time of a record's own
 * partition, so that who meets whom is a function of the log, however the two inputs were interleaved.
 */
import type { Millis } from '../windows/spec.ts';
import { requireInstant } from '../windows/store.ts';
import { type Held, HeldRecords } from './held.ts';
import { closesAt, lateAt, type JoinKind, type JoinSideName, type JoinWindow, partnersOf } from './spec.ts';

/** Where a record stands when it comes. */
export interface Arrival {
  readonly time: Millis;
  /** How far event time has come in the record's own partition, itself included, and at least in the whole task. */
  readonly mark: Millis;
  /** How far it has come in the whole task. */
  readonly watermark: Millis;
  readonly trace: string;
}

type Lonely<V> = Pick<Held<V>, 'value' | 'time' | 'trace'>;

/** One that nobody met, now that nobody can. */
export type Alone<L, R> =
  { readonly side: 'left'; readonly held: Lonely<L> } | { readonly side: 'right'; readonly held: Lonely<R> };

/** Takes what a join tells. */
export interface Tell<L, R> {
  /** Two that have met; the event time of what becomes of them is that of the later one. */
  met(left: L, right: R, time: Millis): void;
  alone(alone: Alone<L, R>): void;
}

type Told<L, R> =
  { readonly side: 'left'; readonly held: Held<L> } | { readonly side: 'right'; readonly held: Held<R> };

export class WindowJoin<L, R> {
  readonly left = new HeldRecords<L>();
  readonly right = new HeldRecords<R>();
  readonly #window: JoinWindow;
  readonly #kind: JoinKind;
  /** Earliest event time of those that are being told as alone. */
  #telling: Millis = Infinity;

  constructor(window: JoinWindow, kind: JoinKind) {
    this.#window = window;
    this.#kind = kind;
  }

  /** Event time at which the next record is dropped; Infinity where none is held. */
  get nextClose(): Millis {
    return Math.min(
      closesAt(this.#window, 'left', this.left.earliest),
      closesAt(this.#window, 'right', this.right.earliest),
    );
  }

  /** Nobody who is told as alone from now on has an earlier event time. */
  get hold(): Millis {
    const left = this.#tells('left') ? this.left.earliest : Infinity;
    const right = this.#tells('right') ? this.right.earliest : Infinity;
    return Math.min(left, right, this.#telling);
  }

  /** Takes a left record and tells whom it meets, in order of time; false where it is late. */
  addLeft(key: string, value: L, at: Arrival, tell: Tell<L, R>): boolean {
    if (this.#isLate(at)) return false;
    const met = this.#meeting(this.right, 'left', key, at);
    if (this.#waits('left', at)) this.left.add({ key, value, ...at, matched: met.length > 0 });
    else if (met.length === 0 && this.#tells('left')) tell.alone({ side: 'left', held: { value, ...at } });
    for (const { value: other, time } of met) tell.met(value, other, Math.max(time, at.time));
    return true;
  }

  /** Takes a right record; see `addLeft`. */
  addRight(key: string, value: R, at: Arrival, tell: Tell<L, R>): boolean {
    if (this.#isLate(at)) return false;
    const met = this.#meeting(this.left, 'right', key, at);
    if (this.#waits('right', at)) this.right.add({ key, value, ...at, matched: met.length > 0 });
    else if (met.length === 0 && this.#tells('right')) tell.alone({ side: 'right', held: { value, ...at } });
    for (const { value: other, time } of met) tell.met(other, value, Math.max(time, at.time));
    return true;
  }

  /** Drops whose windows `watermark` has closed, and tells which of them were alone: by closing, then side, key and time. */
  close(watermark: Millis, tell: Pick<Tell<L, R>, 'alone'>): void {
    const left = this.left.drop(time => closesAt(this.#window, 'left', time) <= watermark);
    const right = this.right.drop(time => closesAt(this.#window, 'right', time) <= watermark);
    const alone: Told<L, R>[] = [];
    if (this.#tells('left')) for (const held of left) if (!held.matched) alone.push({ side: 'left', held });
    if (this.#tells('right')) for (const held of right) if (!held.matched) alone.push({ side: 'right', held });
    alone.sort((a, b) => this.#closeOf(a) - this.#closeOf(b) || byPlace(a, b));
    this.#tellAll(alone, tell);
  }

  #tellAll(alone: readonly Told<L, R>[], tell: Pick<Tell<L, R>, 'alone'>): void {
    const earliest = leastBehind(alone.map(({ held }) => held.time));
    try {
      alone.forEach((one, index) => {
        this.#telling = earliest[index] ?? Infinity;
        tell.alone(one);
      });
    } finally {
      this.#telling = Infinity;
    }
  }

  /** Whether those of a side who were alone are told. */
  #tells(side: JoinSideName): boolean {
    return side === 'left' ? this.#kind !== 'inner' : this.#kind === 'outer';
  }

  #isLate({ time, mark }: Arrival): boolean {
    requireInstant(time);
    return mark >= lateAt(this.#window, time);
  }

  /** Whether somebody may still come who meets a record of this time. */
  #waits(side: JoinSideName, { time, watermark }: Arrival): boolean {
    return watermark < closesAt(this.#window, side, time);
  }

  #meeting<V>(others: HeldRecords<V>, side: JoinSideName, key: string, { time, mark }: Arrival): readonly Held<V>[] {
    const other = side === 'left' ? 'right' : 'left';
    const closes = closesAt(this.#window, side, time);
    const met = others
      .between(key, partnersOf(this.#window, side, time))
      .filter(held => held.mark < closes && mark < closesAt(this.#window, other, held.time));
    for (const held of met) {
      if (held.matched || !this.#tells(other)) continue;
      held.matched = true;
      others.touch(held);
    }
    return met;
  }

  #closeOf({ side, held }: Told<L, R>): Millis {
    return closesAt(this.#window, side, held.time);
  }
}

/** Keys in the order of UTF-16 code units. */
function byPlace<L, R>(a: Told<L, R>, b: Told<L, R>): number {
  if (a.side !== b.side) return a.side === 'left' ? -1 : 1;
  if (a.held.key !== b.held.key) return a.held.key < b.held.key ? -1 : 1;
  return a.held.time - b.held.time || a.held.n - b.held.n;
}

/** For each place the least number at it or behind it. */
function leastBehind(times: readonly Millis[]): Millis[] {
  const least: Millis[] = [];
  let so = Infinity;
  for (const time of times.toReversed()) {
    so = Math.min(so, time);
    least.push(so);
  }
  return least.reverse();
}

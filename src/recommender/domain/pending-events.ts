import { byTime } from '../../als/index.ts';
import type { Learnable } from './interaction.ts';

type Value = string | Uint8Array;

/** An event, with the trace that it came in. */
export type Waiting = Learnable & { readonly trace?: string };

const prefix = 'pending ';

/** Events that wait to be learnt, stored by the epoch in which they came: each entry is written once and removed once. */
export class PendingEvents {
  /** By number of the entry, ascending. */
  #entries = new Map<number, readonly Waiting[]>();
  #open: Waiting[] = [];
  #next = 0;
  readonly #dirty = new Set<number>();
  size = 0;

  /** `trace` is that of its record; kept where there is one, so that what is learnt of it later is told of too. */
  add(event: Learnable, trace = ''): void {
    this.#open.push(trace === '' ? event : { ...event, trace });
    this.size++;
  }

  /**
   * All of them, each event id once, in order of event time, user, item and event id: whatever the order they came
   * in, and however often.
   */
  take(): Waiting[] {
    this.#seal();
    const sorted = [...erasedInTime([...this.#entries.values()].flat())].sort(byTime);
    const all = new Map<string, Waiting>();
    for (const event of sorted) {
      // Of several of one id the last, in its place: one that came once more after an erasure is of somebody new.
      all.delete(event.eventId);
      all.set(event.eventId, event);
    }
    for (const number of this.#entries.keys()) this.#dirty.add(number);
    this.#entries = new Map();
    this.size = 0;
    return [...all.values()];
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    this.#seal();
    for (const number of this.#dirty) {
      const events = this.#entries.get(number);
      yield [keyOf(number), events === undefined ? null : JSON.stringify(events)];
    }
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    this.#open = [];
    for (const number of this.#dirty) {
      const stored = read(keyOf(number));
      if (stored === undefined) this.#entries.delete(number);
      else this.#entries.set(number, eventsOf(stored));
    }
    this.#dirty.clear();
    this.#count();
  }

  /** Whether the key was one of these. */
  restore(key: string, value: Value): boolean {
    if (!key.startsWith(prefix)) return false;
    this.#entries.set(Number(key.slice(prefix.length)), eventsOf(value));
    this.#count();
    return true;
  }

  #seal(): void {
    if (this.#open.length === 0) return;
    const number = this.#next++;
    this.#entries.set(number, this.#open);
    this.#dirty.add(number);
    this.#open = [];
  }

  #count(): void {
    this.#entries = new Map([...this.#entries].sort(([a], [b]) => a - b));
    this.#next = Math.max(0, ...[...this.#entries.keys()].map(number => number + 1));
    this.size = [...this.#entries.values()].reduce((sum, events) => sum + events.length, 0);
  }
}

/**
 * What came of a user before the erasure is not later than it, whatever clock has stamped it: ordered by time alone it
 * would come back. Events of a user come in the order of their partition.
 */
function erasedInTime(events: readonly Waiting[]): readonly Waiting[] {
  const erasedAt = new Map<string, number>();
  const [inTime, isErasure] = [[...events], (event: Learnable) => event.kind === 'erase'];
  if (!events.some(isErasure)) return events;
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at];
    if (event === undefined) continue;
    const before = erasedAt.get(event.userId) ?? Infinity;
    const time = Math.min(event.time, before - 1);
    if (isErasure(event)) erasedAt.set(event.userId, time);
    if (time < event.time) inTime[at] = { ...event, time };
  }
  return inTime;
}

/** Padded, so that the order of the keys is the order of the entries. */
const keyOf = (number: number): string => `${prefix}${String(number).padStart(12, '0')}`;

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const eventsOf = (value: Value): Waiting[] => JSON.parse(value.toString()) as Waiting[];

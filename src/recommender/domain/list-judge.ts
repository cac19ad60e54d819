/** Judges events by the lists that were published before they came, and counts what lists hold. */
import { type ItemExposure, sampleOf } from './exposure-sample.ts';
import { compareIds } from './order.ts';
import { type Exposure, type JudgedLists, type JudgedPolicy, judgedPlaces } from './quality.ts';
import type { Standing } from './standing.ts';

/** Policies in their generations that sums are kept of: the newest. */
const mostKept = 8;

export interface Verdict {
  readonly policy: JudgedPolicy;
  readonly generation: number;
  /** Index in the list; -1 where the item is not among those that are judged. */
  readonly place: number;
  readonly warm: boolean;
}

/** Prequential sums, immutable: the state of a task. */
export type Sums = readonly JudgedLists[];

export function withVerdict(sums: Sums, { policy, generation, place, warm }: Verdict): Sums {
  const of = (lists: JudgedLists): boolean => lists.policy === policy && lists.generation === generation;
  const before = sums.find(of) ?? { policy, generation, all: none, warm: none };
  const all = counted(before.all, place);
  const after: JudgedLists = { ...before, all, warm: warm ? counted(before.warm, place) : before.warm };
  const others = sums.filter(lists => !of(lists));
  const kept = others.sort((a, b) => b.generation - a.generation || compareIds(a.policy, b.policy));
  return [after, ...kept.slice(0, mostKept - 1)];
}

const none: JudgedLists['all'] = { events: 0, places: Array.from({ length: judgedPlaces }, () => 0) };

const counted = ({ events, places }: JudgedLists['all'], at: number): JudgedLists['all'] => ({
  events: events + 1,
  places: places.map((count, place) => (place === at ? count + 1 : count)),
});

/** How many lists hold an item among those that are judged: follows the lists as they stand. */
export class Exposures {
  readonly #counts = new Map<string, number>();
  #users = 0;

  add({ items }: Standing): void {
    this.#count(items, 1);
  }

  remove({ items }: Standing): void {
    this.#count(items, -1);
  }

  /** `eventsOf` answers the events of an item, `items` and `events` are those of the model. */
  told(
    eventsOf: (itemId: string) => number,
    { items, events }: { readonly items: number; readonly events: number },
  ): Exposure {
    const listed = [...this.#counts].map(([itemId, exposures]): ItemExposure => ({
      itemId,
      exposures,
      events: eventsOf(itemId),
    }));
    return { users: this.#users, items, events, ...sampleOf(listed) };
  }

  #count(items: readonly string[], change: 1 | -1): void {
    this.#users += change;
    for (const itemId of items.slice(0, judgedPlaces)) {
      const count = (this.#counts.get(itemId) ?? 0) + change;
      if (count === 0) this.#counts.delete(itemId);
      else this.#counts.set(itemId, count);
    }
  }
}

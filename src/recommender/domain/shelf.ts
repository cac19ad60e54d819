/** What each user has done with which item, as far as the model versions reach: the state `seen` of `recommend`. */
import type { EventKind, Rating } from '../../../schemas/types.ts';
import { compareIds } from './order.ts';
import { subjectOf } from './interaction.ts';

/** The newest thing that a user did with an item. */
export interface ShelfItem {
  readonly itemId: string;
  readonly kind: EventKind;
  readonly value: number;
  readonly time: number;
}

type Value = string | Uint8Array;

/** Kinds after which an item is not recommended to the user again. */
export type SeenPolicy = readonly EventKind[];
export const defaultSeen: SeenPolicy = ['rating', 'order', 'return'];

export class Shelves {
  readonly version: string;
  readonly #seen: SeenPolicy;
  readonly #shelves = new Map<string, Map<string, ShelfItem>>();
  readonly #dirty = new Set<string>();

  constructor(seen: SeenPolicy = defaultSeen) {
    this.#seen = seen;
    this.version = `shelves-1 ${seen.join(' ')}`;
  }

  /** The newest event of a user and an item counts; of two at the same time the later in the log. */
  next(event: Rating): readonly never[] {
    const { itemId, kind, value, time } = event;
    if (itemId === '') return [];
    const user = subjectOf(event);
    const shelf = this.#shelves.get(user) ?? new Map<string, ShelfItem>();
    this.#shelves.set(user, shelf);
    this.#dirty.add(user);
    const before = shelf.get(itemId);
    if (before === undefined || this.#replaces(before, kind, time)) shelf.set(itemId, { itemId, kind, value, time });
    return [];
  }

  endEpoch(): readonly never[] {
    return [];
  }

  /** Items that a list for the user may not hold. */
  seenBy(user: string): ReadonlySet<string> {
    const shelf = this.#shelves.get(user);
    const seen = new Set<string>();
    for (const { itemId, kind } of shelf?.values() ?? []) if (this.#seen.includes(kind)) seen.add(itemId);
    return seen;
  }

  /** Users about whom something has come in the open epoch, in ascending order. */
  touched(): readonly string[] {
    return [...this.#dirty].sort(compareIds);
  }

  /** The newest things first, then by id. */
  of(user: string): readonly ShelfItem[] {
    const items = [...(this.#shelves.get(user)?.values() ?? [])];
    return items.sort((a, b) => b.time - a.time || compareIds(a.itemId, b.itemId));
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const user of this.#dirty) yield [user, JSON.stringify([...(this.#shelves.get(user)?.values() ?? [])])];
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const user of this.#dirty) {
      const stored = read(user);
      if (stored === undefined) this.#shelves.delete(user);
      else this.restore(user, stored);
    }
    this.#dirty.clear();
  }

  restore(user: string, value: Value): void {
    this.#shelves.set(user, new Map(itemsOf(value).map(item => [item.itemId, item])));
  }

  restored(): void {}

  /** A view says less than a rating or an order: it never takes their place. */
  #replaces(before: ShelfItem, kind: EventKind, time: number): boolean {
    if (kind === 'view' && before.kind !== 'view') return false;
    return time >= before.time || (before.kind === 'view' && kind !== 'view');
  }
}

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const itemsOf = (value: Value): ShelfItem[] => JSON.parse(value.toString()) as ShelfItem[];

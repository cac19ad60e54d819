/** What is known of items by their ids: whatever any answer has named. */
import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Item } from '../../api/client/client.ts';
import { titleAndYear } from '../dashboard/format.ts';
import type { Known } from '../components/resource.ts';

/** An item as a shelf shows it. */
export type Ware = Pick<Item, 'itemId' | 'title' | 'genres'>;

export class Titles {
  readonly #wares = signal<ReadonlyMap<string, Ware>>(new Map());

  /** Notes each answer's items from now on. */
  follow(known: ReadonlySignal<Known<{ readonly items: readonly Ware[] }>>): void {
    effect(() => {
      const items = known.value.value?.items ?? [];
      untracked(() => this.note(items));
    });
  }

  note(items: readonly Ware[]): void {
    if (items.length === 0) return;
    this.#wares.value = new Map([...this.#wares.peek(), ...items.map(item => [item.itemId, item] as const)]);
  }

  /** Where nothing has named it, its id stands for its title. */
  of(itemId: string): Ware {
    return this.#wares.value.get(itemId) ?? { itemId, title: itemId, genres: [] };
  }

  knows(itemId: string): boolean {
    return this.#wares.peek().has(itemId);
  }

  /** Without the year, as people say it. */
  nameOf(itemId: string): string {
    return titleAndYear(this.of(itemId).title).title;
  }
}

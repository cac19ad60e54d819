import type { Item } from '../../../schemas/types.ts';
import type { Description } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { scoped, tenantOf } from './tenant.ts';

type Value = string | Uint8Array;

const prefix = 'described ';

/** What the catalogue said of items since the model learnt of their tenant last: the newest word of each, until it is taken. */
export class PendingItems {
  /** By tenant, and scoped id: nobody looks at those of a tenant whose turn it is not. */
  readonly #waiting = new Map<string, Map<string, readonly string[]>>();
  readonly #dirty = new Set<string>();

  add({ tenant, itemId: id, genres, tags }: Item): void {
    const itemId = scoped(tenant, id);
    this.#set(itemId, [...genres.map(genre => `genre:${genre}`), ...tags.map(tag => `tag:${tag}`)]);
    this.#dirty.add(itemId);
  }

  /** All of the tenants that are asked for, by id: whatever the order they came in. */
  take(isDue: (tenant: string) => boolean): Description[] {
    const due = [...this.#waiting].filter(([tenant]) => isDue(tenant));
    for (const [tenant] of due) this.#waiting.delete(tenant);
    const all = due.flatMap(([, items]) => [...items]).sort(([a], [b]) => compareIds(a, b));
    for (const [itemId] of all) this.#dirty.add(itemId);
    return all.map(([itemId, groups]) => ({ itemId, groups }));
  }

  *changes(): Iterable<readonly [key: string, value: Value | null]> {
    for (const itemId of this.#dirty) {
      const groups = this.#waiting.get(tenantOf(itemId))?.get(itemId);
      yield [`${prefix}${itemId}`, groups === undefined ? null : JSON.stringify(groups)];
    }
  }

  committed(): void {
    this.#dirty.clear();
  }

  undo(read: (key: string) => Value | undefined): void {
    for (const itemId of this.#dirty) {
      this.#waiting.get(tenantOf(itemId))?.delete(itemId);
      const stored = read(`${prefix}${itemId}`);
      if (stored !== undefined) this.restore(`${prefix}${itemId}`, stored);
    }
    this.#dirty.clear();
  }

  /** Whether the key was one of these. */
  restore(key: string, value: Value): boolean {
    if (!key.startsWith(prefix)) return false;
    this.#set(key.slice(prefix.length), groupsOf(value));
    return true;
  }

  #set(itemId: string, groups: readonly string[]): void {
    const tenant = tenantOf(itemId);
    const own = this.#waiting.get(tenant);
    if (own === undefined) this.#waiting.set(tenant, new Map([[itemId, groups]]));
    else own.set(itemId, groups);
  }
}

// oxlint-disable-next-line typescript/consistent-type-assertions -- the codec's edge: the checkpoint returns what was written
const groupsOf = (value: Value): string[] => JSON.parse(value.toString()) as string[];

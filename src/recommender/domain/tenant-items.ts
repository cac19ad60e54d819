/** The items of one generation, each tenant's apart: whoever makes a list of one never meets an item of another. */
import type { Kernel } from '../../als/index.ts';
import { ListItems } from './list-items.ts';
import { tenantOf } from './tenant.ts';

interface Source {
  readonly id: string;
  readonly factors: Int16Array;
  readonly number: number;
}

export class TenantItems implements Disposable {
  readonly generation: number;
  readonly #kernel: () => Kernel;
  readonly #tenants = new Map<string, ListItems>();
  readonly #nothing: ListItems;

  constructor(generation: number, kernel: () => Kernel) {
    this.generation = generation;
    this.#kernel = kernel;
    this.#nothing = new ListItems(generation, 0, kernel);
  }

  get isEmpty(): boolean {
    return this.#tenants.size === 0;
  }

  /** Those of a tenant; none where nobody has named any. */
  of(tenant: string): ListItems {
    return this.#tenants.get(tenant) ?? this.#nothing;
  }

  /** Takes vectors in any order. Their numbers are those of versions, which do not descend from one call to the next. */
  setAll(sources: readonly Source[]): void {
    for (const [tenant, own] of Map.groupBy(sources, ({ id }) => tenantOf(id))) {
      const items =
        this.#tenants.get(tenant) ?? new ListItems(this.generation, own[0]?.factors.length ?? 0, this.#kernel);
      this.#tenants.set(tenant, items.setAll(own));
    }
  }

  [Symbol.dispose](): void {
    for (const items of this.#tenants.values()) items[Symbol.dispose]();
    this.#tenants.clear();
  }
}

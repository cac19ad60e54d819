/** Whose list is made with which generation: the live one, or the candidate of an experiment. */
import type { ItemVector, ModelVersion } from '../../../schemas/types.ts';
import { inCandidate } from './experiment.ts';
import type { Kernel } from '../../als/index.ts';
import { TenantItems } from './tenant-items.ts';
import type { ListItems } from './list-items.ts';
import type { Vectors } from './lists.ts';
import type { Policy } from './standing.ts';
import { tenantOf } from './tenant.ts';
import { fromBytes } from './vectors.ts';

export interface Arm {
  readonly policy: Policy;
  readonly generation: number;
  readonly items: ListItems;
  /** What a product of two vectors is divided by to be a score. */
  readonly unit: number;
}

interface Source {
  readonly id: string;
  readonly factors: Int16Array;
  readonly number: number;
}

/** The items of both generations, as the versions so far name them; those of each tenant apart, for its lists alone. */
export class Arms {
  readonly #items: Vectors<ItemVector>;
  readonly #kernel: () => Kernel;
  #live: TenantItems;
  #candidate: TenantItems;

  constructor(items: Vectors<ItemVector>, kernel: () => Kernel) {
    this.#items = items;
    this.#kernel = kernel;
    this.#live = new TenantItems(-1, kernel);
    this.#candidate = new TenantItems(-1, kernel);
  }

  /** Takes what the version brought, or all where it is of other generations. */
  follow({ generation, candidate }: ModelVersion): void {
    this.#live = this.#followed(this.#live, generation, vector => liveOf(vector, generation));
    const other = candidate?.generation ?? -1;
    this.#candidate = this.#followed(this.#candidate, other, vector => candidateOf(vector, other));
  }

  /** As they were after the version before. */
  restore(
    before: { readonly generation: number; readonly candidate: { readonly generation: number } | null } | undefined,
  ): void {
    const [live, other] = [before?.generation ?? -1, before?.candidate?.generation ?? -1];
    this.#live = this.#instead(this.#live, live, vector => liveOf(vector, live));
    this.#candidate = this.#instead(this.#candidate, other, vector => candidateOf(vector, other));
  }

  /** Whether the version before knew the item: to be asked before the next one is followed. */
  knows(itemId: string): boolean {
    return this.#live.of(tenantOf(itemId)).has(itemId);
  }

  of(user: string, { candidate, hyperParameters }: ModelVersion): Arm {
    const isTried = candidate !== null && inCandidate(user, candidate.generation, candidate.share);
    const items = (isTried ? this.#candidate : this.#live).of(tenantOf(user));
    const { userExponent, itemExponent } = isTried ? candidate.hyperParameters : hyperParameters;
    const policy = isTried ? 'candidate' : 'live';
    return { policy, generation: items.generation, items, unit: 2 ** (userExponent + itemExponent) };
  }

  #followed(items: TenantItems, generation: number, of: (vector: ItemVector) => Source | undefined): TenantItems {
    if (items.generation !== generation || items.isEmpty) return this.#instead(items, generation, of);
    items.setAll(this.#sources(this.#items.touched(), of));
    return items;
  }

  #instead(before: TenantItems, generation: number, of: (vector: ItemVector) => Source | undefined): TenantItems {
    before[Symbol.dispose]();
    const items = new TenantItems(generation, this.#kernel);
    if (generation >= 0) items.setAll(this.#sources(this.#items.keys(), of));
    return items;
  }

  #sources(ids: Iterable<string>, of: (vector: ItemVector) => Source | undefined): Source[] {
    return [...ids].flatMap(id => {
      const vector = this.#items.get(id);
      return (vector && of(vector)) ?? [];
    });
  }
}

/** Vectors of two generations never meet; one without factors is of an item that is no more. */
function liveOf({ id, generation, factors, number }: ItemVector, wanted: number): Source | undefined {
  return generation === wanted && factors.length > 0 ? { id, factors: fromBytes(factors), number } : undefined;
}

function candidateOf({ id, candidate, number }: ItemVector, wanted: number): Source | undefined {
  return candidate?.generation === wanted ? { id, factors: fromBytes(candidate.factors), number } : undefined;
}

/** The items of the generations that serve, as the published version has them: one, or two while an experiment runs. */
import type { HyperParameters, ItemVector } from '../../../../schemas/types.ts';
import type { Kernel, Scored } from '../../../als/index.ts';
import { tenantOf } from '../../domain/tenant.ts';
import { type Asked, TopLists } from '../../domain/top-lists.ts';
import { fromBytes } from '../../domain/vectors.ts';
import type { PublishedModel } from '../export/published.ts';

/** The items of a generation, those of each tenant apart. */
class GenerationItems implements Disposable {
  readonly #lists: ReadonlyMap<string, TopLists>;
  /** What a product of two vectors is divided by to be a score. */
  readonly #unit: number;

  constructor(
    kernel: Kernel,
    { factors: k, userExponent, itemExponent }: HyperParameters,
    vectors: readonly { readonly id: string; readonly factors: Int16Array }[],
  ) {
    const tenants = Map.groupBy(vectors, ({ id }) => tenantOf(id));
    this.#lists = new Map([...tenants].map(([tenant, own]) => [tenant, new TopLists(kernel, k, own)]));
    this.#unit = 2 ** (userExponent + itemExponent);
  }

  best(tenant: string, asked: readonly Asked[], n: number): readonly (readonly Scored[])[] {
    const lists = this.#lists.get(tenant)?.of(asked, n) ?? [];
    return lists.map(list => list.map(({ itemId, score }) => ({ itemId, score: score / this.#unit })));
  }

  [Symbol.dispose](): void {
    for (const lists of this.#lists.values()) lists[Symbol.dispose]();
  }
}

export class ServedItems implements Disposable {
  readonly #generations = new Map<number, GenerationItems>();

  constructor(kernel: Kernel, { version, items }: Pick<PublishedModel, 'version' | 'items'>) {
    const { generation, hyperParameters, candidate } = version;
    const live = items.map(({ id, factors }) => ({ id, factors: fromBytes(factors) }));
    this.#generations.set(generation, new GenerationItems(kernel, hyperParameters, live));
    if (candidate === null) return;
    const tried = items.flatMap(item => triedOut(item, candidate.generation));
    this.#generations.set(candidate.generation, new GenerationItems(kernel, candidate.hyperParameters, tried));
  }

  /** The n best of each, best first, all of one tenant and by vectors of one generation: those of two never meet. */
  best(of: { readonly tenant: string; readonly generation: number }, asked: readonly Asked[], n: number) {
    return this.#generations.get(of.generation)?.best(of.tenant, asked, n) ?? [];
  }

  [Symbol.dispose](): void {
    for (const items of this.#generations.values()) items[Symbol.dispose]();
  }
}

const triedOut = ({ id, candidate }: ItemVector, generation: number) =>
  candidate?.generation === generation ? [{ id, factors: fromBytes(candidate.factors) }] : [];

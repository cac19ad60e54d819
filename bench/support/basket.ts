/** Baskets against so many items as one process holds: solved, scored and answered as the API does it. */
import { setImmediate } from 'node:timers/promises';
import type { Changes, Documents, JsonObject, StoredDocument } from '../../src/documents/port.ts';
import { modelSettings } from '../../src/als/index.ts';
import { ItemDirectory } from '../../src/recommender/api/items.ts';
import { ItemLookup } from '../../src/recommender/api/item-lookup.ts';
import { ItemVectors } from '../../src/recommender/api/item-vectors.ts';
import { ListIds } from '../../src/recommender/api/list-ids.ts';
import { ItemLists } from '../../src/recommender/api/lists.ts';
import { Stored } from '../../src/recommender/api/stored.ts';
import { toBytes } from '../../src/recommender/domain/vectors.ts';
import { defaultExploration } from '../../src/recommender/domain/exploration.ts';
import { noRules } from '../../src/recommender/domain/rules.ts';
import { defaultSeen } from '../../src/recommender/domain/shelf.ts';

const factors = 50;
const page = 1_000;

/** How long each list of ten took, and for how long at most nobody else had a turn. */
export interface Asked {
  readonly times_ms: readonly number[];
  readonly standstill_ms: number;
}

/**
 * So many lists of ten by the search, then as many by the readable sums of all items, each after one that makes ready what
 * all need; the search first, since the sums leave garbage to be collected. Both have to answer the same.
 */
export async function basketOf(items: number, baskets: number): Promise<{ search: Asked; readable: Asked }> {
  const documents = documentsOf(items);
  const search = new Asking(documents, items);
  const lists: string[] = [];
  for (let n = 0; n <= baskets; n++) lists.push(await search.ask(n));
  const readable = new Asking(documents, items, Infinity);
  for (const [n, list] of lists.entries())
    if ((await readable.ask(n)) !== list) throw new Error(`Basket ${n} got two lists`);
  return { search: search.asked, readable: readable.asked };
}

class Asking {
  readonly #lists: ItemLists;
  readonly #items: number;
  readonly #times_ms: number[] = [];
  #standstill_ms = 0;

  constructor(documents: BenchDocuments, items: number, leastScanned?: number) {
    this.#lists = listsOver(documents, leastScanned);
    this.#items = items;
  }

  /** The first is not counted: all items are read for it. */
  get asked(): Asked {
    return { times_ms: this.#times_ms.slice(1), standstill_ms: this.#standstill_ms };
  }

  /** Answers what stands in the list. */
  async ask(n: number): Promise<string> {
    const done = Array.from({ length: 5 }, (_, at) => ({
      itemId: `item-${(n * 7_919 + at * 104_729) % this.#items}`,
      done: { order: { value: 1, time: 0 } },
    }));
    await setImmediate();
    const over = new AbortController();
    let before = performance.now();
    const others = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await setImmediate();
        const now = performance.now();
        if (n > 0) this.#standstill_ms = Math.max(this.#standstill_ms, now - before);
        before = now;
      }
    };
    const [{ policy, items }] = await Promise.all([
      this.#timed(() => this.#lists.forBasket(done, { n: 10, rules: noRules })).finally(() => over.abort()),
      others(),
    ]);
    if (policy !== 'basket') throw new Error(`The basket got a list of ${policy}`);
    return JSON.stringify(items.map(({ itemId, score }) => [itemId, score]));
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const answer = await work();
    this.#times_ms.push(performance.now() - began);
    return answer;
  }
}

type BenchDocuments = Pick<Documents, 'get' | 'isCurrent' | 'list' | 'changes'>;

function listsOver(documents: BenchDocuments, leastScanned?: number): ItemLists {
  const most = 2_000_000;
  const clock = { now: () => 0 };
  const report = (error: unknown): never => {
    throw error;
  };
  const items = new ItemDirectory(documents, most);
  return new ItemLists({
    stored: new Stored(documents),
    items,
    lookup: new ItemLookup({ items, clock, report }),
    vectors: new ItemVectors(documents, { mostItems: most, ...(leastScanned !== undefined && { leastScanned }) }),
    clock,
    report,
    exploration: defaultExploration,
    seen: defaultSeen,
    listIds: new ListIds('of the benchmark'),
  });
}

/** Vectors by a recipe, made when they are read: a million of them take up memory once. */
function documentsOf(items: number): BenchDocuments {
  const { regularisation, unobservedWeight, gridExponent, weights } = modelSettings({ factors });
  const settings = {
    regularisation: { ...regularisation },
    unobservedWeight,
    gridExponent: { ...gridExponent },
    weights: { ageBounds_ms: [...weights.ageBounds_ms], rules: weights.rules.map(rule => ({ ...rule })) },
  };
  const model: JsonObject = { generation: 1, number: 1, time: 0, settings, popular: [] };
  return {
    get: async key => (key.collection === 'models' ? document(key.collection, key.id, model) : undefined),
    isCurrent: async () => true,
    list: async () => [],
    changes: async (collection, continuation): Promise<Changes> => {
      const from = Number(continuation ?? 0);
      const to = collection === 'itemVectors' ? Math.min(items, from + page) : from;
      const documents = Array.from({ length: to - from }, (_, n) => vectorOf(from + n));
      return { documents, continuation: String(to), caughtUp: to >= items || collection !== 'itemVectors' };
    },
  };
}

const document = (collection: string, id: string, body: JsonObject): StoredDocument => {
  return { collection, partition: id, id, body, etag: '1', version: null };
};

function vectorOf(n: number): StoredDocument {
  let state = n + 1;
  const row = Int16Array.from({ length: factors }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >> 22;
  });
  const id = `item-${n}`;
  const body = {
    id,
    generation: 1,
    factors: toBytes(row).toString('base64'),
    exponent: 10,
    candidate: null,
    events: 1,
  };
  return document('itemVectors', id, body);
}

/** Baskets against so many items as one process holds: solved, scored and answered as the API does it. */
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

/** Milliseconds of each of so many lists of ten, after one that makes ready what all of them need. */
export async function basketOf(items: number, baskets: number): Promise<number[]> {
  const lists = listsOver(documentsOf(items));
  const ask = async (n: number): Promise<number> => {
    const began = performance.now();
    const done = Array.from({ length: 5 }, (_, at) => ({
      itemId: `item-${(n * 7_919 + at * 104_729) % items}`,
      done: { order: { value: 1, time: 0 } },
    }));
    const { policy } = await lists.forBasket(done, { n: 10, rules: noRules });
    if (policy !== 'basket') throw new Error(`The basket got a list of ${policy}`);
    return performance.now() - began;
  };
  await ask(0);
  const times: number[] = [];
  for (let n = 0; n < baskets; n++) times.push(await ask(n + 1));
  return times;
}

function listsOver(documents: Pick<Documents, 'get' | 'isCurrent' | 'list' | 'changes'>): ItemLists {
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
    vectors: new ItemVectors(documents, { mostItems: most }),
    clock,
    report,
    exploration: defaultExploration,
    seen: defaultSeen,
    listIds: new ListIds('of the benchmark'),
  });
}

/** Vectors by a recipe, made when they are read: a million of them take up memory once. */
function documentsOf(items: number): Pick<Documents, 'get' | 'isCurrent' | 'list' | 'changes'> {
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

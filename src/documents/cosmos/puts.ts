/** Writes of those who are no task: conditional on absence or an etag, or on nothing, always under the item's etag. */
import type { ConsistencyLevel, Container } from '@azure/cosmos';
import type { Millis } from '../../stream/time.ts';
import { ConditionFailed, type DocumentKey, type JsonObject, type PutCondition } from '../port.ts';
import type { Calls } from './calls.ts';
import { away, codeOf, inSession, NoCosmosContainer, ownerMissing, status } from './failures.ts';
import { type FoundItem, foundItem, itemOf, type RawItem } from './item.ts';
import { itemPlace } from './place.ts';

export interface Reading {
  readonly container: Container;
  readonly calls: Calls;
  /** Absent where a write follows, which is decided by what is read. */
  readonly consistencyLevel?: `${ConsistencyLevel}`;
}

export interface Putting extends Reading {
  readonly now: () => Millis;
  /** Tells our write from a rival's. */
  readonly newId: () => string;
}

/** So often somebody else may have been faster. */
const mostRounds = 100;

/** Answers the item as it is then. @throws {ConditionFailed} */
export async function put(
  key: DocumentKey,
  body: JsonObject,
  condition: PutCondition,
  on: Putting,
): Promise<{ readonly etag: string; readonly found: FoundItem | undefined }> {
  const mark = on.newId();
  for (let round = 0; round < mostRounds; round += 1) {
    const found = await readItem(key, on);
    if (found?.put === mark) return { etag: found.etag, found }; // ours, whose answer was lost
    if (!meets(condition, found)) throw new ConditionFailed(key);
    const etag = await written(key, body, { found, mark }, on);
    if (etag !== undefined) return { etag, found };
  }
  throw away(`The container ${on.container.id}`, `${key.collection}/${key.id} was changed by others again and again`);
}

export async function readItem(key: DocumentKey, on: Reading): Promise<FoundItem | undefined> {
  const place = itemPlace(key);
  const where = `The container ${on.container.id}`;
  const { statusCode, substatus, resource } = await on.calls.request(where, 'read', async () => {
    const options = on.consistencyLevel === undefined ? {} : { consistencyLevel: on.consistencyLevel };
    return inSession(await on.container.item(place.id, place.partitionKey).read<RawItem>(options));
  });
  if (statusCode !== status.notFound) return foundItem(place, resource);
  if (substatus === ownerMissing) throw new NoCosmosContainer(where);
  return undefined;
}

function meets(condition: PutCondition, found: FoundItem | undefined): boolean {
  if (condition === 'always') return true;
  const there = found !== undefined && found.body !== null;
  return condition === 'absent' ? !there : there && found.etag === condition.etag;
}

/** Undefined where somebody else was faster, or where the first answer of our own write was lost. */
async function written(
  key: DocumentKey,
  body: JsonObject,
  { found, mark }: { readonly found: FoundItem | undefined; readonly mark: string },
  { container, calls, now }: Putting,
): Promise<string | undefined> {
  const place = itemPlace(key);
  const item = itemOf(place, { body, task: null, version: found?.version ?? null, updatedAt: now(), put: mark });
  const where = `The container ${container.id}`;
  const overtaken = new Set<unknown>([status.conflict, status.changed, status.notFound]);
  return calls.request(where, 'write', async () => {
    try {
      const { etag } = await (found === undefined
        ? container.items.create(item, { disableAutomaticIdGeneration: true })
        : container
            .item(place.id, place.partitionKey)
            .replace(item, { accessCondition: { type: 'IfMatch', condition: found.etag } }));
      return etag;
    } catch (error) {
      const code = codeOf(error);
      if (overtaken.has(code) && !isMissingContainer(code, found)) return undefined;
      throw error;
    }
  });
}

/** Nothing is missing for who creates an item but its container. */
const isMissingContainer = (code: unknown, found: FoundItem | undefined): boolean =>
  code === status.notFound && found === undefined;

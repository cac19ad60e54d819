/** Outputs of tasks: an item is replaced under the etag that is known of it, and only by a greater version. */
import type { Container, OperationInput, OperationResponse } from '@azure/cosmos';
import type { Millis } from '../../stream/time.ts';
import type { DocumentWrite } from '../port.ts';
import { bulk, type BulkOptions } from './bulk.ts';
import { away, DocumentTooLarge, status, UnexpectedAnswer } from './failures.ts';
import { foundItem, itemOf } from './item.ts';
import { isGreater, type KnownItem, type KnownItems } from './known.ts';
import { type ItemPlace, itemPlace } from './place.ts';

export interface PlacedWrite {
  readonly key: string;
  readonly place: ItemPlace;
  readonly write: DocumentWrite;
}

export interface Writing extends BulkOptions {
  readonly container: Container;
  readonly known: KnownItems;
  readonly now: () => Millis;
}

/** So often somebody else may have been faster: each time what they wrote is read, and ours dropped unless greater. */
const mostRounds = 100;

export const keyOf = ({ container, partitionKey, id }: ItemPlace): string =>
  JSON.stringify([container.name, partitionKey, id]);

/** Of several writes of a document the greatest one counts. */
export function greatestOf(writes: readonly DocumentWrite[]): PlacedWrite[] {
  const greatest = new Map<string, PlacedWrite>();
  for (const write of writes) {
    const place = itemPlace(write);
    const key = keyOf(place);
    const other = greatest.get(key);
    if (other === undefined || isGreater(write.version, other.write.version)) greatest.set(key, { key, place, write });
  }
  return [...greatest.values()];
}

/** All of one container. */
export async function writeAll(writes: readonly PlacedWrite[], on: Writing): Promise<void> {
  let open = writes;
  for (let round = 0; round < mostRounds; round += 1) {
    await readUnknown(open, on);
    open = open.filter(({ key, write }) => isGreater(write.version, on.known.get(key)?.version ?? null));
    if (open.length === 0) return;
    open = await tried(open, on);
  }
  if (open.length > 0)
    throw away(`The container ${on.container.id}`, `${open.length} documents were changed by others again and again`);
}

async function readUnknown(writes: readonly PlacedWrite[], on: Writing): Promise<void> {
  const unknown = writes.filter(({ key }) => on.known.get(key) === undefined);
  const reads = unknown.map(of => ({
    of,
    input: { operationType: 'Read', id: of.place.id, partitionKey: of.place.partitionKey } satisfies OperationInput,
  }));
  const take = ({ key, place }: PlacedWrite, response: OperationResponse): void => {
    if (response.statusCode === status.notFound) return on.known.set(key, { etag: undefined, version: null });
    if (response.statusCode !== 200) throw unexpected(on, response);
    const { etag, version } = foundItem(place, { ...response.resourceBody, _etag: response.eTag });
    on.known.set(key, { etag, version });
  };
  await bulk(on.container, reads, take, on);
}

/** Answers the writes that somebody else was faster than. */
async function tried(writes: readonly PlacedWrite[], on: Writing): Promise<PlacedWrite[]> {
  const updatedAt = on.now();
  const overtaken: PlacedWrite[] = [];
  const operations = writes.map(of => ({ of, input: operationOf(of, on.known.get(of.key), updatedAt) }));
  const take = (of: PlacedWrite, response: OperationResponse): void => {
    const { statusCode, eTag } = response;
    if ((statusCode === 200 || statusCode === 201) && eTag !== undefined)
      return on.known.set(of.key, { etag: eTag, version: of.write.version });
    on.known.forget(of.key);
    if (statusCode === status.tooLarge) throw new DocumentTooLarge(`${of.write.collection}/${of.write.id}`);
    if (!isOvertaken(statusCode)) throw unexpected(on, response);
    overtaken.push(of);
  };
  await bulk(on.container, operations, take, on);
  return overtaken;
}

/** Changed, created or expired since we looked; or by ourselves, and the answer was lost. */
const isOvertaken = (code: number): boolean =>
  code === status.changed || code === status.conflict || code === status.notFound;

function operationOf({ place, write }: PlacedWrite, known: KnownItem | undefined, updatedAt: Millis): OperationInput {
  const { body, task, version } = write;
  const resourceBody = itemOf(place, { body, task, version, updatedAt });
  const { id, partitionKey } = place;
  return known?.etag === undefined
    ? { operationType: 'Create', partitionKey, resourceBody }
    : { operationType: 'Replace', partitionKey, id, resourceBody, ifMatch: known.etag };
}

const unexpected = (on: Writing, { statusCode }: OperationResponse): UnexpectedAnswer =>
  new UnexpectedAnswer(`The container ${on.container.id}`, `status ${statusCode} of an operation in bulk`);

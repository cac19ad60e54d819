/** A document as an item of a container, and back. */
import type { DocumentKey, DocumentVersion, Json, JsonObject, StoredDocument } from '../port.ts';
import { namespaceProperty, tombstoneTtlSeconds } from './containers.ts';
import { MillraceError } from '../../errors.ts';
import { type CollectionPlace, type ItemPlace, keyOfItem } from './place.ts';

/** What an item holds beside its body changes with this number only. */
const schemaVersion = 1;

export interface ItemContent {
  /** Null leaves a tombstone. */
  readonly body: JsonObject | null;
  /** Null where somebody else than a task wrote it. */
  readonly task: string | null;
  /** The floor under later writes of tasks; null where no task ever wrote. */
  readonly version: DocumentVersion | null;
  readonly updatedAt: number;
  /** Of a put: tells it from a rival's where its answer was lost. */
  readonly put?: string;
}

/** What is known of an item as the service holds it. */
export interface FoundItem extends Pick<ItemContent, 'body' | 'task' | 'version'> {
  readonly key: DocumentKey;
  readonly etag: string;
  readonly namespace: string | undefined;
  readonly put: string | undefined;
}

/** An item that is not as this release, or a shop beside it, writes them. */
export class UnreadableItem extends MillraceError {
  readonly code = 'UNREADABLE_ITEM';
}

/** As the library reads it. */
export interface RawItem {
  readonly id?: string;
  readonly ttl?: number;
  readonly [name: string]: unknown;
}

export interface Item {
  readonly id: string;
  readonly [name: string]: Json;
}

export function itemOf(place: ItemPlace, { body, task, version, updatedAt, put }: ItemContent): Item {
  const { container, namespace, partitionKey } = place;
  return {
    ...(container.partitionKey === '/id' ? {} : { [container.partitionKey.slice(1)]: partitionKey }),
    id: place.id,
    ...(namespace === undefined ? {} : { [namespaceProperty]: namespace }),
    schemaVersion,
    modelVersion: modelVersionOf(body),
    task,
    lineage: version?.lineage ?? null,
    epoch: version?.epoch ?? null,
    seq: version?.seq ?? null,
    updatedAt,
    body,
    ...(put === undefined ? {} : { put }),
    ...(body === null ? { ttl: tombstoneTtlSeconds } : {}),
  };
}

/** Of lists, vectors and models: as the API tells it. */
function modelVersionOf(body: JsonObject | null): string | null {
  const { generation, number } = body ?? {};
  return typeof generation === 'number' && typeof number === 'number' ? `${generation}.${number}` : null;
}

/** @throws {UnreadableItem} */
export function foundItem(place: CollectionPlace, item: unknown): FoundItem {
  if (!isObject(item)) throw unreadable(place, 'it is no object');
  const { id, _etag: etag } = item;
  if (typeof id !== 'string' || typeof etag !== 'string') throw unreadable(place, 'it has no id or etag');
  const at = item[place.container.partitionKey.slice(1)];
  if (typeof at !== 'string') throw unreadable(place, `'${id}' has no ${place.container.partitionKey}`);
  const namespace = item[namespaceProperty];
  const key = keyOfItem(place, id, at);
  const found = { key, etag, namespace: typeof namespace === 'string' ? namespace : undefined };
  // A shop may write its orders by itself: then the whole item is the body.
  if (item['schemaVersion'] === undefined)
    return { ...found, body: ownProperties(item), task: null, version: null, put: undefined };
  if (item['schemaVersion'] !== schemaVersion)
    throw unreadable(place, `'${id}' has schemaVersion ${JSON.stringify(item['schemaVersion'])}`);
  const { body, task, put } = item;
  if (body !== null && !isObject(body)) throw unreadable(place, `the body of '${id}' is no object`);
  return {
    ...found,
    body,
    task: typeof task === 'string' ? task : null,
    version: versionOf(item),
    put: typeof put === 'string' ? put : undefined,
  };
}

/** Undefined for a tombstone. */
export const documentOf = ({ key, body, etag, task, version }: FoundItem): StoredDocument | undefined =>
  body === null ? undefined : { ...key, body, etag, version: task === null ? null : version };

function versionOf({ lineage, epoch, seq }: JsonObject): DocumentVersion | null {
  if (typeof lineage !== 'number' || typeof epoch !== 'number' || typeof seq !== 'number') return null;
  return { lineage, epoch, seq };
}

/** Without what the service adds. */
const ownProperties = (item: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith('_') && name !== 'id' && name !== 'ttl'));

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const unreadable = ({ container }: CollectionPlace, why: string): UnreadableItem =>
  new UnreadableItem(
    `An item of the container ${container.name} cannot be read: ${why}`,
    'Remove it, or read it with the release of Millrace that wrote it',
  );

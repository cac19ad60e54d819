/** Where a document lies: its container, the value of its partition key, and its id there. */
import type { DocumentKey } from '../port.ts';
import { type ContainerDefinition, containerOf } from './containers.ts';
import { BadDocumentKey, decodedId, encodedId, partitionKeyOf } from './ids.ts';

/** A collection `shadow.items` is that of the namespace `shadow`, which shares the container `items`. */
export interface CollectionPlace {
  readonly collection: string;
  readonly container: ContainerDefinition;
  /** Undefined for what no replay has made. */
  readonly namespace: string | undefined;
}

export interface ItemPlace extends CollectionPlace {
  readonly partitionKey: string;
  readonly id: string;
}

export function collectionPlace(collection: string): CollectionPlace {
  const dot = collection.indexOf('.');
  const name = collection.slice(dot + 1);
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw new BadDocumentKey(
      `'${collection}' cannot name a container of Cosmos DB`,
      'Name collections with letters, digits, dashes and underscores',
    );
  return { collection, container: containerOf(name), namespace: dot < 0 ? undefined : collection.slice(0, dot) };
}

export function itemPlace({ collection, partition, id }: DocumentKey): ItemPlace {
  const place = collectionPlace(collection);
  const value = sharedName(place.namespace, partition);
  if (place.container.partitionKey !== '/id')
    return { ...place, partitionKey: partitionKeyOf(value), id: encodedId(id) };
  if (partition !== id)
    throw new BadDocumentKey(
      `${collection}/${partition}/${id}: the container is partitioned by id`,
      'Give such a document its id as its partition',
    );
  const only = encodedId(value);
  return { ...place, partitionKey: only, id: only };
}

/** The key of an item as it lies in the container of its collection. */
export function keyOfItem(
  { collection, container, namespace }: CollectionPlace,
  id: string,
  partitionKey: string,
): DocumentKey {
  if (container.partitionKey !== '/id')
    return { collection, partition: plainName(namespace, partitionKey), id: decodedId(id) };
  const only = plainName(namespace, decodedId(id));
  return { collection, partition: only, id: only };
}

/** Namespaces begin with a letter, so that no partition of one is taken for one of another, or of none. */
export function sharedName(namespace: string | undefined, partition: string): string {
  if (namespace !== undefined) return `~${namespace}~${partition}`;
  return partition.startsWith('~') ? `~${partition}` : partition;
}

function plainName(namespace: string | undefined, shared: string): string {
  if (namespace !== undefined) return shared.slice(namespace.length + 2);
  return shared.startsWith('~~') ? shared.slice(1) : shared;
}

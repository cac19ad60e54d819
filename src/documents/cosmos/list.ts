/** Pages of a collection, by partition and id: the only queries of the adapter. */
import { ChangeFeedStartFrom, type Container, type FeedOptions, type SqlQuerySpec } from '@azure/cosmos';
import { pageLimit } from '../limit.ts';
import type { ListRequest, StoredDocument } from '../port.ts';
import type { Calls } from './calls.ts';
import { namespaceProperty } from './containers.ts';
import { encodedId } from './ids.ts';
import { documentOf, foundItem } from './item.ts';
import { type CollectionPlace, itemPlace, sharedName } from './place.ts';

export interface Listing {
  readonly container: Container;
  readonly place: CollectionPlace;
  readonly calls: Calls;
}

/** One logical partition is asked alone; everything else goes to all of them, which costs a request for each. */
export async function list(request: ListRequest, on: Listing): Promise<readonly StoredDocument[]> {
  const limit = pageLimit(request.limit);
  const byId = on.place.container.partitionKey === '/id';
  const { partition } = request;
  if (partition === undefined) return read(byId ? allById(request, on) : all(request, on), {}, limit, on);
  const partitionKey = byId
    ? itemPlace({ collection: request.collection, partition, id: partition }).partitionKey
    : sharedName(on.place.namespace, partition);
  return read(ofOnePartition(request, on), { partitionKey }, limit, on);
}

const there = 'NOT IS_NULL(c.body)';

function ofOnePartition({ after }: ListRequest, { place }: Listing): SqlQuerySpec {
  const id = after === undefined ? '' : idOf(after, place);
  return {
    query: `SELECT * FROM c WHERE c.id > @id AND ${there} ORDER BY c.id`,
    parameters: [{ name: '@id', value: id }],
  };
}

/** Ids of a namespace begin with its name there. */
function allById({ after }: ListRequest, { place }: Listing): SqlQuerySpec {
  const id = after === undefined ? '' : idOf(after, place);
  return {
    query: `SELECT * FROM c WHERE c.id > @id AND ${there} AND ${ofNamespace(place)} ORDER BY c.id`,
    parameters: [{ name: '@id', value: id }, ...namespaceParameter(place)],
  };
}

function all({ after }: ListRequest, { place }: Listing): SqlQuerySpec {
  const key = `c.${place.container.partitionKey.slice(1)}`;
  const at = after === undefined ? '' : sharedName(place.namespace, after.partition);
  return {
    query: `SELECT * FROM c WHERE (${key} > @key OR (${key} = @key AND c.id > @id)) AND ${there} AND ${ofNamespace(place)} ORDER BY ${key}, c.id`,
    parameters: [
      { name: '@key', value: at },
      { name: '@id', value: after === undefined ? '' : encodedId(after.id) },
      ...namespaceParameter(place),
    ],
  };
}

const idOf = (after: { partition: string; id: string }, place: CollectionPlace): string =>
  itemPlace({ ...after, collection: place.collection }).id;

const ofNamespace = ({ namespace }: CollectionPlace): string =>
  namespace === undefined ? `NOT IS_DEFINED(c.${namespaceProperty})` : `c.${namespaceProperty} = @namespace`;

const namespaceParameter = ({ namespace }: CollectionPlace): { name: string; value: string }[] =>
  namespace === undefined ? [] : [{ name: '@namespace', value: namespace }];

async function read(
  query: SqlQuerySpec,
  options: FeedOptions,
  limit: number,
  { container, place, calls }: Listing,
): Promise<StoredDocument[]> {
  const where = `The container ${container.id}`;
  return calls.request(where, 'read', async () => {
    try {
      return await pagesOf(query, options, limit, { container, place });
    } catch (error) {
      if (error instanceof StalledQuery) await refreshRanges(container);
      throw error;
    }
  });
}

async function pagesOf(
  query: SqlQuerySpec,
  options: FeedOptions,
  limit: number,
  { container, place }: Pick<Listing, 'container' | 'place'>,
): Promise<StoredDocument[]> {
  const found: StoredDocument[] = [];
  const pages = container.items.query<unknown>(query, { ...options, maxItemCount: limit });
  for (let empty = 0; found.length < limit && pages.hasMoreResults();) {
    // Of an empty page there are none, whatever the library declares.
    const page: { readonly resources?: readonly unknown[] } = await pages.fetchNext();
    const items = page.resources ?? [];
    empty = items.length === 0 ? empty + 1 : 0;
    if (empty > mostEmptyPages && options.partitionKey === undefined) throw new StalledQuery();
    found.push(...items.flatMap(item => documentOf(foundItem(place, item)) ?? []));
  }
  return found.slice(0, limit);
}

/** Of a query to all partitions, which the library merges into full pages. */
const mostEmptyPages = 10;

/** Where a partition was split under a query in order, the library (4.10) answers empty pages for ever. */
class StalledQuery extends Error {
  readonly code = 503;
  constructor() {
    super('a query came to no end, as where a partition was split');
  }
}

/** A reader of the change feed asks every range for what is new, and has the library look for those that are gone. */
async function refreshRanges(container: Container): Promise<void> {
  const changeFeedStartFrom = ChangeFeedStartFrom.Now();
  await container.items.getChangeFeedIterator<unknown>({ changeFeedStartFrom, maxItemCount: 1 }).readNext();
}

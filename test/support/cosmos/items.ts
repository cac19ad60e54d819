/** Requests for items: points, batches, queries and the change feed. */
import { conditionOf } from './conditions.ts';
import {
  deleteCharge,
  feedCharge,
  insertCharge,
  missCharge,
  queryCharge,
  readCharge,
  replaceCharge,
} from './charges.ts';
import { type FixtureContainer, Refusal, type StoredItem } from './container.ts';
import type { Faults } from './faults.ts';
import { type Fields, isFields, textIn, type Value } from './json.ts';

export interface Asked {
  readonly method: string;
  /** Of the item; undefined for the whole container. */
  readonly id: string | undefined;
  readonly header: (name: string) => string | undefined;
  readonly body: Fields | Value[];
  readonly now: number;
  readonly faults: Faults;
  /** Told of every change, in order, before it is answered. */
  readonly changed: (stored: StoredItem | { readonly removed: readonly [partitionKey: string, id: string] }) => void;
}

export interface Answer {
  readonly status: number;
  readonly body?: Value;
  readonly charge: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const sizeOf = (value: Value): number => Buffer.byteLength(JSON.stringify(value));

export function answerItems(container: FixtureContainer, asked: Asked): Answer {
  const { method, id, header } = asked;
  if (id !== undefined) return point(container, asked, id);
  if (header('x-ms-cosmos-is-batch-request') !== undefined)
    return header('x-ms-cosmos-batch-atomic')?.toLowerCase() === 'true'
      ? batch(container, asked)
      : bulk(container, asked);
  if (header('x-ms-cosmos-is-query-plan-request') !== undefined) return plan(asked);
  if (header('x-ms-documentdb-isquery') !== undefined) return query(container, asked);
  if (method === 'GET') return feed(container, asked);
  const kind = header('x-ms-documentdb-is-upsert')?.toLowerCase() === 'true' ? 'Upsert' : 'Create';
  return single(container, asked, kind, isFields(asked.body) ? asked.body : {}, partitionKeyIn(asked));
}

function partitionKeyIn({ header }: Asked): string {
  const value: unknown = JSON.parse(header('x-ms-documentdb-partitionkey') ?? '[]');
  const [key]: unknown[] = Array.isArray(value) ? value : [];
  if (typeof key !== 'string') throw new Refusal(400, 'no partition key is given');
  return key;
}

function point(container: FixtureContainer, asked: Asked, id: string): Answer {
  const partitionKey = partitionKeyIn(asked);
  if (asked.method === 'PUT')
    return single(container, asked, 'Replace', isFields(asked.body) ? asked.body : {}, partitionKey);
  if (asked.method === 'DELETE') return single(container, asked, 'Delete', { id }, partitionKey);
  const newest = container.get(partitionKey, id, asked.now);
  const found = newest !== undefined && isBehind(container, asked, newest) ? newest.before : newest;
  if (found === undefined) throw new Refusal(404, 'there is no such item');
  return {
    status: 200,
    body: found.item,
    charge: readCharge(sizeOf(found.item)),
    headers: { etag: textIn(found.item, '_etag') },
  };
}

/** Whether a lagging replica answers, which the caller's session does not forbid. */
function isBehind(container: FixtureContainer, asked: Asked, { lsn }: StoredItem): boolean {
  if (asked.faults.draw('stale', 'read') === undefined) return false;
  const known = (asked.header('x-ms-session-token') ?? '').split(',').map(part => Number(part.split('#')[1] ?? 0));
  return Math.max(0, ...known) < lsn && container.lsn >= lsn;
}

type Kind = 'Create' | 'Upsert' | 'Replace' | 'Delete';

function single(container: FixtureContainer, asked: Asked, kind: Kind, item: Fields, partitionKey: string): Answer {
  const conditions = { ifMatch: asked.header('if-match'), ifNoneMatch: asked.header('if-none-match') };
  container.check(kind, item, { partitionKey, now: asked.now, ...conditions });
  return done(container, asked, kind, item, partitionKey);
}

function done(container: FixtureContainer, asked: Asked, kind: Kind, item: Fields, partitionKey: string): Answer {
  const found = container.get(partitionKey, textIn(item, 'id'), asked.now);
  if (kind === 'Delete') {
    container.remove(partitionKey, textIn(item, 'id'));
    asked.changed({ removed: [partitionKey, textIn(item, 'id')] });
    return { status: 204, charge: deleteCharge };
  }
  const stored = container.write(item, partitionKey, asked.now);
  asked.changed(stored);
  const bytes = sizeOf(item);
  return {
    status: found === undefined ? 201 : 200,
    body: stored.item,
    charge: found === undefined ? insertCharge(bytes) : replaceCharge(bytes),
    headers: { etag: textIn(stored.item, '_etag') },
  };
}

interface Operation {
  readonly kind: Kind | 'Read';
  readonly item: Fields;
  readonly partitionKey: string;
  readonly ifMatch: string | undefined;
}

function operationsIn(asked: Asked, partitionKey?: string): Operation[] {
  if (!Array.isArray(asked.body)) throw new Refusal(400, 'a batch is a list');
  if (asked.body.length > 100) throw new Refusal(400, 'a batch has at most 100 operations');
  return asked.body.filter(isFields).map(operation => {
    const given = textIn(operation, 'partitionKey');
    const [key]: unknown[] = given === '' ? [] : asList(JSON.parse(given));
    const body = operation['resourceBody'];
    return {
      kind: kindOf(textIn(operation, 'operationType')),
      item: isFields(body) ? body : { id: textIn(operation, 'id') },
      partitionKey: partitionKey ?? String(key),
      ifMatch: textIn(operation, 'ifMatch') || undefined,
    };
  });
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function kindOf(name: string): Operation['kind'] {
  if (name === 'Create' || name === 'Upsert' || name === 'Replace' || name === 'Delete' || name === 'Read') return name;
  throw new Refusal(400, `the fixture does not know the operation '${name}'`);
}

/** Each for itself, as far as its partition is in this range. */
function bulk(container: FixtureContainer, asked: Asked): Answer {
  const range = container.range(asked.header('x-ms-documentdb-partitionkeyrangeid') ?? '');
  const answers = operationsIn(asked).map((operation): Fields => {
    if (container.rangeOf(operation.partitionKey).id !== range.id) return asResult({ status: 410, charge: 0 });
    const fault = asked.faults.draw('status', 'bulk', ({ each }) => each);
    if (fault !== undefined) {
      const wait = fault.retryAfterMs === undefined ? {} : { retryAfterMilliseconds: fault.retryAfterMs };
      return { ...asResult({ status: fault.status, charge: 0 }), ...wait };
    }
    return asResult(attempted(() => operate(container, asked, operation)));
  });
  return {
    status: answers.every(each => Number(each['statusCode']) < 300) ? 200 : 207,
    body: answers,
    charge: sum(answers),
  };
}

/** All of them, or none. */
function batch(container: FixtureContainer, asked: Asked): Answer {
  const partitionKey = partitionKeyIn(asked);
  const operations = operationsIn(asked, partitionKey);
  for (const [failing, { kind, item, ifMatch }] of operations.entries()) {
    try {
      if (kind !== 'Read') container.check(kind, item, { partitionKey, now: asked.now, ifMatch });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const statusOf = (n: number): number => (n === failing ? error.status : 424);
      return { status: 207, body: operations.map((_, n) => asResult({ status: statusOf(n), charge: 0 })), charge: 1 };
    }
  }
  const answers = operations.map(operation => asResult(operate(container, asked, operation)));
  return { status: 200, body: answers, charge: sum(answers) };
}

function operate(container: FixtureContainer, asked: Asked, { kind, item, partitionKey, ifMatch }: Operation): Answer {
  if (kind !== 'Read') {
    container.check(kind, item, { partitionKey, now: asked.now, ifMatch });
    return done(container, asked, kind, item, partitionKey);
  }
  const found = container.get(partitionKey, textIn(item, 'id'), asked.now);
  if (found === undefined) return { status: 404, charge: missCharge };
  return {
    status: 200,
    body: found.item,
    charge: readCharge(sizeOf(found.item)),
    headers: { etag: textIn(found.item, '_etag') },
  };
}

function attempted(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, charge: missCharge };
  }
}

const asResult = ({ status, charge, body, headers }: Answer): Fields => ({
  statusCode: status,
  requestCharge: charge,
  ...(headers?.['etag'] === undefined ? {} : { eTag: headers['etag'] }),
  ...(body === undefined ? {} : { resourceBody: body }),
});

const sum = (answers: readonly Fields[]): number =>
  Math.round(answers.reduce((units, each) => units + Number(each['requestCharge']), 0) * 100) / 100;

/** The newest state of each item changed since, in the order of changes: all of the range, or of a part of it. */
function feed(container: FixtureContainer, asked: Asked): Answer {
  const range = container.range(asked.header('x-ms-documentdb-partitionkeyrangeid') ?? '');
  const part = { min: asked.header('x-ms-start-epk') ?? range.min, max: asked.header('x-ms-end-epk') ?? range.max };
  const seen = (asked.header('if-none-match') ?? '').replaceAll('"', '');
  const since = seen === '*' ? container.lsn : Number(seen || 0);
  const limit = Number(asked.header('x-ms-max-item-count') ?? 100);
  const found = container
    .inRange(part, asked.now)
    .filter(({ lsn }) => lsn > since)
    .toSorted((a, b) => a.lsn - b.lsn)
    .slice(0, limit);
  const etag = `"${found.at(-1)?.lsn ?? since}"`;
  if (found.length === 0) return { status: 304, charge: 1, headers: { etag } };
  const documents = found.map(({ item, lsn }): Fields => ({ ...item, _lsn: lsn }));
  return {
    status: 200,
    body: { _rid: container.rid, Documents: documents, _count: documents.length },
    charge: feedCharge(sizeOf(documents)),
    headers: { etag },
  };
}

interface Query {
  readonly condition: string;
  readonly keys: readonly string[];
  readonly parameters: ReadonlyMap<string, Value>;
  /** Asked of one range by the library itself, with the keys that it merges by. */
  readonly rewritten: boolean;
}

function queryIn({ body }: Asked): Query {
  const text = isFields(body) ? textIn(body, 'query') : '';
  const [, head = '', condition = '', order = ''] = /^SELECT (.+?) FROM c WHERE (.+) ORDER BY (.+)$/s.exec(text) ?? [];
  if (head === '') throw new Refusal(400, `the fixture does not know the query ${text}`);
  const given = isFields(body) ? asList(body['parameters']).filter(isFields) : [];
  return {
    condition,
    keys: order.split(',').map(key => key.trim().replace(/^c\./, '').replace(/ ASC$/i, '')),
    parameters: new Map(given.map(parameter => [textIn(parameter, 'name'), parameter['value'] ?? null])),
    rewritten: head.startsWith('c._rid'),
  };
}

function query(container: FixtureContainer, asked: Asked): Answer {
  const { condition, keys, parameters, rewritten } = queryIn(asked);
  const rangeId = asked.header('x-ms-documentdb-partitionkeyrangeid');
  const isOfOnePartition = asked.header('x-ms-documentdb-partitionkey') !== undefined;
  if (!isOfOnePartition && rangeId === undefined)
    throw Object.assign(new Refusal(400, 'Cross partition query only supports what a plan makes of it', 1_004), {
      plan: true,
    });
  const items = isOfOnePartition
    ? container.inRange({ min: '', max: 'FF' }, asked.now).filter(each => each.partitionKey === partitionKeyIn(asked))
    : container.inRange(container.range(rangeId ?? ''), asked.now);
  const matches = conditionOf(condition, parameters);
  const found = items
    .map(({ item }) => item)
    .filter(matches)
    .toSorted((a, b) => byKeys(a, b, keys));
  const from = Number(asked.header('x-ms-continuation') ?? 0);
  const limit = Number(asked.header('x-ms-max-item-count') ?? 100);
  const page = found.slice(from, from + limit);
  const documents = rewritten ? page.map(item => asMerged(item, keys)) : page;
  return {
    status: 200,
    body: { _rid: container.rid, Documents: documents, _count: documents.length },
    charge: queryCharge(sizeOf(documents)),
    headers: from + limit < found.length ? { 'x-ms-continuation': String(from + limit) } : {},
  };
}

const asMerged = (item: Fields, keys: readonly string[]): Fields => ({
  _rid: item['_rid'] ?? '',
  orderByItems: keys.map(key => ({ item: item[key] ?? '' })),
  payload: item,
});

function byKeys(a: Fields, b: Fields, keys: readonly string[]): number {
  for (const key of keys) {
    const [x, y] = [textIn(a, key), textIn(b, key)];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

function plan(asked: Asked): Answer {
  const { condition, keys } = queryIn(asked);
  const expressions = keys.map(key => `c.${key}`);
  const merged = expressions.map(expression => `{"item": ${expression}}`).join(', ');
  const rewrittenQuery = `SELECT c._rid, [${merged}] AS orderByItems, c AS payload FROM c WHERE (${condition}) AND ({documentdb-formattableorderbyquery-filter}) ORDER BY ${expressions.join(', ')}`;
  const queryInfo = {
    distinctType: 'None',
    orderBy: keys.map(() => 'Ascending'),
    orderByExpressions: expressions,
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery,
    hasSelectValue: false,
    hasNonStreamingOrderBy: false,
  };
  const queryRanges = [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }];
  return { status: 200, body: { partitionedQueryExecutionInfoVersion: 2, queryInfo, queryRanges }, charge: 0 };
}

/**
 * A small server that speaks the REST protocol of Azure Cosmos DB as far as @azure/cosmos uses it for us: databases,
 * containers, ranges that split, items with etags, bulk and transactional batches, our queries, the change feed, session
 * tokens, request charges; with faults on demand. Not the service: no indexes, no replicas, no limits of throughput.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { FixtureAccount, type AccountOptions } from './account.ts';
import { Refusal } from './container.ts';
import { Faults, faultSchema, type FaultInput, type RequestKind } from './faults.ts';
import { answerItems, type Answer } from './items.ts';
import { type Fields, isFields, textIn, type Value } from './json.ts';

export interface FixtureOptions extends Partial<AccountOptions> {
  /** Signs requests, in base64. */
  readonly key: string;
  /** Of Entra ID, which is taken in place of the key. */
  readonly token?: string;
  /** Certificate and its key, in PEM: speaks TLS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly port?: number;
  readonly seed?: number;
  readonly now?: () => number;
  /** What the fault `die` calls: ends the process at once. */
  readonly die?: () => never;
}

export interface CosmosFixture extends AsyncDisposable {
  readonly port: number;
  readonly endpoint: string;
  readonly key: string;
  readonly account: FixtureAccount;
  setFaults(faults: readonly FaultInput[]): void;
  /** Requests so far, by kind. */
  readonly requests: ReadonlyMap<RequestKind, number>;
}

const mostBody = 4 * 1024 * 1024;

export async function startFixture({
  key,
  token,
  tls,
  port = 0,
  seed = 1,
  now = Date.now,
  die = noProcess,
  ...rest
}: FixtureOptions): Promise<CosmosFixture> {
  const account = new FixtureAccount({ ranges: 1, ...rest });
  const faults = new Faults(seed);
  const requests = new Map<RequestKind, number>();
  const take = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const server = tls === undefined ? createServer(take) : createSecureServer(tls, take);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  const endpoint = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`;
  const setFaults = (given: readonly FaultInput[]): void => faults.set(z.array(faultSchema).parse(given));
  return {
    port: address.port,
    endpoint,
    key,
    account,
    setFaults,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(request);
      const path = new URL(request.url ?? '/', endpoint).pathname.split('/').filter(Boolean).map(decodeURIComponent);
      if (path[0] === '__faults') return setTo(response, body);
      if (path[0] === '__split') {
        account.split(path[1] ?? '', path[2] ?? '');
        account.keep();
        return void response.end();
      }
      await handle(request, response, path, body);
    } catch (error) {
      refuse(response, error);
    }
  }

  function setTo(response: ServerResponse, body: string): void {
    faults.set(z.array(faultSchema).parse(JSON.parse(body)));
    response.end();
  }

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string[],
    body: string,
  ): Promise<void> {
    if (token === undefined || !isOf(request, token)) verify(request, path, key);
    const kind = kindOf(request, path);
    requests.set(kind, (requests.get(kind) ?? 0) + 1);
    if (faults.draw('die', kind, ({ after }) => !after) !== undefined) die();
    if (faults.draw('stall', kind) !== undefined) return;
    const slow = faults.draw('slow', kind);
    if (slow !== undefined) await sleep(slow.ms);
    if (faults.draw('reset', kind, ({ after }) => !after) !== undefined) return void request.socket.destroy();
    const fault = faults.draw('status', kind, ({ each }) => !each);
    if (fault !== undefined)
      return refuse(response, new Refusal(fault.status, 'a fault', fault.substatus), fault.retryAfterMs);
    const lost = faults.draw('reset', kind, ({ after }) => after) !== undefined;
    const found = kept(() => answerOf(request, path, body));
    if (faults.draw('die', kind, ({ after }) => after) !== undefined) die();
    if (lost) return void request.socket.destroy();
    reply(response, found);
  }

  function kept<R>(work: () => R): R {
    try {
      return work();
    } finally {
      account.keep();
    }
  }

  function answerOf(request: IncomingMessage, path: string[], body: string): Answer & { session?: string } {
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const [first, database, , name, what, id] = path;
    if (first === undefined) return { status: 200, body: accountBody(endpoint), charge: 0 };
    if (first === 'offers') return offers(account, body);
    if (database === undefined)
      return created(() => account.createDatabase(textIn(parsed(body), 'id'), throughputIn(header)), parsed(body));
    if (path.length === 2)
      return {
        status: 200,
        body: { id: database, _rid: account.database(database).rid, _self: `dbs/${database}/` },
        charge: 1,
      };
    if (name === undefined) {
      const made = () => account.createContainer(database, parsed(body), throughputIn(header));
      return request.method === 'GET' ? listed(account, database) : created(made, parsed(body));
    }
    if (path.length === 4 && request.method === 'DELETE') {
      account.removeContainer(database, name);
      return { status: 204, charge: 1 };
    }
    const container = account.container(database, name);
    if (path.length === 4)
      return {
        status: 200,
        body: { ...container.definition, _rid: container.rid, _self: `dbs/${database}/colls/${name}/` },
        charge: 1,
      };
    if (what === 'pkranges')
      return {
        status: 200,
        body: {
          PartitionKeyRanges: container.ranges.map(({ id: rangeId, min, max, parents }) => ({
            id: rangeId,
            _rid: container.rid,
            minInclusive: min,
            maxExclusive: max,
            parents: [...parents],
          })),
        },
        charge: 0,
      };
    const found = answerItems(container, {
      method: request.method ?? 'GET',
      id,
      header,
      body: listOrFields(body),
      now: now(),
      faults,
      changed: change => account.changed(database, name, change),
    });
    const tokens = container.ranges.map(range => `${range.id}:-1#${container.lsn}`).join(',');
    const session = { 'x-ms-session-token': tokens, 'x-ms-content-path': container.rid };
    return { ...found, headers: { ...session, ...found.headers } };
  }
}

/** The containers of a database: https://learn.microsoft.com/rest/api/cosmos-db/list-collections */
function listed(account: FixtureAccount, name: string): Answer {
  const { rid, containers } = account.database(name);
  const all = [...containers].map(([own, one]) => ({
    ...one.definition,
    _rid: one.rid,
    _self: `dbs/${name}/colls/${own}/`,
  }));
  return { status: 200, body: { _rid: rid, DocumentCollections: all, _count: all.length }, charge: 1 };
}

function noProcess(): never {
  throw new Error('only a fixture in a process of its own can die');
}

function created(work: () => unknown, body: Fields): Answer {
  work();
  return { status: 201, body, charge: 1 };
}

/** The library asks by the link of what they belong to. */
function offers(account: FixtureAccount, body: string): Answer {
  const [, self = ''] = /root\.resource = "([^"]+)"/.exec(textIn(parsed(body), 'query')) ?? [];
  const content = account.throughputOf(self.split('/').filter(Boolean));
  const list: Fields[] = content === undefined ? [] : [{ id: self, resource: self, offerVersion: 'V2', content }];
  return { status: 200, body: { Offers: list, _count: list.length }, charge: 1 };
}

function throughputIn(header: (name: string) => string | undefined): Fields | undefined {
  const [manual, autoscale] = [header('x-ms-offer-throughput'), header('x-ms-cosmos-offer-autopilot-settings')];
  if (autoscale !== undefined) {
    const { maxThroughput = 0 } = parsed(autoscale);
    return { offerThroughput: 100, offerAutopilotSettings: { maxThroughput } };
  }
  return manual === undefined ? undefined : { offerThroughput: Number(manual) };
}

const accountBody = (endpoint: string): Fields => {
  const location = { name: 'Loopback', databaseAccountEndpoint: endpoint };
  return {
    id: 'fixture',
    _rid: 'fixture',
    writableLocations: [location],
    readableLocations: [location],
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
  };
};

function kindOf(request: IncomingMessage, path: readonly string[]): RequestKind {
  if (path[4] !== 'docs') return 'metadata';
  if (request.headers['x-ms-cosmos-is-batch-request'] !== undefined)
    return String(request.headers['x-ms-cosmos-batch-atomic']).toLowerCase() === 'true' ? 'batch' : 'bulk';
  if (
    request.headers['x-ms-documentdb-isquery'] !== undefined ||
    request.headers['x-ms-cosmos-is-query-plan-request'] !== undefined
  )
    return 'query';
  if (request.method === 'GET') return path.length === 5 ? 'feed' : 'read';
  return 'write';
}

const isOf = ({ headers }: IncomingMessage, token: string): boolean =>
  decodeURIComponent(headers.authorization ?? '') === `type=aad&ver=1.0&sig=${token}`;

/** Whether the request is signed with the key, over what it asks for. */
function verify(request: IncomingMessage, path: readonly string[], key: string): void {
  const isOfOne = path.length % 2 === 0;
  const type = isOfOne ? (path.at(-2) ?? '') : (path.at(-1) ?? '');
  const resource = (isOfOne ? path : path.slice(0, -1)).join('/');
  const date = String(request.headers['x-ms-date'] ?? '').toLowerCase();
  const text = `${(request.method ?? '').toLowerCase()}\n${type}\n${resource}\n${date}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  const given = decodeURIComponent(request.headers.authorization ?? '');
  const expected = `type=master&ver=1.0&sig=${signature}`;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw new Refusal(401, 'the signature is not that of the key');
}

function reply(response: ServerResponse, { status, body, charge, headers = {} }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-ms-request-charge': String(charge),
    'x-ms-activity-id': '00000000-0000-0000-0000-000000000000',
    ...headers,
  });
  response.end(status === 204 || status === 304 || body === undefined ? undefined : JSON.stringify(body));
}

function refuse(response: ServerResponse, error: unknown, retryAfterMs?: number): void {
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, error instanceof Error ? error.message : 'broken');
  const body: Fields = {
    code: String(refusal.status),
    message: refusal.message,
    ...('plan' in refusal ? { additionalErrorInfo: '{}' } : {}),
  };
  reply(response, {
    status: refusal.status,
    body,
    charge: 0,
    headers: {
      ...(refusal.substatus === 0 ? {} : { 'x-ms-substatus': String(refusal.substatus) }),
      ...(retryAfterMs === undefined ? {} : { 'x-ms-retry-after-ms': String(retryAfterMs) }),
    },
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator()) {
    const buffer: Buffer = Buffer.from(String(part));
    bytes += buffer.length;
    if (bytes > mostBody) throw new Refusal(413, 'the request is too large');
    parts.push(buffer);
  }
  return Buffer.concat(parts).toString();
}

function parsed(body: string): Fields {
  const value = listOrFields(body);
  return isFields(value) ? value : {};
}

function listOrFields(body: string): Fields | Value[] {
  const value: unknown = body === '' ? {} : JSON.parse(body);
  if (Array.isArray(value) || isFields(value)) return value;
  throw new Refusal(400, 'the body is neither a list nor an object');
}

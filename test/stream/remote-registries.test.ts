/** The registries of Confluent and Azure, against servers of ours that speak their protocols. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { azureRegistry } from '../../src/stream/azure-registry.ts';
import { confluentRegistry } from '../../src/stream/confluent-registry.ts';
import { type AvroDefinition, InvalidSchema } from '../../src/stream/definition.ts';
import { fingerprintOf } from '../../src/stream/fingerprint.ts';
import { memoryRegistry } from '../../src/stream/registry.ts';
import { RegistryRefused } from '../../src/stream/registry-http.ts';
import { routedRegistry } from '../../src/stream/routed-registry.ts';
import { azureFrames, confluentFrames } from '../../src/stream/wire-frames.ts';

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** What came, in words: method, path, authorisation, body. */
let asked: string[] = [];
let reply: (request: IncomingMessage, body: string) => Reply;
let url = '';
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    asked.push([request.method, request.url, request.headers.authorization ?? '-', body].join(' ').trimEnd());
    const { status, body: text = '', headers = {} } = reply(request, body);
    response.writeHead(status, headers).end(text);
  });
});

beforeEach(async () => {
  asked = [];
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/consistent-type-assertions -- a server that listens on a port has such an address
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const definition: AvroDefinition = { type: 'record', name: 'R', fields: [{ name: 'n', type: 'int' }] };
const json = (body: unknown): Reply => ({ status: 200, body: JSON.stringify(body) });

describe('a registry that speaks as Confluent does', () => {
  test('finds a schema by its id, asks once, and knows what is not there', async () => {
    const registry = confluentRegistry({ url: `${url}/`, username: 'me', password: 'hush' });
    reply = ({ url: path }) =>
      path === '/schemas/ids/7'
        ? json({ schema: JSON.stringify(definition) })
        : { status: 404, body: '{"error_code":40403}' };
    expect(await registry.find(7)).toEqual(definition);
    expect(await registry.find(7)).toEqual(definition);
    expect(await registry.find(8)).toBeUndefined();
    const authorization = `Basic ${Buffer.from('me:hush').toString('base64')}`;
    expect(asked).toEqual([`GET /schemas/ids/7 ${authorization}`, `GET /schemas/ids/8 ${authorization}`]);
  });

  test('gives an id to a schema under its subject', async () => {
    reply = () => json({ id: 3 });
    expect(await confluentRegistry({ url }).register('a/b-value', definition)).toBe(3);
    const schema = JSON.stringify({ schema: JSON.stringify(definition) });
    expect(asked).toEqual([`POST /subjects/a%2Fb-value/versions - ${schema}`]);
  });

  test.each([
    [json({ schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }), InvalidSchema, /It is PROTOBUF, not Avro/],
    [json({ schema: '"string"', references: [{ name: 'x' }] }), InvalidSchema, /refers to schemas of other subjects/],
    [json({ schema: '{"type":"nonsense"}' }), InvalidSchema, /not an Avro schema/],
    [json({ other: 1 }), RegistryRefused, /answers 200: \{"other":1\}/],
    [{ status: 200, body: '<html>' }, RegistryRefused, /answers 200: <html>/],
    [{ status: 200, body: 'x'.repeat(2 ** 21) }, RegistryRefused, /more than 1048576 bytes/],
    [{ status: 401 }, RegistryRefused, /answers 401\. Give the credentials/],
    [{ status: 503 }, Unavailable, /answers 503/],
    [{ status: 429 }, Unavailable, /answers 429/],
  ] as const)('%j is told as what it is, without the password', async (answer, error, says) => {
    reply = () => answer;
    const find = () => confluentRegistry({ url, username: 'me', password: 'hush' }).find(1);
    await expect(find()).rejects.toThrow(error);
    await expect(find()).rejects.toThrow(says);
    await expect(find()).rejects.not.toThrow(/hush/);
  });

  test('that is away is unavailable', async () => {
    const registry = confluentRegistry({ url });
    await new Promise(resolve => server.close(resolve));
    await expect(registry.find(1)).rejects.toThrow(Unavailable);
    await expect(registry.find(1)).rejects.toThrow(/cannot be asked: .*ECONNREFUSED/);
  });

  test('that will not take a schema says why', async () => {
    reply = () => ({ status: 409, body: '{"error_code":409,"message":"incompatible"}' });
    await expect(confluentRegistry({ url }).register('a-value', definition)).rejects.toThrow(/409: .*incompatible/);
  });
});

describe("Azure's registry", () => {
  const id = '0123456789abcdef0123456789abcdef';
  const open = () => azureRegistry({ url, group: 'shop', token: async () => 'token' });

  test('finds a schema by its id, as an identity, and asks once', async () => {
    reply = ({ url: path }) => (path?.includes(id) === true ? json(definition) : { status: 404 });
    const registry = open();
    expect(await registry.find(id)).toEqual(definition);
    expect(await registry.find(id)).toEqual(definition);
    expect(await registry.find('none')).toBeUndefined();
    expect(asked).toEqual([
      `GET /$schemaGroups/$schemas/${id}?api-version=2022-10 Bearer token`,
      'GET /$schemaGroups/$schemas/none?api-version=2022-10 Bearer token',
    ]);
  });

  test('gives an id to a schema under its name in the group', async () => {
    reply = () => ({ status: 204, headers: { 'schema-id': id } });
    expect(await open().register('ratings', definition)).toBe(id);
    expect(asked).toEqual([
      `PUT /$schemaGroups/shop/schemas/ratings?api-version=2022-10 Bearer token ${JSON.stringify(definition)}`,
    ]);
    reply = () => ({ status: 204, headers: { 'schema-id': '../x' } });
    await expect(open().register('ratings', definition)).rejects.toThrow(RegistryRefused);
  });
});

describe('several registries', () => {
  test('are asked each for what it gave out; what nobody gave out is unknown', async () => {
    const own = memoryRegistry([definition]);
    const registry = routedRegistry(own, { confluent: { find: async id => (id === 1 ? 'string' : undefined) } });
    expect(await registry.find(fingerprintOf(definition))).toEqual(definition);
    expect(await registry.find('confluent:1')).toBe('string');
    expect(await registry.find('confluent:2')).toBeUndefined();
    expect(await registry.find(`azure:${'0'.repeat(32)}`)).toBeUndefined();
    await registry.register('int');
    expect(await own.find(fingerprintOf('int'))).toBe('int');
  });
});

describe('what we write', () => {
  const own = memoryRegistry([definition]);
  const fingerprint = fingerprintOf(definition);

  test('names its schema by the id of its topic, which is asked for once', async () => {
    const subjects: string[] = [];
    const frames = confluentFrames(own, { register: async subject => subjects.push(subject) + 257 });
    expect(await frames('a', fingerprint)).toEqual(Buffer.from([0, 0, 0, 1, 2]));
    expect(await frames('a', fingerprint)).toEqual(Buffer.from([0, 0, 0, 1, 2]));
    expect(await frames('b', fingerprint)).toEqual(Buffer.from([0, 0, 0, 1, 3]));
    expect(subjects).toEqual(['a-value', 'b-value']);
  });

  test('may name it by an id that the log puts into a header', async () => {
    const frames = azureFrames(own, { register: async () => 'f'.repeat(32) });
    expect(await frames('a', fingerprint)).toEqual(Buffer.from([0xc3, 0x02, ...Buffer.alloc(16, 0xff)]));
  });

  test("is left as it is where the schema is somebody else's", async () => {
    expect(await confluentFrames(own, { register: async () => 1 })('a', '0'.repeat(16))).toBeUndefined();
  });
});

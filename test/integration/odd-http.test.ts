/** What HTTP lets through and nobody means: odd methods, headers, targets and bodies, as bytes over real sockets. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { goodPathOf } from '../support/bad-requests.ts';
import { answered, guarded } from '../support/guarded.ts';
import { wrongIn } from '../support/refusals.ts';

const plenty = { perSecond: 1e6, burst: 1e6 };
const shopOf = () => guarded({}, { shopper: plenty, service: plenty, admin: plenty, anonymous: plenty });

interface Told {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of one connection: whole answers, one behind the other, and nothing else. @throws where they are not */
function answersIn(bytes: string): readonly Told[] {
  const told: Told[] = [];
  for (let rest = bytes; rest !== '';) {
    const [head = '', ...lines] = rest.slice(0, rest.indexOf('\r\n\r\n')).split('\r\n');
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
    if (status === undefined) throw new Error(`This is no answer: ${rest.slice(0, 200)}`);
    const headers = Object.fromEntries(
      lines.map(line => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: ?/, '')]),
    );
    const from = rest.indexOf('\r\n\r\n') + 4;
    if (status === '100') {
      rest = rest.slice(from);
      continue;
    }
    const length = Number(headers['content-length'] ?? Number.NaN);
    if (!Number.isInteger(length)) throw new Error(`This answer has no length: ${rest.slice(0, 200)}`);
    told.push({ statusCode: Number(status), headers, body: rest.slice(from, from + length) });
    rest = rest.slice(from + length);
  }
  return told;
}

const methods = ['PROPFIND', 'TRACE', 'CONNECT', 'LOCK', 'QUERY', 'M-SEARCH', 'FOO', 'get', 'GET\t', ''];

test('no odd method to any endpoint is answered by more than a refusal', async () => {
  const shop = await shopOf();
  const found: string[] = [];
  const ask = async (method: string, path: string): Promise<void> => {
    const head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${shop.service}\r\nconnection: close\r\n\r\n`;
    const told = answersIn(await answered(shop.url, head));
    if (told.length > 1) found.push(`${method} ${path}: ${told.length} answers`);
    for (const answer of told) {
      if (answer.statusCode < 400) found.push(`${method} ${path}: ${answer.statusCode}`);
      found.push(...wrongIn(answer, [shop.service]).map(wrong => `${method} ${path}: ${wrong}`));
    }
  };
  for (const method of methods)
    await Promise.all(shop.server.endpoints.map(endpoint => ask(method, goodPathOf(endpoint))));
  expect(found).toEqual([]);
  expect(await shop.ask('/healthz/live')).toMatchObject({ status: 200 });
  expect(shop.reported).toEqual([]);
});

const rating = '{"userId":"ann","itemId":"heat","value":4}';
const posting = (headers: readonly string[], body: string): string =>
  ['POST /v2/ratings HTTP/1.1', 'host: localhost', 'content-type: application/json', ...headers, '', body].join('\r\n');
const sized = (body: string, ...headers: readonly string[]): string =>
  posting([`content-length: ${Buffer.byteLength(body)}`, ...headers], body);
const getting = (target: string, ...headers: readonly string[]): string =>
  [`GET ${target} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n');

/** What is sent with good credentials, and the statuses that it may be answered with; none where the connection is cut. */
const odd: readonly (readonly [what: string, bytes: string, statuses: readonly number[]])[] = [
  ['a target in absolute form', getting('http://localhost/v2/popular'), [200]],
  ['a target of another host', getting('http://evil.example/v2/popular'), [400]],
  ['a target of another scheme', getting('file:///etc/passwd'), [400, 404]],
  ['a target that is an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n', [400, 404, 405]],
  ['a target without a slash', getting('v2/popular'), [400, 404]],
  ['two slashes', getting('//v2//popular'), [400, 404]],
  ['a host that is a path', getting('//evil.example/v2/popular'), [400, 404]],
  ['a backslash', getting('/v2\\popular'), [400, 404]],
  ['a fragment', getting('/v2/popular#x'), [200, 400, 404]],
  ['a nought in the path', getting('/v2/users/a%00b/recommendations'), [200, 400]],
  ['an overlong slash', getting('/v2/users/%c0%af/recommendations'), [400]],
  ['an overlong dot', getting('/v2/users/%e0%80%ae/recommendations'), [400]],
  ['half a surrogate', getting('/v2/users/%ed%a0%80/recommendations'), [400]],
  ['dots encoded twice', getting('/v2/users/%252e%252e%252fadmin/recommendations'), [200, 400]],
  ['a slash encoded once', getting('/v2/users/..%2f..%2fhealthz/recommendations'), [200, 400]],
  ['raw bytes beyond ASCII', getting('/v2/users/ä/recommendations'), [200, 400]],
  ['credentials twice', getting('/v2/popular', 'Authorization: Bearer other'), [400]],
  ['two hosts', getting('/v2/popular', 'HOST: evil.example'), [400]],
  ['two types of a body', sized(rating, 'content-type: text/plain'), [202, 400, 415]],
  ['two lengths that agree', sized(rating, `content-length: ${rating.length}`), [400]],
  ['a length below nought', posting(['content-length: -1'], rating), [400]],
  ['a length that is no number', posting(['content-length: 4x'], rating), [400]],
  ['a length beyond all numbers', posting([`content-length: ${'9'.repeat(40)}`], rating), [400]],
  ['a longer body than its length', posting(['content-length: 10'], rating), [400]],
  ['chunks and a further coding', posting(['transfer-encoding: gzip, chunked'], '0\r\n\r\n'), [400, 415, 501]],
  ['a coding that is not chunks at the end', posting(['transfer-encoding: chunked, gzip'], '0\r\n\r\n'), [400]],
  ['a chunk whose size is no number', posting(['transfer-encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'), [400]],
  ['a chunk beyond all numbers', posting(['transfer-encoding: chunked'], `${'f'.repeat(20)}\r\n{}`), [400, 413]],
  ['chunks without an end', posting(['transfer-encoding: chunked'], '1\r\n{\r\n'), [408]],
  [
    'chunks with an endless extension',
    posting(['transfer-encoding: chunked'], `1;${'x'.repeat(20_000)}\r\n`),
    [400, 413, 431],
  ],
  [
    'trailers after chunks',
    posting(
      ['transfer-encoding: chunked'],
      `${rating.length.toString(16)}\r\n${rating}\r\n0\r\nauthorization: Bearer x\r\n\r\n`,
    ),
    [202, 400],
  ],
  ['a body that is expected and never comes', posting(['content-length: 9', 'expect: 100-continue'], ''), [408]],
  ['what nobody can expect', sized(rating, 'expect: 200-maybe'), [417]],
  [
    'a body with a question',
    `GET /v2/popular HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${rating.length}\r\ncontent-type: application/json\r\n\r\n${rating}`,
    [200, 400],
  ],
  ['an upgrade', getting('/v2/popular', 'connection: upgrade', 'upgrade: websocket'), [200, 400]],
  [
    'an upgrade to HTTP/2',
    getting('/v2/popular', 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__'),
    [200, 400],
  ],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['HTTP/0.9', 'GET /v2/popular\r\n\r\n', [400, 421]],
  ['HTTP/3.0', 'GET /v2/popular HTTP/3.0\r\nhost: localhost\r\n\r\n', [400, 505]],
  ['a header folded over two lines', getting('/v2/popular', 'x: a', ' b'), [400]],
  ['a header without a name', getting('/v2/popular', ': a'), [400]],
  ['a space before a colon', getting('/v2/popular', 'x : a'), [400]],
  ['a nought in a header', getting('/v2/popular', 'x: a\u0000b'), [400]],
  ['another method by a header', getting('/v2/users/ann', 'x-http-method-override: DELETE'), [404, 405]],
  ['another target by a header', getting('/v2/popular', 'x-original-url: /v2/users', 'x-rewrite-url: /metrics'), [200]],
  ['another character set', sized(rating, 'content-encoding: gzip'), [202, 400, 415]],
  ['a range of bytes', getting('/v2/popular', 'range: bytes=0-1,2-3,9-'), [200]],
  ['a type that is no type', getting('/v2/popular', 'accept: \u00ff/*;q=9'), [200, 400, 406]],
];

test.for(odd)(
  '%s is answered as it should be, or cut off, and nothing comes behind it',
  async ([, bytes, statuses]) => {
    const { url, ask, service, reported } = await shopOf();
    const shown = bytes.replace(
      '\r\nhost: localhost',
      `\r\nhost: localhost\r\nauthorization: Bearer ${service}\r\nconnection: close`,
    );
    const told = answersIn(await answered(url, shown));
    expect(told.length).toBeLessThanOrEqual(1);
    for (const answer of told) {
      expect(wrongIn(answer, [service])).toEqual([]);
      expect(statuses).toContain(answer.statusCode);
    }
    expect(await ask('/healthz/live')).toMatchObject({ status: 200 });
    expect(reported).toEqual([]);
  },
);

test.each([
  ['a question with a body', `GET /v2/popular HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nGET /`],
  [
    'a refused method with a body',
    `PROPFIND /v2/popular HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nGET /`,
  ],
  [
    'a body of a wrong type',
    `POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nGET /`,
  ],
  ['a way to nowhere with a body', `POST /no/such HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\n\r\nGET /`],
])('behind %s the connection is at the next request, or at its end: no body is read as one', async (_, bytes) => {
  const { url, service } = await shopOf();
  const next = `GET /healthz/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
  const first = bytes.replace('\r\nhost: localhost', `\r\nhost: localhost\r\nauthorization: Bearer ${service}`);
  const told = answersIn(await answered(url, first + next));
  expect(told.length).toBeGreaterThan(0);
  expect(told.length).toBeLessThanOrEqual(2);
  expect(told.slice(1).map(({ statusCode }) => statusCode)).toEqual(told.length === 2 ? [200] : []);
});

test.each([
  ['no HTTP', 'no HTTP at all\r\n\r\n'],
  ['headers without an end', `GET / HTTP/1.1\r\n${'x: '.padEnd(20_000, 'y')}`],
])('who sends %s and never ends its side is told so, and keeps no connection', async (_, bytes) => {
  const { url, server } = await guarded({ patience: { headers_ms: 60_000, request_ms: 60_000, look_ms: 1_000 } });
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}); // the server may take the connection back from who writes on
  const count = (): Promise<number> =>
    new Promise((resolve, reject) =>
      server.app.server.getConnections((error, found) => (error === null ? resolve(found) : reject(error))),
    );
  let told = '';
  socket.setEncoding('utf8').on('data', (text: string) => (told += text)); // an iterator would end the socket
  socket.write(bytes);
  await once(socket, 'end');
  expect(told).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(socket.writable).toBe(true);
  await vi.waitFor(async () => expect(await count()).toBe(0), { timeout: 15_000 });
});

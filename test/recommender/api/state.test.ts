import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { Asked, StateQuestion } from '../../../src/engine/queries/ask.ts';
import { everybody } from '../../../src/recommender/api/auth/caller.ts';
import type { Gate } from '../../../src/recommender/api/auth/gate.ts';
import { noEngine } from '../../../src/recommender/api/engine-source.ts';
import { plainJson } from '../../../src/recommender/api/plain-json.ts';
import { shop } from './shop.ts';

const answer = { task: 'count/2', epoch: 7, fence: 3, watermark: 12 };

/** A server that is asked on, and what it was asked. */
async function owner(reply: (response: ServerResponse) => void) {
  const heard: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    heard.push(request);
    reply(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return { heard, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}

async function asking(asked: (question: StateQuestion) => Asked) {
  const questions: StateQuestion[] = [];
  const engine = {
    ...noEngine,
    askState: async (question: StateQuestion) => {
      questions.push(question);
      return asked(question);
    },
  };
  const gate: Gate = { identify: async () => ({ caller: everybody, credential: '' }) };
  return { questions, ...(await shop({ engine, access: { gate } })) };
}

test('a key is answered with its epoch, whatever letters it has', async () => {
  const { server, questions } = await asking(() => ({ answer: { ...answer, value: { count: 1n, at: NaN } } }));
  const { statusCode, body } = await server.app.inject(`/v2/state/count/tally/${encodeURIComponent('a/b é?#%')}`);
  expect(statusCode).toBe(200);
  const value = { count: '1', at: null };
  expect(JSON.parse(body)).toEqual({ ...answer, step: 'tally', key: 'a/b é?#%', found: true, value });
  expect(questions).toEqual([
    { topology: 'count', step: 'tally', key: 'a/b é?#%', partition: undefined, forwarded: false },
  ]);
});

test('the owner is asked on with the credentials of the caller, and is told not to ask further', async () => {
  const told = { ...answer, step: 'tally', key: 'a/b', found: false, value: null };
  const there = await owner(response => response.end(JSON.stringify(told)));
  const { server } = await asking(() => ({ task: 'count/2', address: there.url }));
  const got = await server.app.inject({
    url: `/v2/state/count/tally/${encodeURIComponent('a/b')}?partition=2`,
    headers: { authorization: 'Bearer secret' },
  });
  expect(got.json()).toEqual(told);
  expect(there.heard.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/v2/state/count/tally/a%2Fb?partition=2&forwarded=true', 'Bearer secret'],
  ]);
});

test('what an owner answers is not believed blindly, and credentials follow no redirection', async () => {
  const elsewhere = await owner(response => response.end('{}'));
  const replies: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'nothing that can be read': response => response.end('<html>'),
    'another shape': response => response.end('{"value":1}'),
    'a refusal': response => response.writeHead(503).end('{"code":"NOT_THE_OWNER"}'),
    'a redirection': response => response.writeHead(302, { location: elsewhere.url }).end(),
    'too much': response => response.end(`"${'x'.repeat(5 << 20)}"`),
    'an end in the middle': response => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      response.destroy();
    },
  };
  for (const [what, reply] of Object.entries(replies)) {
    const there = await owner(reply);
    const { server } = await asking(() => ({ task: 'count/2', address: there.url }));
    const got = await server.app.inject('/v2/state/count/tally/a');
    expect([what, got.statusCode, Reflect.get(Object(got.json()), 'code'), got.headers['retry-after']]).toEqual([
      what,
      503,
      'NOT_THE_OWNER',
      '1',
    ]);
  }
  expect(elsewhere.heard).toEqual([]);
});

test('what JSON has no word for becomes the nearest that it has', () => {
  const given = {
    bytes: Buffer.from('ab'),
    map: new Map([['a', new Set([1n])]]),
    date: new Date(0),
    never: new Date(NaN),
    none: undefined,
    far: -Infinity,
  };
  expect(plainJson(given)).toEqual({
    bytes: 'YWI=',
    map: [['a', ['1']]],
    date: '1970-01-01T00:00:00.000Z',
    never: null,
    none: null,
    far: null,
  });
});

/**
 * THIS FILE MAY NOT CHANGE, and neither may what it expects (expected.json): it is the contract of v1, as programs that
 * nobody will touch again rely on it, until v1 goes (its `Sunset`). Whatever else the API becomes, v1 answers these
 * bytes and these headers. If a test here fails, mend the server. The digests in sealed.test.ts notice an edit.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { InvalidRequest } from '../../../../src/recommender/api/errors.ts';
import { shop } from '../shop.ts';

const recorded = z.array(
  z.object({
    what: z.string(),
    method: z.enum(['GET', 'HEAD', 'POST', 'DELETE']),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    status: z.int(),
    answered: z.record(z.string(), z.string().nullable()),
    body: z.string(),
  }),
);
const expected = recorded.parse(JSON.parse(await readFile(join(import.meta.dirname, 'expected.json'), 'utf8')));

/** What v1 answers from: lists of each kind, and titles that have to be written as they are. */
async function oldShop() {
  const { server, fill } = await shop({
    access: {
      gate: {
        identify: async ({ authorization }) => {
          if (authorization === undefined) return { caller: { role: 'service', tenant: '' }, credential: 'k' };
          if (authorization !== 'bob') throw new InvalidRequest('No such caller', 'Be bob');
          return { caller: { role: 'shopper', tenant: '', userId: 'bob' }, credential: 'bob' };
        },
      },
    },
  });
  await fill.list('ann', ['heat', 'ronin', 'alien']);
  await fill.list('a/b c', ['ronin']);
  await fill.item('heat', { title: 'Heat (1995)', genres: ['Crime', 'Thriller'] });
  await fill.item('ronin', { title: 'Ronin <b>"x"</b> – é', genres: [] });
  await fill.item('alien', { title: 'Alien', genres: ['Horror'] });
  await fill.model(['alien', 'heat']);
  return server;
}

test.for(expected.map(one => [one.what, one] as const))('v1: %s', async ([, { method, url, headers, ...answer }]) => {
  const server = await oldShop();
  const ask = (sent: Record<string, string>) => server.app.inject({ method, url, headers: sent });
  const has = headers['if-none-match'] === 'its etag';
  const got = await ask(has ? { 'if-none-match': String((await ask({})).headers.etag) } : headers);
  const answered = Object.fromEntries(Object.keys(answer.answered).map(name => [name, told(name, got.headers[name])]));
  expect({ what: answer.what, status: got.statusCode, answered, body: bodyOf(got) }).toEqual(answer);
});

/** How a tag is made is the server's own; that there is one, and of which kind, is not. */
function told(name: string, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return name === 'etag' && value.startsWith('W/"') ? 'weak' : value;
}

/** What is wrong is said in words for people, which may become better; everything else is for programs. */
function bodyOf({ statusCode, body }: { readonly statusCode: number; readonly body: string }): string {
  if (statusCode < 400) return body;
  const { detail, ...rest } = z.looseObject({ detail: z.string() }).parse(JSON.parse(body));
  expect(detail).not.toBe('');
  return JSON.stringify(rest);
}

test('v1 has this one operation', async () => {
  const server = await oldShop();
  const { paths } = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
    .parse((await server.app.inject({ url: '/openapi.json' })).json());
  const old = Object.entries(paths).filter(([path]) => path.startsWith('/v1/'));
  expect(old.map(([path, methods]) => [path, Object.keys(methods), Object.values(methods)[0]?.['deprecated']])).toEqual(
    [['/v1/users/{id}/recommendations', ['get'], true]],
  );
});

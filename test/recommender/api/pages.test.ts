import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PagesMissing } from '../../../src/recommender/api/errors.ts';
import { addPages } from '../../../src/recommender/api/pages.ts';
import { shop } from './shop.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'millrace-pages-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function built(): string {
  const path = folder();
  mkdirSync(join(path, 'assets'));
  writeFileSync(join(path, 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(path, 'assets', 'index-B1gH4sh.js'), 'export {};');
  return path;
}

async function withPages() {
  const set = await shop();
  await addPages(set.server.app, built());
  return set;
}

test('the page is at /, and is asked for anew each time', async () => {
  const { get } = await withPages();
  const page = await get('/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.headers['cache-control']).toBe('no-cache');
  expect((await get('/?user=1')).body).toBe(page.body);
});

test('what has a hash in its name is kept for a year', async () => {
  const { get } = await withPages();
  const asset = await get('/assets/index-B1gH4sh.js');
  expect(asset.statusCode).toBe(200);
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('nothing written into a page runs or styles it, and nothing comes from elsewhere', async () => {
  const { get } = await withPages();
  const policy = String((await get('/')).headers['content-security-policy']);
  expect(policy.split(';')).toEqual(
    expect.arrayContaining(["default-src 'self'", "script-src 'self'", "style-src 'self'"]),
  );
  expect(policy).not.toMatch(/unsafe|https:|\*/);
});

test.for(['/nowhere', '/assets/other.js', '/assets/', '/../package.json', '/%2e%2e/package.json', '/v2/nowhere'])(
  '%s stays a problem, as without pages',
  async path => {
    const { get } = await withPages();
    const answer = await get(path);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ code: 'UNKNOWN_ROUTE' });
  },
);

test('the API answers beside the pages as before', async () => {
  const { get, server } = await withPages();
  expect((await get('/v2/trending')).statusCode).toBe(200);
  expect((await server.app.inject({ method: 'GET', url: '/v2/ratings' })).statusCode).toBe(405);
});

test('where nothing was built the server does not start, and says how to build', async () => {
  const { server } = await shop();
  const empty = folder();
  await expect(addPages(server.app, empty)).rejects.toThrow(PagesMissing);
  await expect(addPages(server.app, join(empty, 'nowhere'))).rejects.toThrow(/npm run build/);
});

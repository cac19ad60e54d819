/** The dashboard of a server that asks who comes: in a demonstration by itself, else by a key that is typed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, started } from '../support/cli.ts';
import { violations } from './axe.ts';
import { openBrowser, patience_ms, visit } from './site.ts';

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-sign-in-'));
  await json('generate', '--data', folder, '--rate', '0', '--count', '300');
  await json('run', '--until-caught-up', '--data', folder);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

test('in a demonstration it signs in by itself, and follows what happens', async () => {
  const serve = started('serve', '--data', folder, '--demo');
  const { page, complaints } = await visit(browser);
  await page.goto(await serve.address());
  await page.locator('#list .row').first().waitFor({ timeout: patience_ms });
  await page.locator('#trends').waitFor({ timeout: patience_ms });
  expect(complaints).toEqual([]);
  await page.close();
  await serve.stop('SIGTERM');
});

test('where the issuer refuses, it says so, keeps nothing, and signs in once it is tried again', async () => {
  const serve = started('serve', '--data', folder, '--demo');
  const { page } = await visit(browser);
  const kept = (): Promise<unknown> => page.evaluate('sessionStorage.length');
  const refusal = { status: 403, headers: { 'access-control-allow-origin': '*' }, json: { error: 'access_denied' } };
  await page.route('**/token', route => route.fulfill(refusal));
  await page.goto(await serve.address());
  await page.getByRole('alert').getByText('does not sign this one in').waitFor();
  expect([await kept(), await violations(page)]).toEqual([0, []]);
  await page.unroute('**/token');
  await page.route('**/token', route => route.abort());
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('alert').getByText('does not answer').waitFor();
  expect(await kept()).toBe(0);
  await page.unroute('**/token');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#list .row').first().waitFor();
  expect(await kept()).toBe(1);
  await page.context().close();
  await serve.stop('SIGTERM');
});

test('elsewhere it asks for a key, says where one opens nothing, and goes on with one that does', async () => {
  const keys = join(folder, 'keys');
  const admin = await json('keys', 'create', '--keys', keys, '--name', 'us', '--role', 'admin');
  const service = await json('keys', 'create', '--keys', keys, '--name', 'shop', '--role', 'service');
  const serve = started('serve', '--data', folder, '--keys', keys);
  const { page } = await visit(browser);
  await page.goto(await serve.address());
  const field = page.getByLabel('API key or token of an admin');
  await field.fill(String(service['key']));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('opens nothing here').waitFor({ timeout: patience_ms });
  await field.fill(String(admin['key']));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#list .row').first().waitFor({ timeout: patience_ms });
  await page.reload();
  await page.locator('#list .row').first().waitFor({ timeout: patience_ms });
  expect(await page.locator('#list .row').count()).toBe(10);
  await page.close();
  await serve.stop('SIGTERM');
});

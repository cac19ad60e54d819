/** The shop of a server that asks who comes: by name in a demonstration, elsewhere by a key; nobody sees another's. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, started } from '../support/cli.ts';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { desk, order, phone, signIn, step, tiles } from './shopping.ts';
import { openBrowser, visit } from './site.ts';

let films: ReturnType<typeof importedFilms>;
let browser: Browser;
beforeAll(async () => {
  films = importedFilms();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  films.remove();
});

const basket = (page: Page) => page.locator('#basket .goods li');
const kept = (page: Page): Promise<unknown> => page.evaluate('JSON.stringify(sessionStorage)');
const width = (page: Page): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');

const over = {
  status: 401,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Over',
    status: 401,
    code: 'CREDENTIALS_INVALID',
    detail: 'Over',
  }),
};

/** Every request from then on is answered as if the credentials had run out. */
const expire = (page: Page) => page.route('**/v2/**', route => route.fulfill(over));

describe('in a demonstration', () => {
  let site: ReturnType<typeof started>;
  let url: string;
  beforeAll(async () => {
    site = started('start', '--data', films.data, '--generate', '0', '--demo');
    url = await site.address();
  });
  afterAll(async () => {
    await site.stop();
  });

  test.for([desk, phone])(
    'the whole way of an order, on %o: signed in, ordered, recommended, why, returned, left',
    async viewport => {
      const { page, complaints } = await visit(browser, { viewport, reducedMotion: 'reduce' });
      const sound = async (): Promise<void> =>
        expect([await violations(page), await width(page)]).toEqual([[], viewport.width]);
      await page.goto(`${url}/shop`);
      await page.locator('.shoppers button').first().waitFor();
      await sound();
      await signIn(page, `vera-${viewport.width}`);
      await page.locator('.connection.open').waitFor();
      await sound();
      const ordered = (await tiles(page).first().locator('.name').textContent()) ?? '';
      await order(page, 2);
      for (const id of ['stored', 'read', 'learnt', 'written', 'shown'])
        expect(await step(page, id).locator('.step-time').textContent()).toMatch(/^\d+ ms$/);
      await page.locator('#recommended [data-reason=personal]').first().waitFor();
      expect(await page.locator('#recommended .name').allTextContents()).not.toContain(ordered);
      await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
      await page.locator('.tile-why li').first().getByText('ordered').waitFor();
      await sound();
      await page
        .locator('#orders')
        .getByRole('button', { name: `Return one ${ordered}`, exact: true })
        .click();
      await page.locator('#orders .detail', { hasText: '0 of 1' }).waitFor();
      await step(page, 'shown').waitFor();
      await page.reload();
      await page.locator('#orders .detail', { hasText: '0 of 1' }).waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Your name').waitFor();
      expect([await kept(page), complaints]).toEqual(['{}', []]);
      await page.context().close();
    },
  );

  test('who comes after another finds nothing of theirs, and is answered by a token of their own', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'anna');
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    await basket(page).first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your name').waitFor();
    const asked: string[] = [];
    page.on('request', request => {
      const { authorization = '' } = request.headers();
      const [, claims = ''] = authorization.split('.');
      if (claims !== '' && request.url().includes('/v2/')) asked.push(Buffer.from(claims, 'base64url').toString());
    });
    await signIn(page, 'berta');
    await page.locator('#orders .empty').waitFor();
    expect(await basket(page).count()).toBe(0);
    expect(asked.length).toBeGreaterThan(0);
    for (const claims of asked) expect(JSON.parse(claims)).toMatchObject({ sub: 'berta' });
    await page.context().close();
  });

  test('what is another’s is refused to a shopper’s token, and the page says so', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'clara');
    await page.route('**/v2/users/clara/orders*', route => route.continue({ url: `${url}/v2/users/2/orders?n=50` }));
    await page.reload();
    await page.locator('#orders [role=alert]').getByText('not yours to see').waitFor();
    expect(await page.locator('#orders .order').count()).toBe(0);
    await page.context().close();
  });

  test('credentials that run out ask again; basket and order are kept, and the order counts once', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'dora');
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    const sent: (string | null)[] = [];
    page.on('request', request => {
      if (request.method() === 'POST' && request.url().endsWith('/v2/orders')) sent.push(request.postData());
    });
    // It arrives, and the answer says that the credentials have run out: whether it counts nobody knows.
    await page.route('**/v2/orders', async route => {
      await route.fetch();
      await expire(page);
      await route.fulfill(over);
    });
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
    await page.getByText('The basket is kept').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.getByLabel('Your name').inputValue()).toBe('dora');
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Go shopping' }).click();
    await basket(page).first().waitFor();
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await step(page, 'shown').waitFor();
    expect(await page.locator('#orders .order').count()).toBe(1);
    // The same order, with the same id, each time.
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
    await page.context().close();
  });

  test('who signs in after credentials of another ran out gets an empty basket', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'emma');
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    await expire(page);
    await page.getByLabel('Search the catalogue').fill('shadow');
    await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
    await page.unrouteAll();
    await signIn(page, 'frida');
    expect(await basket(page).count()).toBe(0);
    await page.context().close();
  });

  test('an issuer that refuses is said to, and nobody is signed in', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    const headers = { 'access-control-allow-origin': '*' };
    await page.route('**/token', route => route.fulfill({ status: 403, headers, json: { error: 'access_denied' } }));
    await page.getByLabel('Your name').fill('greta');
    await page.getByRole('button', { name: 'Go shopping' }).click();
    await page.getByRole('alert').getByText('does not sign this one in').waitFor();
    expect([await kept(page), await violations(page)]).toEqual(['{}', []]);
    await page.context().close();
  });
});

test('elsewhere it takes a key of a shopper: a wrong one and one of a service are refused in words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-shop-keys-'));
  const keys = join(folder, 'keys');
  const hanna = await json('keys', 'create', '--keys', keys, '--name', 'hanna', '--role', 'shopper', '--user', 'hanna');
  const service = await json('keys', 'create', '--keys', keys, '--name', 'shop', '--role', 'service');
  const site = started('start', '--data', films.data, '--generate', '0', '--keys', keys);
  const { page } = await visit(browser);
  await page.goto(`${await site.address()}/shop`);
  const field = page.getByLabel('Your API key or token');
  for (const wrong of ['no such key', String(service['key'])]) {
    await field.fill(wrong);
    await page.getByRole('button', { name: 'Go shopping' }).click();
    await page.getByRole('alert').getByText('is not one of a shopper').waitFor();
    expect([await kept(page), await violations(page)]).toEqual(['{}', []]);
    await field.fill('');
  }
  expect(await page.locator('.shoppers').count()).toBe(0);
  await field.fill(String(hanna['key']));
  await page.getByRole('button', { name: 'Go shopping' }).click();
  await tiles(page).first().waitFor();
  expect(await page.locator('.who').textContent()).toBe('hanna');
  await order(page, 1);
  await page.context().close();
  await site.stop();
  rmSync(folder, { recursive: true });
});

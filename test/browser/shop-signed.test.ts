/** The shop of a server that asks who comes: by name in a demonstration, elsewhere by a key; nobody sees another's. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { json, started } from '../support/cli.ts';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { desk, order, phone, signIn, step, tiles } from './shopping.ts';
import { openBrowser, patience_ms, visit } from './site.ts';

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

/** What is sent as orders from then on, before any other route of the page sees it. */
async function ordersSentBy(page: Page): Promise<readonly (string | null)[]> {
  const sent: (string | null)[] = [];
  await page.route('**/v2/orders', route => {
    sent.push(route.request().postData());
    return route.fallback();
  });
  return sent;
}

const noToken = {
  status: 403,
  headers: { 'access-control-allow-origin': '*' },
  json: { error: 'access_denied' },
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
    await page.route('**/token', route => route.fulfill(noToken));
    // It arrives, and the answer says that the credentials have run out: whether it counts nobody knows.
    await page.route('**/v2/orders', async route => {
      await route.fetch();
      await expire(page);
      await route.fulfill(over);
    });
    const sent = await ordersSentBy(page);
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
    await page.getByText('could not be renewed: The issuer of tokens does not sign this one in').waitFor();
    await page.getByText('The basket is kept').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.getByLabel('Your name').inputValue()).toBe('dora');
    await page.unrouteAll();
    const sentAgain = await ordersSentBy(page);
    await page.getByRole('button', { name: 'Go shopping' }).click();
    await basket(page).first().waitFor();
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await step(page, 'shown').waitFor();
    expect(await page.locator('#orders .order').count()).toBe(1);
    // The same order, with the same id, each time.
    expect(sent).toHaveLength(1);
    expect(sentAgain).toEqual(sent);
    await page.context().close();
  });

  test('a token that ends is made anew while the shopper goes on: an order is sent once more, and is one', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'ella');
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    const first = String(await page.evaluate(`sessionStorage.getItem('millrace.shopper.token')`));
    const [asked, renewed] = [new Set<string>(), page.waitForRequest('**/token')];
    await page.route('**/v2/**', route => {
      const { authorization = '' } = route.request().headers();
      asked.add(authorization);
      return authorization.endsWith(first) ? route.fulfill(over) : route.continue();
    });
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await step(page, 'shown').waitFor();
    await renewed;
    expect(await page.locator('#orders .order').count()).toBe(1);
    expect([asked.size, await page.locator('.who').textContent()]).toEqual([2, 'ella']);
    await page.context().close();
  });

  test('a basket outlives its page, with the id of its order, and nothing outlives the signing out', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'kora');
    for (const n of [0, 1]) await tiles(page).nth(n).getByRole('button', { name: /^Add/ }).click();
    const more = page
      .locator('#basket .goods li')
      .first()
      .getByRole('button', { name: /^One more/ });
    await more.click();
    await page.reload();
    await basket(page).nth(1).waitFor();
    expect(await page.locator('#basket .count').allTextContents()).toEqual(['2', '1']);
    await page.route('**/v2/orders', async route => {
      await route.fetch(); // it arrives, and its answer is lost
      return route.abort();
    });
    const sent = await ordersSentBy(page);
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await page.locator('#basket [role=alert]').waitFor();
    await page.unrouteAll();
    const sentAgain = await ordersSentBy(page);
    await page.reload();
    await basket(page).nth(1).waitFor();
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await step(page, 'shown').waitFor();
    expect(await page.locator('#orders .order').count()).toBe(1);
    expect(sent).toHaveLength(1);
    expect(sentAgain).toEqual(sent);
    await page.reload();
    await page.locator('#orders .order').waitFor();
    expect(await basket(page).count()).toBe(0);
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your name').waitFor();
    expect(await kept(page)).toBe('{}');
    await page.context().close();
  });

  test('what stands in the browser in place of a basket is looked at before it is one', async () => {
    const { page, complaints } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'lena');
    const lines = [{ itemId: '7', title: '<img src=x>', genres: 'none', quantity: -3 }];
    const forged = JSON.stringify(JSON.stringify({ owner: 'lena', lines }));
    await page.evaluate(`sessionStorage.setItem('millrace.basket', ${forged})`);
    await page.reload();
    await tiles(page).first().waitFor();
    expect([await basket(page).count(), complaints]).toEqual([0, []]);
    await page.context().close();
  });

  test('two tabs are two shoppers, each with a basket of their own; of one shopper, both show the order', async () => {
    const { page } = await visit(browser);
    const other = await page.context().newPage();
    for (const [tab, name] of [
      [page, 'mona'],
      [other, 'nina'],
    ] as const) {
      await tab.goto(`${url}/shop`);
      await signIn(tab, name);
    }
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    await basket(page).first().waitFor();
    await other.reload();
    await tiles(other).first().waitFor();
    expect([await basket(other).count(), await other.locator('.who').textContent()]).toEqual([0, 'nina']);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await signIn(other, 'mona');
    await other.locator('.connection.open').waitFor();
    await page.getByRole('button', { name: 'Order', exact: true }).click();
    await step(page, 'shown').waitFor();
    await other.locator('#orders .order').waitFor();
    await other.locator('#recommended [data-reason=personal]').first().waitFor();
    await page.context().close();
  });

  test('who signs in after credentials of another ran out gets an empty basket', async () => {
    const { page } = await visit(browser);
    await page.goto(`${url}/shop`);
    await signIn(page, 'emma');
    await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
    await page.route('**/token', route => route.fulfill(noToken));
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
    await page.route('**/token', route => route.fulfill(noToken));
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

  // The key is taken away: the page says so, keeps the basket over a reload, and goes on with another key of hers.
  await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
  await json('keys', 'revoke', String(hanna['id']), '--keys', keys);
  await vi.waitUntil(
    async () => {
      await page.getByLabel('Search the catalogue').or(field).fill('shadow');
      return page.getByRole('heading', { name: 'Please sign in again' }).isVisible();
    },
    { timeout: patience_ms },
  );
  await page.reload();
  await page.getByText('The sign-in of hanna has run out').waitFor();
  const again = await json('keys', 'create', '--keys', keys, '--name', 'again', '--role', 'shopper', '--user', 'hanna');
  // A server looks for new keys now and then.
  const headers = { authorization: `Bearer ${String(again['key'])}` };
  await vi.waitUntil(async () => (await fetch(`${new URL(page.url()).origin}/v2/me`, { headers })).ok, {
    timeout: patience_ms,
    interval: 200,
  });
  await field.fill(String(again['key']));
  await page.getByRole('button', { name: 'Go shopping' }).click();
  await basket(page).first().waitFor();
  await page.context().close();
  await site.stop();
  rmSync(folder, { recursive: true });
});

/** The shop in a real Chromium, of a server that asks nobody: an order changes what is recommended. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { desk, order, phone, signIn, step, tabTo, tiles } from './shopping.ts';
import { openBrowser, patience_ms, type Site, startSite, visit } from './site.ts';

let films: ReturnType<typeof importedFilms>;
let site: Site;
let browser: Browser;

beforeAll(async () => {
  films = importedFilms();
  [site, browser] = await Promise.all([startSite(films.data), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await site.stop();
  films.remove();
});

/** A new shopper, who has done nothing yet. */
async function entered(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit(browser, options);
  await page.goto(`${site.url}/shop?user=${name}`);
  await tiles(page).first().waitFor();
  await page.locator('.connection.open').waitFor();
  return page;
}

test('an order travels through all five steps, and comes back as what is recommended, with the reason', async () => {
  const { page, complaints, requests } = await visit(browser);
  await page.goto(`${site.url}/shop`);
  await signIn(page, 'vera');
  expect(new URL(page.url()).search).toBe('?user=vera');
  expect(await page.locator('#recommended [data-reason=personal]').count()).toBe(0);
  const ordered = await tiles(page).nth(0).locator('.name').textContent();
  await order(page, 2);
  for (const id of ['stored', 'read', 'learnt', 'written', 'shown'])
    expect(await step(page, id).locator('.step-time').textContent()).toMatch(/^\d+ ms$/);
  await page.locator('#recommended [data-reason=personal]').first().waitFor();
  expect(await page.locator('#recommended .name').allTextContents()).not.toContain(ordered);
  expect(await page.locator('#news').textContent()).not.toBe('');
  await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
  expect(await page.locator('.tile-why li').first().textContent()).toContain('ordered');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Your name').waitFor();
  expect(new URL(page.url()).search).toBe('');
  expect(complaints).toEqual([]);
  expect(requests.filter(url => !url.startsWith(site.url))).toEqual([]);
  await page.context().close();
});

test('a shopper whom the model knows is suggested, and gets a list of their own', async () => {
  const { page } = await visit(browser);
  await page.goto(`${site.url}/shop`);
  await page.getByRole('button', { name: 'Shopper 2', exact: true }).click();
  await page.locator('#recommended [data-reason=personal]').first().waitFor();
  expect(await page.locator('.who').textContent()).toBe('2');
  await page.context().close();
});

test('what is cancelled or returned is taken back, there and in the list of orders', async () => {
  const page = await entered('otto');
  await order(page, 2);
  await page
    .locator('#orders')
    .getByRole('button', { name: /^Return one/ })
    .first()
    .click();
  await page.locator('#orders .detail', { hasText: '0 of 1' }).waitFor();
  await step(page, 'learnt').waitFor();
  await page
    .locator('#orders')
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await page.locator('#orders .as-of', { hasText: 'cancelled' }).waitFor();
  expect(await page.locator('#orders').getByRole('button').count()).toBe(0);
  await page.context().close();
});

test('an order that could not be sent says so, stays in the basket, and is one order when it is sent again', async () => {
  const page = await entered('ines');
  await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
  let lost = 0;
  await page.route('**/v2/orders', async route => {
    if (lost++ > 0) return route.continue();
    await route.fetch(); // it arrives, and its answer is lost
    return route.abort();
  });
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.locator('#basket [role=alert]').waitFor();
  expect(await page.locator('#basket .goods li').count()).toBe(1);
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await step(page, 'shown').waitFor();
  expect(await page.locator('#orders .order').count()).toBe(1);
  await page.context().close();
});

test('beside the basket stands what fits it as a whole, and nothing that is in it', async () => {
  const page = await entered('paul');
  await page.getByLabel('Search the catalogue').fill('garden');
  await page.locator('#catalogue .as-of', { hasText: '12 of 21' }).waitFor();
  for (const n of [0, 1, 2]) await page.locator('#catalogue .tile').nth(n).getByRole('button').click();
  await page.getByRole('heading', { name: 'Goes with your basket' }).waitFor();
  const inBasket = await page.locator('#basket .goods .name').allTextContents();
  expect(inBasket).toHaveLength(3);
  await vi.waitUntil(
    async () => {
      const suggested = await page.locator('.goes-with .chip').allTextContents();
      return suggested.length > 0 && suggested.every(text => text.includes('Garden'));
    },
    { timeout: patience_ms },
  );
  const chip = page.locator('.goes-with .chip').first();
  const added = ((await chip.textContent()) ?? '').replace(/^.*Add /, '');
  expect(inBasket).not.toContain(added);
  await chip.click();
  await page.locator('#basket .goods .name', { hasText: added }).waitFor();
  await page.context().close();
});

test('shelves are looked through by genre, and further than their first row', async () => {
  const page = await entered('gina');
  const genre = page.getByRole('button', { name: 'Animation', exact: true });
  await genre.click();
  await page.locator('#catalogue .genres', { hasText: 'Crime' }).first().waitFor({ state: 'detached' });
  expect(await genre.getAttribute('aria-pressed')).toBe('true');
  await page.locator('#catalogue').getByRole('button', { name: 'Show more' }).click();
  await page.locator('#catalogue .tile').nth(12).waitFor();
  await page.context().close();
});

const refusal = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: 'about:blank', title: 'Refused', status, code: 'TEST', detail: 'What the server says' }),
});

test('what does not work is told in words, with what to do', async () => {
  const page = await entered('nora');
  const alert = page.locator('#catalogue [role=alert]');
  const search = page.getByLabel('Search the catalogue');
  const asked = '**/v2/items?*';
  for (const { answer, words } of [
    { answer: refusal(429, { 'retry-after': '7' }), words: 'too much at once. Try again in 7 seconds.' },
    {
      answer: refusal(503, { 'retry-after': '1' }),
      words: 'cannot do that just now: What the server says. Try again in 1 second.',
    },
    { answer: refusal(403), words: 'not yours to see' },
    { answer: refusal(500), words: 'What the server says' },
  ]) {
    await page.route(asked, route => route.fulfill(answer));
    await search.fill(`shadow ${words}`.slice(0, 60));
    await alert.getByText(words).waitFor();
    await page.unroute(asked);
  }
  // A page that hears of the server again asks for everything by itself, and would take the button away.
  await page.route('**/recommendations/live*', route => route.abort());
  await page.context().setOffline(true);
  await search.fill('shadow');
  await alert.getByText('You are offline').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.context().setOffline(false);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await alert.waitFor({ state: 'detached' });
  await search.fill('no such title');
  await page.locator('#catalogue .empty-title').waitFor();
  expect(await page.locator('#catalogue .tile').count()).toBe(0);
  await page.context().close();
});

test('a connection that is cut off is said to be, and the page goes on by itself when it is back', async () => {
  const page = await entered('rosa');
  await site.stop();
  await page.locator('.connection.away').waitFor();
  await tiles(page).first().getByRole('button', { name: /^Add/ }).click();
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page.locator('#basket [role=alert]').getByText('was not confirmed').first().waitFor();
  expect(await violations(page)).toEqual([]);
  site = await startSite(films.data, site.port);
  await page.locator('.connection.open').waitFor();
  await order(page, 1);
  await page.context().close();
});

test('by keyboard alone: signed in, why, a thing into the basket, ordered, given back, and signed out', async () => {
  const { page } = await visit(browser);
  await page.goto(`${site.url}/shop`);
  await page.getByLabel('Your name').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the shop');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('kim');
  await page.keyboard.press('Enter');
  await tiles(page).first().waitFor();
  await tabTo(page, /^Why/);
  await page.keyboard.press('Enter');
  await page.locator('.tile-why').locator('li, p').first().waitFor();
  await tabTo(page, /^Add/);
  await page.keyboard.press('Enter');
  await page.locator('#basket .goods li').waitFor();
  await tabTo(page, /^Order$/);
  await page.keyboard.press('Enter');
  await step(page, 'shown').waitFor();
  await page.locator('#orders .order').waitFor();
  await tabTo(page, /^Return one/);
  await page.keyboard.press('Enter');
  await page.locator('#orders .as-of', { hasText: 'returned' }).waitFor();
  await page.keyboard.press('Tab');
  await tabTo(page, /^Sign out$/);
  await page.keyboard.press('Enter');
  await page.getByLabel('Your name').waitFor();
  await page.context().close();
});

describe.for([
  ['light', desk],
  ['dark', desk],
  ['light', phone],
  ['dark', phone],
] as const)('in %s on %o', ([colorScheme, viewport]) => {
  test('axe finds nothing to complain of, and nothing has to be scrolled sideways', async () => {
    const { page } = await visit(browser, { colorScheme, viewport, reducedMotion: 'reduce' });
    const width = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');
    await page.goto(`${site.url}/shop`);
    await page.locator('.shoppers button').first().waitFor();
    expect([await violations(page), await width()]).toEqual([[], viewport.width]);
    await signIn(page, `eva-${colorScheme}-${viewport.width}`);
    await page.locator('.connection.open').waitFor();
    expect([await violations(page), await width()]).toEqual([[], viewport.width]);
    await tiles(page).nth(3).getByRole('button', { name: /^Add/ }).click();
    await page.locator('.goes-with').waitFor();
    expect([await violations(page), await width()]).toEqual([[], viewport.width]);
    await order(page, 2);
    await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
    await page.locator('.tile-why').locator('li, p').first().waitFor();
    expect([await violations(page), await width()]).toEqual([[], viewport.width]);
    await page.context().close();
  });
});

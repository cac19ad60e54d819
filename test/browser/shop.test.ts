/** The shop in a real Chromium: an order changes what is recommended, and everybody can use the page. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
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

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };
const tiles = (page: Page) => page.locator('#recommended .tile');
const step = (page: Page, id: string) => page.locator(`.step[data-step=${id}][data-state=done]`);

/** A new shopper, who has done nothing yet. */
async function entered(name: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit(browser, options);
  await page.goto(`${site.url}/shop?user=${name}`);
  await tiles(page).first().waitFor();
  await page.locator('.connection.open').waitFor();
  return page;
}

async function order(page: Page, items: number): Promise<void> {
  for (let n = 0; n < items; n++) await tiles(page).nth(n).getByRole('button', { name: /^Add/ }).click();
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await step(page, 'shown').waitFor();
}

test('an order travels through all five steps, and comes back as what is recommended, with the reason', async () => {
  const { page, complaints } = await visit(browser);
  await page.goto(`${site.url}/shop`);
  await page.getByLabel('A new shopper’s name').fill('vera');
  await page.getByRole('button', { name: 'Go shopping' }).click();
  await tiles(page).first().waitFor();
  expect(await page.locator('#recommended .reason').allTextContents()).not.toContain('personal');
  const ordered = await tiles(page).nth(0).locator('.name').textContent();
  await order(page, 2);
  for (const id of ['stored', 'read', 'learnt', 'written', 'shown'])
    expect(await step(page, id).locator('.step-time').textContent()).toMatch(/^\d+ ms$/);
  await vi.waitUntil(async () => (await page.locator('#recommended .reason').first().textContent()) === 'personal', {
    timeout: patience_ms,
  });
  expect(await page.locator('#recommended .name').allTextContents()).not.toContain(ordered);
  await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
  expect(await page.locator('.tile-why li').first().textContent()).toContain('ordered');
  expect(complaints).toEqual([]);
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

test('without the server the page says what it lacks, and goes on when it is back', async () => {
  const page = await entered('nora');
  await page.route('**/v2/**', route => route.abort());
  await page.getByLabel('Search the catalogue').fill('shadow');
  await page.locator('#catalogue [role=alert]').waitFor();
  await page.unroute('**/v2/**');
  await page.locator('#catalogue').getByRole('button', { name: 'Try again' }).click();
  await page.locator('#catalogue [role=alert]').waitFor({ state: 'detached' });
  await page.getByLabel('Search the catalogue').fill('no such title');
  await page.locator('#catalogue .empty-title').waitFor();
  expect(await page.locator('#catalogue .goods li').count()).toBe(0);
  await page.context().close();
});

test('by keyboard alone: into the shop, a thing into the basket, and ordered', async () => {
  const page = await entered('kim');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the shop');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toMatch(/^Add/);
  await page.keyboard.press('Enter');
  for (let stops = 0; stops < 100; stops++) {
    if (
      (await page
        .locator(':focus')
        .textContent()
        .catch(() => '')) === 'Order'
    )
      break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await step(page, 'shown').waitFor();
  await page.context().close();
});

describe.for([
  ['light', desk],
  ['dark', desk],
  ['light', phone],
  ['dark', phone],
] as const)('in %s on %o', ([colorScheme, viewport]) => {
  test('axe finds nothing to complain of, and nothing has to be scrolled sideways', async () => {
    const { page } = await visit(browser, { colorScheme, viewport });
    await page.goto(`${site.url}/shop`);
    await page.locator('.shoppers button').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${site.url}/shop?user=eva-${colorScheme}-${viewport.width}`);
    await tiles(page).first().waitFor();
    await tiles(page).nth(3).getByRole('button', { name: /^Add/ }).click();
    expect(await violations(page)).toEqual([]);
    await order(page, 2);
    await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
    await page.locator('.tile-why').locator('li, p').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    await page.context().close();
  });
});

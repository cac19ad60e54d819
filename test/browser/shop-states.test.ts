/** The shop where things are slow, missing or in the way: every panel says so, and goes on. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { signIn, step, tiles } from './shopping.ts';
import { openBrowser, type Site, startSite, visit } from './site.ts';

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

async function entered(name: string): Promise<Page> {
  const { page } = await visit(browser, { reducedMotion: 'reduce' });
  await page.goto(`${site.url}/shop?user=${name}`);
  await tiles(page).first().waitFor();
  await page.locator('.connection.open').waitFor();
  return page;
}

const basket = (page: Page) => page.locator('#basket .goods li');
const add = (page: Page, n: number) => tiles(page).nth(n).getByRole('button', { name: /^Add/ }).click();
const orderButton = (page: Page) => page.getByRole('button', { name: 'Order', exact: true });

const unavailable = {
  status: 503,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '2' },
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Unavailable',
    status: 503,
    code: 'TOO_MANY_ITEMS',
    detail: 'There are more than 9 items. Raise `mostItems` of the server',
  }),
};
const words =
  'cannot do that just now: There are more than 9 items. Raise `mostItems` of the server. Try again in 2 seconds.';

test.for([
  ['#recommended', '**/v2/users/*/recommendations?*', '.tile'],
  ['#catalogue', '**/v2/popular?*', '.tile'],
  ['#orders', '**/v2/users/*/orders*', '.empty'],
] as const)(
  'what fails in %s is told there, in the server’s words, and alone; once more, and it is there',
  async ([panel, asked, sound]) => {
    const { page } = await visit(browser, { reducedMotion: 'reduce' });
    await page.route(asked, route => route.fulfill(unavailable));
    await page.goto(`${site.url}/shop?user=mia`);
    const alert = page.locator(`${panel} [role=alert]`);
    await alert.getByText(words).waitFor();
    for (const other of ['#recommended', '#catalogue', '#orders'].filter(one => one !== panel))
      expect([other, await page.locator(`${other} [role=alert]`).count()]).toEqual([other, 0]);
    expect(await violations(page)).toEqual([]);
    await page.unroute(asked);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.locator(`${panel} ${sound}`).first().waitFor();
    expect(await alert.count()).toBe(0);
    await page.context().close();
  },
);

test('what fits the basket, and why something is there, fail in their own places', async () => {
  const page = await entered('nell');
  await page.route('**/v2/recommendations', route => route.fulfill(unavailable));
  await page.route('**/why?*', route => route.fulfill(unavailable));
  await add(page, 0);
  await page.locator('#basket [role=alert]').getByText(words).waitFor();
  expect(await orderButton(page).isEnabled()).toBe(true);
  await tiles(page).first().getByRole('button', { name: /^Why/ }).click();
  await page.locator('.tile-why [role=alert]').getByText(words).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.unrouteAll();
  await page.locator('.tile-why').getByRole('button', { name: 'Try again' }).click();
  await page.locator('.tile-why p').first().waitFor();
  await page.context().close();
});

test('what is slow is said to be under way: at first by a skeleton, then beside what was there', async () => {
  const { page } = await visit(browser);
  let answer = (): void => {};
  let held = new Promise<void>(resolve => (answer = resolve));
  await page.route('**/v2/popular?*', async route => {
    await held;
    return route.continue();
  });
  await page.goto(`${site.url}/shop?user=olga`);
  await page.locator('#catalogue .loading').waitFor();
  expect(await page.locator('#catalogue').getAttribute('aria-busy')).toBe('true');
  expect(await violations(page)).toEqual([]);
  answer();
  await page.locator('#catalogue .tile').first().waitFor();
  held = new Promise(resolve => (answer = resolve));
  await page.getByRole('button', { name: 'Animation', exact: true }).click();
  await page.locator('#catalogue[aria-busy=true]').waitFor();
  expect(await page.locator('#catalogue .tile').count()).toBeGreaterThan(0);
  expect(await violations(page)).toEqual([]);
  answer();
  await page.locator('#catalogue[aria-busy=false]').waitFor();
  await page.context().close();
});

test('an order is sent once, however often its button is pressed; a return too', async () => {
  const page = await entered('pia');
  await add(page, 0);
  const sent: string[] = [];
  await page.route('**/v2/orders**', async route => {
    if (route.request().method() === 'POST') sent.push(new URL(route.request().url()).pathname);
    return route.continue();
  });
  await orderButton(page).dblclick();
  await step(page, 'shown').waitFor();
  expect(await page.locator('#orders .order').count()).toBe(1);
  await page
    .locator('#orders')
    .getByRole('button', { name: /^Return one/ })
    .dblclick();
  await page.locator('#orders .as-of', { hasText: 'returned' }).waitFor();
  expect(sent.map(path => path.split('/').at(-1))).toEqual(['orders', 'returns']);
  await page.context().close();
});

test('back and forth among shoppers, each address has its own shopper, and nobody another’s basket', async () => {
  const { page } = await visit(browser);
  await page.goto(`${site.url}/shop`);
  await signIn(page, 'rita');
  await add(page, 0);
  await basket(page).first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, 'sara');
  expect(await basket(page).count()).toBe(0);
  await add(page, 1);
  for (const [way, who] of [
    ['goBack', undefined],
    ['goBack', 'rita'],
    ['goForward', undefined],
    ['goForward', 'sara'],
  ] as const) {
    await page[way]();
    if (who === undefined) await page.getByLabel('Your name').waitFor();
    else await page.locator('.who', { hasText: who }).waitFor();
    expect([way, who, await basket(page).count()]).toEqual([way, who, 0]);
  }
  await page.context().close();
});

test('a search follows what is typed: an answer that comes late is not shown, and clearing it shows the shelf', async () => {
  const page = await entered('tina');
  let answer = (): void => {};
  const held = new Promise<void>(resolve => (answer = resolve));
  await page.route('**/v2/items?query=shadow&*', async route => {
    await held;
    return route.continue().catch(() => {}); // the page has given it up
  });
  const search = page.getByLabel('Search the catalogue');
  await search.fill('shadow');
  await search.fill('garden');
  await page.locator('#catalogue .as-of', { hasText: '12 of 21' }).waitFor();
  answer();
  expect(await page.locator('#catalogue .name').first().textContent()).toContain('Garden');
  await page.locator('#catalogue').getByRole('button', { name: 'Show more' }).click();
  await page.locator('#catalogue .as-of', { hasText: '21 of 21' }).waitFor();
  expect(await page.locator('#catalogue').getByRole('button', { name: 'Show more' }).count()).toBe(0);
  await search.fill('');
  await page.locator('#catalogue .as-of', { hasText: '12 shown' }).waitFor();
  await page.context().close();
});

test('who is offline is told so, keeps the basket, and orders it once the line is back', async () => {
  const page = await entered('uma');
  await add(page, 0);
  await page.context().setOffline(true);
  await orderButton(page).click();
  await page.locator('#basket [role=alert]').getByText('You are offline').first().waitFor();
  expect(await basket(page).count()).toBe(1);
  await page.context().setOffline(false);
  await orderButton(page).click();
  await step(page, 'shown').waitFor();
  expect(await page.locator('#orders .order').count()).toBe(1);
  await page.context().close();
});

/** What the page shows while it waits, when there is nothing, when the server refuses, and when it is away. */
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { addPages } from '../../src/recommender/api/pages.ts';
import { shop } from '../recommender/api/shop.ts';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { openBrowser, startSite, visit } from './site.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function newPage(): Promise<Page> {
  const { page } = await visit(browser);
  onTestFinished(() => page.context().close());
  return page;
}

/** A real server over what the test writes; no engine runs behind it. */
async function served() {
  const set = await shop({ clock: systemClock });
  await addPages(set.server.app);
  return { ...set, url: await set.server.listen({ port: 0 }) };
}

async function someList(set: Awaited<ReturnType<typeof served>>): Promise<void> {
  for (const id of ['a', 'b', 'c']) await set.fill.item(id, { title: `Film ${id}` });
  await set.fill.profile('ann', []);
  await set.fill.list('ann', ['a', 'b', 'c']);
}

const row = (page: Page) => page.locator('#list .row').first();
const lists = '**/v2/users/*/recommendations*';

describe('a server without data', () => {
  test('is told to be empty, with what to do; the first list shows by itself', async () => {
    const set = await served();
    const page = await newPage();
    await page.goto(set.url);
    await page.getByText('Nobody has rated anything yet').waitFor();
    await page.getByText('No model yet').waitFor();
    await page.getByText('No hourly window yet').waitFor();
    expect(await violations(page)).toEqual([]);
    await someList(set);
    await row(page).waitFor();
    expect(new URL(page.url()).search).toBe('?user=ann');
  });

  test('says of a user without ratings that there are none', async () => {
    const set = await served();
    await someList(set);
    const page = await newPage();
    await page.goto(`${set.url}/?user=nobody`);
    await page.getByText('Nothing to recommend yet').waitFor();
    await page.getByText('Nothing yet').waitFor();
    expect(await page.locator('#list-title').textContent()).toBe('Top 10 for user nobody');
  });
});

test('while an answer is under way the page says that it is loading', async () => {
  const set = await served();
  await someList(set);
  const page = await newPage();
  const held = Promise.withResolvers<void>();
  await page.route(lists, async (route: Route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(`${set.url}/?user=ann`);
  const loading = page.locator('#list .loading');
  await loading.waitFor();
  expect(await loading.textContent()).toContain('Loading');
  expect(await violations(page)).toEqual([]);
  held.resolve();
  await row(page).waitFor();
  expect(await loading.count()).toBe(0);
});

const refusal = (status: number, detail: string) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', title: 'Refused', status, code: 'TEST', detail }),
  });

describe('an error', () => {
  test('is shown in the place of what it is about, with a way to try again', async () => {
    const set = await served();
    await someList(set);
    const page = await newPage();
    await page.route(lists, refusal(500, 'The list cannot be read'));
    await page.goto(`${set.url}/?user=ann`);
    const alert = page.locator('#list').getByRole('alert');
    await alert.getByText('The list cannot be read').waitFor();
    await page.getByRole('heading', { name: 'What user ann has rated' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.unroute(lists);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await row(page).waitFor();
    expect(await alert.count()).toBe(0);
  });

  test('of a rating stands in its form, and nothing is lost of it', async () => {
    const set = await served();
    await someList(set);
    const page = await newPage();
    await page.route('**/v2/ratings', refusal(422, 'Such a rating does not count'));
    await page.goto(`${set.url}/?user=ann`);
    await row(page).getByRole('button', { name: 'Rate' }).click();
    await row(page).getByRole('radio', { name: '2 stars', exact: true }).check();
    await page.getByRole('button', { name: 'Send rating' }).click();
    await row(page).getByRole('alert').getByText('Such a rating does not count').waitFor();
    expect(await row(page).locator('output').textContent()).toBe('2 stars');
    await page.unroute('**/v2/ratings');
    await page.getByRole('button', { name: 'Send rating' }).click();
    await row(page).getByText('rated 2').waitFor();
  });

  test('that is no problem of ours says that the server does not answer', async () => {
    const set = await served();
    await someList(set);
    const page = await newPage();
    await page.route(lists, route => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad</h1>' }));
    await page.goto(`${set.url}/?user=ann`);
    await page.locator('#list').getByText('The server does not answer').waitFor();
    expect(await page.locator('#list h1').count()).toBe(0);
  });
});

test('a server that goes away is told of, with the age of what is shown; it comes back and the page goes on', async () => {
  const films = importedFilms();
  onTestFinished(films.remove);
  const first = await startSite(films.data);
  const page = await newPage();
  await page.goto(`${first.url}/?user=2`);
  await page.locator('#list .row').nth(9).waitFor();
  await page.locator('.connection.open').waitFor();
  const names = await page.locator('#list .name').allTextContents();
  await first.stop();
  await page.locator('.connection', { hasText: 'Disconnected, trying again' }).waitFor();
  await page
    .locator('.connection')
    .getByText(/as of (just now|\d+ s ago)/)
    .waitFor();
  await page.locator('#live').getByText('no longer live').waitFor();
  expect(await page.locator('#list .name').allTextContents()).toEqual(names);
  expect(await violations(page)).toEqual([]);

  const second = await startSite(films.data, first.port);
  onTestFinished(() => second.stop());
  await page.locator('.connection.open').waitFor();
  await row(page).getByRole('button', { name: 'Rate' }).click();
  await page.getByRole('radio', { name: '5 stars', exact: true }).check();
  await page.getByRole('button', { name: 'Send rating' }).click();
  await page.locator('#list .name', { hasText: names[0] ?? '' }).waitFor({ state: 'detached' });
});

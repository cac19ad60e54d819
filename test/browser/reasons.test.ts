/** Why something is listed, what is like it, how good the model is, and reports of what was on the screen. */
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import { experiment } from '../../src/recommender/api/page-wire.ts';
import { addPages } from '../../src/recommender/api/pages.ts';
import { shop } from '../recommender/api/shop.ts';
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

async function opened(url: string, viewport = { width: 1280, height: 900 }): Promise<Page> {
  const { page, complaints } = await visit(browser, { viewport });
  onTestFinished(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });
  await page.goto(url);
  await page.locator('#list .row').first().waitFor();
  return page;
}

const first = (page: Page) => page.locator('#list .row').first();

test.each([
  ['a desk', { width: 1280, height: 900 }],
  ['a phone', { width: 390, height: 844 }],
])(
  'why a film is listed is told by keyboard on %s: each thing that was done, as figures that add up; and what is like it',
  async (_of, viewport) => {
    const page = await opened(`${site.url}/?user=2`, viewport);
    const button = first(page).getByRole('button', { name: /^Why\?/ });
    await button.focus();
    await page.keyboard.press('Enter');
    const table = first(page).locator('.why-table');
    await table.locator('tbody tr').first().waitFor();
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    expect(await table.locator('caption').textContent()).toMatch(/^Everything that was done comes to \d\.\d{3}/);
    for (const row of await table.locator('tbody tr').all()) {
      expect(await row.locator('td').first().textContent()).toMatch(/^\d\.\d stars$/);
      expect(await row.locator('.number').textContent()).toMatch(/^[+−]\d\.\d{3}$/);
    }
    expect(await first(page).locator('.alike').textContent()).toMatch(/^Films like it: \S/);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    await page.keyboard.press('Enter');
    await table.waitFor({ state: 'detached' });
    expect(await button.getAttribute('aria-expanded')).toBe('false');
  },
);

test('a list that stays on the screen is reported once, as far as it can be seen, and counted', async () => {
  const { page } = await visit(browser, { viewport: { width: 1280, height: 900 } });
  onTestFinished(() => page.context().close());
  const reports: Request[] = [];
  page.on('request', request => {
    if (request.url().endsWith('/v2/exposures')) reports.push(request);
  });
  const answered = page.waitForResponse(answer => answer.url().endsWith('/v2/exposures'), { timeout: patience_ms });
  await page.goto(`${site.url}/?user=7`);
  expect((await answered).status()).toBe(202);
  const body: { userId: string; slot: string; items: string[]; visible: number } = reports[0]?.postDataJSON();
  expect(body).toMatchObject({ userId: '7', slot: 'top-10' });
  expect(body.items).toHaveLength(10);
  expect(body.visible).toBeGreaterThan(0);
  await page.reload();
  await page.waitForResponse(answer => answer.url().endsWith('/v2/exposures'), { timeout: patience_ms });
  await page.reload();
  await page.locator('#experiment tbody tr', { hasText: 'live' }).waitFor();
  // Reported again after each reload, it is one list.
  const { arms } = experiment.parse(await (await page.request.get(`${site.url}/v2/experiment`)).json());
  expect(arms).toMatchObject([{ policy: 'live', users: { followed: 0 } }]);
  expect(arms[0]?.lists.shown).toBe(arms[0]?.users.shown);
});

test('how good the model is stands on the page, with a table beside the chart', async () => {
  const page = await opened(`${site.url}/?user=2`);
  const card = page.locator('#quality');
  await card.locator('dd').first().waitFor();
  expect(await card.locator('.as-of').textContent()).toMatch(/^generation \d+/);
  expect(await card.locator('dt').allTextContents()).toContain('Hits in 10, warm');
});

test('states of both cards: empty, an error with a way to try again, an experiment that runs', async () => {
  const set = await shop({ clock: systemClock });
  await addPages(set.server.app);
  const url = await set.server.listen({ port: 0 });
  await set.fill.profile('ann', []);
  await set.fill.list('ann', ['a']);
  const { page } = await visit(browser);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/?user=ann`);
  await page.locator('#quality').getByText('Nothing to judge yet').waitFor();
  await page.locator('#experiment').getByText('No list was shown yet').waitFor();
  expect(await violations(page)).toEqual([]);
  const quality = '**/v2/models/quality';
  const problem = { type: 'about:blank', title: 'Refused', status: 503, code: 'TEST', detail: 'The figures are away' };
  await page.route(quality, route =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  // The page asks by itself after a while, and would take the button away before it is pressed.
  await page.clock.setFixedTime(Date.now());
  await page.reload();
  const alert = page.locator('#quality').getByRole('alert');
  await alert.getByText('The figures are away').waitFor();
  await page.unroute(quality);
  await set.fill.raw('models', 'live', 'current', {
    generation: 1,
    number: 7,
    time: Date.now(),
    popular: [],
    candidate: { generation: 2, share: 0.3 },
  });
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#quality').getByText('generation 1').waitFor();
  await page.locator('#experiment').getByText('There are no users to compare in both arms yet.').waitFor();
  expect(await page.locator('#experiment tbody th').allTextContents()).toEqual(['live 70.0 %', 'candidate 30.0 %']);
  expect(await violations(page)).toEqual([]);
});

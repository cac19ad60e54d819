/** The dashboard on a real server, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { importedFilms, markup, users } from './films.ts';
import { openBrowser, patience_ms, sendRating, type Site, startSite, visit, type Visit } from './site.ts';

let films: ReturnType<typeof importedFilms>;
let site: Site;
let browser: Browser;
let at: Visit;
let page: Page;

beforeAll(async () => {
  films = importedFilms();
  [site, browser] = await Promise.all([startSite(films.data), openBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await site.stop();
  films.remove();
});
beforeEach(async () => {
  at = await visit(browser);
  page = at.page;
});
afterEach(async () => {
  await page.context().close();
  const elsewhere = at.requests.filter(url => !url.startsWith(site.url)).map(url => `${url} was asked for`);
  const wrong = [...at.complaints, ...elsewhere];
  if (wrong.length > 0) throw new Error(`While the page was used: ${wrong.join('; ')}`);
});

const open = async (user: string): Promise<void> => {
  await page.goto(`${site.url}/?user=${user}`);
  await page.locator('#list .row').nth(9).waitFor();
};
const title = () => page.locator('#list-title');
const rows = () => page.locator('#list .row');
const names = () => page.locator('#list .name').allTextContents();
const until = (holds: () => Promise<boolean>): Promise<boolean> => vi.waitUntil(holds, { timeout: patience_ms });

describe('choosing a user', () => {
  test('the address without a user shows the first one, and says so', async () => {
    await page.goto(site.url);
    await page.waitForURL('**/?user=0');
    expect(await title().textContent()).toContain('user 0');
  });

  test('typing, arrow keys and Enter choose one; the address names it, and back and reload keep it', async () => {
    await open('2');
    const field = page.getByRole('combobox', { name: 'User' });
    await field.fill('1');
    await page.getByRole('option', { name: /^11\b/ }).waitFor();
    await field.press('ArrowDown');
    await field.press('ArrowDown');
    expect(await field.getAttribute('aria-activedescendant')).toBe('user-option-1');
    await field.press('Enter');
    await page.waitForURL('**/?user=10');
    await page.getByRole('heading', { name: 'Top 10 for user 10' }).waitFor();
    expect(await field.getAttribute('aria-expanded')).toBe('false');
    await page.reload();
    await page.getByRole('heading', { name: 'Top 10 for user 10' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Top 10 for user 2' }).waitFor();
    expect(await field.inputValue()).toBe('2');
  });

  test('the number of users that match is told; Escape leaves the choice as it was', async () => {
    await open('2');
    const field = page.getByRole('combobox', { name: 'User' });
    await field.click();
    await page.getByText(`20 of ${users}`).waitFor();
    await field.fill('nobody');
    await page.getByText('Nothing matches').waitFor();
    await field.press('Escape');
    await field.blur();
    expect(await field.inputValue()).toBe('2');
    expect(new URL(page.url()).search).toBe('?user=2');
  });
});

describe('the list', () => {
  test('has ten films with title, genres, score and reason, and says where it comes from', async () => {
    await open('2');
    expect(await rows().count()).toBe(10);
    for (const row of await rows().all()) {
      expect(await row.locator('.name').textContent()).not.toBe('');
      expect(await row.locator('.genres').textContent()).toMatch(/^\w+ · \w+/);
      expect(await row.locator('.figure').textContent()).toMatch(/^Score -?\d\.\d{3}$/);
      expect(await row.locator('.reason').textContent()).toBe('personal');
    }
    expect(await page.locator('#list .as-of').textContent()).toMatch(/^personal · model \d+\.\d+ · .+ ago$/);
  });

  test('changes without a reload when a film of it is rated: the film leaves, and the change is told', async () => {
    await open('2');
    const [loved = ''] = await names();
    await rows().first().getByRole('button', { name: 'Rate' }).click();
    await rows().first().getByRole('radio', { name: '4.5 stars' }).check();
    await page.getByRole('button', { name: 'Send rating' }).click();
    await until(async () => !(await names()).includes(loved));
    expect(await rows().count()).toBe(10);
    await until(async () => ((await page.locator('#news').textContent()) ?? '').includes(`left: ${loved}`));
    expect(await page.locator('#list .mark').count()).toBeGreaterThan(0);
    const newest = page.locator('.ratings tbody tr').first();
    await until(async () => ((await newest.textContent()) ?? '').includes(loved));
    expect(await newest.textContent()).toContain('4.5');
    expect(at.loads).toHaveLength(1);
  });

  test('changes when somebody else sends a rating of that user, too', async () => {
    await open('4');
    const link = await page.request.get(`${site.url}/v2/users/4/recommendations?n=1`);
    const { items }: { items: readonly { itemId: string; title: string }[] } = await link.json();
    const [item] = items;
    if (item === undefined) throw new Error('user 4 has no list');
    await sendRating(site.url, { userId: '4', itemId: item.itemId, value: 1 });
    await until(async () => !(await names()).includes(item.title.replace(/ \(\d+\)$/, '')));
    expect(at.loads).toHaveLength(1);
  });

  test('any film can be searched and rated; stars are chosen by the arrow keys', async () => {
    await open('6');
    const film = page.getByRole('combobox', { name: 'Film' });
    await film.fill('garden 17');
    await page.getByRole('option', { name: /Garden 17/ }).waitFor();
    await film.press('ArrowDown');
    await film.press('Enter');
    const stars = page.getByRole('group', { name: 'Stars for Garden 17 (1997)' });
    await stars.getByRole('radio', { name: '0.5 stars' }).press('Space');
    for (let halves = 0; halves < 5; halves++) await page.keyboard.press('ArrowRight');
    expect(await stars.getByRole('radio', { name: '3 stars', exact: true }).isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    const newest = page.locator('.ratings tbody tr').first();
    await until(async () => ((await newest.textContent()) ?? '').includes('Garden 17'));
    expect(await newest.textContent()).toContain('3.0');
  });

  test('shows markup in a title as text, in the list, the search and the ratings, and runs none of it', async () => {
    await open('2');
    const [shown = ''] = markup.split(' (1999)');
    await until(async () => (await names()).includes(shown));
    const film = page.getByRole('combobox', { name: 'Film' });
    await film.fill('onerror');
    await page.getByRole('option', { name: markup }).click();
    await page.getByRole('radio', { name: '5 stars', exact: true }).check();
    await page.getByRole('button', { name: 'Send rating' }).click();
    const newest = page.locator('.ratings tbody tr').first();
    await until(async () => ((await newest.textContent()) ?? '').includes(shown));
    expect(await page.locator('img, b').count()).toBe(0);
    expect(await page.title()).toBe('User 2 · Millrace');
  });
});

test("a user's ratings and top genres stand as figures beside their bars", async () => {
  await open('8');
  const genres = page.getByRole('table', { name: 'Top genres' });
  expect(await genres.locator('tbody tr').first().textContent()).toMatch(/^(Crime|Drama|Thriller)\d+4\.\d$/);
  expect(await genres.locator('.bar').count()).toBe(await genres.locator('tbody tr').count());
  const ratings = page.getByRole('table', { name: 'Ratings' });
  expect(await ratings.locator('tbody tr').count()).toBeGreaterThan(10);
  expect(await page.locator('#profile .as-of').textContent()).toMatch(/^\d+ films$/);
});

describe('trends', () => {
  test('switch their window, and a film opens its days as chart and table', async () => {
    await sendRating(site.url, { userId: 'passer-by', itemId: '3', value: 4 });
    await open('2');
    const trends = page.locator('#trends');
    await trends.getByText(/\d\d:\d\d to \d\d:\d\d UTC/).waitFor();
    await trends.getByRole('radio', { name: 'Day' }).check();
    await trends.locator('caption', { hasText: /^\d+ \w+ \d{4}, UTC$/ }).waitFor();
    await trends.getByRole('button', { name: 'Shadow 3' }).click();
    await trends.getByRole('img', { name: /^Shadow 3 \(1983\)\. \d+ days? with ratings\./ }).waitFor();
    await trends.getByText('Figures').click();
    expect(await trends.locator('.figures tbody tr').count()).toBeGreaterThan(0);
  });
});

test('the live panel moves: events, epochs, freshness, and the model version', async () => {
  await open('2');
  const told = async (name: string): Promise<string> => {
    const figure = page.locator('#live dl div').filter({ has: page.getByText(name, { exact: true }) });
    return (await figure.locator('dd').textContent()) ?? '';
  };
  const model = async (): Promise<string> => (await page.locator('#error .as-of').textContent()) ?? '';
  await until(async () => /^[1-9]/.test(await told('Epochs')) && (await model()).startsWith('model'));
  const before = { epochs: await told('Epochs'), events: await told('Events'), model: await model() };
  for (let n = 0; n < 5; n++) await sendRating(site.url, { userId: '9', itemId: String(n), value: 3 });
  await until(async () => (await told('Epochs')) !== before.epochs);
  await until(async () => Number(await told('Events')) === Number(before.events) + 5);
  await until(async () => (await model()) !== before.model);
  await until(async () => /^\d/.test(await told('Freshness p50')) && /^\d/.test(await told('Freshness p99')));
  await until(async () => (await told('Lag')) === '0' && (await told('Lag in time')) === '0 s');
  for (const panel of ['#live', '#error']) {
    await page.locator(panel).getByText('Figures').click();
    expect(await page.locator(`${panel} .figures tbody tr`).count()).toBeGreaterThan(0);
  }
  await page.locator('#live').getByText('Lag by task', { exact: true }).click();
  const lag = page.getByRole('region', { name: 'Lag by task' });
  await lag.getByRole('rowheader', { name: 'train/0' }).waitFor();
  expect(await lag.getByRole('columnheader').allTextContents()).toEqual(['Task', 'Records', 'Event time']);
});

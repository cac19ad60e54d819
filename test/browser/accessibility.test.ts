/** Everybody can use the page: WCAG 2.2 AA by axe, without a mouse, on a phone, with less motion. */
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

async function opened(user: string, options: BrowserContextOptions): Promise<Page> {
  const { page } = await visit(browser, options);
  await page.goto(`${site.url}/?user=${user}`);
  await page.locator('#list .row').nth(9).waitFor();
  await page.locator('#trends tbody tr').first().waitFor();
  await page.locator('.connection.open').waitFor();
  return page;
}

/** Opens all that can be opened, so that nothing hides from a look at the whole. */
async function unfolded(page: Page): Promise<void> {
  await page.locator('#list .row').first().getByRole('button', { name: 'Rate' }).click();
  await page
    .locator('#list .row')
    .first()
    .getByRole('button', { name: /^Why\?/ })
    .click();
  await page.locator('.why-table tbody tr').first().waitFor();
  await page.locator('#trends').getByRole('radio', { name: 'Day' }).check();
  await page.locator('#trends tbody button').first().click();
  await page.locator('#trends .canvas').waitFor();
  for (const summary of await page.locator('summary').all()) await summary.click();
  const film = page.getByRole('combobox', { name: 'Film' });
  await film.fill('shadow');
  await page
    .getByRole('option', { name: /Shadow/ })
    .first()
    .waitFor();
  await film.press('ArrowDown');
}

const widthOf = (page: Page): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');

describe.for([
  ['light', desk],
  ['dark', desk],
  ['light', phone],
  ['dark', phone],
] as const)('in %s on %o', ([colorScheme, viewport]) => {
  test('axe finds nothing to complain of, folded and unfolded, and nothing has to be scrolled sideways', async () => {
    const page = await opened('2', { colorScheme, viewport });
    expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
    expect(await violations(page)).toEqual([]);
    expect(await widthOf(page)).toBe(viewport.width);
    await unfolded(page);
    expect(await violations(page)).toEqual([]);
    expect(await widthOf(page)).toBe(viewport.width);
    await page.context().close();
  });
});

test('axe does notice what breaks the rules', async () => {
  const page = await opened('2', { viewport: desk });
  await page.evaluate('document.querySelector("#list").append(document.createElement("button"))');
  expect(await violations(page)).toEqual([expect.stringMatching(/^button-name: /)]);
  await page.context().close();
});

test('a walk by keyboard alone: skip to the list, rate its first film, and go on from there', async () => {
  const page = await opened('3', { viewport: desk });
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toContain('Skip to the recommendations');
  await page.keyboard.press('Enter');
  expect(await page.locator('#main:focus').count()).toBe(1);
  await page.keyboard.press('Tab');
  const first = await page.locator('#list .name').first().textContent();
  expect(await page.locator(':focus').textContent()).toMatch(/^Rate /);
  await page.keyboard.press('Enter');
  await page.locator('[type=radio]:focus').waitFor();
  await page.keyboard.press('Space');
  for (let halves = 0; halves < 8; halves++) await page.keyboard.press('ArrowRight');
  await page.locator('.row-form output', { hasText: /^4.5 stars$/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#list-title:focus').waitFor();
  await vi.waitUntil(async () => !(await page.locator('#list .name').allTextContents()).includes(first ?? ''), {
    timeout: patience_ms,
  });
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toMatch(/^Rate /);
  await page.context().close();
});

test('whatever is focused can be seen to be', async () => {
  const page = await opened('2', { viewport: desk });
  const unseen: unknown[] = [];
  const focused = '[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]';
  let stops = 0;
  for (; stops < 100; stops++) {
    await page.keyboard.press('Tab');
    const [tag, outline]: readonly string[] = await page.evaluate(focused);
    if (tag === 'BODY') break;
    if (outline === 'none') unseen.push(await page.locator(':focus').innerHTML());
  }
  expect(stops).toBeGreaterThan(20);
  expect(unseen).toEqual([]);
  await page.context().close();
});

test('the theme is the system’s until another is chosen, which is remembered', async () => {
  const page = await opened('2', { colorScheme: 'light', viewport: desk });
  const theme = () => page.locator('html').getAttribute('data-theme');
  await page.emulateMedia({ colorScheme: 'dark' });
  await vi.waitUntil(async () => (await theme()) === 'dark', { timeout: patience_ms });
  await page.getByRole('button', { name: 'Dark theme', pressed: true }).click();
  expect(await theme()).toBe('light');
  await page.reload();
  await page.locator('#list .row').first().waitFor();
  expect(await theme()).toBe('light');
  await page.context().close();
});

test('a browser that remembers nothing shows the page all the same', async () => {
  const page = await opened('2', { colorScheme: 'light', viewport: desk });
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'localStorage', {
      get: () => {
        throw new DOMException('The visitor forbids it', 'SecurityError');
      },
    });
  });
  await page.reload();
  await page.locator('#list .row').first().waitFor();
  await page.getByRole('button', { name: 'Dark theme', pressed: false }).click();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.context().close();
});

test('nothing moves for those who asked for less motion', async () => {
  const page = await opened('5', { reducedMotion: 'reduce', viewport: desk });
  await page.locator('#list .row').first().getByRole('button', { name: 'Rate' }).click();
  await page.getByRole('radio', { name: '5 stars', exact: true }).check();
  await page.getByRole('button', { name: 'Send rating' }).click();
  await page.locator('#list .row.new').first().waitFor();
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  await page.context().close();
});

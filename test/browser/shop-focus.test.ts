/** Whoever shops by keyboard stays where they were: what is pressed and then goes hands the focus on, and says what it did. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importedFilms } from './films.ts';
import { desk, phone, signIn, step, tiles } from './shopping.ts';
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

async function entered(name: string, viewport: typeof desk): Promise<Page> {
  const { page } = await visit(browser, { viewport });
  await page.goto(`${site.url}/shop`);
  await signIn(page, name);
  await page.locator('.connection.open').waitFor();
  await page.evaluate(listen);
  return page;
}

/** The card, and what is read of the element in it that has the focus. */
const focused = async (page: Page): Promise<string> =>
  String(
    await page.evaluate(
      "`${document.activeElement.closest('section')?.id}: ${document.activeElement.textContent.replace(/\\s+/g, ' ').trim()}`",
    ),
  );
const isFocused = async (page: Page, reads: RegExp) => {
  await expect.poll(() => focused(page)).toMatch(reads);
};
/** Whatever has been said since the page was entered: one thing may follow another at once. */
const says = async (page: Page, words: RegExp) => {
  await expect.poll(() => page.evaluate('window.said.join("\\n")')).toMatch(words);
};
const listen = `window.said = []; new MutationObserver(() => window.said.push(document.querySelector('#news').textContent))
  .observe(document.querySelector('#news'), { childList: true, characterData: true, subtree: true })`;

/** As whoever has no mouse: what has the focus is pressed. */
async function press(page: Page, button: ReturnType<Page['locator']>): Promise<void> {
  await button.focus();
  await page.keyboard.press('Enter');
}
const basket = (page: Page) => page.locator('#basket');
const orders = (page: Page) => page.locator('#orders');
const buttonOf = (card: ReturnType<Page['locator']>, name: RegExp) => card.getByRole('button', { name });

async function fill(page: Page, items: number): Promise<void> {
  for (let n = 0; n < items; n++) await press(page, buttonOf(tiles(page).nth(n), /^Add/));
  await expect.poll(() => basket(page).locator('.goods li').count()).toBe(items);
}

const asPattern = (text: string | null): string => text?.replaceAll(/\W/g, '.') ?? 'nothing';

describe.each([
  ['a desk', desk],
  ['a phone', phone],
] as const)('at the width of %s', (_, viewport) => {
  const name = (who: string) => `${who}-${viewport.width}`;

  test('a line that is taken out of the basket leaves the focus on the next, the last one on the heading', async () => {
    const page = await entered(name('ada'), viewport);
    await fill(page, 2);
    await isFocused(page, /^recommended: Add /);
    await says(page, / is in the basket$/m);
    const first = await basket(page).locator('.goods .name').nth(0).textContent();
    const second = await basket(page).locator('.goods .name').nth(1).textContent();
    expect(first).not.toBe(second);
    await press(page, buttonOf(basket(page), /^One more/).first());
    await isFocused(page, /^basket: \+ ?One more/);
    await says(page, /^2 of .* in the basket$/m);
    await press(page, buttonOf(basket(page), /^One less/).first());
    await press(page, buttonOf(basket(page), /^One less/).first());
    await says(page, new RegExp(`^${asPattern(first)}.* is out of the basket$`, 'm'));
    await isFocused(page, new RegExp(`^basket: − ?One less of ${asPattern(second)}`));
    await page.keyboard.press('Enter');
    await isFocused(page, /^basket: Basket$/);
    await page.context().close();
  });

  test('what goes with the basket is added one after the other', async () => {
    const page = await entered(name('bea'), viewport);
    await fill(page, 1);
    await page.locator('.goes-with .chip').nth(1).waitFor();
    await press(page, page.locator('.goes-with .chip').first());
    await expect.poll(() => basket(page).locator('.goods li').count()).toBe(2);
    await isFocused(page, /^basket: (\+ Add|Order$)/);
    await page.context().close();
  });

  test('an order leaves the focus at the basket, a return and a cancellation at the orders', async () => {
    const page = await entered(name('cyd'), viewport);
    await fill(page, 2);
    await press(page, buttonOf(basket(page), /^Order$/));
    await isFocused(page, /^basket: Basket$/);
    await says(page, /^Your order is stored$/m);
    await step(page, 'shown').waitFor();
    await buttonOf(orders(page), /^Return one/)
      .nth(1)
      .waitFor();

    await press(page, buttonOf(orders(page), /^Return one/).first());
    await expect.poll(() => buttonOf(orders(page), /^Return one/).count()).toBe(1);
    await isFocused(page, /^orders: Return one/);
    await says(page, /^Your return is stored$/m);
    await step(page, 'shown').waitFor();
    await press(page, buttonOf(orders(page), /^Cancel/));
    await expect.poll(() => buttonOf(orders(page), /./).count()).toBe(0);
    await isFocused(page, /^orders: Your orders$/);
    await says(page, /^Your cancellation is stored$/m);
    await page.context().close();
  });

  test('a list that changes under the keyboard takes nobody out of it, and calls nobody back who had left', async () => {
    const page = await entered(name('dot'), viewport);
    const wanted = tiles(page).nth(1);
    const itemId = await wanted.getAttribute('data-item');
    await buttonOf(wanted, /^Add/).focus();
    const order = (item: string | null) =>
      fetch(`${site.url}/v2/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId: name('dot'), lines: [{ itemId: item, quantity: 1 }] }),
      });
    expect((await order(itemId)).status).toBe(202);
    await page.locator(`#recommended [data-item="${itemId}"]`).waitFor({ state: 'detached' });
    await isFocused(page, /^recommended: (Add|Why)/);

    const other = await tiles(page).nth(0).getAttribute('data-item');
    await buttonOf(tiles(page).nth(0), /^Add/).focus();
    await page.evaluate('document.activeElement.blur()');
    expect((await order(other)).status).toBe(202);
    await page.locator(`#recommended [data-item="${other}"]`).waitFor({ state: 'detached' });
    await isFocused(page, /^undefined: /);
    await page.context().close();
  });
});

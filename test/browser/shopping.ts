/** What the tests of the shop do with its page. */
import type { Page } from 'playwright-core';

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 900 };

export const tiles = (page: Page) => page.locator('#recommended .tile');

/** A step of the loop, once it is lit. */
export const step = (page: Page, id: string) => page.locator(`.step[data-step=${id}][data-state=done]`);

/** By name, where anybody may be anybody. */
export async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Go shopping' }).click();
  await tiles(page).first().waitFor();
}

export async function order(page: Page, items: number): Promise<void> {
  for (let n = 0; n < items; n++) await tiles(page).nth(n).getByRole('button', { name: /^Add/ }).click();
  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await step(page, 'shown').waitFor();
}

/** Goes on with Tab until what has the focus reads so. */
export async function tabTo(page: Page, text: RegExp): Promise<void> {
  for (let stops = 0; stops < 150; stops++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate('document.activeElement.textContent');
    if (typeof focused === 'string' && text.test(focused)) return;
  }
  throw new Error(`Nothing that reads ${String(text)} can be reached by Tab`);
}

/** The view of topologies in a real Chromium: running, stopped, empty, loading, refused and away. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/engine/clock.ts';
import type { EngineSource } from '../../src/recommender/api/engine-source.ts';
import { noEngine } from '../../src/recommender/api/engine-source.ts';
import { addPages } from '../../src/recommender/api/pages.ts';
import type { RunningTopologies } from '../../src/recommender/api/topologies-endpoint.ts';
import { shop } from '../recommender/api/shop.ts';
import { violations } from './axe.ts';
import { importedFilms } from './films.ts';
import { openBrowser, startSite, visit } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function newPage(width = 1280): Promise<Page> {
  const { page } = await visit(browser, { viewport: { width, height: 900 } });
  onTestFinished(() => page.context().close());
  return page;
}

/** A real server; what runs is what the test says. */
async function served(topologies: EngineSource['topologies']) {
  const set = await shop({ clock: systemClock, engine: { ...noEngine, topologies } });
  await addPages(set.server.app);
  return set.server.listen({ port: 0 });
}

const stopped: RunningTopologies['topologies'][number] = {
  name: 'trends',
  reads: ['ratings'],
  steps: [{ name: 'hourly', kind: 'windowed' }],
  edges: [{ from: 'stream:ratings', to: 'step:hourly' }],
  nodes: [],
  tasks: [
    {
      task: 'trends/0',
      here: false,
      epochs: null,
      records: null,
      watermark: null,
      lastEpochAt: null,
      waiting: null,
      behind: 42,
      behindMs: null,
    },
  ],
};
const card = (page: Page) => page.locator('#topologies');

describe('a server whose engine runs', () => {
  test('shows each topology with its graph, what its steps do and how far its tasks are, on a phone too', async () => {
    const films = importedFilms();
    const site = await startSite(films.data);
    onTestFinished(async () => {
      await site.stop();
      films.remove();
    });
    const page = await newPage(390);
    await page.goto(site.url);
    await card(page).getByRole('combobox', { name: 'Topology' }).selectOption('trends');
    const drawing = card(page).getByRole('img', { name: /^trends reads ratings-by-item, has the steps .*hourly/ });
    await drawing.waitFor();
    expect(await drawing.locator('.node').count()).toBeGreaterThan(3);
    const steps = card(page).getByRole('region', { name: 'Steps of trends' });
    await steps.getByRole('row', { name: /^hourly windowed/ }).waitFor();
    // After the second answer there are rates; nobody rates, so they are nought.
    await steps.getByRole('row', { name: /^hourly windowed 0 0 / }).waitFor();
    await card(page)
      .getByRole('row', { name: /^trends\/0 .*epoch / })
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await violations(page)).toEqual([]);
  });
});

test('topologies that run elsewhere are shown as stopped here, with what the log tells', async () => {
  const url = await served(async () => ({ at: Date.now(), topologies: [stopped] }));
  const page = await newPage();
  await page.goto(url);
  await card(page).getByText('Stopped here').waitFor();
  await card(page)
    .getByRole('row', { name: /^trends\/0 – 42 – – not in this process/ })
    .waitFor();
  expect(await card(page).getByRole('region', { name: 'Steps of trends' }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
});

test('a server without topologies says so, one that refuses why, and asking again helps', async () => {
  let refuses = true;
  const held = Promise.withResolvers<void>();
  const url = await served(async () => {
    await held.promise;
    if (refuses) throw new Error('broken');
    return { at: 0, topologies: [] };
  });
  const page = await newPage();
  // The page asks by itself every other second, and would take the button away before it is pressed.
  await page.clock.setFixedTime(Date.now());
  await page.goto(url);
  await card(page).locator('.loading').waitFor();
  expect(await violations(page)).toEqual([]);
  held.resolve();
  const failed = card(page).getByRole('alert');
  await failed.waitFor();
  expect(await violations(page)).toEqual([]);
  refuses = false;
  await failed.getByRole('button', { name: 'Try again' }).click();
  await card(page).getByText('No topologies').waitFor();
  expect(await violations(page)).toEqual([]);
});

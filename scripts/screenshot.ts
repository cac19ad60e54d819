// The picture of the dashboard in the README: node scripts/screenshot.ts URL [--user 1] [--theme light|dark] [--width 1280] [--height 1180] [--out docs/dashboard.png]
// URL is of a running `millrace start`; the other flags are for looking at the page in other ways.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { root } from './results.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    user: { type: 'string', default: '1' },
    theme: { type: 'string', default: 'light' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '1180' },
    out: { type: 'string', default: join(root, 'docs/dashboard.png') },
    full: { type: 'boolean', default: false },
  },
});
const [url] = positionals;
if (url === undefined) throw new Error('Name the server: node scripts/screenshot.ts http://127.0.0.1:8080');

/** Long enough for the charts of the live panel to have something to show. */
const seconds = 20;

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    colorScheme: values.theme === 'dark' ? 'dark' : 'light',
  });
  await page.goto(`${url}/?user=${encodeURIComponent(values.user)}`);
  await page.locator('#list .row').nth(9).waitFor();
  await page.locator('#profile tbody tr').first().waitFor();
  await page.waitForTimeout(seconds * 1_000);
  await page.screenshot({ path: values.out, fullPage: values.full, animations: 'disabled' });
} finally {
  await browser.close();
}

/** A real `millrace start`, and a real Chromium that looks at it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
/** A server that a test forgets ends by itself. */
const lifetime_ms = 20 * 60_000;
/** How long a page may take for anything that it does by itself. */
export const patience_ms = 2 * 60_000;

export interface Site {
  readonly url: string;
  readonly port: string;
  /** Ends it in an orderly way. */
  stop(): Promise<void>;
}

/** Nobody rates but the tests. Port 0 takes any. */
export async function startSite(data: string, port = '0'): Promise<Site> {
  const child = spawn(process.execPath, [main, 'start', '--data', data, '--generate', '0'], {
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: lifetime_ms,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^listening on (http:\S+)$/.exec(line) ?? [];
    if (url !== undefined) return { url, port: new URL(url).port, stop };
  }
  throw new Error(`It ended before it listened: ${complaint}`);
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });

export interface Visit {
  readonly page: Page;
  /** What the console complained of, and what was thrown. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  /** Whole documents that were loaded. */
  readonly loads: readonly string[];
}

/** A new page in a profile of its own, with all that it does on record. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(patience_ms);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  const loads: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('request', request => {
    requests.push(request.url());
    if (request.resourceType() === 'document') loads.push(request.url());
  });
  return { page, complaints, requests, loads };
}

/** Sends a rating past the page, as any other program would. */
export async function sendRating(url: string, rating: { userId: string; itemId: string; value: number }) {
  const answer = await fetch(`${url}/v2/ratings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rating),
  });
  if (answer.status !== 202) throw new Error(`The rating was answered with ${answer.status}`);
}

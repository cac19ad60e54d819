/** Traffic and faults by a seed for so long, then the balance: what was lost, what was doubled, what has grown. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openEmbedded } from '../../src/app/compose.ts';
import { json } from '../support/cli.ts';
import { Random } from '../support/random.ts';
import type { Mark } from './plot.ts';
import { type Sample, sampleOf } from './samples.ts';
import { type Fault, Subject } from './subject.ts';
import { type Counts, Traffic } from './traffic.ts';
import { type Balance, balanceOf, type Growth, growthOf } from './verdict.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Told of each fault and each minute. */
  readonly tell?: (line: string) => void;
}

export interface Soak {
  readonly minutes: number;
  readonly seed: number;
  readonly lives: number;
  readonly faults: readonly Mark[];
  readonly counts: Omit<Counts, 'wrong'> & { readonly wrong: readonly string[] };
  readonly balance: Balance;
  readonly growth: readonly Growth[];
  readonly samples: readonly Sample[];
}

/** Samples are this far apart, or more in a long soak, so that there are no more than some hundreds. */
const leastBetween_ms = 1_000;
const mostSamples = 720;
/** Of a life that says something of growth. */
const leastSamples = 40;
/** How long the engine may take to read the rest, when nothing comes any more. */
const patience_ms = 180_000;

export async function runSoak({ minutes, seed, tell = () => undefined }: SoakOptions): Promise<Soak> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-soak-'));
  let subject: Subject | undefined;
  const over = new AbortController();
  try {
    await json('generate', '--data', data, '--rate', '0', '--count', '2000', '--seed', String(seed));
    subject = await Subject.on(data);
    const traffic = new Traffic(subject.url, data, new Random(seed));
    await traffic.everything();
    await caughtUp(subject.url, data);
    const began = performance.now();
    const samples: Sample[] = [];
    const going = traffic.begin();
    const sampling = sample({ subject, data, minutes, began, signal: over.signal }, samples);
    const stage = { subject, minutes, began, signal: over.signal };
    // Traffic ends only where it is told to, or with what is wrong.
    const faults = await Promise.race([suffer({ ...stage, random: new Random(seed + 1), tell }), going.then(() => [])]);
    traffic.end();
    await going;
    await caughtUp(subject.url, data);
    over.abort();
    await sampling;
    await subject.stop();
    await json('run', '--until-caught-up', '--data', data);
    await using ports = await openEmbedded(data);
    const balance = await balanceOf(ports.transport, traffic.sent);
    const growth = growthOf(samples, leastSamples);
    return { minutes, seed, lives: subject.lives, faults, counts: traffic.counts, balance, growth, samples };
  } finally {
    over.abort();
    await subject?.kill();
    rmSync(data, { recursive: true, force: true });
  }
}

interface Stage {
  readonly subject: Subject;
  readonly minutes: number;
  readonly began: number;
  readonly signal: AbortSignal;
}

const secondsSince = (began: number): number => (performance.now() - began) / 1_000;

/** Faults in the first half of the time; the second half is one life, long enough to tell whether something grows. */
async function suffer(
  stage: Stage & { readonly random: Random; readonly tell: (line: string) => void },
): Promise<Mark[]> {
  const { subject, minutes, began, random, signal, tell } = stage;
  const all_s = minutes * 60;
  const faults: Mark[] = [];
  const count = Math.round(3 + minutes / 4);
  const kinds: readonly Fault[] = ['kill', 'restart', 'kill', 'freeze'];
  for (let n = 0; n < count; n++) {
    const at = (all_s / 2) * ((n + random.below(100) / 100) / count);
    await pause(at - secondsSince(began), signal);
    const what = kinds[n % kinds.length] ?? 'kill';
    faults.push({ at: secondsSince(began), what });
    tell(`${Math.round(secondsSince(began))} s: ${what}`);
    await subject.suffer(what);
  }
  await pause(all_s - secondsSince(began), signal);
  return faults;
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (seconds > 0) await setTimeout(seconds * 1_000, undefined, { signal });
}

/** Until the signal aborts. While nobody answers there is nothing to write down. */
async function sample(
  { subject, minutes, began, signal, data }: Stage & { readonly data: string },
  into: Sample[],
): Promise<void> {
  const between_ms = Math.max(leastBetween_ms, (minutes * 60_000) / mostSamples);
  while (!signal.aborted) {
    const { lives: life } = subject;
    const one = await sampleOf(subject.url, data, { at: secondsSince(began), life });
    if (one !== undefined && life === subject.lives) into.push(one);
    await setTimeout(between_ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Until nothing is left to read, in the log and among the orders. @throws where that takes too long */
async function caughtUp(url: string, data: string): Promise<void> {
  const began = performance.now();
  for (let calm = 0; calm < 3; await setTimeout(500)) {
    if (performance.now() > began + patience_ms)
      throw new Error('The engine does not come to an end with what it has to read');
    const now = await sampleOf(url, data, { at: 0, life: 0 });
    const text = now === undefined ? '' : await (await fetch(`${url}/metrics`)).text();
    const orders = [...text.matchAll(/^millrace_orders_lag_documents\{.*\} (\S+)$/gm)].map(([, lag]) => Number(lag));
    const isCalm = now?.lagRecords === 0 && orders.length > 0 && orders.every(lag => lag === 0);
    calm = isCalm ? calm + 1 : 0;
  }
}

/** A live model beside a retrain, over processes: measured on command, told by the API, and replaced where it fell behind. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { filesOf } from '../../src/recommender/generations/files.ts';
import { type FolderVector, openFolder } from '../../src/recommender/generations/folder.ts';
import { json, millrace, started, startedWith } from '../support/cli.ts';

const [users, items] = [150, 40];
let folder: string;
let data: string;
let imports = 0;
let time = 1_600_000_000;

/** Odd users like odd items, even users even ones. */
async function rate(pairs: readonly (readonly [user: number, item: number])[]): Promise<void> {
  const file = join(folder, `ratings-${imports++}.csv`);
  const lines = pairs.map(([user, item]) => `u${user},i${item},${(user + item) % 2 === 0 ? 5 : 1},${time++}`);
  writeFileSync(file, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
  await json('import', 'csv', file, '--data', data);
}

/** A user's n-th item; each comes once before they begin anew. */
const itemOf = (user: number, n: number): number => (user * 7 + n * 11) % items;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
/** Their items from one up to another, for all users of a range. */
const pairsOf = (those: readonly number[], nth: readonly number[]) =>
  those.flatMap(user => nth.map(n => [user, itemOf(user, n)] as const));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-shadow-'));
  data = join(folder, 'data');
  await rate(pairsOf(range(0, users), range(0, 12)));
  await json('run', '--until-caught-up', '--data', data);
});
afterAll(() => rmSync(folder, { recursive: true }));

const Rows = z.array(z.object({ number: z.int().nullable(), state: z.string(), cause: z.string() }));
async function live() {
  const { generations } = await json('models', '--data', data);
  return Rows.parse(generations).find(({ state }) => state === 'live');
}

const Quality = z.object({
  quality: z.object({ generation: z.object({ number: z.int(), shadowGap: z.number() }) }),
});
const figures = z.object({ live: z.number(), retrain: z.number(), gap: z.number(), low: z.number(), high: z.number() });
const Figures = z.object({ events: z.int(), lists: z.int(), ratings: z.int(), rmse: figures, ndcg10: figures });

test('on command the gap is measured and adopted by nobody; the API and the metrics show it', async () => {
  const settings = { MILLRACE_MODEL_GENERATIONS_SHADOW_JUDGE_EVENTS: '120' };
  const process = startedWith(settings, 'run', '--data', data);
  onTestFinished(() => void process.stop('SIGKILL'));
  await json('retrain', '--shadow', '--data', data);
  await expect.poll(shadowState).toBe('underway');
  await rate(pairsOf(range(0, users), [12]));
  await expect.poll(shadowState).toBe('done');
  const { figures: told } = (await shadowCommand()) ?? {};
  expect(Figures.parse(told)).toMatchObject({ events: 120, ratings: 120 });
  expect(await live()).toMatchObject({ number: 1, cause: 'growth' });

  const serve = started('serve', '--data', data);
  onTestFinished(() => void serve.stop('SIGKILL'));
  const address = await serve.address();
  const { quality } = Quality.parse(await (await fetch(`${address}/v2/models/quality`)).json());
  expect(quality.generation.number).toBe(1);
  const metrics = await (await fetch(`${address}/metrics`)).text();
  expect(metrics).toContain(`millrace_model_shadow_gap_ratio ${quality.generation.shadowGap}\n`);
  await serve.stop();
  expect((await process.stop()).code).toBe(0);
});

test('a generation that is worse than a retrain is found out, and one is trained for drift', async () => {
  const name = await importUpsideDown();
  const settings = {
    MILLRACE_MODEL_GENERATIONS_GROWTH: '1000',
    MILLRACE_MODEL_GENERATIONS_SHADOW_EVERY_EVENTS: '180',
    MILLRACE_MODEL_GENERATIONS_SHADOW_JUDGE_EVENTS: '100',
  };
  const process = startedWith(settings, 'run', '--data', data);
  onTestFinished(() => void process.stop('SIGKILL'));
  await json('models', 'use', name, '--wait', '--data', data);
  await expect.poll(live).toMatchObject({ cause: 'import', state: 'live' });
  // A few users bring what makes it due; all others are still upside down when they judge it.
  await rate(pairsOf(range(0, 8), range(13, 40)));
  for (let n = 13; n < 40 && (await live())?.cause !== 'drift'; n++) await rate(pairsOf(range(8, users), [n]));
  await expect.poll(live).toMatchObject({ cause: 'drift' });
  expect((await process.stop()).code).toBe(0);
});

test('what cannot be measured is said', async () => {
  const empty = join(folder, 'empty');
  expect((await millrace('retrain', '--shadow', '--data', empty)).code).toBe(1);
  expect((await millrace('retrain', '--help')).stdout).toMatch(/--shadow/);
});

/** The live generation with the users' vectors turned round: who liked something is taken to dislike it. */
async function importUpsideDown(): Promise<string> {
  const [out, turned] = [join(folder, 'generation'), join(folder, 'turned')];
  await json('export', 'model', '--format', 'generation', '--out', out, '--data', data);
  mkdirSync(turned);
  const source = await openFolder(out);
  const { head } = source;
  const { userExponent, itemExponent, starExponent } = z
    .object({ userExponent: z.int(), itemExponent: z.int(), starExponent: z.int() })
    .parse(head);
  const content = {
    head: { ...head, userExponent, itemExponent, starExponent, name: 'turned', generation: 0 },
    users: turnedRound(source.users()),
    items: source.items(),
  };
  for (const [file, parts] of filesOf(content)) await writeFile(join(turned, `${file}.avro`), parts());
  const { name } = await json('models', 'import', turned, '--data', data);
  return z.string().parse(name);
}

async function* turnedRound(vectors: AsyncIterable<FolderVector>): AsyncGenerator<FolderVector> {
  for await (const { factors, starFactors, bias, ...vector } of vectors)
    yield { ...vector, factors: factors.map(f => -f), starFactors: starFactors.map(f => -f), bias: -bias };
}

async function shadowCommand() {
  const { openPorts } = await import('../../src/app/compose.ts');
  const { commandOf } = await import('../../src/recommender/generations/commands.ts');
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
  return (await commandOf(ports.documents, 'shadow'))?.command;
}

const shadowState = async (): Promise<string> => (await shadowCommand())?.state ?? '';

/** Generations of a model that serves: trained beside it on command, switched, taken back, and finished after a kill. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { json, millrace, millraceWith, started, startedWith } from '../support/cli.ts';

let folder: string;
let data: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-generations-'));
  data = join(folder, 'data');
  const ratings = join(folder, 'ratings.csv');
  const lines = Array.from({ length: 1_500 }, (_, n) => {
    const [user, item] = [(n * 7) % 60, (n * 11 + Math.floor(n / 60)) % 90];
    return `u${user},i${item},${(user + item) % 2 === 0 ? 5 : 1},${1_600_000_000 + n}`;
  });
  writeFileSync(ratings, ['userId,itemId,rating,timestamp', ...lines, ''].join('\n'));
  await json('import', 'csv', ratings, '--data', data, '--partitions', '2');
  await json('run', '--until-caught-up', '--data', data);
});
afterAll(() => rmSync(folder, { recursive: true }));

const Row = z.object({
  number: z.int().nullable(),
  name: z.string(),
  state: z.string(),
  cause: z.string(),
  users: z.int(),
  items: z.int(),
  bytes: z.int(),
});

async function models() {
  const { generations } = await json('models', '--data', data);
  return z.array(Row).parse(generations);
}

const live = async () => (await models()).find(({ state }) => state === 'live');

test('a backlog leaves a first generation, which is listed', async () => {
  expect(await models()).toMatchObject([{ number: 1, state: 'live', cause: 'growth', users: 60, items: 90 }]);
  const { code, stdout } = await millrace('models', '--data', data);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^generation +name +state +cause +users +items +k +bytes +loss +age\n +1 +00000001-/);
});

test('retrain, switch and roll back while a process learns and serves', async () => {
  const process = started('run', '--data', data);
  onTestFinished(() => void process.stop('SIGKILL'));
  expect(await json('retrain', '--wait', '--data', data)).toMatchObject({ state: 'done', generation: 2 });
  expect(await live()).toMatchObject({ number: 2, cause: 'command' });
  expect(await json('models', 'rollback', '--wait', '--data', data)).toMatchObject({ state: 'done', generation: 1 });
  await expect.poll(live).toMatchObject({ number: 1 });
  expect(await json('models', 'use', '2', '--wait', '--data', data)).toMatchObject({ state: 'done', generation: 2 });
  await expect.poll(live).toMatchObject({ number: 2 });
  const wrong = await millrace('models', 'use', '9', '--wait', '--data', data);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/No generation '9' is kept.*There are: /) });
  expect((await process.stop()).code).toBe(0);
});

test('what is exported as a generation is imported elsewhere, and served there as it is', async () => {
  const out = join(folder, 'generation');
  await json('export', 'model', '--format', 'generation', '--out', out, '--data', data);
  const { name } = await json('models', 'import', out, '--data', data);
  const process = started('run', '--data', data);
  onTestFinished(() => void process.stop('SIGKILL'));
  const { generation } = await json('models', 'use', String(name), '--wait', '--data', data);
  expect(generation).toBe(3);
  await expect.poll(live).toMatchObject({ name });
  expect((await process.stop()).code).toBe(0);
});

const followed = z.object({ shown: z.int(), followed: z.int() });
const Arms = z.object({
  isRunning: z.boolean(),
  arms: z.array(
    z.object({
      policy: z.string(),
      generation: z.int(),
      share: z.number(),
      predicted: z.object({ all: z.object({ events: z.int(), rmse: z.number().nullable() }) }).nullable(),
      users: followed,
    }),
  ),
});

/** Every user is shown a list, and rates the first of it. */
async function shownAndRated(url: string): Promise<void> {
  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const List = z.object({ listId: z.string(), items: z.array(z.object({ itemId: z.string() })) });
  for (let user = 0; user < 60; user++) {
    const userId = `u${user}`;
    const { listId, items } = List.parse(await (await fetch(`${url}/v2/users/${userId}/recommendations`)).json());
    const shown = items.map(({ itemId }) => itemId);
    expect((await post('/v2/exposures', { listId, userId, slot: 'top', items: shown })).status).toBe(202);
    expect((await post('/v2/ratings', { userId, itemId: shown[0], value: 4 })).status).toBe(202);
  }
}

test('a generation with other settings is tried out, compared, and becomes the live one after a kill', async () => {
  const process = started('start', '--data', data, '--generate', '0');
  onTestFinished(() => void process.stop('SIGKILL'));
  const url = await process.address();
  const before = await live();
  const set = ['--set', 'factors=5', '--set', 'regularisation.strength=0.2'];
  const { generation } = await json('retrain', '--share', '50%', ...set, '--wait', '--data', data);
  expect(await models()).toContainEqual(expect.objectContaining({ number: generation, state: 'candidate' }));
  expect(await live()).toEqual(before);
  expect(await millrace('retrain', '--wait', '--data', data)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/is tried out with 50 % of the users.*`millrace models stop`/),
  });
  const experiment = async () => Arms.parse(await (await fetch(`${url}/v2/experiment`)).json());
  await expect.poll(async () => (await experiment()).isRunning).toBe(true);
  await shownAndRated(url);
  const judged = async () => (await experiment()).arms.map(({ predicted }) => predicted?.all.events ?? 0);
  await expect.poll(async () => (await judged()).reduce((a, b) => a + b, 0)).toBe(60);
  const { arms } = await experiment();
  expect(arms).toMatchObject([
    { policy: 'live', generation: 3, share: 0.5 }, // the imported one
    { policy: 'candidate', generation, share: 0.5 },
  ]);
  for (const { users, predicted } of arms) {
    expect(users.followed).toBeGreaterThan(10);
    expect(predicted?.all.rmse).toBeGreaterThan(0);
  }
  await process.stop('SIGKILL');
  const next = started('run', '--data', data);
  onTestFinished(() => void next.stop('SIGKILL'));
  expect(await json('models', 'use', String(generation), '--wait', '--data', data)).toMatchObject({ generation });
  await expect.poll(live).toMatchObject({ number: generation });
  expect(await millrace('models', 'stop', '--wait', '--data', data)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/No generation is tried out/),
  });
  expect((await next.stop()).code).toBe(0);
});

test('a generation whose process is killed while it trains is begun anew by the next', async () => {
  // So many sweeps that the kill comes first.
  const slow = { MILLRACE_MODEL_SWEEPS: '1000' };
  const killed = startedWith(slow, 'run', '--data', data);
  onTestFinished(() => void killed.stop('SIGKILL'));
  await json('retrain', '--data', data);
  const state = async () => (await commandState('retrain')) ?? '';
  await expect.poll(state).toBe('underway');
  await killed.stop('SIGKILL');
  expect(await state()).toBe('underway');
  const before = await live();
  const next = started('run', '--data', data);
  onTestFinished(() => void next.stop('SIGKILL'));
  await expect.poll(state).toBe('done');
  expect((await live())?.number).toBeGreaterThan(before?.number ?? 3);
  expect((await next.stop()).code).toBe(0);
});

async function commandState(kind: string): Promise<string | undefined> {
  const { openPorts } = await import('../../src/app/compose.ts');
  const { commandKinds, commandOf } = await import('../../src/recommender/generations/commands.ts');
  await using ports = await openPorts({ data, transport: 'embedded', documents: 'sqlite' });
  return (await commandOf(ports.documents, z.enum(commandKinds).parse(kind)))?.command.state;
}

test('misuse is told from failure, and help from both', async () => {
  for (const command of [['retrain'], ['models'], ['models', 'use'], ['models', 'import']])
    expect((await millrace(...command, '--help')).code).toBe(0);
  expect((await millrace('models', 'use')).code).toBe(2);
  expect((await millrace('retrain', '--soon')).code).toBe(2);
  for (const share of ['0', '1', '100%', 'half', ''])
    expect(await millrace('models', 'use', '1', '--share', share)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/between 0 and 1, such as 0\.1 or 10%/),
    });
  for (const [set, said] of [
    ['factor=64', /Did you mean 'factors'/],
    ['factors', /Write NAME=VALUE/],
    ['factors=0', /--set: model\.factors is 0/],
    ['refresh.threshold=2', /says how any model is kept up/],
  ] as const)
    expect(await millrace('retrain', '--set', set)).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
  expect((await millrace('models', '--data', join(folder, 'nothing'))).code).toBe(1);
  const empty = await millrace('models', 'import', join(folder, 'nothing'), '--data', data);
  expect(empty).toMatchObject({ code: 1, stderr: expect.stringMatching(/BROKEN_GENERATION/) });
  const cron = await millraceWith({ MILLRACE_MODEL_GENERATIONS_SCHEDULE: 'soon' }, 'models', '--data', data);
  expect(cron).toMatchObject({ code: 2, stderr: expect.stringMatching(/no cron expression/) });
});

/** `millrace replay` as an operator uses it: dry, real, twice, from a datetime, switched in and back, dropped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPorts } from '../../src/app/compose.ts';
import { configure } from '../../src/app/configure.ts';
import { loadApplication } from '../../src/cli/application.ts';
import { beginReplay, planOf } from '../../src/cli/replay/prepare.ts';
import type { RequestFlags } from '../../src/cli/replay/request.ts';
import { json, millrace } from '../support/cli.ts';

const ratings = 600;
let data: string;
/** What is live, before anything was replayed. */
let live: Record<string, unknown>;
/** What was live at half time. */
let half: Record<string, unknown>;
/** Between the ratings of the first half and those of the second. */
let halfTime: string;

const at = (...words: string[]) => json(...words, '--data', data);
const settings = () => ({ data, transport: 'embedded', documents: 'sqlite' }) as const;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'millrace-replay-'));
  await at('generate', '--count', String(ratings / 2), '--rate', '0');
  half = await at('run', '--until-caught-up');
  halfTime = new Date(Date.now() + 1).toISOString();
  await at('generate', '--count', String(ratings / 2), '--rate', '0');
  live = await at('run', '--until-caught-up');
});
afterAll(() => rmSync(data, { recursive: true }));

/** Where every topic ends that is not of a namespace, and what its documents are. */
async function liveState(): Promise<unknown> {
  await using ports = await openPorts({ ...settings(), namespace: 'main' });
  const { transport, documents } = ports;
  const topics = (await transport.topics()).filter(({ topic }) => !topic.includes('.'));
  const ends: unknown[] = [];
  for (const { topic, partitions } of topics)
    for (let partition = 0; partition < partitions; partition++)
      ends.push([topic, partition, (await transport.bounds({ topic, partition })).end]);
  const served: unknown[] = [];
  for (const collection of ['items', 'aggregates', 'models', 'profiles', 'recommendations'])
    served.push(await documents.list({ collection, limit: 100_000 }));
  return { ends, served };
}

const counts = ({ accepted, deadLetters }: Record<string, unknown>) => ({ accepted, deadLetters });
const hashes = ({ modelHash, recommendationsHash }: Record<string, unknown>) => ({ modelHash, recommendationsHash });

describe('a replay', () => {
  test('that is dry says what it would read and write, and does nothing', async () => {
    const before = await liveState();
    const plan = await at('replay', '--into', 'dry', '--dry-run');
    expect(plan).toMatchObject({
      dryRun: true,
      namespace: 'dry',
      base: 'main',
      records: expect.any(Number),
      collections: expect.arrayContaining(['dry.recommendations']),
      groups: expect.arrayContaining(['dry.train']),
      leftBehind: [],
    });
    expect(plan['topics']).toContainEqual({ topic: 'dry.ratings-by-item', partitions: 4, exists: false });
    const { stdout } = await millrace('replay', '--into', 'dry', '--dry-run', '--data', data);
    expect(stdout).toContain("Nothing of 'main' is written.");
    expect(stdout).toMatch(/ratings +0 +0 +\d+/);
    expect(await liveState()).toEqual(before);
    expect(await at('replay', 'list')).toEqual({ active: 'main', namespaces: [] });
  });

  test('of everything has the outcome of what is live, twice, and leaves that as it was', async () => {
    const before = await liveState();
    const first = await at('replay', '--into', 'again');
    expect(first).toMatchObject({ namespace: 'again', finished: true, active: 'main', ...counts(live) });
    const second = await at('replay', '--into', 'again');
    expect(second).toMatchObject({ finished: true, records: 0 });
    expect(hashes(second)).toEqual(hashes(first));
    expect(await liveState()).toEqual(before);
    expect(await at('run', '--until-caught-up')).toMatchObject({ ...counts(live), ...hashes(live) });
  });

  test('to a datetime has, to the bit, what was live by then', async () => {
    const until = await at('replay', '--into', 'half', '--to', halfTime);
    expect(until).toMatchObject({ finished: true, ...counts(half), ...hashes(half) });
  });

  test('from a datetime begins with what came since', async () => {
    const since = await at('replay', '--into', 'since', '--from', halfTime);
    expect(since).toMatchObject({ finished: true, accepted: ratings / 2 });
  });

  test('goes on as it was begun; another beginning for the same name is misuse', async () => {
    const { code, stderr } = await millrace('replay', '--into', 'since', '--from', 'earliest', '--data', data);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('was begun with from') });
    expect(await at('replay', '--into', 'since')).toMatchObject({ records: 0, accepted: ratings / 2 });
  });

  test('to offsets stops exactly there', async () => {
    const flags = ['--topology', 'intake', '--to', 'ratings/0:10,ratings/1:0,ratings/2:0,ratings/3:0'];
    expect(await at('replay', '--into', 'ten', ...flags)).toMatchObject({ records: 10, accepted: 10 });
  });

  test('of a topology whose readers are left behind is not switched in', async () => {
    const { code, stderr } = await millrace('replay', 'switch', 'ten', '--data', data);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT_READY') });
  });

  test.each([
    [['--into', 'Main'], 'cannot name a namespace'],
    [['--into', 'x', '--from', 'yesterday'], 'says no point in the log'],
    [['--into', 'x', '--from', 'ratings/9:1'], "'ratings/9' is not read"],
    [['--into', 'x', '--from', 'ratings/0:1000000'], 'lies outside of the log'],
    [['--into', 'x', '--topology', 'recommend'], 'which is not replayed with it'],
    [['--into', 'x', '--topology', 'nobody'], "There is no topology 'nobody'"],
    [['--into', 'x', '--partitions', '2'], 'does not fit together'],
  ])('%j is refused and begins nothing', async (flags, why) => {
    const { code, stderr } = await millrace('replay', ...flags, '--data', data);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toContain(why);
    expect((await millrace('replay', 'list', '--data', data)).stdout).not.toMatch(/^x /m);
  });
});

describe('a switch', () => {
  test('makes every command see the namespace; taken back, what was there before', async () => {
    expect(await at('replay', 'switch', 'since')).toEqual({ active: 'since', before: 'main' });
    expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: ratings / 2 });
    expect(await at('run', '--until-caught-up', '--namespace', 'main')).toMatchObject(counts(live));
    expect(await at('replay', 'switch', '--back')).toEqual({ active: 'main', before: 'since' });
    expect(await at('run', '--until-caught-up')).toMatchObject(counts(live));
  });

  test('goes on with what comes after the end of the replay', async () => {
    await at('replay', 'switch', 'since');
    await at('generate', '--count', '20', '--rate', '0');
    expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: ratings / 2 + 20 });
    await at('replay', 'switch', '--back');
    expect(await at('run', '--until-caught-up')).toMatchObject({ accepted: ratings + 20 });
  });

  test('is refused for a namespace that is behind, which then goes on between the offsets it was begun with', async () => {
    const { accepted } = await at('run', '--until-caught-up');
    await begun('late', { from: halfTime });
    await at('generate', '--count', '20', '--rate', '0');
    const { code, stderr } = await millrace('replay', 'switch', 'late', '--data', data);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOT_READY: 'late' is \d+ records behind/),
    });
    expect(await at('replay', '--into', 'late', '--switch')).toMatchObject({
      finished: true,
      active: 'late',
      accepted: Number(accepted) - ratings / 2,
    });
    await at('replay', 'switch', '--back');
  });
});

/** A replay whose process ended before it read anything. */
async function begun(name: string, flags: RequestFlags): Promise<void> {
  const application = await loadApplication({}, configure({ environment: {} }).config);
  await using base = await openPorts(settings());
  await beginReplay(await planOf({ name, flags, application, base }), base);
}

test('a dropped namespace is gone, and its name is not given again', async () => {
  const dropped = await at('replay', 'drop', 'again');
  expect(dropped).toMatchObject({ namespace: 'again', topics: expect.arrayContaining(['again.dead-letters']) });
  await using ports = await openPorts(settings());
  expect((await ports.transport.topics()).filter(({ topic }) => topic.startsWith('again.'))).toEqual([]);
  expect(await ports.documents.list({ collection: 'again.recommendations', limit: 1 })).toEqual([]);
  const { code, stderr } = await millrace('replay', '--into', 'again', '--data', data);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('was dropped') });
});

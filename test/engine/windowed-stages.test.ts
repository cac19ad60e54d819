/** Windows over a stream that several tasks re-key: they wait for the one that is furthest behind. */
import { describe, expect, test } from 'vitest';
import type { TaskRunner } from '../../src/engine/runner.ts';
import { days, hopping, hours, seconds, session, tumbling, type Windows } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { partitionOf } from '../../src/transport/partitioner.ts';
import { type Click, clicks, clicksByPage, rekey, visits, visitsOf } from '../support/clicks.ts';
import { Random } from '../support/random.ts';
import { World } from '../support/world.ts';
import { type Event, naive, type NaiveWindow } from './windows/naive.ts';

const monday = 1_699_833_600_000;
/** One visitor for each of two partitions. */
const visitors = [0, 1].map(
  partition => ['ann', 'bob', 'cid', 'dan'].find(name => partitionOf(name, 2) === partition) ?? '',
);

/** Clicks of one partition, in order but for what its lateness allows. */
function clicksOf(partition: number, from: number, random: Random): Click[] {
  return Array.from({ length: 60 }, (_, n) => ({
    id: 100 * partition + n,
    visitor: visitors[partition] ?? '',
    page: random.pick(['home', 'help', 'shop']),
    at: from + n * hours(1) - random.below(clicks.lateness),
  }));
}

/** Each window with every click in it: with nothing late, the order of the clicks does not matter. */
function naiveOf(sent: readonly Click[], windows: Windows): string[] {
  const events = sent.map(({ id, page, at }): Event => ({ id, key: page, time: at })).sort((a, b) => a.time - b.time);
  const result = naive(events, windows, 0);
  return [...result.closed, ...result.open].map(shown).sort();
}

const shown = ({ key, start, events }: Pick<NaiveWindow, 'key' | 'start' | 'events'>): string =>
  `${start} ${key}: ${events.toSorted((a, b) => a - b).join(' ')}`;

const told = async (world: World): Promise<string[]> =>
  (await world.output(visits)).map(({ value, ...window }) => shown({ ...window, events: value })).sort();

async function finish(run: TaskRunner): Promise<void> {
  let epochs = 0;
  while (epochs++ < 500 && (await run.step()));
  expect(epochs).toBeLessThan(500);
}

async function worldOf(windows: Windows): Promise<World> {
  const partitions = (topic: string): number => (topic === clicks.name ? 2 : 1);
  const world = await World.of([rekey, visitsOf(windows, { emit: 'close' }, clicksByPage)], {
    partitions,
    maxRecords: 7,
  });
  world.clock.time = monday + days(30);
  return world;
}

/** Lets time pass until every window has closed, with no further event. */
async function outwait(world: World, runs: readonly TaskRunner[]): Promise<void> {
  for (const wait of [clicks.idleAfter, days(30), seconds(2), seconds(2)]) {
    world.clock.time += wait;
    for (const run of runs) await finish(run);
  }
}

describe.for([
  ['tumbling windows', tumbling({ size: hours(4) })],
  ['hopping windows', hopping({ size: hours(6), every: hours(2), grace: hours(1) })],
  ['sessions', session({ gap: hours(2) })],
] as const)('%s', ([, windows]) => {
  const random = new Random(7);
  const sent = [clicksOf(0, monday + days(6), random), clicksOf(1, monday, random)] as const;
  const all = naiveOf(sent.flat(), windows);

  test('lose nothing when one task is through, days ahead of the other', async () => {
    const world = await worldOf(windows);
    await world.send(clicks, ...sent.flat());
    const [ahead, behind] = [await world.open('rekey', 0), await world.open('rekey', 1)];
    const reader = await world.open('visits');
    await finish(ahead);
    await finish(reader);
    expect(await told(world)).toEqual([]);
    await finish(behind);
    await finish(reader);
    await outwait(world, [ahead, behind, reader]);
    expect(await told(world)).toEqual(all);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('lose nothing when another worker takes a task over in the middle, and the first one still tries', async () => {
    const world = await worldOf(windows);
    await world.send(clicks, ...sent.flat());
    const [ahead, first] = [await world.open('rekey', 0), await world.open('rekey', 1)];
    let reader = await world.open('visits');
    for (let n = 0; n < 4; n++) for (const run of [ahead, first, reader]) await run.step();
    const second = await world.open('rekey', 1, { store: World.emptyStore() });
    await expect(first.step()).rejects.toMatchObject({ code: 'FENCED' });
    for (let n = 0; n < 2; n++) for (const run of [second, reader]) await run.step();
    reader = await world.open('visits', 0, { store: World.emptyStore() });
    for (const run of [ahead, second, reader]) await finish(run);
    await outwait(world, [ahead, second, reader]);
    expect(await told(world)).toEqual(all);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('do not wait for ever for a partition that has turned idle', async () => {
    const world = await worldOf(windows);
    const [some, more] = [clicksOf(0, monday, random), clicksOf(1, monday, random)];
    await world.send(clicks, ...some, ...more.slice(0, 5));
    const runs = [await world.open('rekey', 0), await world.open('rekey', 1), await world.open('visits')] as const;
    for (const run of runs) await finish(run);
    const before = await told(world);
    world.clock.time += clicks.idleAfter;
    for (const run of runs) await finish(run);
    world.clock.time += hours(40);
    for (const run of runs) await finish(run);
    const after = await told(world);
    expect(after.length).toBeGreaterThan(before.length + 5);
    const late = naiveOf([...some, ...more.slice(0, 5)], windows);
    for (const window of after) expect(late).toContain(window);
    expect(await world.output(deadLetters)).toEqual([]);
  });
});

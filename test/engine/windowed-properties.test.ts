/** Windows inside of the engine: epochs cut anywhere, crashes at any step, lost disks and bad records change nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steps } from '../../src/engine/epoch.ts';
import { calendar, hopping, session, sliding, tumbling, type Windows } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { type Click, clicks, poisonPage, type Visit, visits, visitsOf } from '../support/clicks.ts';
import { repeats } from '../support/consumer.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';
import { type Event, naive, type NaiveResult, type NaiveWindow } from './windows/naive.ts';

const kinds: readonly Windows[] = [
  tumbling({ size: 20, grace: 4 }),
  tumbling({ size: 7 }),
  hopping({ size: 30, every: 10, grace: 3 }),
  hopping({ size: 20, every: 15 }),
  session({ gap: 9, grace: 2 }),
  session({ gap: 4 }),
  sliding({ size: 12, grace: 5 }),
  sliding({ size: 20, resolution: 4 }),
  calendar({ unit: 'day', zone: 'America/Sao_Paulo', grace: 3 }),
];

const clickLists = fc
  .array(
    fc.record({ page: fc.constantFrom('home', 'help', 'shop', poisonPage), jitter: fc.integer({ min: -30, max: 9 }) }),
    { minLength: 5, maxLength: 60 },
  )
  .map(list => list.map(({ page, jitter }, id): Click => ({ id, visitor: 'ann', page, at: 4 * id + jitter - 50 })));

const events = (sent: readonly Click[]): Event[] =>
  sent.filter(({ page }) => page !== poisonPage).map(({ id, page, at }) => ({ id, key: page, time: at }));

const naiveOf = (sent: readonly Click[], windows: Windows): NaiveResult =>
  naive(events(sent), windows, clicks.lateness);

const asNaive = ({ key, start, end, value }: Visit): NaiveWindow => ({
  key,
  start,
  end,
  events: [...value].sort((a, b) => a - b),
});

/** Crashes at random steps, now and then losing the disk. */
async function run(world: World, random: Random): Promise<void> {
  world.observer = {
    step: () => {
      if (random.chance(0.15 / steps.length)) throw new Crash();
    },
  };
  let store = world.store;
  await settle(world, () => {
    if (random.chance(0.3)) store = World.emptyStore();
    return { store };
  });
}

async function close(world: World): Promise<void> {
  await world.transport.close();
  await world.documents.close();
}

const lateOffsets = async (world: World): Promise<number[]> =>
  (await world.output(deadLetters))
    .filter(({ reason }) => reason.startsWith('late'))
    .map(({ offset }) => offset)
    .sort((a, b) => a - b);

/** The latest result of each window that was not taken back. */
function standing(told: readonly Visit[]): NaiveWindow[] {
  const latest = new Map<string, Visit>();
  for (const visit of told) {
    const id = JSON.stringify([visit.start, visit.key]);
    if (visit.retracted) latest.delete(id);
    else latest.set(id, visit);
  }
  return [...latest.values()].map(asNaive).sort(byPlace);
}
const byPlace = (a: NaiveWindow, b: NaiveWindow): number => a.start - b.start || (a.key < b.key ? -1 : 1);

const cases = [
  fc.constantFrom(...kinds),
  clickLists,
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 1_000_000 }),
] as const;

test('on close, every window is told once and as its definition says', async () => {
  await fc.assert(
    fc.asyncProperty(...cases, async (windows, sent, maxRecords, seed) => {
      const world = await World.of([visitsOf(windows, { emit: 'close' })], { maxRecords });
      await world.send(clicks, ...sent);
      await run(world, new Random(seed));
      const expected = naiveOf(sent, windows);
      expect((await world.output(visits)).map(asNaive)).toEqual(expected.closed);
      expect(await lateOffsets(world)).toEqual(expected.late);
      await repeats(world.transport, visits.name);
      await close(world);
    }),
    { numRuns: 80 },
  );
});

test('on update, what stands in the end is what the definition says, whatever the throttle', async () => {
  await fc.assert(
    fc.asyncProperty(...cases, fc.constantFrom(0, 0, 10), async (windows, sent, maxRecords, seed, throttle) => {
      const world = await World.of([visitsOf(windows, { emit: 'update', throttle })], { maxRecords });
      const random = new Random(seed);
      for (let n = 0; n < sent.length; n += 15) {
        await world.send(clicks, ...sent.slice(n, n + 15));
        await run(world, random);
        world.clock.time += random.below(20);
      }
      world.clock.time += throttle;
      await run(world, random);
      const expected = naiveOf(sent, windows);
      const told = await world.output(visits);
      expect(standing(told)).toEqual([...expected.closed, ...expected.open].sort(byPlace));
      expect(await lateOffsets(world)).toEqual(expected.late);
      await repeats(world.transport, visits.name);
      await close(world);
      if (windows.kind !== 'tumbling') return;
      const counted = standing(told).reduce((sum, window) => sum + window.events.length, 0);
      expect(counted + expected.late.length).toBe(events(sent).length);
    }),
    { numRuns: 80 },
  );
});

test('periodically, the very same is told wherever epochs end and whatever crashes, and in the end what the definition says', async () => {
  await fc.assert(
    fc.asyncProperty(...cases, fc.constantFrom(1, 5, 40), async (windows, sent, maxRecords, seed, every) => {
      const tell = async (limit: number, random: Random | undefined): Promise<Visit[]> => {
        const world = await World.of([visitsOf(windows, { emit: { every } })], { maxRecords: limit });
        await world.send(clicks, ...sent);
        await (random === undefined ? settle(world) : run(world, random));
        const told = await world.output(visits);
        await close(world);
        return told;
      };
      const told = await tell(maxRecords, new Random(seed));
      expect(told).toEqual(await tell(1_000, undefined));
      const { closed } = naiveOf(sent, windows);
      const ends = new Set(closed.map(({ key, start }) => `${start} ${key}`));
      const stands = standing(told).filter(({ key, start }) => ends.has(`${start} ${key}`));
      expect(stands).toEqual(closed.toSorted(byPlace));
    }),
    { numRuns: 80 },
  );
});

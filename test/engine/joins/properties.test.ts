/** Joins inside of the engine: however inputs are interleaved and epochs cut, whoever crashes, the results are the definition's. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { steps } from '../../../src/engine/epoch.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { Random } from '../../support/random.ts';
import { repeats } from '../../support/consumer.ts';
import {
  type Encounter,
  encounters,
  guests,
  hosts,
  type How,
  meet,
  poisonPlace,
  type Visit,
  visit,
} from '../../support/encounters.ts';
import { Crash, settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';
import { partitionOf } from '../../../src/transport/partitioner.ts';
import { type Event, naiveJoin, type NaiveJoin } from './naive.ts';

const partitions = 2;

const hows: readonly How[] = [
  { kind: 'inner', before: 5, after: 5, grace: 0 },
  { kind: 'left', before: 0, after: 9, grace: 2 },
  { kind: 'left', before: 7, after: 2, grace: 4 },
  { kind: 'outer', before: 3, after: 8, grace: 0 },
  { kind: 'outer', before: 0, after: 0, grace: 1 },
  { kind: 'outer', before: 6, after: 6, grace: 3 },
];

const visitLists = fc
  .array(
    fc.record({
      place: fc.constantFrom('bar', 'pub', 'inn', poisonPlace),
      jitter: fc.integer({ min: -25, max: 9 }),
    }),
    { maxLength: 40 },
  )
  .map(list => list.map(({ place, jitter }, id): Visit => visit(id, 3 * id + jitter, { place })));

/** Sends both inputs piece by piece, as chance has it; crashes at random steps, now and then losing the disk. */
async function run(world: World, inputs: readonly [readonly Visit[], readonly Visit[]], random: Random): Promise<void> {
  world.observer = {
    step: () => {
      if (random.chance(0.12 / steps.length)) throw new Crash();
    },
  };
  const [left, right] = [[...inputs[0]], [...inputs[1]]];
  for (let tosses = 0; left.length + right.length > 0; tosses++) {
    expect(tosses).toBeLessThan(1_000);
    const isLeft = random.chance(0.5);
    const some = (isLeft ? left : right).splice(0, random.between(1, 12));
    if (some.length > 0) await world.send(isLeft ? guests : hosts, ...some);
    if (random.chance(0.7)) await settled(world, random);
  }
  await settled(world, random);
}

async function settled(world: World, random: Random): Promise<void> {
  await settle(world, () => {
    if (random.chance(0.3)) world.store = World.emptyStore();
    return { store: world.store };
  });
}

/** By the definition, partition by partition. */
function expected(how: How, inputs: readonly [readonly Visit[], readonly Visit[]]): NaiveJoin[] {
  const lateness = { left: guests.lateness, right: hosts.lateness };
  return Array.from({ length: partitions }, (_, partition) => {
    const [left, right] = inputs.map(list => eventsIn(list, partition));
    return naiveJoin(how, left ?? [], right ?? [], lateness);
  });
}

const eventsIn = (list: readonly Visit[], partition: number): Event[] =>
  list
    .filter(({ place }) => partitionOf(place, partitions) === partition)
    .map(({ id, place, at }) => ({ id, key: place, time: at }));

/** A record that the pipe fails on becomes a dead letter and counts for nothing. */
const sound = (sent: readonly Visit[]): Visit[] => sent.filter(({ place }) => place !== poisonPlace);

const text = ({ guest, host }: Pick<Encounter, 'guest' | 'host'>): string => `${guest ?? '-'}+${host ?? '-'}`;

const asText = (naive: NaiveJoin, isOver: (after: number, mark: number) => boolean): string[] => [
  ...naive.met.map(([guest, host]) => text({ guest, host })),
  ...naive.aloneLeft.filter(({ after }) => isOver(after, naive.mark)).map(({ id }) => text({ guest: id, host: null })),
  ...naive.aloneRight.filter(({ after }) => isOver(after, naive.mark)).map(({ id }) => text({ guest: null, host: id })),
];

const told = async (world: World): Promise<string[]> => (await world.output(encounters)).map(text).sort();

const decoder = new Decoder(guests.schema);
const visitOf = (bytes: Uint8Array): Visit | undefined => decoder.decode(Buffer.from(bytes), 0, bytes.length);

const late = async (world: World): Promise<string[]> =>
  (await world.output(deadLetters))
    .filter(({ reason }) => reason.startsWith('late'))
    .map(({ topic, bytes }) => `${topic} ${visitOf(bytes)?.id}`)
    .sort();

test('every two that meet are told once, everybody alone once their window has closed, and who is late is a dead letter', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...hows),
      visitLists,
      visitLists,
      fc.integer({ min: 2, max: 16 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (how, left, right, maxRecords, seed) => {
        const world = await World.of([meet(how)], { partitions, maxRecords });
        const random = new Random(seed);
        await run(world, [left, right], random);
        const naive = expected(how, [sound(left), sound(right)]);
        expect(await told(world)).toEqual(naive.flatMap(each => asText(each, (after, mark) => after < mark)).sort());
        world.clock.time += 10_000_000;
        await settled(world, random);
        world.clock.time += 10_000_000;
        await settled(world, random);
        expect(await told(world)).toEqual(naive.flatMap(each => asText(each, () => true)).sort());
        expect(await late(world)).toEqual(
          naive
            .flatMap(({ lateLeft, lateRight }) => [
              ...lateLeft.map(id => `guests ${id}`),
              ...lateRight.map(id => `hosts ${id}`),
            ])
            .sort(),
        );
        for (let task = 0; task < partitions; task++) expect([...world.store.entries(`meet/${task}`)]).toEqual([]);
        await repeats(world.transport, encounters.name);
        await world.transport.close();
        await world.documents.close();
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);

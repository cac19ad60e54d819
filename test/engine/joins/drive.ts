/** What the properties of joins share: visits by chance, inputs interleaved by chance, and crashes. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { steps } from '../../../src/engine/epoch.ts';
import type { Topology } from '../../../src/engine/topology.ts';
import { Decoder } from '../../../src/stream/decoder.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { repeats } from '../../support/consumer.ts';
import { encounters, guests, hosts, nobodys, poisonPlace, type Visit, visit } from '../../support/encounters.ts';
import { Random } from '../../support/random.ts';
import { Crash, settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';

export const partitions = 2;

export const visitsOf = (places: readonly string[], tables: readonly string[]): fc.Arbitrary<Visit[]> =>
  fc
    .array(
      fc.record({
        place: fc.constantFrom(...places, poisonPlace),
        table: fc.constantFrom(...tables),
        jitter: fc.integer({ min: -25, max: 9 }),
      }),
      { maxLength: 40 },
    )
    .map(list => list.map(({ place, table, jitter }, id): Visit => visit(id, 3 * id + jitter, { place, table })));

/** Of the places one lies in a partition with the one that fails, two in the other. */
const places = ['bar', 'cafe', 'club'];
export const visitLists = visitsOf(places, ['one', 'two', nobodys]);

export interface Worlds<H> {
  readonly hows: readonly H[];
  readonly topology: (how: H) => Topology;
  readonly left?: fc.Arbitrary<Visit[]>;
  readonly right?: fc.Arbitrary<Visit[]>;
  readonly partitions?: number | ((topic: string) => number);
}

/** What was sent to a world, all of which has been taken; after two quiet nights nothing waits any more. */
export interface Given<H> {
  readonly how: H;
  readonly left: readonly Visit[];
  readonly right: readonly Visit[];
  readonly nights: () => Promise<void>;
}

/** Judges worlds of any lists, interleaved and cut by chance, in which workers crash; what was written twice is the same bytes. */
export const inWorlds = <H>(
  { hows, topology, left = visitLists, right = visitLists, ...of }: Worlds<H>,
  judge: (world: World, given: Given<H>) => Promise<void>,
) =>
  fc.asyncProperty(
    fc.constantFrom(...hows),
    left,
    right,
    fc.integer({ min: 2, max: 16 }),
    fc.integer({ min: 1, max: 1_000_000 }),
    async (how, guestList, hostList, maxRecords, seed) => {
      const world = await World.of([topology(how)], { partitions: of.partitions ?? partitions, maxRecords });
      const random = new Random(seed);
      await run(world, [guestList, hostList], random);
      const nights = async (): Promise<void> => {
        for (let night = 0; night < 2; night++) {
          world.clock.time += 10_000_000;
          await settled(world, random);
        }
      };
      await judge(world, { how, left: guestList, right: hostList, nights });
      await repeats(world.transport, encounters.name);
      await world.transport.close();
      await world.documents.close();
    },
  );

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

const decoder = new Decoder(guests.schema);

/** Numbers of those who were late, by stream, in order. */
export const late = async (world: World): Promise<string[]> =>
  (await world.output(deadLetters))
    .filter(({ reason }) => reason.startsWith('late'))
    .map(({ topic, bytes }) => `${topic} ${decoder.decode(Buffer.from(bytes), 0, bytes.length)?.id}`)
    .sort();

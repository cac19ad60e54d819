import { describe, expect, test } from 'vitest';
import { steps } from '../../../src/engine/epoch.ts';
import { BuildError } from '../../../src/engine/errors.ts';
import type { TaskRunner } from '../../../src/engine/runner.ts';
import { topology, type Topology } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { records, repeats } from '../../support/consumer.ts';
import { attend, encounters, greet, guests, hosts, nobodys, type Visit, visit } from '../../support/encounters.ts';
import { Crash, settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';

const { lateness: guestsLate, idleAfter } = guests;
const { lateness: hostsLate } = hosts;

async function running(built: Topology): Promise<{ world: World; run: TaskRunner }> {
  const world = await World.of([built]);
  return { world, run: await world.open(built.name) };
}

async function finish(run: TaskRunner): Promise<void> {
  for (let epochs = 0; await run.step(); epochs++) expect(epochs).toBeLessThan(20);
}

/** `guest+host@time`, with `-` for nobody, of the place that everybody is in. */
const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters))
    .filter(({ place }) => place === 'bar')
    .map(({ guest, host, at }) => `${guest ?? '-'}+${host ?? '-'}@${at}`);

/** Somebody elsewhere on each side, so that event time comes to `time`. */
async function passed(world: World, time: number): Promise<void> {
  await world.send(guests, visit(98, time + guestsLate, { place: 'nowhere' }));
  await world.send(hosts, visit(99, time + hostsLate, { place: 'elsewhere' }));
}

describe('a value of a stream joined with a table', () => {
  test('has the version of its own event time, whichever was read first, and one of the same time counts', async () => {
    for (const guestsFirst of [true, false]) {
      const { world, run } = await running(greet({ kind: 'left', grace: 0 }));
      const guestsCome = (): Promise<void> => world.send(guests, ...[199, 200, 299, 300, 301].map(at => visit(at, at)));
      if (guestsFirst) await guestsCome();
      await finish(run);
      await world.send(hosts, visit(2, 200), visit(3, 300));
      await finish(run);
      if (!guestsFirst) await guestsCome();
      await passed(world, 400);
      await finish(run);
      expect(await told(world)).toEqual(['199+-@199', '200+2@200', '299+2@299', '300+3@300', '301+3@301']);
    }
  });

  test('is told when event time of both has passed it and the grace, and not before', async () => {
    const { world, run } = await running(greet({ kind: 'inner', grace: 10 }));
    await world.send(hosts, visit(1, 50), visit(2, 111 + hostsLate));
    await world.send(guests, visit(3, 100), visit(4, 110 + guestsLate, { place: 'nowhere' }));
    await finish(run);
    expect(await told(world)).toEqual([]);
    await world.send(guests, visit(5, 111 + guestsLate, { place: 'nowhere' }));
    await finish(run);
    expect(await told(world)).toEqual(['3+1@100']);
  });

  test('has what came out of order within the grace; what comes later still is late', async () => {
    const { world, run } = await running(greet({ kind: 'inner', grace: 10 }));
    await world.send(hosts, visit(1, 50), visit(2, 110 + hostsLate), visit(3, 100), visit(4, 99));
    await world.send(guests, visit(5, 105));
    await passed(world, 1_000);
    await finish(run);
    expect(await told(world)).toEqual(['5+3@105']);
    expect(await world.output(deadLetters)).toMatchObject([
      { topic: 'hosts', offset: 3, reason: expect.stringContaining("late for 'greeted'") },
    ]);
    await world.send(guests, visit(6, 900));
    await finish(run);
    expect(await world.output(deadLetters)).toMatchObject([{}, { topic: 'guests' }]);
  });

  test('has none where the version says that the key is no more, from then on', async () => {
    const { world, run } = await running(greet({ kind: 'left', grace: 0 }));
    await world.send(hosts, visit(1, 100), visit(2, 200, { table: nobodys }), visit(3, 300));
    await world.send(guests, ...[150, 250, 350].map(at => visit(at, at)));
    await passed(world, 1_000);
    await finish(run);
    expect(await told(world)).toEqual(['150+1@150', '250+-@250', '350+3@350']);
  });

  test('is left out by an inner join where the key has no version', async () => {
    const { world, run } = await running(greet({ kind: 'inner', grace: 0 }));
    await world.send(hosts, visit(1, 100));
    await world.send(guests, visit(2, 99), visit(3, 101));
    await passed(world, 1_000);
    await finish(run);
    expect(await told(world)).toEqual(['3+1@101']);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('is told though nothing comes any more, and the table is what is kept', async () => {
    const { world, run } = await running(greet({ kind: 'left', grace: 0 }));
    await world.send(
      hosts,
      visit(1, 100),
      visit(2, 101, { place: 'pub' }),
      visit(3, 102, { place: 'pub', table: nobodys }),
    );
    await world.send(guests, visit(4, 103));
    await finish(run);
    world.clock.time += idleAfter;
    await finish(run);
    world.clock.time += 1_000;
    await finish(run);
    expect(await told(world)).toEqual(['4+1@103']);
    expect([...world.store.entries('greet/0')].map(({ key }) => key)).toEqual(['R|bar']);
  });

  test('is found again by another worker, as is the table', async () => {
    const { world, run } = await running(greet({ kind: 'inner', grace: 0 }));
    await world.send(hosts, visit(1, 100), visit(2, 500));
    await world.send(guests, visit(3, 150), visit(4, 600));
    await finish(run);
    const again = await world.open('greet');
    await passed(world, 1_000);
    await finish(again);
    expect(await told(world)).toEqual(['3+1@150', '4+2@600']);
  });

  test('carries a watermark that is never ahead of what is yet to be told', async () => {
    const { world, run } = await running(greet({ kind: 'left', grace: 5 }));
    await world.send(guests, ...[5, 3, 1].map(n => visit(n, 100 + n, { place: `place ${n}` })));
    await passed(world, 10_000);
    await finish(run);
    const written = (await records(world.transport, encounters)).filter(({ value }) => value !== undefined);
    expect(written.map(({ value }) => value?.guest)).toEqual([1, 3, 5]);
    for (const [index, { watermark }] of written.entries()) {
      const rest = written.slice(index + 1).map(({ value }) => value?.at ?? Infinity);
      expect(watermark).toBeLessThanOrEqual(Math.min(...rest));
    }
  });
});

describe('two tables joined', () => {
  const changes = async (kind: 'inner' | 'left' | 'outer'): Promise<string[]> => {
    const { world, run } = await running(attend({ kind, grace: 0 }));
    await world.send(hosts, visit(20, 200), visit(40, 400), visit(50, 500, { table: nobodys }));
    await finish(run);
    await world.send(
      guests,
      visit(10, 100),
      visit(30, 300),
      visit(60, 600, { table: nobodys }),
      visit(70, 700, { table: nobodys }),
    );
    await passed(world, 10_000);
    await finish(run);
    return told(world);
  };

  test('have a row while both have the key: each change is told in the order of time, and its end with what it was', async () => {
    expect(await changes('inner')).toEqual(['10+20@200', '30+20@300', '30+40@400', '-31+-41@500']);
  });

  test('have a row while the left one has the key', async () => {
    expect(await changes('left')).toEqual(['10+-@100', '10+20@200', '30+20@300', '30+40@400', '30+-@500', '-31+-@600']);
  });

  test('have a row while one of them has the key', async () => {
    const { world, run } = await running(attend({ kind: 'outer', grace: 0 }));
    await world.send(hosts, visit(1, 100), visit(2, 200, { table: nobodys }));
    await world.send(guests, visit(3, 150), visit(4, 250, { table: nobodys }));
    await passed(world, 10_000);
    await finish(run);
    expect(await told(world)).toEqual(['-+1@100', '3+1@150', '3+-@200', '-4+-@250']);
  });

  test('come to the same where versions of one key come out of order within the grace', async () => {
    const { world, run } = await running(attend({ kind: 'inner', grace: 50 }));
    await world.send(hosts, visit(1, 140), visit(2, 100));
    await world.send(guests, visit(3, 120));
    await passed(world, 1_000);
    await finish(run);
    expect(await told(world)).toEqual(['3+2@120', '3+1@140']);
  });
});

test.for([greet({ kind: 'left', grace: 0 }), attend({ kind: 'left', grace: 0 })])(
  'a crash before and after each step of each epoch changes nothing that $name tells, to the byte',
  async built => {
    const outcomes = new Set<string>();
    for (const step of [undefined, ...steps]) {
      const { world } = await running(built);
      const seen = new Set<string>();
      world.observer = {
        step: (task, name, when) => {
          const moment = `${task.epoch} ${when}`;
          if (name !== step?.name || seen.has(moment)) return;
          seen.add(moment);
          throw new Crash();
        },
      };
      await world.send(guests, visit(1, 100), visit(2, 101), visit(3, 300));
      await settle(world);
      await world.send(hosts, visit(4, 100), visit(5, 300));
      await settle(world);
      await passed(world, 1_000);
      expect((await settle(world)) > 1).toBe(step !== undefined);
      outcomes.add(JSON.stringify(await told(world)));
      await repeats(world.transport, encounters.name);
    }
    expect(outcomes.size).toBe(1);
  },
);

const slip: object = { withn: 5 };
const outer: object = { kind: 'outer' };

test.for([
  ['an option that does not exist', "no 'withn' among the options of 'greeted'", slip],
  ['a kind that does not exist', "a join of kind 'outer' with a table", outer],
  ['a grace that is no duration', "'grace' of a join cannot be -1", { grace: -1 }],
] as const)('%s is refused by a join with a table', async ([, says, more]) => {
  const result = (guest: Visit, host: Visit) => ({ place: '', guest: guest.id, host: host.id, at: 0 });
  const built = topology('greet', task => {
    const joined = task.joinTable<Visit, Visit, ReturnType<typeof result>>('greeted', task.read(hosts), {
      kind: 'inner',
      result,
      ...more,
    });
    task.read(guests).pipe(joined).subscribe(task.write(encounters));
  });
  await expect(World.of([built])).rejects.toThrow(says);
});

test('a join after a join with a table is refused', async () => {
  const built = topology('greet', task => {
    const joined = task.joinTable('greeted', task.read(hosts), { kind: 'inner', result: (guest: Visit) => guest });
    const twice = task.join('met', task.read(hosts), {
      kind: 'inner',
      within: 5,
      result: (guest: Visit, host: Visit) => ({ place: '', guest: guest.id, host: host.id, at: 0 }),
    });
    task.read(guests).pipe(joined, twice).subscribe(task.write(encounters));
  });
  await expect(World.of([built])).rejects.toThrow(BuildError);
  await expect(World.of([built])).rejects.toThrow("the join of step 'met' follows");
});

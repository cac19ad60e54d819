import { describe, expect, test } from 'vitest';
import { steps } from '../../../src/engine/epoch.ts';
import { TaskStopped } from '../../../src/engine/errors.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { appendFromOutside, recordOf } from '../../../src/stream/outside.ts';
import { records, repeats } from '../../support/consumer.ts';
import {
  encounters,
  guests,
  hosts,
  type HowBroadcast,
  nobodys,
  seat,
  type Visit,
  visit,
} from '../../support/encounters.ts';
import { Crash, settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';

/** Guests in two partitions, so in two tasks: `bar` is in the second one, `cafe` in the first. Hosts in three. */
const worldOf = (how: HowBroadcast): Promise<World> =>
  World.of([seat(how)], { partitions: topic => (topic === hosts.name ? 3 : 2) });

/** A guest who is at `place` and looks up `table`. */
const guest = (id: number, at: number, table: string, place = 'bar'): Visit => visit(id, at, { table, place });

/** `guest+host@time`, with `-` for nobody, of the places that somebody is in, by task. */
const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters))
    .filter(({ place }) => !clocks.some(clock => clock.place === place))
    .map(({ guest: one, host, at }) => `${one ?? '-'}+${host ?? '-'}@${at}`);

/** Somebody in every partition, so that event time of both tasks comes to `time`; whom they look up nobody tells. */
const clocks = ['den', 'mill', 'yard', 'barn', 'loft', 'pier', 'quay', 'lake'].map(place => visit(99, 0, { place }));

async function passed(world: World, time: number): Promise<void> {
  await world.send(guests, ...clocks.map(one => ({ ...one, table: 'nowhere', at: time + guests.lateness })));
  await world.send(hosts, ...clocks.map(one => ({ ...one, at: time + hosts.lateness })));
}

describe('a value of a stream joined with a broadcast table', () => {
  test('finds any key from any task, in the version of its own event time, whichever was read first', async () => {
    for (const guestsFirst of [true, false]) {
      const world = await worldOf({ kind: 'left', grace: 0 });
      const guestsCome = (): Promise<void> =>
        world.send(
          guests,
          ...[199, 200, 299, 300, 301].map(at => guest(at, at, 'inn')),
          guest(1, 250, 'inn', 'cafe'),
          guest(2, 251, 'bar', 'cafe'),
          guest(3, 252, 'nowhere', 'cafe'),
        );
      if (guestsFirst) await guestsCome();
      await world.drain();
      await world.send(hosts, ...[200, 300].map(at => visit(at, at, { place: 'inn' })), visit(7, 100));
      await world.drain();
      if (!guestsFirst) await guestsCome();
      await passed(world, 400);
      await world.drain();
      expect(await told(world)).toEqual([
        '1+200@250',
        '2+7@251',
        '3+-@252',
        '199+-@199',
        '200+200@200',
        '299+200@299',
        '300+300@300',
        '301+300@301',
      ]);
      expect(await world.output(deadLetters)).toEqual([]);
    }
  });

  test('is left out by an inner join where what it looks up has no version, or one that says it is no more', async () => {
    const world = await worldOf({ kind: 'inner', grace: 0 });
    await world.send(hosts, visit(1, 100), visit(2, 200, { table: nobodys }), visit(3, 300));
    await world.send(guests, ...[99, 150, 250, 350].map(at => guest(at, at, 'bar')));
    await passed(world, 1_000);
    await world.drain();
    expect(await told(world)).toEqual(['150+1@150', '350+3@350']);
  });

  test('waits for the partition of the table that is furthest behind, and for the grace', async () => {
    const world = await worldOf({ kind: 'inner', grace: 10 });
    await world.send(hosts, visit(1, 50));
    await passed(world, 110);
    await world.send(guests, guest(2, 100, 'bar'));
    await world.drain();
    expect(await told(world)).toEqual([]);
    await passed(world, 111);
    await world.drain();
    expect(await told(world)).toEqual(['2+1@100']);
  });

  test('has what came out of order within the grace; each task tells for itself which versions were late for it', async () => {
    const world = await worldOf({ kind: 'left', grace: 10 });
    await world.send(hosts, visit(1, 50), visit(2, 110 + hosts.lateness), visit(3, 100), visit(4, 99));
    await world.send(guests, guest(5, 105, 'bar'), guest(6, 105, 'bar', 'cafe'));
    await passed(world, 1_000);
    await world.drain();
    expect(await told(world)).toEqual(['6+3@105', '5+3@105']);
    const late = { topic: 'hosts', partition: 0, offset: 3, reason: expect.stringContaining("late for 'seated'") };
    expect(await world.output(deadLetters)).toMatchObject([
      { ...late, task: 'seat/0' },
      { ...late, task: 'seat/1' },
    ]);
    await world.send(guests, guest(7, 900, 'bar'));
    await world.drain();
    expect(await world.output(deadLetters)).toMatchObject([{}, {}, { topic: 'guests', task: 'seat/1' }]);
  });

  test('has of versions of one key and time the one in the highest partition, whichever was read first', async () => {
    for (const order of [
      [2, 1],
      [1, 2],
    ]) {
      const world = await worldOf({ kind: 'inner', grace: 0 });
      for (const partition of order) {
        const record = { ...recordOf(hosts, visit(partition, 100)), partition };
        await appendFromOutside(world.transport, hosts.name, [record], 0);
        await world.drain();
      }
      await world.send(guests, guest(5, 100, 'bar'));
      await passed(world, 1_000);
      await world.drain();
      expect(await told(world)).toEqual(['5+2@100']);
    }
  });

  test('is told though nothing comes any more, and every task keeps the whole table', async () => {
    const world = await worldOf({ kind: 'left', grace: 0 });
    const closed = { place: 'cafe', table: nobodys };
    await world.send(hosts, visit(1, 100), visit(2, 101, { place: 'cafe' }), visit(3, 102, closed));
    await world.send(guests, guest(4, 103, 'bar'));
    await world.drain();
    for (let night = 0; night < 2; night++) {
      world.clock.time += guests.idleAfter;
      await world.drain();
    }
    expect(await told(world)).toEqual(['4+1@103']);
    for (const task of ['seat/0', 'seat/1'])
      expect([...world.store.entries(task)].map(({ key }) => key)).toEqual(['R|bar']);
  });

  test('is found again by another worker, as is the table', async () => {
    const world = await worldOf({ kind: 'inner', grace: 0 });
    await world.send(hosts, visit(1, 100), visit(2, 500));
    await world.send(guests, guest(3, 150, 'bar'), guest(4, 600, 'bar'));
    await passed(world, 200);
    await world.drain();
    expect(await told(world)).toEqual(['3+1@150']);
    world.store = World.emptyStore();
    await passed(world, 1_000);
    await world.drain();
    expect(await told(world)).toEqual(['3+1@150', '4+2@600']);
  });

  test('carries a watermark that is never ahead of what is yet to be told', async () => {
    const world = await worldOf({ kind: 'left', grace: 5 });
    await world.send(guests, ...[5, 3, 1].map(n => guest(n, 100 + n, `place ${n}`)));
    await passed(world, 10_000);
    await world.drain();
    const written = (await records(world.transport, encounters)).filter(({ value }) => value?.place === 'bar');
    expect(written.map(({ value }) => value?.guest)).toEqual([1, 3, 5]);
    for (const [index, { watermark }] of written.entries()) {
      const rest = written.slice(index + 1).map(({ value }) => value?.at ?? Infinity);
      expect(watermark).toBeLessThanOrEqual(Math.min(...rest));
    }
  });

  test('becomes a dead letter where what it looks up is no key', async () => {
    const by: object = { by: ({ id }: Visit) => id }; // what the compiler refuses too, for who writes no TypeScript
    const world = await worldOf({ kind: 'left', grace: 0, ...by });
    await world.send(guests, guest(1, 100, 'bar'));
    await world.drain();
    expect(await world.output(deadLetters)).toMatchObject([
      { topic: 'guests', reason: expect.stringContaining("What 'seated' looks up is a number") },
    ]);
  });
});

describe('the bound of a broadcast table', () => {
  const places = ['bar', 'inn', 'cafe', 'pub'];

  test('is of keys, not of versions, and of those that are there at a time: what ended makes room', async () => {
    const world = await worldOf({ kind: 'left', grace: 0, maxEntries: 3 });
    const [bar = '', ...others] = places;
    await world.send(hosts, ...[1, 2, 3, 4].map(id => visit(id, id, { place: bar })));
    await world.send(hosts, visit(5, 5, { place: bar, table: nobodys }));
    await world.send(hosts, ...others.map((place, id) => visit(id, 6, { place })));
    await world.send(guests, ...places.map((place, id) => guest(id, 6, place)));
    await passed(world, 7);
    await world.drain();
    expect(await told(world)).toEqual(['0+-@6', '2+1@6', '1+0@6', '3+2@6']);
  });

  test('stops each task with one key more, before anything of the epoch is told; a larger one lets it go on', async () => {
    const world = await worldOf({ kind: 'left', grace: 0, maxEntries: 3 });
    await world.send(hosts, ...places.map((place, id) => visit(id, 100 + id, { place })));
    await world.send(guests, guest(5, 101, 'bar'), guest(6, 103, 'pub'));
    await passed(world, 104);
    const stopped = world.drain();
    await expect(stopped).rejects.toThrow(TaskStopped);
    await expect(stopped).rejects.toThrow("seat/0: the table of 'seated' has more than 3 keys");
    await expect(world.drain()).rejects.toThrow("the table of 'seated' has more than 3 keys");
    expect(await told(world)).toEqual([]);
    await world.deploy([seat({ kind: 'left', grace: 0, maxEntries: 4 })]);
    await world.drain();
    expect(await told(world)).toEqual(['5+0@101', '6+3@103']);
  });
});

test('a crash before and after each step of each epoch changes nothing that is told, to the byte', async () => {
  const outcomes = new Set<string>();
  for (const step of [undefined, ...steps]) {
    const world = await worldOf({ kind: 'left', grace: 0 });
    const seen = new Set<string>();
    world.observer = {
      step: (task, name, when) => {
        const moment = `${task.id} ${task.epoch} ${when}`;
        if (name !== step?.name || seen.has(moment)) return;
        seen.add(moment);
        throw new Crash();
      },
    };
    await world.send(guests, guest(1, 100, 'inn'), guest(2, 101, 'bar', 'cafe'), guest(3, 300, 'inn'));
    await settle(world);
    await world.send(hosts, visit(4, 100, { place: 'inn' }), visit(5, 300, { place: 'inn' }), visit(6, 90));
    await settle(world);
    await passed(world, 1_000);
    expect((await settle(world)) > 1).toBe(step !== undefined);
    outcomes.add(JSON.stringify(await told(world)));
    await repeats(world.transport, encounters.name);
  }
  expect([...outcomes]).toEqual([JSON.stringify(['2+6@101', '1+4@100', '3+5@300'])]);
});

import { describe, expect, test } from 'vitest';
import { share } from 'rxjs';
import { steps } from '../../../src/engine/epoch.ts';
import type { TaskRunner } from '../../../src/engine/runner.ts';
import { topology } from '../../../src/index.ts';
import { deadLetters } from '../../../src/stream/dead-letter.ts';
import { records, repeats } from '../../support/consumer.ts';
import { encounters, guests, hosts, type How, lateGuests, meet, type Visit, visit } from '../../support/encounters.ts';
import { Crash, settle } from '../../support/settle.ts';
import { World } from '../../support/world.ts';

const { lateness: guestsLate, idleAfter } = guests;
const { lateness: hostsLate } = hosts;

const inner: How = { kind: 'inner', before: 10, after: 20, grace: 5 };
const left: How = { ...inner, kind: 'left' };
const outer: How = { ...inner, kind: 'outer' };

/** A world, and a worker that has come to rest after each `send`. */
async function joining(how: How): Promise<{ world: World; run: TaskRunner }> {
  const world = await World.of([meet(how)]);
  return { world, run: await world.open('meet') };
}

async function finish(run: TaskRunner): Promise<void> {
  for (let epochs = 0; await run.step(); epochs++) expect(epochs).toBeLessThan(20);
}

/** `guest+host@time`, with `-` for nobody, in the order of the log. */
const told = async (world: World): Promise<string[]> =>
  (await world.output(encounters)).map(({ guest, host, at }) => `${guest ?? '-'}+${host ?? '-'}@${at}`);

/** Somebody elsewhere on each side, so that event time comes to `time`. */
async function passed(world: World, time: number): Promise<void> {
  await world.send(guests, visit(98, time + guestsLate, { place: 'nowhere' }));
  await world.send(hosts, visit(99, time + hostsLate, { place: 'elsewhere' }));
}

describe('two that meet', () => {
  test('are told at once, whoever comes first, with the time of the later one', async () => {
    const { world, run } = await joining(inner);
    await world.send(guests, visit(1, 100));
    await finish(run);
    await world.send(hosts, visit(2, 110));
    await finish(run);
    expect(await told(world)).toEqual(['1+2@110']);
    await world.send(hosts, visit(3, 115));
    await finish(run);
    await world.send(guests, visit(4, 112));
    await finish(run);
    expect(await told(world)).toEqual(['1+2@110', '1+3@115', '4+2@112', '4+3@115']);
  });

  test.for([
    [89, false],
    [90, true],
    [120, true],
    [121, false],
  ] as const)('a guest at 100 and a host at %i: %s', async ([at, meets]) => {
    const { world, run } = await joining(inner);
    await world.send(guests, visit(1, 100));
    await world.send(hosts, visit(2, at));
    await finish(run);
    expect(await told(world)).toEqual(meets ? [`1+2@${Math.max(100, at)}`] : []);
  });

  test('are of one key, and of one `by` where both sides have one', async () => {
    const byTable: How = { ...inner, sides: { by: ({ table }) => table } };
    const { world, run } = await joining(byTable);
    await world.send(guests, visit(1, 100), visit(2, 100, { table: 'two' }), visit(3, 100, { place: 'pub' }));
    await world.send(hosts, visit(4, 100), visit(5, 100, { table: 'two' }), visit(6, 100, { place: 'inn' }));
    await finish(run);
    expect(await told(world)).toEqual(['1+4@100', '2+5@100']);
  });

  test('are told once each, however many they are, in the order of their times', async () => {
    const { world, run } = await joining(inner);
    await world.send(guests, visit(1, 103), visit(2, 101), visit(3, 101), visit(4, 102));
    await finish(run);
    await world.send(hosts, visit(5, 105), visit(6, 105));
    await finish(run);
    const expected = [2, 3, 4, 1].map(guest => `${guest}+5@105`);
    expect(await told(world)).toEqual([...expected, ...expected.map(line => line.replace('+5', '+6'))]);
  });
});

describe('who is alone', () => {
  test('is told by a left join if a guest, once, when event time has passed the window and its grace', async () => {
    const { world, run } = await joining(left);
    await world.send(guests, visit(1, 100));
    await world.send(hosts, visit(2, 50));
    await passed(world, 125);
    await finish(run);
    expect(await told(world)).toEqual([]);
    await passed(world, 126);
    await finish(run);
    expect(await told(world)).toEqual(['1+-@100']);
    await passed(world, 10_000);
    await finish(run);
    expect((await told(world)).filter(line => line.startsWith('1+') || line.endsWith('+2@50'))).toEqual(['1+-@100']);
  });

  test('is told by an outer join on both sides, in the order in which windows close', async () => {
    const { world, run } = await joining(outer);
    // The windows close behind 125 and 128, and behind 120 and 115.
    await world.send(guests, visit(1, 100), visit(2, 103, { place: 'pub' }));
    await world.send(hosts, visit(3, 105, { place: 'inn' }), visit(4, 100, { place: 'café' }));
    await passed(world, 1_000);
    await finish(run);
    expect(await told(world)).toEqual(['-+4@100', '-+3@105', '1+-@100', '2+-@103']);
  });

  test('is told as time goes on, though nobody comes any more', async () => {
    const { world, run } = await joining(outer);
    await world.send(guests, visit(1, 100));
    await finish(run);
    world.clock.time += idleAfter;
    await finish(run);
    expect(await told(world)).toEqual([]);
    world.clock.time += 1_000;
    await finish(run);
    expect(await told(world)).toEqual(['1+-@100']);
    world.clock.time += 1_000_000;
    expect(await run.step()).toBe(false);
  });

  test('is not who has met somebody, also after a restart', async () => {
    const { world, run } = await joining(outer);
    await world.send(guests, visit(1, 100));
    await finish(run);
    await world.send(hosts, visit(2, 100));
    await finish(run);
    const again = await world.open('meet');
    await passed(world, 1_000);
    await finish(again);
    expect(await told(world)).toEqual(['1+2@100']);
  });

  test('carries a watermark that is never ahead of what is yet to be told', async () => {
    const { world, run } = await joining(outer);
    await world.send(guests, ...[5, 3, 1].map(n => visit(n, 100 + n, { place: `place ${n}` })));
    await world.send(hosts, ...[4, 2].map(n => visit(n, 100 + n, { place: `place ${n}` })));
    await passed(world, 10_000);
    await finish(run);
    const written = await records(world.transport, encounters);
    expect(written).toHaveLength(5);
    for (const [index, { watermark }] of written.entries()) {
      const rest = written.slice(index + 1).map(({ value }) => value?.at ?? Infinity);
      expect(watermark).toBeLessThanOrEqual(Math.min(...rest));
    }
  });
});

describe('who comes late', () => {
  test('meets those whose windows are open, also when the own one has closed, and is late when all are', async () => {
    const { world, run } = await joining(left);
    await world.send(guests, visit(1, 100), visit(2, 90));
    // Event time of the hosts is 116: the window of guest 2 is over (115), that of guest 1 is not (125).
    await world.send(hosts, visit(3, 116 + hostsLate, { place: 'pub' }), visit(4, 100), visit(5, 80));
    await finish(run);
    expect(await told(world)).toEqual(['1+4@100']);
    expect(await world.output(deadLetters)).toMatchObject([
      { topic: 'hosts', offset: 2, reason: "late for 'met': every window of its event time had closed" },
    ]);
  });

  test('is told at once as alone, where nobody is left whom it could meet', async () => {
    const { world, run } = await joining(left);
    await passed(world, 130);
    await finish(run);
    await world.send(guests, visit(1, 100), visit(2, 94));
    await finish(run);
    expect(await told(world)).toEqual(['1+-@100']);
    expect(await world.output(deadLetters)).toMatchObject([{ topic: 'guests', offset: 2 }]);
  });

  test('is late by what its own stream had before, however far the other one has been read', async () => {
    for (const hostsFirst of [true, false]) {
      const { world, run } = await joining(inner);
      const guestsCome = async (): Promise<void> => {
        await world.send(guests, visit(1, 200), visit(2, 100));
        await finish(run);
      };
      if (!hostsFirst) await guestsCome();
      await world.send(hosts, visit(3, 100));
      await finish(run);
      await world.send(hosts, visit(4, 150));
      await finish(run);
      if (hostsFirst) await guestsCome();
      expect(await told(world)).toEqual([]);
      expect(await world.output(deadLetters)).toMatchObject([{ topic: 'guests', offset: 1 }]);
    }
  });

  test('goes to the sink that its side names, as the value that it is', async () => {
    const late = topology('meet', task => {
      const joined = task.join('met', task.read(hosts), {
        kind: 'inner',
        within: 5,
        left: { late: task.write(lateGuests) },
        result: ({ place, id, at }: Visit, host: Visit) => ({ place, guest: id, host: host.id, at }),
      });
      task.read(guests).pipe(joined).subscribe(task.write(encounters));
    });
    const world = await World.of([late]);
    await world.send(guests, visit(1, 1_000), visit(2, 100));
    await finish(await world.open('meet'));
    expect(await world.output(lateGuests)).toEqual([visit(2, 100)]);
    expect(await world.output(deadLetters)).toEqual([]);
  });
});

describe('what is kept', () => {
  test('is gone from the store when its window has closed', async () => {
    const { world, run } = await joining(outer);
    const kept = (): string[] => [...world.store.entries('meet/0')].map(({ key }) => key);
    await world.send(guests, visit(1, 100), visit(2, 100), visit(3, 140));
    await world.send(hosts, visit(4, 100));
    await finish(run);
    expect(kept()).toEqual(['l|100|0|bar', 'l|100|1|bar', 'l|140|0|bar', 'r|100|0|bar']);
    await passed(world, 140);
    await finish(run);
    expect(kept().filter(key => key.endsWith('bar'))).toEqual(['l|140|0|bar']);
  });

  test('is found again by another worker, with who has met whom', async () => {
    const { world, run } = await joining(outer);
    await world.send(guests, visit(1, 100), visit(2, 100, { place: 'a|b' }), visit(3, 100));
    await world.send(hosts, visit(4, 100, { place: 'a|b' }));
    await finish(run);
    const again = await world.open('meet');
    await world.send(hosts, visit(5, 101));
    await finish(again);
    expect(await told(world)).toEqual(['2+4@100', '1+5@101', '3+5@101']);
  });
});

test('a crash before and after each step of each epoch changes nothing that is told, to the byte', async () => {
  for (const step of steps) {
    const { world } = await joining(outer);
    const seen = new Set<string>();
    world.observer = {
      step: (task, name, when) => {
        const moment = `${task.epoch} ${when}`;
        if (name !== step.name || seen.has(moment)) return;
        seen.add(moment);
        throw new Crash();
      },
    };
    await world.send(guests, visit(1, 100), visit(2, 101), visit(3, 300));
    await settle(world);
    await world.send(hosts, visit(4, 100), visit(5, 300));
    await settle(world);
    await passed(world, 1_000);
    expect(await settle(world)).toBeGreaterThan(1);
    expect(await told(world)).toEqual(['1+4@100', '2+4@101', '3+5@300']);
    await repeats(world.transport, encounters.name);
  }
});

test('a stream may be joined with itself', async () => {
  const pairs = topology('pairs', task => {
    const all = task.read(guests).pipe(share());
    const joined = task.join('pairs', all, {
      kind: 'inner',
      within: 5,
      result: (one: Visit, other: Visit) => ({ place: one.place, guest: one.id, host: other.id, at: other.at }),
    });
    all.pipe(joined).subscribe(task.write(encounters));
  });
  const world = await World.of([pairs]);
  await world.send(guests, visit(1, 100), visit(2, 103));
  await finish(await world.open('pairs'));
  expect((await told(world)).map(line => line.split('@')[0])).toEqual(['1+1', '2+1', '1+2', '2+2']);
});

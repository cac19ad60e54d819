/** A crash at each moment of every epoch, with states in memory and on disk: the outputs are those of a calm run. */
import { beforeAll, expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { steps } from '../../src/engine/epoch.ts';
import { json, listState, mapState, sortedMapState, stream, topology, valueState } from '../../src/index.ts';
import { ForgetfulStore } from '../support/forgetful-store.ts';
import { Random } from '../support/random.ts';
import { Crash, settle } from '../support/settle.ts';
import { World } from '../support/world.ts';

const events = stream<Alarm>('events', { ...alarms, lateness: 20 });
const told = stream<Alarm>('told', alarms);
const ttl = 60;

const remembering = topology('remembering', task => {
  const on = (where: string, memory?: { entries: number }) =>
    task.process(where, {
      ...(memory === undefined ? {} : { memory }),
      state: {
        last: valueState(json<number>(), { ttl, refresh: 'read' }),
        recent: listState(json<number>(), { atMost: 3, ttl }),
        texts: mapState(json<number>(), { ttl: ttl / 2 }),
        times: sortedMapState(json<string>()),
      },
      on: (value: Alarm, { key, time, state: { last, recent, texts, times } }) => {
        if (value.text === 'poison') throw new Error('poison');
        const seen = [
          last.get() ?? null,
          [...recent.values()],
          [...texts.entries()],
          [...times.entries({ from: time - 50 })],
        ];
        last.set(time);
        recent.add(time);
        texts.set(value.text, (texts.get(value.text) ?? 0) + 1);
        times.set(time, value.text);
        times.clear({ before: time - 100 });
        return [{ sensor: key, text: `${where} ${JSON.stringify(seen)}`, at: time }];
      },
    });
  const read = task.read(events);
  read.pipe(on('memory')).subscribe(task.write(told));
  read.pipe(on('disk', { entries: 2 })).subscribe(task.write(told));
});

function sent(): Alarm[] {
  const random = new Random(5);
  return Array.from({ length: 300 }, (_, n) => ({
    sensor: `sensor-${random.below(6)}`,
    text: random.chance(0.03) ? 'poison' : `text ${random.below(4)}`,
    at: n * 3 + random.below(25),
  }));
}

async function opened(): Promise<World> {
  const world = await World.of([remembering], { maxRecords: 20 });
  await world.send(events, ...sent());
  return world;
}

let calm: readonly Alarm[] = [];
beforeAll(async () => {
  const world = await opened();
  await settle(world);
  calm = await world.output(told);
});

test('both say the same', () => {
  expect(calm.length).toBeGreaterThan(500);
  const of = (where: string) =>
    calm.filter(({ text }) => text.startsWith(where)).map(({ text }) => text.slice(where.length));
  expect(of('disk')).toEqual(of('memory'));
});

const moments = steps.flatMap(({ name }) => [['before', name] as const, ['after', name] as const]);

test.for(moments)('a crash %s %s of every epoch changes nothing that is told', async ([moment, step]) => {
  const world = await opened();
  const seen = new Set<number>();
  world.observer = {
    step: (task, name, when) => {
      if (name !== step || when !== moment || seen.has(task.epoch)) return;
      seen.add(task.epoch);
      throw new Crash();
    },
  };
  expect(await settle(world)).toBeGreaterThan(10);
  expect(await world.output(told)).toEqual(calm);
});

test.for([1, 4])('nor does a machine that forgets up to %i of its newest checkpoints', async most => {
  const world = await opened();
  const random = new Random(most);
  const disk = new ForgetfulStore(World.emptyStore());
  const seen = new Set<number>();
  world.observer = {
    step: (task, name, when) => {
      if (name !== random.pick(steps).name || when !== 'after' || seen.has(task.epoch)) return;
      seen.add(task.epoch);
      throw new Crash();
    },
  };
  const crashes = await settle(world, () => {
    disk.forget(random.between(0, most));
    return { store: disk };
  });
  expect(crashes).toBeGreaterThan(5);
  expect(await world.output(told)).toEqual(calm);
});

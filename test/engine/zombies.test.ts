/** A worker that stands still between two steps of an epoch, is taken over, and goes on as if nothing had been. */
import { describe, expect, test } from 'vitest';
import { type Alarm, alarms } from '../../examples/hot-sensors.ts';
import { type Epoch, steps } from '../../src/engine/epoch.ts';
import type { TaskRunner } from '../../src/engine/runner.ts';
import { Fenced } from '../../src/errors.ts';
import { json, stream, topology, valueState } from '../../src/index.ts';
import { repeats } from '../support/consumer.ts';
import { Ledger } from '../support/ledger.ts';
import { type Order, order, orders, ordersByItem, shop } from '../support/shop.ts';
import { World } from '../support/world.ts';

/** The steps of one epoch by hand, so that it can be left between any two of them. */
class Stepwise {
  readonly #run: TaskRunner;
  readonly #epoch: Epoch = { plan: undefined, pulled: [], changes: [], muted: false };
  #next = 0;

  constructor(run: TaskRunner) {
    this.#run = run;
  }

  async through(step: string): Promise<void> {
    for (const each of steps.slice(this.#next)) {
      this.#next++;
      await each(this.#run, this.#epoch);
      if (each.name === step) return;
    }
  }
}

const fencedIn = async (work: () => Promise<unknown>): Promise<boolean> => {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Fenced) return true;
    throw error;
  }
};

const some = (from: number): Order[] =>
  Array.from({ length: 10 }, (_, n) => order(from + n, { item: n % 3 === 0 ? 'tea' : 'cake', amount: n }));

const disks = [
  ['with the same disk', (world: World) => world.store],
  ['with an empty disk', () => World.emptyStore()],
] as const;

describe.for(disks)('taken over by a worker %s', ([, diskOf]) => {
  test.for(steps.map(({ name }) => name))('after %s a worker changes nothing and ends as fenced', async paused => {
    const world = await World.of(shop);
    const ledger = new Ledger();
    const send = async (from: number): Promise<void> => {
      ledger.sent.push(...some(from));
      await world.send(orders, ...some(from));
      await (await world.open('intake')).step();
    };
    await send(0);
    const old = await world.open('tally');
    await old.step();
    await send(10);
    const stepwise = new Stepwise(old);
    await stepwise.through(paused);

    const store = diskOf(world);
    const other = await world.open('tally', 0, { store });
    while (await other.step());
    await send(20);
    while (await other.step());

    const last = steps.at(-1)?.name ?? '';
    const fenced = (await fencedIn(() => stepwise.through(last))) || (await fencedIn(() => old.step()));
    expect(fenced).toBe(true);
    await send(30);
    while (await other.step());
    await (await world.open('stock')).step();
    await ledger.check(world.transport, world.documents);
  });
});

/** Counts with a state that stays on disk, and has more to tell the further it is. */
const growing = topology('growing', task => {
  const onDisk = task.process('count', {
    state: { count: valueState(json<number>()) },
    memory: { entries: 0 },
    on: ({ sensor, at }: Alarm, { state: { count } }) => {
      const n = (count.get() ?? 0) + 1;
      count.set(n);
      return Array.from({ length: n }, () => ({ sensor, text: `${n}`, at }));
    },
  });
  task.read(alarms).pipe(onDisk).subscribe(task.write(grown));
});
const grown = stream<Alarm>('grown', { ...alarms });

test('a worker whose state on disk its successor has moved on writes nothing of what it makes of it', async () => {
  const world = await World.of([growing]);
  const alarm = (at: number): Alarm => ({ sensor: 'a', text: '', at });
  const old = await world.open('growing');
  await world.send(alarms, alarm(1), alarm(2));
  const stepwise = new Stepwise(old);
  await stepwise.through('plan');
  const other = await world.open('growing');
  while (await other.step());
  const written = await world.output(grown);

  expect(await fencedIn(() => stepwise.through('flush'))).toBe(true);
  expect(await repeats(world.transport, grown.name)).toBe(0);
  expect(await world.output(grown)).toEqual(written);
  expect(written.map(({ text }) => text)).toEqual(['1', '2', '2']);
});

test('two workers that take a task from each other again and again count every record once', async () => {
  const world = await World.of(shop);
  const ledger = new Ledger();
  for (let round = 0; round < 20; round++) {
    ledger.sent.push(...some(round * 10));
    await world.send(orders, ...some(round * 10));
    const first = await world.open('intake');
    const second = await world.open('intake', 0, { store: World.emptyStore() });
    expect(await fencedIn(() => first.step())).toBe(true);
    if (round % 2 === 0) await second.step();
  }
  await world.drain();
  await ledger.check(world.transport, world.documents);
});

test('a worker that was taken over cannot put a dead letter into the plan of its successor', async () => {
  const world = await World.of(shop);
  await world.send(ordersByItem, order(0));
  const old = await world.open('tally');
  const stepwise = new Stepwise(old);
  await stepwise.through('plan');
  await world.open('tally', 0, { store: World.emptyStore() });
  const plan = { epoch: 1, plan: '{}' };
  await expect(world.documents.journal.amend('tally/0', old.fence, plan)).rejects.toThrow(Fenced);
});

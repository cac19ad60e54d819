/** Ports that do not answer: the task waits and tries again, whether the work was done or not. */
import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { days, json, sortedMapState, topology, valueState } from '../../src/index.ts';
import { deadLetters } from '../../src/stream/dead-letter.ts';
import { Ledger } from '../support/ledger.ts';
import { Random } from '../support/random.ts';
import {
  type Around,
  aroundDocuments,
  aroundTransport,
  beforeCommit,
  beforeReads,
  type PortCall,
  type StateRead,
} from '../support/ports.ts';
import {
  intake,
  type Order,
  order,
  orders,
  ordersByItem,
  poisonAmount,
  poisonItem,
  shop,
  tally,
} from '../support/shop.ts';
import { World } from '../support/world.ts';

const away = (): Unavailable => new Unavailable('The port is away', 'Wait');

const someOrders: readonly Order[] = Array.from({ length: 60 }, (_, id) =>
  order(id, {
    customer: `customer-${id % 5}`,
    item: id % 17 === 3 ? poisonItem : `item-${'x'.repeat(id % 4)}`,
    amount: id % 13 === 5 ? poisonAmount : id,
  }),
);

async function opened(): Promise<{ world: World; ledger: Ledger }> {
  const world = await World.of(shop, { partitions: 2, maxRecords: 16 });
  const ledger = new Ledger();
  ledger.sent.push(...someOrders);
  await world.send(orders, ...someOrders);
  return { world, ledger };
}

const portsOf = (world: World, around: Around) => ({
  transport: aroundTransport(world.transport, around),
  documents: aroundDocuments(world.documents, around),
});

const calls: readonly PortCall[] = [
  'bounds',
  'read',
  'append',
  'appendBatch',
  'commit',
  'write',
  'writeOne',
  'takeFence',
  'journalAppend',
  'journalAmend',
  'journalAfter',
];
const moments = calls.flatMap(call => [['before', call] as const, ['after', call] as const]);

test.for(moments)('failures %s the work of %s lose nothing and double nothing', async ([moment, failing]) => {
  const { world, ledger } = await opened();
  const random = new Random(3);
  let failures = 0;
  const around: Around = async (call, work) => {
    const fails = call === failing && random.chance(0.4);
    if (fails) failures++;
    if (fails && moment === 'before') throw away();
    const result = await work();
    if (fails) throw away();
    return result;
  };
  await world.drain(portsOf(world, around));
  expect(failures).toBeGreaterThan(1);
  await ledger.check(world.transport, world.documents);
});

test('a disk that is full for a while is waited for', async () => {
  const { world, ledger } = await opened();
  let commits = 0;
  const store = beforeCommit(world.store, () => {
    if (commits++ % 2 === 0) throw away();
  });
  await world.drain({ store });
  expect(commits).toBeGreaterThan(1);
  await ledger.check(world.transport, world.documents);
});

describe('a state that is read in the middle of an epoch', () => {
  /** Nothing is kept in memory, so all of it is read: in a push, for a timer, at the end of an epoch. */
  const remembering = (wary = false) =>
    topology('remembering', task => {
      const unique = task.distinct('ids', {
        by: ({ id }: Order) => `${id}`,
        horizon: days(1),
        memory: { entries: 0 },
      });
      const counted = task.process('counts', {
        by: ({ customer }: Order) => customer,
        state: { count: valueState(json<number>()), ids: sortedMapState(json<number>(), { ttl: days(1) }) },
        memory: { entries: 0 },
        on: (value, { state: { count, ids }, timers }) => {
          let before = 0;
          try {
            before = count.get() ?? 0;
          } catch (error) {
            if (!wary) throw error;
          }
          count.set(before + 1);
          const last = [...ids.entries({ descending: true })].map(([, id]) => id)[0] ?? -1;
          const first = [...ids.entries()].map(([, id]) => id)[0] ?? -1;
          ids.set(value.id, value.id);
          timers.at(value.at + 20);
          return [{ ...value, amount: before, item: `${first} ${last}` }];
        },
        onTimer: ({ at }, { key, state: { count, ids } }) => [
          order(-1, { customer: key, amount: count.get() ?? 0, item: `${[...ids.entries()].length}`, at }),
        ],
      });
      task.read(orders).pipe(unique, counted).subscribe(task.write(ordersByItem));
    });

  const run = async (before: (read: StateRead) => void, built = remembering()) => {
    const world = await World.of([built], { maxRecords: 7 });
    await world.send(orders, ...someOrders, ...someOrders.slice(0, 20), order(99, { at: 100_000 }));
    const waited = new Set<string>();
    const observer = { waiting: (_task: object, what: string) => void waited.add(what) };
    await world.drain({ store: beforeReads(world.store, before), observer });
    return { world, waited, out: await world.output(ordersByItem), letters: await world.output(deadLetters) };
  };

  const failing = (read: StateRead, chance = 0.05) => {
    const random = new Random(7);
    const seen = { failures: 0 };
    const before = (each: StateRead): void => {
      if (each !== read || !random.chance(chance)) return;
      seen.failures++;
      throw away();
    };
    return { seen, before };
  };

  test.for(['get', 'range', 'rangeBack'] as const)('is waited for where it does not answer to %s', async read => {
    const sound = await run(() => {});
    expect(sound.out.some(({ id }) => id === -1)).toBe(true);
    const { seen, before } = failing(read);
    const { out, letters, waited } = await run(before);
    expect(seen.failures).toBeGreaterThan(5);
    expect(waited).toEqual(new Set(['state']));
    expect(letters).toEqual([]);
    expect(out).toEqual(sound.out);
  });

  test('is waited for also where the topology catches what a read throws', async () => {
    const { out, letters } = await run(failing('get').before, remembering(true));
    expect(letters).toEqual([]);
    expect(out).toEqual((await run(() => {})).out);
  });

  test('is waited for where epochs are executed again', async () => {
    const { world, out } = await run(() => {});
    const { seen, before } = failing('get');
    const store = beforeReads(World.emptyStore(), before);
    await (await world.open('remembering', 0, { store })).step();
    expect(seen.failures).toBeGreaterThan(5);
    expect(await world.output(deadLetters)).toEqual([]);
    expect([...store.entries('remembering/0')]).toEqual([...world.store.entries('remembering/0')]);
    expect(await world.output(ordersByItem)).toEqual(out);
  });

  test('is waited for with growing waits, until the task is told to stop', async () => {
    const world = await World.of([remembering()]);
    await world.send(orders, order(0));
    const stop = new AbortController();
    const told: string[] = [];
    const observer = {
      waiting: (_task: object, what: string, error: Unavailable, attempt: number) => {
        told.push(`${what} ${attempt}: ${error.message}`);
        if (attempt === 3) stop.abort();
      },
    };
    let isAway = false;
    const store = beforeReads(world.store, () => {
      if (isAway) throw away();
    });
    const task = await world.open('remembering', 0, { store, observer });
    isAway = true;
    await task.run(stop.signal);
    expect(told).toEqual([1, 2, 3].map(attempt => `state ${attempt}: The port is away. Wait`));
    expect(world.clock.time).toBe(50 + 100 + 200);

    await (await world.open('remembering')).step();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0]);
    expect(await world.output(deadLetters)).toEqual([]);
  });

  test('what an operator of the topology throws for a record is no outage', async () => {
    const world = await World.of([
      topology('own', task => {
        const refusing = task.process('refusing', {
          by: ({ customer }: Order) => customer,
          state: {},
          on: (value: Order) => {
            if (value.id === 1) throw away();
            return [value];
          },
        });
        task.read(orders).pipe(refusing).subscribe(task.write(ordersByItem));
      }),
    ]);
    await world.send(orders, order(0), order(1), order(2));
    await world.drain();
    expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 2]);
    expect(await world.output(deadLetters)).toMatchObject([{ offset: 1 }]);
  });
});

describe('while documents are away', () => {
  const outage = (failures: number) => {
    const seen = { reads: 0, left: failures };
    const around: Around = (call, work) => {
      if (call === 'read') seen.reads++;
      return call === 'write' && seen.left-- > 0 ? Promise.reject(away()) : work();
    };
    return { seen, around };
  };

  test('nothing more is pulled: the slowest port sets the pace', async () => {
    const world = await World.of([tally], { maxRecords: 5 });
    await world.send(ordersByItem, ...someOrders);
    const { seen, around } = outage(40);
    const readsAt: number[] = [];
    const observer = { waiting: () => readsAt.push(seen.reads) };
    const run = await world.open('tally', 0, { ...portsOf(world, around), observer });
    await run.step();
    expect(readsAt).toHaveLength(40);
    expect(new Set(readsAt)).toEqual(new Set([1]));
  });

  test('the waits grow from 50 ms and stay at five seconds', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const waits: number[] = [];
    const clock = { ...world.clock, now: () => world.clock.time, sleep: async (ms: number) => void waits.push(ms) };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(10).around), clock });
    await run.step();
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });

  test('whoever watches is told what is waited for, why, and for how long already', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const told: string[] = [];
    const observer = {
      waiting: (task: { id: string }, what: string, error: Unavailable, attempt: number) =>
        told.push(`${task.id} ${what} ${attempt}: ${error.message}`),
    };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(2).around), observer });
    await run.step();
    expect(told).toEqual(['tally/0 flush 1: The port is away. Wait', 'tally/0 flush 2: The port is away. Wait']);
  });

  test('a task can be told to stop; what it left undone is done by the next one', async () => {
    const world = await World.of([tally]);
    await world.send(ordersByItem, order(0));
    const stop = new AbortController();
    const observer = {
      waiting: (_task: object, _what: string, _error: Unavailable, attempt: number) => {
        if (attempt === 3) stop.abort();
      },
    };
    const run = await world.open('tally', 0, { ...portsOf(world, outage(Infinity).around), observer });
    await run.run(stop.signal);
    await world.open('tally');
    expect(await world.documents.list({ collection: 'sales', limit: 10 })).toHaveLength(1);
  });
});

test('a plan whose append was answered by nobody, and then by a successor, is not taken for its own', async () => {
  const world = await World.of([intake]);
  await world.send(orders, order(0));
  let failed = false;
  const around: Around = async (call, work) => {
    const result = await work();
    if (call === 'journalAppend' && !failed) {
      failed = true;
      const other = await world.open('intake', 0, { store: World.emptyStore() });
      await world.send(orders, order(1));
      await other.step();
      throw away();
    }
    return result;
  };
  const run = await world.open('intake', 0, portsOf(world, around));
  await expect(run.step().then(() => run.step())).rejects.toMatchObject({ code: 'FENCED' });
  expect((await world.output(ordersByItem)).map(({ id }) => id)).toEqual([0, 1]);
});

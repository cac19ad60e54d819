/** A replay on a broker: the same wrappers over the same port, so little is left to show. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namespaceDocuments } from '../../src/replay/documents.ts';
import { type Namespace, ownName } from '../../src/replay/namespace.ts';
import { planReplay } from '../../src/replay/plan.ts';
import { namespaceTransport } from '../../src/replay/transport.ts';
import { openKafkaLog } from '../../src/transport/kafka/open.ts';
import type { TopicPartition, Transport } from '../../src/transport/port.ts';
import { transportContract } from '../contract/transport.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { namespaceOf, withinNamespace } from '../support/namespace.ts';
import { prefixed } from '../support/prefixed.ts';
import { order, orders, ordersByItem, sales, shop } from '../support/shop.ts';
import { World } from '../support/world.ts';

const startOf = ({ sources }: Namespace, at: TopicPartition): number | undefined =>
  sources.find(({ topic, partition }) => topic === at.topic && partition === at.partition)?.from;

const partitions = 2;
const open = (): Transport => openKafkaLog({ brokers, clientId: 'replay', clock: () => Date.now() });

/** The time, once it is another than now: on a broker records enter the log at the time that it is. */
async function later(): Promise<number> {
  const now = Date.now();
  while (Date.now() <= now) await setImmediate();
  return Date.now();
}

describe.skipIf(noBroker)('a namespace on Kafka', () => {
  transportContract(
    'the own topics of a namespace on Kafka',
    async () => {
      const transport = withinNamespace(prefixed(open(), unique('own')));
      return { transport, close: () => transport.close() };
    },
    {
      retention: 'The broker removes whole segments in its own time',
      durability: 'It is not opened again here',
    },
  );
});

describe.skipIf(noBroker)('a replay on Kafka', () => {
  let log: Transport;
  let live: World;
  beforeEach(async () => {
    log = prefixed(open(), unique('replay'));
    live = await World.of(shop, { partitions, transport: () => log });
  });
  afterEach(() => log.close());

  /** Orders with these numbers enter the log at a time, and go through. */
  async function orderAt(time: number, from: number, to: number): Promise<void> {
    live.clock.time = time;
    const made = Array.from({ length: to - from }, (_, n) => {
      const id = from + n;
      return order(id, { customer: `c${id % 5}`, item: `i${id % 3}`, at: time + id });
    });
    await live.send(orders, ...made);
    await live.drain();
  }

  const replayed = async (name: string, from: string): Promise<() => Promise<World>> => {
    const { namespace } = await planReplay({
      name,
      base: 'main',
      transport: log,
      graph: live.graph,
      request: { ...namespaceOf().request, from },
      follow: false,
      partitionsOf: topic => (topic === 'dead-letters' ? 1 : partitions),
      captured: async () => undefined,
      now: Date.now(),
    });
    for (const { topic, ...options } of namespace.topics) await log.createTopic(ownName(name, topic), options);
    return async () => {
      const world = await World.of(shop, {
        partitions,
        transport: () => namespaceTransport(log, namespace),
        documents: () => namespaceDocuments(live.documents, namespace),
      });
      await world.drain({ startAt: (_, at) => startOf(namespace, at) });
      return world;
    };
  };

  const idsIn = async (world: World) => (await world.output(ordersByItem)).map(({ id }) => id).sort((a, b) => a - b);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

  test('from the earliest record makes what is live, and leaves that as it was', async () => {
    await orderAt(await later(), 0, 20);
    const before = await live.output(sales);
    const world = await (await replayed('all', 'earliest'))();
    expect(await world.output(sales)).toEqual(before);
    expect(await live.output(sales)).toEqual(before);
    expect(await world.documents.list({ collection: 'sales', limit: 9 })).toEqual(
      await live.documents.list({ collection: 'sales', limit: 9 }),
    );
  });

  test('from a datetime reads what entered since, and ends where the log did when it was begun', async () => {
    await orderAt(await later(), 0, 10);
    const between = new Date(await later()).toISOString();
    await orderAt(await later(), 10, 20);
    const run = await replayed('since', between);
    await orderAt(await later(), 20, 30);
    expect(await idsIn(await run())).toEqual(range(10, 20));
    expect(await idsIn(live)).toEqual(range(0, 30));
  });
});

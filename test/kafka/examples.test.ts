/** The examples on a broker: each does what it does on the embedded log. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alertsTo, told } from '../../examples/edges/alerts.ts';
import { readLines } from '../../examples/edges/lines.ts';
import * as fraud from '../../examples/fraud-counters.ts';
import * as orders from '../../examples/order-payments.ts';
import * as sensors from '../../examples/sensor-rollups.ts';
import type { Topology } from '../../src/index.ts';
import { archived, expectedAlarms, playEdges, Service, temporaryFolder } from '../support/edges.ts';
import type { Send } from '../support/example.ts';
import { alertsOf, paymentsOf, sendPayments, sorted as byCard } from '../support/fraud-counters.ts';
import { opened } from '../support/kafka/adapter.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { expected, night, ofTheDay, sendDay } from '../support/order-payments.ts';
import { prefixed } from '../support/prefixed.ts';
import { daysOf, hoursOf, ofTheDays, readingsOf, sendReadings, sorted as bySensor } from '../support/sensor-rollups.ts';
import { World } from '../support/world.ts';

interface Example {
  readonly name: string;
  readonly topologies: readonly Topology[];
  readonly play: (send: Send) => Promise<void>;
  /** What came of it, and what had to. */
  readonly outcome: (world: World) => Promise<readonly [found: unknown, expected: unknown]>;
}

const readings = readingsOf(7);
const payments = paymentsOf(7);

const examples: readonly Example[] = [
  {
    name: 'order-payments',
    topologies: orders.topologies,
    play: sendDay,
    outcome: async world => [ofTheDay(await world.output(orders.settlements)), expected],
  },
  {
    name: 'fraud-counters',
    topologies: fraud.topologies,
    play: send => sendPayments(send, payments),
    outcome: async world => [byCard(await world.output(fraud.alerts)), alertsOf(payments)],
  },
  {
    name: 'sensor-rollups',
    topologies: sensors.topologies,
    play: send => sendReadings(send, readings),
    outcome: async world => [
      {
        hours: bySensor(await world.output(sensors.perHour)),
        days: ofTheDays(await world.documents.list({ collection: 'days', limit: 100 })),
      },
      { hours: hoursOf(readings), days: daysOf(readings) },
    ],
  },
];

describe.skipIf(noBroker)('an example on a broker', () => {
  test('the edges of an application lose nothing and do nothing twice', async () => {
    await using kafka = opened(brokers);
    await using folder = await temporaryFolder();
    await using service = new Service();
    const archive = join(folder.path, 'archive');
    const topologies = [readLines, alertsTo({ url: await service.listen(), folder: archive })];
    const log = prefixed(kafka.log, `${unique('edges')}-`);
    const world = await World.of(topologies, {
      partitions: 3,
      transport: embedded => {
        void embedded.close();
        return log;
      },
    });
    await playEdges(world, join(folder.path, 'in'));
    await world.drain();
    expect([...service.taken.values()].map(({ sensor }) => sensor).sort()).toEqual(expectedAlarms);
    expect((await world.output(told)).map(({ sensor }) => sensor).sort()).toEqual(expectedAlarms);
    expect(await archived(archive, 3)).toEqual(expectedAlarms);
    for (const { topic } of await log.topics()) await log.deleteTopic(topic);
    await world.documents.close();
  });

  test.for(examples)('$name tells what it tells on the embedded log', async ({ topologies, play, outcome }) => {
    await using kafka = opened(brokers);
    const log = prefixed(kafka.log, `${unique('example')}-`);
    const world = await World.of(topologies, {
      partitions: 3,
      transport: embedded => {
        void embedded.close();
        return log;
      },
    });
    let sent = 0;
    await play(async (stream, ...values) => {
      await world.send(stream, ...values);
      if (++sent % 20 === 0) await world.drain();
    });
    // First the inputs turn idle, then event time goes on, by the clock.
    for (const passes of [0, night, night]) {
      world.clock.time += passes;
      await world.drain();
    }
    const [found, due] = await outcome(world);
    expect(found).toEqual(due);
    for (const { topic } of await log.topics()) await log.deleteTopic(topic);
    await world.documents.close();
  });
});

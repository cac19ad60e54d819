/** The example of a join on a broker: it settles what it settles on the embedded log. */
import { describe, expect, test } from 'vitest';
import { settlements, topologies } from '../../examples/order-payments.ts';
import { opened } from '../support/kafka/adapter.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { expected, night, ofTheDay, sendDay } from '../support/order-payments.ts';
import { prefixed } from '../support/prefixed.ts';
import { World } from '../support/world.ts';

describe.skipIf(noBroker)('orders and payments on a broker', () => {
  test('are joined as they are on the embedded log', async () => {
    await using kafka = opened(brokers);
    const log = prefixed(kafka.log, `${unique('join')}-`);
    const world = await World.of(topologies, {
      partitions: 3,
      transport: embedded => {
        void embedded.close();
        return log;
      },
    });
    await sendDay(async (stream, ...values) => {
      await world.send(stream, ...values);
      await world.drain();
    });
    world.clock.time += night;
    await world.drain();
    expect(ofTheDay(await world.output(settlements))).toEqual(expected);
    for (const { topic } of await log.topics()) await log.deleteTopic(topic);
    await world.documents.close();
  });
});

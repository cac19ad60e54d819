/** A record's way is told of a broker's log as it is of the embedded one. */
import { describe, expect, test } from 'vitest';
import { readings, topologies } from '../../examples/sensor-counts.ts';
import { traceOf } from '../../src/operations/trace/trace.ts';
import { opened } from '../support/kafka/adapter.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { prefixed } from '../support/prefixed.ts';
import { World } from '../support/world.ts';

describe.skipIf(noBroker)('the way of a record on a broker', () => {
  test('leads through epochs, steps and topics, and past the markers between', async () => {
    await using kafka = opened(brokers);
    const log = prefixed(kafka.log, `${unique('trace')}-`);
    const world = await World.of(topologies, {
      partitions: 2,
      transport: embedded => {
        void embedded.close();
        return log;
      },
    });
    const send = (at: number, ...sensors: readonly string[]) => {
      world.clock.time = at;
      return world.send(readings, ...sensors.map(sensor => ({ id: at, sensor, celsius: 20, at })));
    };
    await send(1_000, 'roof/1', 'nowhere');
    await send(2_000, 'roof/2');
    await world.drain();
    const { graph, transport, documents } = world;
    const trace = (asked: string) =>
      traceOf({ graph, transport, journal: documents.journal, asked, most: 100, within: 1_000 });
    const { records } = await trace('roof/1');
    expect(records.map(({ topic, because, readBy }) => [topic, because, readBy.map(({ state }) => state)])).toEqual([
      ['readings', 'asked', ['planned']],
      ['readings-by-site', 'origin', ['planned']],
      ['site-counts', 'origin', []],
    ]);
    expect(records.map(({ readBy }) => readBy[0]?.steps)).toEqual([[], ['counts'], undefined]);
    const letter = (await trace('nowhere')).records.find(({ topic }) => topic === 'dead-letters');
    expect(letter).toMatchObject({ deadLetter: "sensor 'nowhere' names no site" });
  });
});

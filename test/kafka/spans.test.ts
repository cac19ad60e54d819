/** A trace goes over a broker as it goes over the embedded log: its header is kept, and a record says who wrote it. */
import { describe, expect, test } from 'vitest';
import { readings, topologies } from '../../examples/sensor-counts.ts';
import { EpochSpans } from '../../src/operations/tracing/epochs/epoch-spans.ts';
import { appendFromOutside, recordOf } from '../../src/stream/outside.ts';
import { opened } from '../support/kafka/adapter.ts';
import { brokers, noBroker, unique } from '../support/kafka/suite.ts';
import { prefixed } from '../support/prefixed.ts';
import { begunElsewhere, openSpans } from '../support/spans.ts';
import { World } from '../support/world.ts';

const { traceId, spanId, header } = begunElsewhere();

describe.skipIf(noBroker)('a trace over a broker', () => {
  test('leads from the record from outside over each task that made something of it', async () => {
    await using spans = openSpans({ system: 'kafka' });
    await using kafka = opened(brokers);
    const log = prefixed(kafka.log, `${unique('spans')}-`);
    const world = await World.of(topologies, {
      partitions: 2,
      transport: embedded => {
        void embedded.close();
        return log;
      },
    });
    const value = { id: 1, sensor: 'roof/1', celsius: 20, at: 1_000 };
    const traced = { ...recordOf(readings, value), trace: header };
    await appendFromOutside(world.transport, readings.name, [traced], 1_000);
    await world.drain({ observer: new EpochSpans({ tracing: spans.tracing, now: () => world.clock.time }) });
    const own = (await spans.told()).filter(span => span.spanContext().traceId === traceId);
    const processing = own.filter(({ name }) => / process /.test(name));
    const [first, second] = processing;
    expect(processing.map(({ attributes }) => attributes['messaging.destination.name'])).toEqual([
      'readings',
      'readings-by-site',
    ]);
    expect(first?.attributes).toMatchObject({ 'messaging.system': 'kafka', 'messaging.kafka.offset': 0 });
    expect(first?.parentSpanContext?.spanId).toBe(spanId);
    expect(second?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
  });
});
